"""Genotypes to phenotypes: speed and agreement, beside pypgx and CPIC's table of March 2024.

    python benchmarks/pgx.py SHARED/truth/pharmcat_phenotypes_dev.csv.gz
        [--pypgx-python PYTHON] [--rows 200] [--no-write]

``pypgx`` 0.27.0 (664 MB with what it needs) is no dependency of the book: it runs in a virtual
environment of its own, the one of ``--pypgx-python`` or one made in a temporary folder.  Its
``predict_phenotype`` and ours are timed one after the other on the same genotypes in one run:
a sample of each gene that both know.  Ours is timed without its memory of earlier answers.

Agreement is with PharmCAT 3.1 (the truth table): ours and pharmcat-runner's on all rows, that
of pypgx on the sample, with Wilson's intervals.  Phenotypes are compared, not scores.  What
pypgx raises an error for (copies written ``x≥3``, an allele that it lacks) is counted apart; for
NAT2 and CYP3A4 it has no rule and answers Indeterminate.

``pgx-table`` is timed as a command, start included, on 100,000 rows: the truth table over and
over, and 100,000 genotypes of which no two are the same.  The shortest of three runs counts.
Writes data/results/28_pgx.json.
"""

from __future__ import annotations

import argparse
import csv
import datetime
import gzip
import importlib.util
import itertools
import json
import platform
import random
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "data" / "results" / "28_pgx.json"
PYPGX, ROWS, SEED, REPEATS = "0.27.0", 100_000, 28, 3
WORKER = """
import json, sys, time
import pypgx
rows = json.load(sys.stdin)
pypgx.predict_phenotype("CYP2D6", "*1", "*1")
out = []
for gene, a, b in rows:
    start = time.perf_counter()
    try:
        said = pypgx.predict_phenotype(gene, a, b)
    except Exception as error:
        said = "error: " + type(error).__name__
    out.append([said, time.perf_counter() - start])
json.dump(out, sys.stdout)
"""


def share(hits) -> dict:
    """Return a share with Wilson's interval."""
    from medai.metrics import wilson

    hits = list(hits)
    low, high = (round(float(x), 4) for x in wilson(sum(hits), len(hits)))
    return {"value": round(sum(hits) / len(hits), 4), "low": low, "high": high, "n": len(hits)}


