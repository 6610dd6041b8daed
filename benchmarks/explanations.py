"""Would an explanation have warned?  Networks with and without a planted shortcut.

    python benchmarks/explanations.py [--small] [--no-write]

Each network (four convolutions of 8, 16 and 16 channels) is trained on 1,500 phantom films in
four passes.  In every film a letter F may stand in the upper left corner, and some films are
exposed more than others.

honest
    letter and exposure go by coin.
letter 0.60, 0.75, 0.90
    the letter stands in that share of the positive films and in the rest of the negative ones.
exposure 0.90
    the positive films are 12 % brighter in that share: a shortcut that has no place.

Alarms are set on 60 *other* honest networks: the 95 % (or 5 %) quantile of what is measured.  (A
first run set them on 20, which was too few: up to 8 of 20 honest networks lay beyond a limit.  The
networks tested here are new ones.)  Measured on films of patients that no network saw, whose
letter and exposure go by coin (the 40 first positive films with a letter): the share of an
explanation that falls into the corner (somebody suspects the letter) or onto the shadow
(somebody looks where the disease is).  Beside them what needs no explanation: the AUC at home,
the AUC where letter and exposure go by coin, and the mean change of the log-odds when the letter
is added to films without one, or the exposure to films without it.

The usual external check is no AUC but its *drop*, from home to elsewhere.  Two rules for it were
added after the results of the others had been seen, mean AUCs among them, and were fixed here
before the drop of any network, tested or not, had been computed:

AUC drop
    the AUC at home minus the AUC elsewhere is beyond the 95 % quantile of the same difference
    over the same 60 honest networks that set the other limits.
AUC drop, lower bound
    the one-sided 95 % lower bound of that difference is above 0: the 5 % quantile of 1,000
    bootstrap draws of patients, drawn at home and elsewhere independently.  It needs no honest
    network.

The second ward elsewhere differs from an honest home in nothing: there the true drop is zero, which
no real second hospital promises.

Writes data/results/34_explanations.json.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import platform
import sys
import time
from importlib.metadata import version
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np

TARGET = Path(__file__).resolve().parents[1] / "data" / "results" / "34_explanations.json"
FILMS, PASSES, WIDTHS = 1500, 4, (8, 16, 16)
KINDS = ("honest", "letter 0.60", "letter 0.75", "letter 0.90", "exposure 0.90")
GAIN, SHOWN, LEVEL = 1.12, 40, 0.95
MAPS = ("gradient", "integrated gradients", "Grad-CAM", "occlusion", "LIME")
# What is measured → +1 where much of it is an alarm, -1 where little is.
WARNINGS = {
    **{f"{name}: corner": 1 for name in MAPS},
    **{f"{name}: shadow": -1 for name in MAPS},
    "AUC at home": 1,
    "AUC elsewhere": -1,
    "AUC drop": 1,
    "AUC drop, lower bound": 1,
    "add the letter": 1,
    "add exposure": 1,
}
FIXED = {"AUC drop, lower bound": 0.0}  # limits that no honest network sets
DRAWS = 1000


def films(n: int, seed: int, kind: str):
    """Return phantoms of a ward: images, labels, where the letter stands, who is brighter."""
    from medai.datasets.phantoms import chest_phantoms

    habit, _, rate = kind.partition(" ")
    marker = {"marker": "positive", "marker_rate": float(rate)} if habit == "letter" else {
        "marker": "random"
    }  # fmt: skip
    drawn = chest_phantoms(n=n, seed=seed, **marker)
    rng = np.random.default_rng([seed, 34])
    often = float(rate) if habit == "exposure" else 0.5
    bright = rng.random(n) < np.where(drawn.labels == 1, often, 1 - often)
    return drawn, expose(drawn.images, bright), bright


def expose(images: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Return the images, those of `rows` brighter."""
    return np.where(rows[:, None, None, None], np.clip(images * GAIN, 0, 1), images)


