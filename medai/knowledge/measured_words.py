"""The patterns of :mod:`medai.knowledge.measurements`: how people write measured values."""

from __future__ import annotations

import re

from medai.knowledge.thresholds import TERMS

N = r"\d{1,4}(?:[.,]\d{1,2})?(?![\d.,]*\d)"
LINK = (
    r"(?P<link>(?:\s*(?:[:=~≈><≥≤-]|\b(?:of|is|was|are|at|to|up\s+to|reading|about|around|approx|"
    r"approximately|now|currently|today|over|above|below|under|than|more|less|high|as|measured|"
    r"recorded|reached|reaching|spiking|fell|rose|dropped|up|down|level|not|never|rate)\b\.?))*\s*)"
)
NOT_TIME = (
    r"(?!\s*[-–]?\s*(?:days?|weeks?|wks?|months?|years?|yrs?|hours?|hrs?|minutes?|mins?\b|times?|x\b|"
    r"/\s*7\b|/\s*52\b|/\s*12\b|th\b|st\b|nd\b|rd\b|am\b|pm\b|\+|o'?clock))"
)
_SCALE = r"(?:c|f|celsius|fahrenheit|centigrade)\b"
DEGREES = rf"\s*(?P<unit>℃|℉|(?:°|º|degrees?\b|deg\b\.?)\s*(?:{_SCALE})?|{_SCALE})"
PER_MINUTE = r"(?P<unit>\s*(?:bpm|beats\b|/\s*min(?:ute)?\b|per\s+min(?:ute)?\b|breaths\b))?"


def pattern(words: str, number: str, flags: int = re.I) -> re.Pattern:
    """Return the pattern of "what was measured, is, number"."""
    return re.compile(rf"(?<![\w-])(?:{words}){LINK}{number}", flags)


