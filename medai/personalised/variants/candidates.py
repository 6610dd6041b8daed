"""From variants to candidate genes, and from genes to diseases whose inheritance fits.

The filter is the usual first one: a variant stays when it is rare and changes the product of
its gene.  The limits are teaching choices, arguments of :class:`RareFilter`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from medai.personalised.variants.inheritance import ORDER, Fit, Mode, fit, modes_of
from medai.personalised.variants.links import diseases_of
from medai.personalised.variants.variant import Variant, Vcf
from medai.personalised.variants.vcf import DAMAGING
from medai.runtime.errors import MedaiError

if TYPE_CHECKING:
    from medai.knowledge.graph import KnowledgeGraph

ONE_COPY = ("dominant", "X-linked dominant", "mitochondrial")


@dataclass(frozen=True)
class RareFilter:
    """What a candidate variant must be.

    Attributes
    ----------
    most : float
        The highest frequency of a candidate allele.
    most_dominant : float
        The same where one copy makes ill: such an allele cannot be frequent.
    consequences : tuple of str
        Which changes count, of :data:`~medai.personalised.variants.vcf.CONSEQUENCES`.
    passed_only : bool
        Leave out what the caller's own filters refused.

    Notes
    -----
    An allele without a stated frequency stays, since nobody has seen it; one without a stated
    consequence goes, since nothing is claimed about it.
    """

    most: float = 0.01
    most_dominant: float = 0.001
    consequences: tuple[str, ...] = DAMAGING
    passed_only: bool = True

    def __post_init__(self) -> None:
        if not 0 <= self.most_dominant <= self.most <= 1:
            raise MedaiError(
                f"most_dominant={self.most_dominant}, most={self.most}: frequencies from 0 to 1, "
                "the dominant limit not above the other."
            )

    def keeps(self, one: Variant, mode: Mode | None = None) -> bool:
        """Tell whether a variant is a candidate, for a disease inherited in this way."""
        limit = self.most_dominant if mode in ONE_COPY else self.most
        rare = one.frequency is None or one.frequency <= limit
        counts = one.consequence in self.consequences
        return rare and counts and (one.passed or not self.passed_only)


@dataclass(frozen=True)
class CandidateGene:
    """A gene with at least one candidate variant that the person carries, or that was not read.

    Attributes
    ----------
    gene : str
        Its symbol.
    variants : tuple of Variant
        In the order of the file.
    """

    gene: str
    variants: tuple[Variant, ...]


@dataclass(frozen=True)
class DiseaseFit:
    """A disease of a candidate gene, and whether the genotype fits its inheritance.

    Attributes
    ----------
    disease_id, name, gene : str
        The disease and the gene that leads to it.
    modes : tuple of str
        How it is inherited, as HPO states it.
    fit : Fit
        The verdict of the best mode.
    variants : tuple of Variant
        The candidate variants of the gene.
    """

    disease_id: str
    name: str
    gene: str
    modes: tuple[Mode, ...]
    fit: Fit
    variants: tuple[Variant, ...]


def candidate_genes(
    vcf: Vcf, sample: str, keep: RareFilter | None = None
) -> tuple[CandidateGene, ...]:
    """Return the genes in which a person has candidate variants, in the order of the file.

    Raises
    ------
    MedaiError
        When the file has no such sample.
    """
    if sample not in vcf.samples:
        names = ", ".join(vcf.samples) or "none"
        raise MedaiError(f"sample={sample!r} is not in the file; its samples: {names}.")
    keep = RareFilter() if keep is None else keep
    found: dict[str, list[Variant]] = {}
    for one in vcf.variants:
        genotype = one.genotypes[sample]
        if one.gene and keep.keeps(one) and (genotype.copies(one.allele) or genotype.missing):
            found.setdefault(one.gene, []).append(one)
    return tuple(CandidateGene(gene, tuple(rows)) for gene, rows in found.items())


def judge_diseases(
    genes: Iterable[CandidateGene],
    sample: str,
    sex: str | None = None,
    keep: RareFilter | None = None,
    *,
    source: str = "omim",
    graph: KnowledgeGraph | None = None,
) -> tuple[DiseaseFit, ...]:
    """Return every disease of the candidate genes with its fit, those that fit first.

    A disease of several candidate genes stands once, with the gene that fits best.

    Raises
    ------
    MedaiError
        As :func:`~medai.personalised.variants.inheritance.fit`.
    """
    if graph is None:
        from medai.knowledge.load import load_graph

        graph = load_graph()
    keep = RareFilter() if keep is None else keep
    best: dict[str, DiseaseFit] = {}
    for one in genes:
        for disease in diseases_of(one.gene, source):
            if disease not in graph.disease_index:
                continue
            modes = modes_of(graph, disease)
            verdict = _best_fit(modes, one.variants, sample, sex, keep)
            name = graph.disease_names[graph.disease_number(disease)]
            judged = DiseaseFit(disease, name, one.gene, modes, verdict, one.variants)
            known = best.get(disease)
            if known is None or _order(judged) > _order(known):
                best[disease] = judged
    return tuple(sorted(best.values(), key=lambda one: (-_order(one), one.gene, one.disease_id)))


def _order(one: DiseaseFit) -> int:
    return ORDER.index(one.fit.verdict)


def _best_fit(
    modes: Sequence[Mode],
    variants: Sequence[Variant],
    sample: str,
    sex: str | None,
    keep: RareFilter,
) -> Fit:
    """Judge each mode with the variants that are rare enough for it."""
    if not modes:
        return fit((), variants, sample, sex)
    judged = []
    for mode in modes:
        rare = [one for one in variants if keep.keeps(one, mode)]
        too_frequent = Fit("no", "too frequent for a disease that one copy causes")
        judged.append(fit((mode,), rare, sample, sex) if rare else too_frequent)
    return max(judged, key=lambda one: ORDER.index(one.verdict))
