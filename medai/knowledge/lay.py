"""What patients say, by the lexicon in ``data/en_findings``: "my chest is killing me".

The lexicon holds patterns (:mod:`medai.knowledge.lay_patterns`) for terms of the ontology,
parts of the body in the sentences of a complaint, phrases that deny a finding without a word of
negation ("keeping fluids down"), and phrases that sound like a finding and are none ("sick of
waiting"), which are masked before anything else is read.

Of what overlaps the longest wins, by the words that say something; of equals first what states
a finding, then the ontology's own names, then the others.  Where two rows claim the same words
for different terms, the more specific term is taken, or the one of ``preferred.csv``; else it is
ambiguous, as are rows of kind ``ask``: a question, no finding.
"""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Sequence, Set
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from medai.datasets.en import Tables, part_rows, read_en_findings
from medai.knowledge.cues import CUES
from medai.knowledge.lay_parts import Parts
from medai.knowledge.lay_patterns import Automaton, Hit
from medai.knowledge.lay_words import Token, adjoining, tokens_of
from medai.knowledge.words import FILLERS, Word, normalise

if TYPE_CHECKING:
    from medai.knowledge.graph import KnowledgeGraph
    from medai.knowledge.lexicon import Lexicon
    from medai.knowledge.statements import Statement

SCORES = {"exact": 0.9, "broader": 0.7, "ask": 0.5}
_RANK = {"statement": 0, "exact": 1, "broader": 2, "ask": 3}
_NEGATORS = frozenset(["not", "no", "never", "without", "nor", "nothing"])
# They begin many patterns and are left to the rules of negation and time: "has not [had a cough]".
_LEFT_OUT_WORDS = """
is are was were be been am has have had having i he she it they we and with got 's
"""
_LEFT_OUT = FILLERS | frozenset(_LEFT_OUT_WORDS.split())


class Meaning(NamedTuple):
    """What a pattern stands for: the terms, ``exact``, ``ask`` …, and what it states."""

    kind: str
    ids: tuple[str, ...]
    status: str = ""


@dataclass(frozen=True)
class Heard:
    """An everyday phrase in a sentence.

    Attributes
    ----------
    weight
        How many words say something.
    first, last
        Its words.
    kind, ids
        What it means; several ids are a question.
    status
        What it states by itself: a status of ``statements.csv``, or ``doubled`` for a denial
        that is itself denied ("not keeping fluids down").
    whole
        The word with which the phrase begins, `first` or before it: "ankles are not [swollen]".
    """

    weight: int
    first: int
    last: int
    kind: str
    ids: tuple[str, ...]
    status: str = ""
    whole: int = -1


