"""Spellings of units in text, brought to one form; no number changes, nothing is converted."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

from medai.preprocess._text_split import check_text

# UCUM's spelling first, then what people write.  "ug" is a code for machines: to a person
# write "mcg", for a handwritten µ has been read as m (BMJ Open table of high-risk items; UCUM
# ticket 191).  "cc" is the same volume as mL.
_SPELLINGS = {
    "ug": "ug mcg µg μg mcgs microgram micrograms MCG",
    "mg": "mg mgs mgm milligram milligrams MG",
    "g": "g gm gms gram grams",
    "kg": "kg kgs kilogram kilograms KG Kg",
    "ng": "ng nanogram nanograms",
    "pg": "pg picogram picograms",
    "L": "L l litre liter litres liters",
    "dL": "dL dl DL",
    "mL": "mL ml mls ML cc ccs millilitre milliliter millilitres milliliters",
    "uL": "uL ul µL μL µl μl mcL",
    "fL": "fL fl",
    "mmol": "mmol mmols MMOL millimol millimole millimoles",
    "umol": "umol µmol μmol mcmol micromol micromole micromoles",
    "nmol": "nmol nanomol",
    "pmol": "pmol picomol",
    "mol": "mol",
    "meq": "mEq meq MEQ mEqs",
    "[iU]": "IU iu",
    "m[iU]": "mIU",
    "u[iU]": "uIU µIU μIU",
    "mm[Hg]": "mmHg mmhg MMHG",
    "cm[H2O]": "cmH2O",
    "Cel": "°C ºC",
    "[degF]": "°F ºF",
    "h": "hr hrs",
}
_ONLY_BELOW = {  # only after a slash: "5 mg/day" becomes "5 mg/d", "for 3 days" stays
    "min": "min minute", "h": "h hour hr", "d": "d day", "s": "s sec second", "wk": "wk week",
    "m2": "m2", "mm3": "mm3",
}  # fmt: skip
_REFUSED = {
    "U": "unit, but has been read as 0, 4 or cc: write 'unit' in full",
    "u": "unit, but has been read as 0, 4 or cc: write 'unit' in full",
    "gr": "grain or gram",
    "Gr": "grain or gram",
    "grs": "grains or grams",
    "Mg": "milligram, or magnesium",
    "µ": "micrometre, or a micro- whose unit is missing",
    "μ": "micrometre, or a micro- whose unit is missing",
    "mcu": "no unit of this name is known",
}


def _forms(table: dict[str, str]) -> dict[str, str]:
    return {form: unit for unit, forms in table.items() for form in forms.split()}


_UNIT = _forms(_SPELLINGS)
_BELOW = {**_UNIT, **_forms(_ONLY_BELOW), "U": "U"}  # "U/L" has one reading, "10 U" has not


def _any(forms: dict[str, str]) -> str:
    return "|".join(re.escape(f) for f in sorted(forms, key=len, reverse=True))


_SPACE = r"[ \t]*"
_PATTERN = re.compile(
    rf"""
    (?:
        (?:(?<![\w%°/])|(?<=\d))(?P<top>{_any({**_UNIT, "U": ""})})
        (?P<rest>(?:{_SPACE}/{_SPACE}(?:{_any(_BELOW)})(?![\w°]))+)
      | (?<=\d)(?P<gap>{_SPACE})(?P<one>mm{_SPACE}Hg|cm{_SPACE}H2O|{_any(_UNIT)}|{_any(_REFUSED)})
        (?![\w°])(?!{_SPACE}/{_SPACE}\w)
    )
    """,
    re.VERBOSE,
)


class UnitChange(NamedTuple):
    """A unit that was respelt: its place in the text that was given, before and after."""

    start: int
    end: int
    before: str
    after: str


class RefusedUnit(NamedTuple):
    """A unit that was left as it is, and why."""

    start: int
    end: int
    text: str
    reason: str


@dataclass(frozen=True)
class NormalisedUnits:
    """The new text, the units that were respelt, and those left for a person to decide."""

    text: str
    changes: list[UnitChange]
    refused: list[RefusedUnit]


def normalise_units(text: str) -> NormalisedUnits:
    """Bring the spelling of units to that of UCUM: "mg / dl" and "MG/DL" become "mg/dL".

    Parameters
    ----------
    text : str
        Clinical text.

    Returns
    -------
    NormalisedUnits
        ``text``, ``changes`` and ``refused``; places refer to the text that was given.

    Raises
    ------
    MedaiError
        If ``text`` is not a string.

    Notes
    -----
    Only the spelling of units that follow a number, or stand in a fraction such as
    "mg/dl", is touched: no digit changes and nothing is converted (that needs the
    substance: :mod:`medai.preprocess.units`).  A lone "U", "gr", "Mg" or "µ" is reported
    and left, for a guess could be wrong by a factor of ten or a thousand.
    """
    check_text(text, "normalise_units")
    out: list[str] = []
    changes: list[UnitChange] = []
    refused: list[RefusedUnit] = []
    last = 0
    for m in _PATTERN.finditer(text):
        if m["one"]:
            start, end = m.span("one")
            before = m["one"]
            if before in _REFUSED:
                refused.append(RefusedUnit(start, end, before, _REFUSED[before]))
                continue
            after = _UNIT["".join(before.split())]
        else:
            start, end = m.start("top"), m.end("rest")
            before = text[start:end]
            top, *below = (part.strip() for part in before.split("/"))
            after = "/".join([_UNIT.get(top, top), *(_BELOW[part] for part in below)])
        if after != before:
            changes.append(UnitChange(start, end, before, after))
            out += [text[last:start], after]
            last = end
    return NormalisedUnits("".join([*out, text[last:]]), changes, refused)
