"""Every score with what it asks for, for whom it was made, and whether it fits a patient."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from medai.personalised.risk import (
    cha2ds2,
    cockcroft_gault,
    egfr,
    findrisc,
    has_bled,
    pooled_cohort,
    prevent,
    score2,
)
from medai.personalised.risk.arguments import Argument, number, yes_no
from medai.personalised.risk.result import RiskResult
from medai.personalised.risk.units import convert
from medai.runtime.errors import MedaiError


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


_CVD = Condition(
    yes_no("cardiovascular_disease", "Any earlier heart attack, stroke or arterial disease?"),
    False,
    "the score is for people without known cardiovascular disease, whose risk is high anyway",
)
_NO_FAILURE = Condition(
    yes_no("heart_failure", "Has the patient heart failure?"),
    False,
    "the score is for people without heart failure",
)
_AF = Condition(
    yes_no("atrial_fibrillation", "Has the patient atrial fibrillation?"),
    True,
    "the score is for people with atrial fibrillation",
)
_NO_DIABETES = Condition(
    yes_no("diabetes", "Does the patient have diabetes?"),
    False,
    "the score is for people without diabetes",
)
_STABLE = Condition(
    yes_no("acute_kidney_injury", "Is the creatinine changing from day to day?"),
    False,
    "the estimate needs a stable creatinine",
    ask=False,
)
_NOT_PREGNANT = Condition(
    yes_no("pregnant", "Is the patient pregnant?"),
    False,
    "the equation was not made for pregnancy",
    ask=False,
)

SCORES: dict[str, Score] = {
    one.name: one
    for one in (
        Score(
            "pooled_cohort",
            "first heart attack, coronary death or stroke in ten years",
            pooled_cohort.pooled_cohort,
            pooled_cohort.ARGUMENTS,
            pooled_cohort.POPULATION,
            "pce-report",
            (_CVD,),
        ),
        Score(
            "prevent",
            "cardiovascular disease in ten or thirty years",
            prevent.prevent,
            prevent.ARGUMENTS,
            prevent.POPULATION,
            "prevent-paper",
            (_CVD, _NO_FAILURE),
        ),
        Score(
            "score2",
            "cardiovascular disease in ten years, Europe, 40 to 69",
            score2.score2,
            score2.ARGUMENTS,
            score2.POPULATION,
            "score2-paper",
            (_CVD, _NO_DIABETES),
        ),
        Score(
            "score2_op",
            "cardiovascular disease in ten years, Europe, 70 to 89",
            score2.score2_op,
            score2.ARGUMENTS_OP,
            score2.POPULATION_OP,
            "score2-op-paper",
            (_CVD,),
        ),
        Score(
            "cha2ds2_va",
            "stroke in atrial fibrillation, without sex",
            cha2ds2.cha2ds2_va,
            cha2ds2.ARGUMENTS_VA,
            cha2ds2.POPULATION,
            "esc-af-2024",
            (_AF,),
        ),
        Score(
            "cha2ds2_vasc",
            "stroke in atrial fibrillation",
            cha2ds2.cha2ds2_vasc,
            cha2ds2.ARGUMENTS,
            cha2ds2.POPULATION,
            "chads-vasc",
            (_AF,),
        ),
        Score(
            "has_bled",
            "major bleeding in atrial fibrillation",
            has_bled.has_bled,
            has_bled.ARGUMENTS,
            has_bled.POPULATION,
            "has-bled",
            (_AF,),
        ),
        Score(
            "findrisc",
            "type 2 diabetes in ten years",
            findrisc.findrisc,
            findrisc.ARGUMENTS,
            findrisc.POPULATION,
            "findrisc",
            (_NO_DIABETES,),
        ),
        Score(
            "egfr",
            "kidney function",
            egfr.egfr,
            egfr.ARGUMENTS,
            egfr.POPULATION,
            "ckd-epi",
            (_STABLE, _NOT_PREGNANT),
        ),
        Score(
            "cockcroft_gault",
            "kidney function for dosing",
            cockcroft_gault.cockcroft_gault,
            cockcroft_gault.ARGUMENTS,
            cockcroft_gault.POPULATION,
            "cockcroft-gault",
            (_STABLE, _NOT_PREGNANT),
        ),
    )
}
# A value may be given in its other unit, under the name that says so.
_PAIRS = (
    ("total_cholesterol_mg_dl", "total_cholesterol_mmol_l", "cholesterol", "mg/dL", "mmol/L"),
    ("hdl_cholesterol_mg_dl", "hdl_cholesterol_mmol_l", "cholesterol", "mg/dL", "mmol/L"),
    ("creatinine_mg_dl", "creatinine_umol_l", "creatinine", "mg/dL", "µmol/L"),
)
_HEIGHT = number("height_cm", "Height?", "cm", 100, 250)
_OTHER = {"height_cm", "creatinine_umol_l"}
NAMES = frozenset(
    {argument.name for score in SCORES.values() for argument in score.arguments}
    | {condition.argument.name for score in SCORES.values() for condition in score.conditions}
    | _OTHER
)


def _complete(values: dict[str, object]) -> dict[str, str]:
    """Add what follows from other values, and return what went wrong by name.

    Other units, body mass index from weight and height, and eGFR from creatinine.
    """
    wrong = {}
    for one, other, quantity, unit, second in _PAIRS:
        for have, name, unit_in, unit_out in (
            (one, other, unit, second),
            (other, one, second, unit),
        ):
            if have in values and name not in values:
                try:
                    values[name] = convert(quantity, values[have], unit_in, unit_out)
                except MedaiError as error:
                    wrong[name] = f"{have}: {error}"
    if "bmi_kg_m2" not in values and {"weight_kg", "height_cm"} <= set(values):
        try:
            weight = number("weight_kg", "Body weight?", "kg", 25, 300).check(values["weight_kg"])
            values["bmi_kg_m2"] = weight / (_HEIGHT.check(values["height_cm"]) / 100) ** 2
        except MedaiError as error:
            wrong["bmi_kg_m2"] = str(error)
    need = ("age_years", "sex", "creatinine_mg_dl")
    barred = any(values.get(name) is True for name in ("acute_kidney_injury", "pregnant"))
    if "egfr_ml_min_1_73m2" not in values and all(name in values for name in need) and not barred:
        try:
            given = {name: values[name] for name in (*need, "cystatin_c_mg_l") if name in values}
            values["egfr_ml_min_1_73m2"] = egfr.egfr(**given).value
        except MedaiError as error:
            wrong["egfr_ml_min_1_73m2"] = str(error)
    return wrong


def _outcome(score: Score, values: dict, wrong: dict) -> RiskResult | Missing | NotApplicable:
    """Return the result of one score, what is missing for it, or why it is not for the patient."""
    unanswered = []
    try:
        for condition in score.conditions:
            name = condition.argument.name
            if name in values:
                if condition.argument.check(values[name]) is not condition.wanted:
                    return NotApplicable(f"{name}={values[name]}: {condition.why}.")
            elif condition.ask:
                unanswered.append(condition.argument)
        for argument in score.arguments:
            if argument.name in values:
                argument.check(values[argument.name])
            elif argument.name in wrong:
                return NotApplicable(wrong[argument.name])
            elif argument.required and argument not in unanswered:
                unanswered.append(argument)
        if unanswered:
            return Missing(tuple(unanswered))
        names = [argument.name for argument in score.arguments if argument.name in values]
        return score.function(**{name: values[name] for name in names})
    except MedaiError as error:
        return NotApplicable(str(error))


def applicable(
    patient_values: Mapping[str, object],
) -> list[tuple[Score, RiskResult | Missing | NotApplicable]]:
    """Return for every score its result, the questions it still has, or why it does not fit.

    A wrong value makes a score not applicable, with the reason; it never stops the others.

    Parameters
    ----------
    patient_values : mapping
        Values by the names of the arguments (:data:`NAMES`); None counts as missing.
        ``creatinine_umol_l`` and ``height_cm`` are understood too.  Units are converted because
        the name states them, body mass index follows from weight and height, eGFR from
        creatinine, age and sex.  Race is never inferred.

    Returns
    -------
    list of (Score, RiskResult or Missing or NotApplicable)
        In the order of :data:`SCORES`.

    Raises
    ------
    MedaiError
        For a name that no score knows: a misspelt value would otherwise be ignored in silence.
    """
    unknown = sorted(str(name) for name in patient_values if name not in NAMES)
    if unknown:
        close = difflib.get_close_matches(unknown[0], sorted(NAMES), n=3, cutoff=0.5)
        hint_text = f"Did you mean {' or '.join(close)}? " if close else ""
        raise MedaiError(
            f"{unknown[0]!r} is no value that a score asks for. {hint_text}"
            f"The names are: {', '.join(sorted(NAMES))}."
        )
    values = {name: value for name, value in patient_values.items() if value is not None}
    wrong = _complete(values)
    return [(score, _outcome(score, values, wrong)) for score in SCORES.values()]
