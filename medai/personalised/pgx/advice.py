"""What the genes mean for a drug: the recommendation, why, how sure, for whom, and from where.

:func:`recommend` takes phenotypes, :func:`advise` takes diplotypes and calls them first.  A drug
of two genes needs both: where the guideline has a row for the case that one is missing, that row
is used and the answer says which gene is missing; otherwise the answer makes no recommendation.
The advice of another phenotype is never given instead.  For teaching; not medical advice.

Examples
--------
>>> advice = recommend("codeine", {"CYP2D6": Phenotype("Poor Metabolizer", 0.0)})
>>> advice.action, advice.strength
('avoid', 'strong')
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence

from medai.datasets.pgx_advice import DrugEntry, Recommendation, pgx_advice
from medai.personalised.pgx._advice_notes import (
    irrelevant,
    missing_genes,
    no_row,
    one_gene,
    sources_of,
)
from medai.personalised.pgx._advice_records import Advice, Choice, GeneUsed
from medai.personalised.pgx.calling import call
from medai.personalised.pgx.conditions import Phenotype, holds, indeterminate, without_marker
from medai.personalised.pgx.phenoconversion import convert, ingredients, not_in_table, stopped_note
from medai.runtime.errors import MedaiError

__all__ = ["Advice", "Choice", "GeneUsed", "advise", "covered_drugs", "find_drug", "recommend"]

UNCALLED = ("RYR1",)
FIRST = ("general", "adults", "acute coronary syndrome or PCI", "never taken")


def covered_drugs() -> tuple[str, ...]:
    """Return the drugs of the table, sorted."""
    return tuple(sorted(pgx_advice().drugs))


def find_drug(drug: str) -> DrugEntry:
    """Return the table's entry of a drug.

    Raises
    ------
    MedaiError
        When the table has none; the message says what that does not mean.
    """
    table, name = pgx_advice(), str(drug).strip().lower()
    if name in table.by_name:
        return table.by_name[name]
    if not name:
        raise MedaiError("No drug was given. Name one ingredient, such as codeine.")
    close = difflib.get_close_matches(name, table.drugs, n=2, cutoff=0.7)
    hint = f" Did you mean {' or '.join(close)}?" if close else ""
    raise MedaiError(
        f"There is no pharmacogenomic guideline in our table for {drug!r}; this does not mean "
        f"that none exists.{hint} Write the ingredient, not the brand."
    )


def recommend(
    drug: str,
    phenotypes: Mapping[str, Phenotype],
    taking: Sequence[str] = (),
    *,
    stopped: Sequence[str] = (),
    population: str | None = None,
) -> Advice:
    """Return the advice for a drug and phenotypes.

    Parameters
    ----------
    drug
        An ingredient, in English or Chinese.
    phenotypes
        Gene to :class:`Phenotype`.
    taking
        Drugs taken at the same time, for phenoconversion.
    stopped
        Drugs stopped in the last weeks.
    population
        Which population to show first; by default the most general one of the guideline.

    Raises
    ------
    MedaiError
        For an unknown drug, and for a population that the drug has not.
    """
    entry, table = find_drug(drug), pgx_advice()
    rows = table.rows_of(entry.drug)
    known = {gene.upper(): one for gene, one in phenotypes.items() if one and one.phenotype}
    genes, notes, keys = [], list(not_in_table(taking)), []
    taking = [name for name in ingredients(taking) if name != entry.drug]
    used: dict[str, Phenotype] = {}
    for gene in (*entry.genes, *entry.more_genes):
        told, read = stopped_note(gene, stopped)
        notes += told
        keys += read
        if gene not in known:
            continue
        used[gene], told, read = convert(gene, known[gene], taking)
        notes += told
        keys += read
        one, two = known[gene], used[gene]
        genes.append(
            GeneUsed(
                gene,
                one.diplotype,
                one.phenotype,
                one.activity_score,
                two.phenotype,
                two.activity_score,
                one.notes,
            )
        )
    notes += irrelevant(entry, known)
    used = without_marker([row.when for row in rows], used)
    fitting = [row for row in rows if holds(row.when, used)]
    missing = missing_genes(entry, rows, used)
    choices = _choices(fitting, population, rows)
    if choices:
        first = choices[0]
        if missing:
            notes.append(one_gene(missing, used))
    else:
        first = None
        notes.append(no_row(entry, rows, used, missing))
    notes += [note.text for note in table.notes if note.drug == entry.drug]
    notes += list(dict.fromkeys(one.note for one in choices if one.note))
    keys += [note.source.key for note in table.notes if note.drug == entry.drug]
    blank = Choice("", "", "", "", "", "", "", "", 0, "", "", "", "", "")
    shown = first or blank
    unsure = any(indeterminate(one) for one in used.values())
    return Advice(
        entry.drug,
        tuple(genes),
        shown.action or ("no recommendation" if unsure and not missing else None),
        shown.strength,
        shown.population,
        shown.text,
        shown.implication,
        shown.text_zh,
        shown.implication_zh,
        choices,
        missing,
        tuple(dict.fromkeys(notes)),
        sources_of(fitting or rows[:1], keys),
    )


def advise(
    drug: str,
    genes: Mapping[str, str],
    taking: Sequence[str] = (),
    *,
    stopped: Sequence[str] = (),
    population: str | None = None,
) -> Advice:
    """Return the advice for a drug and diplotypes: each is called, then :func:`recommend`.

    Parameters
    ----------
    drug
        An ingredient.
    genes
        Gene to diplotype, such as ``{"CYP2D6": "*4/*4"}``.
    taking, stopped, population
        As in :func:`recommend`.
    """
    entry = find_drug(drug)
    called: dict[str, Phenotype] = {}
    for name, diplotype in genes.items():
        if name.upper() in UNCALLED and name.upper() in entry.genes:
            called[name.upper()] = _named(entry, name.upper(), diplotype)
            continue
        one = call(name, diplotype)
        gene, _, allele = one.gene.partition("*")
        found = Phenotype(one.phenotype, one.activity_score, one.diplotype, one.notes)
        if gene in called:
            found = _joined(gene, allele, called[gene], found)
        called[gene] = found
    return recommend(drug, called, taking, stopped=stopped, population=population)


def _named(entry: DrugEntry, gene: str, result: str) -> Phenotype:
    """Read the phenotype itself, for a gene whose alleles are not in our tables."""
    rules = {rule for row in pgx_advice().rows_of(entry.drug) for rule in dict(row.when)[gene]}
    known = sorted(rules - {"any", "no result"})
    for rule in known:
        if rule.lower() == str(result).strip().lower():
            return Phenotype(rule)
    raise MedaiError(
        f"Alleles of {gene} are not in our tables: give the phenotype of the report, one of "
        f"{'; '.join(known)}."
    )


def _joined(gene: str, allele: str, one: Phenotype, two: Phenotype) -> Phenotype:
    """Join two results of a gene of the HLA system; refuse two of another gene."""
    parts = [part.strip() for found in (one, two) for part in found.phenotype.split(";")]
    alleles = [part.partition(" ")[0] for part in dict.fromkeys(parts)]
    if not allele or len(alleles) != len(set(alleles)):
        raise MedaiError(f"{gene} is given twice with different results: give one result.")
    notes = tuple(dict.fromkeys((*one.notes, *two.notes)))
    diplotype = "; ".join(dict.fromkeys((one.diplotype, two.diplotype)))
    return Phenotype("; ".join(dict.fromkeys(parts)), None, diplotype, notes)


def _choices(fitting: list[Recommendation], population: str | None, rows) -> tuple[Choice, ...]:
    populations = list(dict.fromkeys(row.population for row in rows))
    if population is not None and population not in populations:
        raise MedaiError(
            f"The guideline has no population {population!r} for this drug. It has: "
            f"{'; '.join(populations)}."
        )
    order = [population, *FIRST, *populations]
    fitting = sorted(fitting, key=lambda row: order.index(row.population))
    return tuple(
        Choice(
            row.population,
            row.action,
            row.strength,
            row.text,
            row.implication,
            row.text_zh,
            row.implication_zh,
            f"{row.guideline.body}: {row.guideline.title}",
            row.guideline.year,
            row.guideline.url,
            row.source.key,
            row.checked,
            row.note,
            row.id,
        )
        for row in fitting
    )
