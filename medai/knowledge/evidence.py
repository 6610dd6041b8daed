"""Describe how well each candidate disease fits a patient: the features of the re-ranker.

Every feature compares the patient's present findings, age and sex with the disease's
annotations.  None knows the name or the id of a disease, or what the patient does *not* have.
With a paper left out, they equal those of a graph that was built without it: a feature that
only shows *that* something was left out would give the answer away.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from medai.knowledge.graph import KnowledgeGraph
from medai.knowledge.leave_out import Leftover
from medai.knowledge.query import Query
from medai.knowledge.score import EXCLUSION_COST, NOISE, SILENCE, match_weight
from medai.knowledge.store import offsets_of
from medai.knowledge.traits import traits_of

FLOOR = 0.01  # the least frequency that counts in `frequency`
AGE_SHIFT = 0.5  # years added before the logarithm, so that a newborn's age has one

FEATURES = {
    "score": "the simple score from the present findings, in nats",
    "silence": "its part from the disease's own findings that nobody mentioned (below 0)",
    "best": "the largest share that one present finding has in the score",
    "frequency": "sum of ln f over the present findings, at the term where each matches",
    "exact": "share of the patient's information whose very term, or a special case of it, "
    "the disease has",
    "shared": "share of the patient's information that is explained at least by an ancestor",
    "seen": "the disease's own findings that the patient has (ancestors count), a number",
    "size": "ln of the number of the disease's own findings",
    "papers": "ln of 1 + the number of papers (PMID) behind the disease's findings",
    "too_young": "how much younger the patient is than any stated onset, a log ratio",
    "too_old": "how much older than the latest stated onset, a log ratio",
    "woman_x": "1 for a woman and an X-linked recessive disease",
}


class Profiles(NamedTuple):
    """f(d, t) sorted by disease: entries ``of[d]:of[d + 1]`` belong to disease d."""

    of: np.ndarray
    term: np.ndarray
    f: np.ndarray
    own: np.ndarray


@functools.lru_cache(maxsize=4)
def profiles_of(graph: KnowledgeGraph) -> Profiles:
    """Turn the graph's table, which is sorted by term, into one that is sorted by disease."""
    tables = graph.tables
    order = np.argsort(tables["f_disease"], kind="stable")
    term = np.repeat(np.arange(len(graph.term_ids)), np.diff(tables["f_of"]))
    of = offsets_of(np.bincount(tables["f_disease"], minlength=len(graph.disease_ids)))
    return Profiles(of, term[order], tables["f_value"][order], tables["f_direct"][order])


def features(
    graph: KnowledgeGraph,
    query: Query,
    diseases: Sequence[int],
    *,
    left: Leftover | None = None,
    age: float | None = None,
    sex: str | None = None,
) -> np.ndarray:
    """Compute the features of candidate diseases for one patient.

    Parameters
    ----------
    graph : KnowledgeGraph
        The graph.
    query : Query
        The patient; only the present findings are used.
    diseases : sequence of int
        Row numbers of the candidates.
    left : Leftover, optional
        What a left-out paper leaves.
    age : float, optional
        In years.
    sex : {"female", "male"}, optional
        As in :func:`medai.knowledge.traits.check_sex`.

    Returns
    -------
    numpy.ndarray
        Shape (candidates, features), in the order of :data:`FEATURES`.
    """
    diseases = np.asarray(diseases, dtype=np.intp)
    bg = graph.background if left is None else left.background
    owner, term, f, own = _entries(graph, diseases, left)
    closures = [np.array(graph.ancestor_numbers(h)) for h in query.present]
    closure = np.unique(np.concatenate(closures))
    place = np.full(len(graph.term_ids), -1)
    place[closure] = np.arange(len(closure))
    inside = place[term] >= 0
    table = np.zeros((len(diseases), len(closure)))  # f(d, a), a in the closure
    table[owner[inside], place[term[inside]]] = f[inside]

    ic = -np.log(bg[closure])
    ic_h = -np.log(bg[list(query.present)])
    ratio, at, explained, exact = np.zeros((4, len(diseases), len(query.present)))
    everyone = np.arange(len(diseases))
    for k, (h, above) in enumerate(zip(query.present, closures, strict=True)):
        columns = place[above]
        part = table[:, columns]
        weight = np.array([match_weight(bg, h, a) for a in above.tolist()])
        value = part * weight
        chosen = value.argmax(axis=1)
        ratio[:, k], at[:, k] = value[everyone, chosen], part[everyone, chosen]
        explained[:, k] = np.where(part > 0, ic[columns], 0.0).max(axis=1)
        exact[:, k] = table[:, place[h]] > 0
    share = np.log(NOISE + (1 - NOISE) * ratio)

    def total(mask: np.ndarray, value: np.ndarray) -> np.ndarray:
        """Sum `value` over the entries of each candidate that `mask` selects."""
        return np.bincount(owner[mask], value[mask], len(diseases))

    silence = total(own & ~inside, np.log(1 - SILENCE * f))
    contradicted = _contradicted(graph, closures, diseases, left)
    one = np.ones(len(f))
    columns = {
        "score": share.sum(axis=1) + silence - EXCLUSION_COST * contradicted,
        "silence": silence,
        "best": share.max(axis=1),
        "frequency": np.log(np.maximum(at, FLOOR)).sum(axis=1),
        "exact": exact @ ic_h / ic_h.sum(),
        "shared": explained.sum(axis=1) / ic_h.sum(),
        "seen": total(own & inside, one),
        "size": np.log(total(own, one)),
        **_personal(graph, diseases, left, age, sex),
    }
    return np.column_stack([columns[name] for name in FEATURES])


