"""Grad-CAM: which of a layer's maps speak for the class, drawn where they light up."""

from __future__ import annotations

import keras
import numpy as np
from keras import ops

from medai.nn.gradients import input_gradients
from medai.runtime import MedaiError
from medai.trust.explain.path import scores


def grad_cam(
    model: keras.Model, images: np.ndarray, layer: str | None = None, *, target: int = 0
) -> np.ndarray:
    r"""Return the class activation maps of a convolutional network.

    With maps :math:`A^k` of the layer and score :math:`s`,

    .. math:: \alpha_k = \operatorname{mean}_{ij} \frac{\partial s}{\partial A^k_{ij}}, \qquad
        L = \max\Bigl(0, \sum_k \alpha_k A^k\Bigr).

    Parameters
    ----------
    model : keras.Model
        Maps images (B, height, width, channels) to (B, classes), without branches after `layer`.
    images : numpy.ndarray
        Shape (B, height, width, channels).
    layer : str, optional
        Name of a layer whose output has four axes; by default the last one that has.
    target : int
        Which output to follow.

    Returns
    -------
    numpy.ndarray
        Shape (B, height, width), at least 0, bilinearly enlarged to the size of the images.

    Raises
    ------
    MedaiError
        When there is no such layer.

    Notes
    -----
    Selvaraju et al.: Grad-CAM, 2017.

    Examples
    --------
    >>> from medai.nn.cnn import small_cnn
    >>> grad_cam(small_cnn((32, 32, 1), widths=(4, 4)), np.zeros((2, 32, 32, 1))).shape
    (2, 32, 32)
    """
    images = np.asarray(images, dtype="float32")
    model = scores(model)
    square = [one.name for one in model.layers[1:] if len(one.output.shape) == 4]
    layer = layer or (square[-1] if square else "")
    if layer not in square:
        raise MedaiError(f"layer={layer!r} is no layer with maps; there are {', '.join(square)}.")
    middle = model.get_layer(layer).output
    features = ops.stop_gradient(keras.Model(model.inputs[0], middle)(images, training=False))
    head = keras.Model(middle, model.output)
    slope = input_gradients(lambda maps: head(maps, training=False)[:, target], features)
    features, slope = (ops.convert_to_numpy(ops.stop_gradient(one)) for one in (features, slope))
    maps = np.maximum(0, (slope.mean(axis=(1, 2), keepdims=True) * features).sum(axis=-1))
    bigger = ops.image.resize(maps[..., None], images.shape[1:3], interpolation="bilinear",
                              data_format="channels_last")  # fmt: skip
    return ops.convert_to_numpy(bigger)[..., 0]
