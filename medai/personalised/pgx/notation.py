"""Read the ways in which laboratories write two alleles.

``*1/*4``, ``*1x2/*4``, ``*1xN``, ``*1x≥3``, ``*36+*10/*1``, ``c.1905+1G>A (*2A)/Reference``,
``CYP2D6*10/*10``, ``(*1/*4)x3``; lower case, blanks and full-width characters do not matter.
This module finds the two halves, their names and copies; what an allele does stands elsewhere.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

from medai.datasets.pgx import pgx_tables
from medai.personalised.pgx.genes import Book, book, clean, squash
from medai.runtime.errors import MedaiError

COUNTED = "CYP2D6"  # the gene whose copies count
DELETED = "*5"  # the CYP2D6 allele that is no gene at all
LONGEST = 200  # characters
FORM = "Write both alleles with a slash, as in '*1/*4'."

_STAR = re.compile(r"(\*\d{1,3}[a-z]?)(\.\d{1,3})?(?:x(≥|>)?(\d{1,2}|n))?", re.ASCII)
_UNKNOWN = re.compile(
    r"\*\d{1,4}[a-z]{0,2}(\.\d{1,3})?(x[≥>]?(\d{1,2}|n))?|rs\d+"
    r"|[cgm]\.[\d_+*-]+([acgt]>([acgt]|del)|(del|dup|ins|delins)[acgt]*)(\(.{1,20}\))?",
    re.ASCII,
)
_TWICE = re.compile(r"[\s,;(]*homozygous\)?$", re.IGNORECASE)
_NAME = re.compile(r"[a-z][a-z0-9 .,'+_-]{0,60}")
_TOTAL = (
    re.compile(r"\((?P<pair>.+/.+)\)x(?P<more>≥|>)?(?P<n>\d{1,2}|n)"),
    re.compile(
        r"(?P<pair>.+?)[,;(\[]*(?:cn|copynumber|copies|totalcopies)[=:]?(?P<n>\d{1,2})[)\]]?"
    ),
    re.compile(r"(?P<pair>.+?)[,;(\[]*(?P<n>\d{1,2})copies[)\]]?"),
    re.compile(r"(?P<pair>.+?/.+?)[,;(\[+]*dup(?:lication)?[)\]]?"),
)


@dataclass(frozen=True)
class Part:
    """One allele of a chromosome.

    Attributes
    ----------
    name
        As the table spells it, or as written (upper case letter) if the table lacks it.
    copies
        How many copies stand there; the least number if `at_least`.
    at_least
        True for ``xN`` and ``x≥3``.
    suballele
        ``.001`` of ``*4.001``, or "".
    """

    name: str
    copies: int = 1
    at_least: bool = False
    suballele: str = ""

    def __str__(self) -> str:
        if self.at_least:
            return f"{self.name}x≥{self.copies}"
        return self.name if self.copies == 1 else f"{self.name}x{self.copies}"


Chromosome = tuple[Part, ...]


@dataclass(frozen=True)
class Genotype:
    """What was read: one or two chromosomes and, if the text says it, all copies together.

    Attributes
    ----------
    chromosomes
        One or two; a chromosome is a tuple of parts (several in a tandem).
    total
        Copies of the gene over both chromosomes, or None.
    total_at_least
        True when `total` is only the least number.
    """

    chromosomes: tuple[Chromosome, ...]
    total: int | None = None
    total_at_least: bool = False


def written(chromosome: Chromosome) -> str:
    """Return a chromosome as text, ``*36+*10``."""
    return "+".join(map(str, chromosome))


def without_gene(text: str, gene: str) -> str:
    """Drop the gene's own name before an allele; refuse another gene's name.

    Raises
    ------
    MedaiError
        When the text names another gene of the table.
    """
    found = _gene_pattern().match(text)
    if not found:
        return text
    if found[1].upper() != gene:
        raise MedaiError(f"{text!r} names {found[1]}, but the gene asked for is {gene}.")
    return text[found.end() :]


def gene_first(text: str) -> tuple[str, str]:
    """Split a text into the gene it begins with ("" if none) and the rest."""
    found = _gene_pattern().match(text)
    return (found[1].upper(), text[found.end() :]) if found else ("", text)


@functools.cache
def _gene_pattern() -> re.Pattern:
    """Return what finds the name of a gene at the beginning of a text."""
    names = sorted(map(re.escape, pgx_tables().genes), key=len, reverse=True)
    return re.compile(rf"({'|'.join(names)})(?![a-z0-9])[\s:=_-]*", re.IGNORECASE)


def one_part(text: str, books: Book) -> Part | None:
    """Read one allele; None when the text has not the form of one."""
    allele = books.find(text)
    if allele is not None:
        return Part(allele.name)
    key = squash(text)
    star = _STAR.fullmatch(key)
    if star and (star[4] is None or books.gene.name == COUNTED):
        name, number = star[1].upper(), star[4]
        known = books.find(name)
        copies = 2 if number == "n" else int(number or 1) + (star[3] == ">")
        if copies < 1:
            raise MedaiError(f"{text!r} says {copies} copies: a deleted gene is written {DELETED}.")
        at_least = number == "n" or bool(star[3])
        return Part(known.name if known else name, copies, at_least, star[2] or "")
    if _UNKNOWN.fullmatch(key):
        return Part(clean(text))
    if books.gene.copies == "x" and _NAME.fullmatch(text.lower().strip()):
        return Part(text.strip())  # G6PD: names of places
    return None


@functools.lru_cache(maxsize=16384)
def one_chromosome(text: str, gene: str) -> Chromosome | None:
    """Read what stands on one chromosome; None when the text has not the form of it."""
    books = book(gene)
    if not text.strip():
        return None
    if books.gene.name == COUNTED and "+" in text:
        parts = [one_part(without_gene(piece.strip(), COUNTED), books) for piece in text.split("+")]
        return None if None in parts else tuple(parts)
    part = one_part(text, books)
    return None if part is None else (part,)


def halves(text: str, books: Book) -> list[str]:
    """Split at the slash, except at one inside a known name (``Telti/Kobe``)."""
    pieces = [piece.strip() for piece in text.split("/")]
    if len(pieces) <= 2 and books.find(text) is None:
        return pieces
    merged = []
    while pieces:
        piece = pieces.pop(0)
        if pieces and books.find(f"{piece}/{pieces[0]}"):
            piece = f"{piece}/{pieces.pop(0)}"
        merged.append(piece)
    return merged


def total_copies(text: str) -> tuple[str, int | None, bool]:
    """Take a statement of all copies off the text: ``(*1/*4)x3``, ``*1/*4 CN=3``, ``*1/*4 dup``.

    Returns
    -------
    tuple
        The rest, the number or None, and whether there may be more.
    """
    key = squash(text)
    for pattern in _TOTAL:
        found = pattern.fullmatch(key)
        if found and "/" in found["pair"]:
            groups = found.groupdict()
            number, more = groups.get("n", "n"), groups.get("more")
            if number == "n":
                return found["pair"], 3, True
            return found["pair"], int(number) + (more == ">"), bool(more)
    return text, None, False


def _twice(text: str) -> str:
    """Write ``*10 homozygous`` as ``*10/*10``."""
    rest = _TWICE.sub("", text)
    return f"{rest}/{rest}" if rest != text and "/" not in rest else text


def read(text: str, books: Book) -> Genotype:
    """Read a genotype.

    Parameters
    ----------
    text
        As a laboratory writes it.
    books
        What the tables say of the gene.

    Returns
    -------
    Genotype
        With one chromosome if only one allele is named.

    Raises
    ------
    MedaiError
        When the text has no known form.  An allele that the table lacks is no error.
    """
    gene = books.gene.name
    plain = clean(text)
    if not plain or len(plain) > LONGEST:
        shown = repr(text) if len(plain) <= LONGEST else f"a text of {len(plain)} characters"
        raise MedaiError(f"{gene}: {shown} is no genotype. {FORM}")
    rest, total, more = without_gene(plain, gene), None, False
    if gene == COUNTED:
        rest, total, more = total_copies(rest)
    pieces = [without_gene(piece, gene) for piece in halves(_twice(rest), books)]
    chromosomes = [one_chromosome(piece, gene) for piece in pieces]
    if len(pieces) > 2:
        raise MedaiError(f"{gene} {text!r} names {len(pieces)} alleles; a person has two. {FORM}")
    if None in chromosomes:
        bad = pieces[chromosomes.index(None)]
        raise MedaiError(f"{gene} {text!r}: {bad!r} is not the name of an allele. {FORM}")
    return Genotype(tuple(chromosomes), total, more)
