"""FINDRISC, the Finnish diabetes risk score (2003, form of eight questions): type 2 diabetes."""

from __future__ import annotations

from medai.personalised.risk.arguments import SEX, check_all, choice, number, yes_no
from medai.personalised.risk.result import RiskResult, source

ARGUMENTS = (
    number("age_years", "How old?", "years", 18, 120),
    SEX,
    number("bmi_kg_m2", "Body mass index?", "kg/m²", 10, 80),
    number("waist_cm", "Waist, measured below the ribs?", "cm", 40, 250),
    yes_no("active_30_min_daily", "At least 30 minutes of physical activity on most days?"),
    yes_no("vegetables_daily", "Vegetables, fruit or berries every day?"),
    yes_no("blood_pressure_medicine_ever", "Ever regular medicine for high blood pressure?"),
    yes_no("high_glucose_ever", "Ever high blood glucose, in illness or pregnancy too?"),
    choice(
        "family_diabetes",
        "Diabetes in the family? First degree: parent, sibling, own child; second degree: "
        "grandparent, aunt, uncle, first cousin.",
        "none",
        "second degree",
        "first degree",
    ),
)
POPULATION = "adults without diabetes; made with Finns of 35 to 64 years"
# Up to this many points: class, and how many of how many are expected to get diabetes in 10 years.
CLASSES = (
    (6, "low", "1 in 100"),
    (11, "slightly elevated", "1 in 25"),
    (14, "moderate", "1 in 6"),
    (20, "high", "1 in 3"),
    (26, "very high", "1 in 2"),
)
_LIMITS = (
    "Not for people who have diabetes.",
    "The shares of the form are too high for some populations: in Norway (HUNT3) 13.5 % (95 % CI "
    "12.5 to 14.5) of those with 15 points or more developed diabetes in ten years.",
    "A questionnaire: it says who should be tested, and replaces no glucose or HbA1c.",
)


def findrisc(
    *,
    age_years: float,
    sex: str,
    bmi_kg_m2: float,
    waist_cm: float,
    active_30_min_daily: bool,
    vegetables_daily: bool,
    blood_pressure_medicine_ever: bool,
    high_glucose_ever: bool,
    family_diabetes: str,
) -> RiskResult:
    """Return the FINDRISC, 0 to 26 points.

    Parameters
    ----------
    age_years : float
        Below 45 counts 0, to 54 counts 2, to 64 counts 3, above 4.
    sex : {"female", "male"}
        For the limits of the waist.
    bmi_kg_m2 : float
        Below 25 counts 0, to 30 counts 1, above 3.
    waist_cm : float
        Men below 94 (women 80) count 0, to 102 (88) count 3, above 4.
    active_30_min_daily, vegetables_daily : bool
        No counts 2 and 1.
    blood_pressure_medicine_ever, high_glucose_ever : bool
        Yes counts 2 and 5.
    family_diabetes : {"none", "second degree", "first degree"}
        0, 3 and 5.

    Returns
    -------
    RiskResult
        In points, with the class of the form.

    Raises
    ------
    MedaiError
        For a missing value, or one outside its range.

    Notes
    -----
    Lindström and Tuomilehto, Diabetes Care 2003;26:725-731; the form has two questions more than
    the paper's score, and its own classes.
    """
    values = check_all(ARGUMENTS, dict(locals()))
    age, bmi, waist = values["age_years"], values["bmi_kg_m2"], values["waist_cm"]
    narrow, wide = (94, 102) if sex == "male" else (80, 88)
    points = (
        (0 if age < 45 else 2 if age < 55 else 3 if age < 65 else 4)
        + (0 if bmi < 25 else 1 if bmi <= 30 else 3)
        + (0 if waist < narrow else 3 if waist <= wide else 4)
        + 2 * (not active_30_min_daily)
        + (not vegetables_daily)
        + 2 * blood_pressure_medicine_ever
        + 5 * high_glucose_ever
        + {"none": 0, "second degree": 3, "first degree": 5}[family_diabetes]
    )
    word, share = next((word, share) for most, word, share in CLASSES if points <= most)
    return RiskResult(
        name="FINDRISC",
        value=points,
        unit="points",
        limits=_LIMITS,
        inputs=values,
        source=source("findrisc"),
        note=f"The form expects about {share} to develop type 2 diabetes within ten years.",
        category=word,
        digits=0,
    )
