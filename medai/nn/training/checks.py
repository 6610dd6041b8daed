"""Look at the data before any training starts, and say what is wrong with it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from medai.runtime import MedaiError


def check_training_data(
    x: Any,
    y: Any,
    *,
    n_classes: int | None = None,
    input_shape: Sequence[int | None] | None = None,
    patients: Sequence | None = None,
    n_folds: int | None = None,
) -> None:
    """Raise an error that names the first fault found; return nothing when all is well.

    Parameters
    ----------
    x : array, or list, tuple or dict of arrays
        Inputs, the first axis counts the rows.
    y : array
        Targets: class numbers of shape (rows,) or (rows, 1), one-hot rows (rows, n_classes), or
        anything finite when `n_classes` is None.
    n_classes : int, optional
        Labels are then 0 … n_classes - 1, and at least two of them must occur.
    input_shape : sequence of int or None, optional
        Shape of *one* row of `x` (a single array); None in it stands for any length.
    patients : sequence, optional
        The patient of each row.
    n_folds : int, optional
        Needs at least as many patients (or rows, without `patients`).

    Raises
    ------
    MedaiError
        Wrong shape, lengths that differ, NaN or infinite values (how many and where), labels
        outside the classes, one class only, fewer patients than folds.

    Examples
    --------
    >>> check_training_data(np.zeros((3, 2)), [0, 1, 2], n_classes=2)
    Traceback (most recent call last):
        ...
    medai.runtime.errors.MedaiError: 1 label lies outside the classes 0 to 1: row 2 has label 2. \
Correct the label, or set n_classes.
    """
    arrays = {name: np.asarray(a) for name, a in _named(x).items()}
    y = np.asarray(y)
    _check_lengths(arrays, y, patients)
    if input_shape is not None:
        for name, array in arrays.items():
            _check_shape(name, array, tuple(input_shape))
    for name, array in {**arrays, "y": y}.items():
        check_finite(name, array)
    if n_classes is not None:
        _check_labels(y, n_classes)
    if n_folds is not None:
        _check_folds(n_folds, len(y), patients)


def _named(x: Any) -> dict[str, Any]:
    if isinstance(x, dict):
        return {f"x[{key!r}]": value for key, value in x.items()}
    # a list or tuple of arrays is several inputs; a list of numbers is one array
    if isinstance(x, (list, tuple)) and all(isinstance(a, np.ndarray) for a in x) and len(x):
        return {f"x[{i}]": value for i, value in enumerate(x)}
    return {"x": x}


def _check_lengths(arrays: dict[str, np.ndarray], y: np.ndarray, patients: Any) -> None:
    for name, array in {**arrays, "y": y}.items():
        if array.ndim == 0:
            raise MedaiError(f"{name} is a single value; it needs one entry per row.")
        if array.dtype == object or array.dtype.kind in "USO":
            raise MedaiError(
                f"{name} holds {array.dtype} values, not numbers. Encode them as numbers first."
            )
    lengths = {name: len(a) for name, a in {**arrays, "y": y}.items()}
    if patients is not None:
        lengths["patients"] = len(patients)
    if len(set(lengths.values())) > 1:
        listed = ", ".join(f"{name} has {n}" for name, n in lengths.items())
        raise MedaiError(f"The lengths differ: {listed} rows. Every row needs one of each.")
    if not len(y):
        raise MedaiError("There is no row to train on: the data are empty. Check the split.")


def _check_shape(name: str, array: np.ndarray, wanted: tuple[int | None, ...]) -> None:
    found = array.shape[1:]
    fits = len(found) == len(wanted) and all(
        w is None or w == f for w, f in zip(wanted, found, strict=True)
    )
    if fits:
        return
    hint = ""
    if found == wanted[:-1] and wanted[-1] == 1:
        hint = f" Add the channel axis: {name}[..., None]."
    raise MedaiError(
        f"Wrong shape: one row of {name} has shape {found}, the model takes {wanted}.{hint}"
    )


def check_finite(name: str, array: np.ndarray) -> None:
    """Raise when an array holds NaN or infinite values; say how many and where the first is."""
    if array.dtype.kind not in "fc":
        return
    with np.errstate(over="ignore", invalid="ignore"):
        if np.isfinite(np.sum(array)):  # NaN and infinity spread through a sum: one quick pass
            return
    bad = ~np.isfinite(array)
    if not bad.any():  # the sum itself overflowed
        return
    first = tuple(int(i) for i in np.argwhere(bad)[0])
    rows = int(np.count_nonzero(bad.reshape(len(array), -1).any(axis=1)))
    nan = int(np.count_nonzero(np.isnan(array)))
    index = ", ".join(map(str, first))
    raise MedaiError(
        f"{name} holds {nan} NaN and {int(bad.sum()) - nan} infinite values in {rows} of "
        f"{len(array)} rows, the first at {name}[{index}]. Fill or drop them before training "
        "(medai.preprocess.tables fills missing values)."
    )


def _check_labels(y: np.ndarray, n_classes: int) -> None:
    if n_classes < 2:
        raise MedaiError(f"n_classes={n_classes}: at least two classes are needed.")
    if y.ndim == 2 and y.shape[1] == n_classes and y.shape[1] > 1:
        one_hot = np.all((y == 0) | (y == 1), axis=1) & (y.sum(axis=1) == 1)
        if not one_hot.all():
            row = int(np.argmin(one_hot))
            raise MedaiError(
                f"Row {row} of y is {y[row].tolist()}: a one-hot row has a single 1 and else 0."
            )
        labels = y.argmax(axis=1)
    elif y.ndim == 1 or (y.ndim == 2 and y.shape[1] == 1):
        labels = y.reshape(-1)
    else:
        raise MedaiError(
            f"y has shape {y.shape}; with {n_classes} classes it must be (rows,), (rows, 1) or "
            f"(rows, {n_classes})."
        )
    wrong = (labels < 0) | (labels >= n_classes) | (labels != np.floor(labels))
    if wrong.any():
        row, count = int(np.argmax(wrong)), int(wrong.sum())
        raise MedaiError(
            f"{count} label{'s lie' if count > 1 else ' lies'} outside the classes 0 to "
            f"{n_classes - 1}: row {row} has label {labels[row].item()}. Correct the label, or "
            "set n_classes."
        )
    present = np.unique(labels)
    if len(present) == 1:
        raise MedaiError(
            f"One class only: all {len(labels)} labels are {int(present[0])}, so there is nothing "
            "to tell apart. Check the split, or split with stratify=."
        )


def _check_folds(n_folds: int, rows: int, patients: Any) -> None:
    import pandas as pd

    number = rows if patients is None else int(pd.Series(np.asarray(patients)).nunique())
    who = "rows" if patients is None else "patients"
    if n_folds < 2 or number < n_folds:
        raise MedaiError(
            f"{n_folds} folds and {number} {who}: there must be at least 2 folds and at least as "
            f"many {who} as folds."
        )
