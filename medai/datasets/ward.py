"""Orders on a ward with their known harm, generated (book, Chapter 30).

A doctor writes the orders of one patient in one sitting.  Each order has the worst interaction
that a table finds for it, from none to contraindicated, and a chance of harm if it is left as
it is, which depends on that and on the patient.  All numbers are teaching estimates: they were
chosen so that severe alerts are rare and matter more, and describe no real ward.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from medai.runtime.errors import MedaiError

if TYPE_CHECKING:
    import numpy as np

SEVERITIES = ("none", "minor", "moderate", "major", "contraindicated")
SHARE = (0.55, 0.20, 0.17, 0.06, 0.02)  # of the orders
RISK = (0.0005, 0.001, 0.004, 0.03, 0.15)  # mean chance of harm if the order stands
SPREAD = 1.0  # standard deviation of the patient's part, in logarithms
BLUR = 0.5  # error of the risk that a program can estimate, in logarithms


@dataclass(frozen=True)
class WardOrders:
    """Orders, one row each.

    Attributes
    ----------
    sitting : numpy.ndarray of int
        Which orders were written together, shape (n,).
    severity : numpy.ndarray of int
        Position in ``SEVERITIES``, shape (n,).
    estimate : numpy.ndarray
        Chance of harm as a program that knows the patient estimates it, shape (n,).
    harmful : numpy.ndarray of bool
        Whether the order harms the patient if nobody changes it, shape (n,).
    """

    sitting: np.ndarray
    severity: np.ndarray
    estimate: np.ndarray
    harmful: np.ndarray

    def __len__(self) -> int:
        """Return the number of orders."""
        return len(self.sitting)


def ward_orders(n_sittings: int = 20_000, seed: int = 0) -> WardOrders:
    """Draw the orders of a ward.

    Parameters
    ----------
    n_sittings : int
        How often a doctor sits down to write orders, at least 1; one to a dozen orders each.
    seed : int
        The same seed gives the same orders on every machine.

    Raises
    ------
    MedaiError
        When `n_sittings` is below 1.

    Examples
    --------
    >>> from medai.datasets.ward import SEVERITIES, ward_orders
    >>> orders = ward_orders(2_000)
    >>> for level, name in enumerate(SEVERITIES):
    ...     print(name, round(float(orders.harmful[orders.severity == level].mean()), 3))
    none 0.001
    minor 0.002
    moderate 0.004
    major 0.033
    contraindicated 0.133
    """
    import numpy as np

    if n_sittings < 1:
        raise MedaiError(f"n_sittings={n_sittings}: at least one sitting is wanted.")
    rng = np.random.default_rng([seed, 32])
    sitting = np.repeat(np.arange(n_sittings), 1 + rng.poisson(3.0, n_sittings))
    severity = rng.choice(len(SEVERITIES), len(sitting), p=SHARE)
    patient = rng.normal(0.0, SPREAD, n_sittings)[sitting] - SPREAD**2 / 2  # mean factor 1
    risk = np.minimum(np.array(RISK)[severity] * np.exp(patient), 0.9)
    estimate = np.minimum(risk * np.exp(rng.normal(0.0, BLUR, len(risk))), 1.0)
    return WardOrders(sitting, severity, estimate, rng.random(len(risk)) < risk)
