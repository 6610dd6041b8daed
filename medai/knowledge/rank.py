"""Rank diseases for a patient: the front door of :mod:`medai.knowledge`."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from medai.knowledge.explain import Explanation, explain
from medai.knowledge.graph import KnowledgeGraph
from medai.knowledge.load import load_graph
from medai.knowledge.query import Query, make_query
from medai.runtime import MedaiError

SOURCES = ("omim", "orpha", "all")


@dataclass(frozen=True)
class RankedDisease:
    """One line of a ranking.

    Attributes
    ----------
    rank : int
        1 for the best.
    disease_id, name : str
        The disease.
    score : float
        In nats; only differences between diseases of the same patient mean anything.
    """

    rank: int
    disease_id: str
    name: str
    score: float
    graph: KnowledgeGraph = field(repr=False, compare=False)
    query: Query = field(repr=False, compare=False)

    @functools.cached_property
    def explanation(self) -> Explanation:
        """Which findings count for and against, by how much, and who says so."""
        return explain(self.graph, self.graph.disease_number(self.disease_id), self.query)

    def to_dict(self) -> dict:
        """Return the line with its explanation as JSON-ready values."""
        return {
            "rank": self.rank,
            "disease_id": self.disease_id,
            "name": self.name,
            "score": self.score,
            "explanation": self.explanation.to_dict(),
        }


@dataclass(frozen=True)
class Ranking(Sequence[RankedDisease]):
    """The ranked diseases of one patient; works as a list of :class:`RankedDisease`.

    Attributes
    ----------
    results : tuple of RankedDisease
        Best first.
    present, excluded : tuple of str
        The findings that were used, as current HPO ids, without repeats.
    mapped : dict of str to str
        Old ids that were replaced by current ones.
    overruled : tuple of str
        Excluded findings that were ignored, since a present finding is a special case of them.
    """

    results: tuple[RankedDisease, ...]
    present: tuple[str, ...]
    excluded: tuple[str, ...]
    mapped: dict[str, str]
    overruled: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.results)

    def __getitem__(self, index):
        return self.results[index]

    def __iter__(self) -> Iterator[RankedDisease]:
        return iter(self.results)

    def to_dict(self) -> dict:
        """Return everything, explanations included, as JSON-ready values."""
        return {
            "present": list(self.present),
            "excluded": list(self.excluded),
            "mapped": dict(self.mapped),
            "overruled": list(self.overruled),
            "results": [result.to_dict() for result in self.results],
        }


def rank(
    present: Iterable[str],
    excluded: Iterable[str] = (),
    top: int = 20,
    source: str = "omim",
    *,
    graph: KnowledgeGraph | None = None,
) -> Ranking:
    """Rank the diseases that explain a patient's findings best.

    The score is described in :mod:`medai.knowledge.score`.  An excluded finding lowers the
    diseases that have it and raises none.  An excluded finding that is more general than a
    present one is ignored and listed in ``overruled``.

    Parameters
    ----------
    present : iterable of str
        HPO ids of the findings that the patient has.
    excluded : iterable of str
        HPO ids of the findings that were looked for and are absent.
    top : int
        How many diseases to return.
    source : {"omim", "orpha", "all"}
        Which diseases compete.  OMIM and Orphanet describe many diseases twice, so a list
        of both gives twins side by side; the default keeps one of the two.
    graph : KnowledgeGraph, optional
        By default the installed release, :func:`~medai.knowledge.load.load_graph`.

    Returns
    -------
    Ranking
        Best first; explanations are worked out when they are first asked for.

    Raises
    ------
    MedaiError
        When an id is malformed, unknown or no phenotypic abnormality, a finding is both
        present and excluded, none is present, `top` is below 1, or `source` is unknown.
    """
    graph = load_graph() if graph is None else graph
    check_top(top)
    part = candidates(graph, source)
    query = make_query(graph, present, excluded)
    return first_of(graph, query, graph.scorer.scores(query), part, top)


def check_top(top: int) -> None:
    """Refuse a length of a list that is no whole number of at least 1."""
    if isinstance(top, bool) or not isinstance(top, int) or top < 1:
        raise MedaiError(f"top={top!r}: give a whole number of at least 1.")


def first_of(
    graph: KnowledgeGraph, query: Query, scores: np.ndarray, part: slice, top: int
) -> Ranking:
    """Return the `top` best diseases of a part of the graph, by the scores of all diseases."""
    results = []
    for place, position in enumerate(best(scores[part], top).tolist(), start=1):
        number = part.start + position
        disease, name = graph.disease_ids[number], graph.disease_names[number]
        results.append(RankedDisease(place, disease, name, float(scores[number]), graph, query))
    return Ranking(
        tuple(results),
        tuple(graph.term_ids[i] for i in query.present),
        tuple(graph.term_ids[i] for i in query.excluded),
        query.mapped,
        query.overruled,
    )


def candidates(graph: KnowledgeGraph, source: str) -> slice:
    """Return which diseases compete: they are sorted by id, so OMIM comes before ORPHA."""
    if source not in SOURCES:
        raise MedaiError(f"source={source!r}: choose one of {', '.join(SOURCES)}.")
    first, last = graph.first_orpha, len(graph.disease_ids)
    return {"omim": slice(0, first), "orpha": slice(first, last), "all": slice(0, last)}[source]


def best(scores: np.ndarray, top: int) -> np.ndarray:
    """Return the positions of the `top` largest scores, best first, ties by position."""
    top = min(top, len(scores))
    if top == 0:
        return np.empty(0, dtype=np.intp)
    threshold = np.partition(scores, len(scores) - top)[len(scores) - top]
    chosen = np.flatnonzero(scores >= threshold)
    order = np.argsort(-scores[chosen], kind="stable")
    return chosen[order[:top]]
