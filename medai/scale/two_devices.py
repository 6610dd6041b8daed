"""Train the same small network on one device and on two, and compare: ``python -m`` this file.

JAX must be told the number of devices before it is imported, so this is a process of its own; on
a machine without accelerators, JAX makes two devices out of the CPU.  Prints one line of JSON.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.util import find_spec

from medai.runtime import MedaiError

STEPS, ROWS = 5, 64


def compare(timeout: float = 120) -> dict:
    """Return the losses of one and of two devices, as ``{"devices": 2, "one": […], "two": […]}``.

    Raises
    ------
    MedaiError
        When JAX is not installed, or the process fails or takes longer than `timeout` seconds.

    Examples
    --------
    >>> import json
    >>> from medai.datasets.paths import data_path
    >>> kept = json.loads(data_path("results/38_two_devices.json").read_text())
    >>> gap = max(abs(one - two) for one, two in zip(kept["one"], kept["two"], strict=True))
    >>> print(f"{kept['devices']} devices, largest difference of the loss {gap:.0e}")
    2 devices, largest difference of the loss 6e-08
    """
    if find_spec("jax") is None:
        raise MedaiError("JAX is not installed here: pip install jax, or read the stored result.")
    flags = "--xla_force_host_platform_device_count=2"
    environment = os.environ | {
        "KERAS_BACKEND": "jax",
        "JAX_PLATFORMS": "cpu",
        "XLA_FLAGS": f"{os.environ.get('XLA_FLAGS', '')} {flags}".strip(),
    }
    command = [sys.executable, "-m", "medai.scale.two_devices"]
    try:
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=timeout, check=False
        )
        return json.loads(done.stdout.strip().splitlines()[-1])
    except (subprocess.TimeoutExpired, ValueError, IndexError):
        raise MedaiError(
            "Training on two JAX devices did not end well; run `python -m medai.scale.two_devices` "
            "with KERAS_BACKEND=jax to see why."
        ) from None


def losses(distribution: object | None) -> list[float]:
    """Train five steps on 64 rows of an invented table; return the loss of each step."""
    import keras
    import numpy as np

    keras.distribution.set_distribution(distribution)
    keras.utils.set_random_seed(38)
    rng = np.random.default_rng(38)
    x = rng.normal(size=(ROWS, 8)).astype("float32")
    y = (x[:, :1] + 0.5 * x[:, 1:2] > 0).astype("float32")
    model = keras.Sequential(
        [
            keras.Input((8,)),
            keras.layers.Dense(16, activation="relu"),
            keras.layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile(keras.optimizers.SGD(0.5), "binary_crossentropy")
    history = model.fit(x, y, batch_size=ROWS, epochs=STEPS, shuffle=False, verbose=0)
    keras.distribution.set_distribution(None)
    return [float(value) for value in history.history["loss"]]


def main() -> None:
    """Compare, and print one line of JSON."""
    import jax
    import keras

    devices = jax.devices()
    one = losses(None)
    two = losses(keras.distribution.DataParallel(devices=keras.distribution.list_devices()))
    print(json.dumps({"devices": len(devices), "one": one, "two": two}))


if __name__ == "__main__":
    main()
