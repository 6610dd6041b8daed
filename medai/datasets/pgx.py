"""Alleles, their functions and the rules to a phenotype, for 21 genes (book, Chapter 28).

The tables are CPIC's, read through PharmCAT's files (CC0); ``data/pgx/README.md`` says what was
read where.  :func:`pgx_tables` reads and checks them.  Standard library only.

Examples
--------
>>> tables = pgx_tables()
>>> tables.alleles["CYP2D6"]["*10"]
Allele(gene='CYP2D6', name='*10', function='Decreased function', value=0.25, source='pharmcat-2d6')
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path

from medai.datasets.checked_tables import Check, anything, filled, one_of, read_tables, refusal
from medai.datasets.paths import data_path
from medai.runtime.errors import MedaiError

__all__ = ["Allele", "Gene", "PgxTables", "Rule", "Source", "Variant", "pgx_tables", "read_pgx"]

FOLDER = "pgx"
ANY = "any"  # in a rule: whatever the other allele is
SCORED, PAIRED, SINGLE, MARKER = "score", "pair", "single", "marker"


@dataclass(frozen=True)
class Gene:
    """A gene: how its phenotype is found, and what a call cannot know.

    Attributes
    ----------
    name
        ``CYP2D6``, ``HLA-B``.
    rule
        ``score`` (values are added), ``pair`` (two functions), ``single`` (one allele) or
        ``marker`` (carried or not).
    copies
        ``2`` for a diploid gene, ``1`` for a mitochondrial one, ``x`` for one on the X chromosome.
    reference
        The allele that is reported when no tested variant was found; "" for a marker.
    limit
        What a call of this gene cannot know; may be "".
    source
        Key of the source.
    """

    name: str
    rule: str
    copies: str
    reference: str
    limit: str
    source: str


@dataclass(frozen=True)
class Allele:
    """An allele with CPIC's function; `value` is None where CPIC gives none."""

    gene: str
    name: str
    function: str
    value: float | None
    source: str


@dataclass(frozen=True)
class Variant:
    """A single change that decides between two alleles, with its bases on the forward strand."""

    gene: str
    rsid: str
    reference_base: str
    variant_base: str
    reference_allele: str
    variant_allele: str
    source: str


@dataclass(frozen=True)
class Rule:
    """A phenotype: of scores from `low` to `high`, or of two functions."""

    gene: str
    kind: str
    low: float
    high: float
    first: str
    second: str
    phenotype: str
    source: str


@dataclass(frozen=True)
class Source:
    """Where a row was read."""

    key: str
    title: str
    url: str
    publisher: str
    copy: str
    opened: str
    what: str
    date: str


@dataclass(frozen=True)
class PgxTables:
    """All tables, by gene.

    Attributes
    ----------
    genes : dict of str to Gene
    alleles : dict of str to dict of str to Allele
        By gene and name.
    aliases : dict of str to dict of str to str
        By gene: another name to the name.
    variants : dict of str to dict of str to Variant
        By gene and rsID.
    rules : dict of str to tuple of Rule
    sources : dict of str to Source
    """

    genes: dict[str, Gene]
    alleles: dict[str, dict[str, Allele]]
    aliases: dict[str, dict[str, str]]
    variants: dict[str, dict[str, Variant]]
    rules: dict[str, tuple[Rule, ...]]
    sources: dict[str, Source]


def _number(value: str) -> str:
    """Refuse what is neither empty, ``n/a`` nor a multiple of 0.25 that is not negative."""
    if value in ("", "n/a"):
        return ""
    try:
        number = float(value)
    except ValueError:
        number = -1.0
    right = number >= 0 and (number * 4).is_integer()
    return "" if right else "it must be empty, n/a, or a multiple of 0.25 such as 0.5"


