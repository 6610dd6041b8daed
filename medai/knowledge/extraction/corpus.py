"""The texts: definitions of the ontology, and sentences marked by hand for the book."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from medai.datasets import data_path
from medai.knowledge.extraction.mentions import KINDS, Mention
from medai.knowledge.negation import sentences as sentence_bounds
from medai.runtime import MedaiError

if TYPE_CHECKING:
    from medai.knowledge.graph import KnowledgeGraph

_MARK = re.compile(r"\[([^\[\]]+)\]\((\w+)\)")
_RELATION = re.compile(r"(causes|relieves|has_finding)(?: \((\w+)\))?: (.+?) > (.+)")
STATUSES = ("asserted", "negated", "hypothetical")


class Sentence(NamedTuple):
    """A sentence of a definition: whose, which one of it (from 0), and the text."""

    term_id: str
    number: int
    text: str


class MarkedSentence(NamedTuple):
    """A sentence marked by hand: ``relations`` are (relation, subject, object, status)."""

    id: str
    part: str
    text: str
    mentions: tuple[Mention, ...]
    relations: tuple[tuple[str, Mention, Mention, str], ...]


def definition_sentences(graph: KnowledgeGraph) -> list[Sentence]:
    """Return the sentences of all definitions, in the order of the ids of their terms."""
    result = []
    for term in sorted(graph.terms, key=lambda term: term.id):
        text = " ".join(term.definition.split())
        for number, (start, end) in enumerate(sentence_bounds(text)):
            result.append(Sentence(term.id, number, text[start:end].strip()))
    return result


def fold(text: str) -> str:
    """Return a text without case, accents, punctuation, order marks: equal texts become equal."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    return " ".join(re.findall(r"[a-z0-9]+", plain))


def split_by_term(
    items: Sequence[Sentence], shares: Sequence[float] = (0.8, 0.1, 0.1), seed: int = 0
) -> tuple[list[Sentence], ...]:
    """Split sentences by term, so that no sentence of one part stands in another.

    Two terms that share a sentence (a term and its ancestor often do) are tied together, and
    with them all that are tied to either; a group goes to one part.

    Returns
    -------
    tuple of list of Sentence
        One list for each share, each in the order of `items`.

    Raises
    ------
    MedaiError
        When the shares are not positive or do not add up to 1.
    """
    if min(shares, default=0) <= 0 or abs(sum(shares) - 1) > 1e-9:
        raise MedaiError(f"shares={tuple(shares)}: positive and adding up to 1 is wanted.")
    leader = {item.term_id: item.term_id for item in items}

    def find(term: str) -> str:
        while leader[term] != term:
            leader[term] = leader[leader[term]]
            term = leader[term]
        return term

    first: dict[str, str] = {}
    for item in items:
        a, b = find(first.setdefault(fold(item.text), item.term_id)), find(item.term_id)
        leader[max(a, b)] = min(a, b)  # the smaller id leads: independent of the order
    groups = sorted({find(term) for term in leader})
    order = np.random.default_rng(seed).permutation(len(groups))
    cuts = np.round(np.cumsum(shares) * len(groups)).astype(int)[:-1]
    part_of = {groups[g]: p for p, part in enumerate(np.split(order, cuts)) for g in part}
    parts: tuple[list[Sentence], ...] = tuple([] for _ in shares)
    for item in items:
        parts[part_of[find(item.term_id)]].append(item)
    return parts


def parse_marked(marked: str) -> tuple[str, tuple[Mention, ...]]:
    """Read marks: ``"no [cough](finding)"`` is the text "no cough" with one mention.

    Raises
    ------
    MedaiError
        When a kind is unknown.
    """
    text, mentions, last = "", [], 0
    for match in _MARK.finditer(marked):
        if match[2] not in KINDS:
            raise MedaiError(f"{match[0]!r}: known kinds are {', '.join(KINDS)}.")
        text += marked[last : match.start()]
        mentions.append(Mention(len(text), len(text) + len(match[1]), match[2], match[1]))
        text, last = text + match[1], match.end()
    return text + marked[last:], tuple(mentions)


def marked_sentences(part: str | None = None) -> list[MarkedSentence]:
    """Return the sentences of ``data/extraction/sentences.csv``.

    The first 80 were written and marked for the book before any recogniser was: each odd one is
    for development (``"dev"``), each even one for the test (``"test"``).  The author of the rules
    had written both halves, so 24 more, worded as in real notes, were written after the rules
    were fixed (``"hard"``); nothing was changed after they were first scored.

    Raises
    ------
    MedaiError
        When `part` is unknown, or a relation of the file names what is not marked.
    """
    if part not in (None, "dev", "test", "hard"):
        raise MedaiError(f'part={part!r}: "dev", "test", "hard", or None for all.')
    with data_path("extraction/sentences.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [_marked(row) for row in rows if part in (None, row["part"])]


def _marked(row: dict[str, str]) -> MarkedSentence:
    text, mentions = parse_marked(row["marked"])
    by_text = {mention.text: mention for mention in mentions}
    relations = []
    for item in filter(None, row["relations"].split("; ")):
        match = _RELATION.fullmatch(item)
        if not match or match[3] not in by_text or match[4] not in by_text:
            raise MedaiError(f"sentences.csv, {row['id']}: {item!r} does not fit the sentence.")
        status = match[2] or "asserted"
        if status not in STATUSES:
            raise MedaiError(f"sentences.csv, {row['id']}: {status!r}; one of {STATUSES}.")
        relations.append((match[1], by_text[match[3]], by_text[match[4]], status))
    return MarkedSentence(row["id"], row["part"], text, mentions, tuple(relations))
