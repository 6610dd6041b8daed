"""Convolutional networks for images: one that circulates, a small one, a residual one.

All are uncompiled functional models.  They end in a layer named ``logits`` and a layer named
``probability``, so that a method which needs the score before the sigmoid can take it.
:func:`~medai.nn.saliency.occlusion_map` and :func:`~medai.nn.saliency.input_saliency` are a
first look at what a model looks at.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import keras
import numpy as np
from keras import layers

from medai.nn.saliency import input_saliency as input_saliency
from medai.nn.saliency import occlusion_map as occlusion_map
from medai.runtime import MedaiError

if TYPE_CHECKING:
    import pandas as pd

Tensor = Any  # a tensor of the backend in use


def circulating_cnn(
    input_shape: tuple[int, int, int] = (224, 224, 3), n_classes: int = 2
) -> keras.Model:
    """Return the network that many tutorials copy: nearly all of it is one dense layer.

    Three unpadded 3×3 convolutions (32, 64, 128 filters), each with a 2×2 pool, then
    ``Flatten`` and ``Dense(1024)``.  At 224×224 the flattened map has 26·26·128 = 86,528
    values, so the dense layer holds 86,528·1,024 + 1,024 of the 88.7 million parameters.  It
    is an exhibit: the book counts it at 224×224 and trains it at 28×28 only.

    Parameters
    ----------
    input_shape : tuple of int
        Height, width and channels of an image; at least 22×22 pixels.
    n_classes : int
        1 for one probability (sigmoid), 2 or more for a softmax.

    Returns
    -------
    keras.Model
        Maps (B, height, width, channels) to (B, n_classes).

    Raises
    ------
    MedaiError
        When the shape or the number of classes does not fit.
    """
    x = inputs = _image_input(input_shape, n_classes, smallest=22)
    for filters in (32, 64, 128):
        x = layers.Conv2D(filters, 3, activation="relu")(x)
        x = layers.MaxPooling2D(2)(x)
    x = layers.Flatten()(x)
    x = layers.Dense(1024, activation="relu")(x)
    return _classifier(inputs, x, n_classes, "circulating_cnn")


def small_cnn(
    input_shape: tuple[int, int, int],
    n_classes: int = 1,
    widths: Sequence[int] = (16, 32, 64, 64),
) -> keras.Model:
    """Return a small network: convolution, normalisation, ReLU, pool; then a global average.

    No layer is larger than a convolution.  With one channel and four blocks it has about
    61,000 parameters, whatever the size of the image.

    Parameters
    ----------
    input_shape : tuple of int
        Height, width and channels of an image; at least 8×8 pixels.
    n_classes : int
        1 for one probability (sigmoid), 2 or more for a softmax.
    widths : sequence of int
        Filters of each 3×3 convolution; all but the last are followed by a 2×2 pool.

    Returns
    -------
    keras.Model
        Maps (B, height, width, channels) to (B, n_classes).

    Raises
    ------
    MedaiError
        When the shape, the number of classes or a width does not fit.
    """
    _check_widths(widths)
    x = inputs = _image_input(input_shape, n_classes, smallest=2 ** (len(widths) - 1))
    for i, filters in enumerate(widths):
        x = layers.ReLU()(_convolution(x, filters))
        if i < len(widths) - 1:
            x = layers.MaxPooling2D(2)(x)
    return _classifier(inputs, layers.GlobalAveragePooling2D()(x), n_classes, "small_cnn")


def residual_cnn(
    input_shape: tuple[int, int, int],
    n_classes: int = 1,
    widths: Sequence[int] = (16, 32, 64),
) -> keras.Model:
    """Return a small residual network; each block adds a correction to what it is given.

    A 3×3 stem, then one :func:`residual_block` per width, each but the first at half the
    resolution, then a global average.  With one channel it has about 78,000 parameters.

    Parameters
    ----------
    input_shape : tuple of int
        Height, width and channels of an image; at least 4×4 pixels.
    n_classes : int
        1 for one probability (sigmoid), 2 or more for a softmax.
    widths : sequence of int
        Filters of each block.

    Returns
    -------
    keras.Model
        Maps (B, height, width, channels) to (B, n_classes).

    Raises
    ------
    MedaiError
        When the shape, the number of classes or a width does not fit.

    Notes
    -----
    He, Zhang, Ren, Sun: Deep residual learning for image recognition, 2016.
    """
    _check_widths(widths)
    x = inputs = _image_input(input_shape, n_classes, smallest=2 ** (len(widths) - 1))
    x = layers.ReLU()(_convolution(x, widths[0]))
    for i, filters in enumerate(widths):
        x = residual_block(x, filters, stride=1 if i == 0 else 2)
    return _classifier(inputs, layers.GlobalAveragePooling2D()(x), n_classes, "residual_cnn")


def residual_block(x: Tensor, filters: int, stride: int = 1) -> Tensor:
    """Return ReLU(x + F(x)), where F is convolution, ReLU, convolution, each normalised.

    Where the shape changes, x first goes through a 1×1 convolution.

    Parameters
    ----------
    x : tensor
        Of the functional model that is being built, shape (B, height, width, channels).
    filters : int
        Channels of the result.
    stride : int
        2 halves height and width.

    Returns
    -------
    tensor
        Shape (B, height / stride, width / stride, filters), rounded up.
    """
    change = layers.ReLU()(_convolution(x, filters, stride=stride))
    change = _convolution(change, filters)
    if stride != 1 or x.shape[-1] != filters:
        x = _convolution(x, filters, size=1, stride=stride)
    return layers.ReLU()(layers.Add()([x, change]))


def parameter_table(model: keras.Model) -> pd.DataFrame:
    """Return where the parameters of a model are.

    Parameters
    ----------
    model : keras.Model
        A built model.

    Returns
    -------
    pandas.DataFrame
        One row per layer with parameters, in order: ``layer`` (its kind), ``output`` (shape of
        one image's result), ``parameters`` (count, moving means included) and ``share`` (of
        all, 0 to 1).

    Raises
    ------
    MedaiError
        When the model has no parameters (it is not built yet).

    Examples
    --------
    >>> table = parameter_table(small_cnn((32, 32, 1), widths=(4, 4)))
    >>> int(table["parameters"].sum())
    217
    """
    import pandas as pd

    total = model.count_params() if model.built else 0
    if not total:
        raise MedaiError("The model has no parameters yet: build it, or call it on an image once.")
    rows = [
        {
            "layer": type(layer).__name__,
            "output": "×".join(str(n) for n in layer.output.shape[1:]),
            "parameters": layer.count_params(),
            "share": layer.count_params() / total,
        }
        for layer in model.layers
        if layer.count_params()
    ]
    return pd.DataFrame(rows, index=pd.RangeIndex(1, len(rows) + 1))


def _convolution(x: Tensor, filters: int, size: int = 3, stride: int = 1) -> Tensor:
    """Convolve with padding and without bias, then normalise (its offset is the bias)."""
    x = layers.Conv2D(filters, size, strides=stride, padding="same", use_bias=False)(x)
    return layers.BatchNormalization(momentum=0.9)(x)


def _classifier(inputs: Tensor, x: Tensor, n_classes: int, name: str) -> keras.Model:
    x = layers.Dense(n_classes, name="logits")(x)
    kind = "sigmoid" if n_classes == 1 else "softmax"
    return keras.Model(inputs, layers.Activation(kind, name="probability")(x), name=name)


def _image_input(input_shape: Sequence[int], n_classes: int, smallest: int) -> Tensor:
    shape = tuple(input_shape)
    whole = all(isinstance(n, int | np.integer) and n >= 1 for n in shape)
    if len(shape) != 3 or not whole or min(shape[:2]) < smallest:
        raise MedaiError(
            f"input_shape={shape}: this network takes (height, width, channels) with height and "
            f"width of at least {smallest} pixels, for example (32, 32, 1)."
        )
    if not isinstance(n_classes, int | np.integer) or n_classes < 1:
        raise MedaiError(f"n_classes={n_classes}: 1 for one probability, 2 or more for classes.")
    return keras.Input(tuple(int(n) for n in shape))


def _check_widths(widths: Sequence[int]) -> None:
    if not len(widths) or any(n < 1 for n in widths):
        raise MedaiError(f"widths={tuple(widths)}: one positive number of filters per block.")
