"""What the table says of the alleles on one chromosome."""

from __future__ import annotations

import functools
from dataclasses import dataclass

from medai.personalised.pgx.genes import Book, book
from medai.personalised.pgx.notation import Chromosome, Part, written
from medai.personalised.pgx.phenotypes import Score
from medai.personalised.pgx.results import CalledAllele

UNKNOWN = "not in the table"
_UNSETTLED = ("Uncertain function", "Unknown function")


@dataclass(frozen=True)
class Looked:
    """A chromosome, looked up.

    Attributes
    ----------
    allele : CalledAllele
    score : Score
        Sum of the activity values of its parts.
    notes : tuple of str
        What is unknown about them, and what an assay cannot see.
    place : tuple
        What sorts chromosomes in the order of the table.
    """

    allele: CalledAllele
    score: Score
    notes: tuple[str, ...]
    place: tuple[int, str]


@functools.lru_cache(maxsize=16384)
def look_up(gene: str, chromosome: Chromosome) -> Looked:
    """Look up what stands on one chromosome of a gene of the table."""
    books = book(gene)
    functions, sources, value, open_end = [], {}, 0.0, False
    for part in chromosome:
        allele = books.find(part.name)
        functions.append(allele.function if allele else UNKNOWN)
        if allele:
            sources[allele.source] = True
        if value is None or allele is None or allele.value is None:
            value = None
            continue
        value += allele.value * part.copies
        open_end = open_end or (part.at_least and allele.value > 0)
    name = written(chromosome)
    return Looked(
        CalledAllele(name, " + ".join(functions), value, " ".join(sources)),
        Score(value, open_end and value is not None),
        tuple(note for part in chromosome for note in _notes(books, part)),
        (books.order.get(chromosome[0].name, len(books.order)), name),
    )


def _notes(books: Book, part: Part) -> list[str]:
    """Say what is unknown about an allele."""
    gene, notes = books.gene, []
    allele = books.find(part.name)
    if allele is None:
        near = books.close(part.name)
        hint = f" Similar names: {', '.join(near)}." if near else ""
        notes.append(
            f"{gene.name} {part.name} is not in the table and was not read as normal.{hint}"
        )
    elif allele.function in _UNSETTLED:
        notes.append(f"CPIC has not settled the function of {gene.name} {part.name}.")
    if part.suballele:
        whole = f"{part.name}{part.suballele}"
        notes.append(f"The suballele {whole} was read as its core allele {part.name}.")
    if part.name == gene.reference and not part.name.startswith("rs"):
        notes.append(
            f"{gene.reference} means that no tested variant was found: what the assay did not "
            "look for is not excluded."
        )
    return notes
