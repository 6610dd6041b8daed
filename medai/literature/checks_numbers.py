"""Numbers of a medical text with their units, P values and confidence intervals."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

_COUNTED = "zero one two three four five six seven eight nine ten eleven twelve"
_TENS = "ten twenty thirty forty fifty sixty seventy eighty ninety"
WORDS = {word: str(number) for number, word in enumerate(_COUNTED.split())}
WORDS |= {word: str(10 * number) for number, word in enumerate(_TENS.split(), 1)}
_N = r"[-−]?\d+(?:,\d{3})*(?:\.\d+)?|[-−]?\.\d+"
_TIMES = "second minute hour day week month year"
_DOSES = r"(?:kg|g|mg|mcg|µg|μg|ng|IU|U|mU|mL|ml|L|mmol|µmol|μmol|nmol|mEq)"
_UNIT = (
    rf"{_DOSES}(?:/(?:kg|g|mg|mL|ml|dL|dl|L|l|min|h|day|m2))*(?:/1\.73 ?m2)?(?![A-Za-z0-9/])"
    r"|mmHg|mm Hg|bpm|percentage points?|points?"
    rf"|(?:{'|'.join(_TIMES.split())})s?\b"
    r"|%|per cent\b|percent\b|per \d[\d,]*"
)
_PVALUE = re.compile(r"\bP\s*(=|<=|>=|<|>|≤|≥)\s*(0?\.\d+)", re.I)
_INTERVAL = re.compile(
    rf"(?:(\d\d(?:\.\d)?)\s*%\s*)?(?:CI|confidence interval)s?\s*[:,=]?\s*[(\[]?\s*({_N})"
    rf"\s*(?:to|-|–|,|;)\s*({_N})",
    re.I,
)
_NUMBER = re.compile(
    rf"(?<![\w.,])(?<![A-Za-z]-)({_N})(?![\w]*-(?!(?:{'|'.join(_TIMES.split())})\b)[A-Za-z])"
    rf"(?:[\s\u00a0-]*({_UNIT}))?"
)
_FROM = re.compile(rf"\b(?:from|between)\s+({_N})\s*(?:to|and)\s+({_N})[\s\u00a0]*({_UNIT})", re.I)
_OFTEN = re.compile(
    r"^\s*(?:(once|twice|(?:three|four) times)\s+)?(?:a |each |every |per )?"
    r"(daily|day|weekly|week|monthly|month|hourly)\b",
    re.I,
)
_PERIOD = {"daily": "day", "weekly": "week", "monthly": "month", "hourly": "hour"}
_ABOUT = re.compile(r"\b(?:about|around|roughly|nearly|almost|approximately|some)\s+$", re.I)


@dataclass(frozen=True)
class Quantity:
    """One number of a text.

    Attributes
    ----------
    kind
        ``number``, ``p`` or ``interval``.
    value
        The number; for an interval both ends and the level, parted by blanks.
    unit
        Normalised, such as ``mg``, ``%``, ``day``; the sign of a P value; "" for none.
    often
        How often a dose is given, such as ``2/day``; "" if the text does not say.
    about
        Whether the text rounds ("about 15%").
    start, end
        Place in the text.
    """

    kind: str
    value: str
    unit: str = ""
    often: str = ""
    about: bool = False
    start: int = 0
    end: int = 0

    @property
    def words(self) -> str:
        """The quantity for a reader."""
        if self.kind == "p":
            return f"P {self.unit} {self.value}"
        if self.kind == "interval":
            low, high, *_ = self.value.split()
            return f"the interval {low} to {high}"
        return f"{self.value} {self.unit}".strip() + (f", {self.often}" if self.often else "")


def number(text: str) -> str:
    """Return a number in one spelling: "2,000" and "2000.0" are the same."""
    value = Decimal(text.replace(",", "").replace("−", "-")).normalize()
    return f"{value:f}"


def unit_of(text: str) -> str:
    """Return a unit in one spelling."""
    unit = " ".join(text.split()).replace("μ", "µ").replace("mcg", "µg").replace(" ", "")
    if unit in ("percent", "%"):
        return "%"
    if unit.startswith("per"):
        return "per" + unit[3:].replace(",", "") if unit[3:4].isdigit() else "%-point"
    low = unit.lower().rstrip("s")
    if low in (*_TIMES.split(), "point"):
        return low
    return unit.replace("ml", "mL").replace("/l", "/L").replace("/dl", "/dL")


def spelled(text: str) -> str:
    """Return the text with number words as digits, padded to the same length."""
    return re.sub(
        rf"\b({'|'.join(WORDS)})\b(?!-)(?!\s+(?:another|of)\b)",
        lambda m: WORDS[m[1].lower()].ljust(len(m[1])),
        text,
        flags=re.I,
    )


def quantities(text: str) -> list[Quantity]:
    """Find the quantities of a text, in order.

    Examples
    --------
    >>> [one.words for one in quantities("2,000 mg twice daily (P < 0.05)")]
    ['2000 mg, 2/day', 'P < 0.05']
    """
    text = spelled(text)
    found, taken = [], []
    for match in _PVALUE.finditer(text):
        sign = {"<=": "≤", ">=": "≥"}.get(match[1], match[1])
        found.append(Quantity("p", number(match[2]), sign, "", False, *match.span()))
        taken.append(match.span())
    for match in _INTERVAL.finditer(text):
        ends = f"{number(match[2])} {number(match[3])}"
        found.append(Quantity("interval", ends, match[1] or "", "", False, *match.span()))
        taken.append(match.span())
    shared = {m.start(1): m[3] for m in _FROM.finditer(text)}  # "from 31 to 46 minutes"
    for match in _NUMBER.finditer(text):
        if any(a <= match.start() < b for a, b in taken):
            continue
        unit = unit_of(match[2] or shared.get(match.start(1), ""))
        often = _often(text[match.end() :]) if re.match(_DOSES, unit) else ""
        about = bool(_ABOUT.search(text[: match.start()]))
        found.append(Quantity("number", number(match[1]), unit, often, about, *match.span()))
        taken.append(match.span())
    return sorted(found, key=lambda one: one.start)


def _often(rest: str) -> str:
    match = _OFTEN.match(rest)
    if not match:
        return ""
    times = {"twice": "2", "three times": "3", "four times": "4"}.get((match[1] or "").lower(), "1")
    period = match[2].lower()
    return f"{times}/{_PERIOD.get(period, period)}"


def same(said: Quantity, told: Quantity) -> bool:
    """Tell whether a statement's quantity is one of the source's."""
    if said.kind != told.kind:
        return False
    if said.kind != "number":
        ok = not said.unit or not told.unit or said.unit == told.unit
        return said.value == told.value and ok
    if said.unit and said.unit != told.unit:
        return False
    if said.often and told.often and said.often != told.often:
        return False
    if said.value == told.value:
        return True
    digits = len(said.value.partition(".")[2])
    return said.about and number(str(round(Decimal(told.value), digits))) == said.value
