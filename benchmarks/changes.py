"""Proposed changes of Chapter 17's network, judged by a change plan that was written before.

    python benchmarks/changes.py [--small] [--out data/results/39_changes.json]

The network in use (the recipe of Chapter 17) and each candidate are trained on phantom patients,
get the threshold that finds 90 % of the ill of *their own* validation patients, and are compared
on the same held-out patients, resampling patients.  Nothing was tried before; margins, kinds of
change, seeds and sizes stood in this file before its first run.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import keras
import numpy as np

from medai.datasets.phantoms import PhantomSet, chest_phantoms
from medai.metrics import choose_threshold, roc_auc
from medai.nn.cnn import small_cnn
from medai.nn.training import fit, warmup_cosine
from medai.trust.governance.changes import ChangePlan, check_change

PLAN = ChangePlan(
    name="network of Chapter 17",
    kinds={
        "retrained on more": "same scanner, same recipe, more patients",
        "new extract": "same scanner, same recipe, other patients",
        "shorter training": "same scanner, same patients, fewer epochs",
    },
    margins={"sensitivity": 0.05, "specificity": 0.05},
    groups=("adult", "child"),
)
SENSITIVITY = 0.9
SEEDS = {"in use": 3900, "validation": 3901, "test": 3902, "new": 3903}


def calls(data: PhantomSet, test: PhantomSet, valid: PhantomSet, epochs: int) -> tuple:
    """Train, choose the threshold on validation patients, and return calls and AUC."""
    keras.utils.set_random_seed(17)
    model = small_cnn(data.images.shape[1:])
    steps = epochs * -(-len(data) // 32)
    rate = warmup_cosine(peak=3e-3, steps=steps, warmup=steps // 10)
    model.compile(keras.optimizers.Adam(rate), "binary_crossentropy", jit_compile=False)
    fit(model, data.images, data.labels, epochs=epochs, batch_size=32, average="ema", seed=17,
        progress=False)  # fmt: skip
    threshold = choose_threshold(
        valid.labels, model.predict(valid.images, verbose=0).ravel(), sensitivity=SENSITIVITY
    )
    score = model.predict(test.images, verbose=0).ravel()
    return (score >= threshold).astype(int), float(roc_auc(test.labels, score))


def main() -> int:
    """Measure, and write the results."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--small", action="store_true", help="to see that it runs; no result")
    parser.add_argument("--out", type=Path)
    args = parser.parse_args()
    n, epochs = (300, 1) if args.small else (2100, 5)
    used = chest_phantoms(n, seed=SEEDS["in use"])
    valid = chest_phantoms(n // 2, seed=SEEDS["validation"])
    test = chest_phantoms(2 * n, seed=SEEDS["test"])
    new = chest_phantoms(n, seed=SEEDS["new"])
    adults, adults_valid = new[new.age_group == "adult"], valid[valid.age_group == "adult"]
    more = PhantomSet(*(
        np.concatenate([getattr(used, f.name), getattr(new, f.name)])
        for f in dataclasses.fields(PhantomSet)
    ))  # fmt: skip
    old, auc = calls(used, test, valid, epochs)
    found = {"in use": {"auc": round(auc, 4), "images": len(used)}}
    candidates = {
        "more patients of all ages": ("retrained on more", more, valid, epochs),
        "an extract without children": ("new extract", adults, adults_valid, epochs),
        "two epochs": ("shorter training", used, valid, min(2, epochs)),
    }
    for name, (kind, data, on, rounds) in candidates.items():
        now, auc = calls(data, test, on, rounds)
        report = check_change(
            PLAN, kind, test.labels, old, now, test.patients, test.age_group, same_use=True
        )
        found[name] = {
            "kind": kind,
            "images": len(data),
            "auc": round(auc, 4),
            "inside": report.inside,
            "why": report.why,
            "rows": [
                {k: round(v, 4) if isinstance(v, float) else v for k, v in row.items()}
                for row in map(dataclasses.asdict, report.rows)
            ],
        }
        print(name, found[name]["inside"], report.why)
    result = {
        "date": datetime.now(UTC).date().isoformat(),
        "command": "python benchmarks/changes.py",
        "versions": {
            "keras": keras.__version__,
            "backend": keras.backend.backend(),
            "tensorflow": version("tensorflow"),
            "python": sys.version.split()[0],
        },
        "seeds": SEEDS,
        "margins": PLAN.margins,
        "test": {"images": len(test), "patients": len(np.unique(test.patients))},
        "interval": "95 %, percentile, resampling patients, new minus in use",
        "changes": found,
    }
    if args.out and not args.small:
        args.out.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    raise SystemExit(main())
