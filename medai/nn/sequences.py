"""Records as arrays: padding, multi-hot visits, and time that does not tick evenly.

NumPy only.  Code 0 is padding and stands at the end, so that a mask is ``codes != 0``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from medai.runtime import MedaiError

if TYPE_CHECKING:
    import pandas as pd


def pad_sequences(
    sequences: Sequence[Sequence[int]], length: int | None = None, *, keep: str = "last"
) -> np.ndarray:
    """Return sequences of codes as one array, filled up with 0 at the end.

    Parameters
    ----------
    sequences : sequence of sequences of int
        Codes from 1 on, one sequence per patient, none empty.
    length : int, optional
        Columns of the result; the longest sequence by default.  Longer sequences are cut.
    keep : {"last", "first"}
        Which end of a sequence that is too long stays.

    Returns
    -------
    numpy.ndarray
        int64, shape (patients, length).

    Raises
    ------
    MedaiError
        When there is no sequence, one is empty, or a code is not a whole number from 1 on.

    Examples
    --------
    >>> pad_sequences([[3, 1], [2]]).tolist()
    [[3, 1], [2, 0]]
    """
    rows = [np.asarray(row) for row in _checked(sequences, length, keep)]
    for place, row in enumerate(rows):
        if row.ndim != 1 or row.dtype.kind not in "iu" or row.min() < 1:
            raise MedaiError(
                f"Sequence {place} is {row.tolist()!r}: codes must be whole numbers from 1 on "
                "(0 is kept for padding). Number your codes first."
            )
    return _fill(rows, length, keep, "int64")


def pad_gaps(
    dates: Sequence[Sequence[object]], length: int | None = None, *, keep: str = "last"
) -> np.ndarray:
    """Return the days since the entry before, padded like :func:`pad_sequences`.

    Parameters
    ----------
    dates : sequence of sequences
        One date (or number of days) per entry, not decreasing, one sequence per patient.
    length, keep
        As in :func:`pad_sequences`.  The first entry that is kept keeps its own gap.

    Returns
    -------
    numpy.ndarray
        float32, shape (patients, length), in days; 0 for a patient's first entry.

    Raises
    ------
    MedaiError
        When there is no sequence, one is empty, or time runs backwards in one.
    """
    rows = []
    for place, row in enumerate(_checked(dates, length, keep)):
        days = np.asarray(row)
        if days.dtype.kind not in "iuf":
            days = days.astype("datetime64[D]").astype("int64")
        gaps = np.diff(days, prepend=days[:1])
        if not (gaps >= 0).all():
            raise MedaiError(f"Sequence {place}: time runs backwards. Sort the entries by date.")
        rows.append(gaps)
    return _fill(rows, length, keep, "float32")


def _checked(rows: Sequence, length: int | None, keep: str) -> Sequence:
    if len(rows) == 0:
        raise MedaiError("There is no sequence: at least one patient is needed.")
    for place, row in enumerate(rows):
        if len(row) == 0:
            raise MedaiError(f"Sequence {place} is empty. Leave out patients without entries.")
    if length is not None and length < 1:
        raise MedaiError(f"length={length}: must be at least 1.")
    if keep not in ("first", "last"):
        raise MedaiError(f"keep={keep!r}: must be 'first' or 'last'.")
    return rows


def _fill(rows: list[np.ndarray], length: int | None, keep: str, dtype: str) -> np.ndarray:
    length = max(map(len, rows)) if length is None else length
    out = np.zeros((len(rows), length), dtype=dtype)
    for target, row in zip(out, rows, strict=True):
        kept = row[-length:] if keep == "last" else row[:length]
        target[: len(kept)] = kept
    return out


def log_gap(gaps: np.ndarray) -> np.ndarray:
    """Return log(1 + days), divided by its value at one year, so that a year counts 1.

    Raises
    ------
    MedaiError
        When a gap is negative or missing.
    """
    return np.log1p(_days(gaps)) / np.log1p(365.0)


def exponential_decay(gaps: np.ndarray, tau: float | Sequence[float]) -> np.ndarray:
    """Return exp(-days / tau): 1 for just now, 0 for long ago.

    Parameters
    ----------
    gaps : numpy.ndarray
        Days, any shape.
    tau : float or sequence of float
        Days after which 1/e is left; several give one more axis at the end.
    """
    taus = np.asarray(tau, dtype=float)
    if not (taus > 0).all():
        raise MedaiError(f"tau={tau}: must be more than 0 days.")
    gaps = _days(gaps)
    return np.exp(-(gaps if taus.ndim == 0 else gaps[..., None]) / taus)


def _days(gaps: np.ndarray) -> np.ndarray:
    gaps = np.asarray(gaps, dtype=float)
    if not (gaps >= 0).all():  # also catches NaN
        raise MedaiError("Gaps must be days of 0 or more, and none may be missing.")
    return gaps


@dataclass(frozen=True)
class Visits:
    """Patients as padded sequences of visits.

    Attributes
    ----------
    persons : numpy.ndarray
        Shape (n,).
    x : numpy.ndarray
        uint8, shape (n, T, V): 1 where visit t of a patient holds code v.
    gaps : numpy.ndarray
        float32, shape (n, T): days since the visit before; 0 for the first.
    dates : numpy.ndarray
        datetime64[D], shape (n, T); NaT in padding.
    lengths : numpy.ndarray
        Visits of each patient, shape (n,), at most T.
    codes : tuple of int
        The code of each of the V columns.
    """

    persons: np.ndarray
    x: np.ndarray
    gaps: np.ndarray
    dates: np.ndarray
    lengths: np.ndarray
    codes: tuple[int, ...]

    def targets(self) -> np.ndarray:
        """Return what comes next: int8, shape (n, T - 1, V), and -1 where there is no next."""
        following = self.x[:, 1:].astype("int8")
        following[np.arange(1, self.x.shape[1]) >= self.lengths[:, None]] = -1
        return following


def visit_arrays(visits: pd.DataFrame, length: int | None = None) -> Visits:
    """Return the frame of :meth:`medai.datasets.eunomia.Eunomia.visits_by_date` as arrays.

    Parameters
    ----------
    visits : pandas.DataFrame
        Columns person_id, date, codes (a tuple), sorted by person and date.
    length : int, optional
        Keep only the last `length` visits of each patient.

    Raises
    ------
    MedaiError
        When a column is missing, a visit holds no code, or the rows are not sorted.
    """
    missing = {"person_id", "date", "codes"} - set(visits.columns)
    if missing:
        raise MedaiError(f"visits lacks {sorted(missing)}; see Eunomia.visits_by_date.")
    persons, first = np.unique(visits["person_id"].to_numpy(), return_index=True)
    if len(visits) == 0 or (np.diff(visits["person_id"]) < 0).any():
        raise MedaiError("visits must have rows, sorted by person and date.")
    starts = [*first, len(visits)]
    dates = visits["date"].to_numpy().astype("datetime64[D]")
    parts = [dates[a:b] for a, b in pairwise(starts)]
    gaps = pad_gaps(parts, length)
    lengths = np.minimum([len(part) for part in parts], gaps.shape[1])
    codes = tuple(sorted({code for row in visits["codes"] for code in row}))
    column = {code: place for place, code in enumerate(codes)}
    x = np.zeros((*gaps.shape, len(codes)), dtype="uint8")
    days = np.full(gaps.shape, np.datetime64("NaT", "D"))
    rows = visits["codes"].tolist()
    for i, (end, count) in enumerate(zip(starts[1:], lengths, strict=True)):
        days[i, :count] = dates[end - count : end]
        for t, row in enumerate(rows[end - count : end]):
            if not row:
                raise MedaiError(f"A visit of person {persons[i]} holds no code; leave it out.")
            x[i, t, [column[code] for code in row]] = 1
    return Visits(persons, x, gaps, days, lengths, codes)


def age_bumps(ages: np.ndarray, width: float = 5.0) -> np.ndarray:
    """Return age as soft steps: one Gaussian bump every `width` years from 0 to 95.

    A network reads "about 40" from these more easily than from the number itself; what
    happens at two years of age and at fifty is then learnt apart.

    Parameters
    ----------
    ages : numpy.ndarray
        Years, any shape; NaN (padding) gives zeros.
    width : float
        Distance of the bumps, in years.

    Returns
    -------
    numpy.ndarray
        float32, the shape of `ages` and one more axis.

    Raises
    ------
    MedaiError
        When `width` is not positive.
    """
    if not width > 0:
        raise MedaiError(f"width={width}: must be more than 0 years.")
    centres = np.arange(0, 100, width)
    distance = (np.asarray(ages, dtype=float)[..., None] - centres) / (0.8 * width)
    return np.nan_to_num(np.exp(-(distance**2))).astype("float32")
