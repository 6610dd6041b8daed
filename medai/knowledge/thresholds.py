"""When is a measured value a finding?  Thresholds, each with the source that was opened.

A value becomes HPO findings (present, excluded or uncertain), or a question where the value
alone does not decide: a child's age is missing, a reading lies between normal and abnormal.
The sources were opened in November 2026 as excerpts through the project's search tool, the
definitions of HPO in the release that the package uses; no physician has reviewed the choice.
"""

from __future__ import annotations

from typing import NamedTuple

from medai.preprocess.units import DEFAULT_RANGES

HPO = "definition of the term in HPO (release of January 2025)"
NEWS2 = (
    "Royal College of Physicians, National Early Warning Score 2, chart 1 (2017), read at "
    "scribd.com/document/584338409"
)
PALS = (
    "PALS ranges as tabulated in the web appendix of Fleming et al. 2011, "
    "doi:10.1016/S0140-6736(10)62226-X, read at abcdocz.com/doc/55387; the article shows that "
    "published ranges disagree, these are among the widest"
)
SOURCES: dict[str, str] = {
    "fever": "NHS, High temperature (fever) in adults: 38 °C or above; between 37.5 and 38 °C "
    "'can often be considered to be a fever in many children' (patient.info/signs-symptoms/fever)",
    "hyperpyrexia": HPO + ": 41.1 °C",
    "implausible temperature": "death is to be expected at 43 °C (trivialcat.com, How much heat "
    "can the human body withstand); one survivor had 46.5 °C (biologyinsights.com, What was the "
    "highest fever ever recorded): two popular pages, no primary source was opened",
    "hypothermia": "NHS, Hypothermia: below 35 °C (hullccg.nhs.uk/conditions/hypothermia)",
    "high pressure": "NICE hypertension guideline, clinic pressure of 140/90 mmHg or higher, to "
    "be confirmed out of the clinic (read at meda24.ie/nice); severe from 180/120 (BMJ "
    "2019;367:l5310); the same 140/90 from 13 years on in AAP 2017 (timeofcare.com), percentiles "
    "below that age",
    "low pressure": "below 90 systolic or 60 diastolic 'in general', without a strict "
    "definition (healio.com, Hypotension); the diastolic value alone is left open here",
    "heart rate": HPO + " of Sinus tachycardia (above 100) and Bradycardia (in adults below "
    "60); children: " + PALS,
    "respiratory rate": "adults: outside 12 to 20 scores in " + NEWS2 + "; children: " + PALS,
    "oxygen": "low below 90 % (Mayo Clinic, as quoted at it.411answers.com); normal from 96 % "
    "(" + NEWS2 + ")",
    "glucose": "ADA criteria: fasting 126 mg/dL (7.0 mmol/L), random 200 mg/dL (11.1 mmol/L) "
    "(pmc.ncbi.nlm.nih.gov/articles/PMC10516260/table/T4); low below 70 mg/dL (3.9 mmol/L) (ADA "
    "level 1, read at droracle.ai/articles/257284); fasting 110 to 125: " + HPO + " of Impaired "
    "fasting glucose",
    "weight loss": HPO + "; clinically important from 4.5 kg (10 lb) or 5 % of the body weight "
    "within 6 to 12 months (abstract of the chapter in Harrison's, 20th edition, "
    "accessmedicine.mhmedical.com)",
    "bmi": "WHO classes for adults: below 18.5, from 25, from 30 (CBS Netherlands, who apply "
    "them from 20 years on, cbs.nl/en-gb/news/2019/15); classes as in " + HPO,
}

# HPO ids by the names used here; a test holds them against the ontology.
TERMS = {
    "Fever": "HP:0001945", "Hyperpyrexia": "HP:0033031", "Hypothermia": "HP:0002045",
    "Increased blood pressure": "HP:0032263", "Hypotension": "HP:0002615",
    "Tachycardia": "HP:0001649", "Bradycardia": "HP:0001662", "Tachypnea": "HP:0002789",
    "Bradypnea": "HP:0046507", "Hypoxemia": "HP:0012418", "Hyperglycemia": "HP:0003074",
    "Impaired fasting glucose": "HP:0025691", "Hypoglycemia": "HP:0001943",
    "Weight loss": "HP:0001824", "Obesity": "HP:0001513", "Overweight": "HP:0025502",
    "Decreased body mass index": "HP:0045082",
}  # fmt: skip

