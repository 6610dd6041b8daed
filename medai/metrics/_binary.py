"""What every metric of a yes/no diagnosis shares: checks of the input, and row weights."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import numpy as np

from medai.runtime import MedaiError

Function = TypeVar("Function", bound=Callable[..., Any])


def weighted(function: Function) -> Function:
    """Mark a metric that takes ``weights`` of shape (n,) or, many draws at once, (draws, n).

    The bootstrap then calls it once for all draws instead of once a draw.  A row of weights
    for which the metric is undefined (one class only) must give NaN.
    """
    function.takes_weights = True  # type: ignore[attr-defined]
    return function


def takes_weights(metric: Callable[..., Any]) -> bool:
    """Say whether `metric`, or the function inside a ``functools.partial``, is marked."""
    return getattr(getattr(metric, "func", metric), "takes_weights", False)


def vector(values: Any, name: str) -> np.ndarray:
    """Return `values` as floats, shape (n,), n >= 1, without NaN, or say what is wrong."""
    try:
        found = np.asarray(values)
        if found.dtype.kind not in "biuf":
            found = found.astype(float)
    except (TypeError, ValueError) as error:
        raise MedaiError(
            f"{name} cannot be read as numbers ({error}): pass one number a row."
        ) from error
    if found.ndim == 2 and found.shape[1] == 1:
        raise MedaiError(
            f"{name} has shape {found.shape}; one number a row is wanted, shape "
            f"({found.shape[0]},). Pass {name}[:, 0]."
        )
    if found.ndim != 1:
        raise MedaiError(
            f"{name} has shape {found.shape}; one number a row is wanted, shape (n,). With "
            "several classes, pass the column of one class against the rest."
        )
    if found.size == 0:
        raise MedaiError(f"{name} is empty: nothing can be measured on no rows.")
    found = found.astype(float)
    if np.isnan(found).any():
        raise MedaiError(
            f"{name} is NaN in {int(np.isnan(found).sum())} of {found.size} rows, first in row "
            f"{int(np.isnan(found).argmax())}. Drop these rows on purpose, or mend the model."
        )
    return found


def checked(
    y: Any, score: Any, name: str = "score", probability: bool = False
) -> tuple[np.ndarray, np.ndarray]:
    """Return labels and scores as floats, shape (n,), or say what is wrong.

    Raises
    ------
    MedaiError
        On another shape, another length, NaN, labels outside 0 and 1, or (when
        `probability`) values outside [0, 1].
    """
    y, score = vector(y, "y"), vector(score, name)
    if len(y) != len(score):
        raise MedaiError(
            f"y has {len(y)} rows and {name} has {len(score)}: pass one {name} for each label, "
            "in the same order."
        )
    strange = np.unique(y[(y != 0) & (y != 1)])
    if strange.size:
        shown = ", ".join(f"{value:g}" for value in strange[:5])
        raise MedaiError(
            f"y holds {shown}; labels are 1 (has the condition) and 0 (has not). Recode them, "
            "for example y == wanted_class."
        )
    if probability and not ((score >= 0) & (score <= 1)).all():
        row = int(((score < 0) | (score > 1)).argmax())
        raise MedaiError(
            f"{name} is {score[row]:.4g} in row {row}; a probability lies in [0, 1]. If these "
            "are logits, pass 1 / (1 + exp(-logit))."
        )
    return y, score


def rows_of(weights: Any, n: int) -> np.ndarray:
    """Return weights as floats, shape (draws, n); ``None`` is one draw that takes each row once.

    Raises
    ------
    MedaiError
        On another length, NaN or a negative weight.
    """
    if weights is None:
        return np.ones((1, n))
    weights = np.atleast_2d(np.asarray(weights, dtype=float))
    if weights.ndim != 2 or weights.shape[1] != n:
        raise MedaiError(
            f"weights have shape {weights.shape} for {n} rows: pass shape ({n},), or "
            f"(draws, {n}) for many draws at once."
        )
    if not (weights >= 0).all():  # also catches NaN
        raise MedaiError("weights must be 0 or more, and not NaN: they say how often a row counts.")
    return weights


def like(weights: Any, values: np.ndarray) -> Any:
    """Return `values`, shape (draws,), as one float when the caller passed no batch of draws."""
    return float(values[0]) if weights is None or np.ndim(weights) == 1 else values


def ratio(top: np.ndarray, bottom: np.ndarray) -> np.ndarray:
    """Return top / bottom: 0/0 is NaN, anything else over 0 is infinite; no warning."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(top, dtype=float) / np.asarray(bottom, dtype=float)


def share(name: str, value: Any) -> np.ndarray:
    """Return a number, or an array of them, that must lie in [0, 1]."""
    found = np.asarray(value, dtype=float)
    if not ((found >= 0) & (found <= 1)).all():  # also catches NaN
        raise MedaiError(
            f"{name}={value}: a share lies between 0 and 1. If this is a percentage, divide by 100."
        )
    return found


def need_classes(y: np.ndarray, what: str, classes: Sequence[int] = (0, 1)) -> None:
    """Raise when a class that the metric needs is absent from `y`."""
    for label in classes:
        if not (y == label).any():
            word = "with (y = 1)" if label else "without (y = 0)"
            raise MedaiError(
                f"none of the {len(y)} rows is {word} the condition, so {what} is undefined. Add "
                "rows, merge subgroups, or report the count alone."
            )
