"""Recommending hidden drugs: popularity, EASE and the denoising autoencoder, side by side.

    python benchmarks/recommend.py [--splits 5] [--seeds 2] [--out data/results/19_recommend.json]

Each split of Eunomia's 2,694 synthetic patients is 70 % training, 15 % validation, 15 % test.
From each validation and test patient 1 (then 3) drugs are hidden, and every method names the
drugs that it misses most; diagnoses and observations stay visible.  EASE's regularisation and
the network's settings are chosen on the validation patients of the same split.  Intervals
resample patients: one who is in the test part of several splits is drawn as a whole.

Two sets of drugs: "medicines" (no vaccines, as on a medication list) and "all drugs" (the 113
drug columns of the records).
"""

from __future__ import annotations

import argparse
import json
import platform
from datetime import UTC, datetime
from pathlib import Path

import keras
import numpy as np

import medai
import medai.nn
from medai.datasets.eunomia import eunomia
from medai.metrics import EASE, cluster_bootstrap, hide_some, popularity, recall_at_k
from medai.nn.autoencoder import ReconstructionLoss, denoising_autoencoder
from medai.nn.training import fit, split_by_patient, warmup_cosine

LAMBDAS = (1, 3, 10, 30, 100)
GRID = ({"code": 128, "drop": 0.1}, {"code": 128, "drop": 0.2}, {"code": 256, "drop": 0.2})
EPOCHS, BATCH, PEAK, DECAY = 40, 128, 0.01, 0.3
HIDDEN, KS = (1, 3), (5, 10)


