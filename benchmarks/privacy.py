"""What privacy costs and what it stops: the privacy-utility curve, and attacks on membership.

    python benchmarks/privacy.py [--small] [--no-write]

All patients are generated (``medai.datasets.hospitals``); nobody is in both parts.

curve
    logistic regression by opacus' DP-SGD on the 1,600 patients of North (six measured columns,
    the flag of a rare group and its product with one marker), for five ε; without noise, with as
    many steps and with five times as many (clipping stays); and by ordinary fitting.  AUC on
    6,000 others, also in the rare group and in the rest, and what is lost against ordinary
    fitting.  Thirty seeds; intervals resample seeds and patients together.  Beside it the
    baselines: age alone, and no model (0.5).
attacks
    a network of 64 hidden units on 600 patients of four hospitals, trained without restraint,
    stopped early, by FedAvg, by FedAvg stopped early, and by DP-SGD; loss attack and calibrated
    attack (16 reference models) against 2,000 others; ten populations.  Intervals: of
    the mean over populations, by resampling populations.

The settings (200 steps, width 2, clipping at 1, sampling 0.1, δ = 1e-5) were chosen on other
seeds while the chapter was written.  Writes data/results/33_privacy.json.
"""

from __future__ import annotations

import argparse
import datetime
import json
import platform
import sys
import time
from importlib.metadata import version
from pathlib import Path

import numpy as np

TARGET = Path(__file__).resolve().parents[1] / "data" / "results" / "33_privacy.json"
EPSILONS = (0.1, 0.3, 1.0, 3.0, 10.0)
DELTA, CLIP, SAMPLE, STEPS, RATE = 1e-5, 1.0, 0.1, 200, 2.0
DRAWS = 1000


def columns(patients) -> np.ndarray:
    """Return six measurements, the flag of the rare group, and its product with a marker."""
    return np.c_[patients.x[:, :6], patients.rare, patients.rare * patients.x[:, 3]]


def auc_of(y: np.ndarray, scores: np.ndarray, seed: int = 0) -> dict:
    """Return the mean AUC over seeds; the interval resamples seeds and patients."""
    from medai.metrics import roc_auc

    rng = np.random.default_rng([seed, 33])
    weights = rng.multinomial(len(y), np.full(len(y), 1 / len(y)), size=DRAWS).astype(float)
    each = np.stack([roc_auc(y, one, weights=weights) for one in scores])  # (seeds, draws)
    pick = rng.integers(0, len(scores), (len(scores), DRAWS))
    ends = np.quantile(np.take_along_axis(each, pick, 0).mean(0), (0.025, 0.975))
    value = float(np.mean([roc_auc(y, one) for one in scores]))
    return {"value": round(value, 4), "interval": [round(float(e), 4) for e in ends]}


def cost_of(y: np.ndarray, base: np.ndarray, scores: np.ndarray, seed: int = 0) -> dict:
    """Return how much AUC is lost against `base`, on the same draws of patients."""
    from medai.metrics import roc_auc

    rng = np.random.default_rng([seed, 34])
    weights = rng.multinomial(len(y), np.full(len(y), 1 / len(y)), size=DRAWS).astype(float)
    each = np.stack([roc_auc(y, one, weights=weights) for one in scores])
    pick = rng.integers(0, len(scores), (len(scores), DRAWS))
    lost = roc_auc(y, base, weights=weights) - np.take_along_axis(each, pick, 0).mean(0)
    value = float(roc_auc(y, base) - np.mean([roc_auc(y, one) for one in scores]))
    ends = [round(float(e), 4) for e in np.quantile(lost, (0.025, 0.975))]
    return {"value": round(value, 4), "interval": ends}


def curve(repeats: int) -> dict:
    """Measure AUC against ε."""
    import torch
    from sklearn.linear_model import LogisticRegression

    from medai.datasets.hospitals import hospital_patients
    from medai.trust.privacy.network import logits
    from medai.trust.privacy.training import dp_logistic, logistic_score, noise_for, train_private

    train = hospital_patients("North")
    test = hospital_patients("North", 6000, part="test")
    x, z = columns(train), columns(test)
    groups = {"all": np.ones(len(test), bool), "rare": test.rare, "rest": ~test.rare}
    rows = []
    base = LogisticRegression(C=10).fit(x, train.y).decision_function(z)

    def add(name: str, scores: list, **more) -> None:
        found = {g: auc_of(test.y[m], [s[m] for s in scores]) for g, m in groups.items()}
        lost = {f"lost, {g}": cost_of(test.y[m], base[m], [s[m] for s in scores])
                for g, m in groups.items()}  # fmt: skip
        rows.append({"model": name, "seeds": len(scores), **more, **found, **lost})
        print(name, {g: f["value"] for g, f in found.items()}, flush=True)

    for epsilon in EPSILONS:
        noise = noise_for(epsilon, SAMPLE, STEPS, DELTA)
        scores, spent = [], 0.0
        for seed in range(2000, 2000 + repeats):
            model = torch.nn.Linear(x.shape[1], 1)
            torch.nn.init.zeros_(model.weight)
            torch.nn.init.zeros_(model.bias)
            spent = train_private(
                model, x, train.y, noise=noise, delta=DELTA, clip=CLIP, sample_rate=SAMPLE,
                steps=STEPS, rate=RATE, seed=seed,
            )  # fmt: skip
            scores.append(logits(model, z))
        add(f"eps {epsilon:g}", scores, epsilon=epsilon, spent=round(spent, 4), noise=noise)
    plan = {"clip": CLIP, "sample_rate": SAMPLE, "rate": RATE}
    for steps in (STEPS, 5 * STEPS):  # is it the clipping, or that steps are few?
        seeds = range(2000, 2000 + repeats)
        weights = [dp_logistic(x, train.y, noise=0, steps=steps, seed=s, **plan) for s in seeds]
        add(f"no noise, {steps} steps", [logistic_score(w, z) for w in weights])
    add("not private", [base])
    add("age alone", [test.x[:, 0]])
    return {"train": len(train), "test": len(test), "rare_train": int(train.rare.sum()),
            "rare_test": int(test.rare.sum()), "rows": rows}  # fmt: skip


