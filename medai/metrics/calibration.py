"""Can the probabilities be believed, and does acting on them help: calibration, net benefit.

Calibration compares the risk that was stated with the share that came true.  Net benefit
(Vickers and Elkin 2006; explained step by step by Vickers, van Calster and Steyerberg 2019,
doi 10.1186/s41512-019-0064-7) counts what a decision at a threshold brings, in true
positives, after paying for the false ones.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from medai.metrics._binary import checked, like, ratio, rows_of, vector, weighted
from medai.runtime import MedaiError

if TYPE_CHECKING:
    import pandas as pd


@weighted
def brier_score(y: ArrayLike, p: ArrayLike, *, weights: Any = None) -> float:
    """Return the mean squared distance between probability and outcome; lower is better.

    Parameters
    ----------
    y, p : array_like
        Labels 0/1 and probabilities of 1, shape (n,).
    weights : array_like, optional
        How often each row counts, shape (n,), or for many draws at once (draws, n).

    Returns
    -------
    float, or numpy.ndarray of shape (draws,)
        0 for certainty that is right; saying the prevalence q to everyone gives q(1 - q).

    Raises
    ------
    MedaiError
        On bad input, or a probability outside [0, 1].
    """
    y, p = checked(y, p, "p", probability=True)
    w = rows_of(weights, len(y))
    return like(weights, ratio(w @ (p - y) ** 2, w.sum(1)))


@weighted
def log_loss(y: ArrayLike, p: ArrayLike, *, weights: Any = None) -> float:
    """Return the mean of -ln(probability given to what happened), in nats; lower is better.

    Infinite when something happened that had probability 0: nothing is clipped.  The
    parameters are those of :func:`brier_score`.
    """
    y, p = checked(y, p, "p", probability=True)
    w = rows_of(weights, len(y))
    with np.errstate(divide="ignore"):
        loss = -np.log(np.where(y == 1, p, 1 - p))
    impossible = np.isinf(loss)
    total = w @ np.where(impossible, 0, loss)  # 0 times infinity would be NaN
    total[(w @ impossible) > 0] = np.inf
    return like(weights, ratio(total, w.sum(1)))


def calibration_table(
    y: ArrayLike, p: ArrayLike, bins: int = 10, equal: str = "count", level: float = 0.95
) -> pd.DataFrame:
    """Compare stated risk and observed share, in groups of similar risk.

    Parameters
    ----------
    y, p : array_like
        Labels 0/1 and probabilities of 1, shape (n,).
    bins : int
        Number of groups; equal probabilities stay together, so there may be fewer.
    equal : {"count", "width"}
        Groups with equally many rows (tenths of risk), or of equal width in probability.
    level : float
        Coverage of the interval of the observed share (Wilson; rows taken as independent).

    Returns
    -------
    pandas.DataFrame
        One row a group that holds anybody: n, predicted (mean risk), observed (share),
        low, high.

    Raises
    ------
    MedaiError
        On bad input, fewer than one bin, or another word for `equal`.
    """
    import pandas as pd

    y, p = checked(y, p, "p", probability=True)
    bin_of = _bins(p, bins, equal)
    n = np.bincount(bin_of)
    k = np.bincount(bin_of, weights=y)
    risk = np.bincount(bin_of, weights=p)
    some = n > 0
    low, high = wilson(k[some], n[some], level)
    return pd.DataFrame(
        {
            "n": n[some],
            "predicted": risk[some] / n[some],
            "observed": k[some] / n[some],
            "low": low,
            "high": high,
        }
    )


def _bins(p: np.ndarray, bins: int, equal: str) -> np.ndarray:
    if bins < 1 or int(bins) != bins:
        raise MedaiError(f"bins={bins}: a whole number of groups, at least 1, is wanted.")
    if equal not in ("count", "width"):
        raise MedaiError(f"equal={equal!r}: groups are of equal 'count' or of equal 'width'.")
    edges = np.linspace(0, 1, int(bins) + 1)
    if equal == "count":
        edges = np.quantile(p, edges)
    return np.searchsorted(edges[1:-1], p)


def wilson(k: ArrayLike, n: ArrayLike, level: float = 0.95) -> tuple[np.ndarray, np.ndarray]:
    """Return Wilson's interval for a share of k out of n; it stays within [0, 1]."""
    from statistics import NormalDist

    if not 0 < level < 1:
        raise MedaiError(f"level={level}: a coverage lies strictly between 0 and 1.")
    k, n = np.asarray(k, dtype=float), np.asarray(n, dtype=float)
    if not ((n > 0) & (k >= 0) & (k <= n)).all():
        raise MedaiError(f"k={k}, n={n}: a share needs 0 <= k <= n and n at least 1.")
    z = NormalDist().inv_cdf((1 + level) / 2)
    middle = (k + z**2 / 2) / (n + z**2)
    half = z * np.sqrt(k * (n - k) / n + z**2 / 4) / (n + z**2)
    return np.maximum(middle - half, 0), np.minimum(middle + half, 1)


