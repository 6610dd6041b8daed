"""Stroke in atrial fibrillation: CHA2DS2-VASc (2010), and CHA2DS2-VA without sex (2024)."""

from __future__ import annotations

from medai.personalised.risk.arguments import DIABETES, SEX, check_all, number, yes_no
from medai.personalised.risk.result import RiskResult, source

ARGUMENTS_VA = (
    number("age_years", "How old?", "years", 18, 120),
    yes_no("heart_failure", "Has the patient heart failure?"),
    yes_no("hypertension", "Has the patient hypertension, treated or not?"),
    DIABETES,
    yes_no("stroke_or_tia", "Any earlier stroke, transient ischaemic attack or embolism?"),
    yes_no(
        "vascular_disease",
        "Any earlier heart attack, peripheral artery disease or plaque of the aorta?",
    ),
)
ARGUMENTS = (ARGUMENTS_VA[0], SEX, *ARGUMENTS_VA[1:])
POPULATION = "adults with atrial fibrillation, without mechanical valve or relevant mitral stenosis"
_LIMITS = (
    "Only for atrial fibrillation; not with a mechanical valve or relevant mitral stenosis, where "
    "anticoagulation does not depend on the score.",
    "No yearly rate of stroke is given: published rates for the same points differ widely from "
    "cohort to cohort.",
)
POINTS = {
    "heart_failure": 1,
    "hypertension": 1,
    "diabetes": 1,
    "stroke_or_tia": 2,
    "vascular_disease": 1,
}


def _points(values: dict) -> int:
    """Return the points without sex: age counts 1 from 65 and 2 from 75."""
    age = 2 if values["age_years"] >= 75 else 1 if values["age_years"] >= 65 else 0
    return age + sum(points for name, points in POINTS.items() if values[name])


def cha2ds2_vasc(
    *,
    age_years: float,
    sex: str,
    heart_failure: bool,
    hypertension: bool,
    diabetes: bool,
    stroke_or_tia: bool,
    vascular_disease: bool,
) -> RiskResult:
    """Return the CHA2DS2-VASc score, 0 to 9 points.

    Parameters
    ----------
    age_years : float
        18 to 120; 65 to 74 counts 1, from 75 counts 2.
    sex : {"female", "male"}
        Female counts 1.
    heart_failure, hypertension, diabetes, vascular_disease : bool
        1 each.
    stroke_or_tia : bool
        Stroke, transient ischaemic attack or thromboembolism: 2.

    Returns
    -------
    RiskResult
        In points.

    Raises
    ------
    MedaiError
        For a missing value, or one outside its range.

    Notes
    -----
    Lip et al., Chest 2010;137:263-272.
    """
    values = check_all(ARGUMENTS, dict(locals()))
    points = _points(values) + (sex == "female")
    return RiskResult(
        name="CHA2DS2-VASc",
        value=points,
        unit="points",
        limits=_LIMITS,
        inputs=values,
        source=source("chads-vasc"),
        note="One point for female sex alone is no reason to treat; the ESC guideline of 2024 "
        "uses the score without sex (cha2ds2_va).",
        digits=0,
    )


def cha2ds2_va(
    *,
    age_years: float,
    heart_failure: bool,
    hypertension: bool,
    diabetes: bool,
    stroke_or_tia: bool,
    vascular_disease: bool,
) -> RiskResult:
    """Return the CHA2DS2-VA score, 0 to 8 points: CHA2DS2-VASc without sex.

    Parameters
    ----------
    age_years, heart_failure, hypertension, diabetes, stroke_or_tia, vascular_disease
        As in :func:`cha2ds2_vasc`.

    Returns
    -------
    RiskResult
        In points, with the class of the ESC guideline of 2024.

    Raises
    ------
    MedaiError
        For a missing value, or one outside its range.

    Notes
    -----
    2024 ESC Guidelines for the management of atrial fibrillation, read in excerpts.
    """
    values = check_all(ARGUMENTS_VA, dict(locals()))
    points = _points(values)
    words = ("no indication by points", "anticoagulation to be considered")
    return RiskResult(
        name="CHA2DS2-VA",
        value=points,
        unit="points",
        limits=_LIMITS,
        inputs=values,
        source=source("esc-af-2024"),
        note="Class of the ESC guideline of 2024. Bleeding risk is there to find what can be "
        "mended, not to withhold treatment.",
        category=words[points] if points < 2 else "anticoagulation recommended",
        digits=0,
    )
