"""The PREVENT equations of the AHA (2023), base model: cardiovascular disease without race."""

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

OUTCOMES = {
    "cvd": "total cardiovascular disease",
    "ascvd": "atherosclerotic cardiovascular disease",
    "hf": "heart failure",
}
YEARS = (10, 30)
TO_MMOL = 0.02586  # the factor of the equations, from mg/dL
BMI = number(
    "bmi_kg_m2",
    "Body mass index?",
    "kg/m²",
    18.5,
    40,
    below=True,
    required=False,
    basis=PUBLISHED,
)
ARGUMENTS = (
    number("age_years", "How old?", "years", 30, 79, basis=PUBLISHED),
    SEX,
    number(
        "total_cholesterol_mg_dl",
        "Total cholesterol?",
        "mg/dL",
        130,
        320,
        quantity="cholesterol",
        basis=PUBLISHED,
    ),
    number(
        "hdl_cholesterol_mg_dl",
        "HDL cholesterol?",
        "mg/dL",
        20,
        100,
        quantity="cholesterol",
        basis=PUBLISHED,
    ),
    number("systolic_mm_hg", "Systolic blood pressure?", "mmHg", 90, 200, basis=PUBLISHED),
    number("egfr_ml_min_1_73m2", "Estimated GFR?", "mL/min/1.73 m²", 15, 150, basis=PUBLISHED),
    yes_no("treated_blood_pressure", "Does the patient take medicine for blood pressure?"),
    yes_no("statin", "Does the patient take a statin?"),
    SMOKER,
    DIABETES,
    BMI,
    Argument("outcome", "choice", "Which disease?", options=tuple(OUTCOMES), required=False),
)
POPULATION = "adults of the USA, 30 to 79 years, without known cardiovascular disease"
_LIMITS = (
    "Not for people with known cardiovascular disease, heart failure included.",
    "Adults of the USA: calibration elsewhere is to be shown before use.",
    "The base model: versions with HbA1c, albumin in urine and social deprivation exist.",
    NO_INTERVAL,
)


def prevent(
    *,
    age_years: float,
    sex: str,
    total_cholesterol_mg_dl: float,
    hdl_cholesterol_mg_dl: float,
    systolic_mm_hg: float,
    egfr_ml_min_1_73m2: float,
    treated_blood_pressure: bool,
    statin: bool,
    smoker: bool,
    diabetes: bool,
    bmi_kg_m2: float | None = None,
    outcome: str = "cvd",
    years: int = 10,
) -> RiskResult:
    """Return the risk of cardiovascular disease in 10 or 30 years, in %.

    Parameters
    ----------
    age_years : float
        30 to 79; for 30 years, to 59.
    sex : {"female", "male"}
        There are separate equations.
    total_cholesterol_mg_dl, hdl_cholesterol_mg_dl : float
        130 to 320 and 20 to 100 mg/dL.
    systolic_mm_hg : float
        90 to 200 mmHg.
    egfr_ml_min_1_73m2 : float
        15 to 150.
    treated_blood_pressure, statin, smoker, diabetes : bool
        Treatment of blood pressure, a statin, smoking now, diabetes.
    bmi_kg_m2 : float, optional
        18.5 to below 40; needed for heart failure only, and not used otherwise.
    outcome : {"cvd", "ascvd", "hf"}
        Total cardiovascular disease (ASCVD or heart failure), or one of the two.
    years : {10, 30}
        The time.

    Returns
    -------
    RiskResult
        In %.  The paper of 2023 gives no classes.

    Raises
    ------
    MedaiError
        For a missing value, or one outside its range.

    Notes
    -----
    Khan et al., Circulation 2024;149:430-449: a logistic function of a weighted sum, in which
    blood pressure, eGFR and body mass index bend at 110 mmHg, 60 and 30.
    """
    given = dict(locals())
    values = check_all(ARGUMENTS, given)
    if isinstance(years, bool) or years not in YEARS:
        raise MedaiError(f"years={years!r:.40}: the equations exist for 10 and for 30 years.")
    values["years"] = years
    if years == 30 and values["age_years"] > 59:
        raise MedaiError(
            f"age_years={age_years!r}: the 30-year equations were published for 30 to 59 years. "
            "Use years=10."
        )
    if outcome == "hf" and bmi_kg_m2 is None:
        raise MedaiError(
            "bmi_kg_m2 is missing: the risk of heart failure cannot do without it. "
            f"{BMI.question} ({BMI.range})"
        )
    terms = coefficients("prevent", f"{outcome}-{years}", sex)
    features = _features(values)
    score = weighted_sum(terms, {name: features[name] for name in terms})
    return RiskResult(
        name=f"{years}-year risk of {OUTCOMES[outcome]} (PREVENT, base model)",
        value=100 / (1 + math.exp(-score)),
        unit="%",
        limits=_LIMITS,
        inputs=values,
        source=source("prevent-paper"),
        note="No race in the equation. The coefficients were read in a published program "
        "(prevent-copy), not in the supplement of the paper.",
    )


def _features(values: dict) -> dict[str, float]:
    """Return the terms of the equations for one patient."""
    age = (values["age_years"] - 55) / 10
    total, hdl_mg = values["total_cholesterol_mg_dl"], values["hdl_cholesterol_mg_dl"]
    non_hdl, hdl = (total - hdl_mg) * TO_MMOL - 3.5, (hdl_mg * TO_MMOL - 1.3) / 0.3
    pressure, egfr = values["systolic_mm_hg"], values["egfr_ml_min_1_73m2"]
    bmi = values.get("bmi_kg_m2", 30.0)  # without a value, no equation that is used asks for it
    high, low_egfr = (max(pressure, 110) - 130) / 20, (min(egfr, 60) - 60) / -15
    treated, statin = values["treated_blood_pressure"], values["statin"]
    return {
        "age": age,
        "age_squared": age**2,
        "non_hdl": non_hdl,
        "hdl": hdl,
        "sbp_low": (min(pressure, 110) - 110) / 20,
        "sbp_high": high,
        "diabetes": values["diabetes"],
        "smoker": values["smoker"],
        "bmi_low": (min(bmi, 30) - 25) / 5,
        "bmi_high": (max(bmi, 30) - 30) / 5,
        "egfr_low": low_egfr,
        "egfr_high": (max(egfr, 60) - 90) / -15,
        "treated": treated,
        "statin": statin,
        "treated_sbp": treated * high,
        "statin_non_hdl": statin * non_hdl,
        "age_non_hdl": age * non_hdl,
        "age_hdl": age * hdl,
        "age_sbp": age * high,
        "age_diabetes": age * values["diabetes"],
        "age_smoker": age * values["smoker"],
        "age_bmi": age * (max(bmi, 30) - 30) / 5,
        "age_egfr": age * low_egfr,
        "constant": 1.0,
    }
