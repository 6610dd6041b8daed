"""What a patient's findings imply: nothing may count twice, and no red flag may be lost."""

from __future__ import annotations

from collections.abc import Iterable

from medai.datasets.common import CommonConditions, common_conditions
from medai.knowledge.graph import KnowledgeGraph


def most_specific(
    graph: KnowledgeGraph, term_ids: Iterable[str], table: CommonConditions | None = None
) -> tuple[str, ...]:
    """Drop the findings that others imply: who has a productive cough has a cough.

    Every finding of a patient adds its own evidence, so a complaint that was understood twice
    would count twice.

    Parameters
    ----------
    graph : KnowledgeGraph
        Gives the ancestors.
    term_ids : iterable of str
        HPO ids.
    table : CommonConditions, optional
        Gives the pairs of findings that are the same to a patient; by default the book's own.

    Returns
    -------
    tuple of str
        Those that are no ancestor of another one, of a pair of the same only the first, each
        once, in the order given.

    Raises
    ------
    MedaiError
        When an id is malformed, unknown or obsolete.
    """
    table = common_conditions() if table is None else table
    ids = tuple(dict.fromkeys(graph.resolve(term) for term in term_ids))
    implied = {above for term in ids for above in graph.ancestors(term) - {term}}
    kept: list[str] = []
    for term in ids:
        if term not in implied and not set(table.same_as(term)) & set(kept):
            kept.append(term)
    return tuple(kept)


def closure(
    graph: KnowledgeGraph, term_ids: Iterable[str], table: CommonConditions | None = None
) -> frozenset[str]:
    """Return everything that a patient with these findings has, in the sense of a red flag.

    A flag fires when all its findings are in this set: the findings themselves, whatever is
    more general, and what is the same to a patient.

    Parameters
    ----------
    graph, term_ids, table
        As for :func:`most_specific`.

    Returns
    -------
    frozenset of str
        HPO ids.

    Raises
    ------
    MedaiError
        When an id is malformed, unknown or obsolete.
    """
    table = common_conditions() if table is None else table
    above = frozenset().union(*(graph.ancestors(term) for term in term_ids))
    return above | {other for term in above for other in table.same_as(term)}
