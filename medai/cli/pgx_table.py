"""``medai pgx-table``: the phenotypes of a table of genotypes, row by row."""

from __future__ import annotations

import argparse
import contextlib
import io
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from medai.runtime import MedaiError
from medai.runtime.files import replacing


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
    from medai.personalised.pgx.table import call_table

    out = None if args.out == "-" else Path(args.out)
    if not args.table.is_file():
        raise MedaiError(f"{args.table} is no file. Give a CSV file with gene and diplotype.")
    if out is not None and out.exists() and out.samefile(args.table):
        raise MedaiError(f"--out {out} is the table of genotypes itself: choose another name.")
    with complete(out) as target:
        summary = call_table(args.table, target)
    if summary.replaced:
        names = ", ".join(summary.replaced)
        print(f"medai: columns of the input that were written anew: {names}", file=sys.stderr)
    say = f"medai: {summary.rows} rows, {summary.unread} could not be read"
    if summary.unread:
        say += f" (the first in line {summary.first_line}: see the column note)"
    print(f"{say}. For teaching, not medical advice.", file=sys.stderr)
    return 1 if summary.unread else 0


@contextlib.contextmanager
def complete(path: Path | None) -> Iterator[IO[str]]:
    """Open a text file that appears when it is complete; None is standard output.

    A device or a pipe is written to directly.
    """
    if path is None:
        yield sys.stdout
        return
    path = path.resolve()
    try:
        if path.is_dir():
            raise IsADirectoryError(21, "it is a folder")
        if path.exists() and not path.is_file():
            with open(path, "w", encoding="utf-8", newline="") as file:
                yield file
            return
        with replacing(path) as raw:
            text = io.TextIOWrapper(raw, encoding="utf-8", newline="")
            yield text
            text.flush()
            text.detach()
    except OSError as error:
        raise MedaiError(f"{path} cannot be written: {error.strerror or error}.") from error