class LayLexicon:
    """The tables of ``data/en_findings``, ready to be looked up.

    Parameters
    ----------
    tables
        What :func:`medai.datasets.en.read_en_findings` returns.

    Examples
    --------
    >>> from medai.knowledge import link
    >>> found = link("I throw up and can't catch my breath. My ankles are not swollen.")
    >>> [one.name for one in found.present], [one.name for one in found.excluded]
    (['Vomiting', 'Dyspnea'], ['Pedal edema'])
    """

    def __init__(self, tables: Tables) -> None:
        rows = [(row["expression"], _meaning(row)) for row in tables["findings"]]
        rows += [(pattern, Meaning("exact", (hpo,))) for hpo, pattern in part_rows(tables)]
        rows += [
            (row["text"], Meaning("statement", (row["hpo"],), row["status"]))
            for row in tables["statements"]
        ]
        masks = [row["phrase"] for row in tables["harmless"]]
        self.masks = Automaton.kept("masks", masks, literal=True)
        self.meanings = [meaning for _, meaning in rows]
        self.preferred = {(row["hpo"], row["over"]) for row in tables["preferred"]}
        self._winners = {winner for winner, _ in self.preferred}
        self.parts = Parts(tables)
        self.automaton = Automaton.kept("lay", [pattern for pattern, _ in rows])

    @functools.cached_property
    def vocabulary(self) -> Set[str]:
        """The words that stand in its patterns: none of them is misspelt."""
        return self.automaton.vocabulary | self.masks.vocabulary

    def hear(
        self, lexicon: Lexicon, text: str, words: Sequence[Word]
    ) -> tuple[list[Heard], list[tuple[int, int]]]:
        """Find everyday phrases in a sentence.

        Parameters
        ----------
        lexicon
            Of the graph: terms that it does not have are passed over.
        text, words
            The text, and the words of one sentence.

        Returns
        -------
        tuple
            The phrases, overlaps included; and the first and last words of what is masked.
        """
        tokens = tokens_of(text, words)
        groups: dict[tuple[int, int], list[Hit]] = defaultdict(list)
        adjoins = adjoining(text, words, tokens)
        for hit in self.automaton.hits(tokens, adjoins):
            groups[hit.start, hit.end].append(hit)
        masks = _masking(self.masks.hits(tokens, adjoins), groups)
        hidden = {k for mask in masks for k in range(mask.start, mask.end + 1)}
        heard = [
            self._heard(lexicon, text, words, tokens, hits)
            for (start, end), hits in groups.items()
            if hidden.isdisjoint(range(start, end + 1))
        ]
        for one in self.parts.find(tokens, adjoins):
            if _known(lexicon.graph, one.hpo) and hidden.isdisjoint(range(one.first, one.last + 1)):
                first, last = tokens[one.first].word, tokens[one.last].word
                status = "absent" if one.denied else ""
                heard.append(Heard(2, first, last, "exact", (one.hpo,), status))
        spans = [(tokens[mask.start].word, tokens[mask.end].word) for mask in masks]
        return [one for one in heard if one is not None], spans

    def _heard(
        self,
        lexicon: Lexicon,
        text: str,
        words: Sequence[Word],
        tokens: list[Token],
        hits: list[Hit],
    ) -> Heard | None:
        """Say what some patterns mean that stand in the same place."""
        graph = lexicon.graph
        found = [
            (_RANK[meaning.kind], hit, meaning)
            for hit in hits
            for meaning in [self.meanings[hit.pattern]]
            if _known(graph, meaning.ids[0])
        ]
        if not found:
            return None
        if not all(hit.denied for _, hit, _ in found):
            found = [one for one in found if not one[1].denied]
        best = min(rank for rank, _, _ in found)
        chosen = [(hit, meaning) for rank, hit, meaning in found if rank == best]
        for rank, hit, meaning in found:  # a broader row may go before an exact one
            goes_before = any((meaning.ids[0], m.ids[0]) in self.preferred for _, m in chosen)
            if best < rank < _RANK["ask"] and goes_before:
                chosen.append((hit, meaning))
        weight = max(max(hit.weight for hit, _ in chosen), 1)
        kind, status = chosen[0][1].kind, chosen[0][1].status
        ids = tuple(dict.fromkeys(one for _, m in chosen for one in m.ids if _known(graph, one)))
        denied = chosen[0][0].denied
        if denied and (kind == "ask" or status not in ("", "absent")):
            return None
        if kind == "statement" and denied:
            status = "doubled"
        if kind == "statement":
            return _statement(tokens, chosen[0][0], weight, ids[:1], status)
        if kind != "ask":
            ids = self._narrowed(lexicon, ids)
            kind = kind if len(ids) == 1 else "ask"
        begins = hits[0]
        if denied:
            begins = begins._replace(start=_negator(tokens, begins) + 1)
        first, last = _first(tokens, begins), tokens[hits[0].end].word
        if self._before_the_ontology(lexicon, text[words[first].start : words[last].end], ids):
            weight += 1
        if denied and kind != "ask":
            status = "absent"
        return Heard(weight, first, last, kind, ids, status, tokens[hits[0].start].word)

    def _before_the_ontology(self, lexicon: Lexicon, said: str, ids: tuple[str, ...]) -> bool:
        """Tell whether ``preferred.csv`` puts a term before the one that has this name in HPO."""
        if len(ids) != 1 or ids[0] not in self._winners:
            return False
        phrase = lexicon.by_phrase.get(normalise(said))
        terms = lexicon.entry(phrase).terms if phrase is not None else ()
        return any((ids[0], lexicon.graph.term_ids[term]) in self.preferred for term in terms)

    def _narrowed(self, lexicon: Lexicon, ids: tuple[str, ...]) -> tuple[str, ...]:
        """Drop the terms that are wider than another one, or that another one goes before."""
        if len(ids) == 1:
            return ids
        left = [one for one in ids if not any((other, one) in self.preferred for other in ids)]
        number = lexicon.graph.term_number
        above = [set(lexicon.graph.ancestor_numbers(number(one))) - {number(one)} for one in left]
        return tuple(one for one in left if not any(number(one) in few for few in above)) or ids


