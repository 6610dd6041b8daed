"""A whole table against its reference: every column tested, the false-alarm rate of all held."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from medai.metrics._binary import vector
from medai.runtime import MedaiError
from medai.trust.monitoring.drift import DriftTest, category_drift, ks_drift

if TYPE_CHECKING:
    import pandas as pd


def holm(p_values: ArrayLike) -> np.ndarray:
    """Return Holm's adjusted p-values: the chance of any false alarm among all stays below alpha.

    Parameters
    ----------
    p_values : array_like
        Shape (k,).

    Returns
    -------
    numpy.ndarray
        Shape (k,), in the same order: the smallest times k, the next times k - 1, …, never
        falling, at most 1 (Holm, 1979).

    Raises
    ------
    MedaiError
        When a value is no probability.

    Examples
    --------
    >>> from medai.trust.monitoring.tables import holm
    >>> holm([0.01, 0.04, 0.03])
    array([0.03, 0.06, 0.06])
    """
    p = vector(p_values, "p_values")
    if not ((p >= 0) & (p <= 1)).all():
        raise MedaiError(f"p_values reach {p.min():.4g} to {p.max():.4g}; they lie in [0, 1].")
    order = np.argsort(p, kind="stable")
    stepped = np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1))
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(stepped, 1.0)
    return adjusted


def table_drift(reference: pd.DataFrame, new: pd.DataFrame, *, alpha: float = 0.05) -> pd.DataFrame:
    """Compare every column of a table, and its missing values, with a reference.

    Numbers are compared by :func:`ks_drift`, anything else by :func:`category_drift`, and the share
    of missing values of columns that have some as two categories.

    Parameters
    ----------
    reference, new : pandas.DataFrame
        The same columns; rows are patients.
    alpha : float
        Chance of any false alarm in the whole table.

    Returns
    -------
    pandas.DataFrame
        ``column``, ``test``, ``statistic``, ``p_value``, ``adjusted`` (Holm), ``drift``, ``note``;
        the smallest p-value first.

    Raises
    ------
    MedaiError
        When the columns differ, a table is empty, or a column changed from numbers to words.
    """
    gone, came = (
        [c for c in one.columns if c not in set(other.columns)]
        for one, other in ((reference, new), (new, reference))
    )
    if gone or came:
        raise MedaiError(
            f"the tables have other columns: missing now {gone}, new {came}. A feed that changed "
            "its columns is broken, not drifting: mend it, or pass the common columns."
        )
    if reference.empty or new.empty:
        raise MedaiError("one of the tables has no rows or no columns: nothing can be compared.")
    tests = [
        (column, test)
        for column in reference.columns
        for test in _column(reference[column], new[column], str(column), alpha)
    ]
    return _report(tests, alpha)


def _report(tests: list[tuple[str, DriftTest]], alpha: float) -> pd.DataFrame:
    import pandas as pd

    adjusted = holm([test.p_value for _, test in tests])
    rows = [
        {
            "column": column,
            "test": test.test,
            "statistic": test.statistic,
            "p_value": test.p_value,
            "adjusted": value,
            "drift": bool(value <= alpha),
            "note": test.note,
        }
        for (column, test), value in zip(tests, adjusted, strict=True)
    ]
    return pd.DataFrame(rows).sort_values("p_value", kind="stable", ignore_index=True)


def _column(then: pd.Series, now: pd.Series, name: str, alpha: float) -> list[DriftTest]:
    from pandas.api.types import is_bool_dtype, is_numeric_dtype

    found = []
    if then.isna().any() or now.isna().any():
        gaps = category_drift(then.isna(), now.isna(), alpha=alpha)
        note = f"missing {then.isna().mean():.1%} then, {now.isna().mean():.1%} now"
        found.append(
            DriftTest(
                "missing",
                gaps.statistic,
                gaps.p_value,
                gaps.alpha,
                gaps.reference,
                gaps.new,
                note,
            )
        )
    numbers = [is_numeric_dtype(s) and not is_bool_dtype(s) for s in (then, now)]
    then, now = then.dropna(), now.dropna()
    if then.empty or now.empty:
        return found  # the missing values say it all
    if numbers[0] != numbers[1]:
        raise MedaiError(
            f"column {name}: numbers in one table, words in the other ({now.dtype} now, "
            f"{then.dtype} then). Read both in the same way."
        )
    test = ks_drift if numbers[0] else category_drift
    return [*found, test(then.to_numpy(), now.to_numpy(), alpha=alpha)]
