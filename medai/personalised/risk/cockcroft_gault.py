"""Creatinine clearance of Cockcroft and Gault (1976), by which many drugs are still dosed."""

from __future__ import annotations

from medai.personalised.risk.arguments import PUBLISHED, SEX, check_all, choice, number
from medai.personalised.risk.result import RiskResult, source

ARGUMENTS = (
    number("age_years", "How old?", "years", 18, 92, basis=PUBLISHED),
    SEX,
    number("weight_kg", "Body weight?", "kg", 25, 300),
    choice(
        "weight_kind",
        "Which weight is that? In obesity many rules for dosing ask for ideal or adjusted weight.",
        "actual",
        "ideal",
        "adjusted",
    ),
    number("creatinine_mg_dl", "Serum creatinine?", "mg/dL", 0.2, 20, quantity="creatinine"),
)
POPULATION = "adults with a stable creatinine; made with 249 men of 18 to 92 years"
_LIMITS = (
    "Made with men: the factor for women was not derived from them.",
    "Made decades before the assays of creatinine were standardised.",
    "Not in acute kidney injury; not for staging kidney disease (use egfr).",
    "In obesity the actual weight gives too high, in wasting the creatinine too low a value for "
    "safe dosing.",
)


def cockcroft_gault(
    *,
    age_years: float,
    sex: str,
    weight_kg: float,
    weight_kind: str,
    creatinine_mg_dl: float,
) -> RiskResult:
    """Return the estimated creatinine clearance in mL/min.

    Parameters
    ----------
    age_years : float
        18 to 92, the ages of the study.
    sex : {"female", "male"}
        For women times 0.85.
    weight_kg : float
        25 to 300 kg.
    weight_kind : {"actual", "ideal", "adjusted"}
        Which weight was put in; it is echoed in the note, and changes nothing else.
    creatinine_mg_dl : float
        0.2 to 20 mg/dL.

    Returns
    -------
    RiskResult
        In mL/min, not per 1.73 m².

    Raises
    ------
    MedaiError
        For a missing value, or one outside its range.

    Notes
    -----
    Cockcroft and Gault, Nephron 1976;16:31-41: ``(140 - age) * weight / (72 * creatinine)``.
    """
    values = check_all(ARGUMENTS, dict(locals()))
    value = (140 - values["age_years"]) * values["weight_kg"] / (72 * values["creatinine_mg_dl"])
    return RiskResult(
        name="Creatinine clearance (Cockcroft-Gault)",
        value=value * (0.85 if sex == "female" else 1),
        unit="mL/min",
        limits=_LIMITS,
        inputs=values,
        source=source("cockcroft-gault"),
        note=f"Calculated with {weight_kind} body weight. Which weight a dose needs stands in the "
        "drug's own label.",
        digits=0,
    )