def calibration_error(y: ArrayLike, p: ArrayLike, bins: int = 10, equal: str = "count") -> float:
    """Return the mean distance between stated risk and observed share over the groups.

    The "expected calibration error".  It depends on the number of groups, and chance alone
    keeps it above 0 even when every probability is right: compare models on the same data
    and groups, and look at :func:`calibration_table`.  The parameters are the table's.
    """
    table = calibration_table(y, p, bins, equal)
    gap = (table["predicted"] - table["observed"]).abs()
    return float((gap * table["n"]).sum() / table["n"].sum())


@weighted
def net_benefit(y: ArrayLike, p: ArrayLike, threshold: float, *, weights: Any = None) -> float:
    r"""Return what treating everyone with ``p >= threshold`` brings, per person.

    .. math:: \frac{TP}{n} - \frac{FP}{n} \cdot \frac{t}{1 - t}

    Who treats from a risk t on says that one missed patient weighs as much as (1 - t) / t
    people treated for nothing.

    Parameters
    ----------
    y, p : array_like
        Labels 0/1 and probabilities of 1, shape (n,).
    threshold : float
        The risk t from which one treats, 0 <= t < 1.
    weights : array_like, optional
        How often each row counts, shape (n,), or for many draws at once (draws, n).

    Returns
    -------
    float, or numpy.ndarray of shape (draws,)
        In true positives per person; treating nobody gives 0.

    Raises
    ------
    MedaiError
        On bad input, a probability outside [0, 1] or a threshold outside [0, 1).
    """
    y, p = checked(y, p, "p", probability=True)
    t = _risk(threshold)
    w = rows_of(weights, len(y))
    treated = p >= t
    return like(weights, ratio(w @ (treated * (y - (1 - y) * t / (1 - t))), w.sum(1)))


def _risk(threshold: float) -> float:
    if not 0 <= threshold < 1:  # also catches NaN
        raise MedaiError(
            f"threshold={threshold}: the risk from which one treats lies in [0, 1); at 1 a false "
            "positive would cost infinitely much."
        )
    return float(threshold)


def decision_curve(
    y: ArrayLike, models: Mapping[str, ArrayLike], thresholds: Sequence[float]
) -> pd.DataFrame:
    """Return the net benefit of each model, of treating all and of treating none.

    Parameters
    ----------
    y : array_like
        Labels 0/1, shape (n,).
    models : mapping of str to array_like
        Name to probabilities of 1, shape (n,) each.
    thresholds : sequence of float
        The risks from which one might treat, each in [0, 1); look only at those that a
        patient and a physician would choose.

    Returns
    -------
    pandas.DataFrame
        Index ``threshold``; columns ``treat all``, ``treat none`` and one per model.

    Raises
    ------
    MedaiError
        On bad input, no model, no threshold, or a model named like one of the two policies.
    """
    import pandas as pd

    taken = {"treat all", "treat none"} & set(models)
    if not models or taken:
        why = f"{sorted(taken)[0]!r} is the name of a policy" if taken else "there is no model"
        raise MedaiError(f"{why}: pass {{'my model': probabilities}}.")
    t = vector(thresholds, "thresholds")
    y = checked(y, np.zeros(np.shape(y)))[0]
    policies = {"treat all": np.ones(len(y)), "treat none": None, **models}
    columns = {
        name: [0.0 if p is None else net_benefit(y, p, each) for each in t]
        for name, p in policies.items()
    }
    return pd.DataFrame(columns, index=pd.Index(t, name="threshold"))
