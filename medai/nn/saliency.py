"""A first look at what an image model looks at: cover a patch, or follow the gradient.

Both say where the output is sensitive, and neither says why.
"""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import ops

from medai.nn.gradients import input_gradients
from medai.runtime import MedaiError

Tensor = Any  # a tensor of the backend in use


def occlusion_map(
    model: keras.Model,
    image: np.ndarray,
    patch: int = 8,
    stride: int = 4,
    *,
    fill: float | None = None,
    target: int = 0,
) -> np.ndarray:
    """Return how much the model's output falls when a patch of the image is covered.

    Parameters
    ----------
    model : keras.Model
        Maps images to (B, classes).
    image : numpy.ndarray
        One image, shape (height, width, channels) as the model takes it.
    patch : int
        Side of the square that is covered, in pixels.
    stride : int
        Step between squares, in pixels; the last square always touches the edge.
    fill : float, optional
        What the square is filled with; the image's mean by default.
    target : int
        Which output to follow.

    Returns
    -------
    numpy.ndarray
        Shape (height, width): output on the whole image minus output with the patch covered,
        averaged over the patches that cover the pixel.  Positive where the model finds
        support for `target`; 0 where no patch fell.

    Raises
    ------
    MedaiError
        When image, patch, stride or target does not fit, or a pixel is not a number.

    Notes
    -----
    Zeiler and Fergus: Visualizing and understanding convolutional networks, 2014.

    Examples
    --------
    >>> import numpy as np
    >>> from medai.nn.cnn import small_cnn
    >>> occlusion_map(small_cnn((16, 16, 1), widths=(4, 4)), np.zeros((16, 16, 1))).shape
    (16, 16)
    """
    image = np.asarray(image, dtype="float32")
    _check_images(model, image[np.newaxis], target)
    height, width = image.shape[:2]
    if not 1 <= patch <= min(height, width) or stride < 1:
        raise MedaiError(
            f"patch={patch}, stride={stride}: on a {height}×{width} image the patch must be 1 to "
            f"{min(height, width)} pixels and the stride at least 1."
        )
    fill = float(image.mean()) if fill is None else fill
    places = [(r, c) for r in _starts(height, patch, stride) for c in _starts(width, patch, stride)]
    covered = np.repeat(image[np.newaxis], len(places) + 1, axis=0)  # the last one stays whole
    for i, (r, c) in enumerate(places):
        covered[i, r : r + patch, c : c + patch] = fill
    output = _predict(model, covered)[:, target]
    total, count = np.zeros((height, width)), np.zeros((height, width))
    for (r, c), value in zip(places, output[:-1], strict=True):
        total[r : r + patch, c : c + patch] += output[-1] - value
        count[r : r + patch, c : c + patch] += 1
    return total / np.maximum(count, 1)


def input_saliency(model: keras.Model, images: np.ndarray, *, target: int = 0) -> np.ndarray:
    """Return how steeply the model's score depends on each pixel.

    The score is the output of the layer named ``logits`` where the model has one (a sigmoid
    that is sure is flat, and its gradient says nothing), else the model's output.  The model
    runs in inference mode, so that images do not influence each other through batch
    normalisation.

    Parameters
    ----------
    model : keras.Model
        Maps images to (B, classes).
    images : numpy.ndarray
        Shape (B, height, width, channels).
    target : int
        Which output to follow.

    Returns
    -------
    numpy.ndarray
        Shape (B, height, width): the largest absolute derivative over the channels.

    Raises
    ------
    MedaiError
        When images or target do not fit, or a pixel is not a number.

    Notes
    -----
    Simonyan, Vedaldi, Zisserman: Deep inside convolutional networks, 2013.
    """
    images = np.asarray(images, dtype="float32")
    _check_images(model, images, target)
    names = [layer.name for layer in model.layers]
    if "logits" in names:
        model = keras.Model(model.inputs[0], model.get_layer("logits").output)
    found = input_gradients(lambda batch: model(batch, training=False)[:, target], images)
    return np.abs(ops.convert_to_numpy(ops.stop_gradient(found))).max(axis=-1)


def _check_images(model: keras.Model, images: np.ndarray, target: int) -> None:
    wanted = tuple(model.input_shape[1:])
    if images.ndim != len(wanted) + 1 or images.shape[1:] != wanted or not len(images):
        raise MedaiError(
            f"Images of shape {images.shape[1:]}, but the model takes {wanted}: resize them, or "
            "add the axis of channels with image[..., None]."
        )
    if not np.isfinite(images).all():
        raise MedaiError("An image holds a pixel that is NaN or infinite: repair or drop it first.")
    if not 0 <= target < model.output_shape[-1]:
        raise MedaiError(
            f"target={target}: the model has outputs 0 to {model.output_shape[-1] - 1}."
        )


def _starts(length: int, patch: int, stride: int) -> list[int]:
    """Where the patches begin: every `stride` pixels, and one flush with the far edge."""
    return sorted({*range(0, length - patch + 1, stride), length - patch})


def _predict(model: keras.Model, images: np.ndarray, batch: int = 256) -> np.ndarray:
    parts = [model(images[i : i + batch], training=False) for i in range(0, len(images), batch)]
    return np.concatenate([ops.convert_to_numpy(ops.stop_gradient(part)) for part in parts])
