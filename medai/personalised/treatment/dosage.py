"""The effect of a dose: a curve, when those who got more were not the same patients.

Two ways to compare doses among like patients: regression on what decided the dose, and
weighting by the generalised propensity, the density of the dose given the patient.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from medai.personalised.treatment import _checks as check
from medai.runtime.errors import MedaiError

STREAM = 0xD05E


@dataclass(frozen=True)
class DoseCurve:
    """Expected outcome by dose, and the dose at its top.

    Attributes
    ----------
    dose : numpy.ndarray
        Where the curve was evaluated, shape (m,).
    mean, low, high : numpy.ndarray
        Expected outcome and the ends of its pointwise interval, shape (m,).
    best, best_low, best_high : float
        The dose of those evaluated with the highest expected outcome, and its interval.
        At an end of the range it says only that the top lies there or beyond.
    """

    dose: np.ndarray
    mean: np.ndarray
    low: np.ndarray
    high: np.ndarray
    best: float
    best_low: float
    best_high: float


def dose_weights(dose: ArrayLike, x: ArrayLike) -> np.ndarray:
    """Return stabilised weights of a continuous dose, ``f(dose) / f(dose | x)``, shape (n,).

    Both densities are normal; the mean of the second is a linear regression on x.

    Raises
    ------
    MedaiError
        On bad input, or when x determines the dose.
    """
    from scipy.stats import norm
    from sklearn.linear_model import LinearRegression

    dose = check.outcome(dose)
    x = check.table(x, len(dose))
    expected = LinearRegression().fit(x, dose).predict(x)
    spread, left = dose.std(), (dose - expected).std()
    if left < 1e-6 * max(spread, 1e-12):
        raise MedaiError(
            "the dose follows from x exactly: no two like patients got different doses, so "
            "these records cannot say what another dose would have done."
        )
    return norm.pdf(dose, dose.mean(), spread) / norm.pdf(dose, expected, left)


def dose_response(
    y: ArrayLike,
    dose: ArrayLike,
    x: ArrayLike | None,
    at: ArrayLike,
    method: str = "regression",
    n_boot: int = 200,
    level: float = 0.95,
    seed: int = 0,
) -> DoseCurve:
    """Return the mean outcome if everybody had each of the doses `at`.

    Parameters
    ----------
    y, dose : array_like
        Outcome (larger is better) and dose, shape (n,).
    x : array_like or None
        What decided the dose, shape (n, k); None compares those who happened to get each
        dose, whoever they were.
    at : array_like
        Doses to evaluate, inside the range of those given, shape (m,).
    method : {"regression", "weighting"}
        Regression: ``y`` on dose, dose², x and dose·x, averaged over the patients.
        Weighting: ``y`` on dose and dose², weighted by :func:`dose_weights`.
    n_boot, level, seed
        Bootstrap draws of patients, coverage, seed.

    Raises
    ------
    MedaiError
        On bad input, or a dose outside the range of those given.

    Examples
    --------
    >>> from medai.datasets.treated import dosing
    >>> from medai.personalised.treatment.dosage import dose_response
    >>> cohort = dosing(500)
    >>> for known in (None, cohort.x):
    ...     curve = dose_response(cohort.y, cohort.dose, known, range(6, 13), n_boot=50)
    ...     print(curve.best, "mg looks best; truly", cohort.best.mean().round(1), "mg")
    6.0 mg looks best; truly 8.0 mg
    8.0 mg looks best; truly 8.0 mg
    """
    y, dose, x, at = _inputs(y, dose, x, at)
    if method not in ("regression", "weighting"):
        raise MedaiError(f'method={method!r}: "regression" or "weighting".')
    if x is not None and method == "weighting":
        return _curve(lambda r: _weighted(y[r], dose[r], x[r], at), len(y), at, n_boot, level, seed)
    return _curve(
        lambda r: _regressed(y[r], dose[r], None if x is None else x[r], at, None),
        len(y), at, n_boot, level, seed,
    )  # fmt: skip


def patient_curve(
    y: ArrayLike,
    dose: ArrayLike,
    x: ArrayLike,
    patient: ArrayLike,
    at: ArrayLike,
    n_boot: int = 200,
    level: float = 0.95,
    seed: int = 0,
) -> DoseCurve:
    """Return the expected outcome of patients like `patient` under each of the doses `at`.

    Regression of ``y`` on dose, dose², x and dose·x.  The interval is that of the mean of such
    patients: one patient's outcome varies more.

    Parameters
    ----------
    patient : array_like
        That patient's x, shape (k,).

    Other Parameters
    ----------------
    y, dose, x, at, n_boot, level, seed
        As in :func:`dose_response`.
    """
    y, dose, x, at = _inputs(y, dose, x, at)
    if x is None:
        raise MedaiError("x=None: a curve for a patient needs what is known of the others.")
    one = check.numbers(patient, "patient")
    if one.shape != (x.shape[1],) or not np.isfinite(one).all():
        raise MedaiError(f"patient has shape {one.shape}: {x.shape[1]} finite numbers, as in x.")
    outside = (one < x.min(0)) | (one > x.max(0))
    if outside.any():
        column = int(np.argmax(outside))
        raise MedaiError(
            f"the patient's column {column} is {one[column]:g}, outside the {x[:, column].min():g}"
            f" to {x[:, column].max():g} of the records: they say nothing about such a patient."
        )
    return _curve(
        lambda r: _regressed(y[r], dose[r], x[r], at, one), len(y), at, n_boot, level, seed
    )


def _inputs(
    y: ArrayLike, dose: ArrayLike, x: ArrayLike | None, at: ArrayLike
) -> tuple[np.ndarray, np.ndarray, np.ndarray | None, np.ndarray]:
    y, dose = check.outcome(y), check.outcome(dose)
    if len(y) != len(dose):
        raise MedaiError(f"{len(dose)} doses for {len(y)} outcomes: one a patient.")
    at = np.atleast_1d(check.numbers(at, "at"))
    if at.ndim != 1 or not len(at) or not np.isfinite(at).all():
        raise MedaiError("at must hold finite doses, one or more.")
    if at.min() < dose.min() or at.max() > dose.max():
        raise MedaiError(
            f"doses from {at.min():g} to {at.max():g} are asked for, those given reach from "
            f"{dose.min():g} to {dose.max():g}: beyond them nothing was seen."
        )
    return y, dose, None if x is None else check.table(x, len(y)), at


def _design(dose: np.ndarray, x: np.ndarray | None) -> np.ndarray:
    columns = [np.ones_like(dose), dose, dose**2]
    if x is not None:
        columns += [*x.T, *(dose[:, None] * x).T]
    return np.column_stack(columns)


def _regressed(
    y: np.ndarray, dose: np.ndarray, x: np.ndarray | None, at: np.ndarray, one: np.ndarray | None
) -> np.ndarray:
    beta = np.linalg.lstsq(_design(dose, x), y, rcond=None)[0]
    if x is None:
        return _design(at, None) @ beta
    # The design is linear in x, so the mean over patients is the curve at their mean.
    who = x.mean(0) if one is None else one
    return _design(at, np.tile(who, (len(at), 1))) @ beta


def _weighted(y: np.ndarray, dose: np.ndarray, x: np.ndarray, at: np.ndarray) -> np.ndarray:
    root = np.sqrt(dose_weights(dose, x))
    beta = np.linalg.lstsq(_design(dose, None) * root[:, None], y * root, rcond=None)[0]
    return _design(at, None) @ beta


def _curve(
    fit: Callable[[np.ndarray], np.ndarray],
    n: int,
    at: np.ndarray,
    n_boot: int,
    level: float,
    seed: int,
) -> DoseCurve:
    check.coverage(level)
    if n_boot < 2:
        raise MedaiError(f"n_boot={n_boot}: at least two draws are needed for an interval.")
    rng = np.random.default_rng([seed, STREAM])
    mean = fit(np.arange(n))
    drawn = np.array([fit(rng.integers(0, n, n)) for _ in range(n_boot)])
    low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2], axis=0)
    best = np.quantile(at[drawn.argmax(1)], [(1 - level) / 2, (1 + level) / 2])
    return DoseCurve(at, mean, low, high, float(at[mean.argmax()]), *map(float, best))
