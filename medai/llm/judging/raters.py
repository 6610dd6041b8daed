"""Simulated raters: how many people, and how many texts, must be asked.

A grade is the text's quality, plus the rater's severity, plus noise, rounded to the scale.  Real
raters also tire, copy and misunderstand; the simulation is for planning, not for results.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from medai.runtime import MedaiError


def grades(
    quality: ArrayLike,
    raters: int,
    severity: float,
    noise: float,
    rng: np.random.Generator,
    scale: tuple[int, int] | None = (1, 5),
) -> np.ndarray:
    """Let simulated raters grade texts.

    Parameters
    ----------
    quality : array_like of float
        What each text deserves, shape (texts,) or (texts, systems).
    raters : int
        How many raters; everyone grades everything.
    severity, noise : float
        Standard deviation of the raters' severities (one number a rater) and of the noise of
        each grade.
    rng : numpy.random.Generator
        The random numbers.
    scale : tuple of int, optional
        Lowest and highest grade; grades are whole numbers.  None leaves them as they are.

    Returns
    -------
    numpy.ndarray
        Shape (texts, [systems,] raters).

    Raises
    ------
    MedaiError
        For no rater, or a negative spread.
    """
    if raters < 1 or severity < 0 or noise < 0:
        raise MedaiError(
            f"raters={raters}, severity={severity}, noise={noise}: at least one rater and no "
            "negative spread."
        )
    quality = np.asarray(quality, dtype=float)[..., None]
    given = quality + rng.normal(0, severity, raters)
    given = given + rng.normal(0, noise, (*quality.shape[:-1], raters))
    return given if scale is None else np.clip(np.rint(given), *scale)


def standard_error(
    texts: int,
    raters: int,
    spread: float,
    noise: float,
    severity: float = 0.0,
    crossed: bool = True,
) -> float:
    r"""Return the standard error of the mean difference of two systems.

    Parameters
    ----------
    texts, raters : int
        How many texts are graded, and by how many raters each version.
    spread : float
        Standard deviation of the true difference over texts.
    noise, severity : float
        Standard deviations as in :func:`grades`, before rounding.
    crossed : bool
        Whether the same raters grade both systems; if not, their severities do not cancel.

    Returns
    -------
    float
        :math:`\sqrt{(\tau^2 + 2\sigma^2/m)/n}` when crossed, with
        :math:`2\upsilon^2/m` added under the root when not.

    Raises
    ------
    MedaiError
        For fewer than one text or rater.

    Examples
    --------
    >>> round(standard_error(120, 1, spread=0.6, noise=0.8, severity=0.7, crossed=True), 3)
    0.117
    """
    if texts < 1 or raters < 1:
        raise MedaiError(f"texts={texts}, raters={raters}: at least one of each.")
    variance = (spread**2 + 2 * noise**2 / raters) / texts
    if not crossed:
        variance += 2 * severity**2 / raters
    return float(np.sqrt(variance))
