"""Effects that differ between patients: S-, T- and X-learner on any scikit-learn regressor.

Names and recipes follow Künzel et al. 2019.  Each learner has ``fit(x, y, treated)`` and
``effect(x)``, the estimated gain of the treatment for patients like these.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike

from medai.personalised.treatment import _checks as check
from medai.personalised.treatment._models import classifier as _classifier
from medai.personalised.treatment._models import regressor as _copy
from medai.runtime.errors import MedaiError


class Learner(Protocol):
    """What the learners share."""

    def fit(self, x: ArrayLike, y: ArrayLike, treated: ArrayLike) -> Learner:
        """Fit on covariates (n, k), outcomes (n,) and treatment 0/1 (n,); return itself."""

    def effect(self, x: ArrayLike) -> np.ndarray:
        """Return the estimated effect for each row, shape (m,)."""


class ArmModels:
    """One outcome model an arm, for two arms or more.

    Parameters
    ----------
    model : scikit-learn regressor, optional
        Copied for each arm; None is linear regression.
    """

    def __init__(self, model: Any = None) -> None:
        self.model = model
        self._fitted: list[Any] = []

    def fit(self, x: ArrayLike, y: ArrayLike, arm: ArrayLike) -> ArmModels:
        """Fit on covariates (n, k), outcomes (n,) and arms numbered 0, 1, … (n,)."""
        y = check.outcome(y)
        x, arm = check.table(x, len(y)), check.arms(arm, len(y), None, "arm")
        numbers = np.unique(arm)
        if list(numbers) != list(range(len(numbers))):
            raise MedaiError(
                f"arms {numbers.tolist()}: one number a patient, 0, 1, … without a gap, each "
                "of them in use."
            )
        if len(numbers) < 2:
            raise MedaiError("there is one arm only: nothing to choose between.")
        self._fitted = [_copy(self.model).fit(x[arm == a], y[arm == a]) for a in numbers]
        return self

    def predict(self, x: ArrayLike) -> np.ndarray:
        """Return the expected outcome of each row under each arm, shape (m, arms)."""
        x = check.rows(x)
        _is_fitted(self._fitted)
        return np.column_stack([model.predict(x) for model in self._fitted])


class SLearner:
    """One model of the outcome with the treatment as a column: predict twice, subtract.

    A regressor that shrinks or selects columns can drop the treatment, and with linear
    regression every patient gets the same effect, unless `interactions` adds the products of
    treatment and covariates.
    """

    def __init__(self, model: Any = None, interactions: bool = False) -> None:
        self.model, self.interactions = model, interactions
        self._fitted: list[Any] = []

    def _columns(self, x: np.ndarray, t: np.ndarray) -> np.ndarray:
        t = t.astype(float)[:, None]
        return np.hstack([t, x, t * x] if self.interactions else [t, x])

    def fit(self, x: ArrayLike, y: ArrayLike, treated: ArrayLike) -> SLearner:
        """Fit on covariates (n, k), outcomes (n,) and treatment 0/1 (n,)."""
        y = check.outcome(y)
        x, t = check.table(x, len(y)), check.two_arms(treated, len(y))
        self._fitted = [_copy(self.model).fit(self._columns(x, t), y)]
        return self

    def effect(self, x: ArrayLike) -> np.ndarray:
        """Return the estimated effect for each row, shape (m,)."""
        x = check.rows(x)
        _is_fitted(self._fitted)
        ones, model = np.ones(len(x)), self._fitted[0]
        return model.predict(self._columns(x, ones)) - model.predict(self._columns(x, 0 * ones))


class TLearner:
    """Two models, one of the treated and one of the others: subtract their predictions.

    Examples
    --------
    >>> from medai.datasets.treated import operations
    >>> from medai.personalised.treatment.learners import TLearner
    >>> cohort = operations(2_000, randomised=True)
    >>> effect = TLearner().fit(cohort.x, cohort.y, cohort.treated).effect(cohort.x)
    >>> wide, narrow = effect[cohort.x["narrowing"] < 3], effect[cohort.x["narrowing"] > 8]
    >>> print(f"{wide.mean():.0f} m for a wide canal, {narrow.mean():.0f} m for a narrow one")
    -99 m for a wide canal, 52 m for a narrow one
    """

    def __init__(self, model: Any = None) -> None:
        self.model = model
        self._arms = ArmModels(model)

    def fit(self, x: ArrayLike, y: ArrayLike, treated: ArrayLike) -> TLearner:
        """Fit on covariates (n, k), outcomes (n,) and treatment 0/1 (n,)."""
        y = check.outcome(y)
        self._arms = ArmModels(self.model).fit(x, y, check.two_arms(treated, len(y)).astype(int))
        return self

    def outcomes(self, x: ArrayLike) -> np.ndarray:
        """Return the expected outcome without and with treatment, shape (m, 2)."""
        return self._arms.predict(x)

    def effect(self, x: ArrayLike) -> np.ndarray:
        """Return the estimated effect for each row, shape (m,)."""
        mu = self._arms.predict(x)
        return mu[:, 1] - mu[:, 0]


class XLearner:
    """Impute each patient's missing outcome, model the imputed effects, mix by propensity.

    1. Outcome models of both arms, as in the T-learner.
    2. Imputed effects: ``Y - mu0(x)`` for the treated, ``mu1(x) - Y`` for the others.
    3. A model of the imputed effects in each arm, ``tau1`` and ``tau0``.
    4. ``effect = e(x) tau0(x) + (1 - e(x)) tau1(x)``: where few are treated the model that
       leans on the many untreated for its outcomes, ``tau1``, gets the weight.

    Parameters
    ----------
    model, effect_model : scikit-learn regressor, optional
        For the outcomes and for the imputed effects (default: the same).
    classifier : scikit-learn classifier, optional
        For the propensity; None is logistic regression.
    chance : float, optional
        The chance of treatment, where a coin decided it; then nothing is fitted for it.
    """

    def __init__(
        self,
        model: Any = None,
        effect_model: Any = None,
        classifier: Any = None,
        chance: float | None = None,
    ) -> None:
        if chance is not None and not 0 < chance < 1:
            raise MedaiError(f"chance={chance}: strictly between 0 and 1.")
        self.model, self.effect_model = model, effect_model or model
        self.classifier, self.chance = classifier, chance
        self._fitted: list[Any] = []

    def fit(self, x: ArrayLike, y: ArrayLike, treated: ArrayLike) -> XLearner:
        """Fit on covariates (n, k), outcomes (n,) and treatment 0/1 (n,)."""
        y = check.outcome(y)
        x, t = check.table(x, len(y)), check.two_arms(treated, len(y))
        mu0 = _copy(self.model).fit(x[~t], y[~t])
        mu1 = _copy(self.model).fit(x[t], y[t])
        tau1 = _copy(self.effect_model).fit(x[t], y[t] - mu0.predict(x[t]))
        tau0 = _copy(self.effect_model).fit(x[~t], mu1.predict(x[~t]) - y[~t])
        self._fitted = [tau0, tau1, None]
        if self.chance is None:
            self._fitted[2] = _classifier(self.classifier).fit(x, t)
        return self

    def effect(self, x: ArrayLike) -> np.ndarray:
        """Return the estimated effect for each row, shape (m,)."""
        x = check.rows(x)
        _is_fitted(self._fitted)
        tau0, tau1, classifier = self._fitted
        e = self.chance if classifier is None else classifier.predict_proba(x)[:, 1]
        return e * tau0.predict(x) + (1 - e) * tau1.predict(x)


def cross_fit(
    learner: Any,
    x: ArrayLike,
    y: ArrayLike,
    treated: ArrayLike,
    folds: int = 5,
    seed: int = 0,
    groups: Sequence | None = None,
) -> np.ndarray:
    """Return each patient's effect from a learner that did not see that patient, shape (n,).

    Parameters
    ----------
    learner : Learner
        Copied for each fold (its settings, not what it was fitted to).
    x, y, treated : array_like
        Covariates (n, k), outcomes (n,), treatment 0/1 (n,).
    folds, seed : int
        Number of folds (each with the same mix of arms) and their seed.
    groups : sequence, optional
        The patient of each row, if a patient has several: they stay together.
    """
    from copy import deepcopy

    if not (hasattr(learner, "fit") and hasattr(learner, "effect")):
        raise MedaiError(f"learner={learner!r:.60}: SLearner, TLearner, XLearner or the like.")
    y = check.outcome(y)
    x, t = check.table(x, len(y)), check.two_arms(treated, len(y))
    found = np.empty(len(y))
    for train, held in check.folds_of(len(y), t, folds, seed, groups):
        found[held] = deepcopy(learner).fit(x[train], y[train], t[train]).effect(x[held])
    return found


def _is_fitted(parts: list) -> None:
    if not parts:
        raise MedaiError("the learner has not been fitted: call fit(x, y, treated) first.")