# (from this age in years, lowest and highest value that is still normal)
HEART_RATES = ((0.0, 85, 205), (0.25, 100, 190), (2.0, 60, 140), (10.0, 60, 100))
RESPIRATORY_RATES = ((0.0, 30, 60), (1.0, 24, 40), (4.0, 22, 34), (6.0, 18, 30), (13.0, 12, 20))
ADULT = 18.0
UNKNOWN_AGE = (0.0, 130.0)
Ages = tuple[float, float]

POSSIBLE: dict[str, tuple[float, float, str]] = {
    name: (DEFAULT_RANGES[key].low, DEFAULT_RANGES[key].high, DEFAULT_RANGES[key].unit)
    for name, key in (
        ("temperature", "temperature"),
        ("heart rate", "heart_rate"),
        ("respiratory rate", "respiratory_rate"),
        ("systolic", "systolic"),
        ("diastolic", "diastolic"),
        ("glucose", "glucose"),
    )
} | {"oxygen saturation": (0, 100, "%"), "body mass index": (5, 250, "kg/m²")}
"""Outside these a value is an error: limits and sources of :mod:`medai.preprocess.units`;
those of the body mass index are a teaching choice, wider than any living person needs."""


class Judgement(NamedTuple):
    """What a value means.

    ``verdict`` is ``finding``, ``normal``, ``question`` or ``impossible``; ``findings`` are
    pairs (name in ``TERMS``, ``present`` | ``excluded`` | ``uncertain``).
    """

    verdict: str
    findings: tuple[tuple[str, str], ...] = ()
    message: str = ""
    source: str = ""


def impossible(quantity: str, value: float) -> str:
    """Say why a value cannot be; "" if it can."""
    low, high, unit = POSSIBLE[quantity]
    if low <= value <= high:
        return ""
    return (
        f"{'an' if quantity[0] in 'aeiou' else 'a'} {quantity} of {value:g} {unit} is impossible "
        f"(accepted: {low:g} to {high:g}): not used; please check the number and its unit"
    )


SURVIVED = 43.0
"""°C; a higher body temperature is rarer than a slip of the pen: asked about, no finding."""


def temperature(value: float) -> Judgement:
    """Judge a body temperature in °C."""
    if value > SURVIVED:
        ask = (
            f"a body temperature of {value:g} °C is hardly survived (above {SURVIVED:g} °C): not "
            "used; please check the number and its unit"
        )
        return Judgement("question", (), ask, SOURCES["implausible temperature"])
    if value >= 41.1:
        both = (("Hyperpyrexia", "present"), ("Fever", "present"))
        return Judgement("finding", both[:1], "", SOURCES["hyperpyrexia"])
    if value >= 38.0:
        return Judgement("finding", (("Fever", "present"),), "", SOURCES["fever"])
    if value >= 37.5:
        ask = f"{value:g} °C lies between normal and fever: where was it taken, and has it been 38?"
        return Judgement("question", (("Fever", "uncertain"),), ask, SOURCES["fever"])
    if value < 35.0:
        return Judgement("finding", (("Hypothermia", "present"),), "", SOURCES["hypothermia"])
    return Judgement("normal", (("Fever", "excluded"),), "", SOURCES["fever"])


def blood_pressure(systolic: float, diastolic: float | None, ages: Ages) -> Judgement:
    """Judge a blood pressure in mmHg; ``diastolic`` may be missing."""
    if ages[0] < 13 and ages[1] < ADULT:
        ask = "a child's blood pressure is judged by percentiles for age, sex and height"
        return Judgement("question", (), ask, SOURCES["high pressure"])
    low_value = diastolic if diastolic is not None else 75.0
    if systolic >= 140 or low_value >= 90:
        severe = systolic >= 180 or low_value >= 120
        ask = "severely raised: ask for headache, vision, chest pain" if severe else ""
        ask = ask or "one reading is not yet hypertension: repeat, at home if possible"
        return Judgement(
            "finding", (("Increased blood pressure", "present"),), ask, SOURCES["high pressure"]
        )
    if systolic < 90 and ages[0] >= 13:
        return Judgement("finding", (("Hypotension", "present"),), "", SOURCES["low pressure"])
    if systolic < 90 or low_value < 60:
        ask = "how old is the patient?" if systolic < 90 else "is this low for the patient?"
        return Judgement("question", (("Hypotension", "uncertain"),), ask, SOURCES["low pressure"])
    excluded = (("Increased blood pressure", "excluded"), ("Hypotension", "excluded"))
    return Judgement(
        "normal", excluded if diastolic is not None else (), "", SOURCES["high pressure"]
    )


