"""Doubts against wrong answers, and suspected flags against those who need one.

    python benchmarks/doubts.py [--no-write]

On the development vignettes only, given the text and given the findings.  For the doubt about
what was not understood: at every limit, how many patients still get an answer and how many of
these answers are right (risk and coverage), with and without the other doubts; and how well the
share that was understood tells right from wrong answers (area under the curve, with a bootstrap
interval over vignettes).  For suspected flags: at every limit of the chance, how many patients
who must be flagged are, and how many who need not.  Writes data/results/24_doubts_dev.json.
"""

from __future__ import annotations

import argparse
import datetime
import json
import platform
from importlib.metadata import version
from pathlib import Path

import numpy as np

TARGET = Path(__file__).resolve().parents[1] / "data" / "results" / "24_doubts_dev.json"
LIMITS = (0.0, 0.2, 0.25, 0.333, 0.4, 0.5, 0.6)
CHANCES = (1.01, 0.5, 0.2, 0.1, 0.05, 0.03, 0.02)
SEED, DRAWS = 24, 2000


def auc(score: np.ndarray, truth: np.ndarray) -> float:
    """Return the chance that a true case scores higher than a false one, ties half."""
    high, low = score[truth], score[~truth]
    if not len(high) or not len(low):
        return float("nan")
    return float(((high[:, None] > low) + 0.5 * (high[:, None] == low)).mean())


def with_interval(score: np.ndarray, truth: np.ndarray) -> dict:
    """Return the area under the curve with a bootstrap interval."""
    rows = np.random.default_rng(SEED).integers(0, len(truth), (DRAWS, len(truth)))
    ends = np.nanquantile([auc(score[row], truth[row]) for row in rows], (0.025, 0.975))
    return {"value": round(auc(score, truth), 3), "interval": ends.round(3).tolist()}


def abstaining(answers: list, cases: tuple) -> dict:
    """Measure the doubts against right and wrong answers."""
    from medai.diagnosis.understood import understood

    share = np.array([understood(one.reading)[0] for one in answers])
    first = [one.common[0].id if one.common else "" for one in answers]
    right = np.array([name == case.condition for name, case in zip(first, cases, strict=True)])
    fair = np.array(
        [
            name in (case.condition, *case.acceptable)
            for name, case in zip(first, cases, strict=True)
        ]
    )
    others = np.array(
        [any(d.decisive and d.code != "unread" for d in one.doubts) for one in answers]
    )
    unsure = np.array([bool(one.unsure) for one in answers])

    def count(kept: np.ndarray) -> dict:
        n = int(kept.sum())
        return {"answers": n, "right": int(right[kept].sum()), "fair": int(fair[kept].sum())}

    return {
        "understood": {
            "quartiles": np.quantile(share, (0.25, 0.5, 0.75)).round(3).tolist(),
            "tells right from wrong": with_interval(share, right),
        },
        "says I don't know": {
            "of wrong answers": [int((unsure & ~right).sum()), int((~right).sum())],
            "of right answers": [int((unsure & right).sum()), int(right.sum())],
            "before, of wrong answers": [int((others & ~right).sum()), int((~right).sum())],
            "before, of right answers": [int((others & right).sum()), int(right.sum())],
        },
        "limits": {
            str(limit): {
                "this doubt alone": count(share >= limit),
                "with the others": count((share >= limit) & ~others),
            }
            for limit in LIMITS
        },
    }


def flagging(answers: list, cases: tuple) -> dict:
    """Measure complete and suspected flags against who must be flagged."""
    must = np.array([case.must_flag for case in cases])
    shown = np.array([bool(one.red_flags) for one in answers])
    chance = np.array([one.flag_chance for one in answers])
    result: dict = {
        "must be flagged": int(must.sum()),
        "need not": int((~must).sum()),
        "chance tells them apart": with_interval(np.where(shown, 1.0, chance), must),
        "limits": {},
    }
    for limit in CHANCES:
        flagged = shown | (chance >= limit)
        name = "complete flags only" if limit > 1 else str(limit)
        result["limits"][name] = [int(flagged[must].sum()), int(flagged[~must].sum())]
    return result


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--no-write", action="store_true", help="print only")
    args = parser.parse_args()
    from medai.datasets.vignettes import vignettes
    from medai.diagnosis import assess
    from medai.diagnosis.doubts import UNDERSTOOD
    from medai.diagnosis.suspected import LEAST
    from medai.knowledge import load_graph

    cases, graph = vignettes("dev"), load_graph()
    result: dict = {
        "measured": datetime.date.today().isoformat(),
        "command": "python benchmarks/doubts.py",
        "python": platform.python_version(),
        "versions": {"numpy": version("numpy")},
        "ontology": graph.version["hpo"],
        "vignettes": len(cases),
        "used": {"least understood": round(UNDERSTOOD, 3), "least chance": LEAST},
        "ways": {},
    }
    for way in ("text", "findings"):
        answers = []
        for case in cases:
            given = {"present": case.present, "absent": case.absent}
            patient = case.text if way == "text" else given
            answers.append(assess(patient, case.age, case.sex, case.setting, graph=graph))
        found = {"flags": flagging(answers, cases)}
        if way == "text":
            found = {"doubts": abstaining(answers, cases), **found}
        result["ways"][way] = found
    print(json.dumps(result, indent=1))
    if not args.no_write:
        TARGET.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
