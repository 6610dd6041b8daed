"""Notes with planted identifiers, filled from templates written for the book; stdlib only.

``data/identified_notes`` holds templates and names, split into ``dev`` and ``test``: no template
and no name stands in both.  ``[[...]]`` marks what is *not* an identifier but looks like one (an
eponym, a drug, a dose).  The card ``identified-notes`` says what they are not.
"""

from __future__ import annotations

import functools
import random
import re
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from medai.datasets.checked_tables import filled, one_of, read_tables
from medai.datasets.paths import data_path
from medai.runtime.errors import MedaiError

KINDS = (
    "NAME",
    "CLINICIAN",
    "DATE",
    "AGE",
    "RECORD",
    "NHS",
    "PHONE",
    "POSTCODE",
    "ADDRESS",
    "EMAIL",
)
SPLITS = ("dev", "test")
_COLUMNS = {
    "templates": {"id": filled, "split": one_of(*SPLITS), "text": filled},
    "fillers": {
        "split": one_of(*SPLITS),
        "kind": one_of("first", "last", "street"),
        "value": filled,
        "group": one_of("english", "other", "word", "-"),
    },
}
_KEYS = {"templates": ("id",), "fillers": ("split", "kind", "value")}
_SLOT = re.compile(r"\{([A-Z]+)(?:\.([a-z_]+))?\}|\[\[(.+?)\]\]")
_MONTHS = "January February March April May June July August September October November December"


@dataclass(frozen=True)
class Planted:
    """An identifier: ``text == note.text[start:end]``; `group` says what kind of name it is."""

    kind: str
    start: int
    end: int
    text: str
    group: str = ""


@dataclass(frozen=True)
class IdentifiedNote:
    """One note: its template and split, its text, identifiers in order, and look-alikes."""

    template: str
    split: str
    text: str
    planted: tuple[Planted, ...]
    lookalikes: tuple[Planted, ...]


def nhs_check_digit(nine: str) -> int | None:
    """Return the tenth digit of an NHS number, or None where there is none.

    Weights 10 to 2, sum modulo 11, subtracted from 11; 11 counts as 0, and a number whose
    result would be 10 is not given out.

    Raises
    ------
    MedaiError
        When `nine` is not nine digits.

    Examples
    --------
    >>> nhs_check_digit("943476591")
    9
    """
    if not re.fullmatch(r"[0-9]{9}", nine):
        raise MedaiError("nine digits are wanted: an NHS number without its check digit.")
    left = 11 - sum(w * int(d) for w, d in zip(range(10, 1, -1), nine, strict=True)) % 11
    return {11: 0, 10: None}.get(left, left)


def identified_notes(
    split: str = "dev", each: int = 8, seed: int = 33, folder: Path | None = None
) -> tuple[IdentifiedNote, ...]:
    """Fill every template of a split several times.

    Parameters
    ----------
    split : {"dev", "test"}
        Recognisers are written on ``dev``; ``test`` is for one measurement.
    each : int
        Notes from each template, at least 1.
    seed : int
        The same seed gives the same notes on every machine.
    folder : Path, optional
        Where the tables stand; by default ``data/identified_notes``.

    Raises
    ------
    MedaiError
        For another split, `each` below 1, or a table that breaks a rule.
    """
    if split not in SPLITS:
        raise MedaiError(f"split={split!r}: it must be 'dev' or 'test'.")
    if each < 1:
        raise MedaiError(f"each={each}: at least one note from each template is wanted.")
    tables = _tables(folder)
    pools: dict[str, list[tuple[str, str]]] = {}
    for row in tables["fillers"]:
        if row["split"] == split:
            pools.setdefault(row["kind"], []).append((row["value"], row["group"]))
    rng = random.Random(f"{seed} {split}")
    templates = [row for row in tables["templates"] if row["split"] == split]
    return tuple(_fill(row, pools, rng) for row in templates for _ in range(each))


def _tables(folder: Path | None) -> dict:
    return _book() if folder is None else read_tables(folder, "identified_notes", _COLUMNS, _KEYS)


@functools.lru_cache(maxsize=1)
def _book() -> dict:
    return read_tables(data_path("identified_notes"), "identified_notes", _COLUMNS, _KEYS)


