"""The common conditions as a knowledge graph, with explicit priors.

The rare diseases come from HPO's annotations; the common ones from the table that was written
for this book (:mod:`medai.datasets.common`).  Here that table is checked against the ontology
and turned into the same kind of graph, so that the same score ranks and explains both.

What a patient with condition *d* has is one half of a diagnosis; how common *d* is where the
patient is seen is the other: :func:`prior`.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator
from numbers import Real

from medai.datasets.common import (
    AGES,
    FREQUENCIES,
    SETTINGS,
    SEXES,
    CommonConditions,
    Condition,
    Exclusion,
    Finding,
    common_conditions,
)
from medai.knowledge.build import with_rows
from medai.knowledge.graph import KnowledgeGraph
from medai.knowledge.hpo import RawRow
from medai.knowledge.implied import closure, most_specific
from medai.knowledge.load import load_graph
from medai.runtime import MedaiError

__all__ = [
    "age_group",
    "annotation_rows",
    "check_against",
    "closure",
    "common_graph",
    "graph_of",
    "most_specific",
    "prior",
]

PREFIX = "COMMON:"  # of the disease ids: COMMON:influenza
SHOWN = 10
CLASSES = list(FREQUENCIES)  # from obligate to very rare


def check_against(graph: KnowledgeGraph, table: CommonConditions | None = None) -> None:
    """Refuse a table whose findings are not what the ontology calls them.

    Parameters
    ----------
    graph : KnowledgeGraph
        Gives the ontology; its diseases do not matter.
    table : CommonConditions, optional
        By default the book's own.

    Raises
    ------
    MedaiError
        Naming for each breach (the first ten) the file, the line, the value, the rule and the
        way out: an id that is unknown, obsolete or an old one; a name that is not the term's;
        a term that is no finding; an exclusion that would exclude a finding of the same
        condition; a finding more frequent than a more general one of the same condition; a red
        flag of which one term implies another.
    """
    table = common_conditions() if table is None else table
    found = [*_term_problems(graph, table)]
    if not found:  # what follows needs every id to be known
        found = [*_logic_problems(graph, table)]
    if found:
        more = f"\n… and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
        raise MedaiError("\n".join(found[:SHOWN]) + more)


def _term_problems(graph: KnowledgeGraph, table: CommonConditions) -> Iterator[str]:
    """Yield every id that is not a current finding, and every name that is not the term's."""
    used = [
        *(("findings", row.line, row.hpo, row.finding) for row in table.rows("findings")),
        *(("excludes", row.line, row.hpo, row.finding) for row in table.rows("excludes")),
        *(("same", row.line, row.hpo, row.finding) for row in table.same),
        *(("same", row.line, row.same_as, row.same_finding) for row in table.same),
        *(("red_flags", row.line, i, None) for row in table.rows("red_flags") for i in row.hpo),
    ]
    for file, line, hpo, name in used:
        where = f"{file}.csv, line {line}:"
        try:
            number = graph.term_number(hpo)
        except MedaiError as error:
            yield f"{where} {error}"
            continue
        current, right = graph.term_ids[number], graph.term_names[number]
        if current != hpo:
            yield f"{where} {hpo} is an old id: write {current} ({right})."
        elif not graph.phenotype[number]:
            yield f"{where} {hpo} ({right}) is no phenotypic abnormality: choose a finding."
        elif name not in (None, right):
            yield f"{where} {hpo} is called {right!r}, not {name!r}: correct the id or the name."


def _logic_problems(graph: KnowledgeGraph, table: CommonConditions) -> Iterator[str]:
    """Yield the rows that contradict each other once the ontology is known."""
    ancestors = functools.cache(graph.ancestors)
    for one in table.values():
        stated = {row.hpo: row for row in one.findings}
        for row in one.findings:
            for above in (ancestors(row.hpo) - {row.hpo}) & stated.keys():
                if CLASSES.index(row.frequency) < CLASSES.index(stated[above].frequency):
                    yield (
                        f"findings.csv, line {row.line}: {row.finding!r} is {row.frequency} in "
                        f"{one.id}, but {stated[above].finding!r}, which is more general, only "
                        f"{stated[above].frequency}: make the general one as frequent."
                    )
        for row in one.excludes:
            for below in (hpo for hpo in stated if row.hpo in ancestors(hpo)):
                yield (
                    f"excludes.csv, line {row.line}: {row.finding!r} would also exclude "
                    f"{stated[below].finding!r}, a finding of {one.id}: delete one of the two."
                )
        for row in one.red_flags:
            if any(a != b and a in ancestors(b) for a in row.hpo for b in row.hpo):
                yield (
                    f"red_flags.csv, line {row.line}: of {'+'.join(row.hpo)} one term implies "
                    "another: leave the more general one out."
                )


