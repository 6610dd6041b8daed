"""Weights that make rare classes count as much as common ones."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from medai.runtime import MedaiError


def class_weights(y: Sequence[int]) -> dict[int, float]:
    """Return rows / (classes × rows of the class): what scikit-learn calls "balanced".

    The weighted number of rows is then the same in every class and the total is unchanged.
    Weights shift the predicted probabilities: recalibrate before you read them as risks.

    Parameters
    ----------
    y : sequence of int
        The class of each row, shape (rows,) or (rows, 1).

    Returns
    -------
    dict
        Weight of each class that occurs, for ``fit(class_weight=…)``.

    Raises
    ------
    MedaiError
        When there is no row, a label is no whole number, or there is only one class.

    Examples
    --------
    >>> class_weights([0, 0, 0, 1])
    {0: 0.6666666666666666, 1: 2.0}
    """
    labels = np.asarray(y).reshape(-1)
    if labels.size == 0 or labels.dtype.kind not in "iufb" or np.any(labels != np.floor(labels)):
        raise MedaiError("class_weights needs whole-number labels, one a row, and at least one.")
    classes, counts = np.unique(labels.astype(int), return_counts=True)
    if len(classes) == 1:
        raise MedaiError(
            f"All {labels.size} labels are {classes[0]}: one class has nothing to be balanced "
            "against. Check the split."
        )
    weights = labels.size / (len(classes) * counts)
    return {int(k): float(w) for k, w in zip(classes, weights, strict=True)}