def _known(graph: KnowledgeGraph, hpo_id: str) -> bool:
    """Tell whether a graph has a term as a finding."""
    number = graph.term_index.get(hpo_id)
    return number is not None and bool(graph.phenotype[number])


def _meaning(row: dict[str, str]) -> Meaning:
    ids = tuple(row["note"].split("|")) if row["kind"] == "ask" else (row["hpo"],)
    return Meaning(row["kind"], ids)


def _masking(masks: list[Hit], groups: dict[tuple[int, int], list[Hit]]) -> list[Hit]:
    """Return what is masked: the longest first, unless a phrase without gaps says more."""
    chosen: list[Hit] = []
    for mask in sorted(masks, key=lambda hit: (hit.start - hit.end, hit.start)):
        if any(mask.start <= one.end and one.start <= mask.end for one in chosen):
            continue
        if not any(
            start <= mask.start
            and mask.end <= end
            and end - start > mask.end - mask.start
            and any(hit.whole for hit in hits)
            for (start, end), hits in groups.items()
        ):
            chosen.append(mask)
    return chosen


def _first(tokens: list[Token], hit: Hit) -> int:
    """Return the first word of a phrase after "has", "I", "my" and the like."""
    for k in range(hit.start, hit.end):
        if tokens[k].key not in _LEFT_OUT:
            return tokens[k].word
    return tokens[hit.end].word


def _statement(
    tokens: list[Token], hit: Hit, weight: int, ids: tuple[str, ...], status: str
) -> Heard:
    """Leave a word of negation in front to the rules: "no" in "no fever, chills or cough"."""
    negator = _negator(tokens, hit) if status == "absent" else -1
    before = range(max(hit.start - 2, 0), hit.start)
    if status == "absent" and negator < 0 and any(tokens[k].key in _NEGATORS for k in before):
        status = "doubled"
    first = _first(tokens, hit._replace(start=negator + 1 if negator >= 0 else hit.start))
    last, whole = tokens[hit.end].word, tokens[hit.start].word
    return Heard(weight + 1, first, last, "statement", ids, status, whole)


def _negator(tokens: list[Token], hit: Hit) -> int:
    """Return the last word of negation in a phrase, -1 if there is none.

    What stands behind it is the finding, so that its scope runs on: "eyes not red or itchy".
    """
    places = (k for k in range(hit.start, hit.end) if tokens[k].key in _NEGATORS)
    return max(places, default=-1)


def with_own_status(status: str, statement: Statement) -> Statement:
    """Put what a phrase states by itself together with what is stated around it.

    Parameters
    ----------
    status
        Of :class:`Heard`; "" changes nothing.
    statement
        What the rules of negation, doubt, family and time found.
    """
    denied = statement.status == "excluded" or CUES.get(statement.cue.casefold()) == "pre-no"
    if status == "absent" and (denied or statement.status == "present"):
        return statement._replace(status="excluded", history=False)
    if status == "present" and denied:
        return statement._replace(status="present")
    if status in ("possible", "doubled"):
        return statement._replace(status="uncertain")
    if status == "family":
        return statement._replace(status="present", family=True)
    if status == "past":
        return statement._replace(status="present", history=True)
    return statement


@functools.lru_cache(maxsize=1)
def lay_lexicon() -> LayLexicon:
    """Return the lexicon of the book, made once."""
    return LayLexicon(read_en_findings())


def phrase_of(lexicon: Lexicon, hpo_id: str) -> int | None:
    """Return the number of the phrase that is a term's own name."""
    graph = lexicon.graph
    return lexicon.by_phrase.get(normalise(graph.term_names[graph.term_number(hpo_id)]))
