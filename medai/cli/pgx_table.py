"""``medai pgx-table``: the phenotypes of a table of genotypes, row by row."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from medai.runtime import MedaiError


def add_parser(subparsers) -> None:
    """Register the subcommand."""
    parser = subparsers.add_parser(
        "pgx-table",
        help="phenotypes of a table of genotypes",
        description=(
            "Read a CSV file (UTF-8) with the columns gene and diplotype; write every column of "
            "it and activity_score, phenotype and note. A row that cannot be read gets an empty "
            "phenotype and the reason in note. The output appears when it is complete. Exit "
            "code: 0 all rows read, 1 some could not be (how many is said), 2 unusable input."
        ),
    )
    parser.add_argument("table", type=Path, metavar="IN.csv", help="genotypes")
    parser.add_argument("--out", required=True, help="where to write (- is standard output)")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Call every row; return 1 when some could not be read."""
    from medai.knowledge.jsonl import atomic_text
    from medai.personalised.pgx.table import call_table

    out = None if args.out == "-" else Path(args.out)
    if not args.table.is_file():
        raise MedaiError(f"{args.table} is no file. Give a CSV file with gene and diplotype.")
    if out is not None and out.exists() and out.samefile(args.table):
        raise MedaiError(f"--out {out} is the table of genotypes itself: choose another name.")
    with atomic_text(out) as target:
        summary = call_table(args.table, target)
    if summary.replaced:
        names = ", ".join(summary.replaced)
        print(f"medai: columns of the input that were written anew: {names}", file=sys.stderr)
    say = f"medai: {summary.rows} rows, {summary.unread} could not be read"
    if summary.unread:
        say += f" (the first in line {summary.first_line}: see the column note)"
    print(f"{say}. For teaching, not medical advice.", file=sys.stderr)
    return 1 if summary.unread else 0
