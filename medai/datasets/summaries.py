"""Faithful and corrupted summaries (``data/summaries``), read and checked.

Standard library only.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

from medai.datasets.checked_tables import anything, filled, one_of, read_tables
from medai.datasets.paths import data_path
from medai.runtime.errors import MedaiError

BOOK = "summaries"
CORRUPTIONS = (
    *("number", "unit", "direction", "negation"),
    *("entity", "statistic", "comparison"),
)
COLUMNS = {
    "texts": {"id": filled, "split": one_of("dev", "test"), "text": filled},
    "summaries": {
        "id": filled,
        "source": filled,
        "kind": one_of("faithful", *CORRUPTIONS),
        "of": anything,
        "text": filled,
    },
    "abstracts": {"id": filled, "text": filled, "reference": filled},
    "read": {
        "id": filled,
        "abstract": filled,
        "text": filled,
        "faithful": one_of("yes", "no"),
        "why": anything,
    },
}


@dataclass(frozen=True)
class SummaryPair:
    """A source and one sentence about it.

    Attributes
    ----------
    id, split
        Identifier; ``dev`` or ``test`` (all sentences of a source stand in one half).
    source
        Id of the source.
    text
        The source, invented for the book.
    summary
        The sentence.
    kind
        ``faithful``, or what was corrupted: one of :data:`CORRUPTIONS`.
    of
        Id of the faithful sentence that was corrupted, "" for a faithful one.
    """

    id: str
    split: str
    source: str
    text: str
    summary: str
    kind: str
    of: str

    @property
    def faithful(self) -> bool:
        """Whether the source carries the sentence."""
        return self.kind == "faithful"


@dataclass(frozen=True)
class SummarisedAbstract:
    """An abstract invented for the book and a summary of it: id, text, reference."""

    id: str
    text: str
    reference: str

    @property
    def split(self) -> str:
        """``dev`` for odd numbers, ``test`` for even ones."""
        return "dev" if int(self.id[1:]) % 2 else "test"


@dataclass(frozen=True)
class ReadSentence:
    """A sentence that the embedded language model wrote, and how a reader judged it.

    Attributes
    ----------
    id, abstract
        Identifier; the abstract that was summarised.
    text, faithful, why
        The sentence; whether the abstract carries it; what is wrong with it.
    """

    id: str
    abstract: str
    text: str
    faithful: bool
    why: str


@functools.cache
def _tables() -> dict:
    return read_tables(data_path(BOOK), BOOK, COLUMNS, {})


def summarised_abstracts() -> tuple[SummarisedAbstract, ...]:
    """Return abstracts with a reference summary of one or two sentences."""
    return tuple(SummarisedAbstract(**row) for row in _tables()["abstracts"])


def read_sentences() -> tuple[ReadSentence, ...]:
    """Return the model's sentences with the reader's judgement."""
    known = {row["id"] for row in _tables()["abstracts"]}
    found = []
    for row in _tables()["read"]:
        if row["abstract"] not in known or (row["faithful"] == "yes") == bool(row["why"]):
            raise MedaiError(
                f"data/{BOOK}/read.csv: {row['id']!r} must name an abstract and say why a sentence "
                "is not faithful, and nothing of a faithful one. Correct the row."
            )
        found.append(ReadSentence(**row | {"faithful": row["faithful"] == "yes"}))
    return tuple(found)


@functools.cache
def _pairs() -> tuple[SummaryPair, ...]:
    tables = _tables()
    texts = {row["id"]: row for row in tables["texts"]}
    rows = {row["id"]: row for row in tables["summaries"]}
    found = []
    for row in rows.values():
        source = texts.get(row["source"])
        of = rows.get(row["of"])
        good = source is not None and (row["kind"] == "faithful") == (row["of"] == "")
        if row["of"]:
            good = good and of is not None and of["kind"] == "faithful"
            good = good and of["source"] == row["source"]
        if not good:
            raise MedaiError(
                f"data/{BOOK}/summaries.csv: {row['id']!r} must name a source of texts.csv, "
                "and, if it is corrupted, a faithful sentence of that source. Correct the row."
            )
        found.append(
            SummaryPair(
                *(row["id"], source["split"], row["source"], source["text"]),
                *(row["text"], row["kind"], row["of"]),
            )
        )
    return tuple(found)


def summary_pairs(split: str | None = None) -> tuple[SummaryPair, ...]:
    """Return the sentences with their sources.

    Parameters
    ----------
    split : {"dev", "test"}, optional
        One half; both if None.  ``test`` is for one measurement, not for choices.

    Raises
    ------
    MedaiError
        For another split, or a table that breaks its rules.

    Examples
    --------
    >>> from medai.datasets.summaries import summary_pairs
    >>> pairs = {one.id: one for one in summary_pairs("dev")}
    >>> wrong = next(one for one in pairs.values() if one.kind == "number")
    >>> print(wrong.summary)
    In adults with mild hypertension, lisinopril 10 mg daily lowered systolic pressure by 19.4 mmHg,
    compared with 2.1 mmHg on placebo.
    >>> print(pairs[wrong.of].summary)
    In adults with mild hypertension, lisinopril 10 mg daily lowered systolic pressure by 9.4 mmHg,
    compared with 2.1 mmHg on placebo.
    """
    if split not in (None, "dev", "test"):
        raise MedaiError(f"split={split!r}: choose dev or test, or None for both.")
    return tuple(one for one in _pairs() if split in (None, one.split))
