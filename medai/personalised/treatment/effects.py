"""The effect of a treatment in a trial: a difference of means, its interval, and the coin.

Equations of Chapter 29; potential outcomes and the average treatment effect stand in Chapter 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from medai.personalised.treatment import _checks as check
from medai.runtime.errors import MedaiError

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Estimate:
    """An effect, or a value, with its uncertainty.

    Attributes
    ----------
    name : str
        How it was estimated.
    value, se : float
        The estimate and its standard error, in the unit of the outcome.
    low, high : float
        Ends of the interval.
    level : float
        Its coverage, such as 0.95.
    n : int
        Patients it rests on.
    """

    name: str
    value: float
    se: float
    low: float
    high: float
    level: float
    n: int

    def covers(self, truth: float) -> bool:
        """Return whether the interval holds `truth`."""
        return self.low <= truth <= self.high

    def __str__(self) -> str:
        return f"{self.value:+.2f} [{self.low:+.2f}, {self.high:+.2f}]"


def normal_estimate(name: str, value: float, se: float, level: float, n: int) -> Estimate:
    """Return an estimate with the interval ``value ± z · se``."""
    half = check.coverage(level) * se
    return Estimate(name, float(value), float(se), value - half, value + half, level, int(n))


def difference_in_means(y: ArrayLike, treated: ArrayLike, level: float = 0.95) -> Estimate:
    """Return the mean outcome of the treated minus that of the others.

    An effect only where chance decided who was treated; elsewhere a comparison of two groups
    of patients.

    Parameters
    ----------
    y : array_like
        Outcomes, shape (n,).
    treated : array_like
        1 treated, 0 not, shape (n,).
    level : float
        Coverage of the interval.

    Returns
    -------
    Estimate
        With the standard error that allows the arms different variances
        (``s1²/n1 + s0²/n0``), and a normal interval.

    Raises
    ------
    MedaiError
        For missing outcomes, values other than 0 and 1, or an arm of fewer than two.

    Examples
    --------
    >>> from medai.personalised.treatment.effects import difference_in_means
    >>> found = difference_in_means([5, 7, 6, 8, 3, 4, 5, 4], [1, 1, 1, 1, 0, 0, 0, 0])
    >>> print(f"{found.value:.1f} ({found.low:.1f} to {found.high:.1f}), n={found.n}")
    2.5 (1.0 to 4.0), n=8
    """
    y = check.outcome(y)
    t = check.two_arms(treated, len(y))
    one, zero = y[t], y[~t]
    se = np.sqrt(one.var(ddof=1) / len(one) + zero.var(ddof=1) / len(zero))
    return normal_estimate("difference in means", one.mean() - zero.mean(), se, level, len(y))


def arm_means(y: ArrayLike, arm: Sequence, level: float = 0.95) -> dict[object, Estimate]:
    """Return the mean outcome of each arm with its interval, best first.

    Parameters
    ----------
    y : array_like
        Outcomes, larger is better, shape (n,).
    arm : sequence
        The arm of each patient, shape (n,): names or numbers.

    Raises
    ------
    MedaiError
        For missing outcomes or an arm of fewer than two patients.
    """
    y = check.outcome(y)
    names, arm = list(dict.fromkeys(_listed(arm))), np.array(_listed(arm), dtype=object)
    if arm.shape != y.shape or any(name is None or name != name for name in names):
        raise MedaiError(
            f"arms of shape {arm.shape} for {len(y)} outcomes: one a patient, none missing."
        )
    found = {}
    for name in names:
        own = y[arm == name]
        if len(own) < 2:
            raise MedaiError(f"arm {name!r} has {len(own)} patient: at least two are needed.")
        se = own.std(ddof=1) / np.sqrt(len(own))
        found[name] = normal_estimate(str(name), own.mean(), se, level, len(own))
    return dict(sorted(found.items(), key=lambda item: -item[1].value))


def _listed(arm: Sequence) -> list:
    """Return the arms as a list of plain values; what is no sequence gives an empty one."""
    if isinstance(arm, str) or not hasattr(arm, "__len__"):
        return []
    values = np.asarray(arm).tolist() if hasattr(arm, "__array__") else list(arm)
    return values if not any(isinstance(v, list | dict) for v in values) else []


def randomisation_test(
    y: ArrayLike, treated: ArrayLike, n_draws: int = 2000, seed: int = 0
) -> float:
    """Return how often a fair re-allocation gives as large a difference as the one seen.

    If the treatment changed nobody's outcome, any other allocation of the same arm sizes would
    have shown the same outcomes under other labels.  So the labels are shuffled, and the
    two-sided p-value is (1 + draws at least as extreme) / (1 + draws).

    Raises
    ------
    MedaiError
        As in :func:`difference_in_means`, and when `n_draws` is below 1.
    """
    y = check.outcome(y)
    t = check.two_arms(treated, len(y))
    if n_draws < 1:
        raise MedaiError(f"n_draws={n_draws}: at least one shuffle is needed.")
    rng = np.random.default_rng(seed)
    n1, total = int(t.sum()), y.sum()
    seen = y[t].mean() - y[~t].mean()
    # The sum of a random n1 of the outcomes fixes both means.
    sums = np.array([rng.permutation(y)[:n1].sum() for _ in range(n_draws)])
    shuffled = sums / n1 - (total - sums) / (len(y) - n1)
    extreme = np.abs(shuffled) >= abs(seen) - 1e-12 * max(1.0, abs(seen))
    return float((1 + extreme.sum()) / (1 + n_draws))


def balance(x: pd.DataFrame, treated: ArrayLike, weights: ArrayLike | None = None) -> pd.Series:
    """Return the standardised difference of each covariate between treated and others.

    The difference of the (weighted) means over the pooled standard deviation of the unweighted
    arms, ``sqrt((s1² + s0²) / 2)``.  In a trial it is small by chance, in records it shows
    whom the treatment was given to; after weighting it shows what the weights repaired.

    Parameters
    ----------
    x : pandas.DataFrame
        Covariates known before the treatment, shape (n, k).
    treated : array_like
        1 treated, 0 not, shape (n,).
    weights : array_like, optional
        One a patient, not negative; none means all equal.

    Returns
    -------
    pandas.Series
        One number a column, in standard deviations; 0 where a column never varies.
    """
    import pandas as pd

    if not hasattr(x, "columns"):
        raise MedaiError("x must be a data frame: the covariates are reported by their names.")
    names = list(x.columns)
    values = check.table(x, len(x))
    t = check.two_arms(treated, len(values))
    w = np.ones(len(t)) if weights is None else check.numbers(weights, "weights")
    if w.shape != t.shape or not np.isfinite(w).all() or w.min() < 0:
        raise MedaiError("weights must be one number a patient, finite and not negative.")
    if min(w[t].sum(), w[~t].sum()) == 0:
        raise MedaiError("all weights of an arm are zero: nobody is left in it to compare.")
    gap = np.average(values[t], 0, w[t]) - np.average(values[~t], 0, w[~t])
    spread = np.sqrt((values[t].var(0, ddof=1) + values[~t].var(0, ddof=1)) / 2)
    return pd.Series(np.divide(gap, spread, out=np.zeros_like(gap), where=spread > 0), names)
