"""How good is what was extracted?  Against marked sentences, and against the ontology itself."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from medai.knowledge.extraction.corpus import MarkedSentence
from medai.knowledge.extraction.edges import Edge
from medai.knowledge.extraction.mentions import Mention, Recogniser
from medai.metrics import entity_f1
from medai.runtime import MedaiError

if TYPE_CHECKING:
    from medai.knowledge.graph import KnowledgeGraph

STREAM = 0xE1  # of the random numbers of the intervals
TOO_GENERAL = frozenset({"HP:0000001", "HP:0000118"})  # true of every finding, and so empty


class Score(NamedTuple):
    """Precision, recall and F1, each (value, low, high) with a 95 % bootstrap interval."""

    precision: tuple[float, float, float]
    recall: tuple[float, float, float]
    f1: tuple[float, float, float]
    right: int
    predicted: int
    gold: int


def score_counts(counts: np.ndarray, n_boot: int = 1000, seed: int = 0) -> Score:
    """Add up counts and draw the units (sentences, terms) again for the intervals.

    Parameters
    ----------
    counts : numpy.ndarray of int, shape (n, 4)
        For each unit: predictions that are right, predictions, gold items that were found,
        gold items.  The first and the third differ where two predictions may be right for one
        gold item.
    n_boot, seed : int
        Draws, and the seed of the draws.

    Returns
    -------
    Score
        A share of nothing is NaN; draws in which it occurs are left out of the interval.

    Raises
    ------
    MedaiError
        When there are fewer than two units.
    """
    counts = np.asarray(counts, dtype=float)
    if counts.ndim != 2 or counts.shape[1] != 4 or len(counts) < 2:
        raise MedaiError(f"counts of shape {counts.shape}: (n, 4) with two units or more.")
    rng = np.random.default_rng([seed, STREAM])
    weights = rng.multinomial(len(counts), np.full(len(counts), 1 / len(counts)), size=n_boot)
    totals = np.vstack([counts.sum(axis=0), weights @ counts])  # the first row: all, once each
    with np.errstate(invalid="ignore", divide="ignore"):
        precision, recall = totals[:, 0] / totals[:, 1], totals[:, 2] / totals[:, 3]
        f1 = 2 * precision * recall / (precision + recall)
    f1[(totals[:, 0] == 0) & (totals[:, 1] + totals[:, 3] > 0)] = 0.0
    ends = [
        (float(v[0]), *map(float, np.nanquantile(v[1:], [0.025, 0.975])))
        if np.isfinite(v[1:]).any()
        else (math.nan, math.nan, math.nan)
        for v in (precision, recall, f1)
    ]
    right, predicted, _, gold = counts.sum(axis=0).astype(int).tolist()
    return Score(*ends, right, predicted, gold)


# -- entities ------------------------------------------------------------------------------


def score_entities(
    recogniser: Recogniser | Callable[[str], Iterable[Mention]],
    sentences: Sequence[MarkedSentence],
    relaxed: bool = False,
    only: Callable[[Mention], bool] | None = None,
) -> Score:
    """Compare what a recogniser finds with what was marked; interval by sentence.

    Parameters
    ----------
    recogniser : Recogniser
        Or a function from text to mentions.
    sentences : sequence of MarkedSentence
        The gold.
    relaxed : bool
        A shared character is enough, see :func:`medai.metrics.entity_f1`.
    only : callable, optional
        Which mentions count, on both sides: such as those of one kind.
    """
    find = getattr(recogniser, "recognise", recogniser)
    keep = only or (lambda mention: True)
    counts = []
    for sentence in sentences:
        gold = [(m.start, m.end, m.kind) for m in sentence.mentions if keep(m)]
        found = [(m.start, m.end, m.kind) for m in find(sentence.text) if keep(m)]
        one = entity_f1([gold], [found], relaxed=relaxed)
        counts.append([one.tp, one.tp + one.fp, one.tp, one.tp + one.fn])
    return score_counts(np.array(counts))


# -- edges of the ontology -----------------------------------------------------------------


def score_is_a(
    edges: Iterable[Edge], graph: KnowledgeGraph, term_ids: Iterable[str], exact: bool = True
) -> Score:
    """Compare is-a edges with the ontology's own; interval by term.

    Parameters
    ----------
    edges : iterable of Edge
        Others than asserted is-a edges, and those of other terms, do not count.
    graph : KnowledgeGraph
        The gold.
    term_ids : iterable of str
        The terms that the edges were read for.
    exact : bool
        True: an edge is right when it leads to a direct parent; the gold items are all direct
        parents.  False: when it leads to any ancestor below "Phenotypic abnormality"; the gold
        items are the terms that have one, found where one edge or more is right.

    Returns
    -------
    Score
        Terms that hang directly below "Phenotypic abnormality" or outside have no gold item.
    """
    guesses: dict[str, set[str]] = {term_id: set() for term_id in term_ids}
    for edge in edges:
        asserted = edge.relation == "is_a" and edge.status == "asserted"
        if asserted and edge.subject.id in guesses and edge.object.id:
            guesses[edge.subject.id].add(edge.object.id)
    counts = []
    for term_id, found in guesses.items():
        if exact:
            gold = set(graph.term(term_id).parents) - TOO_GENERAL
        else:
            gold = set(graph.ancestors(term_id)) - {term_id} - TOO_GENERAL
        right = len(found & gold)
        reached = right if exact else int(right > 0)
        counts.append([right, len(found), reached, len(gold) if exact else int(bool(gold))])
    return score_counts(np.array(counts))


def score_part_of(edges: Iterable[Edge], graph: KnowledgeGraph) -> tuple[int, int, int]:
    """Compare part-of edges with what the ontology implies; it has no part-of edges itself.

    "The nail is a part of the thumb" is borne out when "Abnormality of the nail of the thumb",
    "Abnormal … morphology" of the part lies below that of the whole.

    Returns
    -------
    tuple of int
        Different (part, whole) pairs; those of which the ontology has both; those borne out.
    """
    from medai.knowledge.extraction.dictionary import body_parts
    from medai.knowledge.words import normalise

    terms: dict[str, set[str]] = {}
    names = ("abnormality {}", "abnormal {} morphology", "abnormal {}")
    wanted = {
        form.format(normalise(p)): normalise(p) for p, _ in body_parts(graph) for form in names
    }
    for term in graph.terms:
        part = wanted.get(normalise(term.name))
        if part:
            terms.setdefault(part, set()).add(term.id)
    pairs = {
        (normalise(e.subject.text), normalise(e.object.text))
        for e in edges
        if e.relation == "part_of"
    }
    known = [(a, b) for a, b in sorted(pairs) if a != b and a in terms and b in terms]
    borne = [
        (a, b) for a, b in known if any(terms[b] & set(graph.ancestors(t)) - {t} for t in terms[a])
    ]
    return len(pairs), len(known), len(borne)


# -- relations of marked sentences ---------------------------------------------------------

Triple = tuple[str, Hashable, Hashable, str]


def score_relations(
    found: Sequence[Sequence[Triple]], gold: Sequence[Sequence[Triple]], with_status: bool = True
) -> Score:
    """Compare relations sentence by sentence: relation, both spans, and the status.

    Parameters
    ----------
    found, gold : one list a sentence of (relation, subject span, object span, status)
        Spans are (start, end).
    with_status : bool
        False: that a drug does *not* cause an event counts as the same as that it does.
    """
    if len(found) != len(gold):
        raise MedaiError(f"{len(found)} and {len(gold)} sentences: one list each is wanted.")
    size = 4 if with_status else 3
    counts = []
    for one, two in zip(found, gold, strict=True):
        a, b = {t[:size] for t in one}, {t[:size] for t in two}
        counts.append([len(a & b), len(a), len(a & b), len(b)])
    return score_counts(np.array(counts))
