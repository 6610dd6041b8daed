"""Tables of a folder of ``data/``, read with every value checked by its column's rule.

A row that breaks a rule is refused with its file, its line, the value, the rule and the way out,
so that a damaged or carelessly edited lexicon never reads a patient's words.
Standard library only.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Mapping
from pathlib import Path

from medai.runtime.errors import MedaiError

Row = dict[str, str]
Tables = dict[str, list[Row]]
Check = Callable[[str], str]  # returns the rule that a value breaks, "" if it breaks none
Columns = Mapping[str, Mapping[str, Check]]


def anything(value: str) -> str:
    """Accept every value."""
    return ""


def filled(value: str) -> str:
    """Refuse an empty value."""
    return "" if value else "it must not be empty"


def term(value: str) -> str:
    """Refuse what is no HPO id."""
    return "" if re.fullmatch(r"HP:\d{7}", value) else "it must be an HPO id such as HP:0001945"


def one_of(*choices: str) -> Check:
    """Return a rule that accepts these values only."""
    rule = "it must be one of " + ", ".join(choice or "(empty)" for choice in choices)
    return lambda value: "" if value in choices else rule


def refusal(book: str, name: str, line: int, what: str, rule: str) -> MedaiError:
    """Return the error for a line of ``data/<book>/<name>.csv``."""
    return MedaiError(
        f"data/{book}/{name}.csv, line {line}: {what}: {rule}. "
        "Correct the line (README.md beside the file says what each column holds)."
    )


def read_tables(
    folder: Path,
    book: str,
    columns: Columns,
    keys: Mapping[str, tuple[str, ...]],
    *,
    blank: str = "",
    fold: Callable[[str], str] = str,
) -> Tables:
    """Read and check the CSV files of a folder.

    Parameters
    ----------
    folder
        Where the files stand.
    book
        The name of the folder in ``data/``, for messages.
    columns
        For each table (the file's name) its columns in order, each with its rule.
    keys
        The columns that must not stand twice; by default a table's first one.
    blank
        A value that may be nothing but white space.
    fold
        What makes two keys the same.

    Raises
    ------
    MedaiError
        For a missing file, and for the first row that breaks a rule.
    """
    tables = {}
    for name, checks in columns.items():
        path = folder / f"{name}.csv"
        if not path.is_file():
            raise MedaiError(
                f"{path} is missing: the lexicon needs {len(columns)} tables. "
                f"Take the folder data/{book} from the book's repository again."
            )
        with open(path, encoding="utf-8", newline="") as handle:
            lines = list(csv.reader(handle))
        head = lines[0] if lines else []
        if head != list(checks):
            what, rule = f"the columns are {head}", f"they must be {list(checks)}"
            raise refusal(book, name, 1, what, rule)
        rows, seen = [], {}
        for line, values in enumerate(lines[1:], 2):
            if len(values) != len(head):
                what, rule = f"{len(values)} values {values}", f"{len(head)} are needed"
                raise refusal(book, name, line, what, rule)
            row = dict(zip(head, values, strict=True))
            for column, value in row.items():
                broken = checks[column](value)
                if not broken and ((value != value.strip() and value != blank) or "\n" in value):
                    broken = "it must have no blanks around it and no line break"
                if broken:
                    raise refusal(book, name, line, f"{column} is {value!r}", broken)
            key = tuple(fold(row[column]) for column in keys.get(name, head[:1]))
            if key in seen:
                rule = f"it stands in line {seen[key]} already"
                raise refusal(book, name, line, f"{' '.join(key)!r}", rule)
            seen[key] = line
            rows.append(row)
        tables[name] = rows
    return tables
