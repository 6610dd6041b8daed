"""Split data so that nobody stands on both sides: by patient, by time, in folds.

Two images of one patient resemble each other more than images of two patients.  A split by
row therefore tests on people the model has already seen.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import numpy as np

from medai.runtime import MedaiError


def split_by_patient(
    patients: Sequence,
    shares: Sequence[float] = (0.7, 0.15, 0.15),
    seed: int = 0,
    stratify: Sequence | None = None,
) -> tuple[np.ndarray, ...]:
    """Split rows into parts; all rows of a patient go to the same part.

    Parameters
    ----------
    patients : sequence
        The patient of each row, shape (rows,): numbers or texts.
    shares : sequence of float
        Share of the *patients* (not rows) for each part; they sum to 1.  Every part gets its
        share to within one patient (and within one or two in each stratum).
    seed : int
        The same patients and seed give the same parts, in whatever order the rows stand.
    stratify : sequence, optional
        A label of each row, shape (rows,).  A patient's own label is the largest of their rows
        (with 0/1: ever ill), and each part gets the same mix of labels as nearly as whole
        patients allow.

    Returns
    -------
    tuple of numpy.ndarray
        Row numbers of each part, ascending; together every row once.

    Raises
    ------
    MedaiError
        When a row has no patient, lengths differ, shares do not sum to 1, or there are too few
        patients to give each part one.

    Examples
    --------
    >>> train, test = split_by_patient(["a", "a", "b", "c", "c"], shares=(0.5, 0.5), seed=1)
    >>> sorted([*train.tolist(), *test.tolist()])
    [0, 1, 2, 3, 4]
    """
    shares = np.asarray(shares, dtype=float)
    if shares.ndim != 1 or len(shares) < 2 or not np.all(shares > 0):
        raise MedaiError(f"shares={shares.tolist()}: give two or more positive shares.")
    if abs(shares.sum() - 1) > 1e-6:
        raise MedaiError(
            f"shares={shares.tolist()} sum to {shares.sum():.4g}, not 1. Divide them by their sum."
        )
    part = _parts(patients, shares, seed, stratify, "parts")
    return tuple(np.flatnonzero(part == k) for k in range(len(shares)))


def patient_folds(
    patients: Sequence,
    n_folds: int,
    seed: int = 0,
    stratify: Sequence | None = None,
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return folds for cross-validation; each patient is tested in exactly one of them.

    Parameters
    ----------
    patients, seed, stratify
        As in :func:`split_by_patient`.
    n_folds : int
        At least 2 and at most the number of patients.  Fold sizes, counted in patients, differ
        by at most one, also within each stratum.

    Returns
    -------
    list of (train, test)
        Row numbers, ascending.

    Raises
    ------
    MedaiError
        For more folds than patients, and as :func:`split_by_patient`.
    """
    if n_folds < 2:
        raise MedaiError(f"n_folds={n_folds}: at least 2 folds are needed.")
    fold = _parts(patients, np.full(n_folds, 1 / n_folds), seed, stratify, "folds")
    return [(np.flatnonzero(fold != k), np.flatnonzero(fold == k)) for k in range(n_folds)]


def split_by_time(
    times: Sequence, cutoffs: Sequence, patients: Sequence | None = None
) -> tuple[np.ndarray, ...]:
    """Split rows at points in time: the past to learn from, the future to be tested on.

    Parameters
    ----------
    times : sequence
        The time of each row, shape (rows,): numbers, dates or anything pandas reads as dates.
    cutoffs : one value or sequence
        Ascending.  A row *at* a cutoff belongs to the later part.
    patients : sequence, optional
        The patient of each row.  Each patient then stays in the part of their first row, and
        their rows after that part's end are in **no** part: nobody is on both sides, and training
        never reads beyond its cutoff.

    Returns
    -------
    tuple of numpy.ndarray
        Row numbers of each part (one more than cutoffs), ascending.

    Raises
    ------
    MedaiError
        When a time is missing, cutoffs do not ascend, lengths differ, or a part is empty.

    Examples
    --------
    >>> before, after = split_by_time([2019, 2020, 2021, 2022], 2021)
    >>> before.tolist(), after.tolist()
    ([0, 1], [2, 3])
    """
    single = np.ndim(cutoffs) == 0
    times, cutoffs = _moments(times), _moments([cutoffs] if single else cutoffs)
    if len(cutoffs) == 0 or np.any(cutoffs[1:] <= cutoffs[:-1]):
        raise MedaiError(f"cutoffs={cutoffs.tolist()} must ascend, and there must be one.")
    part = np.searchsorted(cutoffs, times, side="right")
    if patients is not None:
        code, number = _patient_codes(patients)
        if len(code) != len(part):
            raise MedaiError(f"{len(part)} times and {len(code)} patients: give one a row.")
        first = np.full(number, len(cutoffs))
        np.minimum.at(first, code, part)
        part = np.where(part == first[code], part, -1)
    found = tuple(np.flatnonzero(part == k) for k in range(len(cutoffs) + 1))
    for k, rows in enumerate(found):
        if len(rows) == 0:
            raise MedaiError(
                f"Part {k + 1} of {len(found)} holds no row; times run from {times.min()} to "
                f"{times.max()}. Move the cutoffs {cutoffs.tolist()}."
            )
    return found