def _entries(graph: KnowledgeGraph, diseases: np.ndarray, left: Leftover | None) -> tuple:
    """Return candidate, term, f and "the disease's own" for all entries of the candidates."""
    table = profiles_of(graph)
    start, count = table.of[diseases], np.diff(table.of)[diseases]
    owner = np.repeat(np.arange(len(diseases)), count)
    within = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    entry = np.repeat(start, count) + within
    parts = [(owner, table.term[entry], table.f[entry], table.own[entry])]
    changed = [] if left is None else [i for i, d in enumerate(diseases) if d in left.profiles]
    if changed:
        stays = ~np.isin(owner, changed)
        parts = [tuple(column[stays] for column in parts[0])]
    for i in changed:
        profile = left.profiles[diseases[i]]
        terms = sorted(profile.f)
        f = np.array([profile.f[t] for t in terms])
        own = np.array([t in profile.stated for t in terms])
        parts.append((np.full(len(terms), i), np.array(terms), f, own))
    return tuple(np.concatenate(columns) for columns in zip(*parts, strict=True))


def _contradicted(
    graph: KnowledgeGraph, closures: list[np.ndarray], diseases: np.ndarray, left: Leftover | None
) -> np.ndarray:
    """Count, for each candidate, the present findings that it is known not to cause."""
    row = {int(d): i for i, d in enumerate(diseases)}
    changed = {} if left is None else left.profiles
    count = np.zeros(len(diseases))
    for above in (closure.tolist() for closure in closures):
        against = {d for a in above for d in graph.scorer.excluding.get(a, ())} - changed.keys()
        against.update(d for d, profile in changed.items() if profile.negated.intersection(above))
        count[[row[d] for d in against if d in row]] += 1
    return count


def _personal(
    graph: KnowledgeGraph,
    diseases: np.ndarray,
    left: Leftover | None,
    age: float | None,
    sex: str | None,
) -> dict[str, np.ndarray]:
    """Return the features that need no finding; 0 where age, sex or onset is unknown."""
    changed = {} if left is None else left.traits
    traits = [changed.get(d) or traits_of(graph, d) for d in diseases.tolist()]
    young, old = np.zeros((2, len(diseases)))
    if age is not None:
        years = np.array([(trait.onset_from, trait.onset_to) for trait in traits])
        gap = math.log(age + AGE_SHIFT) - np.log(years + AGE_SHIFT)
        young = np.maximum(np.nan_to_num(-gap[:, 0]), 0.0)
        old = np.maximum(np.nan_to_num(gap[:, 1]), 0.0)
    return {
        "papers": np.log1p([trait.papers for trait in traits]),
        "too_young": young,
        "too_old": old,
        "woman_x": np.array([float(trait.x_recessive and sex == "female") for trait in traits]),
    }
