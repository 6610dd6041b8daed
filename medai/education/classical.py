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


def difficulty(answers: ArrayLike) -> np.ndarray:
    """Return the share of students who have each question right, shape (items,)."""
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


def _z_tail(z: float) -> float:
    return 0.5 * math.erfc(z / math.sqrt(2))


def flags(choices: ArrayLike, keys: ArrayLike, n_options: int = 4, level: float = 0.05) -> list[Flag]:
    """Find questions whose wrong options draw the strong students.

    For each wrong option, the rest score (without this question) of those who chose it is
    compared with that of those who chose the key (Welch's z).  ``"key"`` when they are
    better; ``"two"`` when they are not worse by a third of a standard deviation and are at
    least a fifth of the class.  With Bonferroni's correction over all options.

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
    tests = choices.shape[1] * (n_options - 1)
    found = []
    for item in range(choices.shape[1]):
        rest = right.sum(1) - right[:, item]
        spread = rest.std()
        chose_key = rest[choices[:, item] == keys[item]]
        best: Flag | None = None
        for option in range(n_options):
            chose = rest[choices[:, item] == option]
            if option == keys[item] or len(chose) < 3 or spread == 0:
                continue
            if len(chose_key) < 3:
                p = 0.0 if len(chose) > len(rest) / 2 else 1.0  # nearly nobody takes the key
                better, close = p == 0.0, False
            else:
                error = math.sqrt(chose.var(ddof=1) / len(chose) + chose_key.var(ddof=1) / len(chose_key))
                gap = chose.mean() - chose_key.mean()
                p = _z_tail(gap / error) if error else float(gap <= 0)
                better = p < level / tests
                p_not_worse = _z_tail((gap + spread / 3) / error) if error else 1.0
                close = p_not_worse < level / tests**0.5 and len(chose) >= len(rest) / 5
            why = "key" if better else "two" if close else ""
            if why and (best is None or (best.why, -best.p) > (why, -p)):
                best = Flag(item, why, option, p)
        if best:
            found.append(best)
    return found
