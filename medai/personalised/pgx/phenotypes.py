"""From values or functions to a phenotype, by the rows of ``data/pgx/phenotypes.csv``."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass

from medai.datasets.pgx import ANY, PAIRED, SCORED, SINGLE, pgx_tables

INDETERMINATE = "Indeterminate"


@dataclass(frozen=True)
class Score:
    """An activity score; `at_least` when more copies than counted may be there.

    ``str`` writes it as PharmCAT does: ``2.0``, ``≥3.0``, ``n/a``.
    """

    value: float | None
    at_least: bool = False

    def __str__(self) -> str:
        if self.value is None:
            return "n/a"
        return f"{'≥' if self.at_least else ''}{self.value}"


@functools.cache
def by_score(gene: str, score: Score) -> tuple[str, str]:
    """Return the phenotype of an activity score, and the key of the rule's source.

    A lower bound gives a phenotype only if every higher score gives the same one.

    Examples
    --------
    >>> by_score("CYP2D6", Score(1.25))[0], by_score("CYP2D6", Score(1.25, at_least=True))[0]
    ('Normal Metabolizer', 'Indeterminate')
    """
    if score.value is None:
        return INDETERMINATE, ""
    for rule in pgx_tables().rules[gene]:
        if rule.kind == SCORED and rule.low <= score.value <= rule.high:
            if score.at_least and rule.high != math.inf:
                return INDETERMINATE, rule.source
            return rule.phenotype, rule.source
    return INDETERMINATE, ""


@functools.cache
def by_functions(gene: str, first: str, second: str) -> tuple[str, str]:
    """Return the phenotype of two functions in any order, and the key of the rule's source.

    A row that names both functions goes before one that says ``any``.

    Examples
    --------
    >>> by_functions("TPMT", "Uncertain function", "No function")[0]
    'Possible Intermediate Metabolizer'
    """
    rules = [rule for rule in pgx_tables().rules[gene] if rule.kind == PAIRED]
    for rule in rules:
        if sorted((rule.first, rule.second)) == sorted((first, second)):
            return rule.phenotype, rule.source
    for rule in rules:
        if rule.second == ANY and rule.first in (first, second):
            return rule.phenotype, rule.source
    return INDETERMINATE, ""


@functools.cache
def by_one(gene: str, function: str) -> tuple[str, str]:
    """Return the phenotype of a person with one copy of the gene, and the rule's source."""
    for rule in pgx_tables().rules[gene]:
        if rule.kind == SINGLE and rule.first == function:
            return rule.phenotype, rule.source
    return INDETERMINATE, ""
