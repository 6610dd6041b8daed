"""Names, brands and classes of medicines, as tables written for this book.

About a thousand ingredients under one name each (the INN in lower case, with the British
``adrenaline``, ``aspirin`` and ``pethidine``), their other English and their Chinese names, brands
with their ingredients and country, names that mean different medicines, pairs of names that
people confuse, and classes with their members.  The files stand in ``data/drugs/``; see the
README there.  Standard library only.

Examples
--------
>>> drug_tables().drugs["metformin"].chinese
('二甲双胍',)
>>> drug_tables().members["statin"][:2]
('atorvastatin', 'cerivastatin')
"""

from __future__ import annotations

import functools
import re
from pathlib import Path

from medai.datasets._drug_records import (
    Brand,
    Drug,
    DrugClass,
    DrugSource,
    DrugTables,
    Unclear,
)
from medai.datasets.checked_tables import Check, anything, filled, one_of, read_tables, refusal
from medai.datasets.paths import data_path

__all__ = [
    "Brand",
    "Drug",
    "DrugClass",
    "DrugSource",
    "DrugTables",
    "Unclear",
    "drug_tables",
    "read_drugs",
]

FOLDER = "drugs"


def _matches(pattern: str, words: str) -> Check:
    rule = f"it must be {words}"
    return lambda value: "" if re.fullmatch(pattern, value) else rule


_basis = one_of("opened", "teaching")
_yes = one_of("yes", "no")
COLUMNS = {
    "ingredients": {
        "inn": _matches(r"[a-z][a-z0-9 -]*", "a name in lower case"),
        "english": anything,
        "chinese": anything,
        "rxcui": _matches(r"\d*", "a number of RxNorm or empty"),
        "atc": _matches(r"([A-Z]\d\d[A-Z]{2}\d\d( |$))*", "ATC codes such as A10BA02"),
        "is_inn": _yes,
        "basis": _basis,
        "source": anything,
    },
    "brands": {
        "brand": filled,
        "ingredients": filled,
        "region": filled,
        "kind": one_of("brand", "combination"),
        "basis": _basis,
        "source": anything,
    },
    "ambiguous": {
        "name": filled,
        "could_be": filled,
        "why": filled,
        "basis": _basis,
        "source": anything,
    },
    "lookalikes": {"name": filled, "other": filled, "basis": _basis, "source": anything},
    "neighbours": {"name": filled, "near": filled},
    "classes": {"class": filled, "chinese": filled, "parent": anything, "atc": anything},
    "members": {"class": filled, "inn": filled, "basis": _basis, "source": anything},
    "sources": {
        "key": filled,
        "title": filled,
        "url": filled,
        "publisher": filled,
        "copy": _yes,
        "opened": _yes,
        "what": filled,
        "date": _matches(r"\d{4}-\d\d-\d\d", "a date such as 2026-11-22"),
    },
}
KEYS = {"brands": ("brand",), "lookalikes": ("name", "other"), "members": ("class", "inn")}


def _list(cell: str, separator: str = "; ") -> tuple[str, ...]:
    return tuple(part for part in cell.split(separator) if part)


def _lineage(key: str, classes: dict[str, DrugClass]) -> tuple[str, ...]:
    line = [key]
    while classes[line[-1]].parent and classes[line[-1]].parent not in line:
        line.append(classes[line[-1]].parent)
    return tuple(line)


def read_drugs(folder: Path | str) -> DrugTables:
    """Read and check the tables of a folder.

    Parameters
    ----------
    folder
        Holds ``ingredients.csv`` and the other seven files.

    Raises
    ------
    MedaiError
        For a missing file, a value that breaks its column's rule, and a row that names an
        ingredient, a class or a source that its table does not hold.
    """
    cells = read_tables(Path(folder), FOLDER, COLUMNS, KEYS, fold=str.casefold)
    known = {row["inn"] for row in cells["ingredients"]}
    keys = {row["class"] for row in cells["classes"]}
    sources = {row["key"] for row in cells["sources"]}

    def demand(table: str, column: str, values, allowed: set[str]) -> None:
        for line, row in enumerate(cells[table], 2):
            for value in values(row[column]):
                if value not in allowed:
                    rule = "its table does not hold it"
                    raise refusal(FOLDER, table, line, f"{column} is {value!r}", rule)

    demand("brands", "ingredients", lambda cell: _list(cell, " + "), known)
    demand("ambiguous", "could_be", _list, known)
    demand("members", "inn", lambda cell: [cell], known)
    demand("members", "class", lambda cell: [cell], keys)
    demand("classes", "parent", lambda cell: [cell] if cell else [], keys)
    for table in ("ingredients", "brands", "ambiguous", "lookalikes", "members"):
        demand(table, "source", lambda cell: [cell] if cell else [], sources)
        for line, row in enumerate(cells[table], 2):
            if (row["basis"] == "opened") != bool(row["source"]):
                rule = "opened needs a source, and teaching has none"
                raise refusal(FOLDER, table, line, f"basis is {row['basis']!r}", rule)

    classes = {
        row["class"]: DrugClass(row["class"], row["chinese"], row["parent"], _list(row["atc"], " "))
        for row in cells["classes"]
    }
    narrow: dict[str, list[str]] = {}
    for row in cells["members"]:
        narrow.setdefault(row["inn"], []).append(row["class"])
    for line, row in enumerate(cells["ingredients"], 2):
        if row["inn"] not in narrow:
            rule = "members.csv must give it a class"
            raise refusal(FOLDER, "ingredients", line, f"inn is {row['inn']!r}", rule)
    lines = {
        name: tuple(dict.fromkeys([*own, *(up for key in own for up in _lineage(key, classes))]))
        for name, own in narrow.items()
    }
    drugs = {
        row["inn"]: Drug(
            row["inn"],
            _list(row["english"]),
            _list(row["chinese"]),
            row["rxcui"],
            _list(row["atc"], " "),
            lines[row["inn"]],
            row["is_inn"] == "yes",
            row["basis"],
            row["source"],
        )
        for row in cells["ingredients"]
    }
    members: dict[str, list[str]] = {key: [] for key in classes}
    for name in sorted(lines):
        for key in lines[name]:
            members[key].append(name)
    return DrugTables(
        drugs,
        {
            row["brand"]: Brand(
                row["brand"],
                _list(row["ingredients"], " + "),
                _list(row["region"], " "),
                row["kind"],
                row["basis"],
                row["source"],
            )
            for row in cells["brands"]
        },
        {
            row["name"]: Unclear(
                row["name"], _list(row["could_be"]), row["why"], row["basis"], row["source"]
            )
            for row in cells["ambiguous"]
        },
        tuple((row["name"], row["other"]) for row in cells["lookalikes"]),
        frozenset(row["name"] for row in cells["neighbours"]),
        classes,
        {key: tuple(names) for key, names in members.items()},
        {(row["class"], row["inn"]): (row["basis"], row["source"]) for row in cells["members"]},
        {row["key"]: DrugSource(**row) for row in cells["sources"]},
    )


@functools.lru_cache(maxsize=1)
def drug_tables() -> DrugTables:
    """Return the book's tables of medicines; read once, then kept."""
    return read_drugs(data_path(FOLDER))
