"""How common alleles and phenotypes of two pharmacogenes are (``data/pgx_frequencies``).

Published shares with the size of the sample where the source gives one; the book's Chapter 28
computes with them.  ``data/pgx_frequencies/README.md`` says what was read and what was not.
Standard library only.

Examples
--------
>>> table = pgx_frequencies()
>>> table.shares("CYP2D6", "China")["*10"]
0.51
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path

from medai.datasets.checked_tables import filled, one_of, read_tables, refusal
from medai.datasets.paths import data_path
from medai.datasets.pgx import Source
from medai.runtime.errors import MedaiError

__all__ = [
    "AlleleShare",
    "DiplotypeCount",
    "PgxFrequencies",
    "PhenotypeShare",
    "pgx_frequencies",
    "read_pgx_frequencies",
]

FOLDER = "pgx_frequencies"
OTHER = "other"  # the chromosomes that the rows of a population leave over


@dataclass(frozen=True)
class AlleleShare:
    """An allele's share of the chromosomes of a population; `people` is None where not given."""

    gene: str
    allele: str
    population: str
    percent: float
    people: int | None
    source: str


@dataclass(frozen=True)
class DiplotypeCount:
    """People of a population with a pair of alleles, among `total` examined."""

    gene: str
    diplotype: str
    population: str
    people: int
    total: int
    source: str


@dataclass(frozen=True)
class PhenotypeShare:
    """A phenotype's share of the people of a sample, by genotype or measured with a drug."""

    gene: str
    population: str
    phenotype: str
    method: str
    percent: float
    people: int
    source: str


@dataclass(frozen=True)
class PgxFrequencies:
    """All tables.

    Attributes
    ----------
    alleles : tuple of AlleleShare
    diplotypes : tuple of DiplotypeCount
    phenotypes : tuple of PhenotypeShare
    sources : dict of str to medai.datasets.pgx.Source
    """

    alleles: tuple[AlleleShare, ...]
    diplotypes: tuple[DiplotypeCount, ...]
    phenotypes: tuple[PhenotypeShare, ...]
    sources: dict[str, Source]

    def populations(self, gene: str) -> tuple[str, ...]:
        """Return the populations with allele shares of a gene, in the table's order."""
        return tuple(dict.fromkeys(row.population for row in self.alleles if row.gene == gene))

    def rows(self, gene: str, population: str) -> tuple[AlleleShare, ...]:
        """Return the allele shares of a population.

        Raises
        ------
        MedaiError
            When there are none.
        """
        found = tuple(
            row for row in self.alleles if (row.gene, row.population) == (gene, population)
        )
        if not found:
            known = ", ".join(self.populations(gene)) or "no population of this gene"
            raise MedaiError(
                f"There are no allele shares of {gene!r} for {population!r}. The table has: "
                f"{known}."
            )
        return found

    def shares(self, gene: str, population: str) -> dict[str, float]:
        """Return each allele's share, 0-1; what the rows leave over stands as ``other``."""
        found = {row.allele: row.percent / 100 for row in self.rows(gene, population)}
        left = round(1 - sum(found.values()), 6)
        return {**found, OTHER: left}

    def people(self, gene: str, population: str) -> int | None:
        """Return the size of the population's sample, None where the source gives none."""
        return self.rows(gene, population)[0].people


def _percent(value: str) -> str:
    """Refuse what is no share above 0 and up to 100."""
    try:
        good = 0 < float(value) <= 100
    except ValueError:
        good = False
    return "" if good else "it must be a percentage above 0, up to 100"


def _count(value: str) -> str:
    """Refuse what is no whole number above 0."""
    return "" if value.isdecimal() and int(value) > 0 else "it must be a whole number above 0"


def _count_or_empty(value: str) -> str:
    """Accept an empty value for a sample whose size is not given."""
    return "" if value == "" else _count(value)


_GENE = one_of("CYP2D6", "CYP2C19")
_COLUMNS = {
    "alleles": {
        "gene": _GENE,
        "allele": filled,
        "population": filled,
        "percent": _percent,
        "people": _count_or_empty,
        "source": filled,
    },
    "diplotypes": {
        "gene": _GENE,
        "diplotype": filled,
        "population": filled,
        "people": _count,
        "total": _count,
        "source": filled,
    },
    "phenotypes": {
        "gene": _GENE,
        "population": filled,
        "phenotype": one_of(
            "Ultrarapid Metabolizer",
            "Normal Metabolizer",
            "Intermediate Metabolizer",
            "Poor Metabolizer",
        ),
        "method": one_of("genotype", "probe drug"),
        "percent": _percent,
        "people": _count,
        "source": filled,
    },
    "sources": {
        "key": filled,
        "title": filled,
        "url": filled,
        "publisher": filled,
        "copy": one_of("yes", "no"),
        "opened": one_of("yes", "no"),
        "what": filled,
        "date": filled,
    },
}
_KEYS = {
    "alleles": ("gene", "allele", "population"),
    "diplotypes": ("gene", "diplotype", "population"),
    "phenotypes": ("gene", "population", "phenotype", "method"),
}


@functools.cache
def pgx_frequencies() -> PgxFrequencies:
    """Return the book's table, read once.

    Raises
    ------
    MedaiError
        For a missing file, and for the first row that breaks a rule.
    """
    return read_pgx_frequencies(data_path(FOLDER))


def read_pgx_frequencies(folder: Path) -> PgxFrequencies:
    """Read and check the tables of a folder.

    Raises
    ------
    MedaiError
        For the first row that breaks a rule, for an unknown source, for shares of a population
        that add up to more than 100 %, and for more people than were examined.
    """
    tables = read_tables(folder, FOLDER, _COLUMNS, _KEYS)
    sources = {row["key"]: Source(*row.values()) for row in tables["sources"]}
    totals: dict[tuple[str, ...], float] = {}
    for name, size in (("alleles", "percent"), ("phenotypes", "percent"), ("diplotypes", "people")):
        for line, row in enumerate(tables[name], 2):
            if row["source"] not in sources:
                what = f"source is {row['source']!r}"
                raise refusal(FOLDER, name, line, what, "add it to sources.csv")
            key = (name, row["gene"], row["population"], row.get("method", ""))
            totals[key] = totals.get(key, 0) + float(row[size])
            most = float(row.get("total", 100))
            if totals[key] > most + 0.1:  # printed shares are rounded
                what = f"{row['population']}: the sum is {totals[key]:g}"
                raise refusal(FOLDER, name, line, what, f"it must not pass {most:g}")
    return PgxFrequencies(
        tuple(
            AlleleShare(
                *list(row.values())[:3],
                float(row["percent"]),
                int(row["people"]) if row["people"] else None,
                row["source"],
            )
            for row in tables["alleles"]
        ),
        tuple(
            DiplotypeCount(
                *list(row.values())[:3], int(row["people"]), int(row["total"]), row["source"]
            )
            for row in tables["diplotypes"]
        ),
        tuple(
            PhenotypeShare(
                *list(row.values())[:4], float(row["percent"]), int(row["people"]), row["source"]
            )
            for row in tables["phenotypes"]
        ),
        sources,
    )
