"""One small training that uses everything that must survive a kill.

As a script: ``python training_case.py FOLDER WEIGHTS.npz [epoch|write]`` trains with a
checkpoint in FOLDER and kills itself in the middle of an epoch, or of a write.
"""

import os
import signal
import sys

import keras
import numpy as np

EPOCHS, ROWS, BATCH = 5, 40, 16


def data():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(ROWS, 6)).astype("float32")
    return x, (x[:, 0] + 0.3 * rng.normal(size=ROWS) > 0).astype("int32")


def model(seed=1, units=8, rate=0.02, quick=False):
    """Dropout, batch normalisation, Adam and a schedule; `seed` sets the initial weights.

    `quick` skips TensorFlow's graph, which takes longer to build than this model to train.
    """
    keras.utils.set_random_seed(seed)
    layers = keras.layers
    net = keras.Sequential(
        [
            keras.Input((6,)),
            layers.Dense(units),
            layers.BatchNormalization(momentum=0.9),
            layers.ReLU(),
            layers.Dropout(0.3),
            layers.Dense(1, activation="sigmoid"),
        ]
    )
    schedule = keras.optimizers.schedules.CosineDecay(rate, decay_steps=15)
    eager = quick and keras.backend.backend() == "tensorflow"
    optimizer = keras.optimizers.Adam(schedule)
    net.compile(optimizer, "binary_crossentropy", metrics=["accuracy"], run_eagerly=eager)
    return net


def jitter(x, rng):
    return x + rng.normal(scale=0.05, size=x.shape)


def run(net, folder=None, augment=jitter, **changes):
    from medai.nn.training import fit

    x, y = data()
    settings = {"validation": (x[:8], y[:8]), "epochs": EPOCHS, "batch_size": BATCH, "seed": 3}
    return fit(net, x[8:], y[8:], checkpoint=folder, augment=augment, **{**settings, **changes})


def weights(net):
    return [keras.ops.convert_to_numpy(v.value) for v in net.weights]


class StopsAt:
    """Augments like `jitter`, and calls `action` at the n-th batch it is given."""

    __qualname__ = "jitter"  # the same training as far as the fingerprint can tell

    def __init__(self, n, action):
        self.n, self.action = n, action

    def __call__(self, x, rng):
        self.n -= 1
        if self.n == 0:
            self.action()
        return jitter(x, rng)


def kill():
    os.kill(os.getpid(), signal.SIGKILL)


def main(folder, target, death=None):
    import medai.nn.training.checkpoint as module

    augment = jitter
    if death == "epoch":
        augment = StopsAt(7, kill)
    if death == "write":
        whole, calls = np.savez, []

        def half(file, **arrays):
            calls.append(1)
            if len(calls) < 3:
                return whole(file, **arrays)
            file.write(b"PK\x03\x04 half a checkpoint")
            file.flush()
            return kill()

        module.np.savez = half
    net = model(seed=1 if death else 2)  # other initial weights: the checkpoint's must win
    run(net, folder, augment, patience=4)
    np.savez(target, *weights(net))


if __name__ == "__main__":
    import medai.nn  # noqa: F401  loads Keras quietly

    main(*sys.argv[1:])
