"""What both GANs need: constants out of networks, checks, a history, an optimizer."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import keras
import numpy as np
from keras import ops

from medai.nn.training.checks import check_finite
from medai.runtime import MedaiError

if TYPE_CHECKING:
    import pandas as pd

Tensor = Any  # a tensor of the backend in use


def adam(
    model: keras.Model, learning_rate: float, beta_1: float, beta_2: float
) -> keras.optimizers.Optimizer:
    """Return Adam with its variables made, so that a compiled step need not make them."""
    if not learning_rate > 0:
        raise MedaiError(f"learning_rate={learning_rate}: must be above 0.")
    optimizer = keras.optimizers.Adam(learning_rate, beta_1=beta_1, beta_2=beta_2)
    optimizer.build(model.trainable_variables)
    return optimizer


def without_side_effects(function: Callable[[], Tensor]) -> Tensor:
    """Return ``function()`` as a constant, and forget what it assigned (moving means)."""
    with keras.StatelessScope():
        return ops.stop_gradient(function())


def tensor(array: np.ndarray) -> Tensor:
    """Return a float32 tensor of the backend in use."""
    return ops.convert_to_tensor(np.asarray(array, dtype="float32"))


def number(value: Tensor) -> float:
    """Return a scalar tensor as a Python float."""
    return float(ops.convert_to_numpy(ops.stop_gradient(value)))


def checked_data(x: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Return `x` as float32; raise an error that names a wrong shape, NaN or emptiness."""
    x = np.asarray(x, dtype="float32")
    if x.ndim == 0 or x.shape[1:] != tuple(shape):
        raise MedaiError(f"x has shape {x.shape}; the network takes rows of shape {tuple(shape)}.")
    if not len(x):
        raise MedaiError("There is no row to learn from.")
    check_finite("x", x)
    return x


def history(
    one: Callable[[], tuple[float, ...]], steps: int, every: int, names: tuple[str, ...]
) -> pd.DataFrame:
    """Call `one` so many times; return the means of what it returns, a row for `every` calls."""
    import pandas as pd

    losses = pd.DataFrame([one() for _ in range(steps)], columns=list(names))
    means = losses.groupby(np.arange(steps) // every).mean()
    means.insert(0, "step", np.minimum((means.index + 1) * every, steps))
    return means


def check_counts(**counts: int) -> None:
    """Raise an error for the first count that is below 1."""
    for name, count in counts.items():
        if count < 1:
            raise MedaiError(f"{name}={count}: at least 1.")