TEMPERATURE = pattern(
    r"(?P<word>temp(?:erature)?s?|tmax|fevers?|pyrexia|febrile|feverish|pyrexial)\b\.?",
    rf"(?:{N}\s*(?:-|–|to)\s*)?(?P<n>{N}){NOT_TIME}(?:{DEGREES})?",
)
# a spoken temperature, 35 to 42: "a temp of thirty nine point five"
_ONES = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
DIGITS = {word: number for number, word in enumerate(_ONES)}
_DIGIT = "|".join(DIGITS)
_SPOKEN = (
    rf"(?P<n>(?:thirty[\s-]?(?:five|six|seven|eight|nine)|forty(?:[\s-]?(?:one|two))?)"
    rf"(?:\s+point\s+(?:{_DIGIT}|\d))?)\b(?!\s+(?:point|{_DIGIT}|\d))"
)
SPOKEN_TEMPERATURE = pattern(
    r"(?P<word>temp(?:erature)?|fever)\b\.?", rf"(?:an?\s+)?{_SPOKEN}{NOT_TIME}(?:{DEGREES})?"
)
BARE_TEMPERATURE = re.compile(rf"(?<![\w.,/])(?P<n>{N}){DEGREES}", re.I)
# "T 39.2" is a temperature, T4 a hormone and T12 a vertebra: medai.knowledge.measurements
# decides by the number, the colon and the unit
LETTER_TEMPERATURE = re.compile(
    rf"(?<![\w-])T(?i:(?P<mark>\s*[:=])?\s*(?P<n>\d{{2,3}}(?:[.,]\d{{1,2}})?)(?![\d.,]*\d){NOT_TIME}"
    rf"(?:{DEGREES}(?!\w))?(?!\s*(?:%|/|mg\b|ml\b|mm\b|cm\b|kg\b)))"
)
# a person, or the beginning, before "104 F": as likely a woman of 104 as a temperature
PERSON = re.compile(
    r"\b(?:(?:wo)?m[ae]n|lady|gentleman|(?:fe)?male|patient|person|pensioner|resident|widow(?:er)?|"
    r"grand(?:mother|father)|mother|father|boy|girl|child|baby|infant|aged?|years?|old)\b"
    r"[\s,(-]*(?:of|aged?|is|,)?[\s,(-]*$",
    re.I,
)
COMES_WITH = re.compile(
    r"\s*,?\s*(?:(?:who\s+)?(?:with|presents?|presented|presenting|complain\w*|c/o|admitted|referred|"
    r"attends?|attended|comes|came|reports?|has|had|living|lives|known)\b)",
    re.I,
)
PRESSURE = pattern(
    r"(?P<word>bp|b/p|blood\s+pressure|systolic(?:\s+(?:bp|blood\s+pressure))?|sbp)\b",
    rf"(?P<n>\d{{2,4}})(?:\s*(?:/|\bover\b)\s*(?P<low>\d{{1,4}}))?(?!\d){NOT_TIME}(?:\s*mm\s*hg)?(?P<systolic>\s*systolic)?",
)
BARE_PRESSURE = re.compile(
    r"(?<![\w.,/])(?P<n>\d{2,4})\s*/\s*(?P<low>\d{2,4})\s*(?P<word>mm\s*hg)", re.I
)
# "pressure 74 over 40": of the blood, unless another pressure is named
SAID_PRESSURE = re.compile(
    rf"(?<![\w-])(?P<word>pressure)\b{LINK}"
    rf"(?P<n>\d{{2,3}})\s*(?:/|\bover\b)\s*(?P<low>\d{{2,3}})(?!\d){NOT_TIME}(?:\s*mm\s*hg)?",
    re.I,
)
OTHER_PRESSURE = re.compile(
    r"\b(?:eyes?|ocular|intra\w+|cranial|csf|opening|pulse|venous|pulmonary|artery|airway|oxygen|"
    r"partial|wedge|tyres?|tires?|water|bladder|atmospheric|cpap)\s+$",
    re.I,
)
HEART = pattern(
    r"hr|heart\s+rate|pulse(?!\s*ox)",
    rf"(?P<n>\d{{1,4}})(?![\d.,/]*\d|\s*%){NOT_TIME}{PER_MINUTE}",
)
BARE_HEART = re.compile(
    r"(?<![\w.,/])(?P<n>\d{2,4})\s*(?:bpm\b|beats\s*(?:/|per)\s*min(?:ute)?\b)", re.I
)
RESPIRATORY = pattern(
    r"rr|resp(?:iratory)?\.?(?:\s+rate)?|resps|respirations?|breathing\s+rate",
    rf"(?P<n>\d{{1,4}})(?![\d.,/]*\d|\s*%){NOT_TIME}{PER_MINUTE}",
)
BARE_RESPIRATORY = re.compile(
    r"(?<![\w.,/])(?P<n>\d{1,3})\s*breaths\s*(?:/|per|a)\s*min(?:ute)?\b", re.I
)
BREATHING = re.compile(
    rf"(?<![\w-])breathing\b{LINK}(?P<n>\d{{1,3}})(?![\d.,/]*\d)\s*(?:times\s*|breaths\s*)?"
    r"(?P<unit>(?:an?\s+|per\s+|/\s*)min(?:ute)?\b)",
    re.I,
)
OXYGEN = pattern(
    r"(?<!transferrin\s)(?<!iron\s)(?:sp\s?o2|sa\s?o2|o2\s*sat(?:uration)?s?|oxygen\s+(?:sat(?:uration)?s?|level)|sats?|saturations?|pulse\s*ox(?:imetry|imeter)?)",
    rf"(?P<n>{N})(?!\s*/){NOT_TIME}(?P<unit>\s*%|\s*per\s?cent)?(?P<air>\s*(?:on|in)\s+(?:room\s+)?air\b|\s+RA\b)?",
)
GLUCOSE = pattern(
    r"(?<!urine\s)(?<!urinary\s)(?<!csf\s)(?P<word>(?:(?:fasting|random|blood|plasma|serum|capillary|finger-?\s?stick)\s+)*"
    r"(?:glucose|sugars?)|bms?|bsl|bgl|cbg|rbs|fbs|fbg|fpg|rbg)\b",
    rf"(?P<n>{N}){NOT_TIME}(?!\s*/\d)(?P<unit>\s*(?:mmol(?:es)?(?:\s*/\s*l\b|\b)|mg\s*/\s*dl\b|mg\s?%|mgs?\s+per\s+dl\b))?",
)
BMI = pattern(
    r"bmi|body\s+mass\s+index",
    rf"(?P<n>{N})(?!\s*(?:%|th\b|centile))(?P<unit>\s*kg\s*/\s*m(?:2|²|\^2))?",
)
MASS = r"(?P<unit>kgs?\b|kilos?\b|kilograms?\b|lbs?\b|pounds?\b|stones?\b|st\b)"
ABOUT = (
    r"(?:(?:about|around|approximately|roughly|some|over|nearly|almost|at\s+least|"
    r"more\s+than|up\s+to|another)\s+)?"
)
WEIGHT = re.compile(
    rf"(?<![\w-])(?:lost|losing|loses|dropped|shed|weight\s+loss(?:\s*(?:of|:))?|weight\s+(?:is\s+|has\s+gone\s+)?down(?:\s+by)?|"
    rf"loss\s+of)\s+{ABOUT}(?P<n>{N})\s*{MASS}(?:\s+(?:of|in)\s+(?:body\s*)?weight)?",
    re.I,
)
WEIGHT_AFTER = re.compile(rf"(?<![\w.,-])(?P<n>{N})\s*-?{MASS}\s+weight\s+loss\b", re.I)
ON_PURPOSE = re.compile(
    r"\b(?:intentional(?:ly)?|on\s+purpose|diet(?:ing)?|slimming|deliberate(?:ly)?|trying\s+to|planned|bariatric|"
    r"semaglutide|weight\s*watchers)\b",
    re.I,
)
NOT_ON_PURPOSE = re.compile(
    r"\b(?:un|not\s+|no\s+|without\s+)(?:intentional|diet|trying|planned)", re.I
)
ON_OXYGEN = re.compile(r"^\W*(?:on|with)\s+(?:\d+(?:\.\d)?\s*(?:l\b|lit)|\d+\s*%|o2|oxygen)", re.I)
BELOW = re.compile(r"[<≤]|\b(?:below|under|less)\b", re.I)
ABOVE = re.compile(r"[>≥]|\b(?:above|over|more)\b", re.I)
NEVER = re.compile(r"\b(?:not|never)\b", re.I)
LOW = frozenset(
    {
        "Hypothermia",
        "Hypotension",
        "Bradycardia",
        "Bradypnea",
        "Hypoxemia",
        "Hypoglycemia",
        "Decreased body mass index",
    }
)
HIGH = frozenset(TERMS) - LOW
KILOGRAMS = {"s": 6.35029318}  # a stone is 14 pounds of 0.45359237 kg
