"""The everyday English of signs and symptoms (``data/en_findings``), read and checked.

Every table is a CSV file whose columns are described in ``data/en_findings/README.md``.  A row
that breaks a rule is refused with its file, its line, the value, the rule and the way out.
What needs the ontology (are the ids current, is that their name?) is checked by the tests.
"""

from __future__ import annotations

import csv
import functools
import re
from collections.abc import Callable
from pathlib import Path

from medai.datasets.paths import data_path
from medai.runtime.errors import MedaiError

Row = dict[str, str]
Tables = dict[str, list[Row]]
Check = Callable[[str], str]  # returns the rule that a value breaks, "" if it breaks none

STATUSES = ("absent", "present", "past", "family", "possible")
KINDS = ("exact", "broader", "ask")


def _any(value: str) -> str:
    return ""


def _filled(value: str) -> str:
    return "" if value else "it must not be empty"


def _term(value: str) -> str:
    return "" if re.fullmatch(r"HP:\d{7}", value) else "it must be an HPO id such as HP:0001945"


def _terms(value: str) -> str:
    return "it must be HPO ids joined by |" if any(map(_term, value.split("|"))) else ""


def _one_of(*choices: str) -> Check:
    rule = f"it must be one of {', '.join(choices)}"
    return lambda value: "" if value in choices else rule


def _pattern(value: str) -> str:
    """Check the notation: ``{a|b}`` not nested, ``...`` between words only."""
    if not value:
        return "it must not be empty"
    if value.replace(" ", "").isalpha():
        return ""
    outside = re.sub(r"\{[^{}]*\}", "", value)
    if "{" in outside or "}" in outside:
        return "every { needs its }, and braces must not be nested"
    if "|" in outside:
        return "| may stand in braces only"
    if value.count("...") != outside.count("..."):
        return "... must not stand in braces"
    if "..." in value and re.search(r"^\s*\.\.\.|\.\.\.\s*$|\S\.\.\.|\.\.\.\S", value):
        return "... must stand between words, with blanks around it"
    if "{}" in value or not re.search(r"\w", value):
        return "it must hold a word"
    return ""


def _template(value: str) -> str:
    return _pattern(value) if value.count("<part>") == 1 else "it must hold <part> once"


def _word(value: str) -> str:
    return "" if re.fullmatch(r"[a-z]+", value) else "it must be one word in small letters"


COLUMNS: dict[str, dict[str, Check]] = {
    "findings": {
        "hpo": _term,
        "name": _filled,
        "expression": _pattern,
        "kind": _one_of(*KINDS),
        "note": _any,
    },
    "parts": {"part": _filled, "complaint": _filled, "hpo": _term},
    "part_templates": {"complaint": _filled, "template": _template},
    "complaint_words": {"complaint": _filled, "word": _word},
    "harmless": {"phrase": _pattern, "note": _any},
    "statements": {"text": _filled, "hpo": _term, "status": _one_of(*STATUSES)},
    "preferred": {"hpo": _term, "over": _term, "note": _filled},
    "traps": {"text": _filled, "must_not_find": _terms},
}
# What must not stand twice in a table; by default its first column.
KEYS = {
    "findings": ("hpo", "expression"),
    "parts": ("part", "complaint"),
    "part_templates": ("complaint", "template"),
    "complaint_words": ("word",),
    "statements": ("text", "hpo"),
    "preferred": ("hpo", "over"),
    "traps": ("text", "must_not_find"),
}


def read_en_findings(folder: Path | None = None) -> Tables:
    """Read and check all tables of the English lexicon.

    Parameters
    ----------
    folder
        Where the CSV files stand; by default ``data/en_findings`` of the book, which is read
        once.

    Returns
    -------
    dict
        Name of the table (a key of ``COLUMNS``) to its rows, each a dict of strings.

    Raises
    ------
    MedaiError
        For a missing file, and for the first row that breaks a rule.
    """
    return _read(Path(folder)) if folder is not None else _book()


@functools.lru_cache(maxsize=1)
def _book() -> Tables:
    return _read(data_path("en_findings"))


def _read(folder: Path) -> Tables:
    tables = {name: _table(folder / f"{name}.csv", name) for name in COLUMNS}
    _check_together(tables)
    return tables


def _refuse(name: str, line: int, what: str, rule: str) -> MedaiError:
    return MedaiError(
        f"data/en_findings/{name}.csv, line {line}: {what}: {rule}. "
        "Correct the line (README.md beside the file says what each column holds)."
    )


def _table(path: Path, name: str) -> list[Row]:
    """Read one file and check every value of it."""
    if not path.is_file():
        raise MedaiError(
            f"{path} is missing: the English lexicon needs {len(COLUMNS)} tables. "
            "Take the folder data/en_findings from the book's repository again."
        )
    checks = COLUMNS[name]
    with open(path, encoding="utf-8", newline="") as handle:
        lines = list(csv.reader(handle))
    head = lines[0] if lines else []
    if head != list(checks):
        raise _refuse(name, 1, f"the columns are {head}", f"they must be {list(checks)}")
    rows, seen = [], {}
    for line, values in enumerate(lines[1:], 2):
        if len(values) != len(head):
            raise _refuse(name, line, f"{len(values)} values {values}", f"{len(head)} are needed")
        row = dict(zip(head, values, strict=True))
        for column, value in row.items():
            broken = checks[column](value)
            if not broken and (value != value.strip() or "\n" in value):
                broken = "it must have no blanks around it and no line break"
            if broken:
                raise _refuse(name, line, f"{column} is {value!r}", broken)
        key = tuple(row[column].casefold() for column in KEYS.get(name, head[:1]))
        if key in seen:
            rule = f"it stands in line {seen[key]} already"
            raise _refuse(name, line, f"{' '.join(key)!r}", rule)
        seen[key] = line
        rows.append(row)
    return rows


def _check_together(tables: Tables) -> None:
    """Check the rules between rows and tables."""
    names: dict[str, str] = {}
    for line, row in enumerate(tables["findings"], 2):
        name = names.setdefault(row["hpo"], row["name"])
        if name != row["name"]:
            rule = f"{row['hpo']} is called {name!r} elsewhere"
            raise _refuse("findings", line, f"name is {row['name']!r}", rule)
        if row["kind"] == "ask" and (_terms(row["note"]) or "|" not in row["note"]):
            rule = "a row of kind ask needs the ids that it may mean, joined by |"
            raise _refuse("findings", line, f"note is {row['note']!r}", rule)
    complaints = {row["complaint"] for row in tables["part_templates"]}
    for table in ("parts", "complaint_words"):
        for line, row in enumerate(tables[table], 2):
            if row["complaint"] not in complaints:
                rule = f"part_templates.csv has {', '.join(sorted(complaints))}"
                raise _refuse(table, line, f"complaint is {row['complaint']!r}", rule)


def part_rows(tables: Tables) -> list[tuple[str, str]]:
    """Return ``(hpo, pattern)`` for every part of the body in every template of its complaint."""
    return [
        (part["hpo"], row["template"].replace("<part>", "{" + part["part"] + "}"))
        for part in tables["parts"]
        for row in tables["part_templates"]
        if row["complaint"] == part["complaint"]
    ]


def counts() -> dict[str, int]:
    """Return how many rows each table has, and how many different terms there are."""
    tables = read_en_findings()
    terms = {row["hpo"] for name in ("findings", "parts") for row in tables[name]}
    return {name: len(rows) for name, rows in tables.items()} | {"terms": len(terms)}


if __name__ == "__main__":
    for name, count in counts().items():
        print(f"{name:18} {count:5,}")
