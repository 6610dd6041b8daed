"""Do two tables agree?  Frequencies of findings: ours, and those of DDXPlus's patients.

    python benchmarks/ddxplus.py ../shared/data/ddxplus_symptom_probabilities.json [--no-write]

For every condition that both have (``data/ddxplus_map/``), the findings that both have: how often
our table says that a patient has it, as the engine uses it (with what a more special finding
implies), and in which share of DDXPlus's patients it occurs.  Reported is Spearman's rank
correlation: pooled over all pairs, with a bootstrap interval over conditions; the median of the
conditions with at least four pairs; both also for the pairs that are mapped closely, and where a
finding that only one table has counts as 0 in the other.  Nulls: our values shuffled within each
condition, and our conditions exchanged for one another.  An outside check: nothing is tuned on
it, and only correlations and counts are written, to data/results/24_ddxplus.json.
"""

from __future__ import annotations

import argparse
import csv
import datetime
import hashlib
import json
import platform
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

import numpy as np

TARGET = Path(__file__).resolve().parents[1] / "data" / "results" / "24_ddxplus.json"
FEWEST = 4  # pairs for a correlation within a condition
DRAWS, SHUFFLES, SEED = 2000, 2000, 24


class Pair(NamedTuple):
    """A finding of a condition, in both tables."""

    condition: str
    code: str
    close: bool
    ours: float
    theirs: float


def mapping() -> tuple[dict[str, tuple[str, bool]], dict[str, tuple[tuple[str, ...], bool]]]:
    """Return our condition for each of theirs, our findings for each code; and how close."""
    from medai.datasets import data_path

    tables = []
    for name, column in (("conditions", "condition"), ("symptoms", "hpo")):
        with data_path(f"ddxplus_map/{name}.csv").open(encoding="utf-8") as lines:
            rows = [row for row in csv.DictReader(lines) if row["fit"] != "none"]
        tables.append({row["ddxplus"]: (row[column], row["fit"] != "near") for row in rows})
    codes = {code: (tuple(hpo.split("+")), close) for code, (hpo, close) in tables[1].items()}
    return tables[0], codes


def frequencies() -> dict[str, dict[str, float]]:
    """Return how often each condition of our table has each finding, as the engine uses it."""
    from medai.diagnosis.posterior import condition_ids
    from medai.knowledge.common import common_graph

    graph = common_graph()
    ids = condition_ids(graph)
    found: dict[str, dict[str, float]] = {name: {} for name in ids}
    for codes, _ in mapping()[1].values():
        for hpo in codes:
            rows, shares = graph.scorer.entries(graph.term_number(hpo))
            for row, value in zip(rows.tolist(), shares.tolist(), strict=True):
                found[ids[row]][hpo] = value
    return found


def pairs(theirs: dict, ours: dict[str, dict[str, float]]) -> list[Pair]:
    """Return all mapped findings of all mapped conditions that either table has."""
    conditions, codes = mapping()
    result = []
    for name, (condition, near) in conditions.items():
        for code, (hpo, close) in codes.items():
            mine = max(ours[condition].get(one, 0.0) for one in hpo)
            other = theirs["probabilities"][name].get(code, 0.0)
            if mine > 0 or other > 0:
                result.append(Pair(condition, code, close and near, mine, other))
    return result


def spearman(some: list[Pair]) -> float:
    """Return Spearman's rank correlation, ties with their mean rank; NaN if one side is flat."""
    from scipy.stats import rankdata

    if len(some) < 2:
        return float("nan")
    x, y = (rankdata([getattr(one, side) for one in some]) for side in ("ours", "theirs"))
    if np.ptp(x) == 0 or np.ptp(y) == 0:
        return float("nan")
    return float(np.corrcoef(x, y)[0, 1])


def by_condition(some: list[Pair]) -> dict[str, list[Pair]]:
    """Group the pairs."""
    groups: dict[str, list[Pair]] = {}
    for one in some:
        groups.setdefault(one.condition, []).append(one)
    return groups


def median(some: list[Pair]) -> tuple[float, int]:
    """Return the median of the conditions' correlations, and of how many conditions."""
    each = [spearman(group) for group in by_condition(some).values() if len(group) >= FEWEST]
    each = [value for value in each if not np.isnan(value)]
    return (float(np.median(each)) if each else float("nan")), len(each)