def median_ms(seconds: list[float]) -> float:
    """Return the median in milliseconds."""
    return round(1000 * sorted(seconds)[len(seconds) // 2], 4)


def own(rows: list[tuple[str, str]]) -> list[tuple[str, float]]:
    """Call each genotype, forgetting those before."""
    from medai.personalised.pgx import call, calling, chromosomes, notation

    call("CYP2D6", "*1/*1")
    out = []
    for gene, diplotype in rows:
        for kept in (calling._call, chromosomes.look_up, notation.one_chromosome):
            kept.cache_clear()
        start = time.perf_counter()
        said = call(gene, diplotype).phenotype
        out.append((said, time.perf_counter() - start))
    return out


def pypgx_python(given: str | None, folder: Path) -> str:
    """Return a Python that has pypgx; make one in `folder` if none is given."""
    if given:
        return given
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    python = str(folder / "bin" / "python")
    subprocess.run([python, "-m", "pip", "install", "-q", f"pypgx=={PYPGX}"], check=True)
    return python


def runner_table() -> dict[tuple[str, frozenset], str]:
    """Return CPIC's diplotypes of March 2024 as pharmcat-runner ships them."""
    spec = importlib.util.find_spec("pharmcat_runner")
    path = Path(spec.submodule_search_locations[0]) / "lib" / "dip_to_phen.tsv"
    found = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line.startswith(("#", "gene\t")):
            gene, diplotype, phenotype = line.split("\t")[:3]
            found[gene, frozenset(diplotype.split("/"))] = phenotype
    return found


def all_different() -> list[tuple[str, str]]:
    """Return 100,000 genotypes of CYP2D6 of which no two are the same."""
    from medai.datasets.pgx import pgx_tables

    names = [name for name in pgx_tables().alleles["CYP2D6"] if name != "*5"]
    pairs = itertools.combinations(names, 2)
    copies = itertools.product(range(1, 4), range(1, 4))
    every = [("CYP2D6", f"{a}x{m}/{b}x{n}") for (m, n), (a, b) in itertools.product(copies, pairs)]
    return random.Random(SEED).sample(every, ROWS)


def time_table(rows: list[tuple[str, str]]) -> float:
    """Return the seconds of ``medai pgx-table``: the shortest of three runs."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "in.csv"
        with open(source, "w", encoding="utf-8", newline="") as handle:
            csv.writer(handle).writerows([("gene", "diplotype"), *rows])
        command = [sys.executable, "-m", "medai", "pgx-table", str(source)]
        command += ["--out", str(Path(folder) / "out.csv")]
        taken = []
        for _ in range(REPEATS):
            start = time.perf_counter()
            subprocess.run(command, check=True, cwd=ROOT, stderr=subprocess.DEVNULL)
            taken.append(time.perf_counter() - start)
    return round(min(taken), 2)


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("truth", type=Path)
    parser.add_argument("--pypgx-python", help="a Python that has pypgx")
    parser.add_argument("--rows", type=int, default=200, help="genotypes a gene for pypgx")
    parser.add_argument("--no-write", action="store_true", help="print only")
    args = parser.parse_args()
    with gzip.open(args.truth, "rt", encoding="utf-8") as handle:
        truth = list(csv.DictReader(handle))
    by_gene = defaultdict(list)
    for row in truth:
        by_gene[row["gene"]].append(row)
    result: dict = {
        "date": datetime.date.today().isoformat(),
        "command": "python benchmarks/pgx.py SHARED/truth/pharmcat_phenotypes_dev.csv.gz",
        "python": platform.python_version(),
        "versions": {"pypgx": PYPGX, "pharmcat-runner": version("pharmcat-runner")},
        "truth": "PharmCAT 3.1, development half",
        "settings": {"rows a gene for pypgx": args.rows, "seed": SEED, "repeats": REPEATS},
    }
    every = [(row["gene"], row["diplotype"]) for row in truth]
    result["pgx-table, seconds for 100,000 rows"] = {
        "truth table over and over": time_table([every[k % len(every)] for k in range(ROWS)]),
        "all different": time_table(all_different()),
    }
    print(result["pgx-table, seconds for 100,000 rows"], flush=True)
    said = own(every)
    distinct = [
        seconds for row, (_, seconds) in zip(truth, said, strict=True) if row["gene"] == "CYP2D6"
    ]
    result["call, CYP2D6"] = {"distinct": len(distinct), "seconds": round(sum(distinct), 3)}
    runner = runner_table()
    agreement = defaultdict(dict)
    for gene, rows in by_gene.items():
        ours = [
            s == row["phenotype"]
            for row, (s, _) in zip(truth, said, strict=True)
            if row["gene"] == gene
        ]
        agreement[gene]["medai"] = share(ours)
        known = [
            runner[key] == row["phenotype"]
            for row in rows
            if (key := (gene, frozenset(row["diplotype"].split("/")))) in runner
        ]
        if known:
            agreement[gene]["pharmcat-runner"] = share(known)
    draw = random.Random(SEED)
    sample = []
    for gene, rows in by_gene.items():
        two = [row for row in rows if "/" in row["diplotype"] and gene != "ABCG2"]
        sample += draw.sample(two, min(args.rows, len(two)))
    with tempfile.TemporaryDirectory() as folder:
        python = pypgx_python(args.pypgx_python, Path(folder) / "venv")
        asked = [(row["gene"], *row["diplotype"].split("/")) for row in sample]
        worker = [python, "-c", WORKER]
        done = subprocess.run(
            worker, input=json.dumps(asked), capture_output=True, text=True, check=True
        )
    theirs = json.loads(done.stdout)
    mine = own([(row["gene"], row["diplotype"]) for row in sample])
    per_gene = defaultdict(list)
    for row, (phenotype, _) in zip(sample, theirs, strict=True):
        per_gene[row["gene"]].append((phenotype, row["phenotype"]))
    for gene, pairs in per_gene.items():
        read = [one == two for one, two in pairs if not one.startswith("error")]
        if read:
            agreement[gene]["pypgx"] = share(read)
        agreement[gene]["pypgx could not say"] = len(pairs) - len(read)
    answered = [k for k, (phenotype, _) in enumerate(theirs) if not phenotype.startswith("error")]
    result["call, milliseconds (median)"] = {
        "genotypes": len(answered),
        "medai": median_ms([mine[k][1] for k in answered]),
        "pypgx": median_ms([theirs[k][1] for k in answered]),
    }
    result["agreement of phenotypes with the truth"] = dict(agreement)
    print(json.dumps(result, indent=1, ensure_ascii=False))
    if not args.no_write:
        TARGET.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
