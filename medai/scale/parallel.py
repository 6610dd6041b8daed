"""Data-parallel training: the mean of the shards' gradients is the gradient of the batch."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from medai.runtime import MedaiError


def logistic_gradient(w: ArrayLike, x: ArrayLike, y: ArrayLike) -> np.ndarray:
    """Return the gradient of the mean log loss of a logistic model, shape (features,).

    Parameters
    ----------
    w, x, y : array_like
        Weights (features,), inputs (n, features), outcomes 0/1 (n,).
    """
    w, x, y = (np.asarray(part, dtype=float) for part in (w, x, y))
    return x.T @ (1 / (1 + np.exp(-x @ w)) - y) / len(y)


def sharded_gradient(w: ArrayLike, x: ArrayLike, y: ArrayLike, workers: int) -> np.ndarray:
    """Return the same gradient from `workers` parts, weighted by their rows (``eq-38-shards``).

    Raises
    ------
    MedaiError
        When there are fewer rows than workers.
    """
    rows = np.array_split(np.arange(len(np.asarray(y))), workers)
    if not all(len(part) for part in rows):
        raise MedaiError(f"{workers} workers cannot share {len(np.asarray(y))} rows.")
    x, y = np.asarray(x), np.asarray(y)
    parts = [len(part) * logistic_gradient(w, x[part], y[part]) for part in rows]
    return np.sum(parts, axis=0) / len(y)


def speedup(share: float, workers: ArrayLike) -> np.ndarray:
    """Return how much faster `workers` are when only `share` of the work can be divided.

    Amdahl's law, equation ``eq-38-amdahl``.

    Raises
    ------
    MedaiError
        When `share` is no share or there are no workers.

    Examples
    --------
    >>> from medai.scale.parallel import speedup
    >>> speedup(0.9, [1, 2, 8, 1000]).round(1)
    array([1. , 1.8, 4.7, 9.9])
    """
    workers = np.asarray(workers, dtype=float)
    if not 0 <= share <= 1 or not (workers >= 1).all():
        raise MedaiError(f"share={share}, workers={workers}: a share of 0 to 1, workers from 1.")
    return 1 / (1 - share + share / workers)
