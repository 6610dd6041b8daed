"""The records of an advice: the genes used, the choices by population, the whole answer."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Advice", "Choice", "GeneUsed"]


@dataclass(frozen=True)
class GeneUsed:
    """A gene of the answer: what the genotype says, and what was used."""

    gene: str
    diplotype: str
    phenotype: str
    activity_score: float | None
    phenotype_used: str
    activity_score_used: float | None
    notes: tuple[str, ...] = ()

    @property
    def converted(self) -> bool:
        """Whether another drug changed the phenotype."""
        return (self.phenotype, self.activity_score) != (
            self.phenotype_used,
            self.activity_score_used,
        )

    def to_dict(self) -> dict:
        """Return JSON-ready values."""
        return {**vars(self), "notes": list(self.notes), "converted": self.converted}


@dataclass(frozen=True)
class Choice:
    """The recommendation for one population, in the words of the table."""

    population: str
    action: str
    strength: str
    text: str
    implication: str
    text_zh: str
    implication_zh: str
    guideline: str
    year: int
    url: str
    source: str
    checked: str
    note: str
    row: str


@dataclass(frozen=True)
class Advice:
    """The answer for one drug.

    Attributes
    ----------
    drug : str
    genes : tuple of GeneUsed
        Genes of the drug that are known: phenotype by genotype, and phenotype used.
    action : str or None
        ``standard``, ``adjust``, ``alternative``, ``avoid`` or ``no recommendation``; None when
        a gene is missing that the guideline needs.
    strength, population, text, implication, text_zh, implication_zh : str
        The first choice; "" when there is none.
    choices : tuple of Choice
        All populations of the guideline for which a row holds, the first choice first.
    missing : tuple of str
        Genes without a result.
    notes : tuple of str
        What a reader must be told.
    sources : tuple of dict
        ``key``, ``title`` and ``url`` of the guidelines and of what was read.
    """

    drug: str
    genes: tuple[GeneUsed, ...]
    action: str | None
    strength: str
    population: str
    text: str
    implication: str
    text_zh: str
    implication_zh: str
    choices: tuple[Choice, ...]
    missing: tuple[str, ...]
    notes: tuple[str, ...]
    sources: tuple[dict, ...]

    def to_dict(self) -> dict:
        """Return JSON-ready values."""
        found = {name: getattr(self, name) for name in self.__dataclass_fields__}
        found["genes"] = [one.to_dict() for one in self.genes]
        found["choices"] = [vars(one).copy() for one in self.choices]
        for name in ("missing", "notes", "sources"):
            found[name] = list(found[name])
        return found
