"""Inverse-probability weighting and its doubly robust relative, with what to look at first.

The propensity e(x) is the chance of being treated given what was known (Rosenbaum and Rubin
1983).  Weighting each patient by one over the chance of what he or she got makes the two arms
alike in everything that e(x) was estimated from, and in nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from medai.personalised.treatment import _checks as check
from medai.personalised.treatment._models import classifier
from medai.personalised.treatment.effects import Estimate, normal_estimate
from medai.runtime.errors import MedaiError

FEW = 0.05  # propensities below this, or above one minus this, are counted in the report


@dataclass(frozen=True)
class Overlap:
    """Whether treated and untreated patients can be compared at all.

    Attributes
    ----------
    lowest, highest : float
        The most extreme propensities.
    outside : float
        Share of patients whose propensity is below 0.05 or above 0.95.
    treated, untreated : float
        Effective numbers of patients after weighting; ``n_treated`` and ``n_untreated`` are
        the numbers before it.
    largest : float
        The largest share of its arm's weight that one patient carries.
    """

    lowest: float
    highest: float
    outside: float
    n_treated: int
    n_untreated: int
    treated: float
    untreated: float
    largest: float

    def __str__(self) -> str:
        return (
            f"chance of treatment {self.lowest:.3f} to {self.highest:.3f},\n"
            f"  outside {FEW:g} to {1 - FEW:g}: {self.outside:.0%} of patients\n"
            f"{self.n_treated} treated count as {self.treated:.0f}, "
            f"{self.n_untreated} others as {self.untreated:.0f}\n"
            f"  one patient carries up to {self.largest:.0%} of an arm"
        )


def propensity(
    x: ArrayLike,
    treated: ArrayLike,
    model: Any = None,
    folds: int | None = None,
    seed: int = 0,
    groups: Sequence | None = None,
) -> np.ndarray:
    """Return each patient's estimated chance of being treated, shape (n,).

    Parameters
    ----------
    x : array_like
        What was known before the treatment, shape (n, k).
    treated : array_like
        1 treated, 0 not, shape (n,).
    model : scikit-learn classifier, optional
        Anything with ``fit`` and ``predict_proba``; not changed, a copy is fitted.  None:
        logistic regression without a penalty on standardised columns.
    folds : int, optional
        None: fitted on all patients.  A number: each patient's chance comes from a model that
        did not see that fold (needed with flexible models).
    seed, groups
        Seed of the folds; the patient of each row, if a patient has several.

    Raises
    ------
    MedaiError
        For bad input, or fewer than two patients an arm and fold.
    """
    t = check.two_arms(treated)
    n = len(t)
    x = check.table(x, n)
    if folds is None:
        return classifier(model).fit(x, t).predict_proba(x)[:, 1]
    found = np.empty(n)
    for train, held in check.folds_of(n, t, folds, seed, groups):
        found[held] = classifier(model).fit(x[train], t[train]).predict_proba(x[held])[:, 1]
    return found


def inverse_weights(
    treated: ArrayLike, e: ArrayLike, stabilised: bool = True, clip: float | None = None
) -> np.ndarray:
    """Return one weight a patient: one over the chance of what he or she got, shape (n,).

    Parameters
    ----------
    treated, e : array_like
        Treatment 0/1 and propensity, shape (n,).
    stabilised : bool
        Multiply by the share of the patient's arm, so that weights average about 1.
    clip : float, optional
        Move propensities into [clip, 1 - clip] first: fewer extreme weights, paid for with
        bias, because the patients concerned no longer stand for all like them.

    Raises
    ------
    MedaiError
        For propensities of 0 or 1, or `clip` outside 0 to 0.5.
    """
    t = check.two_arms(treated)
    n = len(t)
    e = check.chances(e, n)
    if clip is not None:
        if not 0 < clip < 0.5:
            raise MedaiError(f"clip={clip}: strictly between 0 and 0.5.")
        e = np.clip(e, clip, 1 - clip)
    w = np.where(t, 1 / e, 1 / (1 - e))
    return w * np.where(t, t.mean(), 1 - t.mean()) if stabilised else w


def effective_sample_size(weights: ArrayLike) -> float:
    """Return Kish's effective number of patients, ``(Σw)² / Σw²``.

    As many equally weighted patients would give a mean that is as uncertain, if the outcome
    varies equally in all.

    Examples
    --------
    >>> effective_sample_size([1, 1, 1, 1]), round(effective_sample_size([1, 1, 1, 9]), 2)
    (4.0, 1.71)
    """
    w = check.numbers(weights, "weights")
    if w.size == 0 or not np.isfinite(w).all() or w.min() < 0 or w.sum() == 0:
        raise MedaiError("weights must be finite and not negative, and not all of them zero.")
    w = w / w.max()
    return float(w.sum() ** 2 / (w**2).sum())


def overlap(treated: ArrayLike, e: ArrayLike) -> Overlap:
    """Return the report to read before any weighted effect."""
    t = check.two_arms(treated)
    n = len(t)
    e = check.chances(e, n)
    w = inverse_weights(t, e)
    return Overlap(
        lowest=float(e.min()),
        highest=float(e.max()),
        outside=float(np.mean((e < FEW) | (e > 1 - FEW))),
        n_treated=int(t.sum()),
        n_untreated=int((~t).sum()),
        treated=effective_sample_size(w[t]),
        untreated=effective_sample_size(w[~t]),
        largest=float(max(w[t].max() / w[t].sum(), w[~t].max() / w[~t].sum())),
    )


def ipw(
    y: ArrayLike,
    treated: ArrayLike,
    e: ArrayLike,
    clip: float | None = None,
    level: float = 0.95,
) -> Estimate:
    """Return the effect by inverse-probability weighting, weights summing to one in each arm.

    Parameters
    ----------
    y, treated, e : array_like
        Outcomes, treatment 0/1, propensities; shape (n,).
    clip, level
        As in :func:`inverse_weights`; coverage of the interval.

    Returns
    -------
    Estimate
        Its standard error treats the propensities as known.  When they were estimated by a
        correct model from the same patients, the true one is smaller, so the interval is
        wider than it need be.

    Raises
    ------
    MedaiError
        On bad input.
    """
    y = check.outcome(y)
    t = check.two_arms(treated, len(y))
    w = inverse_weights(t, check.chances(e, len(y)), clip=clip)
    value, variance = 0.0, 0.0
    for arm, sign in ((t, 1), (~t, -1)):
        share = w[arm] / w[arm].sum()
        mean = share @ y[arm]
        value += sign * mean
        variance += np.sum((share * (y[arm] - mean)) ** 2)
    return normal_estimate("IPW", value, np.sqrt(variance), level, len(y))


def cross_fit_outcomes(
    x: ArrayLike,
    y: ArrayLike,
    treated: ArrayLike,
    model: Any = None,
    folds: int = 5,
    seed: int = 0,
    groups: Sequence | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Return predicted outcomes without and with treatment, each shape (n,).

    Each patient's two predictions come from models (one an arm) that did not see that fold.

    Parameters
    ----------
    x, y, treated : array_like
        Covariates (n, k), outcomes (n,), treatment 0/1 (n,).
    model : scikit-learn regressor, optional
        None: linear regression.
    folds, seed, groups
        As in :func:`propensity`.
    """
    from medai.personalised.treatment.learners import ArmModels

    y = check.outcome(y)
    t = check.two_arms(treated, len(y))
    x = check.table(x, len(y))
    mu = np.empty((len(y), 2))
    for train, held in check.folds_of(len(y), t, folds, seed, groups):
        fitted = ArmModels(model).fit(x[train], y[train], t[train].astype(int))
        mu[held] = fitted.predict(x[held])
    return mu[:, 0], mu[:, 1]