def network(x: np.ndarray, columns: np.ndarray, code: int, drop: float, seed: int):
    """Train one denoising autoencoder and return its scoring function."""
    keras.utils.set_random_seed(seed)
    model = denoising_autoencoder(x.shape[1], code, drop=drop, columns=columns)
    steps = EPOCHS * -(-len(x) // BATCH)
    rate = warmup_cosine(PEAK, steps, warmup=steps // 10)
    model.compile(
        keras.optimizers.AdamW(rate, weight_decay=DECAY), ReconstructionLoss("multinomial")
    )
    fit(model, x, x, epochs=EPOCHS, batch_size=BATCH, seed=seed, progress=False)
    return lambda visible: model.predict(visible, verbose=0)


def tasks(x: np.ndarray, rows: np.ndarray, columns: np.ndarray, seed: int) -> dict:
    """Return, for each number of hidden drugs, who is asked, what is visible and hidden."""
    found = {}
    for n in HIDDEN:
        asked = rows[x[rows][:, columns].sum(axis=1) >= n]
        found[n] = (asked, *hide_some(x[asked], n, seed=seed, columns=columns))
    return found


def recalls(score, task: tuple, columns: np.ndarray) -> np.ndarray:
    """Return recall at each k for each patient, shape (patients, k)."""
    _, visible, hidden = task
    scores = np.where(columns, score(visible), -np.inf)
    return np.stack([recall_at_k(scores, hidden, k, visible) for k in KS], axis=1)


def one_split(x, columns, split: int, seeds: int) -> tuple[dict, list]:
    """Return each method's recalls of the test patients, and what was chosen."""
    train, validation, test = split_by_patient(np.arange(len(x)), seed=split)
    on_validation = tasks(x, validation, columns, seed=1000 + split)
    on_test = tasks(x, test, columns, seed=2000 + split)

    def quality(score) -> float:
        return float(np.mean([recalls(score, t, columns).mean() for t in on_validation.values()]))

    eases = {value: EASE(value).fit(x[train]).scores for value in LAMBDAS}
    regularisation = max(eases, key=lambda value: quality(eases[value]))
    nets = [network(x[train], columns, seed=split, **settings) for settings in GRID]
    best = int(np.argmax([quality(net) for net in nets]))
    again = [
        network(x[train], columns, seed=100 * s + split, **GRID[best]) for s in range(1, seeds)
    ]
    share = popularity(x[train])
    methods = {
        "popularity": [lambda visible: np.broadcast_to(share, visible.shape)],
        "EASE": [eases[regularisation]],
        "denoising autoencoder": [nets[best], *again],
    }
    found = {
        n: (task[0], {m: np.mean([recalls(s, task, columns) for s in all_], axis=0)
                      for m, all_ in methods.items()})
        for n, task in on_test.items()
    }  # fmt: skip
    spread = [recalls(s, on_test[1], columns).mean(axis=0).tolist() for s in [nets[best], *again]]
    return found, {"regularisation": regularisation, **GRID[best], "seeds_hidden_1": spread}


def summary(values: np.ndarray, patients: np.ndarray) -> dict[str, float]:
    """Return the mean with its interval by patient."""
    low, high = cluster_bootstrap(values, patients.tolist(), n_boot=2000, seed=0)
    return {"estimate": float(values.mean()), "low": float(low), "high": float(high)}


def main() -> None:
    """Run everything and write the results."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--splits", type=int, default=5)
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--out", type=Path, default=Path("data/results/19_recommend.json"))
    args = parser.parse_args()

    records = eunomia()
    matrix = records.treatment_matrix()
    concepts = records.table("concept")
    vaccines = set(concepts["concept_name"][concepts["concept_class_id"] == "CVX"])
    x = matrix.to_numpy("float32")
    drug = np.asarray(matrix.columns.get_level_values("kind") == "drug")
    vaccine = np.asarray(matrix.columns.get_level_values("name").isin(vaccines))
    rows, chosen = [], []
    for label, columns in {"medicines": drug & ~vaccine, "all drugs": drug}.items():
        parts = []
        for split in range(args.splits):
            found, choice = one_split(x, columns, split, args.seeds)
            parts.append(found)
            chosen.append({"drugs": label, "split": split, **choice})
            print(label, split, choice, flush=True)
        for n in HIDDEN:
            patients = np.concatenate([part[n][0] for part in parts])
            values = {m: np.concatenate([part[n][1][m] for part in parts]) for m in parts[0][n][1]}
            for j, k in enumerate(KS):
                at = {"drugs": label, "candidates": int(columns.sum()), "hidden": n, "k": k}
                at["tests"], at["patients"] = len(patients), len(set(patients.tolist()))
                for method, v in values.items():
                    rows.append({**at, "method": method, **summary(v[:, j], patients)})
                difference = values["denoising autoencoder"][:, j] - values["EASE"][:, j]
                name = "denoising autoencoder minus EASE"
                rows.append({**at, "method": name, **summary(difference, patients)})
                each = [f[n][1]["denoising autoencoder"][:, j].mean()
                        - f[n][1]["EASE"][:, j].mean() for f in parts]  # fmt: skip
                rows[-1]["by_split"] = [float(d) for d in each]
    report = {
        "date": datetime.now(UTC).date().isoformat(),
        "command": "python benchmarks/recommend.py",
        "data": {"name": "Eunomia, ever had, 2,694 patients x 214 columns",
                 "sha256": medai.datasets.card("eunomia").files[0].sha256},
        "versions": {"medai": medai.__version__, "keras": keras.__version__,
                     "backend": keras.backend.backend(), "python": platform.python_version()},
        "settings": {"splits": args.splits, "seeds": args.seeds, "shares": [0.7, 0.15, 0.15],
                     "lambdas": LAMBDAS, "grid": GRID, "epochs": EPOCHS, "batch_size": BATCH,
                     "peak_learning_rate": PEAK, "weight_decay": DECAY,
                     "interval": "95 %, percentile, 2,000 draws, resampling patients",
                     "ties": "against the method",
                     "declared": "the grid itself was narrowed on validation patients of five "
                     "other random splits of the same people"},
        "results": rows,
        "chosen": chosen,
    }  # fmt: skip
    args.out.parent.mkdir(parents=True, exist_ok=True)
    args.out.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    print(f"wrote {args.out}")


if __name__ == "__main__":
    main()
