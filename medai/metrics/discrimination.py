"""Does the score tell the ill from the well?  AUC, average precision, and what a threshold does.

A row is called positive when its score is *at least* the threshold.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from medai.metrics._binary import checked, like, need_classes, ratio, rows_of, share, weighted
from medai.runtime import MedaiError


@dataclass(frozen=True)
class Confusion:
    """The four counts of a yes/no test, and what follows from them.

    A share of nobody (0/0) is NaN.
    """

    tp: int
    fp: int
    tn: int
    fn: int

    @property
    def n(self) -> int:
        """Number of rows."""
        return self.tp + self.fp + self.tn + self.fn

    @property
    def prevalence(self) -> float:
        """Share of rows that have the condition."""
        return float(ratio(self.tp + self.fn, self.n))

    @property
    def sensitivity(self) -> float:
        """Share called positive among those with the condition (recall)."""
        return float(ratio(self.tp, self.tp + self.fn))

    @property
    def specificity(self) -> float:
        """Share called negative among those without the condition."""
        return float(ratio(self.tn, self.tn + self.fp))

    @property
    def accuracy(self) -> float:
        """Share called right."""
        return float(ratio(self.tp + self.tn, self.n))

    @property
    def ppv(self) -> float:
        """Share with the condition among those called positive, at this prevalence (precision)."""
        return float(ratio(self.tp, self.tp + self.fp))

    @property
    def npv(self) -> float:
        """Share without the condition among those called negative, at this prevalence."""
        return float(ratio(self.tn, self.tn + self.fn))

    @property
    def likelihood_ratios(self) -> tuple[float, float]:
        """Positive and negative likelihood ratio; infinite where no error of a kind was seen."""
        return (
            float(ratio(self.sensitivity, 1 - self.specificity)),
            float(ratio(1 - self.sensitivity, self.specificity)),
        )


def confusion(y: ArrayLike, score: ArrayLike, threshold: float) -> Confusion:
    """Count true and false calls when rows with ``score >= threshold`` are called positive.

    Parameters
    ----------
    y : array_like
        1 has the condition, 0 has not, shape (n,).
    score : array_like
        Larger is more suspicious, shape (n,).
    threshold : float
        In the unit of the score.

    Returns
    -------
    Confusion
        Counts tp, fp, tn, fn, and properties such as ``.sensitivity`` and ``.ppv``.

    Raises
    ------
    MedaiError
        On another shape or length, NaN, or labels outside 0 and 1.

    Examples
    --------
    >>> confusion([1, 1, 0, 0], [0.9, 0.4, 0.6, 0.1], threshold=0.5)
    Confusion(tp=1, fp=1, tn=1, fn=1)
    """
    y, score = checked(y, score)
    called = score >= _threshold(threshold)
    ill = y == 1
    counts = (called & ill, called & ~ill, ~called & ~ill, ~called & ill)
    return Confusion(*(int(np.count_nonzero(which)) for which in counts))


def _threshold(value: Any) -> float:
    if np.ndim(value) != 0 or np.isnan(value):
        raise MedaiError(f"threshold={value}: pass one number, in the unit of the score.")
    return float(value)


@weighted
def sensitivity(y: ArrayLike, score: ArrayLike, threshold: float, *, weights: Any = None) -> float:
    """Return the share called positive among rows with the condition (recall).

    `weights` counts each row so often, shape (n,), or for many draws at once (draws, n),
    which returns shape (draws,).  The parameters and errors are those of :func:`confusion`.
    """
    y, score = checked(y, score)
    if weights is None:
        need_classes(y, "the sensitivity", [1])
    w = rows_of(weights, len(y))
    return like(weights, ratio(w @ ((score >= _threshold(threshold)) * y), w @ y))


@weighted
def specificity(y: ArrayLike, score: ArrayLike, threshold: float, *, weights: Any = None) -> float:
    """Return the share called negative among rows without the condition.

    See :func:`sensitivity` for the parameters.
    """
    y, score = checked(y, score)
    if weights is None:
        need_classes(y, "the specificity", [0])
    w = rows_of(weights, len(y))
    return like(weights, ratio(w @ ((score < _threshold(threshold)) * (1 - y)), w @ (1 - y)))


@weighted
def accuracy(y: ArrayLike, score: ArrayLike, threshold: float, *, weights: Any = None) -> float:
    """Return the share called right; compare it with the share of the larger class.

    See :func:`sensitivity` for the parameters.
    """
    y, score = checked(y, score)
    w = rows_of(weights, len(y))
    right = (score >= _threshold(threshold)) == (y == 1)
    return like(weights, ratio(w @ right, w.sum(1)))


@weighted
def precision(y: ArrayLike, score: ArrayLike, threshold: float, *, weights: Any = None) -> float:
    """Return the share with the condition among rows called positive, at the data's prevalence.

    NaN when no row is called positive.  For another prevalence see
    :func:`predictive_values`; for the parameters :func:`sensitivity`.
    """
    y, score = checked(y, score)
    w = rows_of(weights, len(y))
    called = (score >= _threshold(threshold)).astype(float)
    return like(weights, ratio(w @ (called * y), w @ called))


def likelihood_ratios(y: ArrayLike, score: ArrayLike, threshold: float) -> tuple[float, float]:
    """Return how much a positive, and a negative, result multiplies the odds of the condition.

    Parameters
    ----------
    y, score, threshold
        As in :func:`confusion`; both classes must be present.

    Returns
    -------
    lr_plus, lr_minus : float
        sensitivity / (1 - specificity), and (1 - sensitivity) / specificity.  ``inf`` when
        no row without the condition was called positive (or negative): these data show no
        such error, which is not proof that there is none.  NaN for 0/0, when *no* row at
        all got that result.
    """
    found = confusion(y, score, threshold)
    need_classes(np.asarray(y), "a likelihood ratio")
    return found.likelihood_ratios


def predictive_values(
    sensitivity: ArrayLike, specificity: ArrayLike, prevalence: ArrayLike
) -> tuple[Any, Any]:
    """Return the chance of the condition after a positive, of none after a negative result.

    Bayes' rule.  The prevalence is that of the people who will be tested, which is rarely
    that of the study.

    Parameters
    ----------
    sensitivity, specificity, prevalence : float or array_like
        Between 0 and 1; arrays are broadcast.

    Returns
    -------
    ppv, npv : float or numpy.ndarray
        NaN where that result cannot occur.

    Raises
    ------
    MedaiError
        When one of them lies outside [0, 1].

    Examples
    --------
    >>> ppv, npv = predictive_values(0.99, 0.98, prevalence=1 / 2000)
    >>> round(ppv, 3)
    0.024
    """
    se, sp = share("sensitivity", sensitivity), share("specificity", specificity)
    prior = share("prevalence", prevalence)
    ppv = ratio(se * prior, se * prior + (1 - sp) * (1 - prior))
    npv = ratio(sp * (1 - prior), sp * (1 - prior) + (1 - se) * prior)
    return (float(ppv), float(npv)) if ppv.ndim == 0 else (ppv, npv)


@weighted
def roc_auc(y: ArrayLike, score: ArrayLike, *, weights: Any = None) -> float:
    """Return the chance that a random ill row scores above a random well one; a tie counts half.

    Parameters
    ----------
    y, score : array_like
        Labels 0/1 and scores, shape (n,); only the order of the scores matters.
    weights : array_like, optional
        How often each row counts, shape (n,), or for many draws at once (draws, n).

    Returns
    -------
    float, or numpy.ndarray of shape (draws,)
        0.5 for a score that knows nothing, below 0.5 for one that is upside down.

    Raises
    ------
    MedaiError
        On bad input, or one class only.

    Examples
    --------
    >>> roc_auc([1, 1, 0, 0], [0.9, 0.4, 0.4, 0.1])
    0.875
    """
    y, score = checked(y, score)
    if weights is None:
        need_classes(y, "the AUC")
    ill, well = _by_score(y, score, rows_of(weights, len(y)))
    below = np.cumsum(well, axis=1) - well / 2  # well rows below, half of those level
    return like(weights, ratio((ill * below).sum(1), ill.sum(1) * well.sum(1)))


@weighted
def average_precision(y: ArrayLike, score: ArrayLike, *, weights: Any = None) -> float:
    """Return the mean precision over the ill rows, taken from the highest score down.

    For a score that knows nothing it is about the prevalence, not 0.5.  Without
    interpolation, as in scikit-learn.  The parameters are those of :func:`roc_auc`.
    """
    y, score = checked(y, score)
    if weights is None:
        need_classes(y, "the average precision", [1])
    ill, well = _by_score(y, -score, rows_of(weights, len(y)))
    tp, fp = np.cumsum(ill, axis=1), np.cumsum(well, axis=1)
    precision = np.divide(tp, tp + fp, out=np.zeros_like(tp), where=tp > 0)
    return like(weights, ratio((ill * precision).sum(1), tp[:, -1]))


def _by_score(y: np.ndarray, score: np.ndarray, w: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Weights of ill and well rows at each different score, ascending, shape (draws, scores)."""
    order = np.argsort(score, kind="stable")
    score = score[order]
    starts = np.flatnonzero(np.r_[True, score[1:] != score[:-1]])
    ill = w[:, order]
    well = ill * (1 - y[order])
    ill = ill - well
    if len(starts) == len(score):
        return ill, well
    return np.add.reduceat(ill, starts, axis=1), np.add.reduceat(well, starts, axis=1)
