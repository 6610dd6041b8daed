"""LIME: explain one prediction by a small model that is right only near by."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from medai.runtime import MedaiError


@dataclass(frozen=True)
class Surrogate:
    """A weighted linear model around one prediction.

    Attributes
    ----------
    weights : numpy.ndarray
        Change of the prediction per unit of each column (tables: per standard deviation).
    intercept : float
        What the surrogate says at the centre.
    fit : float
        Weighted R² on the points it was fitted to: 1 where the model is flat near by or a
        plane, low where a line cannot follow it.  A low value says: do not read the weights.
    """

    weights: np.ndarray
    intercept: float
    fit: float


def weighted_ridge(z: np.ndarray, y: np.ndarray, weight: np.ndarray, ridge: float) -> Surrogate:
    """Return the surrogate of least weighted squared error, with a penalty on its slopes.

    Parameters
    ----------
    z : numpy.ndarray
        Points near the patient, shape (n, columns).
    y : numpy.ndarray
        What the model says there, shape (n,).
    weight : numpy.ndarray
        How near each is, shape (n,), at least 0.
    ridge : float
        Penalty on the squared length of the slopes, not on the intercept; at least 0.
    """
    ones = np.c_[z, np.ones(len(z))]
    penalty = ridge * np.diag([*np.ones(z.shape[1]), 0.0])
    found = np.linalg.solve(ones.T @ (weight[:, None] * ones) + penalty, ones.T @ (weight * y))
    mean = np.average(y, weights=weight)
    spread = float(weight @ (y - mean) ** 2)
    left = float(weight @ (y - ones @ found) ** 2)
    return Surrogate(found[:-1], float(found[-1]), 1 - left / spread if spread > 0 else 1.0)


def lime_tabular(
    predict: Callable[[np.ndarray], np.ndarray],
    x: np.ndarray,
    scale: np.ndarray,
    *,
    n: int = 2000,
    width: float | None = None,
    ridge: float = 1.0,
    seed: int = 0,
) -> Surrogate:
    r"""Return a linear model of `predict` near one patient.

    Points are drawn around the patient, each column by its own standard deviation; a point at
    standardised distance `d` weighs :math:`\exp(-d^2 / 2\,\mathit{width}^2)`.  Columns vary
    independently, so points arise that no patient has.

    Parameters
    ----------
    predict : callable
        Maps rows (n, columns) to n numbers.
    x : numpy.ndarray
        The patient, shape (columns,).
    scale : numpy.ndarray
        Standard deviation of each column among patients, shape (columns,), above 0.
    n : int
        Points drawn.
    width : float, optional
        Of the kernel, in standard deviations; 0.75 · √columns by default, as in the library.
        It decides what *near* means, and nothing in the data does.
    ridge, seed
        Penalty on the weights; seed of the draw.

    Returns
    -------
    Surrogate
        Weights per standard deviation.

    Raises
    ------
    MedaiError
        When shapes, a scale or the width do not fit.

    Notes
    -----
    Ribeiro, Singh, Guestrin: "Why should I trust you?", 2016.

    Examples
    --------
    Of a plane, LIME finds the slope:

    >>> plane = lambda rows: 3 * rows[:, 0] - rows[:, 1]
    >>> lime_tabular(plane, [0.0, 0.0], [1.0, 2.0], ridge=0).weights.round(6).tolist()
    [3.0, -2.0]
    """
    x, scale = np.asarray(x, dtype=float), np.asarray(scale, dtype=float)
    if x.ndim != 1 or scale.shape != x.shape or not (scale > 0).all():
        raise MedaiError(
            f"x has shape {x.shape} and scale {scale.shape}, smallest {scale.min(initial=0):g}: "
            "give one standard deviation above 0 for each column, and drop constant columns."
        )
    width = 0.75 * np.sqrt(len(x)) if width is None else width
    if width <= 0 or n <= len(x):
        raise MedaiError(
            f"width={width:g}, n={n}: take a width above 0, and more points than columns."
        )
    z = np.random.default_rng(seed).standard_normal((n, len(x)))
    z[0] = 0  # the patient
    weight = np.exp(-(z**2).sum(axis=1) / (2 * width**2))
    return weighted_ridge(z, np.asarray(predict(x + z * scale), dtype=float), weight, ridge)


def lime_blocks(
    predict: Callable[[np.ndarray], np.ndarray],
    image: np.ndarray,
    *,
    block: int = 4,
    n: int = 400,
    width: float = 0.25,
    ridge: float = 1.0,
    seed: int = 0,
) -> np.ndarray:
    """Return LIME's map of one image: squares are greyed at random, and a linear model fitted.

    Parameters
    ----------
    predict : callable
        Maps images (n, height, width, channels) to n numbers.
    image : numpy.ndarray
        Shape (height, width, channels); both sides divisible by `block`.
    block : int
        Side of a square in pixels.  Real LIME takes patches of like colour.
    n : int
        Greyed versions.
    width : float
        Of the kernel on the cosine distance between masks, as in the library.
    ridge, seed
        Penalty on the weights; seed of the masks.

    Returns
    -------
    numpy.ndarray
        Shape (height, width): the weight of the square that holds the pixel.

    Raises
    ------
    MedaiError
        When the squares do not tile the image.
    """
    image = np.asarray(image)
    rows, columns = image.shape[0] // block, image.shape[1] // block
    if block < 1 or (rows * block, columns * block) != image.shape[:2]:
        raise MedaiError(f"Squares of {block} pixels do not tile an image of {image.shape[:2]}.")
    masks = np.random.default_rng(seed).random((n, rows * columns)) < 0.5
    masks[0] = True  # the whole image
    keep = masks.reshape(n, rows, columns).repeat(block, axis=1).repeat(block, axis=2)[..., None]
    said = np.asarray(predict(np.where(keep, image, image.mean()).astype(image.dtype)), dtype=float)
    distance = 1 - np.sqrt(masks.mean(axis=1))  # cosine distance to the mask of ones
    found = weighted_ridge(
        masks.astype(float), said, np.exp(-(distance**2) / (2 * width**2)), ridge
    )
    return found.weights.reshape(rows, columns).repeat(block, axis=0).repeat(block, axis=1)
