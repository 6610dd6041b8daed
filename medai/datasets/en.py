"""The everyday English of signs and symptoms (``data/en_findings``), read and checked.

Every table is a CSV file whose columns are described in ``data/en_findings/README.md``.  A row
that breaks a rule is refused with its file, its line, the value, the rule and the way out.
What needs the ontology (are the ids current, is that their name?) is checked by the tests.
"""

from __future__ import annotations

import functools
import re
from pathlib import Path

from medai.datasets.checked_tables import (
    Check,
    Tables,
    anything,
    filled,
    one_of,
    read_tables,
    refusal,
    term,
)
from medai.datasets.paths import data_path

BOOK = "en_findings"

STATUSES = ("absent", "present", "past", "family", "possible")
KINDS = ("exact", "broader", "ask")


def _terms(value: str) -> str:
    return "it must be HPO ids joined by |" if any(map(term, value.split("|"))) else ""


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
        "hpo": term,
        "name": filled,
        "expression": _pattern,
        "kind": one_of(*KINDS),
        "note": anything,
    },
    "parts": {"part": filled, "complaint": filled, "hpo": term},
    "part_templates": {"complaint": filled, "template": _template},
    "complaint_words": {"complaint": filled, "word": _word},
    "harmless": {"phrase": _pattern, "note": anything},
    "statements": {"text": filled, "hpo": term, "status": one_of(*STATUSES)},
    "preferred": {"hpo": term, "over": term, "note": filled},
    "traps": {"text": filled, "must_not_find": _terms},
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

    Examples
    --------
    >>> from medai.datasets.en import read_en_findings
    >>> rows = read_en_findings()["findings"]
    >>> [row["name"] for row in rows if row["expression"] == "SOB"]
    ['Dyspnea']
    """
    return _read(Path(folder)) if folder is not None else _book()


@functools.lru_cache(maxsize=1)
def _book() -> Tables:
    return _read(data_path(BOOK))


def _read(folder: Path) -> Tables:
    tables = read_tables(folder, BOOK, COLUMNS, KEYS, fold=str.casefold)
    _check_together(tables)
    return tables


def _check_together(tables: Tables) -> None:
    """Check the rules between rows and tables."""
    names: dict[str, str] = {}
    for line, row in enumerate(tables["findings"], 2):
        name = names.setdefault(row["hpo"], row["name"])
        if name != row["name"]:
            rule = f"{row['hpo']} is called {name!r} elsewhere"
            raise refusal(BOOK, "findings", line, f"name is {row['name']!r}", rule)
        if row["kind"] == "ask" and (_terms(row["note"]) or "|" not in row["note"]):
            rule = "a row of kind ask needs the ids that it may mean, joined by |"
            raise refusal(BOOK, "findings", line, f"note is {row['note']!r}", rule)
    complaints = {row["complaint"] for row in tables["part_templates"]}
    for table in ("parts", "complaint_words"):
        for line, row in enumerate(tables[table], 2):
            if row["complaint"] not in complaints:
                rule = f"part_templates.csv has {', '.join(sorted(complaints))}"
                raise refusal(BOOK, table, line, f"complaint is {row['complaint']!r}", rule)


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
