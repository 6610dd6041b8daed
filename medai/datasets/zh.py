"""The Chinese expressions of signs and symptoms (``data/zh_findings``), read and checked.

Every table is a CSV file whose columns are described in ``data/zh_findings/README.md``.  A row
that breaks a rule is refused with its file, its line, the value, the rule and the way out, so
that a damaged or carelessly edited lexicon never reads a patient's words.  What needs the
ontology or OpenCC (are the ids current, is the writing simplified?) is checked by the tests.
"""

from __future__ import annotations

import csv
import functools
import re
import unicodedata
from pathlib import Path

from medai.datasets.paths import data_path
from medai.datasets.zh_columns import COLUMNS, KEYS
from medai.runtime.errors import MedaiError

Row = dict[str, str]
Tables = dict[str, list[Row]]


def read_zh_findings(folder: Path | None = None) -> Tables:
    """Read and check all tables of the Chinese lexicon.

    Parameters
    ----------
    folder
        Where the CSV files stand; by default ``data/zh_findings`` of the book, which is read
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
    return _read(data_path("zh_findings"))


def _read(folder: Path) -> Tables:
    tables = {name: _table(folder / f"{name}.csv", name) for name in COLUMNS}
    _check_together(tables)
    return tables


def _refuse(name: str, line: int, what: str, rule: str) -> MedaiError:
    return MedaiError(
        f"data/zh_findings/{name}.csv, line {line}: {what}: {rule}. "
        "Correct the line (README.md beside the file says what each column holds)."
    )


def _table(path: Path, name: str) -> list[Row]:
    """Read one file and check every value of it."""
    if not path.is_file():
        raise MedaiError(
            f"{path} is missing: the Chinese lexicon needs {len(COLUMNS)} tables. "
            "Take the folder data/zh_findings from the book's repository again."
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
            rule = f"{len(head)} are needed"
            raise _refuse(name, line, f"{len(values)} values {values}", rule)
        row = dict(zip(head, values, strict=True))
        for column, value in row.items():
            broken = checks[column](value)
            if not broken and ((value != value.strip() and value != " ") or "\n" in value):
                broken = "it must have no blanks around it and no line break"
            if broken:
                raise _refuse(name, line, f"{column} is {value!r}", broken)
        key = tuple(row[column] for column in KEYS.get(name, head[:1]))
        if key in seen:
            rule = f"it stands in line {seen[key]} already"
            raise _refuse(name, line, f"{' '.join(key)!r}", rule)
        seen[key] = line
        rows.append(row)
    return rows


# -- rules between rows and tables -----------------------------------------------------------


def _check_together(tables: Tables) -> None:
    meaning = {row["zh"]: row["hpo"] for row in tables["findings"]}
    asked = {row["zh"] for row in tables["ambiguous"]}
    doubts = {row["zh"] for row in tables["uncertain"]}
    sources = {row["key"] for row in tables["sources"]}
    for line, row in enumerate(tables["findings"], 2):
        if row["source"] and row["source"] not in sources:
            what = f"source is {row['source']!r}"
            raise _refuse("findings", line, what, "it must be a key of sources.csv")
        if row["zh"] in asked:
            rule = "it is asked about (ambiguous.csv), so it cannot have one meaning"
            raise _refuse("findings", line, f"zh is {row['zh']!r}", rule)
    for line, row in enumerate(tables["normal"], 2):
        if row["zh"] in meaning:
            rule = "findings.csv says that it is present"
            raise _refuse("normal", line, f"zh is {row['zh']!r}", rule)
    for line, row in enumerate(tables["pseudo_negation"], 2):
        rules = {
            "finding": (meaning.get(row["zh"]) == row["hpo"], "findings.csv with this term"),
            "ask": (row["zh"] in asked, "ambiguous.csv"),
            "doubt": (row["zh"] in doubts, "uncertain.csv"),
            "plain": (row["zh"] not in meaning, "no line of findings.csv"),
        }
        holds, where = rules[row["kind"]]
        if not holds:
            rule = f"a row of kind {row['kind']} must stand in {where}"
            raise _refuse("pseudo_negation", line, f"zh is {row['zh']!r}", rule)
    _check_names(tables)
    _check_examples(tables)


def _check_names(tables: Tables) -> None:
    """One id has one name, wherever it stands."""
    names: dict[str, str] = {}
    for table in ("findings", "normal", "limits"):
        for line, row in enumerate(tables[table], 2):
            name = names.setdefault(row["hpo"], row["finding"])
            if name != row["finding"]:
                rule = f"{row['hpo']} is called {name!r} elsewhere"
                raise _refuse(table, line, f"finding is {row['finding']!r}", rule)


def _check_examples(tables: Tables) -> None:
    """Every pattern finds its own examples, with the groups that they state."""
    for table in ("measurements", "duration"):
        for line, row in enumerate(tables[table], 2):
            pattern = re.compile(row["regex"], re.IGNORECASE)
            for example in row["examples"].split(" | "):
                text, _, stated = example.partition(" -> ")
                match = pattern.search(unicodedata.normalize("NFKC", text))
                if match is None:
                    rule = "the regular expression must find it"
                    raise _refuse(table, line, f"example is {text!r}", rule)
                for pair in filter(None, stated.split(", ")):
                    group, value = pair.split("=")
                    if unicodedata.normalize("NFKC", value) != match[group]:
                        rule = f"the regular expression gives {group}={match[group]}"
                        raise _refuse(table, line, f"example is {example!r}", rule)


def counts() -> dict[str, int]:
    """Return how many rows each table has, and how many different terms the findings have."""
    tables = read_zh_findings()
    terms = len({row["hpo"] for row in tables["findings"]})
    return {name: len(rows) for name, rows in tables.items()} | {"terms of findings": terms}


if __name__ == "__main__":
    for name, count in counts().items():
        print(f"{name:18} {count:5,}")
