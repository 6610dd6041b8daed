r"""Risks by a time, when some patients are lost before it: weights, calibration, recalibration.

Nobody knows what happened to a patient who was lost.  *Inverse probability of censoring
weighting* lets each patient whose fate is known stand for those who resembled him and were
lost: his weight is 1 over the chance of being still seen when his fate became known.  With the
weights every metric of :mod:`medai.metrics` that takes ``weights=`` works as usual.  The weighted
share with the event is the Aalen-Johansen estimate of its cumulative incidence.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from medai.metrics._binary import checked, rows_of, vector
from medai.runtime import MedaiError

if TYPE_CHECKING:
    import pandas as pd


def known_by(time: ArrayLike, event: ArrayLike, horizon: float) -> tuple[np.ndarray, np.ndarray]:
    """Return who had the event by `horizon`, and how much each patient counts.

    Parameters
    ----------
    time : array_like
        When each patient was last seen, shape (n,), at least 0, in any one unit.
    event : array_like
        0 lost (or seen to the end) without an event, 1 the event, 2 another end such as
        death; shape (n,).
    horizon : float
        The time that the risk is about, above 0.

    Returns
    -------
    y : numpy.ndarray
        1 for the event at or before `horizon`, else 0, shape (n,).
    weights : numpy.ndarray
        0 for those who were lost before; else 1 / G(time just before the end, at most
        `horizon`), where G is the Kaplan-Meier estimate of not being lost.

    Raises
    ------
    MedaiError
        On bad input, or when nobody is seen as far as `horizon`.

    Notes
    -----
    Losing a patient must have nothing to do with his risk.  Where an event and a loss have the
    same time, the event came first.
    """
    time, event = vector(time, "time"), vector(event, "event")
    if len(time) != len(event):
        raise MedaiError(f"time has {len(time)} rows and event {len(event)}: pass one of each.")
    if time.min() < 0:
        raise MedaiError(f"time is {time.min():g} in a row: time is counted from 0.")
    if not np.isin(event, (0, 1, 2)).all():
        raise MedaiError("event holds other values than 0 (none), 1 (event), 2 (another end).")
    if not horizon > 0:
        raise MedaiError(f"horizon={horizon}: a time above 0 is wanted.")
    lost = (event == 0) & (time < horizon)
    if not (time >= horizon).any():
        raise MedaiError(
            f"horizon={horizon:g}: the longest follow-up is {time.max():g}, so the data say "
            "nothing about that time. Choose an earlier one."
        )
    times = np.unique(time[lost])
    ended, ordered = np.sort(time[event > 0]), np.sort(time)
    left = len(time) - np.searchsorted(ordered, times)  # seen at that time or later
    left -= np.searchsorted(ended, times, "right") - np.searchsorted(ended, times)
    gone = np.searchsorted(np.sort(time[lost]), times, "right")
    gone = np.diff(gone, prepend=0)
    still = np.r_[1.0, np.cumprod(1 - gone / left)]
    seen = still[np.searchsorted(times, np.minimum(time, horizon), "left")]
    weights = np.where(lost, 0.0, 1 / np.where(lost, 1.0, seen))
    return ((event == 1) & (time <= horizon)).astype(float), weights


@dataclass(frozen=True)
class Recalibration:
    """A straight line on the log-odds scale: ``logit(new) = intercept + slope · logit(old)``.

    Fitted to a model's own risks on new patients, intercept 0 and slope 1 mean that nothing
    needs to be corrected; a slope below 1 that the risks are too extreme.
    """

    intercept: float
    slope: float

    def __call__(self, p: ArrayLike) -> np.ndarray:
        """Return the corrected risks, shape (n,)."""
        return 1 / (1 + np.exp(-(self.intercept + self.slope * logit(p))))


def logit(p: ArrayLike) -> np.ndarray:
    """Return ln(p / (1 - p)), or say that a risk of 0 or 1 has no log odds.

    Examples
    --------
    >>> logit([0.5, 0.9]).round(3).tolist()
    [0.0, 2.197]
    """
    p = vector(p, "p")
    if not ((p > 0) & (p < 1)).all():
        raise MedaiError(
            f"p reaches {p.min():.4g} to {p.max():.4g}: log odds need risks strictly between 0 "
            "and 1. A model that claims certainty cannot be recalibrated."
        )
    return np.log(p / (1 - p))


def recalibrate(
    y: ArrayLike, p: ArrayLike, *, slope: bool = True, weights: ArrayLike | None = None
) -> Recalibration:
    """Fit a logistic regression of the outcome on the log odds of a stated risk.

    Parameters
    ----------
    y, p : array_like
        Labels 0/1 and stated risks, strictly between 0 and 1, shape (n,).
    slope : bool
        Fit the slope too; without it only the intercept ("calibration in the large").
    weights : array_like, optional
        How often each row counts, shape (n,), such as those of :func:`known_by`.

    Returns
    -------
    Recalibration
        Call it to correct risks.  Its numbers are the calibration intercept and slope.

    Raises
    ------
    MedaiError
        On bad input, one class only, or outcomes that the risks separate perfectly.
    """
    y, p = checked(y, p, "p", probability=True)
    w = rows_of(weights, len(y))[0]
    if not 0 < w @ y < w.sum():
        raise MedaiError("recalibration needs patients with and without the event; one is missing.")
    x = logit(p)
    if slope and np.ptp(x) == 0:
        raise MedaiError("all risks are equal, so no slope can be fitted: pass slope=False.")
    design = np.column_stack([np.ones_like(x), x])[:, : 2 if slope else 1]
    offset = 0 if slope else x
    beta = np.array([0.0, 1.0])[: design.shape[1]]
    for _ in range(50):
        fitted = 1 / (1 + np.exp(-(offset + design @ beta)))
        gradient = design.T @ (w * (y - fitted))
        hessian = (design * (w * fitted * (1 - fitted))[:, None]).T @ design
        step = np.linalg.lstsq(hessian, gradient, rcond=None)[0]
        beta = beta + np.clip(step, -2, 2)
        if np.abs(step).max() < 1e-10:
            return Recalibration(float(beta[0]), float(beta[1]) if slope else 1.0)
    raise MedaiError(
        "no line fits: the risks separate the outcomes perfectly, or there are too few events. "
        "Fit the intercept alone with slope=False, or collect more patients."
    )


def weighted_calibration(
    y: ArrayLike, p: ArrayLike, weights: ArrayLike, bins: int = 10, n_boot: int = 500, seed: int = 0
) -> pd.DataFrame:
    """Compare stated risk and weighted share with the event, in groups of similar risk.

    Parameters
    ----------
    y, p, weights : array_like
        Labels 0/1, stated risks and weights (:func:`known_by`), shape (n,) each.
    bins, n_boot, seed : int
        Groups of equal size, draws of the bootstrap, and its seed.

    Returns
    -------
    pandas.DataFrame
        One row a group: n, predicted (mean risk), observed (weighted share), low, high (95 %,
        bootstrap within the group, weights held fixed).

    Raises
    ------
    MedaiError
        On bad input or fewer than one group.
    """
    import pandas as pd

    y, p = checked(y, p, "p", probability=True)
    w = rows_of(weights, len(y))[0]
    if bins < 1 or int(bins) != bins:
        raise MedaiError(f"bins={bins}: a whole number of groups, at least 1, is wanted.")
    rng = np.random.default_rng(seed)
    rows = []
    for group in np.array_split(np.argsort(p, kind="stable"), bins):
        draws = rng.multinomial(len(group), np.full(len(group), 1 / len(group)), size=n_boot)
        share = (draws @ (w[group] * y[group])) / np.maximum(draws @ w[group], 1e-300)
        rows.append(
            {
                "n": len(group),
                "predicted": p[group].mean(),
                "observed": w[group] @ y[group] / w[group].sum(),
                "low": np.quantile(share, 0.025),
                "high": np.quantile(share, 0.975),
            }
        )
    return pd.DataFrame(rows)
