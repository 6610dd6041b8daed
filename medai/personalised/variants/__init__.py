"""From a file of variants to ranked diseases, and a polygenic score with its limits.

:func:`read_vcf` reads a small VCF, :func:`candidate_genes` keeps the genes with rare variants
that may harm, :func:`rank_with_genes` combines them with the phenotype score of
:mod:`medai.knowledge`.  :mod:`~medai.personalised.variants.polygenic` is the sum of many small
effects.  For teaching; not medical advice, and no tool for real sequencing.
"""

from medai.personalised.variants.candidates import (
    CandidateGene,
    RareFilter,
    candidate_genes,
    judge_diseases,
)
from medai.personalised.variants.combine import (
    GeneRanking,
    RankedWithGenes,
    flag_evidence,
    rank_with_genes,
)
from medai.personalised.variants.inheritance import Fit, Mode, fit, modes_of
from medai.personalised.variants.links import genes_of, omim_genes
from medai.personalised.variants.variant import Genotype, Variant, Vcf
from medai.personalised.variants.vcf import parse_vcf, read_vcf

__all__ = [
    "CandidateGene",
    "Fit",
    "GeneRanking",
    "Genotype",
    "Mode",
    "RankedWithGenes",
    "RareFilter",
    "Variant",
    "Vcf",
    "candidate_genes",
    "fit",
    "flag_evidence",
    "genes_of",
    "judge_diseases",
    "modes_of",
    "omim_genes",
    "parse_vcf",
    "rank_with_genes",
    "read_vcf",
]
