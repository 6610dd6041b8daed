"""How probable each common condition is, and that it is none of them.

With the findings of a patient Q, the setting, the age and the sex,

    p(d | Q) ∝ exp(SHARPNESS · score(d, Q)) · prior(d)            for the conditions of the table,
    p(other | Q) ∝ exp(SHARPNESS · OTHER · #present) · prior(other)

where the score is the one that ranks rare diseases (:mod:`medai.knowledge.score`): a sum of log
likelihood ratios against the *background*, the average condition of the table.  *Other* is a
patient with something that is not in the table.  With ``OTHER = 0`` such a patient has every
finding as often as the average condition has it.  Its prior is what the priors of the table
leave: they are shares of all new complaints, and their sum is below one.

An absent finding *x* adds ``min(0, ln (1 - f(d, x)) / (1 - bg(x)))``.  So no score rises by a
denial, and of two conditions the one that has the finding more often never gains on the other.

``SHARPNESS``, ``OTHER`` and the constants of the score were judged on the development vignettes
by cross-validated log loss (``benchmarks/common.py --part tune``), also with the right condition
taken out of the table, so that *other* was the right answer.  A search of all constants did
worse on held-out vignettes than those that rank rare diseases, so these stay.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np

from medai.datasets.common import SETTINGS, common_conditions
from medai.knowledge.common import PREFIX, common_graph, prior
from medai.knowledge.graph import KnowledgeGraph
from medai.knowledge.query import Query

SHARPNESS = 1.0  # a: how much a nat of evidence counts
OTHER = 0.0  # nats per present finding, for something that is not in the table


@dataclass(frozen=True)
class Posterior:
    """The probabilities of one patient.

    Attributes
    ----------
    ids : tuple of str
        Of the conditions, without ``COMMON:``; shape (conditions,).
    p, prior, score : numpy.ndarray
        After and before the findings, and the score in nats; shape (conditions,).
    other, other_prior : float
        The same for something that is not in the table; ``p.sum() + other`` is 1.
    """

    ids: tuple[str, ...]
    p: np.ndarray
    prior: np.ndarray
    score: np.ndarray
    other: float
    other_prior: float

    @functools.cached_property
    def order(self) -> tuple[int, ...]:
        """Row numbers, most probable first, ties by id; the impossible are left out."""
        order = np.argsort(-self.p, kind="stable")
        return tuple(order[self.p[order] > 0].tolist())

    def all(self) -> np.ndarray:
        """Return all probabilities, *other* last; shape (conditions + 1,)."""
        return np.append(self.p, self.other)

    def of(self, condition: str) -> float:
        """Return the probability of a condition."""
        return float(self.p[self.ids.index(condition)])


@functools.lru_cache(maxsize=4)
def condition_ids(graph: KnowledgeGraph) -> tuple[str, ...]:
    """Return the ids of the conditions of a common graph, without their prefix."""
    return tuple(name.removeprefix(PREFIX) for name in graph.disease_ids)


@functools.lru_cache(maxsize=8)
def covered(setting: str) -> float:
    """Return the share of new complaints that the conditions of the table make up."""
    column = SETTINGS[setting]
    return sum(10 ** getattr(one, column) for one in common_conditions().values())


@functools.lru_cache(maxsize=256)
def priors(setting: str, age: float | None, sex: str | None) -> np.ndarray:
    """Return the priors, in the order of the table, *other* last; their sum is 1.

    It is assumed that the table covers the same share of complaints in every age and sex.

    Raises
    ------
    MedaiError
        When the setting, the age or the sex is unknown.
    """
    inside = np.array(list(prior(setting, age, sex).values()))
    return np.append(inside * covered(setting), 1 - covered(setting))


def scores(query: Query, graph: KnowledgeGraph) -> np.ndarray:
    """Return the score of every condition in nats; shape (conditions,).

    Without a present finding only what was denied counts: silence says nothing about a
    patient who has not begun to speak.
    """
    if query.present:
        return graph.scorer.scores(query)
    total = np.zeros(len(graph.disease_ids))
    for x in query.excluded:
        diseases, value = graph.scorer.absence_entries(x)
        total[diseases] += value
    return total


def posterior(
    query: Query,
    setting: str = "general practice",
    age: float | None = None,
    sex: str | None = None,
    *,
    graph: KnowledgeGraph | None = None,
) -> Posterior:
    """Return the probabilities of the common conditions for one patient.

    Parameters
    ----------
    query : Query
        Checked findings, :func:`medai.knowledge.query.make_query`, none of which implies
        another one (:func:`medai.knowledge.implied.most_specific`).
    setting, age, sex
        As for :func:`medai.knowledge.common.prior`.
    graph : KnowledgeGraph, optional
        By default :func:`medai.knowledge.common.common_graph`.

    Raises
    ------
    MedaiError
        When the setting, the age or the sex is unknown.

    Examples
    --------
    >>> from medai.knowledge.common import common_graph
    >>> from medai.knowledge.query import make_query
    >>> cough = make_query(common_graph(), ["HP:0012735"])
    >>> found = posterior(cough, age=45)
    >>> [(found.ids[i], round(float(found.p[i]), 2)) for i in found.order[:2]]
    [('common-cold', 0.24), ('acute-bronchitis', 0.13)]
    >>> round(found.other, 2)  # it may be nothing of the table
    0.35
    >>> pneumonia = "community-acquired-pneumonia"  # the same cough, seen elsewhere:
    >>> there = posterior(cough, "emergency", age=45)
    >>> round(found.of(pneumonia), 3), round(there.of(pneumonia), 3)
    (0.009, 0.033)
    """
    graph = common_graph() if graph is None else graph
    before, score = priors(setting, age, sex), scores(query, graph)
    evidence = SHARPNESS * np.append(score, OTHER * len(query.present))
    weight = before * np.exp(evidence - evidence.max())
    p = weight / weight.sum()
    ids = condition_ids(graph)
    return Posterior(ids, p[:-1], before[:-1], score, float(p[-1]), float(before[-1]))
