"""Genotypes of a CSV file to phenotypes, one row after the other."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from medai.personalised.pgx.calling import call
from medai.runtime.errors import MedaiError

NEEDED = ("gene", "diplotype")
ADDED = ("activity_score", "phenotype", "note")
_KEPT = 100_000  # answers that are remembered


@dataclass
class Summary:
    """What happened.

    Attributes
    ----------
    rows, unread
        How many rows there were, and how many of them could not be read.
    first_line
        The line of the first one that could not be read; 0 if there is none.
    replaced : tuple of str
        Columns of the input that bore the name of an added one.
    """

    rows: int = 0
    unread: int = 0
    first_line: int = 0
    replaced: tuple[str, ...] = ()


def call_table(source: Path, target: IO[str]) -> Summary:
    """Write a table with its phenotypes.

    Parameters
    ----------
    source
        CSV in UTF-8 (with or without a byte-order mark) with the columns ``gene`` and
        ``diplotype``; others are kept.  A column that bears the name of an added one is
        written anew.
    target
        An open text file.

    Returns
    -------
    Summary

    Raises
    ------
    MedaiError
        When the file is no CSV in UTF-8 or lacks a column.  A row that cannot be read is no
        error: its phenotype is empty and ``note`` says why.
    """
    try:
        with open(source, encoding="utf-8-sig", newline="") as handle:
            return _call_rows(csv.reader(handle), _writer(target), source)
    except UnicodeDecodeError as error:
        raise MedaiError(
            f"{source} is not UTF-8 (byte {error.start}). In a spreadsheet, save it as 'CSV UTF-8'."
        ) from error
    except csv.Error as error:
        raise MedaiError(f"{source} cannot be read as CSV: {error}.") from error
    except OSError as error:
        if error.filename is None:  # it was the target that could not be written
            raise
        raise MedaiError(f"{source} cannot be read: {error.strerror or error}.") from error


def _writer(target: IO[str]) -> Callable[[list[str]], object]:
    """Return what writes a row; a cell with a carriage return needs quotation marks too."""
    plain = csv.writer(target, lineterminator="\n")
    quoted = csv.writer(target, lineterminator="\n", quoting=csv.QUOTE_ALL)

    def write(cells: list[str]) -> object:
        return (quoted if any("\r" in cell for cell in cells) else plain).writerow(cells)

    return write


def _call_rows(reader, write: Callable[[list[str]], object], source: Path) -> Summary:
    """Read the header, then call each row."""
    head = next(reader, [])
    names = [name.strip().lower() for name in head]
    missing = [name for name in NEEDED if names.count(name) != 1]
    if missing:
        raise MedaiError(
            f"{source}: the header must name {' and '.join(missing)} once each; it is "
            f"{', '.join(head) or 'empty'}. Columns are separated by commas."
        )
    kept = [k for k, name in enumerate(names) if name not in ADDED]
    gene, diplotype = (names.index(name) for name in NEEDED)
    summary = Summary(replaced=tuple(name for name in ADDED if name in names))
    write([*(head[k] for k in kept), *ADDED])
    answers: dict[tuple[str, str], tuple[str, str, str, bool]] = {}
    for row in reader:
        if not row:
            continue
        summary.rows += 1
        if len(row) != len(head):
            reason = (
                f"the row has {len(row)} cells and the header {len(head)}: a genotype with a "
                "comma needs quotation marks"
            )
            answer = ("", "", reason, False)
            row = (row + [""] * len(head))[: len(head)]
        else:
            key = row[gene], row[diplotype]
            answer = answers.get(key)
            if answer is None:
                answer = _answer(*key)
                if len(answers) < _KEPT:
                    answers[key] = answer
        *cells, read = answer
        if not read:
            summary.unread += 1
            summary.first_line = summary.first_line or reader.line_num
        write([*(row[k] for k in kept), *cells])
    return summary


def _answer(gene: str, diplotype: str) -> tuple[str, str, str, bool]:
    """Return the three cells of a row, and whether it could be read."""
    try:
        result = call(gene, diplotype)
    except MedaiError as error:
        return "", "", str(error), False
    return result.score, result.phenotype, " ".join(result.notes), True
