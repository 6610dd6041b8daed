"""Layers and the loss of the autoencoders."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
from keras import layers, ops

from medai.runtime import MedaiError

Tensor = Any  # a tensor of the backend in use


class TiedDense(layers.Layer):
    """The mirror of a dense layer: multiplies by its kernel, transposed.

    Parameters
    ----------
    source : keras.layers.Dense
        A layer that is built already; the kernel is shared, not copied.
    activation : str, optional
        Linear by default.
    """

    def __init__(self, source: layers.Dense, activation: str | None = None, **kwargs) -> None:
        super().__init__(**kwargs)
        self.source = source
        self.activation = keras.activations.get(activation)

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Make the bias; the kernel exists already."""
        width = self.source.kernel.shape[0]
        self.bias = self.add_weight(shape=(width,), initializer="zeros", name="bias")

    def call(self, inputs: Tensor) -> Tensor:
        """Map (B, k) to (B, d)."""
        back = ops.matmul(inputs, ops.transpose(self.source.kernel))
        return self.activation(back + self.bias)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Replace the last axis."""
        return (*input_shape[:-1], self.source.kernel.shape[0])


@keras.saving.register_keras_serializable("medai")
class HideItems(layers.Layer):
    """Set items of a 0/1 row to 0 at random while training; pass everything at other times.

    Unlike dropout, what remains is not scaled up: a list from which a drug was forgotten
    does not make the others count more.

    Parameters
    ----------
    rate : float
        Probability that an item is hidden.
    columns : sequence of bool
        Which items may be hidden, shape (d,).
    """

    def __init__(self, rate: float, columns: Sequence[bool], **kwargs) -> None:
        super().__init__(**kwargs)
        self.rate, self.columns = rate, list(columns)
        self.seed_generator = keras.random.SeedGenerator()

    def call(self, inputs: Tensor, training: bool = False) -> Tensor:
        """Map (B, d) to (B, d)."""
        if not training:
            return inputs
        draw = keras.random.uniform(ops.shape(inputs), seed=self.seed_generator)
        allowed = ops.cast(ops.convert_to_tensor(self.columns), inputs.dtype)
        return inputs * (1 - allowed * ops.cast(draw < self.rate, inputs.dtype))

    def get_config(self) -> dict[str, Any]:
        """Return what a saved model needs to make this layer again."""
        return {**super().get_config(), "rate": self.rate, "columns": self.columns}


@keras.saving.register_keras_serializable("medai")
class MissingItems(layers.Layer):
    """Softmax over the allowed items that are not visible; all others get probability 0.

    Parameters
    ----------
    columns : sequence of bool
        Which items may be recommended, shape (d,).
    """

    def __init__(self, columns: Sequence[bool], **kwargs) -> None:
        super().__init__(**kwargs)
        self.columns = list(columns)

    def call(self, inputs: list[Tensor]) -> Tensor:
        """Map scores (B, d) and visible items (B, d) to probabilities (B, d)."""
        scores, visible = inputs
        allowed = ops.cast(ops.convert_to_tensor(self.columns), scores.dtype)
        open_ = allowed * ops.cast(visible <= 0, scores.dtype)
        return ops.softmax(scores - 1e4 * (1 - open_), axis=-1) * open_

    def compute_output_shape(self, input_shape: list[tuple]) -> tuple:
        """Return the shape of the scores."""
        return input_shape[0]

    def get_config(self) -> dict[str, Any]:
        """Return what a saved model needs to make this layer again."""
        return {**super().get_config(), "columns": self.columns}


@keras.saving.register_keras_serializable("medai")
class ReconstructionLoss(keras.losses.Loss):
    """How badly probabilities `p` describe the items `x` of each row.

    Parameters
    ----------
    likelihood : {"multinomial", "bernoulli"}
        ``-Σ x log p`` over the items with p above 0 (the others are visible, nobody asks for
        them), or ``-Σ [x log p + (1 - x) log (1 - p)]`` over all; averaged over rows.

    Raises
    ------
    MedaiError
        When `likelihood` is unknown.
    """

    def __init__(self, likelihood: str = "multinomial", name: str = "reconstruction", **kwargs):
        if likelihood not in ("multinomial", "bernoulli"):
            raise MedaiError(f"likelihood={likelihood!r}: choose 'multinomial' or 'bernoulli'.")
        super().__init__(name=name, **kwargs)
        self.likelihood = likelihood

    def call(self, y_true: Tensor, y_pred: Tensor) -> Tensor:
        """Return one loss per row, shape (B,)."""
        x = ops.cast(y_true, y_pred.dtype)
        p = ops.clip(y_pred, 1e-7, 1 - 1e-7)
        if self.likelihood == "multinomial":
            return -ops.sum(x * ops.cast(y_pred > 0, p.dtype) * ops.log(p), axis=-1)
        return -ops.sum(x * ops.log(p) + (1 - x) * ops.log(1 - p), axis=-1)

    def get_config(self) -> dict[str, Any]:
        """Return what a saved model needs to make this loss again."""
        return {**super().get_config(), "likelihood": self.likelihood}
