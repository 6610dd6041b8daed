"""Wrong units and impossible values."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from medai.preprocess._frames import TableTransformer, show
from medai.preprocess.units import DEFAULT_RANGES, Range, as_ranges, canonical_unit, convert
from medai.runtime import MedaiError


class ConvertUnits(TableTransformer):
    """Bring each column to one unit, from units that are stated; a unit is never guessed.

    Parameters
    ----------
    to : dict
        Column -> wanted unit, e.g. ``{"glucose": "mg/dL"}``.
    units : dict or None
        Column -> stated unit of the whole column.
    unit_columns : dict or None
        Column -> name of the column that states the unit of each row.  Those columns are left
        out of the result, where every row has the same unit.
    variables : dict or None
        Column -> what it measures, where the column has another name: conversion factors
        belong to a substance.  ``{"fasting_sugar": "glucose"}``.
    unstated : {"error", "missing"}
        What to do with a value whose row states no unit: refuse the table, or make the value
        missing and count it in the report.

    Attributes
    ----------
    report_ : pandas.DataFrame
        Before and after.
    """

    _numeric = False

    def __init__(
        self,
        to: Mapping[str, str],
        units: Mapping[str, str] | None = None,
        unit_columns: Mapping[str, str] | None = None,
        variables: Mapping[str, str] | None = None,
        unstated: str = "error",
    ) -> None:
        self.to = to
        self.units = units
        self.unit_columns = unit_columns
        self.variables = variables
        self.unstated = unstated

    def _variable(self, column: str) -> str:
        return (self.variables or {}).get(column, column)

    def _learn(self, frame: pd.DataFrame) -> None:
        if self.unstated not in ("error", "missing"):
            raise MedaiError(f"unstated={self.unstated!r}: choose 'error' or 'missing'.")
        for column, unit in self.to.items():
            canonical_unit(self._variable(column), unit)
            stated = column in (self.units or {}), column in (self.unit_columns or {})
            if sum(stated) != 1:
                raise MedaiError(
                    f"Column {column!r}: its unit must be stated once, in units (one for the "
                    "whole column) or in unit_columns (one a row). It is never guessed."
                )
            needed = [column] + ([self.unit_columns[column]] if stated[1] else [])
            for name in needed:
                if name not in frame:
                    raise MedaiError(f"There is no column {name!r}; there are {list(frame)}.")

    def _apply(self, frame: pd.DataFrame) -> pd.DataFrame:
        result = frame.copy()
        for column, wanted in self.to.items():
            variable = self._variable(column)
            values = _numbers(frame[column])
            if column in (self.units or {}):
                result[column] = convert(values, variable, self.units[column], wanted)
                continue
            stated = frame[self.unit_columns[column]]
            blank = (stated.isna() | (stated.astype(str).str.strip() == "")).to_numpy()
            unknown = blank & ~np.isnan(values)
            if unknown.any() and self.unstated == "error":
                row = frame.index[unknown][0]
                raise MedaiError(
                    f"{column} = {values[unknown][0]:g} in row {show(row)} has no unit "
                    f"({unknown.sum()} such rows). Find out which, or leave these values out with "
                    "unstated='missing'."
                )
            converted = np.full(len(frame), np.nan)
            for unit in pd.unique(stated[~blank]):
                rows = (stated == unit).to_numpy() & ~blank
                converted[rows] = convert(values[rows], variable, unit, wanted)
            result[column] = converted
        return result.drop(columns=list(dict.fromkeys((self.unit_columns or {}).values())))


class PlausibleRange(TableTransformer):
    """Find values that no patient can have, and make them missing, flag them, or refuse them.

    Parameters
    ----------
    ranges : dict or None
        Column -> :class:`Range` or ``(low, high)``, limits included.  None: the columns whose
        names are in ``DEFAULT_RANGES``, which must then be in the units stated there.
    action : {"missing", "flag", "error"}
        ``"missing"`` makes impossible values missing (an imputer may follow), ``"flag"`` adds
        ``<column>_impossible`` (0 or 1) and leaves them, ``"error"`` raises.

    Attributes
    ----------
    ranges_ : dict of str to Range
        The limits used, with units and sources.
    report_ : pandas.DataFrame
        Before and after.
    """

    _numeric = False

    def __init__(
        self,
        ranges: Mapping[str, Range | tuple[float, float]] | None = None,
        action: str = "missing",
    ) -> None:
        self.ranges = ranges
        self.action = action

    def _learn(self, frame: pd.DataFrame) -> None:
        if self.action not in ("missing", "flag", "error"):
            raise MedaiError(f"action={self.action!r}: choose 'missing', 'flag' or 'error'.")
        if self.ranges is None:
            self.ranges_ = {k: one for k, one in DEFAULT_RANGES.items() if k in frame}
        else:
            self.ranges_ = as_ranges(self.ranges)
        absent = [name for name in self.ranges_ if name not in frame]
        if absent:
            raise MedaiError(f"There is no column {absent[0]!r}; there are {list(frame)}.")

    def problems(self, X: pd.DataFrame) -> pd.DataFrame:
        """Return one row for each impossible value: row, column, value, limits, unit, source."""
        frame = self._frame(X, reset=False)
        found = []
        for column, one in self.ranges_.items():
            values = _numbers(frame[column])
            for i in np.flatnonzero((values < one.low) | (values > one.high)):
                limits = (values[i], one.low, one.high, one.unit, one.source)
                found.append((frame.index[i], column, *limits))
        names = ["row", "column", "value", "low", "high", "unit", "source"]
        return pd.DataFrame(found, columns=names)

    def _apply(self, frame: pd.DataFrame) -> pd.DataFrame:
        result = frame.copy()
        for column, one in self.ranges_.items():
            values = _numbers(frame[column])
            wrong = (values < one.low) | (values > one.high)
            if self.action == "flag":
                result[f"{column}_impossible"] = wrong.astype(float)
            elif self.action == "missing" and wrong.any():
                result[column] = np.where(wrong, np.nan, values)
            elif wrong.any():
                row = frame.index[wrong][0]
                raise MedaiError(
                    f"{column} = {values[wrong][0]:g} in row {show(row)} is impossible: the range "
                    f"is {one.low:g} to {one.high:g} {one.unit} ({one.source}). Mend it, or choose "
                    "action='missing'."
                )
        return result


def _numbers(values: pd.Series) -> np.ndarray:
    """Return a column as floats, or name the first value that is no number."""
    numbers = pd.to_numeric(values, errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    wrong = np.isnan(numbers) & values.notna().to_numpy()
    if wrong.any():
        row = values.index[wrong][0]
        raise MedaiError(
            f"{values.name} = {values[wrong].iloc[0]!r} in row {show(row)} is not a number. A unit "
            "or a sign such as '<' belongs in a column of its own."
        )
    return numbers
