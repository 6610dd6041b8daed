"""What does an alert rule do on a ward?  Alerts per 100 orders, share that matter, harm prevented.

How the reader's attention falls with the number of alerts is an *assumption* here, and an
argument of every function that uses it.  Where it comes from: the likelihood that a clinical
reminder was accepted fell by 30 % with each further reminder of the same encounter (Ancker and
colleagues 2017, doi 10.1186/s12911-017-0430-8).  Those were reminders in general practice; for
drug alerts on a ward nobody has given us a number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from medai.metrics import wilson
from medai.runtime import MedaiError


@dataclass(frozen=True)
class AlertReport:
    """How a rule behaves on orders whose harm is known.

    Attributes
    ----------
    orders, alerts, harmful, caught : int
        Orders; alerts shown; orders that would harm; those of them with an alert.
    overridden : int or None
        Alerts after which the order stood, if the answers are known.
    """

    orders: int
    alerts: int
    harmful: int
    caught: int
    overridden: int | None = None

    @property
    def per_100_orders(self) -> float:
        """Alerts per 100 orders."""
        return 100 * self.alerts / self.orders

    @property
    def ppv(self) -> float:
        """Share of the alerts that stand on a harmful order; NaN without alerts."""
        return self.caught / self.alerts if self.alerts else float("nan")

    @property
    def ppv_interval(self) -> tuple[float, float]:
        """Wilson's 95 % interval of :attr:`ppv`; 0 to 1 without alerts."""
        low, high = wilson(self.caught, self.alerts) if self.alerts else (0.0, 1.0)
        return float(low), float(high)

    @property
    def sensitivity(self) -> float:
        """Share of the harmful orders that get an alert; NaN without harmful orders."""
        return self.caught / self.harmful if self.harmful else float("nan")

    @property
    def number_needed_to_alert(self) -> float:
        """Alerts for each harmful order that is caught; infinite if none is."""
        return self.alerts / self.caught if self.caught else float("inf")

    @property
    def override_rate(self) -> float:
        """Share of the alerts that were overridden; NaN if the answers are not known."""
        if self.overridden is None or not self.alerts:
            return float("nan")
        return self.overridden / self.alerts


def _columns(*named: tuple[str, Sequence[bool]]) -> list:
    import numpy as np

    columns = [np.asarray(values) for _, values in named]
    shapes = {name: column.shape for (name, _), column in zip(named, columns, strict=True)}
    if len(set(shapes.values())) != 1 or columns[0].ndim != 1 or not len(columns[0]):
        raise MedaiError(f"shapes {shapes}: one value an order, of at least one order, is wanted.")
    return columns


def measure_alerts(
    fired: Sequence[bool], harmful: Sequence[bool], accepted: Sequence[bool] | None = None
) -> AlertReport:
    """Count what a rule does.

    Parameters
    ----------
    fired, harmful : array_like of bool
        Whether the rule shows an alert on the order, and whether the order would harm, (n,).
    accepted : array_like of bool, optional
        Whether the order was changed after the alert, shape (n,).

    Raises
    ------
    MedaiError
        When the lengths differ, there is no order, or an alert was accepted that never fired.

    Examples
    --------
    >>> from medai.personalised.signals.alerts import measure_alerts
    >>> report = measure_alerts([1, 1, 1, 0, 0, 0, 0, 0], [1, 0, 0, 1, 0, 0, 0, 0])
    >>> report.per_100_orders, round(report.ppv, 2), report.sensitivity
    (37.5, 0.33, 0.5)
    """
    fired, harmful = (c.astype(bool) for c in _columns(("fired", fired), ("harmful", harmful)))
    overridden = None
    if accepted is not None:
        accepted = _columns(("fired", fired), ("accepted", accepted))[1].astype(bool)
        ghosts = int((accepted & ~fired).sum())
        if ghosts:
            raise MedaiError(
                f"{ghosts} orders count as accepted without an alert: accepted is True only "
                "where fired is."
            )
        overridden = int((fired & ~accepted).sum())
    return AlertReport(
        len(fired), int(fired.sum()), int(harmful.sum()), int((fired & harmful).sum()), overridden
    )


def attention(alerts_in_sitting: Sequence[int], first: float, drop: float) -> Sequence[float]:
    """Chance that one alert is heeded, ``first · (1 − drop)^(k − 1)`` (book, Chapter 30).

    Parameters
    ----------
    alerts_in_sitting : array_like of int
        k, how many alerts the doctor sees in this sitting, at least 1, shape (n,).
    first : float
        Chance when it is the only one, 0 to 1.
    drop : float
        Share of the attention that each further alert takes, 0 to below 1.

    Raises
    ------
    MedaiError
        When a share lies outside its range, or some k is below 1.
    """
    import numpy as np

    if not 0 <= first <= 1 or not 0 <= drop < 1:
        raise MedaiError(f"first={first}, drop={drop}: 0 to 1, and 0 to below 1, are wanted.")
    k = np.asarray(alerts_in_sitting)
    if k.size and k.min() < 1:
        raise MedaiError(f"{k.min()} alerts in a sitting: attention is asked of an alert, k ≥ 1.")
    return first * (1 - drop) ** (k - 1)


def harm_prevented(
    fired: Sequence[bool],
    harmful: Sequence[bool],
    sitting: Sequence[int],
    *,
    first: float,
    drop: float,
) -> float:
    """Return the expected share of the harmful orders that are changed because of an alert.

    Parameters
    ----------
    fired, harmful : array_like of bool
        As in :func:`measure_alerts`, shape (n,).
    sitting : array_like of int
        Which orders were written together, shape (n,); the alerts of a sitting compete.
    first, drop : float
        As in :func:`attention`.

    Returns
    -------
    float
        0 to 1; NaN when no order is harmful.

    Raises
    ------
    MedaiError
        As in :func:`measure_alerts` and :func:`attention`.
    """
    import numpy as np

    fired, harmful, sitting = _columns(("fired", fired), ("harmful", harmful), ("sitting", sitting))
    fired, harmful = fired.astype(bool), harmful.astype(bool)
    _, number = np.unique(sitting, return_inverse=True)
    k = np.bincount(number, weights=fired)[number]
    chance = attention(k[fired & harmful], first, drop)
    return float(np.sum(chance) / harmful.sum()) if harmful.any() else float("nan")


def worst_of_sitting(
    fired: Sequence[bool], estimate: Sequence[float], sitting: Sequence[int]
) -> Sequence[bool]:
    """Keep only the alert with the highest estimated risk in each sitting, the first if equal.

    Parameters
    ----------
    fired, estimate, sitting : array_like
        Whether the rule would alert, the estimated chance of harm, and which orders were
        written together, shape (n,).

    Returns
    -------
    numpy.ndarray of bool
        Shape (n,); at most one True a sitting.

    Raises
    ------
    MedaiError
        When the lengths differ or there is no order.
    """
    import numpy as np

    fired, estimate, sitting = _columns(
        ("fired", fired), ("estimate", estimate), ("sitting", sitting)
    )
    rows = np.flatnonzero(fired.astype(bool))
    order = rows[np.lexsort((rows, -estimate[rows], sitting[rows]))]
    _, first = np.unique(sitting[order], return_index=True)
    kept = np.zeros(len(fired), bool)
    kept[order[first]] = True
    return kept