def populations(seed: int) -> tuple:
    """Return 600 members by hospital, and 2,000 others."""
    from medai.datasets.hospitals import HOSPITALS, hospital_patients, together

    parts = [hospital_patients(name, 150, seed=seed) for name in HOSPITALS]
    others = [hospital_patients(name, 500, seed=seed, part="test") for name in HOSPITALS]
    return parts, together(*parts), together(*others)


def federated(parts: list, rounds: int, seed: int):
    """Return the network after FedAvg, twenty local steps a round."""
    from medai.trust.privacy.federated import federate
    from medai.trust.privacy.network import fit, get_weights, make_network, set_weights

    def train(weights, client, turn):
        own = parts[client]
        model = set_weights(make_network(own.x.shape[1]), weights)
        return get_weights(fit(model, own.x, own.y, 20))

    start = get_weights(make_network(parts[0].x.shape[1], seed=seed))
    end = federate(start, [len(p) for p in parts], train, rounds)
    return set_weights(make_network(parts[0].x.shape[1]), end)


def private(members, epsilon: float, seed: int):
    """Return the network after DP-SGD."""
    from medai.trust.privacy.network import make_network
    from medai.trust.privacy.training import noise_for, train_private

    model = make_network(members.x.shape[1], seed=seed)
    noise = noise_for(epsilon, SAMPLE, STEPS, DELTA)
    train_private(model, members.x, members.y, noise=noise, delta=DELTA, sample_rate=SAMPLE,
                  steps=STEPS, rate=0.5, seed=seed)  # fmt: skip
    return model


def attacks(repeats: int, references: int) -> dict:
    """Attack five ways of training the same network."""
    from medai.metrics import roc_auc
    from medai.trust.privacy.membership import calibrated, log_loss_each, tpr_at
    from medai.trust.privacy.network import fit, logits, make_network

    def auc(member: np.ndarray, other: np.ndarray) -> float:
        y = np.r_[np.ones(len(member)), np.zeros(len(other))].astype(int)
        return float(roc_auc(y, -np.r_[member, other]))

    found: dict[str, list] = {}
    for seed in range(1000, 1000 + repeats):
        parts, members, others = populations(seed)
        features = members.x.shape[1]
        models = {
            "no restraint": fit(make_network(features, seed=seed), members.x, members.y, 300),
            "stopped early": fit(make_network(features, seed=seed), members.x, members.y, 40),
            "federated": federated(parts, 15, seed),
            "federated, stopped early": federated(parts, 2, seed),
            "private, eps 3": private(members, 3.0, seed),
            "private, eps 10": private(members, 10.0, seed),
        }
        shadows = []
        for k in range(references):
            _, like, _ = populations(100_000 + 100 * seed + k)
            shadows.append(fit(make_network(features, seed=k), like.x, like.y, 300))
        base = [np.array([log_loss_each(p.y, logits(m, p.x)) for m in shadows])
                for p in (members, others)]  # fmt: skip
        for name, model in models.items():
            own, new = (log_loss_each(p.y, logits(model, p.x)) for p in (members, others))
            sharp = [calibrated(loss, b) for loss, b in zip((own, new), base, strict=True)]
            found.setdefault(name, []).append(
                {"task AUC": roc_auc(others.y, logits(model, others.x)),
                 "loss attack AUC": auc(own, new), "loss attack TPR": tpr_at(own, new, 0.01),
                 "calibrated AUC": auc(*sharp), "calibrated TPR": tpr_at(*sharp, 0.01)}
            )  # fmt: skip
        print(seed, {n: round(f[-1]["loss attack AUC"], 3) for n, f in found.items()}, flush=True)
    rng = np.random.default_rng(33)
    pick = rng.integers(0, repeats, (DRAWS, repeats))
    rows = []
    for name, runs in found.items():
        row = {"model": name, "populations": repeats}
        for key in runs[0]:
            values = np.array([float(run[key]) for run in runs])
            ends = np.quantile(values[pick].mean(1), (0.025, 0.975))
            row[key] = {"value": round(float(values.mean()), 4),
                        "interval": [round(float(e), 4) for e in ends]}  # fmt: skip
        rows.append(row)
    return {"members": 600, "others": 2000, "references": references, "fpr": 0.01, "rows": rows}


def main(arguments: list[str] | None = None) -> int:
    """Run and write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--small", action="store_true", help="two seeds, to see that it works")
    parser.add_argument("--no-write", action="store_true")
    options = parser.parse_args(arguments)
    import torch

    torch.set_num_threads(1)
    start, repeats = time.perf_counter(), 2 if options.small else 10
    results = {
        "made": {
            "command": "python benchmarks/privacy.py" + (" --small" if options.small else ""),
            "date": datetime.date.today().isoformat(),
            "python": platform.python_version(),
            **{name: version(name) for name in ("opacus", "torch", "numpy", "medai")},
        },
        "settings": {
            "delta": DELTA,
            "clip": CLIP,
            "sample_rate": SAMPLE,
            "steps": STEPS,
            "rate": RATE,
            "draws": DRAWS,
        },
        "curve": curve(3 * repeats),
        "attacks": attacks(repeats, 2 if options.small else 16),
    }
    results["made"]["seconds"] = round(time.perf_counter() - start)
    if not options.no_write:
        TARGET.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", "utf-8")
        print(f"wrote {TARGET.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
