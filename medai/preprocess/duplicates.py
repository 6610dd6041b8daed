"""The same row, or the same patient, twice."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from medai.preprocess._frames import TableTransformer, show
from medai.runtime import MedaiError


def find_duplicates(
    frame: pd.DataFrame, patient: str | None = None, time: str | None = None
) -> pd.Series:
    """Say which rows repeat an earlier one.

    Parameters
    ----------
    frame : pandas.DataFrame
        Shape (rows, columns).
    patient, time : str or None
        Columns that name the patient and the time of the measurement.

    Returns
    -------
    pandas.Series
        One of ``""`` (first of its kind), ``"exact"`` (equal to an earlier row in every
        column) and ``"same time"`` (the same patient at the same time as an earlier row, but
        with other values: one of the two is wrong, and the data do not say which).
    """
    for name in (patient, time):
        if name is not None and name not in frame:
            raise MedaiError(f"There is no column {name!r}; there are {list(frame)}.")
    kind = pd.Series("", index=frame.index, dtype=object, name="duplicate")
    if patient is not None and time is not None:
        known = frame[[patient, time]].notna().all(axis=1)
        kind[known & frame.duplicated([patient, time])] = "same time"
    kind[frame.duplicated()] = "exact"
    return kind


def drop_duplicates(
    frame: pd.DataFrame,
    patient: str | None = None,
    time: str | None = None,
    conflicts: str = "error",
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Take exact duplicates away, and decide about conflicting ones aloud.

    Rows are taken away, so this is no step of a Pipeline: do it before the split.

    Parameters
    ----------
    frame, patient, time
        As in :func:`find_duplicates`.
    conflicts : {"error", "keep", "first"}
        What to do with rows of the same patient at the same time that differ: refuse, keep
        all, or keep the first.

    Returns
    -------
    kept : pandas.DataFrame
        The rows that stay, with their old index.
    report : pandas.DataFrame
        Index ``rows``, ``exact``, ``same time``, columns ``before`` and ``after``.

    Raises
    ------
    MedaiError
        When rows conflict and `conflicts` is ``"error"``; the first is named.
    """
    if conflicts not in ("error", "keep", "first"):
        raise MedaiError(f"conflicts={conflicts!r}: choose 'error', 'keep' or 'first'.")
    kind = find_duplicates(frame, patient, time)
    clash = kind == "same time"
    if clash.any() and conflicts == "error":
        row = frame.loc[clash, [patient, time]].astype(object).iloc[0]
        raise MedaiError(
            f"Patient {show(row[patient])} has two different rows at {show(row[time])} "
            f"({clash.sum()} "
            "such rows). Find out which is right, or choose conflicts='keep' or 'first'."
        )
    out = (kind == "exact") | (clash if conflicts == "first" else False)
    kept = frame.loc[~out.to_numpy()]
    after = find_duplicates(kept, patient, time)
    counts = {
        "rows": (len(frame), len(kept)),
        **{k: (int((kind == k).sum()), int((after == k).sum())) for k in ("exact", "same time")},
    }
    report = pd.DataFrame.from_dict(counts, orient="index", columns=["before", "after"])
    return kept, report


def shared_patients(*parts: Sequence[Hashable]) -> list[Hashable]:
    """Return the patients that stand in more than one part (training, validation, test).

    An empty list is what a split by patient must give.
    """
    seen: dict[Hashable, int] = {}
    for part in parts:
        for patient in dict.fromkeys(np.asarray(part).tolist()):
            seen[patient] = seen.get(patient, 0) + 1
    return [patient for patient, count in seen.items() if count > 1]


class FlagDuplicates(TableTransformer):
    """Add a column ``duplicate``: 1 where a row repeats an earlier one, else 0.

    The same rules as :func:`find_duplicates`, as a step that keeps every row.

    Parameters
    ----------
    patient, time : str or None
        Columns that name the patient and the time of the measurement.
    """

    _numeric = False

    def __init__(self, patient: str | None = None, time: str | None = None) -> None:
        self.patient = patient
        self.time = time

    def _apply(self, frame: pd.DataFrame) -> pd.DataFrame:
        found: Any = find_duplicates(frame, self.patient, self.time) != ""
        return frame.assign(duplicate=found.astype(float))
