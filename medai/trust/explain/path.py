"""Integrated gradients: the gradient, averaged on the way from a baseline to the image."""

from __future__ import annotations

import keras
import numpy as np
from keras import ops

from medai.nn.gradients import input_gradients
from medai.runtime import MedaiError


def scores(model: keras.Model) -> keras.Model:
    """Return the model up to its layer ``logits`` where it has one, else the model itself."""
    names = [layer.name for layer in model.layers]
    if "logits" not in names:
        return model
    return keras.Model(model.inputs[0], model.get_layer("logits").output)


def integrated_gradients(
    model: keras.Model,
    images: np.ndarray,
    baseline: np.ndarray | float = 0.0,
    *,
    steps: int = 32,
    target: int = 0,
) -> np.ndarray:
    r"""Return each input's share of the difference between its score and the baseline's.

    .. math:: a_j = (x_j - x'_j)\; \frac{1}{m} \sum_{k=1}^{m}
        \frac{\partial s}{\partial x_j}\bigl(x' + \tfrac{k - 1/2}{m} (x - x')\bigr)

    The shares sum to `s(x) - s(x')` as `steps` grows (*completeness*); compare the sums to see
    whether there were enough.

    Parameters
    ----------
    model : keras.Model
        Maps inputs to (B, classes); followed up to its layer ``logits`` where it has one.
    images : numpy.ndarray
        Shape (B, ...) as the model takes it.
    baseline : numpy.ndarray or float
        What "nothing" is: one image, or one number for every pixel.  It is a choice, and the
        answer depends on it: a pixel equal to the baseline gets nothing.
    steps : int
        Points on the way, at least 1 (midpoint rule).
    target : int
        Which output to follow.

    Returns
    -------
    numpy.ndarray
        Shape of `images`, signed.

    Raises
    ------
    MedaiError
        When the baseline or `steps` do not fit.

    Notes
    -----
    Sundararajan, Taly, Yan: Axiomatic attribution for deep networks, 2017.

    Examples
    --------
    Of a linear unit it is weight times input, and the shares add up:

    >>> import keras
    >>> unit = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    >>> unit.set_weights([np.array([[2.0], [-1.0]]), np.array([0.5])])
    >>> integrated_gradients(unit, np.array([[3.0, 4.0]])).round(4).tolist()
    [[6.0, -4.0]]
    """
    images = np.asarray(images, dtype="float32")
    start = np.broadcast_to(np.asarray(baseline, dtype="float32"), images.shape[1:])
    if steps < 1 or not np.isfinite(start).all() or not np.isfinite(images).all():
        raise MedaiError(
            f"steps={steps}: take at least 1; images and baseline must hold finite numbers only."
        )
    followed = scores(model)
    total = np.zeros(images.shape)
    for k in range(steps):
        there = (start + (k + 0.5) / steps * (images - start)).astype("float32")
        found = input_gradients(lambda batch: followed(batch, training=False)[:, target], there)
        total += ops.convert_to_numpy(ops.stop_gradient(found))
    return (images - start) * total / steps
