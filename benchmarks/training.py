"""What medai's training loop costs over plain ``keras.Model.fit``, side by side in one run.

    python benchmarks/training.py [--repeats 5] [--epochs 2]

Both train the same small CNN on the same 4,000 images of 32 × 32 from the same weights.  Each
training has a process of its own, because what one way sets in a process (TensorFlow changes
how memory is given back when Python code feeds it) would also slow or speed the next.  The
ways take turns, so that whatever else the machine does hits all; the first training of a
process, of one batch, is not counted.  CPU seconds and wall seconds; the ratio is taken within
each repeat.  Writes data/results/12_training_overhead.json.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import keras
import numpy as np

import medai.nn  # noqa: F401  loads Keras quietly
from medai.nn.training import fit

TARGET = Path(__file__).resolve().parents[1] / "data" / "results" / "12_training_overhead.json"
ROWS, HELD_OUT, BATCH = 4000, 600, 64


def make() -> keras.Model:
    keras.utils.set_random_seed(0)
    layers = keras.layers
    parts = [keras.Input((32, 32, 1))]
    for filters in (16, 32, 64):
        parts += [layers.Conv2D(filters, 3, padding="same", use_bias=False)]
        parts += [layers.BatchNormalization(momentum=0.9), layers.ReLU(), layers.MaxPooling2D()]
    parts += [layers.GlobalAveragePooling2D(), layers.Dropout(0.2)]
    model = keras.Sequential([*parts, layers.Dense(1, activation="sigmoid")])
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    return model


def images() -> tuple[np.ndarray, np.ndarray]:
    """Noise with a faint bright square in half of the images."""
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, ROWS + HELD_OUT)
    x = rng.random((len(y), 32, 32, 1), dtype="float32")
    x[y == 1, 8:16, 8:16] += 0.2
    return x, y


def ways(epochs: int, rows: int) -> dict:
    """Return the functions to time, each from a compiled model to nothing."""
    x, y = images()
    train, held_out = (x[:rows], y[:rows]), (x[ROWS:], y[ROWS:])
    common = {"epochs": epochs, "batch_size": BATCH}

    def plain(model: keras.Model) -> None:
        model.fit(*train, validation_data=held_out, verbose=0, **common)

    def ours(model: keras.Model, **settings: object) -> None:
        fit(model, *train, validation=held_out, **common, **settings)

    def stored(model: keras.Model, **settings: object) -> None:
        with tempfile.TemporaryDirectory() as folder:
            ours(model, checkpoint=folder, **settings)

    return {
        "keras": plain,
        "keras again": plain,
        "medai": ours,
        "medai, checkpoint": stored,
        "medai, checkpoint, patience": lambda model: stored(model, patience=epochs),
        "medai, checkpoint, ema": lambda model: stored(model, average="ema"),
    }


def time_here(name: str, epochs: int) -> dict[str, float]:
    """Train once in this process, after one batch that is not counted."""
    ways(1, BATCH)[name](make())
    train, model = ways(epochs, ROWS)[name], make()
    cpu, wall = time.process_time(), time.perf_counter()
    train(model)
    return {"cpu": time.process_time() - cpu, "wall": time.perf_counter() - wall}


def time_apart(name: str, epochs: int) -> dict[str, float]:
    """Train once in a new process."""
    command = [sys.executable, __file__, "--only", name, "--epochs", str(epochs)]
    found = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(found.stdout.splitlines()[-1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--no-write", action="store_true", help="print only")
    parser.add_argument("--only", help="time one way in this process, print seconds as JSON")
    args = parser.parse_args()
    if args.only:
        print(json.dumps(time_here(args.only, args.epochs)))
        return

    names = list(ways(1, BATCH))
    seconds: dict[str, dict[str, list]] = {k: {n: [] for n in names} for k in ("cpu", "wall")}
    for repeat in range(args.repeats):
        for name in names if repeat % 2 == 0 else names[::-1]:
            for kind, value in time_apart(name, args.epochs).items():
                seconds[kind][name].append(value)

    result = {
        "measured": datetime.date.today().isoformat(),
        "command": "python benchmarks/training.py " + " ".join(sys.argv[1:]),
        "keras": keras.__version__,
        "backend": keras.backend.backend(),
        "python": platform.python_version(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else None,
        "rows": ROWS,
        "epochs": args.epochs,
        "repeats": args.repeats,
        "parameters": make().count_params(),
        "ratios": {},
    }
    print(f"{'time over keras.Model.fit':30s} CPU: min, median, max   wall: min, median, max")
    for name in names[1:]:
        entry = {}
        for kind, times in seconds.items():
            pairs = zip(times[name], times["keras"], strict=True)
            ratios = sorted(a / b for a, b in pairs)
            entry[kind] = {
                "min": round(ratios[0], 3),
                "median": round(statistics.median(ratios), 3),
                "max": round(ratios[-1], 3),
            }
        result["ratios"][name] = entry
        spread = ("   ".join(f"{v:.3f}" for v in entry[kind].values()) for kind in entry)
        print(f"{name:30s} {'      '.join(spread)}")
    if not args.no_write:
        TARGET.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
