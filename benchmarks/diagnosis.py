"""Speed of ranking diseases, side by side with ``hpo3`` in one run.

    python benchmarks/diagnosis.py [CASES.jsonl[.gz]] [--patients 30]

``hpo3`` is HPO's similarity written in Rust.  It installs under the import name ``pyhpo``,
so it gets a temporary environment of its own (needs a package index).  Both rank the same
patients against the same number of OMIM diseases, in turns, so that whatever else the machine
does hits both.  Without a file of cases, patients are drawn from the annotations.

Only ratios are printed: seconds depend on the machine and on its load, ratios hardly do.
The two do not compute the same score (see the book's chapter 21 for how good each kind is).
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path

HPO3 = "hpo3==1.5.1"
WORKER = """
import json, sys, time
started = time.perf_counter()
from pyhpo import HPOSet, Ontology
Ontology()
print(json.dumps({"load": time.perf_counter() - started, "hpo": Ontology.version()}), flush=True)
wanted = json.loads(sys.stdin.readline())
known = {f"OMIM:{disease.id}": disease for disease in Ontology.omim_diseases}
ids = [i for i in wanted if i in known] + [i for i in known if i not in set(wanted)]
ids = ids[:len(wanted)]
sets = [known[i].hpo_set() for i in ids]
common = len(set(ids) & set(wanted))
print(json.dumps({"candidates": len(sets), "common": common}), flush=True)
for line in sys.stdin:
    try:
        patient = HPOSet.from_queries(json.loads(line))
    except Exception:
        print("null", flush=True)  # an id that its release does not know
        continue
    started = time.perf_counter()
    scores = patient.similarity_scores(sets)
    best = sorted(range(len(scores)), key=scores.__getitem__, reverse=True)[:20]
    seconds = time.perf_counter() - started
    print(json.dumps(seconds), flush=True)
"""


def hpo3_python(folder: Path) -> Path:
    """Make an environment with hpo3 and return its interpreter; exit when there is no index."""
    venv.create(folder, with_pip=True)
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    command = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", HPO3]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        sys.exit(f"pip could not install {HPO3}; the comparison needs a package index.\n{reason}")
    return python


def read_patients(path: Path | None, graph, count: int) -> list[list[str]]:
    """Return the present findings of `count` patients."""
    rng = random.Random(0)
    if path is None:
        diseases = (graph.disease(rng.choice(graph.disease_ids)) for _ in range(20 * count))
        findings = ([a.term_id for a in d.annotations if not a.excluded] for d in diseases)
        return [rng.sample(f, 6) for f in findings if len(set(f)) == len(f) >= 6][:count]
    from medai.knowledge.cases import read_cases

    patients = [list(case.present) for _, case in read_cases(path, sys.stderr.write)]
    return rng.sample(patients, min(count, len(patients)))


def spread(ratios: list[float]) -> str:
    low, middle, high = min(ratios), statistics.median(ratios), max(ratios)
    return f"{low:8.0f} - {middle:8.0f} - {high:8.0f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("cases", nargs="?", type=Path, help="JSON lines with present findings")
    parser.add_argument("--patients", type=int, default=30)
    args = parser.parse_args()

    started = time.perf_counter()
    from medai.knowledge import load_graph

    graph = load_graph()
    if time.perf_counter() - started > 3:  # it had to be built: measure loading, not building
        load_graph.cache_clear()
        started = time.perf_counter()
        graph = load_graph()
    load_seconds = time.perf_counter() - started
    omim = graph.disease_ids[: graph.first_orpha]
    patients = read_patients(args.cases, graph, args.patients)

    def ours(patient: list[str]) -> float:
        started = time.perf_counter()
        graph.rank(patient, top=20)
        return time.perf_counter() - started

    with tempfile.TemporaryDirectory() as folder:
        python = hpo3_python(Path(folder) / "hpo3")
        worker = subprocess.Popen(
            [python, "-c", WORKER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

        def ask(message: object) -> object:
            worker.stdin.write(json.dumps(message) + "\n")
            worker.stdin.flush()
            return json.loads(worker.stdout.readline())

        theirs_loaded = json.loads(worker.stdout.readline())
        candidates = ask(omim)
        ours(patients[0])  # wakes the scorer, as Ontology() has woken hpo3
        first, again = [], []
        for turn, patient in enumerate(patients):
            if turn % 2:
                new, seconds = ours(patient), ask(patient)
            else:
                seconds, new = ask(patient), ours(patient)
            if seconds is not None:
                first.append(seconds / new)
                again.append(seconds / ours(patient))
        worker.stdin.close()
        worker.wait(timeout=30)

    print(f"{len(first)} patients, {len(omim):,} and {candidates['candidates']:,} OMIM diseases ")
    print(
        f"({candidates['common']:,} in common), {os.cpu_count()} CPU cores; hpo3 uses all of them"
    )
    print(f"HPO {graph.version['hpo']} and {theirs_loaded['hpo']}, {HPO3}\n")
    print("time of hpo3 / time of medai        min -   median -      max")
    print(f"ranking, findings seen first   {spread(first)}")
    print(f"ranking, findings seen before  {spread(again)}")
    print(f"loading the ontology           {theirs_loaded['load'] / load_seconds:19.1f}")


if __name__ == "__main__":
    main()
