"""What two model cards need and no other script stores: Chapter 22's model, Chapter 31's plan.

    python benchmarks/card_results.py [--out data/results/39_cards.json]

The risk model is fitted and measured as in Chapter 22 (invented patients, split by patient; the
other site is new to it).  The plan is measured as in Chapter 31, on thirty fictional patients
with the lines that their plans must hold.
"""

from __future__ import annotations

import argparse
import json
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression

from medai.datasets.plan_patients import plan_patients
from medai.datasets.riskcohort import RiskCohort, risk_cohort
from medai.metrics import bootstrap_interval, roc_auc, wilson
from medai.metrics.survival import known_by
from medai.personalised.plan import make_plan
from medai.personalised.plan.wanted import found

SKIP = ("time_years", "event")


def columns(cohort: RiskCohort) -> pd.DataFrame:
    """Return the columns known on the first day as numbers."""
    table = cohort.table.drop(columns=list(SKIP))
    return pd.get_dummies(table, drop_first=True).astype(float)


def risk_model() -> dict:
    """Fit on half of site A; measure on the other half and on site B."""
    here, town = risk_cohort("A", 8000), risk_cohort("B", 4000)
    x = columns(here)
    train = np.arange(len(x)) < len(x) // 2
    mean, spread = x[train].mean(), x[train].std()
    y, weights = known_by(here.table["time_years"], here.table["event"], 10.0)
    model = LogisticRegression(C=1e6, max_iter=1000)
    model.fit((x[train] - mean) / spread, y[train], sample_weight=weights[train])
    result = {}
    for name, cohort, rows in (("site A, held out", here, ~train), ("site B", town, slice(None))):
        data = columns(cohort).reindex(columns=x.columns, fill_value=0.0)[rows]
        p = model.predict_proba((data - mean) / spread)[:, 1]
        seen, w = known_by(cohort.table["time_years"], cohort.table["event"], 10.0)
        seen, w = seen[rows], w[rows]
        kept = w > 0
        low, high = bootstrap_interval(roc_auc, seen[kept], p[kept])
        rate = float(np.average(seen, weights=w))
        result[name] = {
            "auc": {
                "value": round(roc_auc(seen[kept], p[kept]), 4),
                "interval": [round(float(low), 4), round(float(high), 4)],
                "n": int(kept.sum()),
            },
            "mean stated risk": round(float(p.mean()), 4),
            "observed, weighted for losses": round(rate, 4),
        }
    return result


def plan() -> dict:
    """Count the lines that a plan must hold, and must not, on thirty fictional patients."""
    must, must_not = [], []
    for one in plan_patients():
        made = make_plan(one.patient)
        must += [bool(found(made, wanted)) for wanted in one.must]
        must_not += [bool(found(made, wanted)) for wanted in one.must_not]
    result = {}
    for name, hits in (("must-lines present", must), ("must-not-lines present", must_not)):
        low, high = wilson(sum(hits), len(hits))
        ends = [round(float(low), 4), round(float(high), 4)]
        result[name] = {"right": sum(hits), "n": len(hits), "interval": ends}
    return result


def main() -> int:
    """Measure, and write the results."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path)
    args = parser.parse_args()
    result = {
        "date": datetime.now(UTC).date().isoformat(),
        "command": "python benchmarks/card_results.py",
        "versions": {"scikit-learn": version("scikit-learn"), "python": sys.version.split()[0]},
        "risk model": risk_model(),
        "plan": plan(),
    }
    text = json.dumps(result, indent=1) + "\n"
    print(text)
    if args.out:
        args.out.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
