"""Clinical abbreviations in a text: one meaning is read, several are asked about.

"SOB on exertion, D&V": what :data:`medai.preprocess.text.ABBREVIATIONS` knows with one meaning
is read as if it were written out; the words stand where the abbreviation stands.  What has
several meanings ("CP", "PE", "AF") is never guessed: it is handed back with those meanings
that are findings.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from medai.knowledge.findings import Unrecognised
from medai.knowledge.words import Word, normalise, words_of
from medai.preprocess.text import AmbiguousAbbreviation, Expansion, expand_abbreviations

if TYPE_CHECKING:
    from medai.knowledge.lexicon import Lexicon

_JOINT = re.compile(r"[&/+]")
# "seen in ED", "on RA", "Ms" and "Mr" in capitals: a place, a setting or a person, no finding
_PLACE = re.compile(r"\b(?:in|to|the|at|from|via|on|by)\s$", re.I)
_LONG = re.compile(r"[A-Z]{6}")
_PERSON = re.compile(r"\.?\s[A-Z][a-z]")


def number_of(lexicon: Lexicon, meaning: str) -> int | None:
    """Return the number of the name or everyday phrase that a meaning is; None if there is none."""
    said = normalise(meaning)
    number = lexicon.by_phrase.get(said)
    return lexicon.everyday.get(said) if number is None else number


def written_out(
    lexicon: Lexicon, text: str, words: list[Word]
) -> tuple[list[Word], list[AmbiguousAbbreviation]]:
    """Replace the abbreviations among the words of a text by the words of their meaning.

    Returns the words, those of a meaning with the place of the abbreviation, and the
    abbreviations with several meanings.
    """
    out = expand_abbreviations(text)
    known = [one for one in out.expanded if _is_finding(lexicon, one)]
    if not known:
        return words, out.ambiguous
    result, k = [], 0
    for one in known:
        while k < len(words) and words[k].end <= one.start:
            result.append(words[k])
            k += 1
        while k < len(words) and words[k].start < one.end:
            k += 1
        result += _words(lexicon, one)
    return [*result, *words[k:]], out.ambiguous


def _is_finding(lexicon: Lexicon, one: Expansion) -> bool:
    parts = [one.meaning, *one.meaning.split(" and ")]
    return any(number_of(lexicon, part) is not None for part in parts)


def _words(lexicon: Lexicon, one: Expansion) -> list[Word]:
    """Return the words of a meaning; the two halves of "D&V" stand each in its own place."""
    joint = _JOINT.search(one.short)
    halves = one.meaning.split(" and ")
    if number_of(lexicon, one.meaning) is None and joint and len(halves) == 2:
        cut = one.start + joint.start()
        first, second = (words_of(half) for half in halves)
        return [
            *(Word(word.norm, one.start, cut) for word in first),
            *(Word(word.norm, cut + 1, one.end) for word in second),
        ]
    return [Word(word.norm, one.start, one.end) for word in words_of(one.meaning)]


def to_ask(
    lexicon: Lexicon, text: str, several: list[AmbiguousAbbreviation]
) -> dict[tuple[int, int], Unrecognised]:
    """Return by their place the abbreviations that may be a finding, with the terms they may be."""
    if text.isupper() and _LONG.search(text):
        return {}  # in capitals throughout, "AS" is a word
    graph, result = lexicon.graph, {}
    for one in several:
        around = text[max(0, one.start - 6) : one.start], text[one.end : one.end + 4]
        if _PLACE.search(around[0]) or (one.short in ("MR", "MS") and _PERSON.match(around[1])):
            continue
        numbers = (number_of(lexicon, meaning) for meaning in one.meanings)
        terms = [t for n in numbers if n is not None for t in lexicon.entry(n).terms]
        found = tuple(dict.fromkeys((graph.term_ids[t], graph.term_names[t]) for t in terms))
        if found:
            place = (one.start, one.end)
            result[place] = Unrecognised(*place, one.short, "ambiguous", found)
    return result
