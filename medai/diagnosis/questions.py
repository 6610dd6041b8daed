"""Which question tells most, and what each answer would do.

The value of a yes/no question about finding *t* is the expected information gain, in bits: how
much the entropy of the probabilities falls on average,

    gain(t) = H(p) - P(yes) H(p | yes) - P(no) H(p | no)

with ``P(yes | d) = NOISE · bg(t) + (1 - NOISE) · f(d, t)``, the likelihood behind the score, and
``bg(t)`` for something that is not in the table.  It is never negative.
"""

from __future__ import annotations

import functools
from collections.abc import Collection
from dataclasses import asdict, dataclass

import numpy as np

from medai.datasets.common import common_conditions
from medai.diagnosis.wording import askable
from medai.knowledge.graph import KnowledgeGraph

LEAST_GAIN = 0.01  # bits; below this an answer would change nothing


@dataclass(frozen=True)
class Answer:
    """What an answer would do.

    Attributes
    ----------
    probability
        How probable this answer is.
    top
        The most probable conditions after it: (id, probability), best first.
    other
        The probability afterwards that it is none of the table.
    """

    probability: float
    top: tuple[tuple[str, float], ...]
    other: float

    def to_dict(self) -> dict:
        """Return JSON-ready values."""
        top = [{"id": name, "probability": p} for name, p in self.top]
        return {"probability": self.probability, "top": top, "other": self.other}


@dataclass(frozen=True)
class Question:
    """A question to the patient about one finding.

    Attributes
    ----------
    kind
        ``informative`` (it tells most) or ``safety`` (a yes would complete a red flag).
    hpo_id, name
        The finding.
    text, text_zh
        The question in plain words; the Chinese one may be "".
    gain
        Expected information gain in bits.
    yes, no
        What each answer would do.
    why
        For a safety question the flags that a yes completes, with their actions.
    """

    kind: str
    hpo_id: str
    name: str
    text: str
    text_zh: str
    gain: float
    yes: Answer
    no: Answer
    why: tuple[tuple[str, str], ...] = ()

    def to_dict(self) -> dict:
        """Return JSON-ready values."""
        why = [{"flag": flag, "action": action} for flag, action in self.why]
        answers = {"yes": self.yes.to_dict(), "no": self.no.to_dict()}
        return {**asdict(self), **answers, "why": why}


def chance_of_yes(graph: KnowledgeGraph, terms: tuple[str, ...]) -> np.ndarray:
    """Return P(yes | d) for findings and conditions, something else last.

    Parameters
    ----------
    graph : KnowledgeGraph
        Of the common conditions.
    terms : tuple of str
        HPO ids.

    Returns
    -------
    numpy.ndarray
        Shape (terms, conditions + 1), inside (0, 1).
    """
    noise = graph.constants.noise
    rows = np.zeros((len(terms), len(graph.disease_ids) + 1))
    for row, term in zip(rows, terms, strict=True):
        number = graph.term_number(term)
        bg = graph.background[number]
        conditions, f = graph.scorer.entries(number)
        row[:] = noise * bg
        row[conditions] += (1 - noise) * f
        row[-1] = bg
    return rows


def entropy(p: np.ndarray) -> np.ndarray:
    """Return the entropy in bits over the last axis; 0 ln 0 is 0."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return -np.where(p > 0, p * np.log2(p), 0.0).sum(-1)


def information_gain(p: np.ndarray, yes: np.ndarray) -> np.ndarray:
    """Return the expected information gain of yes/no questions, in bits.

    Parameters
    ----------
    p : numpy.ndarray
        Probabilities, shape (hypotheses,).
    yes : numpy.ndarray
        P(yes | hypothesis), shape (questions, hypotheses).

    Returns
    -------
    numpy.ndarray
        Shape (questions,), not negative.

    Examples
    --------
    >>> p = np.array([0.5, 0.5])  # two conditions, equally probable: 1 bit is not known
    >>> yes = np.array([[1, 0], [0.9, 0.3], [0.4, 0.4]])  # decides, helps, tells nothing
    >>> information_gain(p, yes).round(2).tolist()
    [1.0, 0.3, 0.0]
    """
    joint = p * yes
    said_yes = joint.sum(1, keepdims=True)
    after = entropy(joint / said_yes) * said_yes[:, 0]
    after += entropy((p - joint) / (1 - said_yes)) * (1 - said_yes[:, 0])
    return np.maximum(entropy(p) - after, 0.0)


@functools.lru_cache(maxsize=2)
def _table(graph: KnowledgeGraph) -> tuple[tuple[str, ...], np.ndarray]:
    """Return what can be asked about, and P(yes | d)."""
    terms = askable(graph)
    return terms, chance_of_yes(graph, terms)


def most_informative(
    graph: KnowledgeGraph, p: np.ndarray, known: Collection[str], most: int
) -> list[tuple[str, float]]:
    """Return the findings whose questions tell most, with their gain in bits.

    Parameters
    ----------
    graph : KnowledgeGraph
        Of the common conditions.
    p : numpy.ndarray
        Probabilities, something else last.
    known : collection of str
        Findings that are not asked about: those that are known, and all above and below them.
    most : int
        How many.  Of findings that imply each other, or are the same to a patient, only the
        best is returned.
    """
    terms, yes = _table(graph)
    gain = information_gain(p, yes)
    chosen: list[tuple[str, float]] = []
    taken: set[str] = set(known)
    for i in np.argsort(-gain, kind="stable").tolist():
        if len(chosen) == most or gain[i] < LEAST_GAIN:
            break
        if terms[i] not in taken:
            chosen.append((terms[i], float(gain[i])))
            taken |= related(graph, terms[i])
    return chosen


@functools.lru_cache(maxsize=4096)
def related(graph: KnowledgeGraph, term: str) -> frozenset[str]:
    """Return a finding with all above and below it, and what is the same to a patient."""
    same = {term, *common_conditions().same_as(term)}
    above = frozenset().union(*(graph.ancestors(one) for one in same))
    return above | frozenset().union(*(below(graph, one) for one in same))


@functools.lru_cache(maxsize=4096)
def below(graph: KnowledgeGraph, term: str) -> frozenset[str]:
    """Return a finding and everything that is more specific."""
    found, todo = {term}, [term]
    while todo:
        for child in graph.children(todo.pop()):
            if child not in found:
                found.add(child)
                todo.append(child)
    return frozenset(found)