def aipw(
    y: ArrayLike,
    treated: ArrayLike,
    e: ArrayLike,
    mu0: ArrayLike,
    mu1: ArrayLike,
    level: float = 0.95,
) -> Estimate:
    """Return the doubly robust (augmented IPW) estimate of the average effect.

    The mean of ``mu1 - mu0 + T (Y - mu1) / e - (1 - T)(Y - mu0) / (1 - e)``: the predicted
    effect, plus what the predictions missed, weighted.  It is consistent if either the
    propensities or the predictions are right (Funk et al. 2011; Dudík et al. 2011 for
    policies).  Its standard error is exact in large samples when both are.

    Parameters
    ----------
    y, treated, e : array_like
        Outcomes, treatment 0/1, propensities; shape (n,).
    mu0, mu1 : array_like
        Predicted outcomes without and with treatment, from models that did not see the
        patient, as :func:`cross_fit_outcomes` gives them.

    Raises
    ------
    MedaiError
        On bad input.
    """
    y = check.outcome(y)
    n = len(y)
    t, e = check.two_arms(treated, n), check.chances(e, n)
    mu0 = check.predictions(mu0, (n,), "mu0")
    mu1 = check.predictions(mu1, (n,), "mu1")
    score = mu1 - mu0 + np.where(t, (y - mu1) / e, -(y - mu0) / (1 - e))
    return normal_estimate("AIPW", score.mean(), score.std(ddof=1) / np.sqrt(n), level, n)
