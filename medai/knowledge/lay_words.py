"""Words of everyday speech, as the patterns of :mod:`medai.knowledge.lay_patterns` see them.

What counts as the same: case, British or American spelling, kinds of apostrophe, contractions
(*can't*, *cant* and *cannot* are *can not*; *'s* may be *is* or *has*), whose it is (*my*, *his*,
*the*), who (*I*, *she*) and the forms of a few verbs (*is*, *was*).  The plural does not: *fits*
are not *fit*.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import NamedTuple

from medai.knowledge.words import APOSTROPHES, FILLERS, Word, words_of

BETWEEN = frozenset("+ \t\r\n-‐‑/&()\u00a0" + APOSTROPHES)  # between two words of a match
# They stand in patterns ("has a temperature") and make none more certain.
_LIGHT_WORDS = """
is are was were be been am has have had having i he she it they we and with got get gets getting
feel feels felt feeling look looks
"""
LIGHT = FILLERS | frozenset(_LIGHT_WORDS.split())
_CONTRACTED = {
    "cannot": ("can", "not"),
    "im": ("i", "am"), "ive": ("i", "have"), "hes": ("he", "'s"), "shes": ("she", "'s"),
}  # fmt: skip
_NOT = {"can": "can", "won": "will", "shan": "shall"}
_SHORT = {"m": "am", "ve": "have", "re": "are", "ll": "will", "s": "'s"}
# What stands for each other: owners, persons, and the forms of a few verbs.  "been" and "be" stay
# apart: "been sick" has vomited, "is sick" may be anything.
_ALIKE = (
    "my his her their your our the", "i he she we they you it", "him her them me",
    "is are am was were 's", "has have had having 's", "feel feels felt feeling",
    "get gets got getting", "go goes went going gone", "keep keeps kept keeping",
    "can could", "will would", "do does did", "look looks looked looking",
)  # fmt: skip
ALSO: dict[str, tuple[str, ...]] = {}
for _group in map(str.split, _ALIKE):
    for _word in _group:
        ALSO[_word] = tuple(dict.fromkeys((*ALSO.get(_word, (_word,)), *_group)))
ALSO["been"] = ("been", "is", "are", "was", "were")  # "has been pale" is pale


class Token(NamedTuple):
    """A word of a text as patterns see it, and the number of the word that it is part of."""

    key: str
    word: int


def tokens_of(text: str, words: Sequence[Word]) -> list[Token]:
    """Return the words of a text as patterns see them."""
    tokens: list[Token] = []
    for k, word in enumerate(words):
        raw = text[word.start : word.end].casefold()
        gap = text[words[k - 1].end : word.start] if k > 0 else " "
        joined = gap == "" or (len(gap) == 1 and gap in APOSTROPHES)  # "dont" is two words
        if joined and raw == "t" and tokens and tokens[-1].key.endswith("n"):
            base = tokens[-1].key
            tokens[-1] = Token(_NOT.get(base, base[:-1]), k - 1)
            tokens.append(Token("not", k))
        elif joined and raw in _SHORT:
            tokens.append(Token(_SHORT[raw], k))
        elif raw in _CONTRACTED:
            tokens += [Token(part, k) for part in _CONTRACTED[raw]]
        else:
            plural = raw.endswith("s") and not word.norm.endswith("s")
            tokens.append(Token(word.norm + "s" if plural else word.norm, k))
    return tokens


def adjoining(text: str, words: Sequence[Word], tokens: Sequence[Token]) -> list[bool]:
    """Tell for each token whether it follows the one before it with no mark between."""
    return [True] + [
        a.word == b.word or set(text[words[a.word].end : words[b.word].start]) <= BETWEEN
        for a, b in itertools.pairwise(tokens)
    ]


def keys_of(text: str) -> list[str]:
    """Return the words of a phrase as patterns see them."""
    return [token.key for token in tokens_of(text, words_of(text))]
