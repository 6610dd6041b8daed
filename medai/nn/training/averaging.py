"""Average the weights of several moments of one training, and mend batch normalisation.

Averaged weights meet activations that no single moment produced, so the moving means and
variances of batch normalisation, gathered under other weights, no longer fit.  They are
therefore gathered anew over the training data (Izmailov et al. 2018, section 3.2).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import keras
import numpy as np
from keras import ops

from medai.runtime import MedaiError

KINDS = ("ema", "swa")


def swa_start(epochs: int) -> int:
    """Return the first epoch, from 0, that enters the equal mean: the last quarter."""
    return epochs - max(1, epochs // 4)


def turn_on_ema(model: keras.Model, steps_per_epoch: int, epochs: int) -> float:
    """Let the model's optimizer keep a moving average of the weights; return its momentum.

    The average looks back over about a tenth of the training, and at least ten steps.

    Raises
    ------
    MedaiError
        When the optimizer has already trained without an average.
    """
    optimizer = model.optimizer
    momentum = 1 - 1 / max(10.0, steps_per_epoch * epochs / 10)
    if optimizer.built and not optimizer.use_ema:
        raise MedaiError(
            "average='ema' needs a fresh optimizer: this one has already trained without an "
            "average. Call model.compile(...) again with a new optimizer, then fit."
        )
    optimizer.use_ema, optimizer.ema_momentum = True, momentum
    optimizer.ema_overwrite_frequency = None
    return momentum


@contextmanager
def weights_held_back(optimizer: keras.optimizers.Optimizer) -> Iterator[None]:
    """Keep Keras from writing the average into the model at the end of its own ``fit``.

    It does so even when training was interrupted, and on JAX model and average then share one
    buffer, which the next step gives away.  :func:`put_ema_into` does it once, with a copy.
    """
    optimizer.finalize_variable_values = lambda var_list: None
    try:
        yield
    finally:
        del optimizer.finalize_variable_values


def put_ema_into(model: keras.Model) -> None:
    """Replace the model's weights by the moving average that its optimizer has kept."""
    averages = model.optimizer._model_variables_moving_average
    for variable, average in zip(model.trainable_variables, averages, strict=True):
        variable.assign(np.array(ops.convert_to_numpy(average.value)))


def batch_norms(model: keras.Model) -> list[keras.layers.Layer]:
    """Return the batch normalisation layers that learn, those of nested models too."""
    found = []
    for layer in model._flatten_layers():
        if isinstance(layer, keras.layers.BatchNormalization) and layer.trainable:
            found.append(layer)
    return found


def recompute_batch_norm(model: keras.Model, x: Any, batch_size: int = 64) -> int:
    """Set the moving mean and variance of each batch normalisation to those of `x`.

    They become the mean over all batches, each weighted by its rows, with the weights as they
    are now.  Dropout is active meanwhile, as it was in training.  Nothing is augmented.

    Parameters
    ----------
    model : keras.Model
        Built; its weights stay as they are.
    x : array or structure of arrays
        Training inputs.
    batch_size : int
        As in training, since the variance of small batches is smaller.

    Returns
    -------
    int
        The number of layers that were changed; 0 leaves `x` unread.
    """
    layers = batch_norms(model)
    if not layers:
        return 0
    kept = [layer.momentum for layer in layers]
    rows = len(keras.tree.flatten(x)[0])
    try:
        for start in range(0, rows, batch_size):
            stop = min(start + batch_size, rows)
            for layer in layers:
                layer.momentum = start / stop  # a running mean: 0 forgets what was there
            batch = keras.tree.map_structure(lambda a: a[start:stop], x)  # noqa: B023
            model(batch, training=True)
    finally:
        for layer, momentum in zip(layers, kept, strict=True):
            layer.momentum = momentum
    return len(layers)


class EqualMean:
    """The equal mean of the weights at the ends of several epochs (SWA)."""

    def __init__(self) -> None:
        self.count = 0
        self.sums: list[np.ndarray] = []

    def add(self, model: keras.Model) -> None:
        """Take in the weights as they are now."""
        now = [ops.convert_to_numpy(v.value) for v in model.trainable_variables]
        if self.count == 0:
            self.sums = [value.astype("float64") for value in now]
        else:
            self.sums = [s + value for s, value in zip(self.sums, now, strict=True)]
        self.count += 1

    def put_into(self, model: keras.Model) -> None:
        """Replace the model's weights by the mean."""
        for variable, total in zip(model.trainable_variables, self.sums, strict=True):
            variable.assign(ops.cast(total / self.count, variable.dtype))
