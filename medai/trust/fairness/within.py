"""Metrics inside one group of rows, on the same draws of patients as everybody else.

A draw of the bootstrap is a weight for every row; a group's metric is the metric with the weights
of its own rows.  So the group and the whole are measured on the same draws, and what makes a draw
hard for both cancels in their difference.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any

import numpy as np

from medai.metrics._binary import like, ratio, rows_of, vector, weighted
from medai.runtime import MedaiError

MISSING = "(missing)"  # the group of rows whose attribute is not known


def rate(top: np.ndarray, bottom: np.ndarray) -> Callable[..., Any]:
    """Return the metric sum(top) / sum(bottom) over rows, where top and bottom have shape (n,)."""

    @weighted
    def metric(y: Any, score: Any, *, weights: Any = None) -> Any:
        w = rows_of(weights, len(top))
        return like(weights, ratio(w @ top, w @ bottom))

    return metric


def inside(metric: Callable[..., Any], rows: np.ndarray) -> Callable[..., Any]:
    """Return a weighted metric of (y, score) restricted to rows, a mask of shape (n,)."""

    @weighted
    def restricted(y: Any, score: Any, *, weights: Any = None) -> Any:
        w = rows_of(weights, len(rows))[:, rows]
        return like(weights, metric(y[rows], score[rows], weights=w))

    return restricted


def group_of(groups: Any, n: int, by: str = "group") -> np.ndarray:
    """Return the group of each row as text, shape (n,); a missing one is named, not dropped.

    Several columns (a mapping or a table of attributes) give their intersections, joined by " & ".

    Raises
    ------
    MedaiError
        When there is not one group a row, or groups are no sequence.
    """
    if hasattr(groups, "columns"):
        groups = {name: groups[name] for name in groups.columns}
    if isinstance(groups, Mapping):
        if not groups:
            raise MedaiError("groups is an empty mapping: pass at least one attribute.")
        parts = [group_of(values, n, str(name)) for name, values in groups.items()]
        return np.array([" & ".join(row) for row in zip(*parts, strict=True)], dtype=object)
    if groups is None or isinstance(groups, str) or not np.iterable(groups):
        raise MedaiError(f"groups={groups!r}: pass one group a row, or a table of attributes.")
    values = list(groups)
    if len(values) != n:
        raise MedaiError(
            f"{len(values)} values of {by} for {n} rows: pass the group of each row, in the same "
            "order."
        )
    return np.array([MISSING if _unknown(v) else str(v) for v in values], dtype=object)


def _unknown(value: Hashable) -> bool:
    return value is None or value != value or str(value) in ("", "<NA>", "NaT")


def calls(called: Any, n: int | None = None) -> np.ndarray:
    """Return decisions as 0.0 and 1.0, shape (n,).

    Raises
    ------
    MedaiError
        When they are not 0/1 (a score was passed), or not one a row.
    """
    found = vector(called, "called")
    if not np.isin(found, (0, 1)).all():
        raise MedaiError(
            "called must hold one 0 or 1 a row: whether the patient is called positive. If these "
            "are scores, pass score >= threshold."
        )
    if n is not None and len(found) != n:
        raise MedaiError(f"{len(found)} decisions for {n} rows: pass one a row.")
    return found


def distinct(patients: Sequence[Hashable] | None, rows: np.ndarray) -> int:
    """Return how many different patients stand in the rows of a mask of shape (n,)."""
    if patients is None:
        return int(np.count_nonzero(rows))
    names = np.asarray(patients, dtype=object)[rows]
    return len(set(names.tolist()))
