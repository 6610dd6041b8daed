"""How old is the patient?  What a text says about it, as an interval of years."""

from __future__ import annotations

import re

from medai.knowledge.thresholds import ADULT, UNKNOWN_AGE, Ages
from medai.runtime import MedaiError

OLDEST = 125.0
_UNITS = {"y": 1.0, "m": 1 / 12, "w": 7 / 365.25, "d": 1 / 365.25}
_NUMBER = re.compile(
    r"""
    (?<![\d.,/])(?P<n>\d{1,3})\s*-?\s*(?:
        (?P<unit>years?|yrs?|months?|mths?|weeks?|wks?|days?)(?:\s*-?\s*|\s+)(?:olds?\b|of\s+age\b)
      | (?P<yo>y\.?\s?/?\s?o\.?)(?![a-z]) | (?P<sex>[MF])(?![\w°/]) )
    | \b(?:child|boy|girl|man|woman|lady|gentleman|baby|infant)\s+of\s+(?P<of>\d{1,3})
      \s*(?P<of_unit>months?|weeks?|days?)?
    | \b(?:aged?|age\s*(?:is|of|:|=))\s*(?P<aged>\d{1,3})(?!\s*[-/%.]?\d)
      \s*(?P<aged_unit>months?|weeks?|days?)?
    """,
    re.VERBOSE | re.IGNORECASE,
)
_WORDS: tuple[tuple[str, Ages], ...] = (
    ("newborn|neonate|neonatal", (0.0, 28 / 365.25)),
    ("infant|baby", (0.0, 1.0)),
    ("toddler", (1.0, 3.0)),
    ("teenager|adolescent|teenage", (12.0, 19.0)),
    ("child|boy|girl|schoolboy|schoolgirl", (0.0, 17.99)),
    ("man|woman|gentleman|lady|adult|pregnant|pensioner|mr|mrs", (ADULT, UNKNOWN_AGE[1])),
)
_WORD = re.compile("|".join(rf"\b(?P<g{i}>{words})\b" for i, (words, _) in enumerate(_WORDS)), re.I)
_OTHERS = re.compile(
    r"\b(?:her|his|their|whose|father|mother|brother|sister|husband|wife|partner)\W+(?:\w+\W+)?$|"
    r"\b(?:since|from|at|as|until|died)\W+(?:an?\W+|the\W+)?$",
    re.I,
)


def age_interval(text: str, age: float | None = None) -> Ages:
    """Return the youngest and oldest that the patient may be, in years.

    Parameters
    ----------
    text
        Anything that was written about the patient; the first statement of an age counts
        ("72-year-old", "6 months old", "aged 5", "45F"), else the first word such as
        "infant" or "woman".  A relative's age ("her 4-year-old") does not.
    age
        The age in years, when it is known otherwise.

    Raises
    ------
    MedaiError
        For an age that nobody has.
    """
    if age is not None:
        if isinstance(age, bool) or not isinstance(age, int | float) or not 0 <= age <= OLDEST:
            raise MedaiError(
                f"age={age!r}: give the age in years, from 0 to {OLDEST:g}; 0.5 is six months."
            )
        return float(age), float(age)
    for match in _NUMBER.finditer(text):
        if _OTHERS.search(text, max(0, match.start() - 24), match.start()):
            continue
        if match["sex"] and not match["sex"].isupper():
            continue
        if match["sex"] == "F" and int(match["n"]) >= 90:
            continue  # "103 F" is a temperature, or nobody can say
        number = float(match["n"] or match["aged"] or match["of"])
        unit = (match["unit"] or match["aged_unit"] or match["of_unit"] or "y")[0].lower()
        years = number * _UNITS[unit]
        if years <= OLDEST:
            return years, years + (0.99 if unit == "y" else 0.0)
    for match in _WORD.finditer(text):
        if not _OTHERS.search(text, max(0, match.start() - 24), match.start()):
            return next(ages for i, (_, ages) in enumerate(_WORDS) if match[f"g{i}"] is not None)
    return UNKNOWN_AGE