def _moments(values: Sequence) -> np.ndarray:
    """Return times as numbers or datetime64, none missing."""
    import pandas as pd

    series = pd.Series(np.asarray(values) if not isinstance(values, pd.Series) else values)
    if not pd.api.types.is_numeric_dtype(series):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", UserWarning)  # many formats: slower, no matter
                series = pd.to_datetime(series)
        except (ValueError, TypeError) as error:
            raise MedaiError(f"times are neither numbers nor dates: {error}.") from None
    missing = np.flatnonzero(series.isna())
    if len(missing):
        raise MedaiError(
            f"{len(missing)} rows have no time, the first is row {missing[0]}. Drop or fill them."
        )
    return series.to_numpy()


def _patient_codes(patients: Sequence) -> tuple[np.ndarray, int]:
    """Return the patient of each row as 0..n-1, in sorted order, and n."""
    import pandas as pd

    values = pd.Series(patients if isinstance(patients, pd.Series) else np.asarray(patients))
    if values.ndim != 1 or len(values) == 0:
        raise MedaiError("patients must hold one patient per row, and at least one row.")
    missing = np.flatnonzero(values.isna())
    if len(missing):
        raise MedaiError(
            f"{len(missing)} rows have no patient, the first is row {missing[0]}. Drop them, or "
            "give each a number of its own if they are different people."
        )
    codes, known = pd.factorize(values, sort=True)
    return codes, len(known)


def _parts(
    patients: Sequence,
    shares: np.ndarray,
    seed: int,
    stratify: Sequence | None,
    what: str,
) -> np.ndarray:
    """Return the part of each row.

    Patients are shuffled, sorted by stratum (a stable sort), and handed out one by one to the
    part that lags furthest behind its share, so that every stretch of the queue, and hence
    every stratum, is divided in proportion.
    """
    import pandas as pd

    code, number = _patient_codes(patients)
    if number < len(shares):
        raise MedaiError(
            f"{number} patients cannot fill {len(shares)} {what}: each needs at least one patient. "
            f"Ask for at most {number} {what}, or bring more patients."
        )
    queue = np.random.default_rng(seed).permutation(number)
    if stratify is not None:
        label, _ = pd.factorize(np.asarray(stratify), sort=True)
        if len(label) != len(code):
            raise MedaiError(f"{len(code)} patients and {len(label)} labels: give one a row.")
        if np.any(label < 0):
            raise MedaiError("A label in stratify is missing (NaN). Drop that row.")
        own = np.zeros(number, dtype=int)
        np.maximum.at(own, code, label)
        queue = queue[np.argsort(own[queue], kind="stable")]
    part_of = np.empty(number, dtype=int)
    behind = np.zeros(len(shares))
    for patient in queue:
        behind += shares
        k = int(np.argmax(np.round(behind, 9)))
        behind[k] -= 1
        part_of[patient] = k
    part = part_of[code]
    empty = [k + 1 for k in range(len(shares)) if not np.any(part_of == k)]
    if empty:
        raise MedaiError(
            f"Part {empty[0]} of {len(shares)} got no patient: its share of {number} patients "
            f"is {shares[empty[0] - 1] * number:.2g}. Give it a larger share."
        )
    return part
