"""Differential privacy: noise on a count, and what (ε, δ) then promise.

A mechanism is (ε, δ)-differentially private when, for two tables that differ by one person, no
set of answers is more than e^ε times as likely with her as without her, up to δ (Dwork et al.
2006; Equation 33.3 of the book).
"""

from __future__ import annotations

import math

import numpy as np

from medai.runtime.errors import MedaiError


def laplace_count(
    count: int, epsilon: float, rng: np.random.Generator, size: int = 1
) -> np.ndarray:
    """Return a count with Laplace noise of scale 1/ε, which makes it ε-differentially private.

    One person changes a count by at most 1.  Each answer costs ε anew: asking twice costs 2ε.

    Parameters
    ----------
    count : int
        The true count.
    epsilon : float
        Above 0.
    rng : numpy.random.Generator
        A seeded one is for teaching: whoever knows the seed takes the noise off.
    size : int
        How many answers.

    Returns
    -------
    numpy.ndarray
        Shape (size,).  Not rounded, and may be below 0.

    Raises
    ------
    MedaiError
        When ε is not above 0.
    """
    _positive("epsilon", epsilon)
    return count + rng.laplace(0, 1 / epsilon, size)


def gaussian_delta(epsilon: float, sigma: float, sensitivity: float = 1.0) -> float:
    """Return the δ of Gaussian noise of standard deviation σ for a given ε, exactly.

    Φ(s/2σ - εσ/s) - e^ε Φ(-s/2σ - εσ/s), s the sensitivity: the area where the density with
    the person is more than e^ε times the one without her, less e^ε times the other area.

    Raises
    ------
    MedaiError
        When one of the arguments is not above 0.

    Examples
    --------
    >>> round(gaussian_delta(epsilon=1.0, sigma=2.0), 4)
    0.0068
    """
    for name, value in (("epsilon", epsilon), ("sigma", sigma), ("sensitivity", sensitivity)):
        _positive(name, value)
    half, drift = sensitivity / (2 * sigma), epsilon * sigma / sensitivity
    return _phi(half - drift) - math.exp(epsilon) * _phi(-half - drift)


def gaussian_sigma(epsilon: float, delta: float, sensitivity: float = 1.0) -> float:
    """Return the smallest σ of Gaussian noise that is (ε, δ)-differentially private.

    Found by halving, from :func:`gaussian_delta`.

    Raises
    ------
    MedaiError
        When ε or the sensitivity is not above 0, or δ does not lie strictly between 0 and 1.
    """
    if not 0 < delta < 1:
        raise MedaiError(f"delta={delta}: it must lie strictly between 0 and 1.")
    low, high = 0.0, 1.0
    while gaussian_delta(epsilon, high, sensitivity) > delta:
        high *= 2
    for _ in range(80):
        middle = (low + high) / 2
        if middle == 0 or gaussian_delta(epsilon, middle, sensitivity) > delta:
            low = middle
        else:
            high = middle
    return high


def most_power(false_alarms: np.ndarray, epsilon: float, delta: float = 0.0) -> np.ndarray:
    """Return the largest true-positive rate that any attack on membership can have.

    From the definition, in both directions: TPR ≤ e^ε FPR + δ, and
    1 - FPR ≤ e^ε (1 - TPR) + δ, that is TPR ≤ 1 - (1 - δ - FPR)/e^ε.

    Parameters
    ----------
    false_alarms : array_like
        False-positive rates, 0 to 1.
    epsilon, delta : float
        ε at least 0, δ from 0 to 1.

    Raises
    ------
    MedaiError
        When a rate, ε or δ is outside its range.

    Examples
    --------
    >>> import numpy as np
    >>> most_power(np.array([0.01]), epsilon=1.0).round(3).tolist()
    [0.027]
    """
    rate = np.asarray(false_alarms, dtype=float)
    if not ((rate >= 0) & (rate <= 1)).all() or epsilon < 0 or not 0 <= delta <= 1:
        raise MedaiError(
            f"false alarms and delta={delta} lie between 0 and 1, epsilon={epsilon} is at least 0."
        )
    first = np.exp(epsilon) * rate + delta
    second = 1 - (1 - delta - rate) * np.exp(-epsilon)
    return np.minimum(1, np.minimum(first, second))


def _phi(x: float) -> float:
    return 0.5 * math.erfc(-x / math.sqrt(2))


def _positive(name: str, value: float) -> None:
    if not 0 < value < math.inf:
        raise MedaiError(f"{name}={value}: a number above 0 is wanted.")
