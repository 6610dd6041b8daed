"""The two labelled lists: common conditions with probabilities, rare diseases with scores."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from medai.datasets.common import common_conditions
from medai.diagnosis.posterior import Posterior
from medai.diagnosis.sources import Source, source_of
from medai.knowledge.common import PREFIX
from medai.knowledge.explain import Contribution, explain
from medai.knowledge.graph import KnowledgeGraph
from medai.knowledge.query import Query
from medai.knowledge.rank import RankedDisease

MISSING = 4  # findings of a condition that nobody mentioned, at most
CITED = 3  # references of one statement, at most


@dataclass(frozen=True)
class Statement:
    """One finding's part in a disease, with what it rests on.

    Attributes
    ----------
    kind
        ``present``, ``excluded_by_disease``, ``absent`` or ``silent``.
    hpo_id, name
        The finding.
    value
        Nats added to the score: positive speaks for the disease.
    via
        Name of the more general finding through which it matched; "" if it matched itself.
    frequency
        The share of patients with the disease who have it; 0 when the disease has it not.
    sources
        What this rests on.
    """

    kind: str
    hpo_id: str
    name: str
    value: float
    via: str
    frequency: float
    sources: tuple[Source, ...]


@dataclass(frozen=True)
class CommonCandidate:
    """A condition of the table, with its probability.

    Attributes
    ----------
    rank, id, name, name_zh, icd10
        Place in the list and what it is.
    probability, prior, score
        After and before the findings; the evidence in nats.
    supporting, opposing, missing
        What speaks for it, against it, and what it has and nobody mentioned.
    prior_source
        What the prior rests on.
    label
        ``common``.
    """

    rank: int
    id: str
    name: str
    name_zh: str
    icd10: str
    probability: float
    prior: float
    score: float
    supporting: tuple[Statement, ...]
    opposing: tuple[Statement, ...]
    missing: tuple[Statement, ...]
    prior_source: Source
    label: str = "common"

    def to_dict(self) -> dict:
        """Return JSON-ready values."""
        return asdict(self)


@dataclass(frozen=True)
class RareCandidate:
    """A rare disease, with a score that is no probability.

    Attributes
    ----------
    rank, id, name
        Place in the list, OMIM or Orphanet id, name.
    score
        In nats; only differences for the same patient mean anything.
    reranked
        The score of the learned re-ranker, by which the list is sorted, or None.
    supporting, opposing
        What speaks for and against it.
    label
        ``rare``.
    """

    rank: int
    id: str
    name: str
    score: float
    reranked: float | None
    supporting: tuple[Statement, ...]
    opposing: tuple[Statement, ...]
    label: str = "rare"

    def to_dict(self) -> dict:
        """Return JSON-ready values."""
        return asdict(self)


def common_list(
    graph: KnowledgeGraph, query: Query, found: Posterior, setting: str, top: int
) -> tuple[CommonCandidate, ...]:
    """Return the most probable conditions with their explanations, best first.

    Examples
    --------
    >>> from medai.diagnosis.posterior import posterior
    >>> from medai.knowledge.common import common_graph
    >>> from medai.knowledge.query import make_query
    >>> graph = common_graph()
    >>> query = make_query(graph, ["HP:0012735", "HP:0001945"])  # cough and fever
    >>> best = common_list(graph, query, posterior(query), "general practice", top=1)[0]
    >>> best.name, round(best.prior, 2), round(best.probability, 2)
    ('Common cold', 0.1, 0.25)
    >>> [(one.name, round(one.value, 2), one.frequency) for one in best.supporting]  # nats
    [('Cough', 1.58, 0.545), ('Fever', 0.16, 0.25)]
    >>> [one.name for one in best.missing]  # nobody mentioned them
    ['Nasal congestion', 'Rhinorrhea', 'Malaise', 'Pharyngalgia']
    """
    table = common_conditions()
    result = []
    for rank, i in enumerate(found.order[:top], start=1):
        one = table[found.ids[i]]
        why = explain(graph, i, query) if query.present else None
        emergency = setting == "emergency"
        basis = one.emergency_basis if emergency else one.gp_basis
        result.append(
            CommonCandidate(
                *(rank, one.id, one.name, one.name_zh, one.icd10),
                *(float(found.p[i]), float(found.prior[i]), float(found.score[i])),
                _statements(why.supporting if why else ()),
                _statements(why.opposing if why else ()),
                _statements(why.silent[:MISSING] if why else ()),
                source_of(one.prior_source, basis),
            )
        )
    return tuple(result)


def rare_list(
    ranking: Sequence[RankedDisease], simple: Sequence[float] | None = None
) -> tuple[RareCandidate, ...]:
    """Return rare diseases with their explanations, in the order given.

    With the simple scores of all diseases, those of `ranking` are the re-ranker's.
    """
    result = []
    for i, one in enumerate(ranking):
        number = one.graph.disease_number(one.disease_id)
        why = explain(one.graph, number, one.query, silent=False)
        result.append(
            RareCandidate(
                *(i + 1, one.disease_id, one.name),
                one.score if simple is None else float(simple[number]),
                None if simple is None else one.score,
                _statements(why.supporting),
                _statements(why.opposing),
            )
        )
    return tuple(result)


def _statements(contributions: Sequence[Contribution]) -> tuple[Statement, ...]:
    return tuple(
        Statement(
            *(one.kind, one.term_id, one.term_name, float(one.value)),
            "" if one.direct else one.via_name,
            float(one.frequency),
            _sources(one),
        )
        for one in contributions
    )


def _sources(one: Contribution) -> tuple[Source, ...]:
    """Return what a contribution rests on; of the table, or annotations of the HPO."""
    found: dict[Source, None] = {}
    for row in one.annotations:
        for key in row.references:
            if key.startswith(PREFIX) or key in common_conditions().sources:
                found[source_of(key, row.evidence)] = None
            else:
                found[Source("annotation", key)] = None
    return tuple(found)[:CITED]