_BASE: Check = one_of("A", "C", "G", "T")
_YES_NO: Check = one_of("yes", "no")
_COLUMNS: dict[str, dict[str, Check]] = {
    "genes": {
        "gene": filled,
        "rule": one_of(SCORED, PAIRED, SINGLE, MARKER),
        "copies": one_of("1", "2", "x"),
        "reference": anything,
        "limit": anything,
        "source": filled,
    },
    "alleles": dict.fromkeys(("gene", "allele", "function"), filled)
    | {"value": _number, "source": filled},
    "aliases": dict.fromkeys(("gene", "alias", "allele", "source"), filled),
    "variants": dict.fromkeys(("gene", "rsid"), filled)
    | {"reference_base": _BASE, "variant_base": _BASE}
    | dict.fromkeys(("reference_allele", "variant_allele", "source"), filled),
    "phenotypes": {
        "gene": filled,
        "kind": one_of(SCORED, PAIRED, SINGLE),
        "low": _number,
        "high": _number,
        "first": anything,
        "second": anything,
        "phenotype": filled,
        "source": filled,
    },
    "sources": {
        "key": filled,
        "title": filled,
        "url": anything,
        "publisher": filled,
        "copy": _YES_NO,
        "opened": _YES_NO,
        "what": filled,
        "date": filled,
    },
}
_KEYS = {
    "alleles": ("gene", "allele"),
    "aliases": ("gene", "alias"),
    "variants": ("gene", "rsid"),
    "phenotypes": ("gene", "kind", "low", "first", "second"),
}


@functools.cache
def pgx_tables() -> PgxTables:
    """Return the tables of the book, read and checked once.

    Raises
    ------
    MedaiError
        When a file is missing or a row breaks a rule.
    """
    return read_pgx(data_path(FOLDER))


def read_pgx(folder: Path) -> PgxTables:
    """Read and check the tables of a folder.

    Raises
    ------
    MedaiError
        For the first row that breaks a rule, also for one that names an unknown gene, allele or
        source.
    """
    tables = read_tables(folder, FOLDER, _COLUMNS, _KEYS)
    genes = {row["gene"]: Gene(*row.values()) for row in tables["genes"]}
    alleles: dict[str, dict[str, Allele]] = {gene: {} for gene in genes}
    aliases: dict[str, dict[str, str]] = {gene: {} for gene in genes}
    variants: dict[str, dict[str, Variant]] = {gene: {} for gene in genes}
    rules: dict[str, list[Rule]] = {gene: [] for gene in genes}
    sources = {row["key"]: Source(*row.values()) for row in tables["sources"]}
    for name, rows in tables.items():
        for line, row in enumerate(rows, 2):
            if row.get("gene", next(iter(genes))) not in genes:
                raise refusal(FOLDER, name, line, f"gene is {row['gene']!r}", "add it to genes.csv")
            if row.get("source", next(iter(sources))) not in sources:
                what = f"source is {row['source']!r}"
                raise refusal(FOLDER, name, line, what, "add it to sources.csv")
    for row in tables["alleles"]:
        value = float(row["value"]) if row["value"] not in ("", "n/a") else None
        gene, allele = row["gene"], row["allele"]
        alleles[gene][allele] = Allele(gene, allele, row["function"], value, row["source"])
    for name, target in (("aliases", "allele"), ("variants", "variant_allele")):
        for line, row in enumerate(tables[name], 2):
            if row[target] not in alleles[row["gene"]]:
                what = f"{target} is {row[target]!r}"
                raise refusal(FOLDER, name, line, what, f"{row['gene']} has no such allele")
    for row in tables["aliases"]:
        aliases[row["gene"]][row["alias"]] = row["allele"]
    for row in tables["variants"]:
        variants[row["gene"]][row["rsid"]] = Variant(*row.values())
    for row in tables["phenotypes"]:
        low, high = float(row["low"] or 0), float(row["high"] or "inf")
        rules[row["gene"]].append(
            Rule(row["gene"], row["kind"], low, high, *list(row.values())[4:])
        )
    for gene, known in alleles.items():
        reference = genes[gene].reference
        if reference and reference not in known:
            raise MedaiError(f"data/pgx/genes.csv: {gene} has no allele {reference!r}.")
    fixed = {gene: tuple(rows) for gene, rows in rules.items()}
    return PgxTables(genes, alleles, aliases, variants, fixed, sources)
