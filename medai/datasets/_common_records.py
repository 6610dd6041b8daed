"""The rows of the table of common conditions, and the words that may stand in them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, fields

OPENED, LISTED, ESTIMATE = "opened", "listed", "teaching estimate"
BASES = (OPENED, LISTED, ESTIMATE)

# HPO's frequency classes: id, lowest share, and the share below which it stays.  HPO writes them
# in whole per cent (5-29, 30-79, …); a share between two classes belongs to the lower one.
FREQUENCIES = {
    "obligate": ("HP:0040280", 1.0, 1.01),
    "very frequent": ("HP:0040281", 0.8, 1.0),
    "frequent": ("HP:0040282", 0.3, 0.8),
    "occasional": ("HP:0040283", 0.05, 0.3),
    "very rare": ("HP:0040284", 0.01, 0.05),
}
KINDS = (
    "allergic",
    "cardiovascular",
    "functional",
    "haematological",
    "infectious",
    "inflammatory",
    "injury",
    "metabolic or endocrine",
    "neoplastic",
    "neurological",
    "obstetric or gynaecological",
    "psychiatric",
    "structural",
    "toxic",
)
SETTINGS = {"general practice": "gp", "emergency": "emergency"}  # name: column
PRIORS = tuple(-k / 2 for k in range(1, 11))  # log10: -0.5, -1, …, -5
FACTORS = (0.0, 0.03, 0.1, 0.3, 3.0, 10.0)  # a factor of 1 is no row
AGES = {  # name: first and last whole year of life
    "infant": (0, 0),
    "child": (1, 11),
    "adolescent": (12, 17),
    "adult": (18, 39),
    "middle": (40, 64),
    "older": (65, 120),
}
SEXES = ("female", "male")


def _line() -> int:
    return field(default=0, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Source:
    """A page or paper that a row rests on.

    Attributes
    ----------
    key, title, url, publisher
        Short name, title, address, and who publishes it.
    copy
        What was read is a third party's copy of the publisher's text.
    opened
        Whether an author of the table read it.
    what, date
        What was read there, in a few words, and when (ISO).
    line
        Line of the CSV file, for error messages; so in every class here.
    """

    key: str
    title: str
    url: str
    publisher: str
    copy: bool
    opened: bool
    what: str
    date: str
    line: int = _line()


@dataclass(frozen=True, slots=True)
class Finding:
    """A finding of a condition.

    Attributes
    ----------
    condition, hpo, finding
        Id of the condition; id and name of the HPO term.
    frequency
        A key of :data:`FREQUENCIES`.
    share
        The share of patients who have it, in [0, 1], where the source gives one; else None.
    source, basis
        Key of a :class:`Source` or ``""``.  ``opened``: the source states the finding and how
        often; ``listed``: it names the finding, the class is an estimate; ``teaching
        estimate``: no source.
    note
        Free words.
    """

    condition: str
    hpo: str
    finding: str
    frequency: str
    share: float | None
    source: str
    basis: str
    note: str
    line: int = _line()


@dataclass(frozen=True, slots=True)
class Exclusion:
    """A finding that speaks strongly against a condition."""

    condition: str
    hpo: str
    finding: str
    source: str
    basis: str
    line: int = _line()


@dataclass(frozen=True, slots=True)
class Modifier:
    """By what an age group or a sex multiplies the prior of a condition.

    Attributes
    ----------
    kind, value
        ``age`` with a key of :data:`AGES`, or ``sex`` with ``female`` or ``male``.
    factor
        One of :data:`FACTORS`; groups without a row have the factor 1.
    """

    condition: str
    kind: str
    value: str
    factor: float
    source: str
    basis: str
    line: int = _line()


@dataclass(frozen=True, slots=True)
class RedFlag:
    """Findings that together must not be missed, whatever the ranking says.

    Attributes
    ----------
    flag, action
        What it is, and what should happen how fast.
    hpo
        One to three ids; the flag shows when *all* are present.  The combination is always
        the authors'; `basis` is ``opened`` where the source states danger and urgency.
    """

    condition: str
    flag: str
    hpo: tuple[str, ...]
    action: str
    source: str
    basis: str
    line: int = _line()


@dataclass(frozen=True, slots=True)
class FirstTest:
    """One of the first tests for a condition, and why."""

    condition: str
    test: str
    why: str
    source: str
    basis: str
    line: int = _line()


@dataclass(frozen=True, slots=True)
class SameFinding:
    """Two HPO terms that the words of a patient do not separate, such as fainting.

    Attributes
    ----------
    hpo, finding
        Id and name of one term.
    same_as, same_finding
        Id and name of the other.
    why
        In a few words.
    """

    hpo: str
    finding: str
    same_as: str
    same_finding: str
    why: str
    line: int = _line()


@dataclass(frozen=True, slots=True)
class Condition:
    """A common condition with everything that the table says about it.

    Attributes
    ----------
    id, name, name_zh
        Short id such as ``common-cold``, English name, name in simplified Chinese.
    icd10, kind
        WHO ICD-10 code of three or four characters; one of :data:`KINDS`, a rough grouping.
    gp, emergency
        Prior: log10 of the share of new complaints in that setting, in steps of one half.
    gp_basis, emergency_basis, prior_source, note
        Where the two orders of magnitude come from.
    findings, excludes, modifiers, red_flags, first_tests
        The rows of the other files.
    """

    id: str
    name: str
    name_zh: str
    icd10: str
    kind: str
    gp: float
    gp_basis: str
    emergency: float
    emergency_basis: str
    prior_source: str
    note: str
    line: int = _line()
    findings: tuple[Finding, ...] = ()
    excludes: tuple[Exclusion, ...] = ()
    modifiers: tuple[Modifier, ...] = ()
    red_flags: tuple[RedFlag, ...] = ()
    first_tests: tuple[FirstTest, ...] = ()

    def factor(self, kind: str, value: str | None) -> float:
        """Return what an age group (``kind="age"``) or a sex multiplies the prior by."""
        rows = (m for m in self.modifiers if (m.kind, m.value) == (kind, value))
        return next((m.factor for m in rows), 1.0)


FILES: dict[str, type] = {  # name of the CSV file without .csv: what its rows are
    "conditions": Condition,
    "modifiers": Modifier,
    "findings": Finding,
    "excludes": Exclusion,
    "red_flags": RedFlag,
    "first_tests": FirstTest,
    "same": SameFinding,
    "sources": Source,
}
_PARTS = ("findings", "excludes", "modifiers", "red_flags", "first_tests")
COLUMNS = {
    name: tuple(f.name for f in fields(row) if f.name != "line" and f.name not in _PARTS)
    for name, row in FILES.items()
}
_CONVERT: dict[tuple[str, str], Callable] = {
    ("conditions", "gp"): float,
    ("conditions", "emergency"): float,
    ("modifiers", "factor"): float,
    ("findings", "share"): lambda text: float(text) if text else None,
    ("red_flags", "hpo"): lambda text: tuple(text.split("+")),
    ("sources", "copy"): lambda text: text == "yes",
    ("sources", "opened"): lambda text: text == "yes",
}


def make_row(name: str, line: int, cells: dict[str, str]):
    """Return a row of file `name` as a record; the cells have been validated."""
    values = {c: _CONVERT.get((name, c), str)(text) for c, text in cells.items()}
    return FILES[name](**values, line=line)
