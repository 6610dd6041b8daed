"""Long fictional records and the names of problems (``data/long_records``); stdlib only.

Each record has some fifteen notes over years and what a summary of it has to hold.  How they were
written, and by whom, stands in ``data/long_records/README.md``.
"""

from __future__ import annotations

import csv
import functools
import json
from dataclasses import dataclass
from typing import Any

from medai.datasets.paths import data_path
from medai.runtime.errors import MedaiError

SPLITS = ("dev", "test")
WITH_DETAIL = ("medicines", "values")  # sections whose lines must also hold these words
SECTIONS = (
    *("active", "resolved", "excluded", "suspected", "family", "medicines", "stopped"),
    *("allergies", "values", "contradictions"),
)


@dataclass(frozen=True)
class ProblemTerm:
    """A problem, its other names, and whether it lasts (asthma that settles is asthma still)."""

    name: str
    aliases: tuple[str, ...]
    lasting: bool


@dataclass(frozen=True)
class WrittenRecord:
    """A record and its wanted summary.

    Attributes
    ----------
    id, split
        A first name; ``dev`` or ``test``.
    notes
        ``{"id", "date", "kind", "text"}``, the oldest first; see
        :func:`medai.personalised.summary.read_record`.
    wanted
        Section to ``{matter: words}``: every matter that belongs into the section, and words that
        its line must hold ("" where none are asked for).
    """

    id: str
    split: str
    notes: tuple[dict[str, str], ...]
    wanted: dict[str, dict[str, str]]


@functools.cache
def problem_terms() -> tuple[ProblemTerm, ...]:
    """Return the problems that a summary knows, with their names in lower case.

    Raises
    ------
    MedaiError
        When a name stands twice or is not in lower case.
    """
    with data_path("long_records/problems.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    seen: set[str] = set()
    found = []
    for row in rows:
        aliases = tuple(filter(None, row["aliases"].split("|")))
        for name in (row["name"], *aliases):
            if name in seen or name != name.lower().strip():
                raise MedaiError(
                    f"long_records/problems.csv: {name!r} stands twice or has capitals."
                )
            seen.add(name)
        if row["lasting"] not in ("yes", "no"):
            raise MedaiError(f"long_records/problems.csv: {row['name']}: lasting is yes or no.")
        found.append(ProblemTerm(row["name"], aliases, row["lasting"] == "yes"))
    return tuple(found)


@functools.cache
def _book() -> tuple[WrittenRecord, ...]:
    rows = json.loads(data_path("long_records/records.json").read_text(encoding="utf-8"))
    return tuple(_written(row) for row in rows)


def _written(row: dict[str, Any]) -> WrittenRecord:
    if row["split"] not in SPLITS:
        raise MedaiError(f"long_records: {row['id']}: split is dev or test.")
    strange = sorted(set(row["gold"]) ^ set(SECTIONS))
    if strange:
        raise MedaiError(
            f"long_records: {row['id']}: section {strange[0]!r} is strange or missing."
        )
    wanted = {
        key: dict(value) if key in WITH_DETAIL else dict.fromkeys(value, "")
        for key, value in row["gold"].items()
    }
    return WrittenRecord(row["id"], row["split"], tuple(row["entries"]), wanted)


def long_records(split: str | None = None) -> tuple[WrittenRecord, ...]:
    """Return the written records of one split, or all.

    Parameters
    ----------
    split
        ``dev`` or ``test``; rules are written on ``dev`` only.

    Raises
    ------
    MedaiError
        For another split.

    Examples
    --------
    >>> from medai.datasets.long_records import long_records
    >>> one = long_records("dev")[0]
    >>> one.id, len(one.notes), list(one.wanted["allergies"])
    ('hanna', 14, ['penicillin', 'amoxicillin'])
    """
    if split is not None and split not in SPLITS:
        raise MedaiError(f"split={split!r}: the records are {' or '.join(map(repr, SPLITS))}.")
    return tuple(one for one in _book() if split in (None, one.split))
