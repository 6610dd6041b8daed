"""Which words of a note name a problem, a medicine or a test."""

from __future__ import annotations

import functools
import re
from typing import NamedTuple

from medai.datasets.drugs import drug_tables
from medai.datasets.long_records import problem_terms
from medai.datasets.records import lab_tests

SHORTEST = 4  # letters of a medicine's name; shorter ones are words too often
EVERYDAY = frozenset(  # ingredients whose names are words of every note
    {"oxygen", "water", "iron", "sodium", "potassium", "calcium", "glucose", "urea", "alcohol",
     "ethanol", "caffeine", "cholesterol", "creatinine", "albumin", "insulin level"}
)  # fmt: skip
MORE_TESTS = {  # what data/records lacks
    "blood pressure": ("bp",),
    "weight": (),
    "egfr": (),
    "hba1c": (),
    "inr": (),
    "ldl cholesterol": ("ldl",),
    "peak flow": ("pef",),
}

ALLERGENS = {  # what people are allergic to beside single medicines
    "penicillin": ("penicillins",),
    "cephalosporins": ("cephalosporin",),
    "sulfonamides": ("sulfa", "sulpha", "sulphonamides"),
    "non-steroidal anti-inflammatories": ("nsaids", "nsaid"),
    "statins": ("statin",),
    "latex": (),
    "sticking plaster": ("plasters", "adhesive tape"),
    "contrast medium": ("contrast", "iodinated contrast"),
    "egg": ("eggs",),
    "peanut": ("peanuts", "nuts"),
    "shellfish": (),
    "wasp sting": ("wasp stings", "bee sting", "bee stings"),
}


class Name(NamedTuple):
    """A name in a sentence: where it stands, its kind, and what it means."""

    start: int
    end: int
    kind: str
    key: str


@functools.cache
def problem_names() -> dict[str, str]:
    """Return each name of a problem, in lower case, with the problem it means."""
    return {name: one.name for one in problem_terms() for name in (one.name, *one.aliases)}


@functools.cache
def lasting_problems() -> frozenset[str]:
    """Return the problems that quieten down but do not go away by themselves."""
    return frozenset(one.name for one in problem_terms() if one.lasting)


@functools.cache
def drug_names() -> dict[str, str]:
    """Return each English name of a medicine with one ingredient, with that ingredient."""
    tables = drug_tables()
    found = {}
    for drug in tables.drugs.values():
        for name in (drug.name, *drug.english):
            found[name.casefold()] = drug.name
    for brand in tables.brands.values():
        found.setdefault(brand.name.casefold(), " + ".join(brand.ingredients))
    taken = EVERYDAY | set(problem_names())
    return {
        name: key
        for name, key in found.items()
        if len(name) >= SHORTEST and name not in taken and name not in tables.unclear
    }


@functools.cache
def test_names() -> dict[str, str]:
    """Return each name of a test with the test it means."""
    found = {}
    for test in lab_tests().values():
        for name in (test.test, *test.aliases):
            if len(name) > 2 or name in ("hb", "k", "na"):
                found[name.casefold()] = test.test
    for test, aliases in MORE_TESTS.items():
        for name in (test, *aliases):
            found[name] = test
    return found


@functools.cache
def allergen_names() -> dict[str, str]:
    """Return each name of what one may be allergic to, medicines included."""
    more = {name: key for key, aliases in ALLERGENS.items() for name in (key, *aliases)}
    return drug_names() | more


TABLES = {
    "problem": problem_names,
    "medicine": drug_names,
    "test": test_names,
    "allergen": allergen_names,
}


@functools.cache
def _pattern(kind: str) -> re.Pattern:
    names = sorted(TABLES[kind](), key=len, reverse=True)
    written = "|".join(re.escape(name).replace(r"\ ", r"\s+") for name in names)
    return re.compile(rf"(?<![\w-])(?:{written})(?![\w-])", re.I)


def find_names(sentence: str, kind: str) -> list[Name]:
    """Return the names of one kind (a key of :data:`TABLES`), none overlapping."""
    table = TABLES[kind]()
    found = []
    for match in _pattern(kind).finditer(sentence.replace("’", "'")):
        key = table.get(" ".join(match[0].casefold().split()))
        if key:  # none: "aspırin" matches "aspirin" without case, but is another word
            found.append(Name(match.start(), match.end(), kind, key))
    return found
