"""How good is a ranked list?  Top-k accuracy, mean reciprocal rank, intervals by group.

A rank is 1 for the best place and infinite when the right answer is not in the list.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np

from medai.runtime import MedaiError


def pessimistic_rank(scores: np.ndarray, target: int, tolerance: float = 1e-9) -> float:
    """Return the rank of one candidate, counting every tie against it.

    A method that gives all candidates the same score would otherwise look perfect.

    Parameters
    ----------
    scores : numpy.ndarray
        Larger is better, shape (candidates,); ``-inf`` marks what is not a candidate.
    target : int
        The position of the right answer.
    tolerance : float
        Scores closer than this are a tie (rounding differs between candidates).

    Returns
    -------
    float
        1 for a clear first place; ``inf`` when the target's own score is ``-inf``.
    """
    if scores[target] == -np.inf:
        return float("inf")
    return float(np.count_nonzero(scores >= scores[target] - tolerance))


def _as_ranks(ranks: Sequence[float]) -> np.ndarray:
    ranks = np.asarray(ranks, dtype=float)
    if ranks.ndim != 1 or ranks.size == 0:
        raise MedaiError("ranks must be a list with at least one rank.")
    if not np.all(ranks >= 1):  # also catches NaN
        raise MedaiError("ranks start at 1; a missing answer has rank inf.")
    return ranks


def top_k_accuracy(ranks: Sequence[float], k: int) -> float:
    """Return the share of ranks that are at most `k`.

    Parameters
    ----------
    ranks : sequence of float
        One rank per case, shape (cases,).
    k : int
        The length of the list that is looked at.

    Raises
    ------
    MedaiError
        When there is no rank, one is below 1, or `k` is below 1.

    Examples
    --------
    >>> top_k_accuracy([1, 2, 7, float("inf")], k=5)
    0.5
    """
    if k < 1:
        raise MedaiError(f"k={k}: the list must have at least one place.")
    return float(np.mean(_as_ranks(ranks) <= k))


def mean_reciprocal_rank(ranks: Sequence[float]) -> float:
    """Return the mean of 1 / rank; an infinite rank counts 0.

    Examples
    --------
    >>> mean_reciprocal_rank([1, 2, float("inf")])
    0.5
    """
    return float(np.mean(1 / _as_ranks(ranks)))


def cluster_bootstrap(
    values: np.ndarray,
    groups: Sequence[Hashable],
    n_boot: int = 1000,
    level: float = 0.95,
    seed: int = 0,
) -> np.ndarray:
    """Return a percentile interval of the mean, resampling whole groups.

    Cases of one disease resemble each other, so they are not independent draws.  Each
    bootstrap sample draws as many diseases as there are, with replacement, and takes all
    cases of each.  (Resampling cases would give intervals that are too narrow.)

    Parameters
    ----------
    values : numpy.ndarray
        One value per case, shape (cases,), or several statistics at once, (cases, k).
    groups : sequence of hashable
        The group (disease) of each case, shape (cases,).
    n_boot : int
        Number of bootstrap samples.
    level : float
        Coverage of the interval, between 0 and 1.
    seed : int
        Seed of the random numbers.

    Returns
    -------
    numpy.ndarray
        Lower and upper end, shape (2,) or (2, k).

    Raises
    ------
    MedaiError
        When the lengths differ, there is no case, or `n_boot` or `level` is out of range.
    """
    values = np.asarray(values, dtype=float)
    if len(values) == 0 or len(values) != len(groups):
        raise MedaiError(f"{len(values)} values and {len(groups)} groups: need one group a case.")
    if n_boot < 1 or not 0 < level < 1:
        raise MedaiError(f"n_boot={n_boot}, level={level}: need n_boot >= 1 and 0 < level < 1.")
    number = {group: i for i, group in enumerate(dict.fromkeys(groups))}
    of_case = np.array([number[group] for group in groups])
    sums = np.zeros((len(number), *values.shape[1:]))
    np.add.at(sums, of_case, values)
    sizes = np.bincount(of_case)
    rng = np.random.default_rng(seed)
    # how often each group is drawn in each sample, shape (n_boot, groups)
    drawn = rng.multinomial(len(number), np.full(len(number), 1 / len(number)), size=n_boot)
    totals = (drawn @ sizes).reshape(-1, *[1] * (values.ndim - 1))
    means = (drawn @ sums) / totals
    return np.quantile(means, [(1 - level) / 2, (1 + level) / 2], axis=0)
