"""A polygenic score: a sum of many small effects, and what becomes of it elsewhere.

    PRS_i = sum_j beta_j x_ij

where x_ij counts the copies of allele *j* that person *i* carries.  The weights are estimated one
marker at a time, as an association study does.  The score has no unit: it becomes a risk only by
a model fitted where it is to be used.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from medai.runtime.errors import MedaiError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike


def marginal_weights(markers: ArrayLike, ill: ArrayLike) -> np.ndarray:
    """Estimate the weight of each marker by itself: the slope of `ill` on its copies.

    Parameters
    ----------
    markers : array_like
        Copies 0, 1 or 2, shape (people, markers).
    ill : array_like
        0 or 1, shape (people,).

    Returns
    -------
    numpy.ndarray
        Shape (markers,); 0 for a marker that does not vary.

    Raises
    ------
    MedaiError
        For values that are no copies, lengths that differ, or one class only.
    """
    import numpy as np

    x, y = _copies(markers), np.asarray(ill, dtype=float)
    if y.shape != x.shape[:1] or not np.isin(y, (0, 1)).all() or y.min() == y.max():
        raise MedaiError("ill must hold one 0 or 1 for each person, and both must occur.")
    centred = x - x.mean(axis=0)
    spread = (centred**2).sum(axis=0)
    return np.divide(centred.T @ (y - y.mean()), spread, np.zeros(x.shape[1]), where=spread > 0)


def polygenic_score(markers: ArrayLike, weights: ArrayLike) -> np.ndarray:
    """Return the score of each person, shape (people,).

    Parameters
    ----------
    markers : array_like
        Copies 0, 1 or 2, shape (people, markers).
    weights : array_like
        Shape (markers,).

    Raises
    ------
    MedaiError
        For values that are no copies (a missing genotype is never taken for 0), or when the
        numbers of markers differ.

    Examples
    --------
    >>> polygenic_score([[0, 1, 2], [2, 0, 0]], [0.5, -1.0, 0.25]).tolist()
    [-0.5, 1.0]
    """
    import numpy as np

    x, beta = _copies(markers), np.asarray(weights, dtype=float)
    if beta.shape != (x.shape[1],) or not np.isfinite(beta).all():
        raise MedaiError(
            f"{beta.size} weights for {x.shape[1]} markers: give one finite weight a marker, in "
            "the same order and for the same allele."
        )
    return x @ beta


def _copies(markers: ArrayLike) -> np.ndarray:
    import numpy as np

    try:
        x = np.asarray(markers, dtype=float)
    except (TypeError, ValueError):
        raise MedaiError("markers must be a table of 0, 1 or 2 copies, as numbers.") from None
    if x.ndim != 2 or 0 in x.shape:
        raise MedaiError(f"markers have shape {x.shape}: give people in rows, markers in columns.")
    if not np.isin(x, (0, 1, 2)).all():
        raise MedaiError(
            "markers must be 0, 1 or 2 copies. A genotype that was not read is not 0: impute it "
            "or leave the person out."
        )
    return x


@dataclass(frozen=True)
class RiskModel:
    """From a score to a risk: ``1 / (1 + exp(-(intercept + slope · z)))``.

    Attributes
    ----------
    mean, spread : float
        Of the score among the people whom the model was fitted to; ``z = (score - mean) /
        spread``.
    intercept, slope : float
        Of the logistic model.
    """

    mean: float
    spread: float
    intercept: float
    slope: float

    def z(self, score: ArrayLike) -> np.ndarray:
        """Return scores in standard deviations from the mean of the model's own people."""
        import numpy as np

        return (np.asarray(score, dtype=float) - self.mean) / self.spread

    def risk(self, score: ArrayLike) -> np.ndarray:
        """Return risks between 0 and 1, shape of `score`."""
        from scipy.special import expit

        return expit(self.intercept + self.slope * self.z(score))


def fit_risk(score: ArrayLike, ill: ArrayLike) -> RiskModel:
    """Fit a logistic model of illness on a score.

    To *recalibrate* a score for other people is to fit this anew among them: their mean, their
    spread, their slope.  That mends the stated risk; it cannot mend the order of the people.

    Parameters
    ----------
    score, ill : array_like
        Shape (people,).

    Raises
    ------
    MedaiError
        When lengths differ, one class is missing, or the score does not vary.
    """
    import numpy as np
    from sklearn.linear_model import LogisticRegression

    s, y = np.asarray(score, dtype=float), np.asarray(ill)
    if s.ndim != 1 or s.shape != y.shape or not np.isfinite(s).all():
        raise MedaiError("score and ill must be lists of the same length, without missing values.")
    if set(np.unique(y).tolist()) != {0, 1}:
        raise MedaiError("ill must hold 0 and 1, and both must occur.")
    mean, spread = float(s.mean()), float(s.std())
    if spread == 0:
        raise MedaiError("Every score is the same: nothing can be fitted.")
    model = LogisticRegression(C=np.inf).fit(((s - mean) / spread)[:, None], y)
    return RiskModel(mean, spread, float(model.intercept_[0]), float(model.coef_[0, 0]))
