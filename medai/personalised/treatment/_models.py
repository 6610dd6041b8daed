"""Copies of the models that a caller gives, and the plain ones where none is given."""

from __future__ import annotations

from typing import Any


def regressor(model: Any = None) -> Any:
    """Return an unfitted copy; None is linear regression."""
    from sklearn.base import clone
    from sklearn.linear_model import LinearRegression

    return LinearRegression() if model is None else clone(model)


def classifier(model: Any = None) -> Any:
    """Return an unfitted copy; None is logistic regression, no penalty, standardised columns."""
    import numpy as np
    from sklearn.base import clone
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    if model is not None:
        return clone(model)
    return make_pipeline(StandardScaler(), LogisticRegression(C=np.inf, max_iter=2000))
