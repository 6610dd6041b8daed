"""The tables of drug safety that were written for this book (``data/interactions``).

Which drugs must not be taken together, which prolong the QT interval, which double each other,
and which are dangerous for a kidney, a liver, a pregnancy or an allergy.  Every row names its
sources (``sources.csv`` says which were opened and what they say).  For teaching, and not
medical advice: no pharmacist or physician has reviewed the tables.

Standard library only.

Examples
--------
>>> table = interactions()
>>> sorted(table.classes["thiopurines"])
['azathioprine', 'mercaptopurine']
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path

from medai.datasets._interaction_columns import COLUMNS, KEYS, check_together
from medai.datasets.checked_tables import Row, Tables, read_tables
from medai.datasets.paths import data_path

__all__ = ["InteractionTables", "Rule", "Source", "interactions", "read_interactions"]

BOOK = "interactions"
KINDS = ("pairs", "duplicates", "renal", "hepatic", "pregnancy", "conditions", "cross_allergy")


@dataclass(frozen=True)
class Source:
    """What a rule rests on, in the shape of :class:`medai.diagnosis.sources.Source`.

    Attributes
    ----------
    basis
        ``opened`` when an author of the table read the passage (or an excerpt of it that holds
        the statement), else ``not opened``.
    key, title, url
        The source as in ``sources.csv``.
    """

    basis: str
    key: str
    title: str
    url: str

    def __str__(self) -> str:
        return f"{self.title} ({self.basis})"

    def to_dict(self) -> dict:
        """Return JSON-ready values."""
        return dict(vars(self))


@dataclass(frozen=True)
class Rule:
    """One row of a table of rules, with its classes spelt out.

    Attributes
    ----------
    id
        The name of the row, unique in its table.
    sides
        The drugs of each side: one set for a rule about one drug or class, two or three for a
        rule about a combination.
    row
        The row as it stands in the file.
    sources
        At least one.
    """

    id: str
    sides: tuple[frozenset[str], ...]
    row: Row
    sources: tuple[Source, ...]

    def __getitem__(self, column: str) -> str:
        return self.row[column]


@dataclass(frozen=True)
class InteractionTables:
    """All tables, read and checked.

    Attributes
    ----------
    raw
        Name of the file to its rows, as strings.
    sources
        Source by its key.
    classes
        Name of a class to the ingredients in it.
    titles
        Name of a class to its name in English.
    rules
        Name of a table of rules (``pairs``, ``renal`` …) to its rules, in the order of the file.
    names
        Another name of a drug (lower case) to its ingredients.
    drugs
        Every ingredient that stands in any table.
    """

    raw: Tables
    sources: dict[str, Source]
    classes: dict[str, frozenset[str]]
    titles: dict[str, str]
    rules: dict[str, tuple[Rule, ...]]
    names: dict[str, tuple[str, ...]]
    drugs: frozenset[str]

    def members(self, name: str) -> frozenset[str]:
        """Return the drugs of ``@class``, or the one drug that is named."""
        return self.classes[name[1:]] if name.startswith("@") else frozenset({name})


def read_interactions(folder: Path | str) -> InteractionTables:
    """Read and check the tables of a folder.

    Raises
    ------
    MedaiError
        For a missing file, and for the first row that breaks a rule of its columns, names an
        unknown class or source, or contradicts another row.
    """
    raw = read_tables(Path(folder), BOOK, COLUMNS, KEYS)
    check_together(raw)
    sources = {
        row["key"]: Source(
            "opened" if row["opened"] == "yes" else "not opened",
            row["key"],
            row["title"],
            row["url"],
        )
        for row in raw["sources"]
    }
    classes: dict[str, set[str]] = {row["class"]: set() for row in raw["classes"]}
    for row in raw["members"]:
        classes[row["class"]].add(row["drug"])
    frozen = {name: frozenset(drugs) for name, drugs in classes.items()}

    def side(text: str) -> frozenset[str]:
        parts = text.split(" | ")
        return frozenset().union(*(frozen[p[1:]] if p[0] == "@" else {p} for p in parts))

    def rule(row: Row) -> Rule:
        sides = tuple(side(row[c]) for c in ("a", "b", "c", "drug", "to") if row.get(c))
        return Rule(row["id"], sides, row, tuple(sources[k] for k in row["source"].split(" | ")))

    rules = {kind: tuple(rule(row) for row in raw[kind]) for kind in KINDS}
    drugs = set().union(*frozen.values(), (row["drug"] for row in raw["qt"]))
    drugs.update(d for kind in KINDS for one in rules[kind] for s in one.sides for d in s)
    drugs.update(d for row in raw["rejected"] for c in ("a", "b") for d in side(row[c]))
    names = {row["name"]: tuple(row["drugs"].split(" + ")) for row in raw["names"]}
    drugs.update(part for parts in names.values() for part in parts)
    titles = {row["class"]: row["title"] for row in raw["classes"]}
    return InteractionTables(raw, sources, frozen, titles, rules, names, frozenset(drugs))


@functools.lru_cache(maxsize=1)
def interactions() -> InteractionTables:
    """Return the book's tables; read once, then kept."""
    return read_interactions(data_path(BOOK))
