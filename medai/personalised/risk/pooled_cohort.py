"""The pooled cohort equations of ACC and AHA (2013): first hard ASCVD event in ten years."""

from __future__ import annotations

import math

from medai.datasets.risk import coefficients
from medai.personalised.risk.arguments import (
    DIABETES,
    PUBLISHED,
    SEX,
    SMOKER,
    Argument,
    check_all,
    number,
    yes_no,
)
from medai.personalised.risk.result import NO_INTERVAL, RiskResult, source, weighted_sum
from medai.runtime.errors import MedaiError

RACE = Argument(
    "race",
    "choice",
    "Which of the two sets of equations? This is a decision, not a measurement.",
    options=("white", "black"),
)
ARGUMENTS = (
    number("age_years", "How old?", "years", 40, 79, basis=PUBLISHED),
    SEX,
    RACE,
    number(
        "total_cholesterol_mg_dl",
        "Total cholesterol?",
        "mg/dL",
        130,
        320,
        quantity="cholesterol",
        basis="the range that calculators of these equations accept",
    ),
    number(
        "hdl_cholesterol_mg_dl",
        "HDL cholesterol?",
        "mg/dL",
        20,
        100,
        quantity="cholesterol",
        basis="the range that calculators of these equations accept",
    ),
    number(
        "systolic_mm_hg",
        "Systolic blood pressure?",
        "mmHg",
        90,
        200,
        basis="the range that calculators of these equations accept",
    ),
    yes_no("treated_blood_pressure", "Does the patient take medicine for blood pressure?"),
    SMOKER,
    DIABETES,
)
POPULATION = "Black and white people of the USA, 40 to 79 years, without known ASCVD"
_LIMITS = (
    "Not for people who have had a heart attack or a stroke.",
    "Cohorts of the USA that were recruited decades ago: risk elsewhere and today may be lower or "
    "higher. PREVENT is its successor of 2023 and does without race.",
    "Race stands in the equation for what life does to people, not for biology; two patients who "
    "differ in nothing else get different risks.",
    NO_INTERVAL,
)


def pooled_cohort(
    *,
    age_years: float,
    sex: str,
    race: str,
    total_cholesterol_mg_dl: float,
    hdl_cholesterol_mg_dl: float,
    systolic_mm_hg: float,
    treated_blood_pressure: bool,
    smoker: bool,
    diabetes: bool,
) -> RiskResult:
    """Return the ten-year risk of a first heart attack, coronary death or stroke, in %.

    Parameters
    ----------
    age_years : float
        40 to 79.
    sex : {"female", "male"}
        There are separate equations.
    race : {"white", "black"}
        There are equations for these two only, and the data for everybody else were inadequate.
        Which to use for somebody else is a decision that must be made and said.
    total_cholesterol_mg_dl, hdl_cholesterol_mg_dl : float
        130 to 320 and 20 to 100 mg/dL.
    systolic_mm_hg : float
        90 to 200 mmHg.
    treated_blood_pressure, smoker, diabetes : bool
        Whether blood pressure is treated, the patient smokes now, has diabetes.

    Returns
    -------
    RiskResult
        In %; classes low, borderline, intermediate, high.

    Raises
    ------
    MedaiError
        For a missing value, or one outside its range.

    Notes
    -----
    Goff et al., Circulation 2014;129(25 Suppl 2):S49-S73.  ``1 - S ** exp(sum - mean)``, with the
    baseline survival S and the mean of the sum for each sex and race.  For the patient below the
    report prints 5.3 %: it rounds the sum to two places before the last step.

    Examples
    --------
    >>> print(pooled_cohort(age_years=55, sex="male", race="white", total_cholesterol_mg_dl=213,
    ...     hdl_cholesterol_mg_dl=50, systolic_mm_hg=120, treated_blood_pressure=False,
    ...     smoker=False, diabetes=False))
    10-year risk of a first ASCVD event (pooled cohort equations): 5.4 % (borderline)
    """
    given = dict(locals())
    if race is not None and race not in RACE.options:
        raise MedaiError(
            f"race={race!r:.40}: the pooled cohort equations exist for 'white' and 'black' only, "
            "and the data for other groups were inadequate. Calculators often use the equations "
            "for white people for everybody else, with the caveat that they may be wrong there: "
            "pass race='white' if that is what you decide, or use prevent(), which needs no race."
        )
    values = check_all(ARGUMENTS, given)
    terms = coefficients("pooled-cohort", race, sex)
    age, total = math.log(values["age_years"]), math.log(values["total_cholesterol_mg_dl"])
    hdl, pressure = math.log(values["hdl_cholesterol_mg_dl"]), math.log(values["systolic_mm_hg"])
    treatment = "treated" if treated_blood_pressure else "untreated"
    features = {
        "ln_age": age,
        "ln_age_squared": age**2,
        "ln_total": total,
        "ln_age_ln_total": age * total,
        "ln_hdl": hdl,
        "ln_age_ln_hdl": age * hdl,
        f"ln_{treatment}": pressure,
        f"ln_age_ln_{treatment}": age * pressure,
        "smoker": float(smoker),
        "ln_age_smoker": age * smoker,
        "diabetes": float(diabetes),
    }
    score = weighted_sum(terms, {name: x for name, x in features.items() if name in terms})
    risk = 100 * (1 - terms["survival"] ** math.exp(score - terms["mean"]))
    return RiskResult(
        name="10-year risk of a first ASCVD event (pooled cohort equations)",
        value=risk,
        unit="%",
        limits=_LIMITS,
        inputs=values,
        source=source("pce-report"),
        note=f"Calculated with the equations for {race} people: the race that was given.",
        category=ascvd_class(risk),
    )


def ascvd_class(percent: float) -> str:
    """Return the class of a 10-year ASCVD risk: below 5, 7.5 and 20 %, or above."""
    for limit, word in ((5, "low"), (7.5, "borderline"), (20, "intermediate")):
        if percent < limit:
            return word
    return "high"
