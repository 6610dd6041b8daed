"""The Chinese expressions of signs and symptoms (``data/zh_findings``), read and checked.

Every table is a CSV file whose columns are described in ``data/zh_findings/README.md``.  A row
that breaks a rule is refused with its file, its line, the value, the rule and the way out, so
that a damaged or carelessly edited lexicon never reads a patient's words.  What needs the
ontology or OpenCC (are the ids current, is the writing simplified?) is checked by the tests.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from pathlib import Path

from medai.datasets.checked_tables import Tables, read_tables, refusal
from medai.datasets.paths import data_path
from medai.datasets.zh_columns import COLUMNS, KEYS

BOOK = "zh_findings"


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

    Examples
    --------
    >>> from medai.datasets.zh import read_zh_findings
    >>> rows = read_zh_findings()["findings"]
    >>> rows[0]
    {'zh': '发烧', 'hpo': 'HP:0001945', 'finding': 'Fever', 'register': 'lay', 'fit': 'exact',
    'source': 'nativecamp', 'note': ''}
    """
    return _read(Path(folder)) if folder is not None else _book()


@functools.lru_cache(maxsize=1)
def _book() -> Tables:
    return _read(data_path(BOOK))


def _read(folder: Path) -> Tables:
    tables = read_tables(folder, BOOK, COLUMNS, KEYS, blank=" ")
    _check_together(tables)
    return tables


# -- rules between rows and tables -----------------------------------------------------------


def _check_together(tables: Tables) -> None:
    meaning = {row["zh"]: row["hpo"] for row in tables["findings"]}
    asked = {row["zh"] for row in tables["ambiguous"]}
    doubts = {row["zh"] for row in tables["uncertain"]}
    sources = {row["key"] for row in tables["sources"]}
    for line, row in enumerate(tables["findings"], 2):
        if row["source"] and row["source"] not in sources:
            what = f"source is {row['source']!r}"
            raise refusal(BOOK, "findings", line, what, "it must be a key of sources.csv")
        if row["zh"] in asked:
            rule = "it is asked about (ambiguous.csv), so it cannot have one meaning"
            raise refusal(BOOK, "findings", line, f"zh is {row['zh']!r}", rule)
    for line, row in enumerate(tables["normal"], 2):
        if row["zh"] in meaning:
            rule = "findings.csv says that it is present"
            raise refusal(BOOK, "normal", line, f"zh is {row['zh']!r}", rule)
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
            raise refusal(BOOK, "pseudo_negation", line, f"zh is {row['zh']!r}", rule)
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
                raise refusal(BOOK, table, line, f"finding is {row['finding']!r}", rule)


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
                    raise refusal(BOOK, table, line, f"example is {text!r}", rule)
                for pair in filter(None, stated.split(", ")):
                    group, value = pair.split("=")
                    if unicodedata.normalize("NFKC", value) != match[group]:
                        rule = f"the regular expression gives {group}={match[group]}"
                        raise refusal(BOOK, table, line, f"example is {example!r}", rule)


def counts() -> dict[str, int]:
    """Return how many rows each table has, and how many different terms the findings have."""
    tables = read_zh_findings()
    terms = len({row["hpo"] for row in tables["findings"]})
    return {name: len(rows) for name, rows in tables.items()} | {"terms of findings": terms}


if __name__ == "__main__":
    for name, count in counts().items():
        print(f"{name:18} {count:5,}")
