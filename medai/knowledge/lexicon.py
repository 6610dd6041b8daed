"""The names of all findings, ready to be looked up in free text.

Every name and synonym below "Phenotypic abnormality" becomes a normalised phrase.  Building
takes some seconds, so the result is kept on disk, under a name that changes with the ontology
and with the code that normalises.
"""

from __future__ import annotations

import functools
import hashlib
import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy import sparse

from medai.knowledge import ngrams, rewording, words
from medai.knowledge.cues import CUES
from medai.knowledge.everyday import table
from medai.knowledge.ngrams import NgramIndex
from medai.knowledge.plainwords import MODIFIERS, PLAIN
from medai.knowledge.real_words import REAL
from medai.knowledge.rewording import reword
from medai.knowledge.short_names import short_names
from medai.knowledge.store import (
    Tables,
    cached_tables,
    pack_lists,
    pack_strings,
    unpack_strings,
)
from medai.knowledge.words import normalise
from medai.runtime import data_home

if TYPE_CHECKING:
    from medai.knowledge.graph import KnowledgeGraph

# How well a name stands for its term: the term's own name first.  A broad synonym covers more
# than the term, so it comes last.
SCOPES = ("NAME", "EXACT", "NARROW", "RELATED", "BROAD")
_HYPHENATED = re.compile(r"\w+-\w+")
SCORES = (1.0, 1.0, 0.9, 0.8, 0.7)
GRAM_TABLES = ("codes", "idf", "data", "indices", "indptr")  # an NgramIndex on the disk


class Entry(NamedTuple):
    """What a phrase stands for.

    Attributes
    ----------
    phrase
        The number of the phrase.
    terms
        Row numbers of the terms; more than one when the phrase is ambiguous.
    scope
        Position in ``SCOPES`` of the best name behind the phrase.
    """

    phrase: int
    terms: tuple[int, ...]
    scope: int


class Lexicon:
    """Phrases of the ontology: look-up by words, and by likeness.

    Make one with :func:`lexicon_of`.

    Attributes
    ----------
    phrases : list of str
        Normalised phrases, each once.
    vocabulary : frozenset of str
        The words of all phrases.
    everyday : dict of str to int
        Phrases of :mod:`medai.knowledge.everyday` that are none of the ontology's, each with
        the number of the name that it stands for.
    """

    def __init__(self, graph: KnowledgeGraph, tables: Tables) -> None:
        self.graph = graph
        self.tables = tables
        self.phrases = list(unpack_strings(tables, "phrase"))
        self.cased = list(unpack_strings(tables, "cased"))
        self.comma: list[bool] = tables["comma"].tolist()
        self.by_phrase = {phrase: i for i, phrase in enumerate(self.phrases)}
        self.everyday = _everyday(self.by_phrase)
        known = [*self.phrases, *self.everyday]
        self.vocabulary = frozenset(word for phrase in known for word in phrase.split())
        self.longest = max((len(phrase.split()) for phrase in known), default=0)
        self._terms = tables["terms.values"].tolist()
        self._terms_of = tables["terms.offsets"].tolist()
        self._scope = tables["scope"].tolist()

    def entry(self, phrase: int) -> Entry:
        """Return what a phrase stands for."""
        terms = tuple(self._terms[self._terms_of[phrase] : self._terms_of[phrase + 1]])
        return Entry(phrase, terms, self._scope[phrase])

    @functools.cached_property
    def by_bag(self) -> dict[str, int]:
        """Phrases of several words by their sorted words; without those that differ in meaning."""
        found: dict[str, int] = {}
        for i, phrase in enumerate(self.phrases):
            parts = phrase.split()
            if not 2 <= len(parts) <= 8 or self.cased[i]:
                continue
            key = " ".join(sorted(parts))
            other = found.setdefault(key, i)
            if other >= 0 and self.entry(other).terms != self.entry(i).terms:
                found[key] = -1
        return {key: i for key, i in found.items() if i >= 0}

    @functools.cached_property
    def by_joined(self) -> dict[str, int]:
        """Hyphenated names of two parts by their letters without the hyphen: lowset."""
        hyphen = self.tables["hyphen"]
        pairs = ((p.replace(" ", ""), i) for i, p in enumerate(self.phrases) if hyphen[i])
        return {joined: i for joined, i in pairs if joined not in self.by_phrase}

    @functools.cached_property
    def by_wording(self) -> dict[str, int]:
        """Phrases of one meaning by their common wording: "kidney failure" is "renal failure".

        Names and exact synonyms only: a broader one may say too much in other words.
        """
        found: dict[str, int] = {}
        for i, wording in enumerate(unpack_strings(self.tables, "wording")):
            if self._scope[i] > SCOPES.index("EXACT"):
                continue
            other = found.setdefault(wording, i)
            if other >= 0 and self.entry(other).terms != self.entry(i).terms:
                found[wording] = -1
        return {w: i for w, i in found.items() if i >= 0 and w and not self.cased[i]}

    @functools.cached_property
    def by_deletion(self) -> dict[str, tuple[str, ...]]:
        """The words of the vocabulary by what is left of them without one letter."""
        found: dict[str, tuple[str, ...]] = {}
        for word in sorted(self.vocabulary):
            if 4 <= len(word) <= 20 and word.isascii() and word.isalpha():
                for part in {word, *(word[:i] + word[i + 1 :] for i in range(len(word)))}:
                    found[part] = (*found.get(part, ()), word)
        return found

    @functools.cached_property
    def real_words(self) -> frozenset[str]:
        """Words that are no misspelling: English ones, and those of the ontology."""
        others = {normalise(word) for word in (*REAL, *PLAIN, *MODIFIERS)}
        others.update(word for cue in CUES for word in cue.split())
        return frozenset(unpack_strings(self.tables, "defined")) | self.vocabulary | others

    @functools.cached_property
    def ngrams(self) -> NgramIndex:
        """The search by likeness."""
        codes, idf, *parts = (self.tables[f"gram_{name}"] for name in GRAM_TABLES)
        matrix = sparse.csr_matrix(tuple(parts), shape=(len(codes), len(self.phrases)))
        return NgramIndex(codes, idf, matrix)


