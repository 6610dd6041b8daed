"""A structured record: problems, medicines and laboratory values beside the patient's words."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from medai.datasets.records import RecordRow
from medai.runtime.errors import MedaiError

_NUMBER = r"[-+]?\d+(?:[.,]\d+)?"
_LAB = re.compile(
    rf"(?P<test>[^=]+)=\s*(?P<value>{_NUMBER})\s*(?P<unit>[^\[\]]*?)\s*"
    rf"(?:\[\s*(?P<low>{_NUMBER})\s*-\s*(?P<high>{_NUMBER})\s*\])?"
)
_PROBLEM = re.compile(r"(?P<text>[^()]*?)\s*(?:\((?P<icd>[A-Z]\d\d(?:\.\d{1,2})?)\))?")
STATUSES = ("active", "past")


@dataclass(frozen=True)
class Problem:
    """An entry of the problem list.

    Attributes
    ----------
    text : str
        In words.
    icd : str
        ICD-10 code, or "".
    hpo : str
        HPO id, or "".
    status : str
        ``active`` or ``past``.
    """

    text: str
    icd: str = ""
    hpo: str = ""
    status: str = "active"

    def __post_init__(self) -> None:
        if self.status not in STATUSES:
            raise MedaiError(f"problem {self.text!r}: status is {', '.join(STATUSES)}.")
        if not (self.text.strip() or self.icd or self.hpo):
            raise MedaiError("A problem needs words, an ICD-10 code or an HPO id.")


@dataclass(frozen=True)
class Lab:
    """A laboratory value.

    Attributes
    ----------
    test : str
        Its name.
    value : float
        The number.
    unit : str
        As the laboratory wrote it; "" where it was not written: then the value is asked about.
    low, high : float or None
        The laboratory's own reference interval.
    fasting : bool
        For glucose.
    """

    test: str
    value: float
    unit: str = ""
    low: float | None = None
    high: float | None = None
    fasting: bool = False

    def __post_init__(self) -> None:
        if not self.test.strip():
            raise MedaiError("A laboratory value needs the name of its test.")
        if isinstance(self.value, bool) or not isinstance(self.value, int | float):
            raise MedaiError(f"{self.test}={self.value!r}: write a number.")
        if not math.isfinite(self.value) or self.value < 0:
            raise MedaiError(f"{self.test}={self.value}: no concentration is below 0 or infinite.")
        if (self.low is None) != (self.high is None):
            raise MedaiError(f"{self.test}: a reference interval needs both ends.")
        if self.low is not None and not 0 <= self.low < self.high:
            raise MedaiError(f"{self.test}: the interval {self.low}-{self.high} is upside down.")

    def __str__(self) -> str:
        interval = "" if self.low is None else f" [{self.low:g}-{self.high:g}]"
        return f"{self.test} {self.value:g} {self.unit}".rstrip() + interval


@dataclass(frozen=True)
class Record:
    """What is on file about a patient, and what the patient says.

    Attributes
    ----------
    age : float or None
        In years.
    sex : str or None
        ``female`` or ``male``.
    setting : str
        ``general practice`` or ``emergency``.
    text : str
        The patient's words, "" if none.
    problems, medicines, labs : tuple
        Of :class:`Problem`, of names (ingredients, INN), of :class:`Lab`.
    """

    age: float | None = None
    sex: str | None = None
    setting: str = "general practice"
    text: str = ""
    problems: tuple[Problem, ...] = ()
    medicines: tuple[str, ...] = ()
    labs: tuple[Lab, ...] = ()

    @classmethod
    def from_row(cls, row: RecordRow) -> Record:
        """Read a row of the book's teaching set."""
        return cls(
            *(row.age, row.sex, row.setting, row.text),
            tuple(map(read_problem, row.problems)),
            row.medicines,
            tuple(map(read_lab, row.labs)),
        )


def read_lab(text: str) -> Lab:
    """Read ``test=value unit [low-high]``.

    Raises
    ------
    MedaiError
        When it is not written so, or the numbers cannot be.

    Examples
    --------
    >>> read_lab("ferritin=5 µg/L [15-200]")
    Lab(test='ferritin', value=5.0, unit='µg/L', low=15.0, high=200.0, fasting=False)
    """
    match = _LAB.fullmatch(text.strip())
    if match is None:
        raise MedaiError(f"{text!r}: write a laboratory value as 'sodium=138 mmol/L [135-145]'.")
    value, low, high = (
        None if match[name] is None else float(match[name].replace(",", "."))
        for name in ("value", "low", "high")
    )
    unit = match["unit"].strip()
    fasting = unit.endswith("fasting")
    unit = unit.removesuffix("fasting").strip()
    return Lab(match["test"].strip(), value, unit, low, high, fasting)


def read_problem(text: str) -> Problem:
    """Read ``words (ICD-10 code)``; the code may be missing.

    Raises
    ------
    MedaiError
        When it is empty or the brackets hold no code.
    """
    match = _PROBLEM.fullmatch(text.strip())
    if match is None:
        raise MedaiError(f"{text!r}: write a problem as words, with an ICD-10 code in brackets.")
    return Problem(match["text"], match["icd"] or "")
