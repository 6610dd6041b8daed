"""Chapter 18 in numbers: recurrent networks against simple baselines, several seeds, one run.

    python benchmarks/records.py [--seeds 4] [--out data/results/18_records.json]

Three tasks, all on data that comes with the book: the order task (generated), bleeding from
the gut after a first NSAID, and the codes of the next visit (Eunomia, synthetic).  A seed
draws the split, the initial weights and, for the order task, the data.
"""

from __future__ import annotations

import argparse
import json
import platform
import time
from datetime import date
from pathlib import Path

import keras
import numpy as np
import pandas as pd
from keras import layers
from sklearn.linear_model import LogisticRegression

import medai.nn  # noqa: F401  (loads Keras quietly)
from medai.datasets import card
from medai.datasets.cohorts import nsaid_bleeds
from medai.datasets.eunomia import EVENTS, eunomia
from medai.datasets.order import order_matters
from medai.metrics.classification import compare, roc_auc
from medai.metrics.ranking import cluster_bootstrap
from medai.metrics.recommend import recall_at_k
from medai.nn.rnn import (
    masked_categorical_crossentropy,
    next_visit_model,
    sequence_classifier,
)
from medai.nn.sequences import age_bumps, pad_gaps, pad_sequences, visit_arrays
from medai.nn.training import split_by_patient

SETTINGS = {
    "order": {"n_train": 5000, "n_test": 4000, "epochs": 5, "rate": 0.02, "units": 24},
    "bleed": {"min_persons": 60, "length": 62, "epochs": 8, "rate": 0.01, "units": 16},
    "next": {"min_persons": 20, "visits": 61, "epochs": 4, "rate": 0.01, "units": 64},
}


def optimiser(rate: float, steps: int, **more) -> keras.optimizers.Optimizer:
    """AdamW whose rate falls to nothing along half a cosine."""
    schedule = keras.optimizers.schedules.CosineDecay(rate, steps)
    return keras.optimizers.AdamW(schedule, **{"weight_decay": 0.004, **more})


