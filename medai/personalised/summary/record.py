"""A long record: dated notes of one patient, read and checked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from medai.runtime.errors import MedaiError

LONGEST = 20_000  # letters of one note
MOST = 2_000  # notes
DAY = re.compile(r"(?:19|20)\d\d-\d\d-\d\d", re.ASCII)
INVISIBLE = str.maketrans("", "", "\u00ad\u200b\u2060\ufeff")  # would hide "war|farin"


@dataclass(frozen=True)
class Entry:
    """One note.

    Attributes
    ----------
    id
        Unique in the record.
    date
        The day on which it was written.
    kind
        Such as ``clinic``, ``discharge``, ``letter``, ``phone``; free.
    text
        As written, without soft hyphens and spaces of no width, which hide words.
    """

    id: str
    date: date
    kind: str
    text: str


@dataclass(frozen=True)
class LongRecord:
    """The notes of one patient, the oldest first.

    Attributes
    ----------
    id
        Of the patient, a pseudonym.
    entries
        In the order of their dates; of one day, as they came.
    """

    id: str
    entries: tuple[Entry, ...]


def read_record(data: Mapping[str, Any]) -> LongRecord:
    """Read a record from what a JSON file holds, and check it.

    Parameters
    ----------
    data
        ``{"id": …, "entries": [{"id": …, "date": "2024-03-05", "kind": …, "text": …}, …]}``.

    Returns
    -------
    LongRecord

    Raises
    ------
    MedaiError
        For a missing or strange field, a date that is none, an id twice, an empty note, or more
        than 2,000 notes.

    Examples
    --------
    >>> from medai.personalised.summary.record import read_record
    >>> note = {"id": "n1", "date": "2024-03-05", "kind": "clinic", "text": "Asthma."}
    >>> read_record({"id": "hanna", "entries": [note]}).entries[0].date
    datetime.date(2024, 3, 5)
    >>> read_record({"id": "hanna", "entries": [note, note]})
    Traceback (most recent call last):
        ...
    medai.runtime.errors.MedaiError: record hanna: the note id 'n1' stands twice.
    """
    if not isinstance(data, Mapping):
        raise MedaiError(f"a record is a JSON object with id and entries, not {_kind(data)}.")
    strange = sorted(set(data) - {"id", "entries"})
    if strange:
        raise MedaiError(f"unknown field {strange[0]!r}: a record has id and entries.")
    name, rows = data.get("id"), data.get("entries")
    if not isinstance(name, str) or not name.strip():
        raise MedaiError("the record has no id: give it a pseudonym.")
    if not name.isprintable():
        raise MedaiError(f"the record's id {name!r} holds a line break or a strange character.")
    if not isinstance(rows, list | tuple) or not rows:
        raise MedaiError(f"record {name}: entries is a list of notes, at least one.")
    if len(rows) > MOST:
        raise MedaiError(f"record {name}: {len(rows)} notes; at most {MOST:,} are read.")
    entries = [_entry(row, number) for number, row in enumerate(rows, 1)]
    ids = [entry.id for entry in entries]
    twice = sorted({one for one in ids if ids.count(one) > 1})
    if twice:
        raise MedaiError(f"record {name}: the note id {twice[0]!r} stands twice.")
    return LongRecord(name, tuple(sorted(entries, key=lambda entry: entry.date)))


def _entry(row: Any, number: int) -> Entry:
    if not isinstance(row, Mapping):
        raise MedaiError(f"note {number}: a JSON object is wanted, not {_kind(row)}.")
    strange = sorted(set(row) - {"id", "date", "kind", "text"})
    if strange:
        raise MedaiError(f"note {number}: unknown field {strange[0]!r}; id, date, kind, text.")
    for field in ("id", "date", "text"):
        if not isinstance(row.get(field), str) or not row[field].strip():
            raise MedaiError(f"note {number}: {field} is missing or no text.")
    if not row["id"].isprintable():
        raise MedaiError(f"note {number}: id {row['id']!r} holds a line break or the like.")
    text = row["text"].translate(INVISIBLE)
    if not text.strip():
        raise MedaiError(f"note {row['id']}: text is missing or no text.")
    if any("\ud800" <= letter <= "\udfff" for letter in text):
        raise MedaiError(f"note {row['id']}: half a character (a surrogate); save it as UTF-8.")
    kind = row.get("kind", "")
    if not isinstance(kind, str):
        raise MedaiError(f"note {row['id']}: kind is a word, not {_kind(kind)}.")
    try:
        if not DAY.fullmatch(row["date"].strip()):
            raise ValueError
        day = date.fromisoformat(row["date"].strip())
    except ValueError as error:
        raise MedaiError(
            f"note {row['id']}: date {row['date']!r}; write year-month-day, such as 2024-03-05."
        ) from error
    if len(row["text"]) > LONGEST:
        raise MedaiError(f"note {row['id']}: {len(row['text']):,} letters; at most {LONGEST:,}.")
    return Entry(row["id"].strip(), day, kind.strip(), text)


def _kind(value: Any) -> str:
    return type(value).__name__
