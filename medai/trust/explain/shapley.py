"""Exact Shapley values of one prediction: every coalition of columns, no sampling."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from math import factorial

import numpy as np

from medai.runtime import MedaiError

MOST = 12  # columns: 4,096 coalitions


def coalition_values(
    predict: Callable[[np.ndarray], np.ndarray], x: np.ndarray, background: np.ndarray
) -> dict[tuple[int, ...], float]:
    """Return the mean prediction for each coalition of columns.

    Columns of the coalition are the patient's; the others are those of each background row in
    turn, all of a row together.

    Parameters
    ----------
    predict : callable
        Maps rows (n, columns) to n numbers.
    x : numpy.ndarray
        The patient, shape (columns,), at most 12.
    background : numpy.ndarray
        Rows to compare with, shape (rows, columns).

    Returns
    -------
    dict
        Coalition (sorted tuple of column numbers) → mean prediction.

    Raises
    ------
    MedaiError
        When shapes do not fit, there are too many columns, or a number is missing.
    """
    x, background = np.asarray(x, dtype=float), np.asarray(background, dtype=float)
    if (
        x.ndim != 1
        or background.ndim != 2
        or background.shape[1:] != x.shape
        or not len(background)
    ):
        raise MedaiError(
            f"The patient has shape {x.shape}, the background {background.shape}: give (columns,) "
            "and (rows, columns), with at least one row."
        )
    if not 1 <= len(x) <= MOST:
        raise MedaiError(
            f"{len(x)} columns make 2^{len(x)} coalitions; exact values are computed for up to "
            f"{MOST}. Group columns, or take a sampling explainer of the shap package."
        )
    if not (np.isfinite(x).all() and np.isfinite(background).all()):
        raise MedaiError("A column is NaN or infinite: fill or drop it first (Chapter 13).")
    coalitions = [s for size in range(len(x) + 1) for s in combinations(range(len(x)), size)]
    rows = np.tile(background, (len(coalitions), 1, 1))
    for i, members in enumerate(coalitions):
        rows[i][:, list(members)] = x[list(members)]
    said = np.asarray(predict(rows.reshape(-1, len(x))), dtype=float)
    if said.shape != (len(rows) * len(background),):
        raise MedaiError(
            f"predict answered with shape {said.shape} for {len(rows) * len(background)} rows: it "
            "must return one number a row, e.g. lambda x: model.predict_proba(x)[:, 1]."
        )
    return dict(zip(coalitions, said.reshape(len(coalitions), -1).mean(axis=1), strict=True))


def shapley_values(
    predict: Callable[[np.ndarray], np.ndarray], x: np.ndarray, background: np.ndarray
) -> tuple[np.ndarray, float]:
    r"""Return how much each column moves the prediction away from the background's mean.

    Column `j` gets the mean of what it adds to a coalition, over all orders in which the columns
    can join,

    .. math:: \phi_j = \sum_{S \not\ni j} \frac{|S|!\,(p - |S| - 1)!}{p!}\,(v(S \cup j) - v(S)).

    Absent columns are drawn from the background independently of the present ones
    (*interventional* values): rows arise that no patient has, and what a column says about
    another is not passed on.

    Parameters
    ----------
    predict, x, background
        See :func:`coalition_values`.

    Returns
    -------
    values : numpy.ndarray
        Shape (columns,); they sum to the prediction minus `base`.
    base : float
        Mean prediction of the background.

    Raises
    ------
    MedaiError
        As :func:`coalition_values`.

    Notes
    -----
    Lundberg and Lee: A unified approach to interpreting model predictions, 2017.

    Examples
    --------
    Two columns that act only together share the effect:

    >>> both = lambda rows: rows[:, 0] * rows[:, 1]
    >>> values, base = shapley_values(both, [1, 1, 5], [[0, 0, 0]])
    >>> values.tolist(), base
    ([0.5, 0.5, 0.0], 0.0)
    """
    v = coalition_values(predict, x, background)
    p = len(np.asarray(x))
    values = np.zeros(p)
    for members, value in v.items():
        for j in set(range(p)) - set(members):
            orders = factorial(len(members)) * factorial(p - len(members) - 1)
            joined = tuple(sorted((*members, j)))
            values[j] += orders / factorial(p) * (v[joined] - value)
    return values, float(v[()])
