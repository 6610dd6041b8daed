"""Self-training: a classifier labels what it is sure of, and learns from its own labels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from medai.runtime import MedaiError

__all__ = ["UNLABELLED", "SelfTrained", "self_train"]

UNLABELLED = -1


@dataclass(frozen=True)
class SelfTrained:
    """The result of self-training.

    Attributes
    ----------
    model
        Fitted to the given labels and its own.
    labels : numpy.ndarray
        Given or own label of each row, shape (rows,); -1 where it was never sure.
    added : numpy.ndarray
        The round in which a row got its own label: 0 for given labels, -1 for none.
    """

    model: object
    labels: np.ndarray
    added: np.ndarray

    @property
    def own(self) -> np.ndarray:
        """Rows whose label is the model's own, shape (rows,), bool."""
        return self.added > 0


def self_train(
    model: object, features: object, labels: ArrayLike, threshold: float = 0.9, rounds: int = 10
) -> SelfTrained:
    """Fit, label what is more certain than the threshold, and repeat.

    Parameters
    ----------
    model
        An unfitted scikit-learn classifier with ``predict_proba``; it is cloned.
    features
        Array or sparse matrix, shape (rows, columns).
    labels : array_like of int
        Shape (rows,); -1 for unlabelled.
    threshold : float
        Between 0 and 1; rows whose highest probability exceeds it get that label, for good.
    rounds : int
        Most rounds.

    Raises
    ------
    MedaiError
        For a threshold or number of rounds out of range, or fewer than two labelled classes.

    Notes
    -----
    Agrees with ``sklearn.semi_supervised.SelfTrainingClassifier`` (tested).  A wrong label is
    never taken back.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.linear_model import LogisticRegression
    >>> from medai.labels.semi import self_train
    >>> x = np.array([[-3.0], [-2.0], [2.0], [3.0], [0.1]])
    >>> found = self_train(LogisticRegression(C=10), x, [0, -1, -1, 1, -1])
    >>> found.labels, found.added
    (array([ 0,  0,  1,  1, -1]), array([ 0,  1,  1,  0, -1]))
    """
    from sklearn.base import clone

    y = np.array(labels, dtype=int)
    if not 0 <= threshold < 1 or rounds < 1:
        raise MedaiError(
            f"threshold={threshold}, rounds={rounds}: a threshold from 0 to below 1 and at least "
            "one round are wanted."
        )
    if y.ndim != 1 or y.shape[0] != features.shape[0]:
        raise MedaiError(f"{y.shape} labels for {features.shape[0]} rows: one a row is wanted.")
    if len(set(y[y != UNLABELLED].tolist())) < 2:
        raise MedaiError(
            "The labels hold fewer than two classes: nothing can be told apart. Label more rows; "
            "with a rare class, look for it (active learning) instead of waiting for it."
        )
    added = np.where(y == UNLABELLED, -1, 0)
    for turn in range(1, rounds + 1):
        fitted = clone(model).fit(features[y != UNLABELLED], y[y != UNLABELLED])
        open_rows = np.flatnonzero(y == UNLABELLED)
        if not len(open_rows):
            break
        p = fitted.predict_proba(features[open_rows])
        sure = p.max(1) > threshold
        if not sure.any():
            break
        y[open_rows[sure]] = fitted.classes_[p[sure].argmax(1)]
        added[open_rows[sure]] = turn
    fitted = clone(model).fit(features[y != UNLABELLED], y[y != UNLABELLED])
    return SelfTrained(fitted, y, added)
