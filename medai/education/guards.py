"""What keeps a generated question fair: no second right answer, no word that gives the key away.

The graph knows only what its sources say.  So "wrong" here means: wrong by the graph, its
ancestors, its descendants and the table of findings that words do not separate.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable

from medai.datasets.common import common_conditions
from medai.knowledge.graph import KnowledgeGraph

LENGTH = 2.0  # the longest option may have this many times the letters of the shortest
SHORTEST = 4  # letters of a word that could give something away
COMMON_WORDS = frozenset({
    "acute", "chronic", "disease", "disorder", "syndrome", "with", "without", "type", "familial",
    "congenital", "abnormal", "abnormality", "increased", "decreased", "elevated", "reduced",
    "finding", "findings", "patient", "patients", "which", "condition", "conditions", "table",
    "most", "present", "listed", "least", "share", "cent", "these", "following", "primary",
    "secondary", "according", "source",
})  # fmt: skip
_WORD = re.compile(r"[a-z]+")


def stems(text: str) -> frozenset[str]:
    """Return the first five letters of each telling word of a text.

    Examples
    --------
    >>> sorted(stems("Which disease of the thyroid is meant?") & stems("Thyroiditis"))
    ['thyro']
    """
    words = _WORD.findall(text.casefold())
    return frozenset(w[:5] for w in words if len(w) >= SHORTEST and w not in COMMON_WORDS)


def gives_away(stem: str, option: str) -> bool:
    """Tell whether stem and option share a telling word ("asthmatic ... asthma")."""
    return bool(stems(stem) & stems(option))


def same_family(first: str, second: str) -> bool:
    """Tell whether two names differ by little more than a number ("... type 1", "... type 2").

    At least half of the telling words of the two names together are in both.
    """
    one, two = stems(first), stems(second)
    return bool(one | two) and len(one & two) / len(one | two) >= 0.5


def parallel(texts: Iterable[str]) -> bool:
    """Tell whether options are alike in length and form.

    The longest has at most twice the letters of the shortest, and either all or none have a
    comma, a bracket, a digit, or a capital letter as the first.

    Examples
    --------
    >>> parallel(["Asthma", "Gout", "Mumps"])
    True
    >>> parallel(["Asthma", "Gout", "Mumps of the parotid (left)"])  # one stands out
    False
    """
    texts = list(texts)
    lengths = [len(text) for text in texts]
    if max(lengths) > LENGTH * min(lengths):
        return False
    return all(
        len({bool(re.search(pattern, text)) for text in texts}) == 1
        for pattern in (r",", r"[()\[\]]", r"\d", r"^[A-Z]")
    )


@functools.lru_cache(maxsize=4096)
def direct(graph: KnowledgeGraph, disease: str) -> tuple[frozenset[str], frozenset[str]]:
    """Return the findings annotated to a disease: those it has, and those excluded."""
    rows = graph.disease(disease).annotations
    excluded = frozenset(row.term_id for row in rows if row.excluded)
    present = frozenset(
        row.term_id
        for row in rows
        if not row.excluded
        and not row.frequency.startswith("0/")
        and graph.is_phenotype(row.term_id)
    )
    return present - excluded, excluded


@functools.lru_cache(maxsize=1)
def _same() -> dict[str, frozenset[str]]:
    pairs: dict[str, set[str]] = {}
    for row in common_conditions().same:
        pairs.setdefault(row.hpo, set()).add(row.same_as)
        pairs.setdefault(row.same_as, set()).add(row.hpo)
    return {term: frozenset(others) for term, others in pairs.items()}


@functools.lru_cache(maxsize=65536)
def related(graph: KnowledgeGraph, one: str, two: str) -> bool:
    """Tell whether one term is, implies, or is in words the same as the other."""
    for a in {one} | _same().get(one, frozenset()):
        if a == two or a in graph.ancestors(two) or two in graph.ancestors(a):
            return True
    return False


@functools.lru_cache(maxsize=4096)
def _closure(graph: KnowledgeGraph, disease: str) -> frozenset[str]:
    """Return the findings of a disease with all their ancestors."""
    return frozenset(a for term in direct(graph, disease)[0] for a in graph.ancestors(term))


def may_have(graph: KnowledgeGraph, disease: str, term: str) -> bool:
    """Tell whether the graph leaves room for a finding in a disease.

    True when the finding, an ancestor, a descendant or its twin in words is annotated: a
    source that says only "headache" does not rule out a migraine.
    """
    stated, above = direct(graph, disease)[0], _closure(graph, disease)
    return any(
        one in above or not graph.ancestors(one).isdisjoint(stated)
        for one in {term} | _same().get(term, frozenset())
    )


def lacking(graph: KnowledgeGraph, disease: str, terms: Iterable[str]) -> tuple[str, ...]:
    """Return those of the findings that the graph gives a disease no room for.

    An option is safely wrong only when this is not empty.
    """
    return tuple(term for term in terms if not may_have(graph, disease, term))
