"""Cards of Chapter 27: the family's variants, the records, the two ancestries.

Standard library only.
"""

from __future__ import annotations

from medai.datasets.datacard import Card

_CC_BY = "https://creativecommons.org/licenses/by/4.0/"

CARDS: tuple[Card, ...] = (
    Card(
        name="variants",
        title="A family's variants",
        what="A VCF 4.2 file with 20 alternative alleles and six fictional people: a pair from "
        "both parents, carriers, a boy's X, a genotype that was not read, and more.",
        kind="embedded",
        source="written for this book (data/variants/); only the symbols of the genes are real",
        licence="CC BY 4.0",
        licence_url=_CC_BY,
        version="22 November 2026",
        citation="this book; the format: VCF specification, samtools.github.io/hts-specs "
        "(excerpt of version 4.1 opened)",
        flaws=(
            "Invented: positions, frequencies and consequences mean nothing; the chromosomes are "
            "called f1, fX and fMT.",
            "Twenty alleles; a real exome holds tens of thousands, mostly harmless.",
            "No geneticist has read it.",
        ),
    ),
    Card(
        name="records",
        title="Records with a known condition",
        what="46 fictional records (words, problems, medicines, laboratory values) with their "
        "condition, 8 of them a medicine's side effect; 25 laboratory tests and 61 relations of "
        "medicines to conditions and findings.",
        kind="embedded",
        source="written for this book (data/records/), the records before the code was first run "
        "on them; sources.csv names what was read",
        licence="CC BY 4.0; HPO ids under the HPO licence",
        licence_url=_CC_BY,
        version="22 November 2026; ids of HPO 2025-01-16",
        citation="this book",
        flaws=(
            "One writer wrote records and tables, so the records ask what the tables know.",
            "No physician has read them.",
            "The strengths of the relations are teaching estimates; some sources are weak.",
            "Reference intervals come from an old edition in a copy.",
        ),
    ),
    Card(
        name="two-ancestries",
        title="Two simulated ancestries with the same risk",
        what="Genotypes and illness of people in two groups, A and B, in which the causes of a "
        "disease are equally frequent and equally strong, and the measured markers are not.",
        kind="embedded",
        source="generated: medai.datasets.polygenic, seeded",
        licence="CC BY 4.0",
        licence_url=_CC_BY,
        version="changes with the book",
        citation="this book; drift after Balding and Nichols (not opened)",
        flaws=(
            "A and B stand for no people; real ancestry is no box and real risk differs for many "
            "reasons.",
            "Every cause has one marker; real chromosomes are dense with them.",
            "How badly a score travels here follows from the numbers that were put in.",
        ),
    ),
)
