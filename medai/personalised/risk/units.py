"""Units of laboratory values: converted only when the unit is stated, asked about when odd.

A creatinine of 90 is healthy in µmol/L and impossible in mg/dL.  Nothing here guesses which was
meant: the unit must be said, and a value that is implausible in the stated unit but not in the
other is refused with the question that settles it.

The factors are those of ``data/risk/README.md``; the plausible ranges are ours and wide: they
catch a wrong unit, not a wrong patient.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from numbers import Real

from medai.runtime.errors import MedaiError


@dataclass(frozen=True)
class Quantity:
    """A quantity with two units: ``second = first * factor + shift``.

    Attributes
    ----------
    name
        For messages.
    first, second
        The two units.
    factor, shift
        From the first unit to the second.
    plausible
        Lowest and highest plausible value in each unit.
    """

    name: str
    first: str
    second: str
    factor: float
    shift: float
    plausible: dict[str, tuple[float, float]]


QUANTITIES = {
    "cholesterol": Quantity(
        "cholesterol", "mmol/L", "mg/dL", 38.67, 0.0, {"mmol/L": (0.2, 15), "mg/dL": (8, 580)}
    ),
    "creatinine": Quantity(
        "creatinine", "mg/dL", "µmol/L", 88.42, 0.0, {"mg/dL": (0.2, 20), "µmol/L": (18, 1770)}
    ),
    "glucose": Quantity(
        "glucose", "mmol/L", "mg/dL", 18.016, 0.0, {"mmol/L": (0.5, 60), "mg/dL": (9, 1080)}
    ),
    "hba1c": Quantity(
        "HbA1c", "mmol/mol", "%", 0.0915, 2.15, {"mmol/mol": (15, 195), "%": (3.5, 20)}
    ),
    "bilirubin": Quantity(
        "bilirubin", "mg/dL", "µmol/L", 17.1, 0.0, {"mg/dL": (0.1, 50), "µmol/L": (1.7, 855)}
    ),
    "albumin": Quantity("albumin", "g/dL", "g/L", 10.0, 0.0, {"g/dL": (0.5, 7), "g/L": (5, 70)}),
}
_SPELT = {"umol/l": "µmol/L", "µmol/l": "µmol/L", "μmol/l": "µmol/L", "mg/dl": "mg/dL"} | {
    unit.lower(): unit for unit in ("mmol/L", "mmol/mol", "%", "g/dL", "g/L")
}


def _unit(quantity: Quantity, unit: object) -> str:
    """Return the unit as it is written here, or ask for it."""
    units = f"{quantity.first} or {quantity.second}"
    if not isinstance(unit, str) or not unit.strip():
        raise MedaiError(f"The unit of {quantity.name} is not stated: say {units}.")
    known = _SPELT.get(unit.strip().lower(), "")
    if known not in (quantity.first, quantity.second):
        raise MedaiError(f"{unit!r} is no unit of {quantity.name} here: say {units}.")
    return known


def _quantity(name: object) -> Quantity:
    if not isinstance(name, str) or name.strip().lower() not in QUANTITIES:
        raise MedaiError(
            f"{name!r} is none of the quantities with two units: {', '.join(QUANTITIES)}."
        )
    return QUANTITIES[name.strip().lower()]


def _change(quantity: Quantity, value: float, unit: str) -> float:
    """Return a value of one unit in the other."""
    if unit == quantity.first:
        return value * quantity.factor + quantity.shift
    return (value - quantity.shift) / quantity.factor


def hint(name: str, value: float, unit: str) -> str:
    """Return the question whether the other unit was meant; "" when that would not explain it.

    Examples
    --------
    >>> hint("creatinine", 90, "mg/dL")
    '90 mg/dL of creatinine: did you mean µmol/L? That would be 1.018 mg/dL.'
    """
    quantity = _quantity(name)
    other = quantity.second if unit == quantity.first else quantity.first
    low, high = quantity.plausible[unit]
    fits = quantity.plausible[other]
    if low <= value <= high or not fits[0] <= value <= fits[1]:
        return ""
    meant = _change(quantity, value, other)
    asked = f"{value:g} {unit} of {quantity.name}: did you mean {other}?"
    return f"{asked} That would be {meant:.4g} {unit}."


def convert(name: str, value: float, unit: str, to: str) -> float:
    """Return a laboratory value in another unit.

    Parameters
    ----------
    name : str
        One of :data:`QUANTITIES`: cholesterol (total, HDL or LDL), creatinine, glucose, hba1c,
        bilirubin, albumin.
    value : float
        The value.
    unit, to : str
        The stated unit of the value, and the one that is wanted.

    Raises
    ------
    MedaiError
        When the unit is not stated or unknown, the value is no finite number, or it is
        implausible in the stated unit.

    Examples
    --------
    >>> round(convert("creatinine", 97, "umol/L", "mg/dL"), 2)
    1.1
    """
    quantity = _quantity(name)
    unit, to = _unit(quantity, unit), _unit(quantity, to)
    if isinstance(value, bool) or not isinstance(value, Real):
        raise MedaiError(f"{quantity.name} is {value!r}: give a number in {unit}.")
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    low, high = quantity.plausible[unit]
    if not low <= number <= high:
        asked = hint(name, number, unit) if math.isfinite(number) else ""
        raise MedaiError(
            f"{quantity.name} {value!r:.40} {unit} is outside {low:g} to {high:g} {unit}. "
            + (asked or "Check the value and its unit.")
        )
    return number if unit == to else _change(quantity, number, unit)
