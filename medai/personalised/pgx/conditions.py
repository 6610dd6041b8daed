"""When a row of advice holds: the results of the genes against its column ``when``."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

NO_RESULT = "no result"
INDETERMINATE = "indeterminate"

# The scores that a phenotype can have, for results that come without a score.
_BANDS = {
    "CYP2D6": {"poor": (0, 0), "intermediate": (0.25, 1), "normal": (1.25, 2.25)},
    "CYP2C9": {"poor": (0, 0.5), "intermediate": (1, 1.5), "normal": (2, 2)},
    "DPYD": {"poor": (0, 0.5), "intermediate": (1, 1.5), "normal": (2, 2)},
}


@dataclass(frozen=True)
class Phenotype:
    """What is known of one gene.

    Attributes
    ----------
    phenotype : str
        CPIC's term, such as ``"Poor Metabolizer"``; for a gene of the HLA system
        ``"*57:01 positive"``, several joined by ``;``.
    activity_score : float or None
        For the genes that have one (CYP2D6, CYP2C9, DPYD).
    diplotype : str
        The two alleles, where they are known; a few rows ask for them.
    notes : tuple of str
        What the call of the gene said.
    """

    phenotype: str
    activity_score: float | None = None
    diplotype: str = ""
    notes: tuple[str, ...] = ()


def holds(when: tuple[tuple[str, tuple[str, ...]], ...], known: Mapping[str, Phenotype]) -> bool:
    """Return whether every gene of a row has one of the results that the row names."""
    return all(any(fits(rule, known.get(gene), gene) for rule in rules) for gene, rules in when)


def fits(rule: str, found: Phenotype | None, gene: str = "") -> bool:
    """Return whether a gene's result fits one rule.

    Parameters
    ----------
    rule
        ``no result``, ``any``, ``score 1``, ``score 0-0.5``, ``diplotype *1/*3``, a marker such
        as ``*57:01 positive``, or a phenotype.
    found
        The result; None when there is none.
    gene
        Whose result it is: a phenotype without a score fits a rule that holds for all scores of
        the phenotype.
    """
    if found is None or not found.phenotype or found.phenotype.lower() == NO_RESULT:
        return rule == NO_RESULT
    if rule.startswith("*"):
        return _marker(rule, found.phenotype)
    if rule == NO_RESULT:
        return False
    if rule == "any":
        return found.phenotype.lower() != INDETERMINATE
    if rule.startswith("score "):
        low, _, high = rule.removeprefix("score ").partition("-")
        scores = (_quarter(found.activity_score),) * 2
        if found.activity_score is None:
            word = found.phenotype.lower().removesuffix(" metabolizer")
            scores = _BANDS.get(gene, {}).get(word)
        return bool(scores) and float(low) <= scores[0] and scores[1] <= float(high or low)
    if rule.startswith("diplotype "):
        return _alleles(rule.removeprefix("diplotype ")) == _alleles(found.diplotype)
    return rule.lower() == found.phenotype.lower()


def _quarter(score: float | None) -> float:
    """Round a halved score down to the quarters of the tables; what is above 0 stays so."""
    if not score:
        return 0.0
    return max(0.25, math.floor(score * 4) / 4)


def indeterminate(found: Phenotype) -> bool:
    """Return whether a result, or one marker of it, is indeterminate."""
    parts = found.phenotype.lower().split(";")
    return any(part.strip().endswith(INDETERMINATE) for part in parts)


def needs_score(when: tuple[tuple[str, tuple[str, ...]], ...], gene: str) -> bool:
    """Return whether a row asks for the activity score of a gene."""
    return any(one == gene and rule.startswith("score ") for one, rules in when for rule in rules)


def without_marker(whens: Iterable[tuple], known: Mapping[str, Phenotype]) -> dict[str, Phenotype]:
    """Leave out results of the HLA genes that say nothing about the alleles that are asked for.

    A test for ``HLA-B*57:01`` says nothing about ``HLA-B*15:02``: there is no result then.

    Parameters
    ----------
    whens
        The conditions of all rows of a drug.
    known
        Gene to its result.
    """
    asked = asked_alleles(whens)
    return {
        gene: found
        for gene, found in known.items()
        if gene not in asked
        or asked[gene] & {part.strip().partition(" ")[0] for part in found.phenotype.split(";")}
    }


def asked_alleles(whens: Iterable[tuple]) -> dict[str, set[str]]:
    """Return the alleles of the HLA genes that rows ask for, such as ``{"HLA-B": {"*15:02"}}``."""
    asked: dict[str, set[str]] = {}
    for gene, rules in (pair for when in whens for pair in when):
        alleles = {rule.partition(" ")[0] for rule in rules if rule.startswith("*")}
        if alleles:
            asked[gene] = asked.get(gene, set()) | alleles
    return asked


def _marker(rule: str, phenotype: str) -> bool:
    return rule.lower() in {part.strip().lower() for part in phenotype.split(";")}


def _alleles(diplotype: str) -> tuple[str, ...]:
    return tuple(sorted(part.strip() for part in diplotype.split("/") if part.strip()))