def annotation_rows(table: CommonConditions) -> Iterator[RawRow]:
    """Yield the table as rows of ``phenotype.hpoa``, as :mod:`medai.knowledge.hpo` has them.

    A share is written as a percentage, a class as HPO's id, an exclusion with NOT.  The
    reference is the key of the source, or the condition itself for a teaching estimate; in
    the place of HPO's evidence code stands the basis.  A finding that patients do not separate
    from one of the table is given the same row, and the modifier says so.
    """
    for one in table.values():
        stated = {row.hpo for row in (*one.findings, *one.excludes)}
        for row in one.findings:
            share, (hpo_class, *_) = row.share, FREQUENCIES[row.frequency]
            frequency = f"{100 * share:g}%" if share else hpo_class
            yield _raw_row(one, row, row.hpo, False, frequency)
            for other in set(table.same_as(row.hpo)) - stated:
                yield _raw_row(one, row, other, False, frequency)
        for row in one.excludes:
            yield _raw_row(one, row, row.hpo, True, "")


def _raw_row(
    one: Condition, row: Finding | Exclusion, hpo: str, negated: bool, frequency: str
) -> RawRow:
    disease = PREFIX + one.id
    modifier = "" if hpo == row.hpo else f"same as {row.finding} ({row.hpo})"
    return RawRow(
        *(disease, one.name, negated, hpo, row.source or disease, row.basis),
        *("", frequency, "", modifier, "P"),
    )


def graph_of(table: CommonConditions, graph: KnowledgeGraph) -> KnowledgeGraph:
    """Return the graph of a table, on the terms of another graph.

    Raises
    ------
    MedaiError
        When table and ontology do not agree, see :func:`check_against`.
    """
    check_against(graph, table)
    name = f"common conditions ({len(table.rows('findings')):,} findings)"
    return KnowledgeGraph(with_rows(graph.tables, annotation_rows(table), name))


def common_graph(graph: KnowledgeGraph | None = None) -> KnowledgeGraph:
    """Return the graph of the book's common conditions; made once, then kept.

    It shares the tables of the terms with `graph`, so making it takes a fraction of a second
    and no file is written.  The ids of the diseases are ``COMMON:influenza`` and the like.
    Rank with ``source="all"``.

    Parameters
    ----------
    graph : KnowledgeGraph, optional
        Gives the ontology; by default :func:`~medai.knowledge.load.load_graph`.

    Raises
    ------
    MedaiError
        When the table and the ontology do not agree, see :func:`check_against`.
    """
    return _common_graph(load_graph() if graph is None else graph)


@functools.lru_cache(maxsize=1)
def _common_graph(graph: KnowledgeGraph) -> KnowledgeGraph:
    return graph_of(common_conditions(), graph)


def age_group(age: float) -> str:
    """Return the age group of the table that an age in years falls into.

    Raises
    ------
    MedaiError
        When the age is no number from 0 to 120.

    Examples
    --------
    >>> [age_group(age) for age in (0.5, 7, 45, 80)]
    ['infant', 'child', 'middle', 'older']
    """
    if isinstance(age, bool) or not isinstance(age, Real) or not 0 <= age <= 120:
        raise MedaiError(f"age={age!r}: give the age in years, from 0 to 120, or None.")
    whole = math.floor(age)
    return next(name for name, (first, last) in AGES.items() if first <= whole <= last)


def prior(
    setting: str = "general practice",
    age: float | None = None,
    sex: str | None = None,
    *,
    table: CommonConditions | None = None,
) -> dict[str, float]:
    """Return how probable each common condition is before any finding is known.

    ``p(d) ∝ 10^prior(d, setting) · factor(d, age) · factor(d, sex)``, normalised over the
    conditions of the table: it is assumed that the patient has exactly one of them.  The
    factors are 1 where age or sex is not given.

    Parameters
    ----------
    setting : {"general practice", "emergency"}
        Where the patient is seen.
    age : float, optional
        In years, from 0 to 120.
    sex : {"female", "male"}, optional
        Which organs the patient has, as far as the table asks.
    table : CommonConditions, optional
        By default the book's own.

    Returns
    -------
    dict of str to float
        Probabilities by id of the condition, in the order of ``common_graph().disease_ids``;
        their sum is 1, and 0 stands for the anatomically impossible.

    Raises
    ------
    MedaiError
        When the setting, the age or the sex is none of these.
    """
    table = common_conditions() if table is None else table
    if not isinstance(setting, str) or setting not in SETTINGS:
        raise MedaiError(f"setting={setting!r}: choose one of {', '.join(map(repr, SETTINGS))}.")
    if sex is not None and sex not in SEXES:
        raise MedaiError(f"sex={sex!r}: write 'female' or 'male', or None if it is not known.")
    group = None if age is None else age_group(age)
    column = SETTINGS[setting]
    weights = {
        name: 10 ** getattr(one, column) * one.factor("age", group) * one.factor("sex", sex)
        for name, one in table.items()
    }
    total = math.fsum(weights.values())
    return {name: weight / total for name, weight in weights.items()}
