"""How sure is a measured number?  Bootstrap by patient, and two models on the same patients.

Rows of one patient resemble each other.  So each draw takes as many *patients* as there
are, with replacement, and all rows of each; a row counts as often as its patient was drawn.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Hashable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from medai.metrics._binary import checked, takes_weights
from medai.runtime import MedaiError

Metric = Callable[..., Any]
CELLS = 4_000_000  # weights held in memory at once, 32 MB
# A stream of its own: with default_rng(seed) the draws repeat the random numbers of data
# that were generated with the same seed, and the first draw then misses a whole class.
STREAM = 0xB007
TOO_MANY = 0.25  # share of undefined draws above which no interval is given


def patient_numbers(groups: Sequence[Hashable] | None, n: int) -> np.ndarray:
    """Return the patient of each row as 0, 1, 2, …, shape (n,); without groups each its own.

    Raises
    ------
    MedaiError
        When there is not one group a row, one is missing, or there is one patient only.
    """
    if groups is None:
        groups = range(n)
    groups = np.asarray(groups).tolist() if hasattr(groups, "__array__") else list(groups)
    if len(groups) != n:
        raise MedaiError(
            f"{len(groups)} groups for {n} rows: pass the patient of each row, in the same order."
        )
    missing = [row for row, group in enumerate(groups) if group is None or group != group]
    if missing:
        raise MedaiError(
            f"groups is missing in {len(missing)} rows, first in row {missing[0]}: give each row "
            "its patient, or a number of its own if it is alone."
        )
    number = {group: i for i, group in enumerate(dict.fromkeys(groups))}
    if len(number) < 2:
        raise MedaiError(
            f"all {n} rows belong to one patient, {groups[0]!r}: no interval can be found from "
            "one patient. Pass the patient of each row as groups."
        )
    return np.array([number[group] for group in groups])


def draws(
    metrics: Sequence[tuple[Metric, np.ndarray]],
    y: np.ndarray,
    groups: Sequence[Hashable] | None,
    n_boot: int,
    seed: int,
) -> np.ndarray:
    """Evaluate several (metric, score) pairs on the same draws of patients.

    Returns
    -------
    numpy.ndarray
        Shape (metrics, n_boot); NaN where a draw leaves the metric undefined.
    """
    if n_boot < 1 or int(n_boot) != n_boot:
        raise MedaiError(f"n_boot={n_boot}: a whole number of draws, at least 1, is wanted.")
    patient = patient_numbers(groups, len(y))
    n_patients = patient.max() + 1
    rng = np.random.default_rng([seed, STREAM])
    chance = np.full(n_patients, 1 / n_patients)
    found = np.full((len(metrics), n_boot), np.nan)
    step = max(1, CELLS // len(y))
    for start in range(0, n_boot, step):
        size = min(step, n_boot - start)
        weights = rng.multinomial(n_patients, chance, size=size)[:, patient]
        for row, (metric, score) in enumerate(metrics):
            found[row, start : start + size] = _values(metric, y, score, weights)
    return found


def _values(metric: Metric, y: np.ndarray, score: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """One value a draw: all at once where the metric takes weights, else draw by draw."""
    if takes_weights(metric):
        return metric(y, score, weights=weights.astype(float))
    values = []
    for weight in weights:
        rows = np.repeat(np.arange(len(y)), weight)
        one_class = y[rows].min() == y[rows].max()
        values.append(np.nan if one_class else float(metric(y[rows], score[rows])))
    return np.array(values)


def usable(values: np.ndarray, what: str = "metric") -> np.ndarray:
    """Return the draws, shape (draws,), without the undefined ones, and say how many those were.

    Raises
    ------
    MedaiError
        When more than a quarter are undefined, which happens when a class has one patient:
        what is left would be a biased choice.
    """
    kept = values[~np.isnan(values)]
    lost = len(values) - len(kept)
    if lost > TOO_MANY * len(values):
        raise MedaiError(
            f"the {what} is undefined in {lost} of {len(values)} draws: a class, or a result of "
            "the test, occurs in too few patients for an interval. Report the counts."
        )
    if lost:
        warnings.warn(
            f"{lost} of {len(values)} draws held one class only or left the {what} undefined; the "
            "interval rests on the others. One class has very few patients.",
            stacklevel=3,
        )
    return kept


def ends(values: np.ndarray, level: float) -> np.ndarray:
    """Return the two quantiles that hold the middle `level` of the draws, shape (2,)."""
    if not 0 < level < 1:
        raise MedaiError(f"level={level}: a coverage lies strictly between 0 and 1.")
    method = "linear" if np.isfinite(values).all() else "inverted_cdf"  # infinity - infinity
    return np.quantile(values, [(1 - level) / 2, (1 + level) / 2], method=method)


def bootstrap_interval(
    metric: Metric,
    y: ArrayLike,
    score: ArrayLike,
    groups: Sequence[Hashable] | None = None,
    n_boot: int = 1000,
    level: float = 0.95,
    seed: int = 0,
) -> np.ndarray:
    """Return a percentile interval of a metric, resampling whole patients.

    Parameters
    ----------
    metric : callable
        ``metric(y, score)`` to a number, such as :func:`roc_auc`, or with a threshold
        ``functools.partial(sensitivity, threshold=0.3)``.  The metrics of this room are
        computed for all draws at once; any other function is called once a draw.
    y, score : array_like
        Labels 0/1 and scores, shape (n,).
    groups : sequence of hashable, optional
        The patient of each row, shape (n,).  Without it each row counts as a patient, and
        the interval is too narrow if some are not.
    n_boot, level, seed
        Number of draws, coverage between 0 and 1, seed of the random numbers.

    Returns
    -------
    numpy.ndarray
        Lower and upper end, shape (2,).

    Raises
    ------
    MedaiError
        On bad input, one class or one patient only, or when over a quarter of the draws are
        undefined.

    Warns
    -----
    UserWarning
        When some draws held one class only and were left out.
    """
    y, score = checked(y, score)
    metric(y, score)  # bad input speaks before any draw
    values = draws([(metric, score)], y, groups, n_boot, seed)[0]
    return ends(usable(values), level)


def compare(
    metric: Metric,
    y: ArrayLike,
    score_a: ArrayLike,
    score_b: ArrayLike,
    groups: Sequence[Hashable] | None = None,
    n_boot: int = 1000,
    level: float = 0.95,
    seed: int = 0,
) -> dict[str, float]:
    """Compare two models on the same patients: metric of A minus metric of B.

    Both are measured on the same draws, so what makes a draw hard for both cancels.

    Parameters
    ----------
    metric : callable
        As in :func:`bootstrap_interval`.
    y, score_a, score_b : array_like
        Labels 0/1 and the two models' scores, shape (n,).
    groups, n_boot, level, seed
        As in :func:`bootstrap_interval`.

    Returns
    -------
    dict
        ``difference``, ``low``, ``high``, ``p_value``: two-sided, twice the smaller share
        of draws on either side of 0, counting ties on both; never below 2 / (n_boot + 1).
        A large p-value is no proof of equality: read the interval.

    Raises
    ------
    MedaiError
        As in :func:`bootstrap_interval`.
    """
    y, a = checked(y, score_a, "score_a")
    b = checked(y, score_b, "score_b")[1]
    difference = float(metric(y, a)) - float(metric(y, b))
    on_a, on_b = draws([(metric, a), (metric, b)], y, groups, n_boot, seed)
    change = usable(on_a - on_b, "difference")
    low, high = ends(change, level)
    fewer = min(np.count_nonzero(change <= 0), np.count_nonzero(change >= 0))
    p_value = min(1.0, 2 * (fewer + 1) / (len(change) + 1))
    return {
        "difference": difference,
        "low": float(low),
        "high": float(high),
        "p_value": float(p_value),
    }
