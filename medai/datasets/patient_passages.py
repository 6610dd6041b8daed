"""Short passages for patients, English and Chinese, each resting on an opened public source.

Every value of ``data/patient_passages/*.csv`` is checked by the rule of its column; see the README
beside the files.  No physician has read the passages.  Standard library only.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from pathlib import Path

from medai.datasets.checked_tables import Check, Row, filled, one_of, read_tables, refusal
from medai.datasets.paths import data_path

BOOK = "patient_passages"
LANGUAGES = ("en", "zh")
ENGLISH_WORDS = (40, 120)
CHINESE_SIGNS = (60, 260)
_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*-(?:en|zh)")


def _passage_id(value: str) -> str:
    good = _ID.fullmatch(value)
    return "" if good else "it must be a family and a language, such as paracetamol-limit-en"


def _address(value: str) -> str:
    good = re.fullmatch(r"https?://\S+", value)
    return "" if good else "it must be a web address that begins with http:// or https://"


def _day(value: str) -> str:
    good = re.fullmatch(r"\d{4}-\d{2}-\d{2}", value)
    return "" if good else "it must be a day such as 2026-11-23"


COLUMNS: dict[str, dict[str, Check]] = {
    "sources": {
        "key": filled,
        "title": filled,
        "url": _address,
        "publisher": filled,
        "copy": one_of("yes", "no"),
        "opened": one_of("yes", "no"),
        "what": filled,
        "date": _day,
    },
    "passages": {
        "id": _passage_id,
        "lang": one_of(*LANGUAGES),
        "topic": filled,
        "title": filled,
        "text": filled,
        "source": filled,
        "reviewed": one_of("no physician"),
    },
}


@dataclass(frozen=True)
class PatientPassage:
    """One passage.

    Attributes
    ----------
    id, family, lang
        ``id`` is the family and the language: ``stroke-fast-en`` and ``stroke-fast-zh`` are
        parallel passages of the family ``stroke-fast``.
    topic, title, text
        Of the passage; doses and limits name the country whose advice they are.
    source, source_title, source_url, opened
        The key, title and address of the page it rests on, and whether the passage of the page
        that says so was read ("yes"; mostly an excerpt).
    reviewed
        Who read it besides the writer.
    """

    id: str
    family: str
    lang: str
    topic: str
    title: str
    text: str
    source: str
    source_title: str
    source_url: str
    opened: str
    reviewed: str


def _length(row: Row) -> str:
    """Return the rule of length that a passage breaks, "" if none."""
    if row["lang"] == "en":
        size, (low, high), unit = len(row["text"].split()), ENGLISH_WORDS, "words"
    else:
        size, (low, high), unit = len(row["text"]), CHINESE_SIGNS, "signs"
    return "" if low <= size <= high else f"it has {size} {unit}, {low} to {high} are allowed"


def _broken(row: Row, sources: dict[str, Row], english: dict[str, Row]) -> str:
    """Return what is wrong with a passage beside its single values, "" if nothing."""
    if not row["id"].endswith("-" + row["lang"]):
        return f"the id must end in -{row['lang']}"
    source = sources.get(row["source"])
    if source is None:
        return f"its source {row['source']!r} is no key of sources.csv"
    if source["opened"] != "yes":
        return f"its source {row['source']!r} was not opened"
    twin = english.get(row["id"][:-3])
    if twin is None:
        return "a Chinese passage needs the English passage of its family"
    if twin["topic"] != row["topic"]:
        return f"its topic must be that of its English passage, {twin['topic']!r}"
    return _length(row)


def read_passages(folder: Path) -> tuple[PatientPassage, ...]:
    """Read and check the passages of a folder.

    Raises
    ------
    MedaiError
        For the first row that breaks a rule: an unknown or unopened source, an id that stands
        twice, a Chinese passage without its English one, a passage too short or too long.
    """
    tables = read_tables(folder, BOOK, COLUMNS, {})
    sources = {row["key"]: row for row in tables["sources"]}
    rows = tables["passages"]
    english = {row["id"][:-3]: row for row in rows if row["lang"] == "en"}
    found = []
    for line, row in enumerate(rows, 2):
        broken = _broken(row, sources, english)
        if broken:
            raise refusal(BOOK, "passages", line, row["id"], broken)
        source = sources[row["source"]]
        page = (source["title"], source["url"], source["opened"])
        columns = (row["lang"], row["topic"], row["title"], row["text"], row["source"])
        found.append(PatientPassage(row["id"], row["id"][:-3], *columns, *page, row["reviewed"]))
    return tuple(found)


@functools.cache
def patient_passages(lang: str | None = None) -> tuple[PatientPassage, ...]:
    """Return the passages of the book.

    Parameters
    ----------
    lang
        ``"en"`` or ``"zh"`` for those of one language, None for all.

    Raises
    ------
    MedaiError
        When a row of the tables breaks a rule.

    Examples
    --------
    >>> from medai.datasets.patient_passages import patient_passages
    >>> len(patient_passages("en")), len(patient_passages("zh"))
    (109, 59)
    >>> print(patient_passages("en")[0].title)
    What metformin is for, and how to take it
    """
    found = read_passages(data_path(BOOK))
    return tuple(one for one in found if not lang or lang == one.lang)
