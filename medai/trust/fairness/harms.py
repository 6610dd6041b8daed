"""Who is helped and who is harmed, per 1,000 in each group: the bill of a decision or a remedy."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from medai.metrics import wilson
from medai.metrics._binary import checked
from medai.metrics.intervals import draws, ends, usable
from medai.runtime import MedaiError
from medai.trust.fairness.metrics import inside_rate
from medai.trust.fairness.within import calls, distinct, group_of

if TYPE_CHECKING:
    import pandas as pd


def per_thousand(
    y: ArrayLike,
    called: ArrayLike,
    groups: Any,
    *,
    patients: Sequence[Hashable] | None = None,
    n_boot: int = 1000,
    level: float = 0.95,
    seed: int = 0,
) -> pd.DataFrame:
    """Count the found, the missed and the falsely alarmed per 1,000 rows of each group.

    Against calling nobody: the found are helped, the falsely alarmed harmed.

    Parameters
    ----------
    y, called : array_like
        Labels and decisions of *test* rows, 0/1, shape (n,).
    groups, patients, n_boot, level, seed
        As in :func:`medai.trust.fairness.audit`.

    Returns
    -------
    pandas.DataFrame
        One row a group and kind (``found``, ``missed``, ``alarmed``): ``value``, ``low``,
        ``high`` per 1,000 rows.  Nobody, or everybody, has no spread over the draws: then they
        are Wilson's, with the group's patients as the number.

    Raises
    ------
    MedaiError
        On bad input.

    Examples
    --------
    >>> from medai.trust.fairness.harms import per_thousand
    >>> y, called = [1, 1, 0, 0] * 20, [1, 0, 1, 0] * 10 + [1, 1, 0, 0] * 10
    >>> bill = per_thousand(y, called, ["a"] * 40 + ["b"] * 40, n_boot=100)
    >>> bill.set_index(["group", "kind"])["value"].to_dict()
    {('a', 'found'): 250.0, ('a', 'missed'): 250.0, ('a', 'alarmed'): 250.0, ('b', 'found'): 500.0,
    ('b', 'missed'): 0.0, ('b', 'alarmed'): 0.0}
    """
    c = calls(called)
    y, c = checked(y, c, "called")
    kinds = {"found": c * y, "missed": (1 - c) * y, "alarmed": c * (1 - y)}
    bill = _table(y, kinds, groups, patients, n_boot, level, seed)
    names = group_of(groups, len(y))
    for row, name, value in bill[["group", "value"]].itertuples():
        if value in (0.0, 1000.0):
            n = distinct(patients, names == name)
            low, high = wilson(value / 1000 * n, n, level)
            bill.loc[row, ["low", "high"]] = 1000 * low, 1000 * high
    return bill


def change_per_thousand(
    y: ArrayLike,
    before: ArrayLike,
    after: ArrayLike,
    groups: Any,
    *,
    missed_weighs: float,
    patients: Sequence[Hashable] | None = None,
    n_boot: int = 1000,
    level: float = 0.95,
    seed: int = 0,
) -> pd.DataFrame:
    """Count what a remedy changes against leaving the decision as it was, per 1,000 of each group.

    Parameters
    ----------
    y, before, after : array_like
        Labels, decisions without and with the remedy, 0/1, shape (n,), of *test* rows.
    groups, patients, n_boot, level, seed
        As in :func:`medai.trust.fairness.audit`.
    missed_weighs : float
        What a missed patient weighs, in false alarms; above 0.

    Returns
    -------
    pandas.DataFrame
        One row a group and kind, per 1,000 rows: ``missed`` (more people missed than before;
        negative is better), ``alarmed`` (more false alarms), ``harm``
        (``missed_weighs`` × missed + alarmed, in false alarms), each with ``low`` and ``high``.
        A group in which no decision changed has 0 to 0: that is about these rows, and no bound
        for other ones, unless the remedy leaves the group's rule as it was.

    Raises
    ------
    MedaiError
        On bad input.
    """
    if not 0 < missed_weighs < float("inf"):
        raise MedaiError(
            f"missed_weighs={missed_weighs}: a missed patient weighs a positive number of false "
            "alarms, such as 4."
        )
    b, a = calls(before), calls(after)
    y, b = checked(y, b, "before")
    y, a = checked(y, a, "after")
    missed, alarmed = (b - a) * y, (a - b) * (1 - y)
    kinds = {"missed": missed, "alarmed": alarmed, "harm": missed_weighs * missed + alarmed}
    return _table(y, kinds, groups, patients, n_boot, level, seed)


def levelled_down(changes: pd.DataFrame) -> bool:
    """Say whether a remedy harmed a group and helped none, by the intervals of ``harm``."""
    harm = changes[changes["kind"] == "harm"]
    return bool((harm["low"] > 0).any() and not (harm["high"] < 0).any())


def _table(
    y: np.ndarray,
    kinds: dict[str, np.ndarray],
    groups: Any,
    patients: Sequence[Hashable] | None,
    n_boot: int,
    level: float,
    seed: int,
) -> pd.DataFrame:
    import pandas as pd

    names = group_of(groups, len(y))
    asked = [(name, kind) for name in sorted(set(names)) for kind in kinds]
    ones = np.ones_like(y)
    pairs = [(inside_rate((kinds[kind], ones), names == name), y) for name, kind in asked]
    found = draws(pairs, y, patients, n_boot, seed)
    rows = []
    for (name, kind), (metric, _), values in zip(asked, pairs, found, strict=True):
        low, high = ends(usable(values, kind), level)
        rows.append((name, kind, 1000 * metric(y, y), 1000 * low, 1000 * high))
    return pd.DataFrame(rows, columns=["group", "kind", "value", "low", "high"])
