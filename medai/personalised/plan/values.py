"""What a patient's record says in answer to the questions of risk scores.

A listed condition answers yes; one that is not listed is unknown, since lists are seldom
complete.  Only what the patient or the clinician answered (``answers``) can say no.
"""

from __future__ import annotations

from collections.abc import Mapping

from medai.personalised.plan.conditions import find_condition
from medai.personalised.plan.measures import Measured
from medai.personalised.plan.patient import Patient
from medai.personalised.risk.catalogue import NAMES
from medai.runtime.errors import MedaiError

MEASURED = {  # quantity of the plan -> argument of the scores, in the same unit
    "systolic": "systolic_mm_hg",
    "weight": "weight_kg",
    "height": "height_cm",
    "bmi": "bmi_kg_m2",
    "waist": "waist_cm",
    "total_cholesterol": "total_cholesterol_mg_dl",
    "hdl": "hdl_cholesterol_mg_dl",
    "creatinine": "creatinine_mg_dl",
    "egfr": "egfr_ml_min_1_73m2",
    "alt": "alt_u_l",
    "ast": "ast_u_l",
    "platelets": "platelets_10e9_l",
    "bilirubin": "bilirubin_mg_dl",
    "albumin": "albumin_g_l",
    "inr": "inr",
}


def score_values(patient: Patient, measured: Mapping[str, Measured]) -> dict[str, object]:
    """Return values by the names that :func:`medai.personalised.risk.applicable` knows.

    Raises
    ------
    MedaiError
        When an answer has an unknown name or contradicts the record.
    """
    values: dict[str, object] = {
        "age_years": patient.age_years,
        "sex": patient.sex,
        "smoker": patient.smoker,
        "pregnant": patient.pregnant,
    }
    values |= {MEASURED[key]: one.value for key, one in measured.items() if key in MEASURED}
    for text in patient.conditions:
        condition = find_condition(text)
        values |= dict.fromkeys(condition.means if condition else (), True)
    values = {name: value for name, value in values.items() if value is not None}
    for name, answer in patient.answers.items():
        if name not in NAMES:
            raise MedaiError(
                f"answers.{name}: no score asks this. Use the name that the question gives, "
                "e.g. heart_failure, or leave it out."
            )
        if name in values and values[name] != answer:
            raise MedaiError(
                f"answers.{name} is {answer!r}, but the record says {values[name]!r}: "
                "correct one of the two."
            )
        values[name] = answer
    return values
