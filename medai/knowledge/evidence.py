"""Describe how well each candidate disease fits a patient: the features of the re-ranker.

Every feature compares the patient's present findings, age and sex with the disease's
annotations.  None knows the name or the id of a disease, how many papers or patients stand
behind it, or what the patient does *not* have.  With a paper left out, they equal those of a
graph that was built without it.
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
from medai.knowledge.score import NOISE, SILENCE, match_weight
from medai.knowledge.store import offsets_of
from medai.knowledge.traits import all_traits

ROBUST = 0.5  # NOISE of a second, more forgiving score: half of the findings may be unrelated
FLOOR = 0.01  # the least frequency that counts in `frequency`
AGE_SHIFT = 0.5  # years added before the logarithm, so that a newborn's age has one

FEATURES = {
    "present": "what the present findings add to the simple score, in nats",
    "silence": "what the findings of the disease that nobody mentioned subtract from it",
    "contradicted": "present findings that patients with the disease do not have, a number",
    "robust": "`present` with a noise of 0.5 instead of 0.05: misses cost little",
    "mean": "`present` divided by the number of present findings",
    "best": "the largest share that one present finding has in the score",
    "second": "the second largest (the largest, where there is one finding)",
    "worst": "the smallest",
    "frequency": "sum of ln f over the present findings, at the term where each matches",
    "exact": "share of the patient's information whose very term, or a special case of it, "
    "the disease has",
    "shared": "share of the patient's information that is explained at least by an ancestor",
    "unexplained": "the most information that one present finding leaves unexplained, in nats",
    "unmatched": "share of the present findings of which less than one nat is explained",
    "seen": "the disease's own findings that the patient has (ancestors count), a number",
    "seen_share": "`seen` divided by the number of the disease's own findings",
    "expected": "information of the disease's own findings that the patient has, weighted by f",
    "missed": "the same for those that the patient does not have",
    "size": "logarithm of the number of the disease's own findings",
    "cosine": "likeness of patient and disease as vectors of information (TF-IDF)",
    "too_young": "how much younger the patient is than any stated onset, as a log ratio",
    "too_old": "how much older than the latest stated onset, as a log ratio",
    "woman_x": "1 for a woman and an X-linked recessive disease",
    "man_x": "1 for a man and an X-linked recessive disease",
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


@functools.lru_cache(maxsize=4)
def norms(graph: KnowledgeGraph) -> np.ndarray:
    """Return the length of every disease's vector of f times information."""
    of, term, f, _ = profiles_of(graph)
    squares = (f * np.log(graph.background[term])) ** 2
    return np.sqrt(np.add.reduceat(np.append(squares, 0.0), of[:-1]))


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
    shape = (len(diseases), len(query.present))
    ratio, at, explained, exact = np.zeros((4, *shape))
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
    ordered = np.sort(share, axis=1)

    def total(mask: np.ndarray, value: np.ndarray) -> np.ndarray:
        """Sum `value` over the entries of each candidate that `mask` selects."""
        return np.bincount(owner[mask], value[mask], len(diseases))

    silent, spoken = own & ~inside, own & inside
    information = -f * np.log(bg[term])
    n_own, seen = total(own, np.ones(len(f))), total(spoken, np.ones(len(f)))
    length = norms(graph)[diseases]
    if left is not None:
        for i in (i for i, d in enumerate(diseases.tolist()) if d in left.profiles):
            length[i] = math.sqrt(float((information[owner == i] ** 2).sum()))
    young, old, woman_x, man_x = _personal(graph, diseases, left, age, sex)
    columns = {
        "present": share.sum(axis=1),
        "silence": total(silent, np.log(1 - SILENCE * f)),
        "contradicted": _contradicted(graph, closures, diseases, left),
        "robust": np.log(ROBUST + (1 - ROBUST) * ratio).sum(axis=1),
        "mean": share.mean(axis=1),
        "best": ordered[:, -1],
        "second": ordered[:, max(-2, -shape[1])],
        "worst": ordered[:, 0],
        "frequency": np.log(np.maximum(at, FLOOR)).sum(axis=1),
        "exact": exact @ ic_h / ic_h.sum(),
        "shared": explained.sum(axis=1) / ic_h.sum(),
        "unexplained": (ic_h - explained).max(axis=1),
        "unmatched": (explained < 1).mean(axis=1),
        "seen": seen,
        "seen_share": seen / n_own,
        "expected": total(spoken, information),
        "missed": total(silent, information),
        "size": np.log(n_own),
        "cosine": table * ic @ ic / (length * np.linalg.norm(ic)),
        "too_young": young,
        "too_old": old,
        "woman_x": woman_x,
        "man_x": man_x,
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
) -> np.ndarray:
    """Return too_young, too_old, woman_x and man_x; 0 where age, sex or trait is unknown."""
    known = all_traits(graph)
    changed = {} if left is None else left.traits
    traits = [changed.get(d, known[d]) for d in diseases.tolist()]
    found = np.zeros((4, len(diseases)))
    if age is not None:
        onset = np.log(np.array([trait[:2] for trait in traits]).T + AGE_SHIFT)
        gap = math.log(age + AGE_SHIFT) - onset
        found[0] = np.maximum(np.nan_to_num(-gap[0]), 0.0)
        found[1] = np.maximum(np.nan_to_num(gap[1]), 0.0)
    x = np.array([trait.x_recessive for trait in traits], dtype=float)
    found[2], found[3] = x * (sex == "female"), x * (sex == "male")
    return found
