"""Pharmacogenomics: alleles to a phenotype (book, Chapter 28).

:func:`call` reads a genotype as a laboratory writes it and returns the phenotype that CPIC's
tables give, with the value of each allele and what the call cannot know.  For teaching; not
medical advice.

Examples
--------
>>> result = call("CYP2D6", "*4/*10")
>>> result.phenotype, result.activity_score
('Intermediate Metabolizer', 0.25)
"""

from medai.personalised.pgx.calling import call
from medai.personalised.pgx.genes import gene_names
from medai.personalised.pgx.results import Call, CalledAllele

__all__ = ["Call", "CalledAllele", "call", "gene_names"]
