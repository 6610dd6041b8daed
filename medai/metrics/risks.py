"""Several models' risks by a time, judged on the same patients, some of whom were lost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from medai.metrics._binary import checked
from medai.metrics.calibration import brier_score, net_benefit
from medai.metrics.discrimination import roc_auc
from medai.metrics.survival import known_by, recalibrate
from medai.runtime import MedaiError

if TYPE_CHECKING:
    import pandas as pd


def risk_report(
    time: ArrayLike,
    event: ArrayLike,
    models: Mapping[str, ArrayLike],
    *,
    horizon: float,
    threshold: float,
    reference: str | None = None,
    n_boot: int = 500,
    seed: int = 0,
) -> pd.DataFrame:
    """Judge the risks that several models state for the same patients.

    Lost patients are weighted for by :func:`medai.metrics.survival.known_by`; intervals are
    95 % percentiles of a bootstrap over patients, with the weights held fixed.  All models are
    measured on the same draws, so their differences have narrower intervals than each alone.

    Parameters
    ----------
    time, event, horizon
        As in :func:`medai.metrics.survival.known_by`.
    models : mapping of str to array_like
        Name to risks of the event by `horizon`, shape (n,), strictly between 0 and 1.
    threshold : float
        The risk from which one treats, for the net benefit.
    reference : str, optional
        The model that the others' AUC is compared with; the first if not given.
    n_boot, seed : int
        Draws and seed.

    Returns
    -------
    pandas.DataFrame
        One row a model: ``auc``, ``difference`` (AUC minus that of the reference), ``brier``,
        ``stated`` (mean risk), ``observed`` (weighted share with the event), ``ratio`` (observed
        over stated), ``intercept`` (calibration in the large: fitted with slope 1), ``slope``,
        ``benefit`` (net benefit per 1,000 patients); ``…_low`` and ``…_high`` for auc,
        difference, ratio and benefit.

    Raises
    ------
    MedaiError
        On bad input, no model, or an unknown reference.

    Examples
    --------
    >>> from medai.metrics.risks import risk_report
    >>> days = [100, 200, 300, 400, 900, 900, 900, 900, 500, 900]  # the 9th was lost
    >>> event = [1, 1, 1, 1, 0, 0, 0, 0, 0, 0]
    >>> good = [0.8, 0.7, 0.6, 0.3, 0.4, 0.2, 0.2, 0.1, 0.3, 0.1]
    >>> age = [0.5, 0.6, 0.4, 0.5, 0.5, 0.4, 0.3, 0.4, 0.5, 0.3]
    >>> models = {"score": good, "age alone": age}
    >>> report = risk_report(days, event, models, horizon=730, threshold=0.3, n_boot=100)
    >>> report[["auc", "difference", "stated", "observed"]].round(2)
                auc  difference  stated  observed
    score      0.95         0.0    0.37       0.4
    age alone  0.85        -0.1    0.44       0.4
    """
    import pandas as pd

    if not models:
        raise MedaiError("there is no model: pass {'my model': risks}.")
    reference = next(iter(models)) if reference is None else reference
    if reference not in models:
        raise MedaiError(f"reference={reference!r} is none of the models: {', '.join(models)}.")
    y, w = known_by(time, event, horizon)
    stated = {name: checked(y, p, name, probability=True)[1] for name, p in models.items()}
    n = len(y)
    count = np.random.default_rng(seed).multinomial(n, np.full(n, 1 / n), size=n_boot)
    drawn = count * w
    share = (drawn @ y) / drawn.sum(1)
    observed = w @ y / w.sum()
    auc = {name: roc_auc(y, p, weights=w) for name, p in stated.items()}
    aucs = {name: roc_auc(y, p, weights=drawn) for name, p in stated.items()}
    rows = {}
    for name, p in stated.items():
        row = {"brier": brier_score(y, p, weights=w), "stated": p.mean(), "observed": observed}
        row["intercept"] = recalibrate(y, p, slope=False, weights=w).intercept
        row["slope"] = recalibrate(y, p, weights=w).slope
        gain = 1000 * net_benefit(y, p, threshold, weights=w)
        gains = 1000 * net_benefit(y, p, threshold, weights=drawn)
        measured = {
            "auc": (auc[name], aucs[name]),
            "difference": (auc[name] - auc[reference], aucs[name] - aucs[reference]),
            "ratio": (observed / p.mean(), share / (count @ p / n)),
            "benefit": (gain, gains),
        }
        for what, (value, draws) in measured.items():
            low, high = np.nanquantile(draws, [0.025, 0.975])
            row |= {what: value, f"{what}_low": low, f"{what}_high": high}
        rows[name] = row
    return pd.DataFrame(rows).T
