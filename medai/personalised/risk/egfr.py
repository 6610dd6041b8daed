"""Estimated glomerular filtration rate: CKD-EPI 2021, from creatinine or with cystatin C."""

from __future__ import annotations

import math

from medai.personalised.risk.arguments import SEX, check_all, number
from medai.personalised.risk.result import RiskResult, source

ARGUMENTS = (
    number("age_years", "How old?", "years", 18, 110),
    SEX,
    number("creatinine_mg_dl", "Serum creatinine?", "mg/dL", 0.2, 20, quantity="creatinine"),
    number("cystatin_c_mg_l", "Serum cystatin C?", "mg/L", 0.2, 10, required=False),
)
POPULATION = "adults with a stable creatinine"
# The lowest rounded eGFR of each category of KDIGO.
CATEGORIES = ((90, "G1"), (60, "G2"), (45, "G3a"), (30, "G3b"), (15, "G4"), (0, "G5"))
_LIMITS = (
    "Not in acute kidney injury: the equation needs a stable creatinine.",
    "Unreliable with unusual muscle mass (amputation, wasting, body building), in pregnancy and "
    "below 18 years.",
    "On average 2021's creatinine equation overestimates GFR by about 4 % in people who are not "
    "Black and underestimates it by about 4 % in Black people (NIDDK).",
    "A category makes chronic kidney disease only when it lasts for three months; G1 and G2 need "
    "another sign of kidney damage.",
)


def egfr(
    *,
    age_years: float,
    sex: str,
    creatinine_mg_dl: float,
    cystatin_c_mg_l: float | None = None,
) -> RiskResult:
    """Return the estimated glomerular filtration rate in mL/min/1.73 m².

    Parameters
    ----------
    age_years : float
        18 to 110.
    sex : {"female", "male"}
        The constants differ.
    creatinine_mg_dl : float
        Serum creatinine, IDMS-traceable, 0.2 to 20 mg/dL.
    cystatin_c_mg_l : float, optional
        When given, the combined equation is used.

    Returns
    -------
    RiskResult
        With the KDIGO category of the rounded value.

    Raises
    ------
    MedaiError
        For a missing value, or one outside its range (90 "mg/dL": did you mean µmol/L?).

    Notes
    -----
    Inker et al., New England Journal of Medicine 2021;385:1737-1749.  With creatinine over its
    knot r: ``142 * min(r, 1)**a * max(r, 1)**-1.2 * 0.9938**age``, times 1.012 for women.

    Examples
    --------
    >>> print(egfr(age_years=50, sex="male", creatinine_mg_dl=0.9))
    eGFR (CKD-EPI 2021, creatinine): 104 mL/min/1.73 m² (G1)
    """
    values = check_all(ARGUMENTS, dict(locals()))
    woman, age = sex == "female", values["age_years"]
    ratio = values["creatinine_mg_dl"] / (0.7 if woman else 0.9)
    if "cystatin_c_mg_l" in values:
        cystatin = values["cystatin_c_mg_l"] / 0.8
        value = 135 * min(ratio, 1) ** (-0.219 if woman else -0.144) * max(ratio, 1) ** -0.544
        value *= min(cystatin, 1) ** -0.323 * max(cystatin, 1) ** -0.778 * 0.9961**age
        value *= 0.963 if woman else 1
        kind, key = "creatinine and cystatin C", "ckd-epi-cys"
    else:
        value = 142 * min(ratio, 1) ** (-0.241 if woman else -0.302) * max(ratio, 1) ** -1.2
        value *= 0.9938**age * (1.012 if woman else 1)
        kind, key = "creatinine", "ckd-epi"
    rounded = math.floor(value + 0.5)
    return RiskResult(
        name=f"eGFR (CKD-EPI 2021, {kind})",
        value=value,
        unit="mL/min/1.73 m²",
        limits=_LIMITS,
        inputs=values,
        source=source(key),
        note=f"The category is that of the whole number, {rounded}, as laboratories report it.",
        category=next(word for lowest, word in CATEGORIES if rounded >= lowest),
        digits=0,
    )
