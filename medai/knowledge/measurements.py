"""Measurements in a text: "temp 39.5 °C", "103 F", "BP 150/95", "sats 88% on air".

Read here, judged by :mod:`medai.knowledge.thresholds`.  A value that is impossible, or whose
unit is missing where two are common, is returned with a question; it is never guessed and
never lost.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from medai.knowledge import thresholds
from medai.knowledge.ages import OLDEST, age_interval
from medai.knowledge.measured_words import (
    ABOVE,
    BARE_HEART,
    BARE_PRESSURE,
    BARE_RESPIRATORY,
    BARE_TEMPERATURE,
    BELOW,
    BMI,
    BREATHING,
    COMES_WITH,
    DIGITS,
    GLUCOSE,
    HEART,
    HIGH,
    KILOGRAMS,
    LETTER_TEMPERATURE,
    LOW,
    NEVER,
    NOT_ON_PURPOSE,
    ON_OXYGEN,
    ON_PURPOSE,
    OTHER_PRESSURE,
    OXYGEN,
    PERSON,
    PRESSURE,
    RESPIRATORY,
    SAID_PRESSURE,
    SPOKEN_TEMPERATURE,
    TEMPERATURE,
    WEIGHT,
    WEIGHT_AFTER,
)
from medai.knowledge.thresholds import TERMS, Ages, Judgement, impossible
from medai.preprocess.units import convert

__all__ = ["Measurement", "read_measurements"]


@dataclass(frozen=True)
class Measurement:
    """A measured value and what it means.

    Attributes
    ----------
    start, end, text
        Where it stands: ``text == original[start:end]``.
    number
        Where the number begins (the words before it say what was measured).
    quantity
        ``temperature``, ``blood pressure``, ``heart rate``, ``respiratory rate``, ``oxygen
        saturation``, ``glucose``, ``weight loss`` or ``body mass index``.
    value
        The number with its unit, in °C, mmHg, per minute, %, mg/dL, kg or kg/m².
    verdict
        ``finding``, ``normal``, ``question`` (the value alone does not decide) or
        ``impossible``.
    findings
        Pairs (HPO id, ``present`` | ``excluded`` | ``uncertain``).
    message
        The question, or what is wrong; "" if nothing is.
    source
        Where the threshold stands.
    """

    start: int
    end: int
    text: str
    number: int
    quantity: str
    value: str
    verdict: str
    findings: tuple[tuple[str, str], ...]
    message: str
    source: str


def read_measurements(text: str, age: float | None = None) -> list[Measurement]:
    """Find the measurements in a text.

    Parameters
    ----------
    text
        Any text.
    age
        In years, if known; otherwise what the text says is used.

    Returns
    -------
    list of Measurement
        In the order of the text, not overlapping.

    Examples
    --------
    >>> [(m.value, m.verdict) for m in read_measurements("temp 39.5 °C, BP 95/150")]
    [('39.5 °C', 'finding'), ('95/150 mmHg', 'impossible')]
    """
    if not any(letter.isdigit() for letter in text) and not SPOKEN_TEMPERATURE.search(text):
        return []
    ages = age_interval(text, age)
    found = sorted(_all(text, ages), key=lambda one: (one.start, -one.end))
    kept: list[Measurement] = []
    for one in found:
        if not kept or one.start >= kept[-1].end:
            kept.append(one)
    return kept


def _all(text: str, ages: Ages) -> Iterator[Measurement]:
    for pattern in (TEMPERATURE, SPOKEN_TEMPERATURE):
        for match in pattern.finditer(text):
            yield from _temperature(text, match, match["word"].lower().startswith("t"))
    for match in LETTER_TEMPERATURE.finditer(text):
        if _is_temperature(match):
            yield from _temperature(text, match, True)
    for match in BARE_TEMPERATURE.finditer(text):
        yield from _temperature(text, match, False)
    for pattern in (PRESSURE, BARE_PRESSURE):
        for match in pattern.finditer(text):
            yield _pressure(text, match, ages)
    for match in SAID_PRESSURE.finditer(text):
        if not OTHER_PRESSURE.search(text[: match.start()]):
            yield _pressure(text, match, ages)
    for quantity, patterns in (
        ("heart rate", (HEART, BARE_HEART)),
        ("respiratory rate", (RESPIRATORY, BARE_RESPIRATORY, BREATHING)),
    ):
        for pattern in patterns:
            for match in pattern.finditer(text):
                value = _value(match)
                wrong = impossible(quantity, value)
                judged = thresholds.rate(quantity, value + _beside(match), ages)
                yield _made(text, match, quantity, f"{value:g} /min", judged, wrong)
    for match in OXYGEN.finditer(text):
        value = _value(match)
        if not match["unit"] and not 50 <= value <= 100:
            continue  # "sat 5 m away": no saturation
        wrong = impossible("oxygen saturation", value)
        helped = ON_OXYGEN.search(text[match.end() : match.end() + 24]) is not None
        judged = thresholds.oxygen(value + _beside(match), helped)
        yield _made(text, match, "oxygen saturation", f"{value:g} %", judged, wrong)
    for match in GLUCOSE.finditer(text):
        yield _glucose(text, match)
    for match in BMI.finditer(text):
        value = _value(match)
        judged = thresholds.body_mass_index(value + _beside(match), ages)
        wrong = impossible("body mass index", value)
        yield _made(text, match, "body mass index", f"{value:g} kg/m²", judged, wrong)
    for pattern in (WEIGHT, WEIGHT_AFTER):
        for match in pattern.finditer(text):
            yield _weight(text, match)


def _value(match: re.Match, group: str = "n") -> float:
    said = match[group].lower().replace("-", " ")
    if not said[0].isalpha():
        return float(said.replace(",", "."))
    whole, _, tenth = (part.strip() for part in said.partition("point"))
    tens = 30 if whole.startswith("thirty") else 40
    ones = DIGITS.get(whole.removeprefix("thirty").removeprefix("forty").strip(), 0)
    return tens + ones + float(DIGITS.get(tenth, tenth or 0)) / 10


def _made(
    text: str, match: re.Match, quantity: str, value: str, judged: Judgement, wrong: str = ""
) -> Measurement:
    judged = _bounded(match, judged)
    if wrong:
        judged = Judgement("impossible", (), wrong, "medai.preprocess.units")
    end = match.start() + len(match[0].rstrip())
    return Measurement(
        match.start(), end, text[match.start() : end], match.start("n"), quantity, value,
        judged.verdict, tuple((TERMS[name], status) for name, status in judged.findings),
        judged.message, judged.source,
    )  # fmt: skip


def _beside(match: re.Match) -> float:
    """Return a step to the side of a limit that is meant: "below 90" is less than 90."""
    link = match.groupdict().get("link") or ""
    if _is_below(match):
        return -0.01
    return 0.01 if ABOVE.search(link) or BELOW.search(link) else 0.0


def _is_below(match: re.Match) -> bool:
    link = match.groupdict().get("link") or ""
    return bool(ABOVE.search(link) if NEVER.search(link) else BELOW.search(link))


def _bounded(match: re.Match, judged: Judgement) -> Judgement:
    """Take back what "below 100" or "over 95 %" does not say."""
    link = match.groupdict().get("link") or ""
    below, above = BELOW.search(link), ABOVE.search(link)
    if NEVER.search(link):
        below, above = above, below
    names = {name for name, status in judged.findings if status == "present"}
    if not (below or above) or names & (LOW if below else HIGH):
        return judged
    if judged.verdict == "normal" and above and "Hypoxemia" in dict(judged.findings):
        return judged
    return Judgement("question", (), "a limit, not a value: what was measured?", judged.source)


def _is_temperature(match: re.Match) -> bool:
    """Tell whether "T" and a number is no thoracic vertebra (to T12), hormone or tumour stage."""
    value = _value(match)
    return 33 <= value <= 43.9 or (value >= 13 and bool(match["mark"] or match["unit"]))


def _may_be_age(text: str, match: re.Match) -> bool:
    """Tell whether "104 F" or "40 C" stands where an age and a sex would stand.

    After a person ("a woman of 104 F"), or as in "104F with cough", which is how a note begins.
    """
    line = max(text.rfind(mark, 0, match.start()) for mark in "\n.;") + 1
    before = text[max(line, match.start() - 24) : match.start()]
    if PERSON.search(before):
        return True
    opens = not text[line : match.start()].strip()
    return opens and COMES_WITH.match(text, match.start() + len(match[0].rstrip())) is not None


def _temperature(text: str, match: re.Match, named: bool) -> Iterator[Measurement]:
    value = _value(match)
    written = (match.groupdict().get("unit") or "").strip().lower()
    letter = {"℃": "c", "℉": "f"}.get(written) or (written.lstrip("°º").split() or [""])[-1][:1]
    letter = "" if letter == "d" else letter  # "degrees"
    bare = "word" not in match.groupdict() and not named
    if bare and not letter:
        return  # "40 degrees": an angle as well
    may_be_age = bare and written in ("c", "f") and value <= OLDEST and _may_be_age(text, match)
    if bare and written == "f" and value >= 90 and (value < 100 or may_be_age):
        ask = f'"{match[0].strip()}": a temperature of {value:g} °F, or a woman of {value:g} years?'
        yield _made(text, match, "temperature", match[0].strip(), Judgement("question", (), ask))
        return
    if may_be_age and written == "c" and 33 <= value <= 43:
        ask = f'"{match[0].strip()}": a temperature of {value:g} °C, or an age of {value:g} years?'
        yield _made(text, match, "temperature", match[0].strip(), Judgement("question", (), ask))
        return
    if (
        bare
        and written in ("c", "f")
        and not (33 <= value <= 43 if letter == "c" else 90 <= value <= 113)
    ):
        return  # "45 F": a woman of 45; "C 5"
    unit = letter or ("c" if value <= 47 else "f")  # without a unit one of the two is impossible
    if not named and not letter and not (34 <= value <= 43 or 93 <= value <= 110):
        return  # "fever 3": no temperature
    if not letter and 47 < value < 86:  # no fever in either unit, and 50 °F would be death by cold
        ask = (
            f'"{match[0].strip()}": {value:g} in what unit? As °C it is impossible, as °F very cold'
        )
        yield _made(text, match, "temperature", f"{value:g}", Judgement("question", (), ask))
        return
    celsius = value if unit == "c" else float(convert(value, "temperature", "°F", "°C"))
    wrong = impossible("temperature", celsius)
    if wrong:
        wrong += f' (written: "{match[0].strip()}")'
    shown = f"{value:g} °{unit.upper()}"
    judged = thresholds.temperature(round(celsius, 1))
    made = _made(text, match, "temperature", shown, judged, wrong)
    if made.message.startswith("a limit") and _is_below(match) and 36 <= celsius <= 38:
        made = replace(made, verdict="normal", findings=((TERMS["Fever"], "excluded"),), message="")
    yield made


def _pressure(text: str, match: re.Match, ages: Ages) -> Measurement:
    high = _value(match)
    if match["low"] is None:
        wrong = impossible("systolic", high)
        named = match.groupdict().get("systolic") or match["word"].lower().startswith("s")
        judged = thresholds.blood_pressure(high, None, ages)
        if not named:
            ask = "one number only: what is the blood pressure as systolic over diastolic?"
            judged = Judgement("question", (), ask, judged.source)
        return _made(text, match, "blood pressure", f"{high:g} mmHg", judged, wrong)
    low = _value(match, "low")
    wrong = impossible("systolic", high) or impossible("diastolic", low)
    if not wrong and (low >= high or high < 20):
        wrong = (
            f"a blood pressure of {high:g}/{low:g} mmHg is impossible (the first number is the "
            "higher one): not used; please check both"
        )
    judged = thresholds.blood_pressure(high, low, ages)
    return _made(text, match, "blood pressure", f"{high:g}/{low:g} mmHg", judged, wrong)


def _glucose(text: str, match: re.Match) -> Measurement:
    value = _value(match)
    unit = (match["unit"] or "").strip().lower()
    if not unit:
        ask = f"a blood glucose of {value:g}: in mmol/L or mg/dL?"
        judged = Judgement("question", (), ask, thresholds.SOURCES["glucose"])
        return _made(text, match, "glucose", f"{value:g}", judged)
    as_mmol = unit.startswith("mmol")
    milligrams = float(convert(value, "glucose", "mmol/L", "mg/dL")) if as_mmol else value
    near = text[max(0, match.start() - 12) : match.end() + 16].lower()
    fasting = match["word"].lower() in ("fbs", "fbg", "fpg") or "fasting" in near
    judged = thresholds.glucose(milligrams + _beside(match), fasting and "non-fasting" not in near)
    wrong = impossible("glucose", milligrams)
    shown = f"{value:g} {'mmol/L' if as_mmol else 'mg/dL'}"
    return _made(text, match, "glucose", shown, judged, wrong)


def _weight(text: str, match: re.Match) -> Measurement:
    value, unit = _value(match), match["unit"].lower()
    factor = {"s": KILOGRAMS["s"], "l": 0.45359237, "p": 0.45359237}.get(unit[0], 1.0)
    kilograms = value * factor
    source = thresholds.SOURCES["weight loss"]
    sentence = text[max(0, match.start() - 60) : match.end() + 60]
    if ON_PURPOSE.search(sentence) and not NOT_ON_PURPOSE.search(sentence):
        ask = "weight lost on purpose is no finding: was it?"
        judged = Judgement("question", (("Weight loss", "uncertain"),), ask, source)
    elif kilograms >= 4.5:
        judged = Judgement("finding", (("Weight loss", "present"),), "", source)
    else:
        ask = "less than 4.5 kg: over what time, and from what weight?"
        judged = Judgement("finding", (("Weight loss", "present"),), ask, source)
    wrong = "" if 0 < kilograms <= 500 else f"a loss of {kilograms:g} kg is impossible: not used"
    return _made(text, match, "weight loss", f"{kilograms:.3g} kg", judged, wrong)
