"""The patterns of :mod:`medai.knowledge.temporal`: how people write about time."""

from __future__ import annotations

import re

NUMBERS = {
    w: float(i)
    for i, w in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
        ]
    )
} | {"a": 1.0, "an": 1.0, "half a": 0.5, "couple of": 2.0, "a couple of": 2.0, "fortnight": 14.0}
N = r"(?P<n>\d{1,3}(?:\.\d)?|half\s+an?|(?:a\s+)?couple\s+of|(?:a\s+)?few|several|many|an?|" + (
    "|".join(list(NUMBERS)[1:13]) + ")"
)
UNIT = r"(?P<unit>hours?|hrs?|days?|nights?|weeks?|wks?|fortnights?|months?|mths?|years?|yrs?)"
IN_DAYS = {"h": 1 / 24, "d": 1.0, "n": 1.0, "w": 7.0, "f": 14.0, "m": 30.4, "y": 365.25}
SLASHED = r"(?P<s>\d{1,3})\s*/\s*(?P<per>7|52|12)(?![\d/])"
WEEKDAY = "(?:mon|tues|wednes|thurs|fri|satur|sun)day"
MONTH = "(?:january|february|march|april|may|june|july|august|september|october|november|december)"
MOMENTS = {
    "yesterday": 1.0, "last night": 1.0, "this morning": 0.5, "today": 0.0, "last week": 7.0,
    "last month": 30.4, "last year": 365.25, "the weekend": None, "birth": None,
    "childhood": None, "infancy": None,
}  # fmt: skip
MOMENT = (
    rf"(?P<moment>{'|'.join(MOMENTS)}|(?:last\s+)?{WEEKDAY}|{MONTH}(?:\s+\d{{4}})?|"
    r"(?:19|20)\d\d|(?:the\s+)?age\s+(?:of\s+)?\d{1,2})"
)
LENGTH = rf"(?:(?:the\s+)?(?:last|past|previous)\s+)?(?:{N}[\s-]+{UNIT}|{SLASHED})"

# Behind the findings they belong to, or (FORWARD) in front of them.
BACK = re.compile(
    rf"\b(?:for|over|x|lasting|lasted|during|in)\s+(?:about\s+|around\s+|nearly\s+|almost\s+)?{LENGTH}(?!\s+ago)\b|"
    rf"(?<![\w/]){SLASHED.replace('<s>', '<s2>').replace('<per>', '<per2>')}|"
    rf"\bsince\s+{MOMENT}\b",
    re.I,
)
AGO = re.compile(rf"\b{N}\s+{UNIT}\s+ago\b", re.I)
LATELY = re.compile(r"\b(?P<moment>yesterday|last\s+night|this\s+morning|overnight)\b", re.I)
FORWARD = re.compile(
    rf"\b{N}[\s-]+{UNIT}['’]?\s*(?:history\s+|course\s+)?(?:of|with)\b|"
    rf"(?<![\w/]){SLASHED}\s+(?:history\s+)?of\b|\bsince\s+{MOMENT}\b",
    re.I,
)
STARTED = re.compile(r"\b(?:start(?:ed|ing)|began|begin|onset|first|since|came\s+on|develop)", re.I)
COURSES = (
    ("sudden", r"sudden(?:ly)?|abrupt(?:ly)?|acute\s+onset|thunderclap"),
    ("gradual", r"gradual(?:ly)?|insidious(?:ly)?|slow\s+onset"),
    ("worsening", r"worsening|worsened|worse|progressive(?:ly)?|increasing(?:ly)?|deteriorating"),
    ("improving", r"improving|improved|better|settling|easing|lessening"),
    ("intermittent", r"intermittent(?:ly)?|on\s+and\s+off|comes\s+and\s+goes|come\s+and\s+go"),
    ("recurrent", r"recurrent|recurring|recurs?|repeated|keeps?\s+coming\s+back"),
)
COURSE = re.compile(rf"\b(?:{'|'.join(f'(?P<{name}>{words})' for name, words in COURSES)})\b", re.I)
RESOLVED = re.compile(
    r"\b(?:resolved|gone(?:\s+(?:away|completely))?|settled|stopped|ceased|subsided|cleared(?:\s+up)?|"
    r"disappeared|vanished|abated|passed\s+off|returned\s+to\s+normal|went\s+away|wore\s+off)\b",
    re.I,
)
RESOLVED_FORWARD = re.compile(
    r"\b(?:no\s+longer|(?:ceased|stopped)(?=\s+(?:to|having|getting|\w+ing)\b)|resolved|no\s+more|no\s+further)\b",
    re.I,
)
EARLIER = re.compile(  # behind a finding
    rf"\b(?:as\s+an?\s+(?:child|baby|boy|girl|teenager|infant|toddler|young\s+\w+|student)|"
    rf"in\s+(?:his|her|their|my|the)\s+(?:\w+\s+)?(?:twenties|thirties|forties|fifties|sixties|teens|youth|childhood)|"
    rf"in\s+childhood|last\s+(?:spring|summer|autumn|winter|year)|(?:in|back\s+in)\s+(?:{MONTH}\s+)?(?:19|20)\d\d|"
    rf"when\s+(?:he|she|they|i)\s+(?:was|were)\s+(?:\w+\s+)?(?:\d+|young|small|little|a\s+\w+)|"
    rf"previously|in\s+the\s+past|years\s+ago|once\s+before)\b",
    re.I,
)
YEAR = re.compile(r"^\s*(?:\(\s*)?(?:19|20)\d\d\b")
HISTORY = re.compile(  # in front of a finding
    r"\b(?P<list>pmh(?:x)?|past\s+medical\s+history|past\s+history|previous\s+history|medical\s+history|"
    r"background(?=\s*(?::|of)))\b|"
    r"\b(?:(?:a\s+|with\s+|known\s+)?history\s+of|h/o|hx\s+of|status\s+post|s/p|previous(?:ly)?|prior|past|"
    r"used\s+to\s+(?:have|get|suffer\s+(?:from|with))|(?:has\s+)?(?:had|suffered)\s+(?:from\s+|with\s+)?previous|recovered\s+from|got\s+over)\b",
    re.I,
)
NOT_HISTORY = re.compile(
    r"\b(?:family|no|without|denies(?:\s+a)?|presenting|social|drug|birth|days?|weeks?|months?|years?|hours?|/7|/52|/12|"
    r"short|long|recent|brief)['’]?[\s-]*(?:past\s+|known\s+|previous\s+|prior\s+)?$",
    re.I,
)
NOW = re.compile(
    r"[;:]|\b(?:but|however|though|although|whereas|then|now|presents?|presented|presenting|currently|today|"
    r"here\s+with|comes?\s+with|complains?|who|which|has|while|still)\b",
    re.I,
)
BETWEEN = re.compile(
    r"^[\s,(]*(?:(?:and|or|&|/|\+|plus|with|the|a|an|his|her|my|some|mild|severe|bad|dry|no|both)\b[\s,]*)*$"
    r"|^[\s,&/+]*$",
    re.I,
)
NEGATED = re.compile(
    r"\b(?:not|never|(?:has|have|had|did|does|is|was)nt|hasn|haven|hadn|didn|doesn|isn|no)\W+"
    r"(?:\w+\W+){0,2}$|n['’]t\W+(?:\w+\W+)?$",
    re.I,
)
SUBORDINATE = re.compile(r"\b(?:since|when|after|until|because|if|unless)\b", re.I)
