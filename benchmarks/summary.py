"""What a one-page summary of a long record holds: the written records, three ways.

    python benchmarks/summary.py [--half dev|test] [--llm]

Writes data/results/27_summary_HALF.json.  The test half was written by somebody who had not seen
the code;
it was run once for the figures of its README.  A second reader, who had seen that list of faults,
then mended the rules on records of his own, and it was run again: that figure is no longer blind.
Compared: the summary; the last note alone; and every name that is mentioned, taken
as an active problem or a medicine now.  With --llm the embedded model words the lines, and it is
counted how often the check lets its sentence stand.
"""

from __future__ import annotations

import argparse
import datetime
import json
import platform
import sys
import time
from pathlib import Path

import numpy as np

from medai.datasets.long_records import WITH_DETAIL, WrittenRecord, long_records
from medai.personalised.summary import Summary, read_record, rephrase, summarise
from medai.personalised.summary.names import find_names

RESULTS = Path(__file__).resolve().parents[1] / "data" / "results"

JUDGED = ("active", "resolved", "excluded", "suspected", "family", "medicines", "stopped",
          "allergies", "contradictions")  # fmt: skip
NAMES = ("active", "medicines")  # all that a search for names can fill; there without doses


def lines_of(summary: Summary) -> dict[str, dict[str, str]]:
    return {
        key: {line.about: line.text for line in summary.section(key)} for key in (*JUDGED, "values")
    }


def whole(one: WrittenRecord) -> dict[str, dict[str, str]]:
    return lines_of(summarise(read_record({"id": one.id, "entries": list(one.notes)})))


def last_note(one: WrittenRecord) -> dict[str, dict[str, str]]:
    return lines_of(summarise(read_record({"id": one.id, "entries": [one.notes[-1]]})))


def mentions(one: WrittenRecord) -> dict[str, dict[str, str]]:
    text = "\n".join(note["text"] for note in one.notes)
    found: dict[str, dict[str, str]] = {key: {} for key in (*JUDGED, "values")}
    found["active"] = {name.key: "" for name in find_names(text, "problem")}
    found["medicines"] = {name.key: "" for name in find_names(text, "medicine")}
    return found


def count(
    one: WrittenRecord, got: dict[str, dict[str, str]], sections: tuple[str, ...] = JUDGED
) -> np.ndarray:
    """Return wanted, found, said, said rightly, summed over the sections."""
    totals = np.zeros(4)
    for key in sections:
        want = one.wanted[key]
        right = [a for a in want if a in got[key]]
        if key in WITH_DETAIL and sections == JUDGED:
            right = [a for a in right if want[a] in got[key][a]]
        totals += [len(want), len(right), len(got[key]), len(right)]
    return totals


def share(counts: np.ndarray, top: int, bottom: int, seed: int = 0) -> list[float]:
    """Return a pooled share and its interval, drawing whole records."""
    rng = np.random.default_rng(seed)
    drawn = counts[rng.integers(len(counts), size=(5000, len(counts)))].sum(axis=1)
    with np.errstate(invalid="ignore"):
        low, high = np.nanquantile(drawn[:, top] / drawn[:, bottom], [0.025, 0.975])
    return [round(float(v), 3) for v in (counts[:, top].sum() / counts[:, bottom].sum(), low, high)]


def misses(one: WrittenRecord, got: dict[str, dict[str, str]]) -> list[str]:
    found = []
    for key in JUDGED:
        want = one.wanted[key]
        found += [f"{one.id}: {key}: {a} missing" for a in want if a not in got[key]]
        found += [f"{one.id}: {key}: {a} not wanted" for a in got[key] if a not in want]
        found += [
            f"{one.id}: {key}: {a} is {got[key][a]!r}, wanted {want[a]!r}"
            for a in want
            if a in got[key] and want[a] not in got[key][a]
        ]
    return found


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--half", choices=("dev", "test"), default="dev")
    parser.add_argument("--llm", action="store_true")
    args = parser.parse_args()
    records = long_records(args.half)
    results: dict = {"half": args.half, "records": len(records)}
    for name, method in (("summary", whole), ("last note", last_note), ("mentions", mentions)):
        got = [method(one) for one in records]
        counts = np.array([count(one, lines) for one, lines in zip(records, got, strict=True)])
        results[name] = {
            "wanted": int(counts[:, 0].sum()),
            "recall": share(counts, 1, 0),
            "precision": share(counts, 3, 2),
        }
        names = [count(one, lines, NAMES) for one, lines in zip(records, got, strict=True)]
        results[name]["names"] = {
            "recall": share(np.array(names), 1, 0),
            "precision": share(np.array(names), 3, 2),
        }
        print(f"{name:<10}", results[name])
        if name == "summary":
            results["faults"] = [
                fault
                for one, lines in zip(records, got, strict=True)
                for fault in misses(one, lines)
            ]
            values = [
                words in lines["values"].get(about, "")
                for one, lines in zip(records, got, strict=True)
                for about, words in one.wanted["values"].items()
            ]
            results["values"] = [int(sum(values)), len(values)]
    print("\n".join(results["faults"]))
    start = time.perf_counter()
    for one in records:
        whole(one)
    results["ms a record"] = round(1000 * (time.perf_counter() - start) / len(records), 1)
    if args.llm:
        from medai.llm import load

        model = load()
        said = [
            worded
            for one in records
            for worded in rephrase(
                summarise(read_record({"id": one.id, "entries": list(one.notes)})), model, most=12
            )
        ]
        results["model"] = {
            "lines": len(said),
            "stand": sum(one.by == "model" for one in said),
            "refused": sorted({one.why.split(":")[0] for one in said if one.why}),
        }
        print(results["model"])
    results |= {
        "date": datetime.date.today().isoformat(),
        "command": " ".join(["python", "benchmarks/summary.py", *sys.argv[1:]]),
        "python": platform.python_version(),
    }
    target = RESULTS / f"27_summary_{args.half}.json"
    target.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(target)


if __name__ == "__main__":
    main()
