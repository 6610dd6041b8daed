"""Which gene is meant, and the names of its alleles in every spelling."""

from __future__ import annotations

import difflib
import functools
import re
import unicodedata
from dataclasses import dataclass

from medai.datasets.pgx import MARKER, Allele, Gene, Variant, pgx_tables
from medai.runtime.errors import MedaiError

OTHER_NAMES = {"IFNL4": "IFNL3", "IFNL3/4": "IFNL3", "IL28B": "IFNL3", "MTRNR1": "MT-RNR1"}
_ASTERISKS = str.maketrans("∗⁎✱✲﹡×✕|∣‐‑‒–—−", "*****xx//------")
LONGEST = 40  # characters in the name of a gene
_MARKER = re.compile(r"(HLA-?[AB])\*?(\d{2,3}):?(\d{2})", re.ASCII)


def clean(text: str) -> str:
    """Return the text with ordinary asterisks, dashes, slashes, letters and single blanks.

    Full-width characters become ordinary ones, and ``>=`` becomes ``≥``.
    """
    text = unicodedata.normalize("NFKC", text).translate(_ASTERISKS).replace(">=", "≥")
    return " ".join(text.split())


def squash(text: str) -> str:
    """Return the text in lower case without blanks: what two spellings of a name share."""
    return "".join(text.lower().split())


@dataclass(frozen=True)
class Book:
    """What the tables say of one gene.

    Attributes
    ----------
    gene : Gene
    alleles : dict of str to Allele
        By squashed name, aliases too.
    order : dict of str to int
        Place of each name in the table, for writing a diplotype in a fixed order.
    variants : dict of str to Variant
        By rsID in lower case.
    """

    gene: Gene
    alleles: dict[str, Allele]
    order: dict[str, int]
    variants: dict[str, Variant]

    def find(self, name: str) -> Allele | None:
        """Return the allele of this name, whatever its spelling, or None."""
        return self.alleles.get(squash(name))

    def close(self, name: str) -> list[str]:
        """Return up to three alleles with a similar name."""
        found = difflib.get_close_matches(squash(name), self.alleles, n=3, cutoff=0.6)
        return list(dict.fromkeys(self.alleles[key].name for key in found))


@functools.cache
def book(gene: str) -> Book:
    """Return what the tables say of a gene; the name must be one of :func:`gene_names`."""
    tables = pgx_tables()
    alleles = tables.alleles[gene]
    by_key = {squash(name): allele for name, allele in alleles.items()}
    for alias, name in tables.aliases[gene].items():
        by_key.setdefault(squash(alias), alleles[name])
    order = {name: place for place, name in enumerate(alleles)}
    variants = {rsid.lower(): variant for rsid, variant in tables.variants[gene].items()}
    return Book(tables.genes[gene], by_key, order, variants)


def gene_names() -> tuple[str, ...]:
    """Return the names of the genes, HLA with one name for each tested allele."""
    tables = pgx_tables()
    names = []
    for gene in tables.genes.values():
        if gene.rule == MARKER:
            names += [gene.name + allele for allele in tables.alleles[gene.name]]
        else:
            names.append(gene.name)
    return tuple(names)


def find_gene(text: str) -> tuple[str, str]:
    """Return the name of a gene and, for HLA, the allele asked for.

    Parameters
    ----------
    text
        ``CYP2D6``, ``cyp2d6``, ``HLA-B``, ``HLA-B*57:01``.

    Returns
    -------
    tuple of str
        The gene, and an HLA allele such as ``*57:01`` or "".

    Raises
    ------
    MedaiError
        When no gene of the table has this name.
    """
    if not isinstance(text, str) or not text.strip() or len(text) > LONGEST:
        raise MedaiError(f"The gene is {str(text)[:40]!r}: it must be a name such as 'CYP2D6'.")
    return _find_gene(text)


@functools.lru_cache(maxsize=4096)
def _find_gene(text: str) -> tuple[str, str]:
    """Do what :func:`find_gene` says, once for every spelling."""
    key = squash(clean(text)).upper().replace("_", "-")
    tables = pgx_tables()
    key = OTHER_NAMES.get(key, key)
    if key in tables.genes:
        return key, ""
    marker = _MARKER.fullmatch(key)
    gene = f"HLA-{marker[1][-1]}" if marker else re.sub(r"^HLA([AB])$", r"HLA-\1", key)
    if marker and (allele := f"*{marker[2]}:{marker[3]}") in tables.alleles[gene]:
        return gene, allele
    if not marker and gene in tables.genes:
        return gene, ""
    names = gene_names()
    near = difflib.get_close_matches(key, dict.fromkeys((*names, *tables.genes)), n=3, cutoff=0.5)
    hint = f"Did you mean {' or '.join(near)}?" if near else "No name is close."
    raise MedaiError(f"{text!r} is no gene of the table. {hint} It holds {', '.join(names)}.")
