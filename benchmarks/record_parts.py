"""What each part of a record adds to the differential: the ablation of Chapter 27.

    python benchmarks/record_parts.py

On the teaching records of data/records, written before the code was first run on them and split
by condition.  Nothing was tuned: no factor, prior or word of the reader was changed after the
first run on ``dev``; ``test`` was then run once.  Ways: nothing but setting, age and sex (the
priors); one part alone; two; all; all but one.  A fair answer named in the row counts as right.
Intervals: Wilson's for shares, bootstrap over records for paired differences.

Writes data/results/27_records.json.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from medai.datasets import data_path
from medai.datasets.datacard import sha256_of
from medai.datasets.records import SPLITS, records
from medai.metrics import wilson
from medai.personalised.records import PARTS, Record, assess_record

KS, SEED, DRAWS = (1, 3), 0, 2000
TARGET = Path(__file__).resolve().parents[1] / "data" / "results" / "27_records.json"
WAYS = {
    "nothing": (),
    **{f"{part} only": (part,) for part in PARTS},
    "text and labs": ("text", "labs"),
    "text and medicines": ("text", "medicines"),
    **{f"all but {part}": tuple(x for x in PARTS if x != part) for part in PARTS},
    "all": PARTS,
}


def ranks(split: str) -> tuple[list, dict[str, np.ndarray]]:
    """Return the rows of a split, and the rank of the right answer under each way."""
    rows = list(records(split))
    found = {
        way: np.array(
            [
                min(map(assess_record(Record.from_row(row), use, full=False).rank_of,
                        (row.condition, *row.acceptable)))
                for row in rows
            ]
        )
        for way, use in WAYS.items()
    }  # fmt: skip
    return rows, found


def share(hits: np.ndarray) -> list[float]:
    low, high = wilson(int(hits.sum()), len(hits))
    return [round(float(x), 4) for x in (hits.mean(), low, high)]


def difference(a: np.ndarray, b: np.ndarray) -> list[float]:
    """Return the mean of a - b with an interval over records, both ways on the same draws."""
    gap = a.astype(float) - b
    draws = np.random.default_rng(SEED).integers(0, len(gap), (DRAWS, len(gap)))
    ends = np.quantile(gap[draws].mean(1), (0.025, 0.975))
    return [round(float(x), 4) for x in (gap.mean(), *ends)]


def measure(rows: list, found: dict[str, np.ndarray]) -> dict:
    """Return shares, paired differences, and which records a part harms."""
    result: dict = {"records": len(rows), "conditions": len({row.condition for row in rows})}
    result["ways"] = {w: {f"top-{k}": share(x <= k) for k in KS} for w, x in found.items()}
    result["differences"] = {
        f"all - {way}": {f"top-{k}": difference(found["all"] <= k, x <= k) for k in KS}
        for way, x in found.items()
        if way != "all"
    }
    side = np.array([row.condition.startswith("side:") for row in rows])
    result["side effects"] = {
        "records": int(side.sum()),
        "top-1": int((found["all"][side] == 1).sum()),
    }
    result["lost by adding"] = {
        part: [
            f"{row.id} {row.condition}: {found[f'all but {part}'][i]:.0f} to {found['all'][i]:.0f}"
            for i, row in enumerate(rows)
            if found[f"all but {part}"][i] == 1 < found["all"][i]
        ]
        for part in PARTS
    }
    return result


def main() -> None:
    """Measure both halves and all records together, and write the file."""
    report: dict = {}
    parts = {split: ranks(split) for split in SPLITS}
    for split, (rows, found) in parts.items():
        report[split] = measure(rows, found)
    together = [row for rows, _ in parts.values() for row in rows]
    joined = {way: np.concatenate([found[way] for _, found in parts.values()]) for way in WAYS}
    report["both halves"] = measure(together, joined)
    report["made"] = {
        "command": "python benchmarks/record_parts.py",
        "date": datetime.now(UTC).strftime("%Y-%m-%d"),
        "records_sha256": sha256_of(data_path("records/records.csv")),
    }
    TARGET.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    for name in (*SPLITS, "both halves"):
        for way, value in report[name]["ways"].items():
            print(f"{name:12} {way:20} {value}")
        print(report[name]["lost by adding"], report[name]["side effects"])


if __name__ == "__main__":
    main()
