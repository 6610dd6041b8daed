"""Is an explanation about the model?  Randomise its weights, plant a cause, and intervene."""

from __future__ import annotations

from collections.abc import Callable

import keras
import numpy as np

from medai.runtime import MedaiError


def randomised(model: keras.Model, seed: int = 0) -> keras.Model:
    """Return a copy of the model with fresh weights: what it has learnt is gone.

    Parameters
    ----------
    model : keras.Model
        Left as it is.
    seed : int
        For the new weights.

    Examples
    --------
    >>> model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1, name="out")])
    >>> other = randomised(model, seed=1)
    >>> bool((other.get_layer("out").kernel == model.get_layer("out").kernel).numpy().any())
    False
    """
    keras.utils.set_random_seed(seed)
    return keras.models.clone_model(model)


def rank_agreement(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Return Spearman's correlation of the absolute values of two maps, for each image.

    Parameters
    ----------
    first, second : numpy.ndarray
        Maps of the same images, shape (B, ...), at least two places each.

    Returns
    -------
    numpy.ndarray
        Shape (B,), from -1 to 1; NaN where a map is constant.

    Raises
    ------
    MedaiError
        When the shapes differ.

    Notes
    -----
    Adebayo et al.: Sanity checks for saliency maps, 2018.  A map that agrees with the map of a
    network with random weights is about the image, not about the network.

    Examples
    --------
    >>> rank_agreement(np.array([[1.0, -2.0, 3.0]]), np.array([[10.0, 20.0, 30.0]])).tolist()
    [1.0]
    """
    from scipy.stats import rankdata

    first, second = np.abs(first), np.abs(second)
    if first.shape != second.shape or first.ndim < 2 or first[0].size < 2:
        raise MedaiError(
            f"Maps of shape {first.shape} and {second.shape}: give two of one shape (B, ...)."
        )
    a, b = (rankdata(one.reshape(len(one), -1), axis=1) for one in (first, second))
    a, b = (one - one.mean(axis=1, keepdims=True) for one in (a, b))
    size = np.sqrt((a**2).sum(axis=1) * (b**2).sum(axis=1))
    return np.divide((a * b).sum(axis=1), size, out=np.full(len(a), np.nan), where=size > 0).round(
        12
    )


def share_inside(maps: np.ndarray, region: np.ndarray) -> np.ndarray:
    """Return which share of each map's absolute value falls into a region.

    Parameters
    ----------
    maps : numpy.ndarray
        Shape (B, height, width).
    region : numpy.ndarray
        Boolean, shape (height, width) or (B, height, width).

    Returns
    -------
    numpy.ndarray
        Shape (B,), 0 to 1; the region's share of the area where the map is zero everywhere,
        which is what a map that says nothing deserves.

    Raises
    ------
    MedaiError
        When the shapes do not fit.

    Examples
    --------
    >>> corner = np.array([[True, False], [False, False]])
    >>> share_inside(np.array([[[-3.0, 1.0], [0.0, 0.0]], np.zeros((2, 2))]), corner).tolist()
    [0.75, 0.25]
    """
    size = np.abs(np.asarray(maps, dtype=float))
    region = np.asarray(region, dtype=bool)
    if size.ndim != 3 or region.shape not in (size.shape, size.shape[1:]):
        raise MedaiError(
            f"Maps of shape {size.shape}, region {region.shape}: give (B, height, width) and "
            "(height, width) or one region for each map."
        )
    region = np.broadcast_to(region, size.shape)
    total = size.sum(axis=(1, 2))
    area = region.mean(axis=(1, 2))
    return np.where(
        total > 0, (size * region).sum(axis=(1, 2)) / np.where(total > 0, total, 1), area
    )


def intervene(
    score: Callable[[np.ndarray], np.ndarray],
    images: np.ndarray,
    change: Callable[[np.ndarray], np.ndarray],
) -> np.ndarray:
    """Return how much the score changes when one thing in each image is changed.

    Parameters
    ----------
    score : callable
        Maps images to one number each, in log-odds so that sure answers still move.
    images : numpy.ndarray
        Shape (B, ...).
    change : callable
        Returns the images with the one thing changed; it gets a copy.

    Returns
    -------
    numpy.ndarray
        Shape (B,): score after minus score before.

    Raises
    ------
    MedaiError
        When `change` returns another shape.

    Examples
    --------
    >>> bright = lambda images: images.mean(axis=(1, 2))
    >>> intervene(bright, np.zeros((2, 4, 4)), lambda images: images + 0.5).tolist()
    [0.5, 0.5]
    """
    images = np.asarray(images)
    after = np.asarray(change(images.copy()))
    if after.shape != images.shape:
        raise MedaiError(f"change made {after.shape} of {images.shape}: it must keep the shape.")
    return np.asarray(score(after), dtype=float) - np.asarray(score(images), dtype=float)
