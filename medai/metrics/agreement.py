"""Do people agree more than chance would have it?  Kappa for two, for many, and alpha.

All three divide what is left of chance: ``1 - observed / expected disagreement``.  They differ in
what "chance" is: each person's own habits (Cohen), or the habits of all together (Fleiss,
Krippendorff).  None says who is right; Chapter 36 asks that.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from medai.metrics.intervals import ends, patient_numbers, usable
from medai.runtime import MedaiError

__all__ = ["agreement_interval", "cohen_kappa", "fleiss_kappa", "krippendorff_alpha"]

LEVELS = ("nominal", "ordinal", "interval")
STREAM = 0xA6EE


def _missing(values: np.ndarray) -> np.ndarray:
    """Mark None and NaN, whatever the type of the labels."""
    return np.array([value is None or value != value for value in values.tolist()], dtype=bool)


def _codes(first: ArrayLike, second: ArrayLike, labels: Sequence | None) -> tuple:
    """Return two lists of labels as 0, 1, 2, … and the number of categories."""
    a, b = np.asarray(first), np.asarray(second)
    if a.ndim != 1 or a.shape != b.shape or not len(a):
        raise MedaiError(
            "Two lists of labels of the same length, not empty, are needed; "
            f"their shapes are {a.shape} and {b.shape}."
        )
    lost = int((_missing(a) | _missing(b)).sum())
    if lost:
        raise MedaiError(
            f"{lost} items have no label of one rater: leave them out and say so, or use "
            "krippendorff_alpha, which takes missing values."
        )
    found = set(a.tolist()) | set(b.tolist())
    try:
        order = sorted(found) if labels is None else list(labels)
    except TypeError:
        raise MedaiError("The labels mix text and numbers: write all of them one way.") from None
    if outside := found - set(order):
        raise MedaiError(f"Labels {sorted(map(str, outside))} are not on the scale {order}.")
    place = {label: i for i, label in enumerate(order)}
    if len(place) != len(order):
        raise MedaiError(f"The scale {order} names a label twice.")
    return (*(np.array([place[value] for value in x.tolist()]) for x in (a, b)), len(order))


def cohen_kappa(
    first: ArrayLike,
    second: ArrayLike,
    *,
    weights: str | None = None,
    labels: Sequence | None = None,
) -> float:
    """Return Cohen's kappa of two raters: their agreement beyond that of their habits.

    ``1 - sum(w O) / sum(w E)``: O counts the pairs of labels, E is what the two margins give by
    chance, w is the cost of a pair.

    Parameters
    ----------
    first, second : array_like
        The label that each rater gave to each item, shape (items,): numbers or text.
    weights : {None, "linear", "quadratic"}
        None: every disagreement costs the same.  The others grow with the distance on the scale,
        counted in steps.
    labels : sequence, optional
        The whole scale in its order.  By default the labels that occur, sorted: a grade that
        nobody gave is then no step, and words are ordered by the alphabet.

    Returns
    -------
    float
        1 for perfect agreement, 0 for chance, below 0 for worse.

    Raises
    ------
    MedaiError
        For lists of different length, missing labels, a label off the scale, unknown weights, or
        when both raters give one and the same label throughout: chance then explains everything
        and kappa is undefined (0 / 0).

    References
    ----------
    Cohen 1960; weighted: Cohen 1968.  Agrees with ``sklearn.metrics.cohen_kappa_score``.

    Examples
    --------
    >>> cohen_kappa(["ill", "ill", "well", "well"], ["ill", "well", "well", "well"])
    0.5
    """
    if weights not in (None, "linear", "quadratic"):
        raise MedaiError(f"weights={weights!r}: choose None, 'linear' or 'quadratic'.")
    a, b, k = _codes(first, second, labels)
    table = np.zeros((k, k))
    np.add.at(table, (a, b), 1.0)
    chance = np.outer(table.sum(1), table.sum(0)) / len(a)
    i, j = np.indices(table.shape)
    cost = (i != j) if weights is None else np.abs(i - j) ** (1 if weights == "linear" else 2)
    below = float((cost * chance).sum())
    if below == 0:
        raise MedaiError(
            "Both raters gave one and the same label to every item: kappa is undefined. Report "
            "that they agreed, and that the items could not have shown a disagreement."
        )
    return 1 - float((cost * table).sum()) / below


def fleiss_kappa(counts: ArrayLike) -> float:
    """Return Fleiss' kappa of many raters, who need not be the same from item to item.

    Parameters
    ----------
    counts : array_like of int
        How many raters gave each label to each item, shape (items, labels).  Every row has the
        same sum, the number of raters, at least 2.

    Raises
    ------
    MedaiError
        For another shape, counts that are negative or no whole numbers, rows of unequal sum (use
        :func:`krippendorff_alpha`), or when only one label was ever given.

    References
    ----------
    Fleiss 1971.

    Examples
    --------
    >>> fleiss_kappa([[3, 0], [0, 3]])
    1.0
    """
    table = np.asarray(counts, dtype=float)
    if table.ndim != 2 or not table.size:
        raise MedaiError(f"counts has shape {table.shape}: (items, labels) is wanted.")
    if not (np.isfinite(table).all() and (table >= 0).all() and (table == table.round()).all()):
        raise MedaiError("counts must hold whole numbers, 0 or more: raters per item and label.")
    raters = table.sum(1)
    if (raters != raters[0]).any():
        raise MedaiError(
            f"Items were rated by {int(raters.min())} to {int(raters.max())} raters: Fleiss' kappa "
            "wants the same number everywhere. krippendorff_alpha takes gaps."
        )
    m = raters[0]
    if m < 2:
        raise MedaiError(f"{int(m)} rater an item: agreement needs at least two.")
    agreed = float(np.mean((table * (table - 1)).sum(1) / (m * (m - 1))))
    chance = float(((table.sum(0) / table.sum()) ** 2).sum())
    if np.count_nonzero(table.sum(0)) < 2:
        raise MedaiError("Every rater gave one and the same label: kappa is undefined.")
    return (agreed - chance) / (1 - chance)


def _distance(values: np.ndarray, totals: np.ndarray, level: str) -> np.ndarray:
    """Return the squared difference of each pair of values, shape (values, values)."""
    if level == "nominal":
        return (values[:, None] != values[None, :]).astype(float)
    if level == "interval":
        return (values[:, None] - values[None, :]) ** 2
    # ordinal: how many given labels lie between the two, each end counted half
    place = np.cumsum(totals) - totals / 2
    return (place[:, None] - place[None, :]) ** 2


def krippendorff_alpha(ratings: ArrayLike, *, level: str = "nominal") -> float:
    """Return Krippendorff's alpha: any number of raters, gaps allowed.

    Parameters
    ----------
    ratings : array_like of float
        Shape (items, raters), one row an item; NaN where a rater did not rate.  (The package
        ``krippendorff`` wants the transpose.)  Items with fewer than two labels do not count.
    level : {"nominal", "ordinal", "interval"}
        What a difference means: same or not; steps on a scale, by rank; the numbers themselves.

    Returns
    -------
    float
        1 for perfect agreement, 0 for chance, below 0 for worse.

    Raises
    ------
    MedaiError
        For another shape or level, labels that are not finite numbers, when no item has two
        labels, or when all that can be paired are the same (undefined).

    References
    ----------
    Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability".

    Examples
    --------
    >>> krippendorff_alpha([[1, 1], [2, 2], [3, float("nan")]])
    1.0
    """
    if level not in LEVELS:
        raise MedaiError(f"level={level!r}: choose one of {', '.join(LEVELS)}.")
    try:
        table = np.asarray(ratings, dtype=float)
    except (TypeError, ValueError):
        raise MedaiError(
            "ratings must be numbers (NaN for none): give each label a code."
        ) from None
    if table.ndim != 2 or not table.size:
        raise MedaiError(f"ratings has shape {table.shape}: (items, raters) is wanted.")
    if np.isinf(table).any():
        raise MedaiError("ratings holds an infinite value; use NaN for a missing one.")
    table = table[(~np.isnan(table)).sum(1) >= 2]
    if not len(table):
        raise MedaiError("No item was rated by two raters: there is no agreement to measure.")
    values = np.unique(table[~np.isnan(table)])
    if len(values) < 2:
        raise MedaiError("Every rater gave one and the same label: alpha is undefined.")
    # counts of each value per item, shape (items, values)
    counts = (table[:, :, None] == values).sum(1).astype(float)
    totals = counts.sum(0)
    distance = _distance(values, totals, level)
    per_item = np.einsum("ic,ck,ik->i", counts, distance, counts) / (counts.sum(1) - 1)
    observed = per_item.sum() / totals.sum()
    expected = totals @ distance @ totals / (totals.sum() * (totals.sum() - 1))
    return 1 - float(observed / expected)


def agreement_interval(
    measure: Callable[[np.ndarray], float],
    ratings: ArrayLike,
    groups: Sequence[Hashable] | None = None,
    n_boot: int = 1000,
    level: float = 0.95,
    seed: int = 0,
) -> np.ndarray:
    """Return a percentile interval of an agreement, resampling items (or patients) whole.

    Parameters
    ----------
    measure : callable
        From rows of `ratings` to a number, such as :func:`krippendorff_alpha`,
        :func:`fleiss_kappa` (rows of counts) or ``lambda r: cohen_kappa(r[:, 0], r[:, 1])``.
    ratings : array_like
        One row an item, shape (items, …).
    groups : sequence of hashable, optional
        The patient of each item; without it each item stands alone.
    n_boot, level, seed
        Number of draws, coverage, seed.

    Returns
    -------
    numpy.ndarray
        Lower and upper end, shape (2,).

    Raises
    ------
    MedaiError
        When the measure is undefined on the data or in over a quarter of the draws, or for fewer
        than two patients.

    Warns
    -----
    UserWarning
        When some draws were undefined and were left out.
    """
    table = np.asarray(ratings)
    if n_boot < 1 or int(n_boot) != n_boot:
        raise MedaiError(f"n_boot={n_boot}: a whole number of draws, at least 1, is wanted.")
    measure(table)  # bad input speaks before any draw
    patient = patient_numbers(groups, len(table))
    rows: list[Any] = [np.flatnonzero(patient == p) for p in range(patient.max() + 1)]
    rng = np.random.default_rng([seed, STREAM])
    values = np.full(n_boot, np.nan)
    for draw in range(n_boot):
        drawn = rng.integers(len(rows), size=len(rows))
        try:
            values[draw] = measure(table[np.concatenate([rows[p] for p in drawn])])
        except MedaiError:
            continue
    return ends(usable(values, "agreement"), level)
