"""Words that must not be read alone: a "tearing" pain has nothing to do with tears.

A word that describes a pain is not the finding of that name; one word of the longer name of a
common condition is not a finding either, unless the condition has that finding ("irritable
bowel syndrome" is no irritability); and "a urinary tract infection" is not the recurrent
infections for which the ontology has the plural as a synonym.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from medai.datasets.common import common_conditions
from medai.knowledge.words import FILLERS, Word, words_of

if TYPE_CHECKING:
    from medai.knowledge.lay import Heard
    from medai.knowledge.lexicon import Lexicon

_DESCRIBES_PAIN = re.compile(
    r"\btearing(?=(?:,?\s+(?!eyes?\b)[a-z]+){0,3}?,?\s+(?:pains?|painful|aches?|sensation)\b)", re.I
)
_OFTEN = re.compile(r"\b(?:recurr|frequent|repeat)", re.I)


def read_alone(
    lexicon: Lexicon, text: str, words: Sequence[Word], heard: Sequence[Heard] = ()
) -> list[tuple[int, int]]:
    """Return the words of a sentence that are passed over, as pairs of first and last.

    Parameters
    ----------
    lexicon
        Which words are names.
    text, words
        The text, and the words of one sentence.
    heard
        Everyday phrases; a word in one of several words is left to it.
    """
    if not words:
        return []
    start, end = words[0].start, words[-1].end
    pains = {start + found.start() for found in _DESCRIBES_PAIN.finditer(text[start:end])}
    alone = {k for k, word in enumerate(words) if word.start in pains}
    alone |= _inside_names(lexicon, words)
    longer = {k for one in heard if one.first < one.last for k in range(one.first, one.last + 1)}
    return [(k, k) for k in sorted(alone - longer)]


def is_one_episode(lexicon: Lexicon, phrase: int, said: str) -> bool:
    """Tell whether a single episode is said where the term means several ("a UTI").

    Parameters
    ----------
    lexicon
        Gives the terms of the phrase.
    phrase
        The number of a name or synonym that says nothing of how often.
    said
        The words as written.
    """
    if _OFTEN.search(lexicon.phrases[phrase]) or said.lower().endswith("s"):
        return False
    names = lexicon.graph.term_names
    return all(names[t].startswith("Recurrent ") for t in lexicon.entry(phrase).terms)


@functools.lru_cache(maxsize=1)
def _names() -> dict[str, tuple[tuple[tuple[str, ...], frozenset[str]], ...]]:
    """Return the names of several words by their first, with the findings of the condition."""
    found: dict[str, list] = {}
    for one in common_conditions().values():
        has = frozenset(row.hpo for row in one.findings)
        for part in re.split(r"[(),]", one.name):
            name = tuple(word.norm for word in words_of(part) if word.norm not in FILLERS)
            if len(name) > 1:
                found.setdefault(name[0], []).append((name, has))
    return {first: tuple(rows) for first, rows in found.items()}


def _inside_names(lexicon: Lexicon, words: Sequence[Word]) -> set[int]:
    """Find single words before the last of a condition's name that the condition does not have."""
    places = [k for k, word in enumerate(words) if word.norm not in FILLERS]
    norms = [words[k].norm for k in places]
    alone: set[int] = set()
    for i, first in enumerate(norms):
        for name, has in _names().get(first, ()):
            if tuple(norms[i : i + len(name)]) == name:
                alone |= {places[i + k] for k in _strange(lexicon, name, has)}
    return alone


def _strange(lexicon: Lexicon, name: tuple[str, ...], has: frozenset[str]) -> set[int]:
    size = len(name)
    runs = [(i, j) for i in range(size) for j in range(i + 2, size + 1)]
    named = {k for i, j in runs if " ".join(name[i:j]) in lexicon.by_phrase for k in range(i, j)}
    graph, strange = lexicon.graph, set()
    for k in range(size - 1):
        phrase = lexicon.by_phrase.get(name[k], lexicon.everyday.get(name[k]))
        if k in named or phrase is None:
            continue
        terms = {graph.term_ids[t] for t in lexicon.entry(phrase).terms}
        if not any(terms & {hpo, *graph.ancestors(hpo)} for hpo in has if hpo in graph.term_index):
            strange.add(k)
    return strange
