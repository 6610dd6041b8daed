"""A policy says which arm each patient gets; its value is the mean outcome if all followed it.

Everything rests on one table of *scores*: for each patient and each arm a number whose mean
over patients is the mean outcome if everybody had that arm.  The value of a policy is then the
mean of the scores it picks (Dudík et al. 2011), and two policies are compared on the same
patients.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from medai.metrics.intervals import ends, patient_numbers
from medai.personalised.treatment import _checks as check
from medai.personalised.treatment.effects import Estimate
from medai.personalised.treatment.learners import ArmModels
from medai.runtime.errors import MedaiError

STREAM = 0x901C  # a stream of random numbers of its own, apart from any generator's seed


def arm_scores(
    y: ArrayLike,
    arm: ArrayLike,
    probability: ArrayLike,
    outcomes: ArrayLike | None = None,
) -> np.ndarray:
    """Return each patient's score under each arm, shape (n, arms).

    With predicted outcomes m (doubly robust): ``m_a + [A = a] (Y - m_a) / p_a``.  Without:
    ``[A = a] Y / p_a`` (IPW), right on average and noisier.

    Parameters
    ----------
    y : array_like
        Outcomes, larger is better, shape (n,).
    arm : array_like
        Number of the arm that each patient got, 0 to K-1, shape (n,).
    probability : array_like
        Chance of each arm, shape (K,) in a trial, or (n, K) where it differs by patient; rows
        sum to 1.
    outcomes : array_like, optional
        Predicted outcomes under each arm, shape (n, K), from models that did not see the
        patient.

    Raises
    ------
    MedaiError
        On bad input, or an arm that a patient could not have got.
    """
    y = check.outcome(y)
    p = np.atleast_2d(check.numbers(probability, "probability"))
    p = np.broadcast_to(p, (len(y), p.shape[1])) if len(p) == 1 and p.ndim == 2 else p
    if p.ndim != 2 or len(p) != len(y) or p.shape[1] < 2 or not np.allclose(p.sum(1), 1, atol=1e-6):
        raise MedaiError(
            f"probability has shape {p.shape}: one row for all patients or one each, a column "
            "for each of two or more arms, and rows that sum to 1."
        )
    if not p.min() > 0:
        raise MedaiError(
            "a probability is 0: no outcome can show what that arm does for such a patient. "
            "Leave the arm, or the patients who cannot get it, out."
        )
    a = check.arms(arm, len(y), p.shape[1], "arm")
    got = np.arange(p.shape[1]) == a[:, None]
    if outcomes is None:
        return got * y[:, None] / p
    m = check.predictions(outcomes, p.shape, "outcomes")
    return m + got * (y[:, None] - m) / p


def policy_value(
    scores: np.ndarray,
    policy: ArrayLike,
    groups: Sequence | None = None,
    n_boot: int = 1000,
    level: float = 0.95,
    seed: int = 0,
    name: str = "policy",
) -> Estimate:
    """Return the value of a policy with a bootstrap interval over patients.

    Parameters
    ----------
    scores : numpy.ndarray
        From :func:`arm_scores`, of patients that the policy was **not** learned from.
    policy : array_like
        The arm for each patient, shape (n,); or one number, the same arm for all; or the
        chances of the arms, shape (n, K), for a policy that tosses a coin.
    groups : sequence, optional
        The patient of each row, if a patient has several.
    n_boot, level, seed
        Draws, coverage, seed.

    Raises
    ------
    MedaiError
        On bad input.

    Examples
    --------
    >>> from medai.personalised.treatment.policy import arm_scores, policy_value
    >>> arm = [0, 1] * 50
    >>> scores = arm_scores([3, 5] * 50, arm, [0.5, 0.5])
    >>> print(f"everybody gets arm 1: {policy_value(scores, 1).value:.1f}")
    everybody gets arm 1: 5.0
    """
    picked = _picked(scores, policy)
    return _boot(name, picked, groups, n_boot, level, seed)


def compare_policies(
    scores: np.ndarray,
    policy: ArrayLike,
    other: ArrayLike,
    groups: Sequence | None = None,
    n_boot: int = 1000,
    level: float = 0.95,
    seed: int = 0,
) -> Estimate:
    """Return the value of `policy` minus that of `other`, on the same draws of patients.

    Patients to whom both give the same arm contribute 0, so the interval is narrower than the
    two values suggest.
    """
    gap = _picked(scores, policy) - _picked(scores, other)
    return _boot("difference of policies", gap, groups, n_boot, level, seed)


def learn_policy(
    x: ArrayLike,
    y: ArrayLike,
    arm: ArrayLike,
    model: Any = None,
    folds: int = 5,
    seed: int = 0,
    groups: Sequence | None = None,
    margin: float = 0.0,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Learn a policy on each fold's other patients and apply it to the fold.

    Returns
    -------
    policy : numpy.ndarray
        The arm with the highest predicted outcome, shape (n,).
    outcomes : numpy.ndarray
        The predictions, shape (n, K), for :func:`arm_scores`.
    best_single : numpy.ndarray
        The arm with the highest mean among the *training* patients of the patient's fold,
        shape (n,): the baseline that needs no model.

    Other Parameters
    ----------------
    model : scikit-learn regressor, optional
        One copy an arm; None is linear regression.
    margin : float
        Leave `best_single` only for an arm that is predicted to be better by more than this.
    """
    y = check.outcome(y)
    x = check.table(x, len(y))
    a = check.arms(arm, len(y), None, "arm")
    k = int(a.max()) + 1
    outcomes, single = np.empty((len(y), k)), np.empty(len(y), dtype=int)
    for train, held in check.folds_of(len(y), a, folds, seed, groups):
        outcomes[held] = ArmModels(model).fit(x[train], y[train], a[train]).predict(x[held])
        single[held] = best_single_arm(y[train], a[train])
    rows = np.arange(len(y))
    best = outcomes.argmax(1)
    gain = outcomes[rows, best] - outcomes[rows, single]
    return np.where(gain > margin, best, single), outcomes, single


