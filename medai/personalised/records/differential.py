"""The differential of joined findings, with what medicines and the problem list say.

Findings give each common condition the posterior of :mod:`medai.diagnosis.posterior`.  Medicines
speak twice:

- what a medicine treats, or makes likelier, multiplies the prior of that condition (by 10 or 3,
  teaching estimates; of several factors the largest counts, since they are not independent);
- a finding may be the medicine's side effect: a hypothesis of its own, with a small prior, which
  has to explain the findings like any condition.

Then all is divided by its sum again, the probability of something else included.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from medai.datasets.common import common_conditions
from medai.datasets.records import SIDE, MedicineRelation
from medai.diagnosis.engine import query_of
from medai.diagnosis.posterior import posterior
from medai.knowledge.common import common_graph
from medai.knowledge.graph import KnowledgeGraph

FACTORS = {"strong": 10.0, "some": 3.0}
SIDE_PRIORS = {"common": 0.02, "uncommon": 0.005}
UNRELATED = 0.05  # the chance that a finding has nothing to do with the hypothesis


@dataclass(frozen=True)
class RecordCandidate:
    """One hypothesis.

    Attributes
    ----------
    rank, id, name, kind
        ``condition`` or ``side effect``; the id of a side effect is ``side:`` and the medicine.
    probability : float
        After everything that was used.
    factor : float
        By which medicines and the problem list multiplied its prior.
    why : tuple of str
        What they said.
    """

    rank: int
    id: str
    name: str
    kind: str
    probability: float
    factor: float
    why: tuple[str, ...]


def prior_factors(
    relations: Iterable[MedicineRelation], known: Iterable[str]
) -> tuple[dict[str, float], dict[str, list[str]]]:
    """Return by how much the prior of each condition is multiplied, and why."""
    factors: dict[str, float] = {}
    why: dict[str, list[str]] = {}
    for name in known:
        factors[name] = FACTORS["strong"]
        why.setdefault(name, []).append("on the problem list")
    for one in relations:
        if one.role != "causes":
            factors[one.target] = max(factors.get(one.target, 1.0), FACTORS[one.strength])
            why.setdefault(one.target, []).append(f"{one.medicine} {one.role} it")
    return factors, why


def side_effect_weight(
    graph: KnowledgeGraph,
    common: KnowledgeGraph,
    rows: Sequence[MedicineRelation],
    present: Sequence[str],
) -> tuple[float, list[str]]:
    """Return prior times likelihood of *these findings are side effects*, and which they are.

    Each finding that the medicine causes counts as certain under the hypothesis, against its
    background; any other as in a condition that does not have it.
    """
    explained, total, prior = [], 0.0, 0.0
    for hpo in present:
        fits = [one for one in rows if one.target in graph.ancestors(hpo)]
        ratio = 1 / common.background[common.term_number(hpo)] if fits else 0.0
        total += math.log(UNRELATED + (1 - UNRELATED) * ratio)
        if fits:
            explained.append(hpo)
            prior = max(prior, *(SIDE_PRIORS[one.strength] for one in fits))
    return prior * math.exp(total), explained


def differential(
    patient: tuple[str, float | None, str | None],
    present: Iterable[str],
    absent: Iterable[str],
    relations: Sequence[MedicineRelation],
    factors: dict[str, float],
    why: dict[str, list[str]],
    *,
    graph: KnowledgeGraph,
) -> tuple[tuple[RecordCandidate, ...], float]:
    """Return all hypotheses, best first, and the probability of something else.

    Parameters
    ----------
    patient : tuple
        Setting, age and sex.
    present, absent : iterable of str
        HPO ids.
    relations : sequence of MedicineRelation
        What the medicines tell.
    factors, why : dict
        Of :func:`prior_factors`.
    graph : KnowledgeGraph
        The ontology.
    """
    common = common_graph(graph)
    query = query_of(common, present, absent)
    found = posterior(query, *patient, graph=common)
    shown = tuple(common.term_ids[i] for i in query.present)
    scale = found.other / found.other_prior  # turns prior times likelihood into the same unit
    table = common_conditions()
    weights = [
        (float(p) * factors.get(name, 1.0), name, table[name].name, "condition")
        for name, p in zip(found.ids, found.p, strict=True)
    ]
    for drug in dict.fromkeys(one.medicine for one in relations):
        rows = [one for one in relations if one.medicine == drug and one.role == "causes"]
        weight, explained = side_effect_weight(graph, common, rows, shown)
        if explained:
            name = f"{SIDE}{drug}"
            weights.append((weight * scale, name, f"side effect of {drug}", "side effect"))
            why[name] = [f"{drug} may cause {graph.term(hpo).name}" for hpo in explained]
    total = sum(one[0] for one in weights) + found.other
    weights.sort(key=lambda one: (-one[0], one[1]))
    return tuple(
        RecordCandidate(
            *(rank, name, words, kind, weight / total),
            *(factors.get(name, 1.0), tuple(why.get(name, ()))),
        )
        for rank, (weight, name, words, kind) in enumerate(weights, start=1)
        if weight > 0
    ), found.other / total
