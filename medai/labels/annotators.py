"""Who is reliable when nobody knows the truth?  Dawid and Skene's model, fitted by EM.

Each rater has habits of their own: how often they give each answer to items of each true class.
Neither the habits nor the truth is known.  EM guesses the truth, counts the habits, and with
these guesses the truth again (book, Chapter 36).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from medai.runtime import MedaiError

__all__ = ["MISSING", "Annotators", "dawid_skene", "majority"]

MISSING = -1  # no answer


@dataclass(frozen=True)
class Annotators:
    """A fitted model of several raters.

    Attributes
    ----------
    p : numpy.ndarray
        Probability of each class, shape (items, classes).
    prevalence : numpy.ndarray
        Share of each class, shape (classes,).
    habits : numpy.ndarray
        Chance that a rater gives each answer to an item of each true class, shape
        (raters, classes, answers); every row sums to 1.
    trace : tuple of float
        What EM climbs, once a round: the log likelihood, plus the log prior of the habits where
        `smooth` is above 0.
    converged : bool
        Whether the last round changed it by less than the tolerance.
    """

    p: np.ndarray
    prevalence: np.ndarray
    habits: np.ndarray
    trace: tuple[float, ...]
    converged: bool

    @property
    def accuracy(self) -> np.ndarray:
        """Chance of a right answer, shape (raters,), in the estimated mix of classes."""
        classes = len(self.prevalence)
        right = self.habits[:, range(classes), range(classes)]
        return right @ self.prevalence


def checked_votes(votes: ArrayLike, answers: int) -> np.ndarray:
    """Return the votes as whole numbers -1 .. answers - 1, shape (items, raters).

    Raises
    ------
    MedaiError
        For another shape or another number.
    """
    table = np.asarray(votes)
    if table.ndim != 2 or not table.size:
        raise MedaiError(f"votes has shape {table.shape}: (items, raters) is wanted.")
    if table.dtype.kind not in "biuf" or not np.isin(table, range(MISSING, answers)).all():
        raise MedaiError(
            f"votes must be whole numbers from 0 to {answers - 1}, or -1 for no answer."
        )
    return table.astype(int)


def majority(votes: ArrayLike, classes: int = 2) -> np.ndarray:
    """Return each class's share of the votes, shape (items, classes); NaN where nobody voted.

    Examples
    --------
    >>> majority([[1, 1, 0], [0, -1, -1]]).round(2).tolist()
    [[0.33, 0.67], [1.0, 0.0]]
    """
    table = checked_votes(votes, classes)
    counts = (table[:, :, None] == np.arange(classes)).sum(1).astype(float)
    total = counts.sum(1, keepdims=True)
    return np.divide(counts, total, out=np.full_like(counts, np.nan), where=total > 0)


def dawid_skene(
    votes: ArrayLike,
    classes: int = 2,
    *,
    answers: int | None = None,
    start: ArrayLike | None = None,
    prevalence: Sequence[float] | None = None,
    smooth: float = 0.0,
    rounds: int = 200,
    tolerance: float = 1e-6,
) -> Annotators:
    """Estimate every rater's habits and every item's class from the votes alone.

    Parameters
    ----------
    votes : array_like of int
        Shape (items, raters); -1 where a rater gave no answer, which is taken to say nothing.
    classes : int
        Number of true classes.
    answers : int, optional
        Number of answers a rater may give, by default `classes`.  More lets "I don't know" be an
        answer with a meaning (:func:`medai.labels.weak.label_model`).
    start : array_like, optional
        First guess of the classes' probabilities, shape (items, classes).  By default the
        shares of the votes; items without a vote get the mean of the others.
    prevalence : sequence of float, optional
        The share of each class where it is known; otherwise it is estimated.
    smooth : float
        Added to every count of habits, so that a habit seen in few items is not certain.  0 is
        maximum likelihood, as published.
    rounds, tolerance
        Most rounds, and the change of the log likelihood per item below which EM stops.

    Returns
    -------
    Annotators

    Raises
    ------
    MedaiError
        For votes, shares or numbers out of range, or when nobody voted.

    Notes
    -----
    The model takes raters for independent, given the truth.  Where two copy each other, or share a
    mistake, it takes their agreement for knowledge.  Swapping all classes fits as well; the start
    decides which, so raters who are mostly wrong are believed.

    References
    ----------
    Dawid and Skene 1979; Chapter 36 of the book has the equations.
    """
    answers = classes if answers is None else answers
    if classes < 2 or answers < 2 or smooth < 0 or rounds < 1:
        raise MedaiError(
            f"classes={classes}, answers={answers}, smooth={smooth}, rounds={rounds}: at least "
            "two classes and answers, no negative smoothing, and a round are wanted."
        )
    table = checked_votes(votes, answers)
    if (table == MISSING).all():
        raise MedaiError("Nobody voted on any item: there is nothing to learn from.")
    # said[i, j, k] is 1 where rater j gave answer k to item i
    said = (table[:, :, None] == np.arange(answers)).astype(float)
    p = _first_guess(table, classes, start)
    known = None if prevalence is None else _shares(prevalence, classes)
    trace: list[float] = []
    for _ in range(rounds):
        share = p.mean(0) if known is None else known
        habits = np.einsum("ic,ijk->jck", p, said) + smooth
        total = habits.sum(2, keepdims=True)
        habits = np.divide(habits, total, out=np.full_like(habits, 1 / answers), where=total > 0)
        with np.errstate(divide="ignore"):
            log_habits, log_share = np.log(habits), np.log(share)
        # 0 * -inf must be 0: an answer not given adds nothing
        terms = np.where(said[:, :, None, :] > 0, log_habits[None], 0.0)
        joint = log_share + terms.sum((1, 3))
        top = joint.max(1, keepdims=True)
        evidence = top + np.log(np.exp(joint - top).sum(1, keepdims=True))
        p = np.exp(joint - evidence)
        trace.append(float(evidence.sum() + (smooth * log_habits.sum() if smooth else 0.0)))
        if len(trace) > 1 and trace[-1] - trace[-2] < tolerance * len(table):
            return Annotators(p, share, habits, tuple(trace), True)
    return Annotators(p, share, habits, tuple(trace), False)


def _shares(prevalence: Sequence[float], classes: int) -> np.ndarray:
    share = np.asarray(prevalence, dtype=float)
    if share.shape != (classes,) or not (share > 0).all() or not np.isclose(share.sum(), 1):
        raise MedaiError(
            f"prevalence={prevalence!r}: {classes} shares above 0 that sum to 1 are wanted."
        )
    return share


def _first_guess(table: np.ndarray, classes: int, start: ArrayLike | None) -> np.ndarray:
    if start is None:
        guess = majority(np.where(table < classes, table, MISSING), classes)
        if np.isnan(guess).all():
            raise MedaiError("No vote names a class: give a start.")
        guess = np.where(np.isnan(guess), np.nanmean(guess, axis=0), guess)
    else:
        guess = np.asarray(start, dtype=float)
        if guess.shape != (len(table), classes) or not np.isfinite(guess).all() or guess.min() < 0:
            raise MedaiError(
                f"start must hold probabilities of shape ({len(table)}, {classes}); "
                f"it has shape {guess.shape}."
            )
    total = guess.sum(1, keepdims=True)
    if (total == 0).any():
        raise MedaiError("start gives some item no class at all.")
    return guess / total
