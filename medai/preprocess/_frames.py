"""What every transformer of tables shares: pandas in and out, names, a report."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from medai.runtime import MedaiError


class TableTransformer(TransformerMixin, BaseEstimator):
    """A scikit-learn transformer of tables that keeps names and reports what it changed.

    Subclasses set ``_numeric`` and write ``_learn(frame)``, which stores what is learnt from
    the training table, and ``_apply(frame)``, which returns the new table and may add columns.

    Attributes
    ----------
    report_ : pandas.DataFrame
        What happened to the training table; see :func:`before_after`.
    """

    _numeric = True  # every column must be a number or missing

    def fit(self, X: Any, y: Any = None) -> TableTransformer:
        """Learn from the training table `X`, shape (rows, columns); `y` is not looked at."""
        self._fit(X)
        return self

    def fit_transform(self, X: Any, y: Any = None) -> Any:
        """Learn from the training table `X` and return it prepared."""
        result = self._fit(X)
        return result if isinstance(X, pd.DataFrame) else result.to_numpy()

    def _fit(self, X: Any) -> pd.DataFrame:
        frame = self._frame(X, reset=True)
        self._learn(frame)
        result = self._apply(frame)
        self._names_out = np.asarray(result.columns, dtype=object)
        self.report_ = before_after(frame, result)
        return result

    def transform(self, X: Any) -> Any:
        """Return the prepared table: a DataFrame if one came in, else an array."""
        check_is_fitted(self, "report_")
        frame = self._frame(X, reset=False)
        result = self._apply(frame)
        return result if isinstance(X, pd.DataFrame) else result.to_numpy()

    def report(self, X: Any) -> pd.DataFrame:
        """Return the table of before and after for another table than the training one."""
        check_is_fitted(self, "report_")
        frame = self._frame(X, reset=False)
        return before_after(frame, self._apply(frame))

    def get_feature_names_out(self, input_features: Any = None) -> np.ndarray:
        """Return the names of the columns that :meth:`transform` returns."""
        check_is_fitted(self, "report_")
        names = self._names_in()
        if input_features is not None and list(input_features) != list(names):
            if hasattr(self, "feature_names_in_"):
                raise ValueError("input_features is not equal to feature_names_in_")
            if len(input_features) != len(names):
                raise ValueError("input_features should have length equal to number of features")
            renamed = dict(zip(names, input_features, strict=True))
            return np.array([_rename(n, renamed) for n in self._names_out], dtype=object)
        return self._names_out.copy()

    def _learn(self, frame: pd.DataFrame) -> None:
        """Store what is learnt; nothing by default."""

    def _apply(self, frame: pd.DataFrame) -> pd.DataFrame:
        raise NotImplementedError

    def _names_in(self) -> np.ndarray:
        if hasattr(self, "feature_names_in_"):
            return self.feature_names_in_
        return np.array([f"x{i}" for i in range(self.n_features_in_)], dtype=object)

    def _frame(self, X: Any, reset: bool) -> pd.DataFrame:
        """Check `X` and return it as a table of its own, with names."""
        name = type(self).__name__
        if isinstance(X, pd.DataFrame) and not X.columns.is_unique:
            twice = X.columns[X.columns.duplicated()][0]
            raise MedaiError(f"{name}: column {twice!r} stands twice in the table. Rename one.")
        if not self._numeric:
            if isinstance(X, pd.DataFrame):  # any kind of column, kept as it is
                if not len(X):
                    raise MedaiError(f"{name}: the table has no row, a minimum of 1 is required.")
                validate_data(self, X, reset=reset, skip_check_array=True)
                return X.copy()
            X = validate_data(self, X, reset=reset, dtype=None, ensure_all_finite=False)
            return pd.DataFrame(X, columns=self._names_in())
        if isinstance(X, pd.DataFrame):
            for column, kind in X.dtypes.items():
                if not pd.api.types.is_numeric_dtype(kind) and not pd.api.types.is_object_dtype(
                    kind
                ):
                    raise MedaiError(
                        f"{name}: column {column!r} holds {kind}, not numbers. Name the numeric "
                        "columns in a ColumnTransformer, or encode this one first."
                    )
        try:
            values = validate_data(
                self, X, reset=reset, dtype=[np.float64, np.float32], ensure_all_finite="allow-nan"
            )
        except ValueError as error:
            raise MedaiError(str(error)) from None
        index = X.index if isinstance(X, pd.DataFrame) else None
        return pd.DataFrame(values, columns=self._names_in(), index=index, copy=True)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags


def _rename(name: str, renamed: dict[str, str]) -> str:
    """Return an output name with the input name it starts from replaced."""
    if name in renamed:
        return renamed[name]
    start = next(
        (old for old in sorted(renamed, key=len, reverse=True) if name.startswith(old)), ""
    )
    return renamed.get(start, "") + name[len(start) :]


def before_after(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Return one row a column: what was missing, what changed, and the spread, before and after.

    Parameters
    ----------
    before, after : pandas.DataFrame
        The same rows in the same order; columns may have been added or taken away.

    Returns
    -------
    pandas.DataFrame
        Index: columns of both tables.  ``changed`` counts cells that differ (a value that
        became missing, or the other way round, differs); added and removed columns are
        named in ``note``.
    """
    rows = {}
    for name in dict.fromkeys([*before.columns, *after.columns]):
        row: dict[str, Any] = {}
        for side, table in (("before", before), ("after", after)):
            if name not in table:
                continue
            values = table[name]
            row[f"missing_{side}"] = int(values.isna().sum())
            if pd.api.types.is_numeric_dtype(values) and values.notna().any():
                values = values.astype(float)
                row |= {f"{how}_{side}": getattr(values, how)() for how in ("min", "median", "max")}
        if name not in after:
            row["note"] = "removed"
        elif name not in before:
            row["note"] = "added"
        else:
            row["changed"] = _changed(before[name], after[name])
            row["note"] = ""
        rows[name] = row
    order = ["changed", "missing_before", "missing_after"]
    order += [f"{how}_{side}" for how in ("min", "median", "max") for side in ("before", "after")]
    table = pd.DataFrame.from_dict(rows, orient="index").reindex(columns=[*order, "note"])
    counts = ["changed", "missing_before", "missing_after"]
    return table.astype(dict.fromkeys(counts, "Int64"))


def _changed(before: pd.Series, after: pd.Series) -> int:
    a, b = before.to_numpy(dtype=object), after.to_numpy(dtype=object)
    missing_a, missing_b = pd.isna(a), pd.isna(b)
    return int(np.sum((missing_a != missing_b) | (~missing_a & ~missing_b & (a != b))))


def show(value: object) -> str:
    """Return a row label or a patient as a reader writes it: 8, not np.int64(8)."""
    return repr(value.item() if isinstance(value, np.generic) else value)
