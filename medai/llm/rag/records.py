"""Passages, citations and answers: the records of question answering."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from medai.runtime.errors import MedaiError

KINDS = ("emergency", "answered", "abstained", "refused")
LANGUAGES = ("en", "zh")


@dataclass(frozen=True)
class Passage:
    """A passage with its source; what an answer may quote.

    Attributes
    ----------
    id, lang, topic
        Its name, ``en`` or ``zh``, and what it is about.  Passages of one topic in two languages
        are taken to be about the same thing.
    title, text
        What it says.
    source, url
        Title and address of the source.
    """

    id: str
    lang: str
    title: str
    text: str
    topic: str = ""
    source: str = ""
    url: str = ""


@dataclass(frozen=True)
class Citation:
    """What a number in square brackets stands for.

    Attributes
    ----------
    number
        The number in the text.
    id
        Id of the passage.
    title, url
        Title and address of the passage's source.
    """

    number: int
    id: str
    title: str
    url: str


@dataclass(frozen=True)
class Answer:
    """An answer, or the reason why there is none.

    Attributes
    ----------
    text
        What is shown: sentences with citations, or a fixed message.
    kind
        ``emergency``, ``answered``, ``abstained`` or ``refused``.
    citations
        One for each number in the text.
    lang
        ``en`` or ``zh``.
    passages
        The passages that were found, best first; the cited ones are among them.
    why
        How it came about, in words that hold nothing of the question.
    parts
        The sentences, in order, with who wrote each.
    """

    text: str
    kind: str
    citations: tuple[Citation, ...] = ()
    lang: str = "en"
    passages: tuple[Passage, ...] = ()
    why: str = ""
    parts: tuple[Part, ...] = field(default=(), repr=False)

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready values."""
        return {
            "kind": self.kind,
            "lang": self.lang,
            "text": self.text,
            "citations": [asdict(one) for one in self.citations],
            "passages": [one.id for one in self.passages],
            "why": self.why,
            "parts": [asdict(one) for one in self.parts],
        }


@dataclass(frozen=True)
class Part:
    """One sentence of an answer.

    Attributes
    ----------
    text
        As it is shown, with its citation.
    passage
        Id of the passage that it cites; "" for a fixed message.
    by
        ``passage`` (an extract), ``model`` (reworded and checked) or ``fixed``.
    why
        Why the model's words were not taken; "" if there were none or they stand.
    """

    text: str
    passage: str = ""
    by: str = "passage"
    why: str = ""


def as_passages(rows: Iterable[Any]) -> tuple[Passage, ...]:
    """Return passages of any rows that have the fields of a passage.

    Parameters
    ----------
    rows
        :class:`Passage`, or rows of :func:`medai.datasets.patient_passages`.

    Raises
    ------
    MedaiError
        For no row, a row without text, an unknown language, or an id that stands twice.

    Examples
    --------
    >>> fever = Passage("fever-en", "en", "Fever", "A fever is 38 °C or more.")
    >>> as_passages([fever])[0].title
    'Fever'
    >>> as_passages([fever, fever])
    Traceback (most recent call last):
        ...
    medai.runtime.errors.MedaiError: Passage 'fever-en' stands twice: give each ...
    """
    found = tuple(row if isinstance(row, Passage) else _passage(row) for row in rows)
    if not found:
        raise MedaiError("There is no passage to answer from: pass at least one.")
    seen: set[str] = set()
    for one in found:
        if not re.search(r"\w", one.text):
            raise MedaiError(f"Passage {one.id!r} has no text: give it one or leave it out.")
        if one.lang not in LANGUAGES:
            raise MedaiError(f"Passage {one.id!r}: lang={one.lang!r} must be 'en' or 'zh'.")
        if one.id in seen:
            raise MedaiError(f"Passage {one.id!r} stands twice: give each an id of its own.")
        seen.add(one.id)
    return found


def _passage(row: Any) -> Passage:
    try:
        return Passage(
            *(row.id, row.lang, row.title, row.text, row.topic),
            *(row.source_title, row.source_url),
        )
    except AttributeError as error:
        raise MedaiError(
            f"{type(row).__name__} is no passage ({error}). Pass medai.llm.rag.Passage."
        ) from error
