"""The risk-adjusted CUSUM (Steiner et al., 2000): more events than the risks say.

Each patient adds the log-likelihood ratio of "the odds are `odds_ratio` times what the model says"
against "the model is right"; the sum never falls below 0, so that a bad month is not excused by a
good year.  It alarms when it passes a limit, and the limit is found by simulation so that, while
the model is right, an alarm within a stated number of patients has a stated chance.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from medai.metrics._binary import checked, vector
from medai.metrics.survival import logit
from medai.runtime import MedaiError


def cusum_weights(y: ArrayLike, p: ArrayLike, odds_ratio: float = 2.0) -> np.ndarray:
    r"""Return each patient's log-likelihood ratio.

    :math:`y \ln R - \ln(1 - p + R p)` for an odds ratio R.

    Parameters
    ----------
    y, p : array_like
        Outcomes 0/1 and stated risks, strictly between 0 and 1, shape (n,).
    odds_ratio : float
        The change to look for: above 1 more events than stated, below 1 fewer.

    Returns
    -------
    numpy.ndarray
        Shape (n,).

    Raises
    ------
    MedaiError
        On bad input, or an odds ratio of 1 or at most 0.

    Examples
    --------
    A bad outcome adds, a good one takes off:

    >>> cusum_weights([1, 0], [0.5, 0.5]).round(2).tolist()
    [0.29, -0.41]
    """
    y, p = checked(y, p, "p", probability=True)
    logit(p)  # a risk of 0 or 1 speaks here
    return y * np.log(_ratio(odds_ratio)) - np.log1p((odds_ratio - 1) * p)


class RiskAdjustedCusum:
    """A running sum that alarms when outcomes are worse than the stated risks.

    Parameters
    ----------
    limit : float
        The alarm is given when the sum reaches it; see :func:`cusum_limit`.
    odds_ratio : float
        The change to look for.

    Attributes
    ----------
    value : float
        The sum now.
    seen : int
        Patients so far.
    alarm_at : int or None
        The number of the patient at whom it first alarmed, from 1.
    """

    def __init__(self, limit: float, odds_ratio: float = 2.0) -> None:
        if not limit > 0:
            raise MedaiError(f"limit={limit}: the sum starts at 0, so a limit is above 0.")
        self.limit = float(limit)
        self.odds_ratio = _ratio(odds_ratio)
        self.value = 0.0
        self.seen = 0
        self.alarm_at: int | None = None

    @property
    def alarm(self) -> bool:
        """Whether it has alarmed."""
        return self.alarm_at is not None

    def update(self, p: ArrayLike, y: ArrayLike) -> np.ndarray:
        """Add patients in the order in which they came.

        Parameters
        ----------
        p, y : array_like
            Stated risks and outcomes 0/1, shape (n,); numbers for one patient.

        Returns
        -------
        numpy.ndarray
            The sum after each of them, shape (n,).

        Raises
        ------
        MedaiError
            On bad input; nothing is added then.
        """
        weights = cusum_weights(np.atleast_1d(y), np.atleast_1d(p), self.odds_ratio)
        path = np.empty(len(weights))
        for number, weight in enumerate(weights):
            self.value = max(0.0, self.value + weight)
            self.seen += 1
            path[number] = self.value
            if self.alarm_at is None and self.value >= self.limit:
                self.alarm_at = self.seen
        return path


def cusum_limit(
    risks: ArrayLike,
    patients: int,
    false_alarm: float = 0.05,
    *,
    odds_ratio: float = 2.0,
    runs: int = 2000,
    seed: int = 0,
) -> float:
    """Return the limit at which a right model alarms within `patients` with chance `false_alarm`.

    Patients are drawn from `risks` with replacement and their outcomes from their risks, `runs`
    times; the limit is the quantile of the highest sums.  It holds for this mix of patients only
    (Wittenberg, 2022): find it anew when the mix changes.

    Parameters
    ----------
    risks : array_like
        Stated risks of patients like those to come, shape (n,).
    patients : int
        How many will be followed, e.g. those of a year.
    false_alarm : float
        Chance of an alarm among them while the model is right.
    odds_ratio, runs, seed
        The change to look for; simulated years; the seed of their random numbers.

    Returns
    -------
    float
        The limit.

    Raises
    ------
    MedaiError
        On bad input.
    """
    risks = vector(risks, "risks")
    logit(risks)
    for name, value in (("patients", patients), ("runs", runs)):
        if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < 1:
            raise MedaiError(f"{name}={value!r}: a whole number from 1 up is wanted.")
    if not 0 < false_alarm < 1:
        raise MedaiError(f"false_alarm={false_alarm}: a chance lies strictly between 0 and 1.")
    rise, fall = np.log(_ratio(odds_ratio)), np.log1p((odds_ratio - 1) * risks)
    rng = np.random.default_rng(seed)
    value, highest = np.zeros(runs), np.zeros(runs)
    for _ in range(patients):
        who = rng.integers(len(risks), size=runs)
        event = rng.random(runs) < risks[who]
        value = np.maximum(0.0, value + rise * event - fall[who])
        highest = np.maximum(highest, value)
    # Just above the quantile: sums of equal risks take few values, and many runs end on each.
    return float(np.quantile(highest, 1 - false_alarm)) + 1e-9


def _ratio(odds_ratio: float) -> float:
    if not odds_ratio > 0 or odds_ratio == 1 or not np.isfinite(odds_ratio):
        raise MedaiError(
            f"odds_ratio={odds_ratio}: name the change to look for, above 1 (more events) or "
            "between 0 and 1 (fewer)."
        )
    return float(odds_ratio)
