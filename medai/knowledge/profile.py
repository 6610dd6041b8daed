"""One disease at a time: what it has, and how each part of a patient's score comes about.

:class:`~medai.knowledge.score.Scorer` scores all diseases at once.  The functions here
compute the same score for one disease, part by part.  The explanation is made of these
parts, and so are the scores of diseases from which a paper has been left out.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from medai.knowledge.build import ever_seen, pooled_frequency
from medai.knowledge.graph import KnowledgeGraph
from medai.knowledge.query import Query
from medai.knowledge.score import absence_value, match_weight


@dataclass(frozen=True)
class Profile:
    """What a disease has, all by row number.

    Attributes
    ----------
    stated : dict of int to float
        The pooled frequency of each directly annotated finding.
    f : dict of int to float
        f(d, t) of these findings and all their ancestors.
    negated : frozenset of int
        Findings that the disease does not have.
    """

    stated: dict[int, float]
    f: dict[int, float]
    negated: frozenset[int]


class Part(NamedTuple):
    """One share of a score.

    `kind` is ``present``, ``excluded_by_disease``, ``silent`` or ``absent``; `term` is the
    finding, `via` the ancestor through which it matched (or itself, or -1 when nothing
    matched), `f` the frequency that was used.
    """

    kind: str
    term: int
    value: float
    via: int
    f: float


def disease_rows(graph: KnowledgeGraph, number: int) -> list[int]:
    """Return the numbers of the rows that state a finding of a disease, or its exclusion."""
    start, stop = graph.tables["row_of"][number : number + 2].tolist()
    return (start + np.flatnonzero(graph.tables["row_finding"][start:stop])).tolist()


def make_profile(graph: KnowledgeGraph, rows: Sequence[int]) -> Profile:
    """Work out what a disease has from its annotation rows."""
    tables = graph.tables
    texts, negated = defaultdict(list), set()
    for row in rows:
        term = int(tables["row_term"][row])
        if tables["row_negated"][row]:
            negated.add(term)
        else:
            texts[term].append(graph.words[tables["row_frequency"][row]])
    stated = {t: pooled_frequency(given) for t, given in texts.items() if ever_seen(given)}
    f: dict[int, float] = {}
    for term, value in stated.items():
        for ancestor in graph.ancestor_numbers(term):
            f[ancestor] = max(f.get(ancestor, 0.0), value)
    return Profile(stated, f, frozenset(negated))


def score_parts(
    graph: KnowledgeGraph, profile: Profile, query: Query, background: np.ndarray
) -> list[Part]:
    """Return the parts of a disease's score for one patient; the score is their sum.

    Parameters
    ----------
    graph : KnowledgeGraph
        Gives the ancestors and the constants of the score.
    profile : Profile
        The disease.
    query : Query
        The patient.
    background : numpy.ndarray
        bg(t), shape (terms,).

    Returns
    -------
    list of Part
        Present findings first, then silent ones, then those that are absent.
    """
    parts: list[Part] = []
    constants = graph.constants
    noise = constants.noise
    closure: set[int] = set()
    for h in query.present:
        ancestors = graph.ancestor_numbers(h)
        closure.update(ancestors)
        # ties go to the rarer, that is the more specific, ancestor
        matches = [
            (profile.f[a] * match_weight(background, h, a, constants), -background[a], a)
            for a in ancestors
            if a in profile.f
        ]
        ratio, _, via = max(matches, default=(0.0, 0.0, -1))
        value = math.log(noise + (1 - noise) * ratio)
        parts.append(Part("present", h, value, via, profile.f.get(via, 0.0)))
        for a in ancestors:
            if a in profile.negated:
                parts.append(Part("excluded_by_disease", h, -constants.exclusion_cost, a, 0.0))
                break
    for t in profile.stated:
        if t not in closure:
            f = profile.f[t]
            parts.append(Part("silent", t, math.log(1 - constants.silence * f), t, f))
    for x in query.excluded:
        if x in profile.f:
            value = float(absence_value(profile.f[x], background[x]))
            parts.append(Part("absent", x, value, x, profile.f[x]))
    return parts