def _fill(row: dict, pools: dict, rng: random.Random) -> IdentifiedNote:
    people = {who: _person(pools, rng) for who in ("NAME", "RELATIVE", "CLINICIAN")}
    made: dict[str, str] = {}  # a number stands for the same person throughout a note
    text, planted, lookalikes, last = "", [], [], 0
    for slot in _SLOT.finditer(row["text"]):
        text += row["text"][last : slot.start()]
        kind, form, look = slot.groups()
        group = ""
        if look:
            value = look
        elif kind in people:
            value, group = _named(people[kind], form or ("last" if kind == "CLINICIAN" else "full"))
        elif kind in ("DATE", "AGE", "PHONE"):
            value = _VALUES[kind](rng)
        elif kind in _VALUES:
            value = made.setdefault(kind, _VALUES[kind](rng))
        else:
            number, (street, _) = rng.randint(1, 180), rng.choice(pools["street"])
            value = made.setdefault(kind, f"{number} {street}" if kind == "ADDRESS" else "")
            if kind == "EMAIL":
                first, surname = people["NAME"][0][0], people["NAME"][1][0]
                value = f"{first}.{surname}".lower().replace(" ", "") + f"{number}@example.org"
        one = Planted(
            "NAME" if kind == "RELATIVE" else kind or "",
            len(text),
            len(text) + len(value),
            value,
            group,
        )
        (lookalikes if look else planted).append(one)
        text, last = text + value, slot.end()
    return IdentifiedNote(
        row["id"], row["split"], text + row["text"][last:], tuple(planted), tuple(lookalikes)
    )


def _person(pools: dict, rng: random.Random) -> tuple[tuple[str, str], tuple[str, str]]:
    group = rng.choice(("english", "other", "word"))
    return tuple(
        rng.choice([one for one in pools[kind] if one[1] == group]) for kind in ("first", "last")
    )


def _named(person: tuple, form: str) -> tuple[str, str]:
    (first, group), (surname, _) = person
    forms = {
        "full": f"{first} {surname}",
        "first": first,
        "last": surname,
        "surname_first": f"{surname.upper()}, {first}",
    }
    if form not in forms:
        raise MedaiError(
            f"a template asks for the name as {form!r}: it must be {', '.join(forms)}."
        )
    return forms[form], group


def _date(rng: random.Random) -> str:
    day = date(2023, 1, 1) + timedelta(days=rng.randrange(1200))
    month = _MONTHS.split()[day.month - 1]
    ending = "th" if 10 < day.day < 14 else {1: "st", 2: "nd", 3: "rd"}.get(day.day % 10, "th")
    return rng.choice(
        (
            day.strftime("%d/%m/%Y"),
            day.strftime("%d/%m/%y"),
            day.strftime("%d.%m.%Y"),
            day.isoformat(),
            f"{day.day} {month} {day.year}",
            f"{day.day} {month[:3]} {day.year}",
            f"{day.day}{ending} {month}",
            f"{month} {day.day}, {day.year}",
            f"{day.day:02}-{month[:3]}-{day.year % 100}",
        )
    )


def _digits(rng: random.Random, n: int) -> str:
    return "".join(rng.choice("0123456789") for _ in range(n))


def _nhs(rng: random.Random) -> str:
    while True:
        nine = str(rng.randint(4, 7)) + _digits(rng, 8)
        check = nhs_check_digit(nine)
        if check is not None:
            number = f"{nine}{check}"
            spaced = f"{number[:3]} {number[3:6]} {number[6:]}"
            return rng.choice((number, spaced, spaced.replace(" ", "-")))


def _postcode(rng: random.Random) -> str:
    letters = "ABDEFGHJLNPQRSTUWXYZ"
    area = rng.choice(("QX", "QY", "QZ"))  # no such areas
    inward = rng.choice("123456789") + rng.choice(letters) + rng.choice(letters)
    return f"{area}{rng.randint(1, 39)} {inward}"


def _phone(rng: random.Random) -> str:
    rest = _digits(rng, 6)
    return rng.choice(
        (
            f"07700 900{rest[:3]}",
            f"07700900{rest[:3]}",
            f"01632 960{rest[:3]}",
            f"020 7946 0{rest[:3]}",
            f"+44 7700 900{rest[:3]}",
        )
    )


_VALUES = {
    "DATE": _date,
    "AGE": lambda rng: str(rng.randint(90, 104)),
    "PHONE": _phone,
    "RECORD": lambda rng: rng.choice(
        (
            _digits(rng, 7),
            _digits(rng, 8),
            f"H{_digits(rng, 6)}",
            f"{_digits(rng, 3)}-{_digits(rng, 4)}",
        )
    ),
    "NHS": _nhs,
    "POSTCODE": _postcode,
}
