"""Autoencoders: squeeze a patient into a few numbers, and write the patient out again.

A model here is always three Keras models that share their layers: the whole, and its parts
``model.get_layer("encoder")`` and ``model.get_layer("decoder")``.  The whole is the decoder
applied to the encoder's code, so every output depends on every input and training reaches
both halves.  The target of training is the input itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
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


def autoencoder(
    n_features: int,
    code: int,
    *,
    hidden: Sequence[int] = (),
    activation: str = "relu",
    output: str = "linear",
    tied: bool = False,
) -> keras.Model:
    """Return a plain autoencoder: features, code, features.

    Parameters
    ----------
    n_features : int
        Numbers per patient, d.
    code : int
        Numbers that must be enough to write the patient out again, k.
    hidden : sequence of int
        Widths of layers between input and code; the decoder mirrors them.
    activation : str
        Of the hidden layers.  The code itself is linear.
    output : str
        Activation of the reconstruction: "linear" for measurements (train with "mse"),
        "sigmoid" for yes/no items (train with "binary_crossentropy").
    tied : bool
        Whether each layer of the decoder uses the transposed kernel of its partner.  Tied,
        linear and without hidden layers, trained with "mse", the best such network projects
        on the first k principal components.

    Returns
    -------
    keras.Model
        Uncompiled, (B, d) to (B, d); its parts are ``get_layer("encoder")``, (B, d) to
        (B, k), and ``get_layer("decoder")``, (B, k) to (B, d).

    Raises
    ------
    MedaiError
        When a width is below 1 or `output` is unknown.

    References
    ----------
    Baldi P, Hornik K. Neural networks and principal component analysis. Neural Networks
    1989;2:53-58.
    """
    if output not in ("linear", "sigmoid"):
        raise MedaiError(f"output={output!r}: choose 'linear' or 'sigmoid'.")
    encoder, stack = _encoder(n_features, code, hidden, activation)
    if not tied:
        decoder = _decoder(n_features, code, hidden, activation, output)
    else:
        z = inputs = keras.Input((code,), name="code")
        for i, layer in reversed(list(enumerate(stack))):
            z = TiedDense(layer, activation if i else output, name=f"decode_{i}")(z)
        decoder = keras.Model(inputs, z, name="decoder")
    x = keras.Input((n_features,), name="features")
    return keras.Model(x, decoder(encoder(x)), name="autoencoder")


def denoising_autoencoder(
    n_features: int,
    code: int,
    *,
    hidden: Sequence[int] = (),
    activation: str = "tanh",
    drop: float = 0.5,
    likelihood: str = "multinomial",
    normalise: bool = True,
) -> keras.Model:
    """Return an autoencoder that learns to write out the whole from a part.

    While it trains, each input is hidden with probability `drop` but still has to be
    written out, so the code must hold what the visible items say about the hidden ones.

    Parameters
    ----------
    n_features, code, hidden, activation
        As in :func:`autoencoder`; `activation` is that of the code too.
    drop : float
        Share of the inputs hidden at each training step, from 0 to below 1.
    likelihood : {"multinomial", "bernoulli"}
        What the output is: one distribution over all items (softmax), which makes items
        compete for probability and suits ranking, or a probability for each item (sigmoid).
        Train with :class:`ReconstructionLoss` of the same name.
    normalise : bool
        Whether each visible row is divided by its length, so that a long list of drugs does
        not shout.

    Returns
    -------
    keras.Model
        Uncompiled, (B, d) to (B, d) probabilities, with parts "encoder" and "decoder".

    Raises
    ------
    MedaiError
        When a width is below 1, or `drop` or `likelihood` is not allowed.

    References
    ----------
    Vincent P, et al. Extracting and composing robust features with denoising autoencoders.
    ICML 2008.  Liang D, et al. Variational autoencoders for collaborative filtering.
    WWW 2018, arXiv:1802.05814 (there called Mult-DAE).
    """
    if not 0 <= drop < 1:
        raise MedaiError(f"drop={drop}: the share of hidden inputs lies from 0 to below 1.")
    output = {"multinomial": "softmax", "bernoulli": "sigmoid"}.get(likelihood)
    if output is None:
        raise MedaiError(f"likelihood={likelihood!r}: choose 'multinomial' or 'bernoulli'.")
    before = [layers.Dropout(drop, name="hide")]  # dividing by the length undoes its scaling
    if normalise:
        before.append(layers.UnitNormalization(name="normalise"))
    encoder, _ = _encoder(n_features, code, hidden, activation, before, code_activation=activation)
    decoder = _decoder(n_features, code, hidden, activation, output)
    x = keras.Input((n_features,), name="items")
    return keras.Model(x, decoder(encoder(x)), name="denoising_autoencoder")


class ReconstructionLoss(keras.losses.Loss):
    """How badly probabilities `p` describe the items `x` of each row.

    Parameters
    ----------
    likelihood : {"multinomial", "bernoulli"}
        ``-Σ x log p``, or ``-Σ [x log p + (1 - x) log (1 - p)]``; summed over the items of a
        row, then averaged over rows.

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
        loss = -x * ops.log(p)
        if self.likelihood == "bernoulli":
            loss = loss - (1 - x) * ops.log(1 - p)
        return ops.sum(loss, axis=-1)

    def get_config(self) -> dict[str, Any]:
        """Return what a saved model needs to make this loss again."""
        return {**super().get_config(), "likelihood": self.likelihood}


