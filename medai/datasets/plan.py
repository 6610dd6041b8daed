"""Measurements that a plan reads: names, units and limits (``data/plan``), read and checked.

Columns are described in ``data/plan/README.md``.  Standard library only.
"""

from __future__ import annotations

import functools
import math
import re
from dataclasses import dataclass

from medai.datasets.checked_tables import anything, filled, read_tables
from medai.datasets.paths import data_path

BOOK = "plan"


def _number(value: str) -> str:
    try:
        return "" if math.isfinite(float(value)) else "it must be a finite number"
    except ValueError:
        return "it must be a number"


def _loinc(value: str) -> str:
    right = not value or re.fullmatch(r"\d{1,6}-\d(;\d{1,6}-\d)*", value)
    return "" if right else "it must be LOINC codes such as 2160-0, joined by ;, or empty"


COLUMNS = {
    "measurements": {
        "key": filled, "name": filled, "name_zh": filled, "aliases": anything, "unit": filled,
        "low": _number, "high": _number, "usual_low": _number, "usual_high": _number,
    },
    "units": {
        "key": filled, "unit": filled, "spellings": anything, "scale": _number,
        "offset": _number, "loinc": _loinc, "source": filled,
    },
    "conditions": {
        "condition": filled, "name_zh": filled, "aliases": anything, "icd10": anything,
        "means": anything, "covers": anything,
    },
    "questions": {"name": filled, "zh": filled},
    "sources": {
        "key": filled, "title": filled, "url": anything, "publisher": anything,
        "copy": filled, "opened": filled, "what": filled, "date": filled,
    },
}  # fmt: skip
KEYS = {"units": ("key", "unit")}


@dataclass(frozen=True)
class Unit:
    """One unit of a measurement: value in the reference unit = scale × value + offset.

    `loinc` is the code that is written, `loincs` are all that are read: formulas of eGFR differ.
    """

    name: str
    spellings: tuple[str, ...]
    scale: float
    offset: float
    loinc: str
    source: str
    loincs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Quantity:
    """What can be measured.

    Attributes
    ----------
    key, name, name_zh, aliases
        How it is called.
    unit
        The reference unit, in which limits and converted values are.
    low, high
        Values outside are no measurement of a patient.
    usual_low, usual_high
        Values outside are rare: if the same number would be usual in another unit, the unit
        is doubted.  Limits of this book against slips of units; no normal range.
    units
        All units that can be read, the reference unit among them.
    """

    key: str
    name: str
    name_zh: str
    aliases: tuple[str, ...]
    unit: str
    low: float
    high: float
    usual_low: float
    usual_high: float
    units: tuple[Unit, ...]


@dataclass(frozen=True)
class Condition:
    """A condition that rules and scores ask about.

    Attributes
    ----------
    name, name_zh, aliases
        How it is called.
    icd10
        The beginnings of its ICD-10 codes.
    means
        The questions of risk scores that it answers with yes.
    covers
        The common conditions (``data/common_conditions``) that go by this wider name too.
    """

    name: str
    name_zh: str
    aliases: tuple[str, ...]
    icd10: tuple[str, ...]
    means: tuple[str, ...]
    covers: tuple[str, ...]


@functools.cache
def known_conditions() -> tuple[Condition, ...]:
    """Return the conditions of ``data/plan/conditions.csv``."""
    rows = read_tables(data_path(BOOK), BOOK, COLUMNS, KEYS)["conditions"]
    return tuple(
        Condition(
            row["condition"], row["name_zh"],
            *(_split(row[name]) for name in ("aliases", "icd10", "means", "covers")),
        )
        for row in rows
    )  # fmt: skip


@functools.cache
def questions_zh() -> dict[str, str]:
    """Return the questions of risk scores in Chinese, by the name of the answer."""
    rows = read_tables(data_path(BOOK), BOOK, COLUMNS, KEYS)["questions"]
    return {row["name"]: row["zh"] for row in rows}


def _split(value: str) -> tuple[str, ...]:
    return tuple(part for part in value.split(";") if part)


@functools.cache
def quantities() -> dict[str, Quantity]:
    """Return all quantities by key.

    Raises
    ------
    MedaiError
        When a table is missing or a row breaks a rule.

    Examples
    --------
    >>> from medai.datasets.plan import quantities
    >>> potassium = quantities()["potassium"]
    >>> potassium.unit, potassium.low, potassium.high, [unit.name for unit in potassium.units]
    ('mmol/L', 1.0, 12.0, ['mmol/L'])
    """
    tables = read_tables(data_path(BOOK), BOOK, COLUMNS, KEYS)
    units: dict[str, list[Unit]] = {}
    for row in tables["units"]:
        one = Unit(
            row["unit"], _split(row["spellings"]), float(row["scale"]), float(row["offset"]),
            row["loinc"].partition(";")[0], row["source"], _split(row["loinc"]),
        )  # fmt: skip
        units.setdefault(row["key"], []).append(one)
    limits = ("low", "high", "usual_low", "usual_high")
    return {
        row["key"]: Quantity(
            *(row[name] for name in ("key", "name", "name_zh")),
            _split(row["aliases"]),
            row["unit"],
            *(float(row[name]) for name in limits),
            tuple(units.get(row["key"], ())),
        )
        for row in tables["measurements"]
    }
