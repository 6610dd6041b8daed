"""The rows of ``data/pgx_advice`` as dataclasses (:mod:`medai.datasets.pgx_advice`)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Guideline:
    """A guideline or a label: key, title, who publishes it, year, address."""

    key: str
    title: str
    body: str
    year: int
    url: str


@dataclass(frozen=True)
class PgxSource:
    """What was read: see the columns of ``sources.csv`` in the README."""

    key: str
    title: str
    url: str
    publisher: str
    copy: bool
    opened: bool
    what: str
    date: str


@dataclass(frozen=True)
class Recommendation:
    """One row of advice.

    Attributes
    ----------
    id : str
        Unique: the guideline's key and a number.
    drugs : tuple of str
        The drugs it is for.
    when : tuple of (gene, tuple of str)
        For each gene what its result must be: a phenotype, ``score 0-0.5``, ``diplotype *1/*3``,
        ``any`` (any result) or ``no result``.
    population, action, strength, text, implication, text_zh, implication_zh, note : str
        What to do for whom, how sure the guideline is, and why.
    guideline : Guideline
        The guideline it follows.
    source : PgxSource
        What was read.
    checked : str
        How the row was checked.
    """

    id: str
    drugs: tuple[str, ...]
    when: tuple[tuple[str, tuple[str, ...]], ...]
    population: str
    action: str
    strength: str
    text: str
    implication: str
    text_zh: str
    implication_zh: str
    guideline: Guideline
    source: PgxSource
    checked: str
    note: str


@dataclass(frozen=True)
class DrugEntry:
    """A drug: the genes that its advice needs, genes that add to it, other names."""

    drug: str
    name_zh: str
    genes: tuple[str, ...]
    more_genes: tuple[str, ...]
    aliases: tuple[str, ...]


@dataclass(frozen=True)
class DrugNote:
    """A sentence that belongs to every answer about a drug."""

    drug: str
    text: str
    text_zh: str
    source: PgxSource


@dataclass(frozen=True)
class Modifier:
    """A drug that inhibits or induces an enzyme, and how strongly."""

    drug: str
    enzyme: str
    strength: str
    source: PgxSource
    note: str
