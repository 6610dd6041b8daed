"""What the functions of this room accept: numbers, two arms, a row a patient."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from medai.runtime.errors import MedaiError

LARGEST = 1e100  # larger numbers overflow when they are squared


def _usable(values: np.ndarray) -> np.ndarray:
    return np.isfinite(values) & (np.abs(values) <= LARGEST)


def outcome(y: ArrayLike) -> np.ndarray:
    """Return the outcomes as floats, shape (n,), and refuse missing ones."""
    y = numbers(y, "y")
    if y.ndim != 1 or len(y) < 2:
        raise MedaiError(f"y has shape {y.shape}: one outcome a patient, at least two patients.")
    missing = np.flatnonzero(~_usable(y))
    if len(missing):
        raise MedaiError(
            f"y is missing, infinite or beyond {LARGEST:g} in {len(missing)} rows, first in row "
            f"{missing[0]}: decide what to do with patients whose outcome is unknown, and say so; "
            "none is dropped here."
        )
    return y


def two_arms(treated: ArrayLike, n: int | None = None) -> np.ndarray:
    """Return the treatment as booleans, shape (n,): 1 treated, 0 not; both must occur twice."""
    t = numbers(treated, "treated")
    n = len(t) if n is None and t.ndim == 1 else n
    if t.shape != (n,):
        rows = "" if n is None else f", {n} in all"
        raise MedaiError(f"treated has shape {t.shape}: one 0 or 1 a patient{rows}.")
    if not np.isin(t, (0, 1)).all():
        odd = t[~np.isin(t, (0, 1))][0]
        raise MedaiError(f"treated holds {odd:g}: 1 for treated and 0 for not, nothing else.")
    if min(t.sum(), n - t.sum()) < 2:
        raise MedaiError(
            f"{int(t.sum())} of {n} patients are treated: at least two with and two without the "
            "treatment are needed to compare."
        )
    return t.astype(bool)


def table(x: ArrayLike, n: int) -> np.ndarray:
    """Return the covariates as floats, shape (n, k), and refuse missing ones."""
    x = numbers(x, "x")
    x = x[:, None] if x.ndim == 1 else x
    if x.ndim != 2 or len(x) != n or x.shape[1] == 0:
        raise MedaiError(f"x has shape {x.shape}: {n} rows, one a patient, and a column or more.")
    if not _usable(x).all():
        row, column = np.argwhere(~_usable(x))[0]
        raise MedaiError(
            f"x is missing, infinite or beyond {LARGEST:g} in row {row}, column {column}: fill it "
            "in with medai.preprocess.missing, inside each training fold, or leave the column out."
        )
    return x


def rows(x: ArrayLike) -> np.ndarray:
    """Return the covariates of patients to predict for, as floats, shape (m, k)."""
    x = numbers(x, "x")
    return table(x, len(x) if x.ndim else 0)


def arms(arm: ArrayLike, n: int, k: int | None, name: str) -> np.ndarray:
    """Return arm numbers as integers from 0 to k - 1, shape (n,); k=None allows any number."""
    a = numbers(arm, name)
    known = a.shape == (n,) and n > 0 and np.isfinite(a).all() and (a == np.floor(a)).all()
    if not known or a.min() < 0 or a.max() >= (n if k is None else k):
        top = "" if k is None else f" to {k - 1}"
        raise MedaiError(
            f"{name} must hold one arm number a patient, {n} in all, counted from 0{top}."
        )
    return a.astype(int)


def chances(e: ArrayLike, n: int) -> np.ndarray:
    """Return propensities, shape (n,), strictly between 0 and 1."""
    e = numbers(e, "propensity")
    e = np.full(n, float(e)) if e.ndim == 0 else e
    if e.shape != (n,):
        raise MedaiError(f"the propensity has shape {e.shape}: one a patient, {n} in all.")
    bad = ~((e > 0) & (e < 1))
    if bad.any():
        raise MedaiError(
            f"a propensity of {e[bad][0]:g} in row {int(np.argmax(bad))}: chances lie strictly "
            "between 0 and 1. A patient who is always, or never, treated has nobody to be "
            "compared with: leave such patients out and say for whom the answer then holds."
        )
    return e


def predictions(mu: ArrayLike, shape: tuple[int, ...], name: str) -> np.ndarray:
    """Return predicted outcomes of the shape asked for, all finite."""
    mu = numbers(mu, name)
    if mu.shape != shape or not np.isfinite(mu).all():
        raise MedaiError(f"{name} has shape {mu.shape}: finite numbers of shape {shape} needed.")
    return mu


def coverage(level: float) -> float:
    """Return the quantile of the normal distribution that belongs to a two-sided level."""
    from scipy.special import ndtri

    if not 0 < level < 1:
        raise MedaiError(f"level={level}: a coverage lies strictly between 0 and 1.")
    return float(ndtri((1 + level) / 2))


def folds_of(
    n: int, arm: np.ndarray, folds: int, seed: int, groups: Sequence | None
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return (train, held out) row numbers of each fold; all rows of a patient together.

    Each fold gets the same mix of arms as nearly as whole patients allow.
    """
    from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

    if folds < 2 or int(folds) != folds:
        raise MedaiError(f"folds={folds}: a whole number, at least 2.")
    fewest = np.unique(arm, return_counts=True)[1].min()
    if fewest < 2 * folds:
        raise MedaiError(
            f"the smallest arm has {fewest} patients: too few for {folds} folds with two in "
            "each. Take fewer folds."
        )
    if groups is None:
        split = StratifiedKFold(folds, shuffle=True, random_state=seed)
        return list(split.split(np.zeros(n), arm))
    if len(groups) != n:
        raise MedaiError(f"{len(groups)} groups for {n} rows: the patient of each row is wanted.")
    split = StratifiedGroupKFold(folds, shuffle=True, random_state=seed)
    return list(split.split(np.zeros(n), arm, np.asarray(groups)))


def numbers(values: Any, name: str) -> np.ndarray:
    """Return the values as floats, or say that they are none."""
    try:
        return np.asarray(values, dtype=float)
    except (TypeError, ValueError) as error:
        raise MedaiError(f"{name} must hold numbers only ({error}).") from None
