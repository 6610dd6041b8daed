"""What the coverage check catches, and what it lets pass, on data/grounding/.

    python benchmarks/grounding.py [--half dev|test] [--no-write]

Adversarial texts must all be refused; of the faithful paraphrases the accepted share is counted,
with a 95 % interval (bootstrap by set of facts).  Writes data/results/24_grounding.json.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
from collections import Counter
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "data" / "grounding"
TARGET = ROOT / "data" / "results" / "24_grounding.json"


def read(name: str) -> list[dict]:
    """Return the rows of a table."""
    with (FOLDER / f"{name}.csv").open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def fact_sets() -> dict[str, list]:
    """Return the facts of each set."""
    from medai.diagnosis.facts import Fact

    sets: dict[str, list] = {}
    for row in read("facts"):
        names = tuple(name for name in row["names"].split("|") if name)
        columns = ("subject", "relation", "object", "source", "basis", "value", "share", "key")
        fact = Fact(
            *(row[column] for column in columns),
            names,
            denied=row["denied"] == "yes",
            id=int(row["id"]),
        )
        sets.setdefault(row["set"], []).append(fact)
    return sets


def measure(half: str) -> dict:
    """Return the counts of one half."""
    from medai.diagnosis.grounding import check
    from medai.metrics.ranking import cluster_bootstrap

    sets = fact_sets()
    bad = [row for row in read("adversarial") if row["split"] == half]
    good = [row for row in read("paraphrases") if row["split"] == half]
    missed = [row["id"] for row in bad if check(row["text"], sets[row["set"]]).ok]
    kept = np.array([check(row["text"], sets[row["set"]]).ok for row in good], dtype=float)
    low, high = cluster_bootstrap(kept, [row["set"] for row in good])
    return {
        "adversarial": len(bad),
        "missed": missed,
        "by kind": dict(sorted(Counter(row["kind"] for row in bad).items())),
        "paraphrases": len(good),
        "accepted": int(kept.sum()),
        "share accepted": [round(float(x), 3) for x in (kept.mean(), low, high)],
        "refused": {
            row["id"]: check(row["text"], sets[row["set"]]).why[0]
            for row, ok in zip(good, kept, strict=True)
            if not ok
        },
    }


def main(arguments: list[str] | None = None) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--half", choices=("dev", "test"))
    parser.add_argument("--no-write", action="store_true")
    chosen = parser.parse_args(arguments)
    halves = (chosen.half,) if chosen.half else ("dev", "test")
    result = {half: measure(half) for half in halves}
    text = json.dumps(result, indent=1, ensure_ascii=False)
    print(text)
    if not chosen.no_write and not chosen.half:
        TARGET.write_text(text + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