def add_letter(images: np.ndarray) -> np.ndarray:
    """Return the images with the letter F in the upper left corner."""
    glyph = np.array([[c == "#" for c in line] for line in ("###", "#..", "##.", "#..", "#..")])
    images = images.copy()
    images[:, 2:7, 2:5, 0] = np.where(glyph, 0.95, images[:, 2:7, 2:5, 0])
    return images


def train(kind: str, seed: int):
    """Return a network trained on the films of one ward."""
    import keras

    from medai.nn.cnn import small_cnn
    from medai.nn.training import fit, warmup_cosine

    drawn, images, _ = films(FILMS, seed, kind)
    keras.utils.set_random_seed(seed)
    model = small_cnn((32, 32, 1), widths=WIDTHS)
    steps = PASSES * -(-FILMS // 32)
    rate = warmup_cosine(peak=3e-3, steps=steps, warmup=steps // 10)
    model.compile(keras.optimizers.Adam(rate), "binary_crossentropy", jit_compile=False)
    fit(model, images, drawn.labels, epochs=PASSES, batch_size=32, average="ema", seed=seed)
    return model


def log_odds(model):
    """Return a function from images to the network's log-odds."""
    import keras

    from medai.trust.explain.path import scores

    inner = scores(model)
    return lambda images: np.asarray(keras.ops.convert_to_numpy(inner(images, training=False)))[
        :, 0
    ]


def maps_of(model, images: np.ndarray) -> dict[str, np.ndarray]:
    """Return every kind of map of the images, each (B, 32, 32)."""
    from medai.nn.saliency import input_saliency, occlusion_map
    from medai.trust import explain

    odds = log_odds(model)
    grey = float(images.mean())
    return {
        "gradient": input_saliency(model, images),
        "integrated gradients": explain.integrated_gradients(model, images, grey, steps=16)[..., 0],
        "Grad-CAM": explain.grad_cam(model, images),
        "occlusion": np.stack([occlusion_map(model, one, patch=6, stride=3) for one in images]),
        "LIME": np.stack([explain.lime_blocks(odds, one, n=250) for one in images]),
    }


def lower_bound(home, home_said: np.ndarray, away, away_said: np.ndarray, seed: int) -> float:
    """Return the one-sided 95 % lower bound of the AUC's drop; the patients are drawn anew.

    The two wards share no patient, so each is drawn with a seed of its own.
    """
    from medai.metrics import roc_auc
    from medai.metrics.intervals import draws

    at = [
        draws([(roc_auc, said)], ward.labels, ward.patients, DRAWS, seed + shift)[0]
        for ward, said, shift in ((home, home_said, 500_000), (away, away_said, 600_000))
    ]
    return float(np.quantile(at[0] - at[1], 1 - LEVEL))


def measure(kind: str, seed: int, check: bool = False) -> tuple[dict, dict]:
    """Return what each warning measures on one network; with `check`, agreement with chance."""
    from medai.metrics import roc_auc
    from medai.trust import explain

    model = train(kind, seed)
    odds = log_odds(model)
    home, home_images, _ = films(1000, seed + 500_000, kind)
    away, away_images, bright = films(1000, seed + 600_000, "honest")
    shown = np.flatnonzero(away.marked & (away.labels == 1))[:SHOWN]
    corner = np.zeros((32, 32), dtype=bool)
    corner[1:8, 1:6] = True
    row, column = np.mgrid[:32, :32]
    centre, radius = away.centre[shown, :, None, None], away.radius[shown, None, None]
    shadow = (row - centre[:, 0]) ** 2 + (column - centre[:, 1]) ** 2 <= radius**2
    maps = maps_of(model, away_images[shown])
    found = {}
    for name, one in maps.items():
        found[f"{name}: corner"] = float(explain.share_inside(one, corner).mean())
        found[f"{name}: shadow"] = float(explain.share_inside(one, shadow).mean())
    home_said, away_said = odds(home_images), odds(away_images)
    found["AUC at home"] = roc_auc(home.labels, home_said)
    found["AUC elsewhere"] = roc_auc(away.labels, away_said)
    found["AUC drop"] = found["AUC at home"] - found["AUC elsewhere"]
    found["AUC drop, lower bound"] = lower_bound(home, home_said, away, away_said, seed)
    plain, dark = away_images[~away.marked], away_images[~bright]
    found["add the letter"] = float(explain.intervene(odds, plain, add_letter).mean())
    brighter = explain.intervene(odds, dark, lambda x: expose(x, np.ones(len(x), bool)))
    found["add exposure"] = float(brighter.mean())
    if not check:
        return found, {}
    other = maps_of(explain.randomised(model, seed), away_images[shown])
    return found, {name: explain.rank_agreement(maps[name], other[name]) for name in MAPS}


def alarms(dev: list[dict], tested: list[dict]) -> dict[str, dict]:
    """Return, for each warning, its limit and how many of the tested networks it catches."""
    from medai.metrics import wilson

    rows = {}
    for name, sign in WARNINGS.items():
        limit = FIXED.get(name, float(np.quantile([sign * one[name] for one in dev], LEVEL)))
        caught = sum(sign * one[name] > limit for one in tested)
        low, high = wilson(caught, len(tested))
        rows[name] = {
            "limit": round(sign * limit, 4),
            "caught": int(caught),
            "of": len(tested),
            "interval": [round(low, 3), round(high, 3)],
            "mean": round(float(np.mean([one[name] for one in tested])), 4),
        }
    return rows


def columns(found: list[dict]) -> dict[str, list[float]]:
    """Return what each warning measured, one number a network, in the order of the seeds."""
    return {name: [round(float(one[name]), 4) for one in found] for name in WARNINGS}


def agreement(agree: list[dict[str, np.ndarray]]) -> dict[str, dict]:
    """Return the mean agreement with random weights; the interval resamples networks.

    A map that is zero everywhere has no ranks; how often a random network drew one is told.
    """
    rows = {}
    for name in MAPS:
        empty = float(np.mean([np.isnan(one[name]).mean() for one in agree]))
        kept = [one[name][~np.isnan(one[name])] for one in agree]
        means = [one.mean() for one in kept if len(one)]
        drawn = np.random.default_rng(34).choice(means, (2000, len(means))).mean(axis=1)
        rows[name] = {
            "mean": round(float(np.mean(means)), 3),
            "interval": [round(float(e), 3) for e in np.quantile(drawn, (0.025, 0.975))],
            "empty": round(empty, 3),
        }
    return rows


def main(arguments: list[str] | None = None) -> int:
    """Run and write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--small", action="store_true", help="two networks, to see that it works")
    parser.add_argument("--no-write", action="store_true")
    options = parser.parse_args(arguments)
    import keras

    start, repeats = time.perf_counter(), 2 if options.small else 20
    dev = [measure("honest", 1000 + i)[0] for i in range(3 * repeats)]
    tested, agree, values = {}, [], {"honest, for the limits": columns(dev)}
    for j, kind in enumerate(KINDS):
        check = kind == "honest"
        done = [measure(kind, 3000 + 100 * j + i, check) for i in range(repeats)]
        values[kind] = columns([one for one, _ in done])
        tested[kind] = alarms(dev, [one for one, _ in done])
        agree += [one for _, one in done] if check else []
        print(kind, {name: row["caught"] for name, row in tested[kind].items()}, flush=True)
    results = {
        "made": {
            "command": "python benchmarks/explanations.py" + (" --small" if options.small else ""),
            "date": datetime.date.today().isoformat(),
            "python": platform.python_version(),
            "backend": keras.backend.backend(),
            **{name: version(name) for name in ("keras", "tensorflow", "numpy", "medai")},
            "seconds": round(time.perf_counter() - start),
        },
        "settings": {"networks": repeats, "honest_for_limits": 3 * repeats, "films": FILMS,
                     "passes": PASSES, "widths": WIDTHS, "gain": GAIN, "shown": SHOWN,
                     "level": LEVEL, "draws": DRAWS},
        "warnings": tested,
        "agreement": agreement(agree),
        "values": values,
    }  # fmt: skip
    if not options.no_write:
        TARGET.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", "utf-8")
        print(f"wrote {TARGET.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
