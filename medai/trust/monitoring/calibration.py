r"""Whether the stated risks still hold: a test that may be looked at after every patient.

Somebody bets against the model.  For each alternative to it (risks twice as high in odds, half as
high, too bold, too timid) a stake of 1 is multiplied, patient by patient, by how much better the
alternative foresaw the outcome: :math:`q/p` after an event, :math:`(1-q)/(1-p)` without one.
While the model is right no bet gains on average: :math:`p \cdot q/p + (1-p)(1-q)/(1-p) = 1`.  So
the mean of the stakes is a martingale that starts at 1, and by Ville's inequality it *ever*
reaches 1/alpha with a chance of at most alpha, however often one looks (Ramdas et al., 2023).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from medai.metrics._binary import checked
from medai.metrics.survival import logit
from medai.runtime import MedaiError


@dataclass(frozen=True)
class Alternative:
    """One way in which stated risks may be wrong.

    Attributes
    ----------
    name
        In words, for the alarm.
    shift, slope
        The true log odds would be ``shift + centre + slope * (logit(p) - centre)``.
    """

    name: str
    shift: float
    slope: float = 1.0

    def risks(self, p: np.ndarray, centre: float) -> np.ndarray:
        """Return what the risks would be, shape (n,)."""
        return np.exp(self.log_risks(p, centre)[0])

    def log_risks(self, p: np.ndarray, centre: float) -> tuple[np.ndarray, np.ndarray]:
        """Return ln q and ln(1 - q) of these risks q, exact where q is next to 0 or 1."""
        odds = self.shift + centre + self.slope * (logit(p) - centre)
        return -np.logaddexp(0, -odds), -np.logaddexp(0, odds)


ALTERNATIVES = (
    Alternative("the risks are too low", float(np.log(2))),
    Alternative("the risks are too high", float(-np.log(2))),
    Alternative("the risks are too extreme", 0.0, 0.5),
    Alternative("the risks are too timid", 0.0, 2.0),
)


class CalibrationMonitor:
    """Follow stated risks and outcomes; alarm when the model is shown to be wrong.

    While the model is right, the chance that it ever alarms is at most `alpha`.  Evidence *for* a
    model that was right for years must first be eaten up by a model that then goes wrong: begin a
    new monitor at stated times (each quarter, say), and alpha holds for each of them.

    Parameters
    ----------
    alpha : float
        Chance of a false alarm, ever.
    usual_risk : float
        A typical risk, strictly between 0 and 1: where "too extreme" and "too timid" turn.
    alternatives : sequence of Alternative
        What is bet on, in equal parts.

    Attributes
    ----------
    seen : int
        Patients so far.
    alarm_at : int or None
        The number of the patient at whom it alarmed, from 1.

    Examples
    --------
    >>> from medai.trust.monitoring.calibration import CalibrationMonitor
    >>> monitor = CalibrationMonitor()
    >>> for patients in (40, 40):
    ...     evidence = monitor.update([0.1] * patients, [1, 0, 0, 0] * (patients // 4))
    ...     print(f"evidence {monitor.evidence:.1f}, alarm: {monitor.alarm}")
    evidence 6.2, alarm: False
    evidence 128.5, alarm: True
    >>> monitor.suspects
    'the risks are too low'
    """

    def __init__(
        self,
        alpha: float = 0.05,
        *,
        usual_risk: float = 0.1,
        alternatives: Sequence[Alternative] = ALTERNATIVES,
    ) -> None:
        if not 0 < alpha < 1:
            raise MedaiError(f"alpha={alpha}: a false-alarm rate lies strictly between 0 and 1.")
        if not alternatives:
            raise MedaiError("alternatives is empty: nothing is bet on, so nothing can alarm.")
        self.alpha = float(alpha)
        self.centre = float(logit([usual_risk])[0])
        self.alternatives = tuple(alternatives)
        self.seen = 0
        self.alarm_at: int | None = None
        self._log_stakes = np.zeros(len(self.alternatives))

    @property
    def alarm(self) -> bool:
        """Whether it has alarmed."""
        return self.alarm_at is not None

    @property
    def evidence(self) -> float:
        """The mean of the stakes now; it alarms at 1 / alpha."""
        return float(_exp(_log_mean(self._log_stakes)))

    @property
    def stakes(self) -> dict[str, float]:
        """The stake of each alternative by its name."""
        names = [one.name for one in self.alternatives]
        return dict(zip(names, _exp(self._log_stakes).tolist(), strict=True))

    @property
    def suspects(self) -> str:
        """The alternative with the largest stake."""
        return self.alternatives[int(self._log_stakes.argmax())].name

    def update(self, p: ArrayLike, y: ArrayLike) -> np.ndarray:
        """Add patients in the order in which their outcomes came.

        Parameters
        ----------
        p, y : array_like
            Stated risks, strictly between 0 and 1, and outcomes 0/1, shape (n,); numbers for one.

        Returns
        -------
        numpy.ndarray
            The evidence after each of them, shape (n,).

        Raises
        ------
        MedaiError
            On bad input; nothing is added then.
        """
        y, p = checked(np.atleast_1d(y), np.atleast_1d(p), "p", probability=True)
        gains = np.empty((len(y), len(self.alternatives)))
        for number, one in enumerate(self.alternatives):
            event, none = one.log_risks(p, self.centre)
            gains[:, number] = np.where(y == 1, event - np.log(p), none - np.log1p(-p))
        path = self._log_stakes + np.cumsum(gains, axis=0)
        evidence = _exp(_log_mean(path))
        over = np.flatnonzero(evidence >= 1 / self.alpha)
        if len(over) and self.alarm_at is None:
            self.alarm_at = self.seen + int(over[0]) + 1
        self.seen += len(y)
        self._log_stakes = path[-1]
        return evidence


def _log_mean(logs: np.ndarray) -> np.ndarray:
    """Return the log of the mean of exp(logs) over the last axis, safely."""
    most = logs.max(axis=-1, keepdims=True)
    return most[..., 0] + np.log(np.mean(np.exp(logs - most), axis=-1))


def _exp(logs: np.ndarray) -> np.ndarray:
    """Return exp(logs); infinite, without a warning, beyond the largest number."""
    with np.errstate(over="ignore"):
        return np.exp(logs)
