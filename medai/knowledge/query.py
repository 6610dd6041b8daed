"""A patient's findings, checked against the graph."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from medai.knowledge.graph import KnowledgeGraph
from medai.runtime import MedaiError


@dataclass(frozen=True)
class Query:
    """A patient's findings as row numbers, checked and without repeats.

    Attributes
    ----------
    present, excluded : tuple of int
        Findings that the patient has, and has not.
    mapped : dict of str to str
        Old ids that were replaced by their current ones.
    overruled : tuple of str
        Excluded ids that were ignored, because a present finding is a special case of them.
    """

    present: tuple[int, ...]
    excluded: tuple[int, ...]
    mapped: dict[str, str]
    overruled: tuple[str, ...] = ()


def make_query(
    graph: KnowledgeGraph, present: Iterable[str], excluded: Iterable[str] = ()
) -> Query:
    """Check a patient's findings and turn them into row numbers.

    Raises
    ------
    MedaiError
        When an id is malformed, unknown, or no phenotypic abnormality (all such ids are
        named), when a finding is both present and excluded, or when none is present.
    """
    for name, ids in (("present", present), ("excluded", excluded)):
        if isinstance(ids, str):
            raise MedaiError(f"{name}={ids!r} is one string: pass a list, such as [{ids!r}].")
    mapped: dict[str, str] = {}
    problems: list[str] = []

    def numbers(ids: Iterable[str]) -> dict[int, None]:
        found: dict[int, None] = {}  # a dictionary keeps the order and drops repeats
        for term_id in ids:
            try:
                number = graph.term_number(term_id)
            except MedaiError as error:
                problems.append(str(error))
                continue
            current = graph.term_ids[number]
            if not graph.phenotype[number]:
                problems.append(
                    f"{term_id} ({graph.term_names[number]}) is not a phenotypic abnormality: "
                    "inheritance, onset and course of a disease are not findings to rank by."
                )
                continue
            if current != term_id:
                mapped[term_id] = current
            found[number] = None
        return found

    has, has_not = numbers(present), numbers(excluded)
    if problems:
        raise MedaiError(" ".join(dict.fromkeys(problems)))
    if not has:
        raise MedaiError("No present finding: ranking needs at least one HPO id.")
    if both := has.keys() & has_not.keys():
        names = ", ".join(f"{graph.term_ids[i]} ({graph.term_names[i]})" for i in sorted(both))
        raise MedaiError(f"Both present and excluded: {names}. Keep one of the two.")
    implied = {a for h in has for a in graph.ancestor_numbers(h)}
    return Query(
        tuple(has),
        tuple(x for x in has_not if x not in implied),
        mapped,
        tuple(graph.term_ids[x] for x in has_not if x in implied),
    )
