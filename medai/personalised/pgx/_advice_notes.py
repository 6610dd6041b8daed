"""What an advice says besides the row of the guideline: missing genes, reasons, sources."""

from __future__ import annotations

from collections.abc import Mapping

from medai.datasets.pgx_advice import DrugEntry, pgx_advice
from medai.personalised.pgx.conditions import (
    Phenotype,
    asked_alleles,
    indeterminate,
    needs_score,
)

__all__ = ["irrelevant", "missing_genes", "no_row", "one_gene", "sources_of"]


def missing_genes(entry: DrugEntry, rows, used: Mapping[str, Phenotype]) -> tuple[str, ...]:
    """Return the genes of the drug that have no result, alleles of the HLA genes named."""
    asked = asked_alleles(row.when for row in rows)
    return tuple(
        gene + "".join(sorted(asked.get(gene, ()))) for gene in entry.genes if gene not in used
    )


def irrelevant(entry: DrugEntry, known: Mapping[str, Phenotype]) -> list[str]:
    """Say which genes play no part for the drug."""
    return [
        f"{gene} plays no part in the guideline for {entry.drug}: it was not used."
        for gene in known
        if gene not in (*entry.genes, *entry.more_genes)
    ]


def one_gene(missing: tuple[str, ...], used: Mapping[str, Phenotype]) -> str:
    """Say that the advice rests on one gene of two."""
    return (
        f"{' and '.join(missing)} not given. The advice rests on {' and '.join(used)} alone, as "
        "the guideline allows; the full result may change it."
    )


def no_row(entry: DrugEntry, rows, used: Mapping[str, Phenotype], missing) -> str:
    """Say why no row of the guideline holds."""
    if missing:
        names = " and ".join(missing)
        known = ", ".join(f"{gene} {one.phenotype}" for gene, one in used.items())
        alone = f" {known} alone gives no advice in the guideline." if known else ""
        return f"The guideline for {entry.drug} needs {names}: not given.{alone}"
    scores = [
        gene
        for gene, one in used.items()
        if one.activity_score is None and any(needs_score(row.when, gene) for row in rows)
    ]
    if any(indeterminate(one) for one in used.values()):
        return "A phenotype is indeterminate: the guideline makes no recommendation."
    if scores:
        return f"The guideline needs the activity score of {' and '.join(scores)}: give alleles."
    known = ", ".join(f"{gene} {one.phenotype}" for gene, one in used.items())
    return f"Our table has no row for {entry.drug} with {known}: no recommendation is made."


def sources_of(rows, keys: list[str]) -> tuple[dict, ...]:
    """Return the guidelines and what was read, without repeats."""
    table, found = pgx_advice(), {}
    for row in rows:
        guide = row.guideline
        title = f"{guide.body}: {guide.title} ({guide.year})"
        found[guide.key] = {
            "key": guide.key,
            "title": title,
            "url": guide.url,
            "basis": "guideline",
        }
        keys = [*keys, row.source.key]
    for key in keys:
        one = table.sources[key]
        basis = "opened, a copy" if one.copy else "opened"
        found[key] = {"key": key, "title": one.title, "url": one.url, "basis": basis}
    return tuple(found.values())
