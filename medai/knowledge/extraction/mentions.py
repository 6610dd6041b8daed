"""Mentions: a piece of text, where it stands, and what kind of thing it names.

A sequence tagger gives one tag to each token, in the scheme BIO: ``B-drug`` begins a mention
of a drug, ``I-drug`` goes on with it, ``O`` is outside of any.  Here texts are cut into
tokens, and mentions are turned into tags and back.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol

from medai.runtime import MedaiError

KINDS = ("finding", "disease", "drug", "anatomy")
TAGS = ("O", *(f"{part}-{kind}" for kind in KINDS for part in "BI"))
_TOKEN = re.compile(r"[^\W_]+|[^\w\s]|_")


class Mention(NamedTuple):
    """A named thing in a text: ``text[start:end]`` is what was written."""

    start: int
    end: int
    kind: str
    text: str


class Token(NamedTuple):
    """A word, a number or a punctuation mark, and where it stands."""

    text: str
    start: int
    end: int


class Recogniser(Protocol):
    """Anything that finds the mentions of a text: dictionary, perceptron, transformer."""

    def recognise(self, text: str) -> list[Mention]:
        """Return the mentions of `text`, in order, without overlaps."""


def tokens_of(text: str) -> list[Token]:
    """Cut a text into words, numbers and single punctuation marks.

    Raises
    ------
    MedaiError
        When `text` is no string.
    """
    if not isinstance(text, str):
        raise MedaiError(f"A text is wanted, not {type(text).__name__}: pass a string.")
    return [Token(match[0], match.start(), match.end()) for match in _TOKEN.finditer(text)]


def to_tags(tokens: Sequence[Token], mentions: Iterable[Mention]) -> list[int]:
    """Return one tag number (into ``TAGS``) for each token.

    A token belongs to the mention that it begins in.  A mention that holds the beginning of no
    token, or tokens of a mention before it, is left out.

    Raises
    ------
    MedaiError
        When the kind of a mention is unknown.
    """
    tags = [0] * len(tokens)
    for mention in sorted(mentions):
        if mention.kind not in KINDS:
            raise MedaiError(f"{mention.kind!r} is no kind of mention; known: {', '.join(KINDS)}.")
        begin = TAGS.index(f"B-{mention.kind}")
        inside = [i for i, t in enumerate(tokens) if mention.start <= t.start < mention.end]
        if inside and not any(tags[i] for i in inside):
            tags[inside[0]] = begin
            for i in inside[1:]:
                tags[i] = begin + 1
    return tags


def to_mentions(text: str, tokens: Sequence[Token], tags: Sequence[int]) -> list[Mention]:
    """Return the mentions that a sequence of tag numbers describes.

    An ``I`` that continues nothing begins a mention, so that no sequence of tags is an error.
    """
    found: list[Mention] = []
    start, end, kind = None, 0, ""
    for token, tag in zip(tokens, tags, strict=True):
        part, _, new = TAGS[tag].partition("-")
        if start is not None and (part != "I" or new != kind):
            found.append(Mention(start, end, kind, text[start:end]))
            start = None
        if part != "O":
            start = token.start if start is None else start
            kind, end = new, token.end
    if start is not None:
        found.append(Mention(start, end, kind, text[start:end]))
    return found