def best_single_arm(y: ArrayLike, arm: ArrayLike) -> int:
    """Return the number of the arm with the highest mean outcome."""
    y = check.outcome(y)
    arm = check.arms(arm, len(y), None, "arm")
    return int(max(np.unique(arm), key=lambda a: y[arm == a].mean()))


def random_policy(n: int, arms: int) -> np.ndarray:
    """Return equal chances of all arms for each of `n` patients, shape (n, arms)."""
    whole = all(isinstance(k, int | np.integer) and k > 0 for k in (n, arms))
    if not whole:
        raise MedaiError(f"n={n!r:.40}, arms={arms!r:.40}: two whole numbers above 0.")
    return np.full((n, arms), 1 / arms)


def _picked(scores: np.ndarray, policy: ArrayLike) -> np.ndarray:
    scores = check.numbers(scores, "scores")
    if scores.ndim != 2 or not np.isfinite(scores).all():
        raise MedaiError(f"scores have shape {scores.shape}: the table of arm_scores is wanted.")
    n, k = scores.shape
    policy = check.numbers(policy, "policy")
    if policy.ndim == 2:
        chance = policy
        if chance.shape != (n, k) or chance.min() < 0 or not np.allclose(chance.sum(1), 1):
            raise MedaiError(f"chances of shape {chance.shape}: {(n, k)}, and rows that sum to 1.")
        return (chance * scores).sum(1)
    if policy.ndim == 0:
        policy = np.full(n, policy)
    return scores[np.arange(n), check.arms(policy, n, k, "policy")]


def _boot(
    name: str,
    values: np.ndarray,
    groups: Sequence | None,
    n_boot: int,
    level: float,
    seed: int,
) -> Estimate:
    """Mean of one number a row, its interval by drawing whole patients."""
    if n_boot < 1:
        raise MedaiError(f"n_boot={n_boot}: at least one draw.")
    patient = patient_numbers(groups, len(values))
    total = np.bincount(patient, values)
    rows = np.bincount(patient).astype(float)
    rng = np.random.default_rng([seed, STREAM])
    m = len(total)
    drawn = np.empty(n_boot)
    for i in range(n_boot):
        pick = rng.integers(0, m, m)
        drawn[i] = total[pick].sum() / rows[pick].sum()
    low, high = ends(drawn, level)
    se = drawn.std(ddof=1) if n_boot > 1 else float("nan")
    return Estimate(name, float(values.mean()), float(se), float(low), float(high), level, m)
