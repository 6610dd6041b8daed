"""Autoencoders: squeeze a patient into a few numbers, and write the patient out again.

A model here is always three Keras models that share their layers: the whole, and its parts
``model.get_layer("encoder")`` and ``model.get_layer("decoder")``.  The whole is the decoder
applied to the encoder's code, so every output depends on every input and training reaches
both halves.  The target of training is the input itself.
"""

from __future__ import annotations

from collections.abc import Sequence

import keras
import numpy as np
from keras import layers

from medai.nn.autoencoder_parts import HideItems, MissingItems, ReconstructionLoss, TiedDense
from medai.runtime import MedaiError

__all__ = ["ReconstructionLoss", "autoencoder", "check_items", "denoising_autoencoder"]


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
    drop: float = 0.2,
    likelihood: str = "multinomial",
    columns: np.ndarray | None = None,
    normalise: bool = False,
) -> keras.Model:
    """Return an autoencoder that learns to write out what is missing from a list.

    While it trains, items of the list are hidden with probability `drop` and have to be
    written out all the same, so the code must hold what the visible items say about them.

    Parameters
    ----------
    n_features, code, hidden, activation
        As in :func:`autoencoder`; `activation` is that of the code too.
    drop : float
        Share of the items hidden at each training step, from 0 to below 1.
    likelihood : {"multinomial", "bernoulli"}
        "multinomial": one distribution over the items that are *not visible* (a visible item
        has probability 0), that is, which one is missing, given that one is.  "bernoulli": a
        probability for each item, visible or not.  Train with the
        :class:`ReconstructionLoss` of the same name.
    columns : numpy.ndarray, optional
        Which items may be hidden, and with "multinomial" also recommended: bool of shape
        (d,), for example the drugs among drugs and diagnoses.  All by default.
    normalise : bool
        Whether each visible row is divided by its length before it is encoded.

    Returns
    -------
    keras.Model
        Uncompiled, (B, d) to (B, d) probabilities.  Its part "encoder" maps (B, d) to
        (B, k), its part "decoder" (B, k) to scores before the softmax (or to probabilities,
        for "bernoulli").

    Raises
    ------
    MedaiError
        When a width is below 1, or `drop`, `likelihood` or `columns` is not allowed.

    References
    ----------
    Vincent P, et al. Extracting and composing robust features with denoising autoencoders.
    ICML 2008.  The multinomial likelihood is that of Liang D, et al. Variational autoencoders
    for collaborative filtering. WWW 2018, arXiv:1802.05814; restricting it to the items that
    are not visible is this book's choice.
    """
    if not 0 <= drop < 1:
        raise MedaiError(f"drop={drop}: the share of hidden items lies from 0 to below 1.")
    if likelihood not in ("multinomial", "bernoulli"):
        raise MedaiError(f"likelihood={likelihood!r}: choose 'multinomial' or 'bernoulli'.")
    allowed = np.ones(n_features, bool) if columns is None else np.asarray(columns)
    if allowed.shape != (n_features,) or allowed.dtype != bool or not allowed.any():
        raise MedaiError(
            f"columns {allowed.dtype} of shape {allowed.shape}: need {n_features} booleans, at "
            "least one of them True."
        )
    before = [layers.UnitNormalization(name="normalise")] if normalise else []
    encoder, _ = _encoder(n_features, code, hidden, activation, before, code_activation=activation)
    output = "sigmoid" if likelihood == "bernoulli" else "linear"
    decoder = _decoder(n_features, code, hidden, activation, output)
    x = keras.Input((n_features,), name="items")
    visible = HideItems(drop, allowed.tolist(), name="hide")(x)
    p = decoder(encoder(visible))
    if likelihood == "multinomial":
        p = MissingItems(allowed.tolist(), name="missing")([p, visible])
    return keras.Model(x, p, name="denoising_autoencoder")


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

    Examples
    --------
    >>> check_items([[1, 0, 1], [0, 1, 0]]).dtype
    dtype('float32')
    >>> check_items([[1, 0, 2]])
    Traceback (most recent call last):
        ...
    medai.runtime.errors.MedaiError: The matrix holds values other than 0 and 1: ...
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
