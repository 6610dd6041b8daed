"""SCORE2 and SCORE2-OP (2021): cardiovascular disease in ten years in four regions of Europe."""

from __future__ import annotations

import math

from medai.datasets.risk import REGIONS, coefficients, recalibration
from medai.personalised.risk.arguments import (
    DIABETES,
    PUBLISHED,
    SEX,
    SMOKER,
    Argument,
    check_all,
    number,
)
from medai.personalised.risk.result import NO_INTERVAL, RiskResult, source, weighted_sum

_REGION = Argument(
    "region",
    "choice",
    "In which risk region of Europe does the patient live? The papers list the countries.",
    options=REGIONS,
)
_COMMON = (
    number(
        "total_cholesterol_mmol_l", "Total cholesterol?", "mmol/L", 2, 12, quantity="cholesterol"
    ),
    number("hdl_cholesterol_mmol_l", "HDL cholesterol?", "mmol/L", 0.3, 4, quantity="cholesterol"),
    number("systolic_mm_hg", "Systolic blood pressure?", "mmHg", 80, 220),
    SMOKER,
)
ARGUMENTS = (
    number("age_years", "How old?", "years", 40, 70, below=True, basis=PUBLISHED),
    SEX,
    _REGION,
    *_COMMON,
)
ARGUMENTS_OP = (
    number("age_years", "How old?", "years", 70, 89, basis=PUBLISHED),
    SEX,
    _REGION,
    *_COMMON,
    DIABETES,
)
POPULATION = "people of Europe, 40 to 69 years, without cardiovascular disease or diabetes"
POPULATION_OP = "people of Europe, 70 to 89 years, without known atherosclerotic disease"
_LIMITS = (
    "Not for people with known cardiovascular disease.",
    "Recalibrated to regions, not to countries: within a region countries differ.",
    "Coefficients and recalibration were read in the program of the authors of the paper; its "
    "supplement was not opened. The classes were read in copies of the guideline.",
    NO_INTERVAL,
)


def score2(
    *,
    age_years: float,
    sex: str,
    region: str,
    total_cholesterol_mmol_l: float,
    hdl_cholesterol_mmol_l: float,
    systolic_mm_hg: float,
    smoker: bool,
) -> RiskResult:
    """Return the ten-year risk of fatal or non-fatal cardiovascular disease at 40 to 69, in %.

    Parameters
    ----------
    age_years : float
        40 to below 70.
    sex : {"female", "male"}
        There are separate equations.
    region : {"low", "moderate", "high", "very high"}
        The risk region in which the patient lives.
    total_cholesterol_mmol_l, hdl_cholesterol_mmol_l : float
        In mmol/L.
    systolic_mm_hg : float
        In mmHg.
    smoker : bool
        Whether the patient smokes now.

    Returns
    -------
    RiskResult
        In %; classes of the ESC guideline of 2021, which depend on age.

    Raises
    ------
    MedaiError
        For a missing value, or one outside its range.

    Notes
    -----
    SCORE2 working group, European Heart Journal 2021;42:2439-2454.  Not for diabetes.

    Examples
    --------
    >>> print(score2(age_years=50, sex="male", region="low", total_cholesterol_mmol_l=5.5,
    ...     hdl_cholesterol_mmol_l=1.3, systolic_mm_hg=140, smoker=True))
    10-year risk of cardiovascular disease (SCORE2): 5.9 % (high)
    """
    values = check_all(ARGUMENTS, dict(locals()))
    age = (values["age_years"] - 60) / 5
    features = {
        "age": age,
        "smoker": float(smoker),
        "sbp": (values["systolic_mm_hg"] - 120) / 20,
        "total": values["total_cholesterol_mmol_l"] - 6,
        "hdl": (values["hdl_cholesterol_mmol_l"] - 1.3) / 0.5,
    }
    limits = ("Not for people with diabetes.", *_LIMITS)
    return _result("score2", "SCORE2", values, age, features, limits)


def score2_op(
    *,
    age_years: float,
    sex: str,
    region: str,
    total_cholesterol_mmol_l: float,
    hdl_cholesterol_mmol_l: float,
    systolic_mm_hg: float,
    smoker: bool,
    diabetes: bool,
) -> RiskResult:
    """Return the ten-year risk of fatal or non-fatal cardiovascular disease at 70 to 89, in %.

    Parameters
    ----------
    age_years : float
        70 to 89.
    sex, region, total_cholesterol_mmol_l, hdl_cholesterol_mmol_l, systolic_mm_hg, smoker
        As in :func:`score2`.
    diabetes : bool
        A term of the model, although its use is meant for people without.

    Returns
    -------
    RiskResult
        In %.

    Raises
    ------
    MedaiError
        For a missing value, or one outside its range.

    Notes
    -----
    SCORE2-OP working group, European Heart Journal 2021;42:2455-2467.
    """
    values = check_all(ARGUMENTS_OP, dict(locals()))
    age = values["age_years"] - 73
    features = {
        "age": age,
        "smoker": float(smoker),
        "diabetes": float(diabetes),
        "sbp": values["systolic_mm_hg"] - 150,
        "total": values["total_cholesterol_mmol_l"] - 6,
        "hdl": values["hdl_cholesterol_mmol_l"] - 1.4,
    }
    limits = ("Diabetes is a term of the model, but its use is meant for people without.", *_LIMITS)
    return _result("score2-op", "SCORE2-OP", values, age, features, limits)


def _result(score, title, values, age, features, limits) -> RiskResult:
    """Return the result: every feature but age also stands multiplied by age."""
    terms = coefficients(score, "europe", values["sex"])
    features |= {f"age_{name}": age * x for name, x in features.items() if name != "age"}
    total = weighted_sum(terms, features) - terms.get("mean", 0.0)
    before = 1 - terms["survival"] ** math.exp(total)
    scale1, scale2 = recalibration(score, values["region"], values["sex"])
    risk = 100 * (1 - math.exp(-math.exp(scale1 + scale2 * math.log(-math.log(1 - before)))))
    return RiskResult(
        name=f"10-year risk of cardiovascular disease ({title})",
        value=risk,
        unit="%",
        limits=limits,
        inputs=values,
        source=source(f"{score}-paper"),
        note=f"Before recalibration to the {values['region']} risk region: {100 * before:.1f} %.",
        category=_class(risk, values["age_years"]),
    )


def _class(percent: float, age_years: float) -> str:
    """Return the age-dependent class of the ESC guideline of 2021."""
    lower, upper = (2.5, 7.5) if age_years < 50 else (5, 10) if age_years < 70 else (7.5, 15)
    return "low to moderate" if percent < lower else "high" if percent < upper else "very high"
