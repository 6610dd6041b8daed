"""What a score is, and what must be true of a patient before one makes sense."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from medai.personalised.risk.arguments import Argument, yes_no
from medai.personalised.risk.result import RiskResult


@dataclass(frozen=True)
class Condition:
    """What must be true of a patient before a score makes sense.

    Attributes
    ----------
    argument
        The question.
    wanted
        The answer for which the score was made.
    why
        The reason when the answer is the other one.
    ask
        Whether the question is asked when there is no answer.
    """

    argument: Argument
    wanted: bool
    why: str
    ask: bool = True


@dataclass(frozen=True)
class Score:
    """A risk score.

    Attributes
    ----------
    name
        The name of its function in :mod:`medai.personalised.risk`.
    title
        What it answers.
    function
        The function; every argument is a keyword.
    arguments
        What it asks for, with units and ranges.
    population
        For whom it was made.
    source
        The key of its paper in ``data/risk/sources.csv``.
    conditions
        What must be true of the patient.
    """

    name: str
    title: str
    function: Callable[..., RiskResult]
    arguments: tuple[Argument, ...]
    population: str
    source: str
    conditions: tuple[Condition, ...] = ()


@dataclass(frozen=True)
class Missing:
    """A score that could be calculated if these questions were answered."""

    arguments: tuple[Argument, ...]

    def __str__(self) -> str:
        return "; ".join(f"{one.question} ({one.name}: {one.range})" for one in self.arguments)


@dataclass(frozen=True)
class NotApplicable:
    """A score that is not for this patient, and why."""

    reason: str

    def __str__(self) -> str:
        return self.reason


CVD = Condition(
    yes_no("cardiovascular_disease", "Any earlier heart attack, stroke or arterial disease?"),
    False,
    "the score is for people without known cardiovascular disease, whose risk is high anyway",
)
NO_FAILURE = Condition(
    yes_no("heart_failure", "Has the patient heart failure?"),
    False,
    "the score is for people without heart failure",
)
AF = Condition(
    yes_no("atrial_fibrillation", "Has the patient atrial fibrillation?"),
    True,
    "the score is for people with atrial fibrillation",
)
NO_DIABETES = Condition(
    yes_no("diabetes", "Does the patient have diabetes?"),
    False,
    "the score is for people without diabetes",
)
STABLE = Condition(
    yes_no("acute_kidney_injury", "Is the creatinine changing from day to day?"),
    False,
    "the estimate needs a stable creatinine",
    ask=False,
)
NOT_PREGNANT = Condition(
    yes_no("pregnant", "Is the patient pregnant?"),
    False,
    "the equation was not made for pregnancy",
    ask=False,
)
CIRRHOSIS = Condition(
    yes_no("cirrhosis", "Has the patient cirrhosis of the liver?"),
    True,
    "the score is for people with cirrhosis",
)
