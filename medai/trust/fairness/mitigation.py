"""Small remedies that fit on a page; fairlearn has the larger ones.

Each is fitted on training or validation patients and judged on others with
:mod:`medai.trust.fairness.harms`: a gap that closed says nothing about who paid.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from medai.metrics import choose_threshold
from medai.metrics._binary import checked
from medai.metrics.survival import Recalibration, recalibrate
from medai.runtime import MedaiError
from medai.trust.fairness.within import group_of

if TYPE_CHECKING:
    from collections.abc import Callable


def group_thresholds(
    y: ArrayLike, p: ArrayLike, groups: Any, sensitivity: float
) -> dict[str, float]:
    """Return for each group the highest threshold that finds this share of its ill.

    Parameters
    ----------
    y, p : array_like
        Labels 0/1 and scores of the *validation* rows, shape (n,).
    groups : sequence, mapping or pandas.DataFrame
        The group of each row.
    sensitivity : float
        Wanted in every group, above 0 and at most 1.

    Returns
    -------
    dict of str to float
        Threshold by group; ``p >= threshold`` is called positive.

    Raises
    ------
    MedaiError
        On bad input, or a group with one class only.

    Examples
    --------
    >>> from medai.trust.fairness.mitigation import group_thresholds
    >>> y, p = [0, 1, 0, 1] * 2, [0.2, 0.8, 0.3, 0.6, 0.1, 0.5, 0.2, 0.4]
    >>> group_thresholds(y, p, ["a"] * 4 + ["b"] * 4, sensitivity=1.0)
    {'a': 0.6, 'b': 0.4}
    """
    y, p = checked(y, p, "p")
    names = group_of(groups, len(y))
    found = {}
    for name in sorted(set(names)):
        rows = names == name
        found[name] = _named(name, choose_threshold, y[rows], p[rows], sensitivity=sensitivity)
    return found


def apply_thresholds(p: ArrayLike, groups: Any, thresholds: Mapping[str, float]) -> np.ndarray:
    """Call a row positive when its score reaches the threshold of its group; 0/1, shape (n,).

    Raises
    ------
    MedaiError
        When a group has no threshold: it was not in the validation data.
    """
    p = np.asarray(p, dtype=float)
    names = group_of(groups, len(p))
    unknown = sorted(set(names) - set(thresholds))
    if unknown:
        raise MedaiError(
            f"no threshold for {', '.join(map(repr, unknown))}: known are "
            f"{', '.join(map(repr, thresholds))}. Decide what happens to new groups before use."
        )
    return (p >= np.array([thresholds[name] for name in names])).astype(int)


def reweighing(y: ArrayLike, groups: Any) -> np.ndarray:
    """Return weights that make group and label independent in the training data, shape (n,).

    A row weighs P(group) P(label) / P(group and label), after Kamiran and Calders (2012).  It
    removes a difference in prevalence, so it is no remedy where that difference is real.

    Raises
    ------
    MedaiError
        On bad input, or a group with one class only.
    """
    y, _ = checked(y, np.zeros(np.shape(y)))
    names = group_of(groups, len(y))
    weights = np.empty(len(y))
    for name in set(names):
        for label in (0, 1):
            rows = (names == name) & (y == label)
            if not rows.any():
                raise MedaiError(f"group {name!r} has no row with label {label}: none to weigh.")
            expected = (names == name).mean() * (y == label).mean()
            weights[rows] = expected / rows.mean()
    return weights


def recalibrate_groups(
    y: ArrayLike, p: ArrayLike, groups: Any, *, slope: bool = True
) -> Callable[[ArrayLike, Any], np.ndarray]:
    """Fit a recalibration in every group; return ``f(p, groups)`` that applies them.

    Parameters
    ----------
    y, p, groups
        Validation rows: labels 0/1, risks strictly between 0 and 1, the group of each.
    slope : bool
        Fit slope and intercept; without it the intercept only, which small groups bear better.

    Returns
    -------
    callable
        Risks and groups to corrected risks, shape (n,); an unknown group is refused.

    Raises
    ------
    MedaiError
        On bad input, or a group with one class only.
    """
    y, p = checked(y, p, "p", probability=True)
    names = group_of(groups, len(y))
    fits: dict[str, Recalibration] = {}
    for name in sorted(set(names)):
        rows = names == name
        fits[name] = _named(name, recalibrate, y[rows], p[rows], slope=slope)

    def corrected(p: ArrayLike, groups: Any) -> np.ndarray:
        p = np.asarray(p, dtype=float)
        names = group_of(groups, len(p))
        unknown = sorted(set(names) - set(fits))
        if unknown:
            raise MedaiError(f"no recalibration for {unknown}: known are {sorted(fits)}.")
        found = np.empty(len(p))
        for name in set(names):
            found[names == name] = fits[name](p[names == name])
        return found

    return corrected


def _named(group: str, function: Callable, *args: Any, **kwargs: Any) -> Any:
    """Call a function for one group; an error names the group."""
    try:
        return function(*args, **kwargs)
    except MedaiError as error:
        raise MedaiError(f"group {group!r}: {error}") from error
