"""Activation maximisation: the input that a unit likes best, by gradient ascent."""

from __future__ import annotations

import keras
import numpy as np
from keras import ops

from medai.nn.gradients import input_gradients
from medai.runtime import MedaiError
from medai.trust.explain.path import scores


def maximise(
    model: keras.Model,
    start: np.ndarray,
    *,
    steps: int = 100,
    rate: float = 0.1,
    decay: float = 0.1,
    target: int = 0,
    clip: tuple[float, float] | None = None,
) -> tuple[np.ndarray, list[float]]:
    r"""Return the input that maximises :math:`s(x) - \tfrac{\lambda}{2} |x|^2`, and its scores.

    Without the penalty a linear unit has no maximum; with it the maximum is `w / decay`.

    Parameters
    ----------
    model : keras.Model
        Maps inputs to (B, classes); followed up to its layer ``logits`` where it has one.
    start : numpy.ndarray
        Where to begin, shape (1, ...) as the model takes it.  Another start, another picture.
    steps, rate : int, float
        Steps of gradient ascent, and their length.
    decay : float
        The penalty λ, at least 0.
    target : int
        Which output to follow.
    clip : (float, float), optional
        Keep every input inside these limits.

    Returns
    -------
    best : numpy.ndarray
        Shape of `start`.
    path : list of float
        The score before each step and after the last.

    Raises
    ------
    MedaiError
        When `start` is not one input, or a number is out of range.

    Notes
    -----
    Simonyan, Vedaldi, Zisserman: Deep inside convolutional networks, 2013.

    Examples
    --------
    >>> unit = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    >>> unit.set_weights([np.array([[1.0], [-2.0]]), np.array([0.0])])
    >>> maximise(unit, np.zeros((1, 2)), steps=200, rate=0.5, decay=1.0)[0].round(3).tolist()
    [[1.0, -2.0]]
    """
    x = np.array(start, dtype="float32")
    if len(x) != 1 or steps < 1 or rate <= 0 or decay < 0:
        raise MedaiError(
            f"start of shape {x.shape}, steps={steps}, rate={rate:g}, decay={decay:g}: give one "
            "input with its batch axis, at least 1 step, a rate above 0 and a decay of at least 0."
        )
    followed, path = scores(model), []

    def score(batch: object) -> object:
        return followed(batch, training=False)[:, target]

    for _ in range(steps):
        path.append(float(ops.convert_to_numpy(ops.stop_gradient(score(x)))[0]))
        slope = ops.convert_to_numpy(ops.stop_gradient(input_gradients(score, x)))
        x = x + rate * (slope - decay * x)
        x = x if clip is None else np.clip(x, *clip)
    path.append(float(ops.convert_to_numpy(ops.stop_gradient(score(x)))[0]))
    return x, path