def exchanged(some: list[Pair], rng: np.random.Generator) -> list[Pair]:
    """Return the pairs with our values shuffled within each condition."""
    result = []
    for group in by_condition(some).values():
        order = rng.permutation(len(group))
        result += [one._replace(ours=group[k].ours) for one, k in zip(group, order, strict=True)]
    return result


def measure(some: list[Pair]) -> dict:
    """Return correlations with intervals over conditions, and what shuffling gives."""
    groups = list(by_condition(some).values())
    rng = np.random.default_rng(SEED)
    drawn = []
    for _ in range(DRAWS):
        chosen = rng.integers(0, len(groups), len(groups))
        again = [one._replace(condition=f"{k}") for k, i in enumerate(chosen) for one in groups[i]]
        drawn.append((spearman(again), median(again)[0]))
    nulls = [exchanged(some, rng) for _ in range(SHUFFLES)]
    null = np.array([(spearman(one), median(one)[0]) for one in nulls])
    found = np.array([spearman(some), median(some)[0]])
    ends = np.nanquantile(np.array(drawn), (0.025, 0.975), axis=0).round(3)
    middle = np.nanquantile(null, (0.025, 0.5, 0.975), axis=0).round(3)
    above = (1 + (null >= found).sum(0)) / (1 + SHUFFLES)
    result: dict = {"pairs": len(some), "conditions": len(groups)}
    for k, name in enumerate(("pooled", "median of conditions")):
        result[name] = {
            "spearman": round(float(found[k]), 3),
            "interval": ends[:, k].tolist(),
            "shuffled within conditions": middle[:, k].tolist(),
            "share of shuffles as high": round(float(above[k]), 4),
        }
    result["median of conditions"]["conditions"] = median(some)[1]
    return result


def other_conditions(theirs: dict, ours: dict) -> dict:
    """Correlate with the values of another condition: what general frequency alone explains."""
    rng = np.random.default_rng(SEED)
    names = sorted({condition for condition, _ in mapping()[0].values()})
    found = []
    for _ in range(200):
        mixed = dict(zip(names, (ours[names[i]] for i in rng.permutation(len(names))), strict=True))
        found.append(spearman(both(pairs(theirs, {**ours, **mixed}))))
    return {"pooled": np.nanquantile(found, (0.025, 0.5, 0.975)).round(3).tolist(), "draws": 200}


def both(some: list[Pair]) -> list[Pair]:
    """Return the pairs that both tables have."""
    return [one for one in some if one.ours > 0 and one.theirs > 0]


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("table", type=Path, help="ddxplus_symptom_probabilities.json")
    parser.add_argument("--no-write", action="store_true", help="print only")
    args = parser.parse_args()
    theirs = json.loads(args.table.read_text(encoding="utf-8"))
    ours = frequencies()
    every = pairs(theirs, ours)
    conditions, codes = mapping()
    shared = both(every)
    result = {
        "measured": datetime.date.today().isoformat(),
        "command": "python benchmarks/ddxplus.py ../shared/data/ddxplus_symptom_probabilities.json",
        "python": platform.python_version(),
        "versions": {name: version(name) for name in ("numpy", "scipy")},
        "table_sha256": hashlib.sha256(args.table.read_bytes()).hexdigest(),
        "coverage": {
            "their conditions": len(theirs["conditions"]),
            "mapped conditions": len(conditions),
            "their codes": len(theirs["symptoms"]),
            "mapped codes": len(codes),
            "findings of mapped conditions in both": len(shared),
            "only in ours": sum(one.theirs == 0 for one in every),
            "only in theirs": sum(one.ours == 0 for one in every),
        },
        "both have it": measure(shared),
        "both have it, mapped closely": measure([one for one in shared if one.close]),
        "either has it, else 0": measure(every),
        "null: the values of other conditions": other_conditions(theirs, ours),
        "shared findings whose share in theirs lies between 0.5 and 0.9": round(
            float(np.mean([0.5 <= one.theirs <= 0.9 for one in shared])), 3
        ),
        "note": "Agreement of two tables, not truth: theirs counts synthetic patients, ours "
        "holds classes of frequency, many of them teaching estimates.",
    }
    print(json.dumps(result, indent=1))
    if not args.no_write:
        TARGET.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
