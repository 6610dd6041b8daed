"""What a score asks for: each argument with its unit, its range and the question to ask.

The range stands here once; the function of the score enforces it and the catalogue shows it.
A value outside is refused, never moved to the edge of the range: the score was not made for it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from numbers import Real

from medai.personalised.risk.units import hint
from medai.runtime.errors import MedaiError

PUBLISHED = "the range for which the score was published"
PLAUSIBLE = "the range that we take for plausible; the paper's own range was not opened"


@dataclass(frozen=True)
class Argument:
    """One argument of a score.

    Attributes
    ----------
    name
        The name of the keyword, with its unit.
    kind
        ``number``, ``yes/no`` or ``choice``.
    question
        What to ask when the value is missing.
    unit
        The unit of a number; "" if it has none.
    low, high
        The range of a number, both ends included unless `below`.
    below
        Whether `high` itself is outside.
    basis
        Where the range comes from.
    options
        The answers of a choice.
    quantity
        The name of the quantity in :mod:`medai.personalised.risk.units`, "" if it has none.
    required
        Whether the score needs it.
    """

    name: str
    kind: str
    question: str
    unit: str = ""
    low: float = -math.inf
    high: float = math.inf
    below: bool = False
    basis: str = PLAUSIBLE
    options: tuple[str, ...] = ()
    quantity: str = ""
    required: bool = True

    @property
    def range(self) -> str:
        """The values that are accepted, in words."""
        if self.kind == "number":
            upper = f"below {self.high:g}" if self.below else f"{self.high:g}"
            return f"{self.low:g} to {upper} {self.unit}".strip()
        return "True or False" if self.kind == "yes/no" else ", ".join(self.options)

    def check(self, value: object) -> float | bool | str:
        """Return the value, or refuse it.

        Raises
        ------
        MedaiError
            Naming the value, the rule and the way out.
        """
        if self.kind == "yes/no":
            if not isinstance(value, bool):
                raise self._refusal(value, "answer True or False")
            return value
        if self.kind == "choice":
            if not isinstance(value, str) or value not in self.options:
                raise self._refusal(value, "choose one of " + ", ".join(map(repr, self.options)))
            return value
        if isinstance(value, bool) or not isinstance(value, Real):
            raise self._refusal(value, f"give a number in {self.unit or 'the stated unit'}")
        try:
            number = float(value)
        except OverflowError:
            number = math.inf
        if not math.isfinite(number):
            raise self._refusal(value, "give a finite number, or leave the score out")
        if not self.low <= number <= self.high or (self.below and number == self.high):
            raise self._refusal(value, f"it must be {self.range} ({self.basis})", number)
        return number

    def _refusal(self, value: object, rule: str, number: float | None = None) -> MedaiError:
        shown = repr(value) if len(repr(value)) <= 60 else repr(value)[:57] + "..."
        text = f"{self.name}={shown}: {rule}."
        if number is not None:
            asked = hint(self.quantity, number, self.unit) if self.quantity else ""
            text += (
                f" {asked}"
                if asked
                else (
                    " Check the value and its unit; if both are right, this score is not for this "
                    "patient."
                )
            )
        elif self.kind != "choice":
            text += f" {self.question}"
        return MedaiError(text)


def check_all(arguments: Sequence[Argument], values: Mapping[str, object]) -> dict[str, object]:
    """Return the checked values by name, in the order of the arguments.

    Parameters
    ----------
    arguments
        What the score asks for.
    values
        What was given; a value that is None counts as missing.

    Raises
    ------
    MedaiError
        For a missing required value, and for the first that is refused.

    Examples
    --------
    >>> from medai.personalised.risk.arguments import SMOKER, check_all, number
    >>> age = number("age_years", "How old is the patient?", "years", 40, 79)
    >>> check_all([age, SMOKER], {"age_years": 52, "smoker": False})
    {'age_years': 52.0, 'smoker': False}
    >>> check_all([age, SMOKER], {"age_years": 25, "smoker": False})
    Traceback (most recent call last):
        ...
    medai.runtime.errors.MedaiError: age_years=25: it must be 40 to 79 years (the range that we take
    for plausible; the paper's own range was not opened). Check the value and its unit; if both are
    right, this score is not for this patient.
    """
    checked = {}
    for argument in arguments:
        value = values.get(argument.name)
        if value is None:
            if argument.required:
                raise MedaiError(
                    f"{argument.name} is missing: the score cannot do without it. "
                    f"{argument.question} ({argument.range})"
                )
            continue
        checked[argument.name] = argument.check(value)
    return checked


def number(name: str, question: str, unit: str, low: float, high: float, **more) -> Argument:
    """Return an argument that is a number."""
    return Argument(name, "number", question, unit, low, high, **more)


def yes_no(name: str, question: str) -> Argument:
    """Return an argument that is answered with True or False."""
    return Argument(name, "yes/no", question)


def choice(name: str, question: str, *options: str) -> Argument:
    """Return an argument with a few answers."""
    return Argument(name, "choice", question, options=options)


SEX = choice("sex", "Which sex, as the score was fitted for the two?", "female", "male")
SMOKER = yes_no("smoker", "Does the patient smoke now?")
DIABETES = yes_no("diabetes", "Does the patient have diabetes?")
