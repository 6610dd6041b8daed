"""How good is a model for each group of patients?  An audit that says what it cannot say.

Three rules, written down before any number is seen:

1. A group in which fewer than `LEAST` different patients have the condition, or fewer than that
   have not, gets its counts and no rates: with 20 patients the interval of a share near one half
   reaches 20 points to either side (Wilson), and a ranking of such groups ranks chance.
2. Intervals draw whole patients.  A share of exactly 0 or 1 has no spread among the draws; it gets
   Wilson's interval, with patients as the number.
3. Differences from the whole are many, so their intervals hold *together*: each reaches `c`
   standard errors to either side, and `c` is chosen so that in 95 % of the draws all of them
   would have been inside (the "max-t" bootstrap).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from medai.metrics import roc_auc, wilson
from medai.metrics._binary import checked
from medai.metrics.intervals import draws, ends, patient_numbers
from medai.runtime import MedaiError
from medai.trust.fairness.within import distinct, group_of, inside, rate

if TYPE_CHECKING:
    import pandas as pd

LEAST = 20
KNOWN = 0.75  # share of the draws in which a metric must be defined
WHOLE = "everybody"
METRICS = (
    "prevalence",
    "selected",
    "sensitivity",
    "specificity",
    "ppv",
    "auc",
    "observed_expected",
)
# which metrics are shares of a count: (rows in the numerator, rows in the denominator)
_SHARES = METRICS[:5]


@dataclass(frozen=True)
class Audit:
    """What an audit found.

    Attributes
    ----------
    table : pandas.DataFrame
        One row a group, ``everybody`` first and the largest next: ``rows``, ``patients``,
        ``ill`` and ``well`` (patients), ``too_small``, and for each metric its value,
        ``…_low`` and ``…_high``.  NaN in a group that is too small.
    differences : pandas.DataFrame
        One row a group and metric: ``difference`` from everybody, ``low`` and ``high`` (they
        hold together for all rows), ``clear`` where 0 lies outside.
    critical : float
        Standard errors to either side; 1.96 would do for one comparison.
    least : int
        Patients with, and without, the condition below which a group gets counts only.
    """

    table: pd.DataFrame
    differences: pd.DataFrame
    critical: float
    least: int

    @property
    def too_small(self) -> list[str]:
        """Names of the groups about which nothing is said but their counts."""
        return list(self.table.index[self.table["too_small"]])

    def note(self) -> str:
        """Return in words what was compared, how often, and what was refused."""
        n = len(self.differences)
        text = f"{n} comparisons with everybody; their intervals reach {self.critical:.2f} "
        text += "standard errors, so that they hold together."
        if self.too_small:
            few = f" Fewer than {self.least} patients with or without the condition, so counts "
            text += few + f"only: {', '.join(self.too_small)}."
        return text


def audit(
    y: ArrayLike,
    score: ArrayLike,
    groups: Any,
    threshold: float,
    *,
    patients: Sequence[Hashable] | None = None,
    calibration: bool = True,
    least: int = LEAST,
    n_boot: int = 1000,
    level: float = 0.95,
    seed: int = 0,
) -> Audit:
    """Measure a model in every group, with intervals, and against everybody.

    Parameters
    ----------
    y, score : array_like
        Labels 0/1 and scores, shape (n,); ``score >= threshold`` is called positive.
    groups : sequence, mapping or pandas.DataFrame
        The group of each row; several columns give their intersections.  Rows without a group
        are a group of their own, ``(missing)``.
    threshold : float
        In the unit of the score; chosen on other patients.
    patients : sequence of hashable, optional
        The patient of each row.  Without it each row is a patient, and intervals are too narrow
        if some are not.
    calibration : bool
        Also divide the observed by the expected number of events; the scores must then be
        probabilities.
    least : int
        See :class:`Audit`; at least 5.
    n_boot, level, seed
        Draws of patients, coverage, seed of the random numbers.

    Returns
    -------
    Audit

    Raises
    ------
    MedaiError
        On bad input, one group only, a group called "everybody", or scores outside [0, 1] with
        `calibration`.

    Examples
    --------
    >>> y, p = [0, 1] * 60, [0.2, 0.7, 0.6, 0.4] * 30
    >>> found = audit(y, p, ["a", "a", "b", "b"] * 30, 0.5, n_boot=200)
    >>> found.table["sensitivity"].round(2).to_dict()
    {'everybody': 0.5, 'a': 1.0, 'b': 0.0}
    """
    import pandas as pd

    y, score = checked(y, score, probability=calibration)
    if least < 5:
        raise MedaiError(f"least={least}: with fewer than 5 patients no share means anything.")
    if np.ndim(threshold) != 0 or np.isnan(threshold):
        raise MedaiError(f"threshold={threshold}: pass one number, in the unit of the score.")
    names = group_of(groups, len(y))
    if (names == WHOLE).any():
        raise MedaiError(f"a group is called {WHOLE!r}, the name of all rows: call it otherwise.")
    sizes = pd.Series(names).value_counts()
    order = sorted(sizes.index, key=lambda name: (-sizes[name], name))
    if len(order) < 2:
        raise MedaiError(f"all {len(y)} rows are in one group, {order[0]!r}: nothing to compare.")
    patient_numbers(patients, len(y))  # bad patients speak before any draw
    masks = {WHOLE: np.ones(len(y), bool)} | {name: names == name for name in order}
    counts = pd.DataFrame({name: _counts(y, m, patients) for name, m in masks.items()}).T
    counts["too_small"] = (counts[["ill", "well"]] < least).any(axis=1)
    metrics = _metrics(y, score, threshold, calibration)
    asked = [
        (name, what) for name in masks if not counts.loc[name, "too_small"] for what in metrics
    ]
    pairs = [(inside(metrics[what], masks[name]), score) for name, what in asked]
    values = np.array([float(f(y, score)) for f, _ in pairs])
    spread = draws(pairs, y, patients, n_boot, seed) if pairs else np.empty((0, n_boot))
    for row, (name, what) in enumerate(asked):
        share = values[row] if what in _SHARES else None
        n = _patients_asked(what, y, score, threshold, masks[name], patients)
        low, high = _interval(spread[row], level, share, n)
        counts.loc[name, [what, f"{what}_low", f"{what}_high"]] = values[row], low, high
    differences, critical = _differences(asked, values, spread, level)
    return Audit(counts.infer_objects(), differences, critical, least)


def _counts(y: np.ndarray, rows: np.ndarray, patients: Any) -> dict[str, int]:
    return {
        "rows": int(rows.sum()),
        "patients": distinct(patients, rows),
        "ill": distinct(patients, rows & (y == 1)),
        "well": distinct(patients, rows & (y == 0)),
    }


def _metrics(
    y: np.ndarray, score: np.ndarray, threshold: float, calibration: bool
) -> dict[str, Callable]:
    """Return each metric as a function of (y, score, weights) of the rows of one group."""

    def on_rows(top: Callable, bottom: Callable) -> Callable:
        def metric(y: np.ndarray, p: np.ndarray, *, weights: Any = None) -> Any:
            called = (p >= threshold).astype(float)
            return rate(top(y, p, called), bottom(y, p, called))(y, p, weights=weights)

        return metric

    found = {
        "prevalence": on_rows(lambda y, p, c: y, lambda y, p, c: np.ones_like(y)),
        "selected": on_rows(lambda y, p, c: c, lambda y, p, c: np.ones_like(y)),
        "sensitivity": on_rows(lambda y, p, c: c * y, lambda y, p, c: y),
        "specificity": on_rows(lambda y, p, c: (1 - c) * (1 - y), lambda y, p, c: 1 - y),
        "ppv": on_rows(lambda y, p, c: c * y, lambda y, p, c: c),
        "auc": roc_auc,
    }
    if calibration:
        found["observed_expected"] = on_rows(lambda y, p, c: y, lambda y, p, c: p)
    return found


def _patients_asked(
    what: str, y: np.ndarray, score: np.ndarray, t: float, rows: np.ndarray, patients: Any
) -> int:
    """Return the number of patients in the denominator of a share."""
    part = {"sensitivity": y == 1, "specificity": y == 0, "ppv": score >= t}
    return distinct(patients, rows & part.get(what, np.ones(len(y), bool)))


def _interval(values: np.ndarray, level: float, share: float | None, n: int) -> tuple[float, float]:
    """Return an interval from the draws, or Wilson's where a share of 0 or 1 has no spread."""
    if share in (0.0, 1.0) and n:
        low, high = wilson(share * n, n, level)
        return float(low), float(high)
    known = values[~np.isnan(values)]
    if len(known) < KNOWN * len(values):
        return float("nan"), float("nan")
    low, high = ends(known, level)
    return float(low), float(high)


def _differences(
    asked: list[tuple[str, str]], values: np.ndarray, spread: np.ndarray, level: float
) -> tuple[pd.DataFrame, float]:
    """Compare each group with everybody; the intervals hold together."""
    import pandas as pd

    at = {key: row for row, key in enumerate(asked)}
    rows, paths = [], []
    for (name, what), row in at.items():
        if name == WHOLE:
            continue
        change = spread[row] - spread[at[WHOLE, what]]
        known = change[~np.isnan(change)]
        if not np.isfinite(values[row]) or len(known) < KNOWN * len(change) or not np.ptp(known):
            continue  # undefined, or no spread among the draws: nothing to compare
        error = float(known.std())
        rows.append((name, what, values[row] - values[at[WHOLE, what]], error))
        paths.append(np.abs(change - known.mean()) / error)
    columns = ["group", "metric", "difference", "error"]
    table = pd.DataFrame(rows, columns=columns)
    critical = float(np.quantile(np.nanmax(paths, axis=0), level)) if rows else float("nan")
    table["low"] = table["difference"] - critical * table["error"]
    table["high"] = table["difference"] + critical * table["error"]
    table["clear"] = (table["low"] > 0) | (table["high"] < 0)
    return table.drop(columns="error"), critical