def check_items(x: np.ndarray, n_features: int | None = None) -> np.ndarray:
    """Return `x` as float32 after checking that it can be trained on: 0/1, no empty row.

    Parameters
    ----------
    x : numpy.ndarray
        Shape (rows, items).
    n_features : int, optional
        How many items the model expects.

    Raises
    ------
    MedaiError
        When the shape is wrong, a value is neither 0 nor 1 (NaN too), or a row has no item.
    """
    x = np.asarray(x)
    if x.ndim != 2 or 0 in x.shape or (n_features is not None and x.shape[1] != n_features):
        wanted = "items" if n_features is None else n_features
        raise MedaiError(f"The matrix has shape {x.shape}, not (rows, {wanted}).")
    if x.dtype.kind not in "biuf" or not np.isin(x, (0, 1)).all():
        raise MedaiError("The matrix holds values other than 0 and 1: turn counts into X > 0.")
    empty = np.flatnonzero(x.sum(axis=1) == 0)
    if len(empty):
        raise MedaiError(
            f"{len(empty)} rows hold no item (first: {empty[:3].tolist()}): there is nothing "
            "to encode. Leave them out."
        )
    return x.astype("float32")


def _encoder(
    n_features: int,
    code: int,
    hidden: Sequence[int],
    activation: str,
    before: Sequence[layers.Layer] = (),
    code_activation: str | None = None,
) -> tuple[keras.Model, list[layers.Dense]]:
    for name, width in [
        ("n_features", n_features),
        ("code", code),
        *(("hidden", h) for h in hidden),
    ]:
        if not isinstance(width, int | np.integer) or width < 1:
            raise MedaiError(
                f"{name}={width!r}: a layer needs a whole number of units, at least 1."
            )
    x = inputs = keras.Input((int(n_features),), name="features")
    for layer in before:
        x = layer(x)
    stack = [
        layers.Dense(width, activation=activation, name=f"encode_{i}")
        for i, width in enumerate(hidden)
    ]
    stack.append(layers.Dense(code, activation=code_activation, name=f"encode_{len(hidden)}"))
    for layer in stack:
        x = layer(x)
    return keras.Model(inputs, x, name="encoder"), stack


def _decoder(
    n_features: int, code: int, hidden: Sequence[int], activation: str, output: str
) -> keras.Model:
    z = inputs = keras.Input((int(code),), name="code")
    for i, width in reversed(list(enumerate(hidden))):
        z = layers.Dense(width, activation=activation, name=f"decode_{i + 1}")(z)
    z = layers.Dense(n_features, activation=output, name="decode_0")(z)
    return keras.Model(inputs, z, name="decoder")
