"""is-a, located-in and part-of, read from the definitions of an ontology by patterns.

A definition names its genus first: "A type of *hyperbilirubinemia* with neonatal onset".  So
the words behind a phrase such as "a type of" are looked up among the names of the ontology,
the longest name first; the name of the term itself does not count.  "An abnormality of the
*cornea*" has the genus "Abnormality of the cornea" or "Abnormal cornea morphology".

The names of all terms are used, never their parents: these are the gold of the scoring.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from medai.knowledge.extraction.corpus import Sentence
from medai.knowledge.extraction.dictionary import body_parts
from medai.knowledge.extraction.edges import Edge, Node
from medai.knowledge.words import FILLERS, Word, normalise, words_of

if TYPE_CHECKING:
    from medai.knowledge.graph import KnowledgeGraph

_KIND_OF = re.compile(
    r"^(?:(?:this|it|the term)\b.{0,40}?\b(?:is|describes|refers to)\s+)?"
    r"(?:an?|any|one|the)?\s*(?:\w+\s+)?"
    r"(?:type|form|kind|subtype|variety|variant|subset|class|manifestation)s?\s+of\s+"
    r"(?:an?\s+|the\s+)?",
    re.I,
)
_OPENING = re.compile(
    r"^(?:the presence of|presence of|(?:a |the )?(?:condition|state) (?:of|characteri[sz]ed by|in "
    r"which there is))?\s*(?:an?|the|any|one or more|multiple|some)?\s*",
    re.I,
)
_ABNORMALITY = re.compile(
    r"^(?:an?|any|the)?\s*(?:presence of (?:an? )?)?(?:(?P<sort>structural|functional|morphological"
    r"|congenital|developmental|abnormal)\s+)?"
    r"(?:abnormalit(?:y|ies)|anomal(?:y|ies)|defects?|deviation|malformations?)\s+"
    r"(?:of|in|affecting|involving|from the normal (?:structure|morphology|function) of)\s+",
    re.I,
)
_AMOUNT = re.compile(
    r"^(?:an?|the|any)?\s*(?:abnormal(?:ly)?\s+)?(?P<way>increased?|elevated|reduced|reduction|"
    r"decreased?|elevation|high|low|deviation|abnormal)\s+(?:in |from )?(?:the )?(?:normal )?"
    r"(?:concentrations?|levels?|amounts?|activity|number|count)?\s*(?:of|in)?\s+",
    re.I,
)
_NAMES = (
    "abnormality {0}", "abnormal {0} morphology", "abnormal {0}", "abnormal {0} physiology",
    "{0} abnormality", "abnormality {0} morphology", "abnormality {0} physiology",
    "abnormal {0} concentration", "abnormal circulating {0} concentration",
)  # fmt: skip
_PLACE = re.compile(
    r"\b(?:of|in|affecting|involving|within|from|at|on)\s+(?:the|one or both|both|a|an)?\s*", re.I
)
_MEASURED = re.compile(r"\b(?:concentration|level|activity|antibod|amount of)", re.I)
_PART_OF = re.compile(r"^\s+of\s+(?:the\s+|an?\s+)?", re.I)
_CUT = re.compile(r"[,;:()]|\b(?:that|which|with|whereby|due|caused|owing|when|where)\b", re.I)


class DefinitionReader:
    """Read edges from definitions of the terms of a graph.

    Parameters
    ----------
    graph : KnowledgeGraph
        Names and synonyms are taken from it.
    """

    def __init__(self, graph: KnowledgeGraph) -> None:
        self.graph = graph
        self.names: dict[str, set[int]] = {}
        for term in graph.terms:
            number = graph.term_number(term.id)
            if not graph.phenotype[number]:
                continue  # "Proximal", "Severe": modifiers, not findings
            exact = (s.text for s in term.synonyms if s.scope == "EXACT")
            for name in (term.name, *exact):
                self.names.setdefault(normalise(name), set()).add(number)
        self.parts = {normalise(part) for part, _ in body_parts(graph)}
        self.part_heads = {part.split()[0] for part in self.parts if part}

    def read(self, sentences: Iterable[Sentence]) -> list[Edge]:
        """Return the edges of all sentences: is-a from first ones only, places from all."""
        edges: list[Edge] = []
        for sentence in sentences:
            if sentence.number == 0:
                edges += self.is_a(sentence)
                edges += self.located_in(sentence)
            edges += self.part_of(sentence)
        return edges

    # -- is-a ------------------------------------------------------------------------------

    def is_a(self, sentence: Sentence) -> list[Edge]:
        """Return at most one edge: the term is a kind of what its definition begins with."""
        text, own = sentence.text, self.graph.term_number(sentence.term_id)
        for pattern, opening in (("kind-of", _KIND_OF), ("abnormality-of", _ABNORMALITY)):
            match = opening.search(text)
            if match:
                forms = ("{0}",) if pattern == "kind-of" else _NAMES
                found = self._longest(text, match.end(), own, forms)
                if found:
                    return [self._edge(sentence, "is_a", found[0], 0, found[1], pattern)]
        match = _AMOUNT.search(text)
        if match:
            found = self._longest(text, match.end(), own, _NAMES)
            if found:
                return [self._edge(sentence, "is_a", found[0], 0, found[1], "amount-of")]
        start = _OPENING.match(text).end()
        found = self._genus(text, start, own)
        if found:
            return [self._edge(sentence, "is_a", found[0], 0, found[1], "genus")]
        return self._by_place(sentence, own)

    def _by_place(self, sentence: Sentence, own: int) -> list[Edge]:
        """Call a finding in the cornea an abnormality of the cornea, if the ontology has one."""
        if _MEASURED.search(sentence.text):
            return []  # an enzyme in the blood is no abnormality of the blood's form
        for place in self.located_in(sentence):
            part = normalise(place.object.text)
            for form in _NAMES[:3]:
                term = self._one(form.format(part), own)
                if term is not None:
                    return [self._edge(sentence, "is_a", term, place.start, place.end, "place")]
        return []

    def _longest(
        self, text: str, start: int, own: int, forms: tuple[str, ...]
    ) -> tuple[int, int] | None:
        """Look up the words from `start` on, the longest run first; return term and end."""
        words = _phrase(text, start)
        for n in range(len(words), 0, -1):
            phrase = _joined(words[:n])
            for form in forms if phrase else ():
                name = form.format(phrase)
                if own in self.names.get(name, ()):
                    return None  # the definition repeats the term's own name
                term = self._one(name, own)
                if term is not None:
                    return term, words[n - 1].end
        return None

    def _genus(self, text: str, start: int, own: int) -> tuple[int, int] | None:
        """Return the longest name within the first words; adjectives before it may be left out."""
        words = _phrase(text, start)
        for first in range(min(3, len(words))):
            for n in range(len(words), first, -1):
                phrase = _joined(words[first:n])
                term = self._one(phrase, own) if phrase else None
                if term is not None:
                    return term, words[n - 1].end
        return None

    def _one(self, phrase: str, own: int) -> int | None:
        """Return the one term of this name; none for the term's own name or several terms."""
        terms = self.names.get(phrase, set())
        return next(iter(terms)) if len(terms) == 1 and own not in terms else None

    # -- places ----------------------------------------------------------------------------

    def located_in(self, sentence: Sentence) -> list[Edge]:
        """Return the part of the body that a definition names first behind "of" or "in"."""
        for match in _PLACE.finditer(sentence.text):
            found = self._part(sentence.text, match.end())
            if found:
                start, end = found
                words = Node(sentence.text[start:end], "anatomy")
                return [self._place(sentence, "located_in", words, match.start(), end)]
        return []

    def part_of(self, sentence: Sentence) -> list[Edge]:
        """Read "the nail of the thumb": the nail is a part of the thumb."""
        edges, text, position = [], sentence.text, 0
        for word in words_of(text):
            if word.start < position or word.norm not in self.part_heads:
                continue
            part = self._part(text, word.start)
            if not part:
                continue
            position = part[1]
            match = _PART_OF.match(text[part[1] :])
            whole = self._part(text, part[1] + match.end()) if match else None
            if whole:
                small = Node(text[slice(*part)], "anatomy")
                large = Node(text[slice(*whole)], "anatomy")
                edges.append(Edge(
                    small, "part_of", large, text, part[0], whole[1], "X of the Y",
                    sentence.term_id,
                ))  # fmt: skip
                position = whole[0]
        return edges

    def _part(self, text: str, start: int) -> tuple[int, int] | None:
        """Return the span of the longest part of the body that begins here."""
        words = _phrase(text, start)[:6]
        for n in range(len(words), 0, -1):
            if words[n - 1].norm not in FILLERS and _joined(words[:n]) in self.parts:
                of = any(w.norm == "of" for w in words[:n])
                if not of:
                    return words[0].start, words[n - 1].end
        return None

    def _edge(
        self, sentence: Sentence, relation: str, term: int, start: int, end: int, pattern: str
    ) -> Edge:
        graph = self.graph
        child = Node(graph.term(sentence.term_id).name, "finding", sentence.term_id)
        parent = Node(graph.term_names[term], "finding", graph.term_ids[term])
        return Edge(child, relation, parent, sentence.text, start, end, pattern, sentence.term_id)

    def _place(self, sentence: Sentence, relation: str, part: Node, start: int, end: int) -> Edge:
        child = Node(self.graph.term(sentence.term_id).name, "finding", sentence.term_id)
        return Edge(child, relation, part, sentence.text, start, end, "of the X", sentence.term_id)


def name_baseline(reader: DefinitionReader, term_ids: Iterable[str]) -> list[Edge]:
    """Guess the parent without reading: the longest end of the name that is itself a name.

    "Neonatal hyperbilirubinemia" ends in "hyperbilirubinemia", so that is its parent.
    """
    edges = []
    for term_id in dict.fromkeys(term_ids):
        name, own = reader.graph.term(term_id).name, reader.graph.term_number(term_id)
        words = words_of(name)
        for first in range(1, len(words)):
            term = reader._one(_joined(words[first:]), own)
            if term is not None:
                sentence = Sentence(term_id, 0, name)
                edge = reader._edge(
                    sentence, "is_a", term, words[first].start, len(name), "end-of-name"
                )
                edges.append(edge)
                break
    return edges


def _phrase(text: str, start: int) -> list[Word]:
    """Return the words from `start` up to a comma or a word such as "that", at most twelve."""
    cut = _CUT.search(text, start)
    end = cut.start() if cut else len(text)
    words = [Word(w.norm, w.start + start, w.end + start) for w in words_of(text[start:end])]
    return words[:12]


def _joined(words: list[Word]) -> str:
    return " ".join(word.norm for word in words if word.norm not in FILLERS)
