"""``medai advise``: what genes mean for a drug."""

from __future__ import annotations

import argparse
import json


def add_parser(subparsers) -> None:
    """Register the subcommand."""
    parser = subparsers.add_parser(
        "advise",
        help="what genes mean for a drug",
        description=(
            "Say what a guideline recommends for a drug and a genotype: the action, how strong "
            "the recommendation is, why, what is missing, and where it was read. Drugs taken at "
            "the same time can change the phenotype. Exit code: 0 answered (a missing gene "
            "too), 2 unusable input."
        ),
        epilog="medai advise --drug codeine --gene 'CYP2D6=*1/*1' --taking paroxetine    "
        "medai advise --drug amitriptyline --gene 'CYP2D6=*1/*4' --gene 'CYP2C19=*1/*17'    "
        "medai advise --drug abacavir --gene 'HLA-B*57:01=positive'",
    )
    parser.add_argument("--drug", metavar="NAME", help="the ingredient, English or Chinese")
    parser.add_argument(
        "--gene", metavar="GENE=RESULT", action="append", default=[], help="once for each gene"
    )
    parser.add_argument(
        "--taking", metavar="NAME", action="append", default=[], help="another drug taken now"
    )
    parser.add_argument(
        "--stopped", metavar="NAME", action="append", default=[], help="a drug stopped lately"
    )
    parser.add_argument("--population", metavar="TEXT", help="which population to show first")
    parser.add_argument("--lang", choices=("en", "zh"), default="en", help="of the advice")
    parser.add_argument("--list", action="store_true", help="list the drugs, then stop")
    parser.add_argument("--json", action="store_true", help="write JSON")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the advice; return 0."""
    from medai.personalised.pgx import advise, covered_drugs
    from medai.personalised.pgx.advice_text import lines
    from medai.runtime import MedaiError

    if args.list:
        print("\n".join(covered_drugs()))
        return 0
    if not args.drug:
        raise MedaiError("Which drug? Write --drug codeine; --list names those of the table.")
    advice = advise(
        args.drug,
        genes_of(args.gene),
        [name for text in args.taking for name in text.split(",") if name.strip()],
        stopped=[name for text in args.stopped for name in text.split(",") if name.strip()],
        population=args.population,
    )
    if args.json:
        print(json.dumps(advice.to_dict(), ensure_ascii=False, indent=2))
    else:
        print("\n".join(lines(advice, args.lang)))
    return 0


def genes_of(texts: list[str]) -> dict[str, str]:
    """Read ``GENE=RESULT``.

    Raises
    ------
    MedaiError
        When a text has no ``=``, or a gene is given twice.
    """
    from medai.runtime import MedaiError

    found: dict[str, str] = {}
    for text in texts:
        gene, equals, result = (part.strip() for part in text.partition("="))
        if not (gene and equals and result):
            raise MedaiError(f"--gene {text!r} has no result: write --gene 'CYP2D6=*1/*4'.")
        if gene.upper() in found:
            raise MedaiError(f"--gene {gene} is given twice: give each gene once.")
        found[gene.upper()] = result
    return found
