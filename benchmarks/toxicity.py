"""Measure what Chapter 20 prints: whether a GAN helps to find the toxic molecules of Tox21.

    python benchmarks/toxicity.py TOX21.csv.gz              # everything
    python benchmarks/toxicity.py TOX21.csv.gz question     # only the patient's question, anew

Per seed: split by scaffold, train a conditional WGAN-GP on the training part, fit logistic
regression on six versions of that part, choose its penalty and the threshold on the
validation part, and test on the untouched rest.  Then the question with which the chapter
opens: from a model that has met neither leflunomide nor its scaffold, how many of the test
molecules are ranked above it?  Only numbers are written, to
data/results/20_tox21.json, with the date, the checksum of the data and this command.
"""

from __future__ import annotations

import json
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

import medai.nn
from medai.datasets.molecules import fingerprints, scaffolds, split_molecules, tox21
from medai.metrics.classification import (
    average_precision,
    brier_score,
    compare,
    roc_auc,
    sensitivity,
    specificity,
)
from medai.nn.augmentation import training_sets
from medai.nn.gan import ConditionalWGANGP, fingerprint_critic, fingerprint_generator

LABEL, BITS, STEPS, SEEDS = "NR-AhR", 1024, 500, (0, 1, 2, 3, 4)
PENALTIES = (0.003, 0.01, 0.03, 0.1, 0.3, 1.0)
SHARES = (0.6, 0.15, 0.25)
LEFLUNOMIDE = "Cc1oncc1C(=O)Nc1ccc(C(F)(F)F)cc1"
TARGET = Path(__file__).resolve().parent.parent / "data" / "results" / "20_tox21.json"


def one_seed(smiles: np.ndarray, y: np.ndarray, seed: int) -> tuple[dict, dict]:
    """Return the metrics of each version, and its comparison with the class weights."""
    import keras
    from sklearn.linear_model import LogisticRegression

    x = fingerprints(smiles, n_bits=BITS)
    train, check, test = split_molecules(smiles, "scaffold", SHARES, seed)
    keras.utils.set_random_seed(seed)
    gan = ConditionalWGANGP(
        fingerprint_generator(BITS), fingerprint_critic(BITS), learning_rate=5e-4
    )
    gan.fit(x[train], y[train], steps=STEPS, seed=seed)
    metrics, scores = {}, {}
    for name, (rows, labels, weight) in training_sets(x[train], y[train], gan, seed).items():
        models = [
            LogisticRegression(C=c, class_weight=weight, max_iter=1000).fit(rows, labels)
            for c in PENALTIES
        ]
        on_check = [model.predict_proba(x[check])[:, 1] for model in models]
        best = int(np.argmax([average_precision(y[check], p) for p in on_check]))
        threshold = float(np.quantile(on_check[best][y[check] == 0], 0.9))
        p = scores[name] = models[best].predict_proba(x[test])[:, 1]
        metrics[name] = {
            "AUC": roc_auc(y[test], p),
            "AP": average_precision(y[test], p),
            "recall at 0.5": sensitivity(y[test], p, 0.5),
            "recall": sensitivity(y[test], p, threshold),
            "specificity": specificity(y[test], p, threshold),
            "mean p": float(p.mean()),
            "Brier": brier_score(y[test], p),
            "C": PENALTIES[best],
        }
    against = {
        name: {
            metric.__name__: compare(metric, y[test], p, scores["class weights"], seed=seed)
            for metric in (roc_auc, average_precision)
        }
        for name, p in scores.items()
        if name != "class weights"
    }
    size = {"train": len(train), "validation": len(check), "test": len(test)}
    size |= {"toxic in test": int(y[test].sum()), "share in test": float(y[test].mean())}
    return {"seed": seed, "size": size, "metrics": metrics, "minus class weights": against}, scores


def question(smiles: np.ndarray, y: np.ndarray, runs: list[dict]) -> dict:
    """Return leflunomide's place among each run's test molecules, its scaffold held out.

    The model is the one of the version "real" with the penalty that the run had chosen, and so
    is the threshold: nine in ten inactive validation molecules lie below it.
    """
    from sklearn.linear_model import LogisticRegression

    drug = int(np.flatnonzero(smiles == LEFLUNOMIDE)[0])
    x, frame = fingerprints(smiles, n_bits=BITS), scaffolds(smiles)
    relatives = np.flatnonzero(frame == frame[drug])
    places = []
    for run in runs:
        train, check, test = (
            np.setdiff1d(part, relatives)
            for part in split_molecules(smiles, "scaffold", SHARES, run["seed"])
        )
        model = LogisticRegression(C=run["metrics"]["real"]["C"], max_iter=1000)
        model.fit(x[train], y[train])
        p = model.predict_proba(x[np.r_[drug, test]])[:, 1]
        threshold = np.quantile(model.predict_proba(x[check])[:, 1][y[check] == 0], 0.9)
        places.append(
            {
                "seed": run["seed"],
                "p": float(p[0]),
                "above": float((p[1:] > p[0]).mean()),
                "flagged": bool(p[0] >= threshold),
            }
        )
    return {
        "molecule": "leflunomide", "measured": int(y[drug]), "with its scaffold": len(relatives),
        "places": places,
    }  # fmt: skip


def main() -> None:
    """Run every seed and write the file."""
    if len(sys.argv) not in (2, 3) or sys.argv[2:] not in ([], ["question"]):
        sys.exit(__doc__)
    start = time.perf_counter()
    data = tox21(sys.argv[1])
    smiles, y = data.task(LABEL)
    if sys.argv[2:]:
        found = json.loads(TARGET.read_text(encoding="utf-8"))
        if found["sha256"] != data.sha256:
            sys.exit(f"{sys.argv[1]} is not the file that {TARGET.name} was measured on.")
        found["question"] = question(smiles, y, found["runs"])
        TARGET.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
        sys.exit()
    runs = []
    for seed in SEEDS:
        runs.append(one_seed(smiles, y, seed)[0])
        print(seed, {k: round(v["AUC"], 3) for k, v in runs[-1]["metrics"].items()}, flush=True)
    found = {
        "versions": {"medai": medai.__version__},
        "date": datetime.now(UTC).strftime("%Y-%m-%d"),
        "command": "python benchmarks/toxicity.py TOX21.csv.gz",
        "sha256": data.sha256,
        "settings": {
            "label": LABEL, "bits": BITS, "generator steps": STEPS, "split": "scaffold",
            "shares": SHARES, "penalties": PENALTIES, "threshold": "90 % specificity on validation",
            "interval": "95 %, percentile, 1,000 draws of molecules",
        },
        "data": {
            "report": data.report(), "molecules": len(y), "share toxic": float(y.mean()),
        },
        "seconds": round(time.perf_counter() - start),
        "runs": runs,
        "question": question(smiles, y, runs),
    }  # fmt: skip
    TARGET.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    print(f"wrote {TARGET.name}")


if __name__ == "__main__":
    main()
