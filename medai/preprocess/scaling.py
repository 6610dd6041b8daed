"""Outliers and normalisation, learnt from the training table only."""

from __future__ import annotations

import numpy as np
import pandas as pd
from sklearn.preprocessing import MinMaxScaler, RobustScaler, StandardScaler

from medai.preprocess._frames import TableTransformer
from medai.runtime import MedaiError


class Outliers(TableTransformer):
    """Flag or winsorise values far from the bulk of the training table; never delete one.

    An outlier is rare, not wrong: the sickest patient of the ward is one.  So a row is never
    dropped, and the default only adds a column that says which values are far out.

    Parameters
    ----------
    method : {"iqr", "robust_z"}
        ``"iqr"``: further than `factor` interquartile ranges outside the quartiles (Tukey's
        fences).  ``"robust_z"``: further than `factor` robust standard deviations from the
        median, where one robust standard deviation is the median absolute deviation / 0.6745.
    factor : float or None
        1.5 for ``"iqr"`` and 3.5 for ``"robust_z"`` if None.
    action : {"flag", "winsorise"}
        ``"flag"`` adds ``<column>_outlier`` (0 or 1) and leaves the values alone.
        ``"winsorise"`` replaces what lies outside by the bound.

    Attributes
    ----------
    bounds_ : pandas.DataFrame
        ``low`` and ``high`` of each column.  Infinite where the spread is zero (more than half
        of the values are equal): there the rule says nothing.
    report_ : pandas.DataFrame
        Before and after, see :func:`medai.preprocess.tables.before_after`.
    """

    def __init__(
        self, method: str = "iqr", factor: float | None = None, action: str = "flag"
    ) -> None:
        self.method = method
        self.factor = factor
        self.action = action

    def _learn(self, frame: pd.DataFrame) -> None:
        if self.method not in ("iqr", "robust_z"):
            raise MedaiError(f"method={self.method!r}: choose 'iqr' or 'robust_z'.")
        if self.action not in ("flag", "winsorise"):
            raise MedaiError(
                f"action={self.action!r}: choose 'flag' or 'winsorise'. Outliers are not deleted: "
                "if a value is impossible, say so with PlausibleRange."
            )
        factor = self.factor
        if factor is None:
            factor = 1.5 if self.method == "iqr" else 3.5
        if not factor > 0:
            raise MedaiError(f"factor={factor}: it must be above 0.")
        if self.method == "iqr":
            low, high = frame.quantile(0.25), frame.quantile(0.75)
            spread = high - low
        else:
            low = high = frame.median()
            spread = (frame - low).abs().median() / 0.6745
        reach = np.where(spread > 0, factor * spread, np.inf)
        self.bounds_ = pd.DataFrame({"low": low - reach, "high": high + reach})

    def _apply(self, frame: pd.DataFrame) -> pd.DataFrame:
        low, high = self.bounds_["low"], self.bounds_["high"]
        if self.action == "winsorise":
            return frame.clip(low, high, axis=1)
        far = (frame.lt(low, axis=1) | frame.gt(high, axis=1)).astype(float)
        return frame.join(far.add_suffix("_outlier"))


class Normalise(TableTransformer):
    """Bring the columns to a common scale with scikit-learn's own scalers.

    Parameters
    ----------
    method : {"standard", "robust", "minmax"}
        ``StandardScaler`` (mean 0, standard deviation 1), ``RobustScaler`` (median 0,
        interquartile range 1) or ``MinMaxScaler`` (0 to 1 on the training table).

    Attributes
    ----------
    scaler_ : sklearn transformer
        The fitted scaler; ``scaler_.inverse_transform`` goes back.
    report_ : pandas.DataFrame
        Before and after.
    """

    def __init__(self, method: str = "standard") -> None:
        self.method = method

    def _learn(self, frame: pd.DataFrame) -> None:
        kinds = {"standard": StandardScaler, "robust": RobustScaler, "minmax": MinMaxScaler}
        if self.method not in kinds:
            raise MedaiError(f"method={self.method!r}: choose one of {', '.join(kinds)}.")
        self.scaler_ = kinds[self.method]().fit(frame.to_numpy())

    def _apply(self, frame: pd.DataFrame) -> pd.DataFrame:
        values = self.scaler_.transform(frame.to_numpy())
        return pd.DataFrame(values, columns=frame.columns, index=frame.index)
