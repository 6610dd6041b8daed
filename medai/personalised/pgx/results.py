"""What a call holds."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from medai.datasets.pgx import Source


@dataclass(frozen=True)
class CalledAllele:
    """What stands on one chromosome.

    Attributes
    ----------
    name
        ``*10``, ``*1x2``, ``*36+*10``.
    function
        CPIC's function; ``not in the table`` for an unknown allele; joined by ``+`` in a tandem.
    value
        Activity value of the whole chromosome, or None.
    source
        Keys of the sources, joined by blanks.
    """

    name: str
    function: str
    value: float | None
    source: str


@dataclass(frozen=True)
class Call:
    """The phenotype of a genotype.

    Attributes
    ----------
    gene
        CPIC's name.
    diplotype
        What was understood, in the order of the table.
    activity_score
        Sum of the activity values; the least one if the copies are open (``score`` says so);
        None when there is none.
    phenotype
        CPIC's words, or ``Indeterminate``.
    alleles : tuple of CalledAllele
    notes : tuple of str
        What was assumed and what the call cannot know.
    score
        The activity score as PharmCAT writes it: ``1.25``, ``≥3.0``, ``n/a``; "" for a gene
        whose phenotype does not come from a score.
    sources : tuple of medai.datasets.pgx.Source
    """

    gene: str
    diplotype: str
    activity_score: float | None
    phenotype: str
    alleles: tuple[CalledAllele, ...]
    notes: tuple[str, ...]
    score: str = ""
    sources: tuple[Source, ...] = ()

    def to_dict(self) -> dict:
        """Return JSON-ready values."""
        return asdict(self)
