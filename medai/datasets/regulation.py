"""What the law and its guidance say about medical software (``data/regulation``), as read.

A teaching table with the passage that was read for each row.  No lawyer has read it, and law
changes: each row has the day on which its source was opened.  Standard library only.
"""

from __future__ import annotations

import datetime
import functools
from dataclasses import dataclass, fields
from pathlib import Path

from medai.datasets.checked_tables import (
    Check,
    Tables,
    filled,
    one_of,
    read_tables,
    refusal,
)
from medai.datasets.paths import data_path
from medai.runtime.errors import MedaiError

BOOK = "regulation"
AREAS = ("eu device", "us device", "ai act", "data protection", "consent", "guidance")
STATES = ("applies", "law, later", "proposal")


def _day(value: str) -> str:
    try:
        datetime.date.fromisoformat(value)
    except ValueError:
        return "it must be a day such as 2026-11-23"
    return ""


def _day_or_nothing(value: str) -> str:
    return _day(value) if value else ""


COLUMNS: dict[str, dict[str, Check]] = {
    "rules": {
        "key": filled,
        "area": one_of(*AREAS),
        "rule": filled,
        "says": filled,
        "means": filled,
        "source": filled,
    },
    "dates": {
        "key": filled,
        "what": filled,
        "from": _day_or_nothing,
        "state": one_of(*STATES),
        "basis": filled,
        "source": filled,
    },
    "responsibility": {
        "who": filled,
        "answers_for": filled,
        "evidence": filled,
        "basis": filled,
        "source": filled,
    },
    "sources": {
        "key": filled,
        "title": filled,
        "url": filled,
        "publisher": filled,
        "copy": one_of("yes", "no"),
        "opened": one_of("yes", "no"),
        "what": filled,
        "date": _day,
    },
}


@dataclass(frozen=True)
class Rule:
    """A passage of law or guidance in our words.

    Attributes
    ----------
    key, area, rule
        Short name; one of :data:`AREAS`; article or paragraph.
    says, means
        What it says, and what that means for software.
    source
        Key of the source in ``sources.csv``, opened on its date.
    """

    key: str
    area: str
    rule: str
    says: str
    means: str
    source: str


@dataclass(frozen=True)
class LegalDate:
    """From when something applies.

    Attributes
    ----------
    key, what
        Short name, and what applies.
    from_day
        The day; None for a proposal.
    state
        ``applies`` or ``law, later`` on the day the table was written, or ``proposal``.
    basis, source
        Article, and key of the source.
    """

    key: str
    what: str
    from_day: datetime.date | None
    state: str
    basis: str
    source: str


@dataclass(frozen=True)
class Answerable:
    """Who answers for what: person, duty, what shows it, basis, key of the source."""

    who: str
    answers_for: str
    evidence: str
    basis: str
    source: str


@dataclass(frozen=True)
class LegalSource:
    """What was read: key, title, address, publisher, copy elsewhere?, opened?, what, day."""

    key: str
    title: str
    url: str
    publisher: str
    copy: str
    opened: str
    what: str
    date: str


def read_regulation_tables(folder: Path | None = None) -> Tables:
    """Read and check the four tables; by default those of the book.

    Raises
    ------
    MedaiError
        For the first row that breaks a rule, with file, line, value and rule; also for a
        statement whose source is missing or was not opened, and a date that does not fit
        its state.
    """
    tables = read_tables(Path(folder or data_path(BOOK)), BOOK, COLUMNS, {})
    opened = {row["key"]: row["opened"] == "yes" for row in tables["sources"]}
    for name in ("rules", "dates", "responsibility"):
        for line, row in enumerate(tables[name], 2):
            if not opened.get(row["source"]):
                rule = "a statement needs a source in sources.csv that was opened"
                raise refusal(BOOK, name, line, f"source is {row['source']!r}", rule)
    written = max(row["date"] for row in tables["sources"])
    for line, row in enumerate(tables["dates"], 2):
        day, state = row["from"], row["state"]
        fits = {
            "proposal": not day,
            "applies": bool(day) and day <= written,
            "law, later": bool(day) and day > written,
        }
        if not fits[state]:
            rule = f"a proposal has no day; on {written} other days lie behind or ahead"
            raise refusal(BOOK, "dates", line, f"{day!r} is {state!r}", rule)
    return tables


@functools.cache
def _tables() -> Tables:
    return read_regulation_tables()


def rules(area: str | None = None) -> tuple[Rule, ...]:
    """Return the rules, of one area if given.

    Raises
    ------
    MedaiError
        For an area that is not in :data:`AREAS`.
    """
    if area is not None and area not in AREAS:
        raise MedaiError(f"area={area!r}: it must be one of {', '.join(AREAS)}.")
    return tuple(Rule(**row) for row in _tables()["rules"] if area in (None, row["area"]))


def rule(key: str) -> Rule:
    """Return the rule called `key`; MedaiError if there is none."""
    by_key = {one.key: one for one in rules()}
    if key not in by_key:
        raise MedaiError(f"There is no rule {key!r} in data/regulation. Keys: {', '.join(by_key)}.")
    return by_key[key]


def legal_dates(on: datetime.date | None = None) -> tuple[LegalDate, ...]:
    """Return from when what applies, in the order of the days, proposals last.

    Parameters
    ----------
    on
        Only what has a day and applies by then.

    Examples
    --------
    >>> import datetime
    >>> from medai.datasets.regulation import legal_dates
    >>> for one in legal_dates(on=datetime.date(2026, 11, 23))[:3]:
    ...     print(one.from_day, one.what)
    2025-02-02 Prohibited practices of 2024; AI literacy
    2025-08-02 General-purpose models; governance; penalties (but Art. 101)
    2026-07-27 Regulation (EU) 2026/1744 in force
    """
    rows = []
    for row in _tables()["dates"]:
        day = datetime.date.fromisoformat(row["from"]) if row["from"] else None
        if on is None or (day is not None and day <= on):
            keep = {k: v for k, v in row.items() if k != "from"}
            rows.append(LegalDate(from_day=day, **keep))
    return tuple(sorted(rows, key=lambda one: one.from_day or datetime.date.max))


def responsibilities() -> tuple[Answerable, ...]:
    """Return who answers for what."""
    return tuple(Answerable(**row) for row in _tables()["responsibility"])


def legal_source(key: str) -> LegalSource:
    """Return what was read under `key`; MedaiError if there is none."""
    names = [field.name for field in fields(LegalSource)]
    for row in _tables()["sources"]:
        if row["key"] == key:
            return LegalSource(**{name: row[name] for name in names})
    raise MedaiError(f"There is no source {key!r} in data/regulation/sources.csv.")


def not_opened() -> tuple[LegalSource, ...]:
    """Return the sources that were looked for and could not be opened."""
    keys = [row["key"] for row in _tables()["sources"] if row["opened"] == "no"]
    return tuple(legal_source(key) for key in keys)
