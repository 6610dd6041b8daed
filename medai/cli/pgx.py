"""``medai pgx``: the phenotype of one genotype."""

from __future__ import annotations

import argparse
import json


def add_parser(subparsers) -> None:
    """Register the subcommand."""
    parser = subparsers.add_parser(
        "pgx",
        help="phenotype of a genotype",
        description=(
            "Turn a genotype into CPIC's phenotype: the alleles with their function and value, "
            "the activity score, and what the call cannot know. Both alleles are needed; one "
            "alone is refused with the question to ask. Exit code: 0 called (Indeterminate "
            "too), 2 unusable input."
        ),
        epilog="medai pgx CYP2D6 '*10/*10'    medai pgx VKORC1 'rs9923231 GA'    "
        "medai pgx 'HLA-B*57:01' positive    medai pgx G6PD Mahidol/Y",
    )
    parser.add_argument("gene", metavar="GENE", help="CYP2D6; also 'CYP2D6*1/*4' in one")
    parser.add_argument("diplotype", metavar="DIPLOTYPE", nargs="?", help="both alleles: '*1/*4'")
    parser.add_argument("--json", action="store_true", help="write JSON")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Call one genotype; return 0."""
    from medai.personalised.pgx import call

    gene, diplotype = args.gene, args.diplotype
    if diplotype is None:
        gene, diplotype = apart(gene)
    result = call(gene, diplotype)
    if args.json:
        print(json.dumps(result.to_dict(), ensure_ascii=False, indent=2))
        return 0
    print(f"{result.gene} {result.diplotype}")
    for allele in result.alleles:
        value = "" if allele.value is None else f", value {allele.value}"
        print(f"  {allele.name}: {allele.function}{value}")
    if result.score:
        print(f"Activity score: {result.score}")
    print(f"Phenotype: {result.phenotype}")
    for note in result.notes:
        print(f"- {note}")
    for source in result.sources:
        print(f"Source: {source.title}{f', {source.url}' if source.url else ''}")
    print("For teaching. Not medical advice.")
    return 0


def apart(text: str) -> tuple[str, str]:
    """Split ``CYP2D6*1/*4`` into gene and genotype.

    Raises
    ------
    MedaiError
        When the text begins with no gene of the table, or nothing follows it.
    """
    from medai.personalised.pgx.genes import clean
    from medai.personalised.pgx.notation import gene_first
    from medai.runtime import MedaiError

    gene, rest = gene_first(clean(text))
    if not gene or not rest:
        raise MedaiError(
            f"{text!r} is not a gene with a genotype: write the two apart, as in "
            "medai pgx CYP2D6 '*1/*4'."
        )
    return gene, rest
