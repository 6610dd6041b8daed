"""Every score with what it asks for, for whom it was made, and whether it fits a patient."""

from __future__ import annotations

import difflib
from collections.abc import Mapping

from medai.personalised.risk import (
    cha2ds2,
    child_pugh,
    cockcroft_gault,
    egfr,
    fib4,
    findrisc,
    has_bled,
    pooled_cohort,
    prevent,
    score2,
)
from medai.personalised.risk.arguments import number
from medai.personalised.risk.conditions import (
    AF,
    CIRRHOSIS,
    CVD,
    NO_DIABETES,
    NO_FAILURE,
    NOT_PREGNANT,
    STABLE,
    Missing,
    NotApplicable,
    Score,
)
from medai.personalised.risk.result import RiskResult
from medai.personalised.risk.units import convert
from medai.runtime.errors import MedaiError

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
            (CVD,),
        ),
        Score(
            "prevent",
            "cardiovascular disease in ten or thirty years",
            prevent.prevent,
            prevent.ARGUMENTS,
            prevent.POPULATION,
            "prevent-paper",
            (CVD, NO_FAILURE),
        ),
        Score(
            "score2",
            "cardiovascular disease in ten years, Europe, 40 to 69",
            score2.score2,
            score2.ARGUMENTS,
            score2.POPULATION,
            "score2-paper",
            (CVD, NO_DIABETES),
        ),
        Score(
            "score2_op",
            "cardiovascular disease in ten years, Europe, 70 to 89",
            score2.score2_op,
            score2.ARGUMENTS_OP,
            score2.POPULATION_OP,
            "score2-op-paper",
            (CVD,),
        ),
        Score(
            "cha2ds2_va",
            "stroke in atrial fibrillation, without sex",
            cha2ds2.cha2ds2_va,
            cha2ds2.ARGUMENTS_VA,
            cha2ds2.POPULATION,
            "esc-af-2024",
            (AF,),
        ),
        Score(
            "cha2ds2_vasc",
            "stroke in atrial fibrillation",
            cha2ds2.cha2ds2_vasc,
            cha2ds2.ARGUMENTS,
            cha2ds2.POPULATION,
            "chads-vasc",
            (AF,),
        ),
        Score(
            "has_bled",
            "major bleeding in atrial fibrillation",
            has_bled.has_bled,
            has_bled.ARGUMENTS,
            has_bled.POPULATION,
            "has-bled",
            (AF,),
        ),
        Score(
            "findrisc",
            "type 2 diabetes in ten years",
            findrisc.findrisc,
            findrisc.ARGUMENTS,
            findrisc.POPULATION,
            "findrisc",
            (NO_DIABETES,),
        ),
        Score(
            "egfr",
            "kidney function",
            egfr.egfr,
            egfr.ARGUMENTS,
            egfr.POPULATION,
            "ckd-epi",
            (STABLE, NOT_PREGNANT),
        ),
        Score(
            "cockcroft_gault",
            "kidney function for dosing",
            cockcroft_gault.cockcroft_gault,
            cockcroft_gault.ARGUMENTS,
            cockcroft_gault.POPULATION,
            "cockcroft-gault",
            (STABLE, NOT_PREGNANT),
        ),
        Score(
            "child_pugh",
            "severity of cirrhosis",
            child_pugh.child_pugh,
            child_pugh.ARGUMENTS,
            child_pugh.POPULATION,
            "child-pugh",
            (CIRRHOSIS,),
        ),
        Score(
            "fib4",
            "advanced fibrosis of the liver",
            fib4.fib4,
            fib4.ARGUMENTS,
            fib4.POPULATION,
            "fib4",
        ),
    )
}
# A value may be given in its other unit, under the name that says so.
_PAIRS = (
    ("total_cholesterol_mg_dl", "total_cholesterol_mmol_l", "cholesterol", "mg/dL", "mmol/L"),
    ("hdl_cholesterol_mg_dl", "hdl_cholesterol_mmol_l", "cholesterol", "mg/dL", "mmol/L"),
    ("creatinine_mg_dl", "creatinine_umol_l", "creatinine", "mg/dL", "µmol/L"),
    ("bilirubin_mg_dl", "bilirubin_umol_l", "bilirubin", "mg/dL", "µmol/L"),
    ("albumin_g_dl", "albumin_g_l", "albumin", "g/dL", "g/L"),
)
_HEIGHT = number("height_cm", "Height?", "cm", 100, 250)
_OTHER = {"height_cm"} | {name for pair in _PAIRS for name in pair[:2]}
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
        ``creatinine_umol_l``, ``bilirubin_umol_l``, ``albumin_g_l`` and ``height_cm`` are
        understood too.  Units are converted because
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
