"""Classical item analysis: difficulty, discrimination, reliability, and questions to look at.

These need no model and serve a class of thirty, where item response theory has too few answers.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from medai.education.response import checked
from medai.runtime.errors import MedaiError

__all__ = ["Flag", "cronbach_alpha", "difficulty", "flags", "kr20", "point_biserial"]

FEWEST = 3  # students behind a comparison


def difficulty(answers: ArrayLike) -> np.ndarray:
    """Return the share of students who have each question right, shape (items,).

    Examples
    --------
    >>> difficulty([[1, 1, 0], [1, 0, 0]]).tolist()  # share right, question by question
    [1.0, 0.5, 0.0]
    """
    return checked(answers).mean(0)


def point_biserial(answers: ArrayLike, corrected: bool = True) -> np.ndarray:
    """Return the correlation of each question with the score, shape (items,).

    Parameters
    ----------
    corrected : bool
        Leave the question out of the score, as it should be: with it, a question correlates
        with itself.

    Returns
    -------
    numpy.ndarray
        NaN where a question or the rest score does not vary.
    """
    x = checked(answers).astype(float)
    score = x.sum(1, keepdims=True) - (x if corrected else 0)
    score = np.broadcast_to(score, x.shape)
    dx, ds = x - x.mean(0), score - score.mean(0)
    below = np.sqrt((dx**2).sum(0) * (ds**2).sum(0))
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(below > 0, (dx * ds).sum(0) / below, np.nan)


def cronbach_alpha(scores: ArrayLike) -> float:
    """Return Cronbach's alpha, ``k/(k-1) (1 - sum var(item) / var(total))``.

    Parameters
    ----------
    scores : array_like, shape (people, items)
        Any numbers, not only 0 and 1.

    Raises
    ------
    MedaiError
        When the totals do not vary: then nothing is measured.
    """
    x = np.asarray(scores, dtype=float)
    if x.ndim != 2 or min(x.shape) < 2 or not np.isfinite(x).all():
        raise MedaiError("scores needs at least two students and two questions, all finite.")
    total = x.sum(1).var()
    if total == 0:
        raise MedaiError("All students have the same total: reliability is undefined.")
    k = x.shape[1]
    return float(k / (k - 1) * (1 - x.var(0).sum() / total))


def kr20(answers: ArrayLike) -> float:
    """Return Kuder and Richardson's formula 20: alpha for questions that are right or wrong."""
    x = checked(answers)
    p = x.mean(0)
    total = x.sum(1).var()
    if total == 0:
        raise MedaiError("All students have the same total: reliability is undefined.")
    k = x.shape[1]
    return float(k / (k - 1) * (1 - (p * (1 - p)).sum() / total))


@dataclass(frozen=True)
class Flag:
    """A question to look at.

    Attributes
    ----------
    item
        Number of the question, from 0.
    why
        ``"key"``: strong students miss it, and another option draws them: perhaps the key is
        wrong.  ``"two"``: strong students split between the key and another option.
    option
        The other option, from 0.
    p
        One-sided p-value of the comparison, before correction for the number of questions.
    """

    item: int
    why: str
    option: int
    p: float


def flags(
    choices: ArrayLike, keys: ArrayLike, n_options: int = 4, level: float = 0.05
) -> list[Flag]:
    """Find questions whose wrong options draw the strong students.

    For each wrong option, the rest score (without this question) of those who chose it is
    compared.  ``"key"``: they are better than those who chose the key.  ``"two"``: they are at
    least a fifth of the class and better than those who chose the remaining wrong options.  A
    good near miss can do that too, so ``"two"`` asks for a look, not for a change.  With
    Bonferroni's correction over all options.

    Parameters
    ----------
    choices : array_like of int, shape (people, items)
        The option each student chose.
    keys : array_like of int, shape (items,)
        The keyed option.
    n_options : int
        Options per question.
    level : float
        Chance of any false flag of the kind ``"key"`` in the whole exam, if all is well.

    Returns
    -------
    list of Flag
        At most one per question; ``"key"`` goes before ``"two"``.
    """
    choices, keys = np.asarray(choices), np.asarray(keys)
    if choices.ndim != 2 or keys.shape != (choices.shape[1],):
        raise MedaiError(
            f"choices has the shape {choices.shape} and keys {keys.shape}: one row per student, "
            "one column and one key per question."
        )
    right = (choices == keys).astype(float)
    limit = level / (choices.shape[1] * (n_options - 1))
    found = []
    for item, key in enumerate(keys.tolist()):
        rest = right.sum(1) - right[:, item]
        chose = [rest[choices[:, item] == option] for option in range(n_options)]
        seen = []
        for option in range(n_options):
            if option == key or len(chose[option]) < FEWEST:
                continue
            others = [chose[o] for o in range(n_options) if o not in (option, key)]
            p = _p_better(chose[option], chose[key])
            if p < limit:
                seen.append(Flag(item, "key", option, p))
                continue
            p = _p_better(chose[option], np.concatenate(others)) if others else 1.0
            if p < limit and len(chose[option]) >= len(rest) / 5:
                seen.append(Flag(item, "two", option, p))
        if seen:
            found.append(min(seen, key=lambda flag: (flag.why, flag.p)))
    return found


def _p_better(one: np.ndarray, other: np.ndarray) -> float:
    """Return the one-sided p-value that the first have the higher scores (Welch, normal tail).

    Where fewer than three students took the other option, nothing is claimed.
    """
    if min(len(one), len(other)) < FEWEST:
        return 1.0
    error = math.sqrt(one.var(ddof=1) / len(one) + other.var(ddof=1) / len(other))
    gap = float(one.mean() - other.mean())
    return 0.5 * math.erfc(gap / error / math.sqrt(2)) if error else float(gap <= 0)
