"""The teaching records of Chapter 27, and what medicines and laboratory values say.

Every value of ``data/records/*.csv`` is checked by the rule of its column; see the README beside
the files.  Standard library only.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
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
from medai.datasets.common import SETTINGS, SEXES, common_conditions
from medai.datasets.paths import data_path
from medai.runtime.errors import MedaiError

BOOK = "records"
SPLITS = ("dev", "test")
ROLES = ("treats", "raises", "causes")
STRENGTHS = ("strong", "some", "common", "uncommon")
SIDE = "side:"


def _number_or_nothing(value: str) -> str:
    try:
        return "" if not value or float(value) >= 0 else "it must not be negative"
    except ValueError:
        return "it must be a number or empty"


def _age(value: str) -> str:
    good = value.isdigit() and int(value) <= 120
    return "" if good else "it must be years, from 0 to 120"


def _term_or_nothing(value: str) -> str:
    return term(value) if value else ""


COLUMNS: dict[str, dict[str, Check]] = {
    "records": {
        "id": filled,
        "split": one_of(*SPLITS),
        "condition": filled,
        "age": _age,
        "sex": one_of(*SEXES),
        "setting": one_of(*SETTINGS),
        "text": filled,
        "problems": anything,
        "medicines": anything,
        "labs": anything,
        "acceptable": anything,
        "note": anything,
    },
    "labs": {
        "test": filled,
        "aliases": anything,
        "unit": filled,
        "other_units": anything,
        "low_female": _number_or_nothing,
        "high_female": _number_or_nothing,
        "low_male": _number_or_nothing,
        "high_male": _number_or_nothing,
        "below": _term_or_nothing,
        "above": _term_or_nothing,
        "source": anything,
    },
    "medicines": {
        "medicine": filled,
        "role": one_of(*ROLES),
        "target": filled,
        "strength": one_of(*STRENGTHS),
        "source": anything,
        "basis": one_of("opened", "listed", "teaching estimate"),
        "note": anything,
    },
    "sources": {
        "key": filled,
        "title": filled,
        "url": filled,
        "publisher": filled,
        "copy": one_of("yes", "no"),
        "opened": one_of("yes", "no"),
        "what": filled,
        "date": filled,
    },
}
KEYS = {"medicines": ("medicine", "role", "target")}


@dataclass(frozen=True)
class RecordRow:
    """One fictional record, as the file has it.

    Attributes
    ----------
    id, split, condition
        ``condition`` is the known answer: an id of the common conditions, or ``side:`` and a
        medicine.
    age, sex, setting, text
        Of the patient.
    problems, medicines, labs
        As written, each a tuple of strings.
    acceptable
        Other fair answers.
    """

    id: str
    split: str
    condition: str
    age: int
    sex: str
    setting: str
    text: str
    problems: tuple[str, ...]
    medicines: tuple[str, ...]
    labs: tuple[str, ...]
    acceptable: tuple[str, ...]


@dataclass(frozen=True)
class LabTest:
    """What is known of a laboratory test.

    Attributes
    ----------
    test, unit
        Its name and its unit here.
    aliases
        Other names, in lower case.
    factors
        Other units with the factor to `unit`.
    ranges
        Reference interval by sex; empty where the record must bring its own.
    below, above
        HPO ids of a low and a high value; "" where it is no finding here.
    source
        Key of the source of the interval.
    """

    test: str
    unit: str
    aliases: tuple[str, ...]
    factors: dict[str, float]
    ranges: dict[str, tuple[float, float]]
    below: str
    above: str
    source: str


@dataclass(frozen=True)
class MedicineRelation:
    """What a medicine tells: it treats, makes likelier, or causes something.

    Attributes
    ----------
    medicine, role, target, strength
        See ``data/records/README.md``; `target` is a condition, or an HPO id for ``causes``.
    source, basis, note
        What the relation rests on.
    """

    medicine: str
    role: str
    target: str
    strength: str
    source: str
    basis: str
    note: str


def read_record_tables(folder: Path | None = None) -> Tables:
    """Read and check the four tables; by default those of the book.

    Raises
    ------
    MedaiError
        For the first row that breaks a rule, with file, line, value and rule.
    """
    tables = read_tables(Path(folder or data_path(BOOK)), BOOK, COLUMNS, KEYS)
    known, sources = common_conditions(), {row["key"] for row in tables["sources"]}
    drugs = {row["medicine"] for row in tables["medicines"]}
    for line, row in enumerate(tables["medicines"], 2):
        side = row["role"] == "causes"
        rule = term(row["target"]) if side else ""
        if not side and row["target"] not in known:
            rule = "it must be an id of data/common_conditions"
        if (row["strength"] in ("common", "uncommon")) != side:
            rule = "causes needs common or uncommon, the other roles strong or some"
        if (row["source"] in sources) == (row["basis"] == "teaching estimate"):
            rule = "a source that is listed, or the basis 'teaching estimate'"
        if rule:
            raise refusal(BOOK, "medicines", line, f"{row['medicine']} {row['target']}", rule)
    for line, row in enumerate(tables["labs"], 2):
        limits = [row[c] for c in ("low_female", "high_female", "low_male", "high_male")]
        if 0 < limits.count("") < 4 or (row["source"] in sources) != all(limits):
            rule = "all four limits with a source, or none"
            raise refusal(BOOK, "labs", line, row["test"], rule)
    for line, row in enumerate(tables["records"], 2):
        answer = row["condition"]
        good = answer.removeprefix(SIDE) in drugs if answer.startswith(SIDE) else answer in known
        if not good:
            rule = "it must be a known condition, or side: and a known medicine"
            raise refusal(BOOK, "records", line, f"condition is {answer!r}", rule)
    return tables


@functools.lru_cache(maxsize=1)
def _book() -> Tables:
    return read_record_tables()


def records(split: str | None = None) -> tuple[RecordRow, ...]:
    """Return the records of a split, or all.

    Raises
    ------
    MedaiError
        When `split` is neither "dev" nor "test".

    Examples
    --------
    >>> from medai.datasets.records import records
    >>> one = records("dev")[0]
    >>> one.age, one.sex, one.medicines, one.labs
    (52, 'female', (), ('TSH=18 mIU/L', 'sodium=138 mmol/L'))
    >>> one.condition
    'hypothyroidism'
    """
    if split is not None and split not in SPLITS:
        raise MedaiError(f"split={split!r}: choose 'dev' or 'test', or None for both.")
    return tuple(
        RecordRow(
            *(row["id"], row["split"], row["condition"], int(row["age"]), row["sex"]),
            *(row["setting"], row["text"], _parts(row["problems"]), _parts(row["medicines"])),
            *(_parts(row["labs"]), _parts(row["acceptable"])),
        )
        for row in _book()["records"]
        if split in (None, row["split"])
    )


def _parts(cell: str) -> tuple[str, ...]:
    return tuple(cell.split("|")) if cell else ()


@functools.lru_cache(maxsize=1)
def lab_tests() -> dict[str, LabTest]:
    """Return the tests by every name that they have, in lower case."""
    found: dict[str, LabTest] = {}
    for row in _book()["labs"]:
        factors = dict(part.split("=") for part in _parts(row["other_units"]))
        ranges = {
            sex: (float(row[f"low_{sex}"]), float(row[f"high_{sex}"]))
            for sex in SEXES
            if row[f"low_{sex}"]
        }
        aliases = _parts(row["aliases"])
        one = LabTest(
            *(row["test"], row["unit"], aliases),
            *({unit: float(factor) for unit, factor in factors.items()}, ranges),
            *(row["below"], row["above"], row["source"]),
        )
        found |= dict.fromkeys((row["test"], *aliases), one)
    return found


@functools.lru_cache(maxsize=1)
def medicine_relations() -> dict[str, tuple[MedicineRelation, ...]]:
    """Return what each medicine tells, by its name."""
    found: dict[str, list[MedicineRelation]] = {}
    for row in _book()["medicines"]:
        found.setdefault(row["medicine"], []).append(MedicineRelation(**row))
    return {name: tuple(rows) for name, rows in found.items()}


def record_sources() -> dict[str, dict[str, str]]:
    """Return the sources by key."""
    return {row["key"]: dict(row) for row in _book()["sources"]}
