"""Read a single change by its two bases: ``rs9923231 GA``, ``rs3918290 C/T``, ``-1639G/A``.

A laboratory may report either strand of the DNA.  The table holds the forward strand of
GRCh38.  Bases of a change such as C>T can be told apart from those of the other strand (G>A);
those of A>T and C>G cannot, and then two equal bases are not read but asked about.
"""

from __future__ import annotations

import re

from medai.datasets.pgx import Variant
from medai.personalised.pgx.genes import Book, clean, squash
from medai.personalised.pgx.notation import without_gene
from medai.runtime.errors import MedaiError

_PAIR = re.compile(r"(rs\d+)?[:=(]*([acgt])[/>]?([acgt])\)?", re.ASCII)
_NAMED = re.compile(r"(rs\d+)[:=(]*([acgt])\)?", re.ASCII)
_OTHER = str.maketrans("ACGT", "TGCA")
_LEGACY = {"VKORC1": "1639"}  # the name by its place before the gene


def read_bases(text: str, books: Book) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    """Read two bases of a single change.

    Parameters
    ----------
    text
        As a laboratory writes it.
    books
        What the tables say of the gene.

    Returns
    -------
    tuple or None
        The names of two alleles (one if one base was given) and notes; None when the text is
        not about bases.

    Raises
    ------
    MedaiError
        For an rsID or a base that the table does not know, and when the strand matters and is
        not known.
    """
    if not books.variants:
        return None
    gene = books.gene.name
    key = squash(without_gene(clean(text), gene))
    legacy = _LEGACY.get(gene)
    if legacy:
        key = re.sub(rf"^(?:c\.)?-?{legacy}:?", books_rsid(books), key)
    found = _PAIR.fullmatch(key) or _NAMED.fullmatch(key)
    if not found:
        return None
    rsid = found[1] or (books_rsid(books) if len(books.variants) == 1 else "")
    if not rsid:
        return None
    variant = books.variants.get(rsid)
    if variant is None:
        known = ", ".join(list(books.variants)[:4])
        raise MedaiError(f"{gene} {text!r}: {rsid} is not in the table, which has {known} …")
    bases = "".join(found.groups("")[1:]).upper()
    return on_forward_strand(gene, text, bases, variant)


def books_rsid(books: Book) -> str:
    """Return the first rsID of a gene."""
    return next(iter(books.variants))


def on_forward_strand(
    gene: str, text: str, bases: str, variant: Variant
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Turn bases into alleles, on whichever strand they were reported."""
    forward = variant.reference_base + variant.variant_base
    reverse = forward.translate(_OTHER)
    rsid = variant.rsid
    if set(bases) <= set(forward) and set(bases) <= set(reverse) and len(set(bases)) == 1:
        raise MedaiError(
            f"{gene} {text!r}: {rsid} is {forward[0]}>{forward[1]}, which reads the same on both "
            f"strands, so {bases} may mean two changes or none. Name the alleles instead: "
            f"'{variant.reference_allele}/{variant.reference_allele}' or "
            f"'{variant.variant_allele}/{variant.variant_allele}'."
        )
    on_reverse = not set(bases) <= set(forward)
    if on_reverse and not set(bases) <= set(reverse):
        raise MedaiError(
            f"{gene} {text!r}: {rsid} is {forward[0]}>{forward[1]} on the forward strand "
            f"({reverse[0]}>{reverse[1]} on the other); {bases} is neither."
        )
    shown = bases.translate(_OTHER) if on_reverse else bases
    names = {
        variant.reference_base: variant.reference_allele,
        variant.variant_base: variant.variant_allele,
    }
    strand, seen = ("reverse", reverse) if on_reverse else ("forward", forward)
    note = (
        f"{rsid} {bases} was read on the {strand} strand of GRCh38, where the change is "
        f"{seen[0]}>{seen[1]}; CPIC names the bases of the forward strand ({shown})."
    )
    return tuple(names[base] for base in shown), (note,)