def order_task(seed: int) -> dict:
    """AUC on fresh sequences: bag of codes, cells with and without gaps, the oracle."""
    o = SETTINGS["order"]
    train = order_matters(o["n_train"], seed=100 + seed)
    test = order_matters(o["n_test"], seed=200 + seed)
    bag = LogisticRegression().fit(train.bag(), train.labels)
    scores = {
        "bag of codes, logistic": bag.predict_proba(test.bag())[:, 1],
        "oracle": test.probability,
    }
    models = [("gru", "both"), ("gru", None), ("lstm", "both"), ("vanilla", "both")]
    for cell, encoding in models:
        keras.utils.set_random_seed(seed)
        model = sequence_classifier(10, cell=cell, units=o["units"], embedding=8, time=encoding)
        steps = o["epochs"] * -(-o["n_train"] // 100)
        model.compile(optimiser(o["rate"], steps), "binary_crossentropy")
        inputs = [[d.codes, d.gaps][: len(model.inputs)] for d in (train, test)]
        model.fit(inputs[0], train.labels, epochs=o["epochs"], batch_size=100, verbose=0)
        name = cell if encoding else f"{cell} without gaps"
        scores[name] = model.predict(inputs[1], batch_size=1000, verbose=0)[:, 0]
    return {name: float(roc_auc(test.labels, score)) for name, score in scores.items()}


def bleed_task(seed: int, cohort) -> dict:
    """AUC on unseen patients, and the paired difference of GRU and logistic regression."""
    b, people = SETTINGS["bleed"], cohort.persons
    counts = cohort.history.groupby("name", observed=True)["person_id"].nunique()
    names = counts.index[counts >= b["min_persons"]].astype(str).tolist()
    number = {name: i + 1 for i, name in enumerate(names)}
    now = len(names) + 1  # the prescription itself closes each sequence
    history = cohort.history[cohort.history["name"].isin(names)]
    grouped = history.groupby("person_id").agg(names=("name", list), days=("days", list))
    grouped = grouped.reindex(people.index)
    rows = [v if isinstance(v, list) else [] for v in grouped["names"]]
    days = [v if isinstance(v, list) else [] for v in grouped["days"]]
    codes = pad_sequences([[*(number[n] for n in row), now] for row in rows], b["length"])
    gaps = pad_gaps([[*(-d for d in row), 0] for row in days], b["length"])
    static = np.stack([(people["age"] - 38) / 3, people["male"], people["drug"]], 1)
    static = static.astype("float32")
    bag = np.zeros((len(people), now), "float32")
    for row, found in zip(bag, rows, strict=True):
        row[[number[n] for n in found]] = 1
    bag = np.hstack([bag, static])
    y = people["bleed"].to_numpy()
    train, tune, test = split_by_patient(people.index, (0.5, 0.1, 0.4), seed=seed, stratify=y)
    fits = [LogisticRegression(C=C, max_iter=2000).fit(bag[train], y[train])
            for C in (0.003, 0.01, 0.03, 0.1)]  # fmt: skip
    logistic = max(fits, key=lambda m: roc_auc(y[tune], m.predict_proba(bag[tune])[:, 1]))
    keras.utils.set_random_seed(seed)
    model = sequence_classifier(now, units=b["units"], embedding=8, n_static=3, dropout=0.2)
    steps = b["epochs"] * -(-len(train) // 64)
    model.compile(optimiser(b["rate"], steps, weight_decay=0.1), "binary_crossentropy")
    inputs = [codes, gaps, static]
    model.fit([a[train] for a in inputs], y[train], epochs=b["epochs"], batch_size=64, verbose=0)
    scores = {
        "peptic ulcer, yes or no": people["ulcer"].to_numpy(dtype=float)[test],
        "logistic regression": logistic.predict_proba(bag[test])[:, 1],
        "GRU": model.predict([a[test] for a in inputs], verbose=0)[:, 0],
    }
    result = {name: float(roc_auc(y[test], score)) for name, score in scores.items()}
    found = compare(roc_auc, y[test], scores["GRU"], scores["logistic regression"])
    result["GRU - logistic"] = {key: float(found[key]) for key in ("difference", "low", "high")}
    return result | {"test": len(test), "test bleeds": int(y[test].sum())}


def next_visit_task(seed: int, records) -> dict:
    """Recall at 5 and 10 of the codes of the next visit, with intervals by patient."""
    s = SETTINGS["next"]
    data = visit_arrays(records.visits_by_date(EVENTS, s["min_persons"]), s["visits"])
    person = records.table("person").set_index("person_id").loc[data.persons]
    born = person["birth_datetime"].to_numpy().astype("datetime64[D]")[:, None]
    age = (data.dates - born) / np.timedelta64(1, "D") / 365.25
    male = (person["gender"] == "male").to_numpy()[:, None, None]
    about = np.concatenate([age_bumps(age), np.broadcast_to(male, (*age.shape, 1))], axis=-1)
    x, gaps = data.x[:, :-1].astype("float32"), data.gaps[:, :-1]
    about, targets = about[:, :-1].astype("float32"), data.targets()
    known = targets[:, :, 0] >= 0  # (n, T)
    train, test = split_by_patient(data.persons, (0.8, 0.2), seed=seed)
    truth = targets[test][known[test]]
    groups = np.repeat(test, known[test].sum(1))
    scores = {"popularity": targets[train][known[train]].mean(0)}

    def fit(model, inputs, y, loss, batch, epochs):
        steps = epochs * -(-len(y) // batch)
        model.compile(optimiser(s["rate"], steps), loss)
        model.fit(inputs, y, epochs=epochs, batch_size=batch, verbose=0)
        return model

    encoded = np.log1p(gaps)[..., None] / 6
    flat = np.concatenate([x, encoded, about], -1)
    y = targets[train][known[train]].astype("float32")
    keras.utils.set_random_seed(seed)
    mlp = keras.Sequential(
        [layers.Dense(256, activation="relu"), layers.Dense(x.shape[2], activation="softmax")]
    )
    fit(mlp, flat[train][known[train]], y / y.sum(1, keepdims=True),
        "categorical_crossentropy", 512, 6)  # fmt: skip
    last = mlp.predict(flat[test][known[test]], batch_size=4096, verbose=0)
    scores["last visit, MLP"] = last
    variants = {
        "GRU with skip": {},
        "GRU without gaps": {"time": None},
        "GRU without skip": {"skip": False},
    }
    for name, options in variants.items():
        keras.utils.set_random_seed(seed)
        model = next_visit_model(x.shape[2], units=s["units"], n_extra=about.shape[2], **options)
        inputs = [x, gaps, about] if len(model.inputs) == 3 else [x, about]
        fit(model, [a[train] for a in inputs], targets[train],
            masked_categorical_crossentropy, 32, s["epochs"])  # fmt: skip
        p = model.predict([a[test] for a in inputs], batch_size=128, verbose=0)
        scores[name] = p[known[test]]
    result = {"visits": len(truth), "patients": len(test), "codes": x.shape[2]}
    recalls = {
        name: np.stack([recall_at_k(score, truth, k) for k in (5, 10)], axis=1)
        for name, score in scores.items()
    }
    for name, values in recalls.items():
        low, high = cluster_bootstrap(values, groups)
        result[name] = {
            f"recall@{k}": {"estimate": float(v), "low": float(a), "high": float(b)}
            for k, v, a, b in zip((5, 10), values.mean(0), low, high, strict=True)
        }
    gain = recalls["GRU with skip"] - recalls["last visit, MLP"]
    low, high = cluster_bootstrap(gain, groups)
    result["GRU - last visit"] = {
        f"recall@{k}": {"difference": float(v), "low": float(a), "high": float(b)}
        for k, v, a, b in zip((5, 10), gain.mean(0), low, high, strict=True)
    }
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=4)
    parser.add_argument("--out", type=Path, default=Path("data/results/18_records.json"))
    args = parser.parse_args()
    start, records = time.time(), eunomia()
    cohort = nsaid_bleeds(records)
    runs: dict[str, list] = {"order": [], "bleed": [], "next": []}
    for seed in range(args.seeds):
        runs["order"].append(order_task(seed))
        runs["bleed"].append(bleed_task(seed, cohort))
        runs["next"].append(next_visit_task(seed, records))
        print(json.dumps({name: run[-1] for name, run in runs.items()}, indent=1), flush=True)
    flow = cohort.flow.reset_index().to_dict("records")
    results = {
        "date": date.today().isoformat(),
        "command": "python benchmarks/records.py",
        "data": {"name": "eunomia", "sha256": card("eunomia").checksum},
        "versions": {"keras": keras.__version__, "backend": keras.backend.backend(),
                     "python": platform.python_version(), "pandas": pd.__version__},
        "settings": SETTINGS,
        "interval": "95 %, percentile, resampling patients",
        "choices": "tried before this run on the patients of seeds 0 and 1, validation and test",
        "seconds": round(time.time() - start),
        "cohort": flow,
        "runs": runs,
    }  # fmt: skip
    args.out.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    print("wrote", args.out)


if __name__ == "__main__":
    main()
