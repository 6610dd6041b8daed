"""Yes/no diagnosis: every metric from one place, the choice of a threshold, and a report.

``y`` is 1 for rows with the condition and 0 for the others, shape (n,); ``score`` or ``p`` is
what the model says, shape (n,); ``groups`` is the patient of each row, shape (n,).
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from medai.metrics._binary import checked, need_classes, share
from medai.metrics.calibration import (
    brier_score,
    calibration_error,
    calibration_table,
    decision_curve,
    log_loss,
    net_benefit,
    wilson,
)
from medai.metrics.discrimination import (
    Confusion,
    accuracy,
    average_precision,
    confusion,
    likelihood_ratios,
    precision,
    predictive_values,
    roc_auc,
    sensitivity,
    specificity,
)
from medai.metrics.intervals import TOO_MANY, bootstrap_interval, compare, draws, ends, usable
from medai.runtime import MedaiError

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "Confusion",
    "accuracy",
    "average_precision",
    "bootstrap_interval",
    "brier_score",
    "calibration_error",
    "calibration_table",
    "choose_threshold",
    "compare",
    "confusion",
    "decision_curve",
    "likelihood_ratios",
    "log_loss",
    "net_benefit",
    "precision",
    "predictive_values",
    "report",
    "roc_auc",
    "sensitivity",
    "specificity",
    "wilson",
]


def choose_threshold(
    y: ArrayLike,
    p: ArrayLike,
    sensitivity: float | None = None,
    cost_ratio: float | None = None,
) -> float:
    """Choose a threshold on *validation* data; rows with ``p >= threshold`` are positive.

    Parameters
    ----------
    y, p : array_like
        Labels 0/1 and scores of the validation rows, shape (n,).  On test rows the choice
        would flatter the result.
    sensitivity : float, optional
        The highest threshold that finds at least this share of the ill.
    cost_ratio : float, optional
        What a missed patient costs, in false alarms: the threshold of the lowest total
        cost.  (With calibrated probabilities it is near 1 / (1 + cost_ratio).)

    Returns
    -------
    float
        By default the threshold with the largest sensitivity + specificity (Youden's
        index).  A tie goes to the lower threshold, which misses fewer.  Just above the
        largest score when calling nobody positive costs least.

    Raises
    ------
    MedaiError
        On bad input, one class only, both wishes at once, a sensitivity outside (0, 1] or a
        cost ratio that is not positive.

    Examples
    --------
    >>> choose_threshold([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8], sensitivity=1.0)
    0.35
    """
    y, p = checked(y, p, "p")
    need_classes(y, "a threshold")
    if sensitivity is not None and cost_ratio is not None:
        raise MedaiError(
            f"sensitivity={sensitivity} and cost_ratio={cost_ratio}: two wishes for one "
            "threshold. Pass one of them."
        )
    values, inverse = np.unique(p, return_inverse=True)
    ill = np.bincount(inverse, weights=y)
    well = np.bincount(inverse, weights=1 - y)
    tp, fp = ill[::-1].cumsum()[::-1], well[::-1].cumsum()[::-1]  # at or above each value
    values, tp, fp = np.r_[values, np.nextafter(values[-1], np.inf)], np.r_[tp, 0], np.r_[fp, 0]
    found, alarms = tp / ill.sum(), fp / well.sum()
    if sensitivity is not None:
        if share("sensitivity", sensitivity) == 0:
            raise MedaiError("sensitivity=0: a test that must find nobody needs no threshold.")
        enough = found >= sensitivity - 1e-12  # 0.9 of 10 patients is 9, whatever rounding says
        return float(values[np.flatnonzero(enough)[-1]])
    if cost_ratio is None:
        gain = found - alarms
    elif cost_ratio > 0 and np.isfinite(cost_ratio):
        gain = -(cost_ratio * (ill.sum() - tp) + fp)
    else:
        raise MedaiError(
            f"cost_ratio={cost_ratio}: a missed patient costs a positive, finite number of false "
            "alarms, such as 20."
        )
    return float(values[np.flatnonzero(gain >= gain.max() - 1e-12)[0]])


def report(
    y: ArrayLike,
    p: ArrayLike,
    threshold: float,
    groups: Sequence[Hashable] | None = None,
    n_boot: int = 1000,
    level: float = 0.95,
    seed: int = 0,
) -> pd.DataFrame:
    """Return the usual numbers of a yes/no model with intervals by patient.

    Parameters
    ----------
    y, p : array_like
        Labels 0/1 and probabilities of 1, shape (n,).
    threshold : float
        Chosen on validation data, for example with :func:`choose_threshold`.
    groups, n_boot, level, seed
        As in :func:`bootstrap_interval`; all metrics share the draws.

    Returns
    -------
    pandas.DataFrame
        Columns metric, value, low, high.  PPV and NPV hold at the prevalence of these rows.
        NaN where nobody, or an interval's ends where too few patients, got that result.

    Raises
    ------
    MedaiError
        On bad input, one class or one patient only.
    """
    import pandas as pd

    y, p = checked(y, p, "p", probability=True)
    need_classes(y, "the report")
    at = {"threshold": threshold}
    metrics = {
        "AUC": roc_auc,
        "average precision": average_precision,
        "sensitivity": partial(sensitivity, **at),
        "specificity": partial(specificity, **at),
        "PPV": partial(precision, **at),
        "NPV": partial(_npv, **at),
        "accuracy": partial(accuracy, **at),
        "Brier score": brier_score,
    }
    values = {name: metric(y, p) for name, metric in metrics.items()}
    drawn = draws([(metric, p) for metric in metrics.values()], y, groups, n_boot, seed)
    rows = []
    for (name, value), found in zip(values.items(), drawn, strict=True):
        low, high = np.nan, np.nan
        if np.isnan(found).mean() <= TOO_MANY:
            low, high = ends(usable(found, name), level)
        rows.append({"metric": name, "value": value, "low": low, "high": high})
    return pd.DataFrame(rows)


def _npv(y: np.ndarray, score: np.ndarray, threshold: float, weights: np.ndarray | None = None):
    """Share without the condition among rows called negative: precision, seen from below."""
    above = np.nextafter(-threshold, np.inf)
    return precision(1 - y, -score, above, weights=weights)


_npv.takes_weights = True
