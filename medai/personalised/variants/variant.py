"""What a VCF holds: genotypes, variants and the file.  Standard library only."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Genotype:
    """The alleles of one person at one place.

    Attributes
    ----------
    alleles : tuple of int or None
        0 for the reference, 1 for the first alternative allele …, None where it was not read;
        one allele (a man's X, the mitochondrion) or two.
    phased : bool
        The order says which chromosome of the pair the allele stands on (``0|1``).
    """

    alleles: tuple[int | None, ...]
    phased: bool = False

    @property
    def missing(self) -> bool:
        """Whether an allele was not read."""
        return None in self.alleles

    def copies(self, allele: int) -> int:
        """Return how many copies of an allele were read."""
        return self.alleles.count(allele)


@dataclass(frozen=True)
class Variant:
    """One alternative allele of a line.

    Attributes
    ----------
    line : int
        Its line in the file, from 1.
    chrom, pos, id, ref, alt
        As in the file; `id` is "" where the file has a dot.
    allele : int
        Its number in the genotypes of the line, from 1.
    passed : bool
        The caller's filters were passed, or not applied.
    gene, consequence : str
        "" where the file has none.
    frequency : float or None
        None where the file has none; never taken for 0.
    info : dict of str to str
        The whole INFO field; "" for a flag.
    genotypes : dict of str to Genotype
        By name of the sample.
    """

    line: int
    chrom: str
    pos: int
    id: str
    ref: str
    alt: str
    allele: int
    passed: bool
    gene: str
    consequence: str
    frequency: float | None
    info: dict[str, str]
    genotypes: dict[str, Genotype]

    @property
    def name(self) -> str:
        """The place and the change in one word, such as ``f1:1200 G>A``."""
        return f"{self.chrom}:{self.pos} {self.ref}>{self.alt}"

    @property
    def compartment(self) -> str:
        """``X``, ``Y``, ``MT`` or ``autosome``, by the name of the chromosome."""
        name = re.sub(r"^(chr|f)", "", self.chrom, flags=re.IGNORECASE).upper()
        return {"X": "X", "Y": "Y", "M": "MT", "MT": "MT"}.get(name, "autosome")


@dataclass(frozen=True)
class Vcf:
    """A file: its samples, and one row for each alternative allele.

    Attributes
    ----------
    samples : tuple of str
        The people, in the order of the columns.
    variants : tuple of Variant
        In the order of the file.
    meta : tuple of str
        The lines that begin with ``##``.
    """

    samples: tuple[str, ...]
    variants: tuple[Variant, ...]
    meta: tuple[str, ...]
