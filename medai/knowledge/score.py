"""Score diseases by how well they explain a patient's findings.

The score of disease *d* for a patient with the present findings Q is a sum of logarithms,
so every finding has its own share of it:

- each present finding *h* adds ``ln(0.05 + 0.95 exp S(h, d))``.  S is the log likelihood
  ratio ``ln f(d, h) + ic(h)``: how much more often patients with *d* have the finding than
  patients with a random disease.  If only an ancestor *a* of *h* fits, its ratio counts,
  minus ``1.2 + 0.3 (ic(h) - ic(a))``.  The 0.05 is the chance that a finding has nothing
  to do with the disease, so no single finding can rule a disease out;
- each finding *t* annotated to *d* that the patient was not said to have (neither it nor a
  descendant) subtracts a little, ``ln(1 - 0.1 f(d, t))``: silence is weak evidence;
- each present finding that HPO says patients with *d* do not have subtracts 2;
- each finding *x* that was looked for and is *absent* adds ``min(0, ln (1 - f(d, x)) /
  (1 - bg(x)))``: a disease that has *x* falls, none rises.

The constants (:class:`Constants`) come from the project's development notes and were not tuned
here; another graph may bring its own.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from medai.knowledge.store import offsets_of

if TYPE_CHECKING:
    from medai.knowledge.graph import KnowledgeGraph
    from medai.knowledge.query import Query

NOISE = 0.05  # the chance that a finding is unrelated to the disease
ANCESTOR_COST = 1.2  # nats lost when only an ancestor matches
GAP_COST = 0.3  # nats lost for every nat by which that ancestor is less specific
SILENCE = 0.1  # the share of a missing finding's frequency that counts
EXCLUSION_COST = 2.0  # nats lost when the disease is known not to have a present finding


class Constants(NamedTuple):
    """The constants of the score; see the top of this file.

    Attributes
    ----------
    noise
        The chance that a finding is unrelated to the disease.
    ancestor_cost, gap_cost
        Nats lost when only an ancestor matches, and for every nat by which it is less specific.
    silence
        The share of a missing finding's frequency that counts.
    exclusion_cost
        Nats lost when the disease is known not to have a present finding.
    """

    noise: float = NOISE
    ancestor_cost: float = ANCESTOR_COST
    gap_cost: float = GAP_COST
    silence: float = SILENCE
    exclusion_cost: float = EXCLUSION_COST


RARE = Constants()

CACHED_ROWS = 2000  # evidence rows kept; one is 8 bytes x 12,632 diseases, so <= 200 MB


RowFunction = Callable[[int], np.ndarray]
EntriesFunction = Callable[[int], tuple[np.ndarray, np.ndarray]]


class Scorer:
    """Score every disease of a graph for one patient, with vectors over the diseases.

    Parameters
    ----------
    graph : KnowledgeGraph
        The graph.  Rows of evidence are worked out on first use and kept.
    """

    def __init__(self, graph: KnowledgeGraph) -> None:
        self.graph, self.constants = graph, graph.constants
        tables = graph.tables
        self.n = len(graph.disease_ids)
        self._f_of = tables["f_of"].tolist()
        self._f_disease = tables["f_disease"].astype(np.intp)  # NumPy's own index type: 3x faster
        self._f_value = tables["f_value"]
        # What silence costs: one entry for every direct annotation, sorted by term.
        direct = tables["f_direct"]
        self.silence_disease = self._f_disease[direct]
        self.silence_cost = np.log(1 - self.constants.silence * tables["f_value"][direct])
        term = np.repeat(np.arange(len(graph.term_ids)), np.diff(tables["f_of"]))[direct]
        self._silence_of = offsets_of(np.bincount(term, minlength=len(graph.term_ids))).tolist()
        self.all_silent = np.bincount(self.silence_disease, self.silence_cost, self.n)
        # Which diseases exclude a finding.
        self.excluding: dict[int, list[int]] = {}
        disease = np.repeat(np.arange(self.n), np.diff(tables["row_of"]))
        for row in np.flatnonzero(tables["row_negated"] & tables["row_finding"]):
            term = int(tables["row_term"][row])
            self.excluding.setdefault(term, []).append(int(disease[row]))
        self._row = functools.lru_cache(CACHED_ROWS)(self.evidence_row)
        self._absent = functools.lru_cache(CACHED_ROWS)(self.absence_entries)

    def entries(self, term: int) -> tuple[np.ndarray, np.ndarray]:
        """Return the diseases with a finding, and f(d, t) for each; two arrays, same shape."""
        part = slice(self._f_of[term], self._f_of[term + 1])
        return self._f_disease[part], self._f_value[part]

    def evidence_row(self, term: int, background: np.ndarray | None = None) -> np.ndarray:
        """Return what one present finding adds to the score of every disease.

        Parameters
        ----------
        term : int
            The row number of the finding.
        background : numpy.ndarray, optional
            bg(t), shape (terms,); by default the graph's.

        Returns
        -------
        numpy.ndarray
            ``ln(0.05 + 0.95 e^S) - 2 [d excludes h]``, shape (diseases,).
        """
        bg = self.graph.background if background is None else background
        ratio = np.zeros(self.n)  # e^S
        excluding: set[int] = set()
        for a in self.graph.ancestor_numbers(term):
            if a in self.excluding:
                excluding.update(self.excluding[a])
            diseases, f = self.entries(a)
            candidate = f * match_weight(bg, term, a, self.constants)
            ratio[diseases] = np.maximum(ratio[diseases], candidate)
        noise = self.constants.noise
        row = np.log(noise + (1 - noise) * ratio)
        row[list(excluding)] -= self.constants.exclusion_cost
        return row

    def absence_entries(
        self, term: int, background: np.ndarray | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return the diseases that an excluded finding speaks against, and by how much."""
        bg = self.graph.background if background is None else background
        diseases, f = self.entries(term)
        return diseases, absence_value(f, bg[term])

    def scores(
        self, query: Query, row: RowFunction | None = None, absent: EntriesFunction | None = None
    ) -> np.ndarray:
        """Return the score of every disease for one patient.

        Parameters
        ----------
        query : Query
            The patient's findings.
        row, absent : callable, optional
            Used instead of :meth:`evidence_row` and :meth:`absence_entries`, for example with
            another background.

        Returns
        -------
        numpy.ndarray
            Scores in nats, shape (diseases,).
        """
        row, absent = row or self._row, absent or self._absent
        total = self.all_silent.copy()
        closure: set[int] = set()
        for h in query.present:
            total += row(h)
            closure.update(self.graph.ancestor_numbers(h))
        # What the patient was said to have is not silent: take its cost back.
        spoken = [slice(self._silence_of[t], self._silence_of[t + 1]) for t in closure]
        diseases = np.concatenate([self.silence_disease[part] for part in spoken])
        cost = np.concatenate([self.silence_cost[part] for part in spoken])
        total -= np.bincount(diseases, cost, self.n)
        for x in query.excluded:
            diseases, value = absent(x)
            total[diseases] += value
        return total


def match_weight(bg: np.ndarray, term: int, ancestor: int, constants: Constants = RARE) -> float:
    """Return ``e^S / f``: 1 / bg for the finding itself, less for one of its ancestors."""
    if ancestor == term:
        return 1 / bg[term]
    gap = np.log(bg[ancestor]) - np.log(bg[term])  # ic(h) - ic(a)
    return np.exp(-constants.ancestor_cost - constants.gap_cost * gap) / bg[ancestor]


def absence_value(f: np.ndarray | float, bg: float) -> np.ndarray | float:
    """Return ``min(0, ln (1 - f) / (1 - bg))``, what an excluded finding adds: never above 0."""
    return np.minimum(0.0, np.log1p(-f) - np.log1p(-bg))
