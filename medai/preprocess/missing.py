"""Missing values: leave out, fill in, or tell the model that they are missing."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd
from sklearn.exceptions import ConvergenceWarning
from sklearn.impute import MissingIndicator, SimpleImputer

from medai.preprocess._frames import TableTransformer
from medai.runtime import MedaiError


class Impute(TableTransformer):
    """Fill in missing values from what the training table teaches.

    Parameters
    ----------
    method : {"median", "mean", "iterative"}
        scikit-learn's ``SimpleImputer``, or ``IterativeImputer``, which predicts each column
        from the others.
    indicator : bool
        Add ``<column>_missing`` (1 where a value was missing) for each column that has missing
        values in the training table.
    max_iter : int
        Rounds of the iterative imputer.
    random_state : int
        Seed of the iterative imputer.

    Attributes
    ----------
    imputer_, indicator_ : sklearn transformer
        The fitted parts (`indicator_` is None without an indicator).
    n_iter_ : int
        Rounds that the iterative imputer took.
    report_ : pandas.DataFrame
        Before and after.

    Notes
    -----
    Never put the outcome among the columns: it is not there when a new patient comes, and a
    filled-in value that was guessed from the outcome gives the outcome away.
    """

    def __init__(
        self,
        method: str = "median",
        indicator: bool = False,
        max_iter: int = 10,
        random_state: int = 0,
    ) -> None:
        self.method = method
        self.indicator = indicator
        self.max_iter = max_iter
        self.random_state = random_state

    def _learn(self, frame: pd.DataFrame) -> None:
        empty = frame.columns[frame.isna().all()]
        if len(empty):
            raise MedaiError(
                f"Column {empty[0]!r} has no value at all in the training table, so nothing can "
                "be filled in. Leave it out (DropMissing)."
            )
        if self.method in ("median", "mean"):
            self.imputer_ = SimpleImputer(strategy=self.method)
        elif self.method == "iterative":
            from sklearn.experimental import enable_iterative_imputer  # noqa: F401
            from sklearn.impute import IterativeImputer

            self.imputer_ = IterativeImputer(max_iter=self.max_iter, random_state=self.random_state)
        else:
            raise MedaiError(
                f"method={self.method!r}: choose 'median', 'mean' or 'iterative'. To leave rows "
                "out, use complete_cases; to leave columns out, DropMissing."
            )
        with warnings.catch_warnings():  # the rounds are bounded: not converging is no news
            warnings.simplefilter("ignore", ConvergenceWarning)
            self.imputer_.fit(frame.to_numpy())
        self.n_iter_ = max(getattr(self.imputer_, "n_iter_", 1), 1)
        self.indicator_ = None
        if self.indicator:
            self.indicator_ = MissingIndicator(error_on_new=False).fit(frame.to_numpy())

    def _apply(self, frame: pd.DataFrame) -> pd.DataFrame:
        values = self.imputer_.transform(frame.to_numpy())
        result = pd.DataFrame(values, columns=frame.columns, index=frame.index)
        if self.indicator_ is None:
            return result
        marks = self.indicator_.transform(frame.to_numpy()).astype(float)
        names = [f"{frame.columns[i]}_missing" for i in self.indicator_.features_]
        return result.join(pd.DataFrame(marks, columns=names, index=frame.index))


class DropMissing(TableTransformer):
    """Leave out the columns that are missing too often in the training table.

    Parameters
    ----------
    share : float
        A column with a larger share of missing values than this is left out, 0 to 1.

    Attributes
    ----------
    dropped_ : list of str
        The columns left out.  The same ones are left out of every later table.
    report_ : pandas.DataFrame
        Before and after.
    """

    _numeric = False

    def __init__(self, share: float = 0.5) -> None:
        self.share = share

    def _learn(self, frame: pd.DataFrame) -> None:
        if not 0 <= self.share <= 1:
            raise MedaiError(f"share={self.share}: a share lies between 0 and 1.")
        often = frame.isna().mean() > self.share
        self.dropped_ = list(frame.columns[often])
        if often.all():
            raise MedaiError(
                f"Every column is missing in more than {self.share:.0%} of the rows: nothing "
                "would be left. Raise share."
            )

    def _apply(self, frame: pd.DataFrame) -> pd.DataFrame:
        return frame.drop(columns=self.dropped_)


def complete_cases(frame: pd.DataFrame, *others: Any) -> tuple[Any, ...]:
    """Keep only the rows without a missing value, and the same rows of everything else.

    This is no transformer, since it takes patients away: a model fitted on complete cases
    still owes an answer to the patients left out.

    Parameters
    ----------
    frame : pandas.DataFrame
        Shape (rows, columns).
    *others : array, Series or DataFrame
        Outcomes, patients and so on, with as many rows.

    Returns
    -------
    tuple
        The kept rows of `frame` and of each of `others`, in that order.

    Raises
    ------
    MedaiError
        When the lengths differ or no row is complete.
    """
    keep = frame.notna().all(axis=1).to_numpy()
    for other in others:
        if len(other) != len(frame):
            raise MedaiError(f"{len(frame)} rows and {len(other)} outcomes: need one a row.")
    if not keep.any():
        raise MedaiError("No row is complete: impute, or leave out the emptiest columns.")
    rows = np.flatnonzero(keep)
    return tuple(
        one.iloc[rows] if isinstance(one, pd.DataFrame | pd.Series) else np.asarray(one)[rows]
        for one in (frame, *others)
    )