def rate(quantity: str, value: float, ages: Ages) -> Judgement:
    """Judge a heart rate or respiratory rate, both per minute.

    Where the age is not known well enough to decide, the finding is uncertain and the age is
    asked for.
    """
    bands = HEART_RATES if quantity == "heart rate" else RESPIRATORY_RATES
    fast, slow = (
        ("Tachycardia", "Bradycardia") if quantity == "heart rate" else ("Tachypnea", "Bradypnea")
    )
    ends = [*(band[0] for band in bands[1:]), float("inf")]
    inside = [b for b, end in zip(bands, ends, strict=True) if b[0] <= ages[1] and ages[0] < end]
    source = SOURCES[quantity]
    found = []
    for name, hits in (
        (fast, [value > high for _, _, high in inside]),
        (slow, [value < low for _, low, _ in inside]),
    ):
        if all(hits):
            found.append((name, "present"))
        elif not any(hits):
            found.append((name, "excluded"))
        elif hits[-1] or ages[1] < ADULT:  # the oldest that the patient may be
            found.append((name, "uncertain"))
    present = tuple(one for one in found if one[1] == "present")
    if present:
        return Judgement("finding", present, "", source)
    doubt = tuple(one for one in found if one[1] == "uncertain")
    if doubt:
        ask = f"a {quantity} of {value:g} is judged by age: how old is the patient?"
        return Judgement("question", doubt, ask, source)
    return Judgement("normal", tuple(found), "", source)


def oxygen(value: float, on_oxygen: bool) -> Judgement:
    """Judge an oxygen saturation in per cent."""
    source = SOURCES["oxygen"]
    if value < 90:
        return Judgement("finding", (("Hypoxemia", "present"),), "", source)
    if value < 96:
        ask = f"{value:g} % is low for healthy lungs: what is usual for the patient?"
        return Judgement("question", (("Hypoxemia", "uncertain"),), ask, source)
    if on_oxygen:
        return Judgement("question", (), "normal, but on oxygen: what is it on air?", source)
    return Judgement("normal", (("Hypoxemia", "excluded"),), "", source)


def glucose(value: float, fasting: bool) -> Judgement:
    """Judge a blood glucose in mg/dL."""
    source = SOURCES["glucose"]
    if value < 70:
        return Judgement("finding", (("Hypoglycemia", "present"),), "", source)
    # 11.1 mmol/L is 199.96 mg/dL and 7.0 is 126.1: half a unit keeps both spellings together
    if value >= 199.5 or (fasting and value >= 125.5):
        return Judgement("finding", (("Hyperglycemia", "present"),), "", source)
    if fasting and value >= 109.5:
        return Judgement("finding", (("Impaired fasting glucose", "present"),), "", source)
    if not fasting and value >= 125.5:
        ask = "raised if the patient was fasting: was it?"
        return Judgement("question", (("Hyperglycemia", "uncertain"),), ask, source)
    return Judgement(
        "normal", (("Hypoglycemia", "excluded"), ("Hyperglycemia", "excluded")), "", source
    )


def body_mass_index(value: float, ages: Ages) -> Judgement:
    """Judge a body mass index in kg/m²."""
    source = SOURCES["bmi"]
    if ages[0] < ADULT and ages != UNKNOWN_AGE:
        ask = "below 20 years the body mass index is judged by percentiles for age and sex"
        return Judgement("question", (), ask, source)
    if value < 18.5:
        name = "Decreased body mass index"
    elif value >= 30:
        name = "Obesity"
    elif value >= 25:
        name = "Overweight"
    else:
        excluded = (("Obesity", "excluded"), ("Overweight", "excluded"))
        return Judgement("normal", excluded, "", source)
    return Judgement("finding", ((name, "present"),), "", source)