_CANNOT = ("can t", "cannot", "can not", "couldn t", "could not", "unable to", "not able to")


def _everyday(by_phrase: dict[str, int]) -> dict[str, int]:
    """Return the everyday phrases whose term the ontology has, in all forms of "cannot"."""
    found: dict[str, int] = {}
    for said, name in (short_names() | table()).items():
        number = by_phrase.get(normalise(name))
        if number is None:
            continue
        said = normalise(said)
        form = next((form for form in _CANNOT if said.startswith(form + " ")), None)
        rest = said[len(form) :] if form else ""
        for one in [said, *(other + rest for other in _CANNOT if form)]:
            if one not in by_phrase and (one == said or one not in found):
                found[one] = number
    return found


def lexicon_of(graph: KnowledgeGraph) -> Lexicon:
    """Return the lexicon of a graph: in memory, else from the disk, else built."""
    known = graph.__dict__.get("_lexicon")
    if known is None:
        known = graph.__dict__["_lexicon"] = _load(graph)
    return known


def _load(graph: KnowledgeGraph) -> Lexicon:
    path = data_home() / "knowledge" / f"lexicon-{_fingerprint(graph)}.npz"
    return Lexicon(graph, cached_tables(path, lambda: build(graph)))


def _fingerprint(graph: KnowledgeGraph) -> str:
    """Hash the names of the ontology and the code that this file depends on."""
    digest = hashlib.sha256()
    for name in ("term_name", "synonym"):
        for part in ("data", "offsets"):
            digest.update(graph.tables[f"{name}.{part}"].tobytes())
    digest.update(graph.tables["synonym_scope"].tobytes())
    for path in (__file__, words.__file__, ngrams.__file__, rewording.__file__):
        digest.update(Path(path).read_bytes().replace(b"\r\n", b"\n"))
    return digest.hexdigest()[:16]


def build(graph: KnowledgeGraph) -> Tables:
    """Normalise every name and synonym of every phenotypic abnormality of a graph."""
    found: dict[str, dict[int, int]] = {}  # phrase -> term -> best scope
    cased: dict[str, str] = {}
    comma: dict[str, bool] = {}
    hyphen: dict[str, bool] = {}
    for term in graph.terms:
        number = graph.term_number(term.id)
        if not graph.phenotype[number]:
            continue
        names = [(term.name, "NAME", "")]
        names += [(s.text, s.scope, s.kind) for s in term.synonyms]
        for text, scope, kind in names:
            phrase = normalise(text)
            if not phrase or phrase.isdigit():
                continue
            place = SCOPES.index(scope) if scope in SCOPES else len(SCOPES) - 1
            scopes = found.setdefault(phrase, {})
            scopes[number] = min(place, scopes.get(number, place))
            written = text if is_abbreviation(text, kind) else ""
            cased[phrase] = written if cased.get(phrase, written) else ""
            comma[phrase] = comma.get(phrase, False) or "," in text
            hyphen[phrase] = hyphen.get(phrase, False) or _HYPHENATED.fullmatch(text) is not None
    tables: Tables = {}
    phrases = list(found)
    pack_strings(tables, "phrase", phrases)
    pack_strings(tables, "cased", (cased[phrase] for phrase in phrases))
    best = [min(found[phrase].values()) for phrase in phrases]
    terms = [
        sorted(term for term, scope in found[phrase].items() if scope == lowest)
        for phrase, lowest in zip(phrases, best, strict=True)
    ]
    tables["comma"] = np.array([comma[phrase] for phrase in phrases], dtype=bool)
    tables["hyphen"] = np.array([hyphen[phrase] for phrase in phrases], dtype=bool)
    tables["scope"] = np.array(best, dtype=np.int8)
    pack_lists(tables, "terms", terms)
    pack_strings(tables, "wording", (reword(phrase) for phrase in phrases))
    pack_strings(tables, "defined", defined_words(graph))
    index = NgramIndex.of(phrases)
    matrix = index.matrix
    arrays = (index.codes, index.idf, matrix.data, matrix.indices, matrix.indptr)
    tables |= {f"gram_{name}": array for name, array in zip(GRAM_TABLES, arrays, strict=True)}
    return tables


def defined_words(graph: KnowledgeGraph) -> list[str]:
    """Return the words that the definitions of at least two terms use, normalised and sorted."""
    counts: Counter[str] = Counter()
    for term in graph.terms:
        counts.update({word.norm for word in words.words_of(term.definition or "")})
    return sorted(word for word, count in counts.items() if count > 1 and len(word) > 2)


def is_abbreviation(text: str, kind: str) -> bool:
    """Tell whether a name only counts when it is written in the same case: ASD, MI, Sad."""
    capitals = sum(letter.isupper() for letter in text)
    return " " not in text and (kind == "abbreviation" or (capitals >= 2 and len(text) <= 6))
