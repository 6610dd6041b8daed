"""Pharmacogenomics: alleles to a phenotype (book, Chapter 28).

:func:`call` reads a genotype as a laboratory writes it and returns the phenotype that CPIC's
tables give, with the value of each allele and what the call cannot know.  :func:`advise` says
what genes mean for a drug (Chapter 28), :func:`recommend` the same from phenotypes.  For
teaching; not medical advice.

Examples
--------
>>> result = call("CYP2D6", "*4/*10")
>>> result.phenotype, result.activity_score
('Intermediate Metabolizer', 0.25)
>>> advise("codeine", {"CYP2D6": "*4/*4"}).action
'avoid'
"""

from medai.personalised.pgx._advice_records import Advice
from medai.personalised.pgx.advice import advise, covered_drugs, recommend
from medai.personalised.pgx.calling import call
from medai.personalised.pgx.conditions import Phenotype
from medai.personalised.pgx.genes import gene_names
from medai.personalised.pgx.results import Call, CalledAllele

__all__ = [
    "Advice",
    "Call",
    "CalledAllele",
    "Phenotype",
    "advise",
    "call",
    "covered_drugs",
    "gene_names",
    "recommend",
]
