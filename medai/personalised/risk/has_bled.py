"""HAS-BLED (2010): major bleeding within a year in atrial fibrillation."""

from __future__ import annotations

from medai.personalised.risk.arguments import check_all, number, yes_no
from medai.personalised.risk.result import RiskResult, source

ARGUMENTS = (
    number("age_years", "How old?", "years", 18, 120),
    yes_no("uncontrolled_hypertension", "Is systolic blood pressure above 160 mmHg?"),
    yes_no(
        "abnormal_renal_function", "Dialysis, kidney transplant, or creatinine above 200 µmol/L?"
    ),
    yes_no(
        "abnormal_liver_function",
        "Chronic liver disease, or bilirubin above twice with enzymes above three times normal?",
    ),
    yes_no("stroke", "Any earlier stroke?"),
    yes_no("bleeding", "Any earlier major bleed, or a tendency to bleed such as anaemia?"),
    yes_no("labile_inr", "On warfarin: in the therapeutic range for less than 60 % of the time?"),
    yes_no("antiplatelet_or_nsaid", "Takes an antiplatelet drug or an NSAID?"),
    yes_no("alcohol", "Eight or more drinks a week?"),
)
POPULATION = "adults with atrial fibrillation, before or on anticoagulation"
# Major bleeds per 100 patient-years in the Euro Heart Survey; above 5 points too few to count.
BLEEDS = {0: 1.13, 1: 1.02, 2: 1.88, 3: 3.74, 4: 8.70, 5: 12.50}
_LIMITS = (
    "The rates are those of one European survey, and too few patients had many points: from 0 to "
    "1 point they even fall.",
    "A high score asks to mend what can be mended (pressure, NSAID, alcohol, INR); alone it is no "
    "reason to withhold anticoagulation.",
)


def has_bled(
    *,
    age_years: float,
    uncontrolled_hypertension: bool,
    abnormal_renal_function: bool,
    abnormal_liver_function: bool,
    stroke: bool,
    bleeding: bool,
    labile_inr: bool,
    antiplatelet_or_nsaid: bool,
    alcohol: bool,
) -> RiskResult:
    """Return the HAS-BLED score, 0 to 9 points: one for each answer that is yes.

    Parameters
    ----------
    age_years : float
        18 to 120; above 65 counts 1 (65 itself does not).
    uncontrolled_hypertension : bool
        Systolic above 160 mmHg.
    abnormal_renal_function : bool
        Dialysis, transplant, or creatinine above 200 µmol/L.
    abnormal_liver_function : bool
        Chronic liver disease, or bilirubin above 2 times with enzymes above 3 times normal.
    stroke, bleeding : bool
        In the history.
    labile_inr : bool
        In the therapeutic range for less than 60 % of the time; False without warfarin.
    antiplatelet_or_nsaid, alcohol : bool
        Such a drug; eight or more drinks a week.

    Returns
    -------
    RiskResult
        In points; 3 and more is high.

    Raises
    ------
    MedaiError
        For a missing value, or one outside its range.

    Notes
    -----
    Pisters et al., Chest 2010;138:1093-1100.
    """
    values = check_all(ARGUMENTS, dict(locals()))
    yes = sum(value for name, value in values.items() if name != "age_years")
    points = yes + (values["age_years"] > 65)
    rate = BLEEDS.get(points)
    note = (
        f"{rate:g} major bleeds per 100 patient-years with this score in the Euro Heart Survey."
        if rate is not None
        else "Too few patients with so many points to give a rate."
    )
    return RiskResult(
        name="HAS-BLED",
        value=points,
        unit="points",
        limits=_LIMITS,
        inputs=values,
        source=source("has-bled"),
        note=note,
        category="high" if points >= 3 else "moderate" if points else "low",
        digits=0,
    )
