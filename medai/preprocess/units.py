"""Units of clinical measurements: conversion between stated units, and what is impossible.

A conversion factor belongs to a substance, not to a unit: 1 mmol/L of glucose is about
18 mg/dL, 1 mmol/L of cholesterol about 39 mg/dL.  So every conversion names its variable.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from medai.runtime import MedaiError

_SI = (
    "SI conversion factors for biochemical parameters, Indian Agricultural Statistics Research "
    "Institute e-course, http://ecoursesonline.iasri.res.in/mod/page/view.php?id=53457 (opened)"
)
_EXACT = "exact by definition"

# variable -> unit -> (scale, offset): value in the first unit = scale * value + offset
_UNITS: dict[str, dict[str, tuple[float, float]]] = {
    "glucose": {"mg/dL": (1.0, 0.0), "mmol/L": (1 / 0.05551, 0.0)},
    "cholesterol": {"mg/dL": (1.0, 0.0), "mmol/L": (1 / 0.02586, 0.0)},
    "triglycerides": {"mg/dL": (1.0, 0.0), "mmol/L": (1 / 0.01129, 0.0)},
    "creatinine": {"mg/dL": (1.0, 0.0), "µmol/L": (1 / 88.4, 0.0)},
    "bilirubin": {"mg/dL": (1.0, 0.0), "µmol/L": (1 / 17.10, 0.0)},
    "temperature": {"°C": (1.0, 0.0), "°F": (5 / 9, -160 / 9)},
    "weight": {"kg": (1.0, 0.0), "lb": (0.45359237, 0.0), "g": (0.001, 0.0)},
    "height": {"cm": (1.0, 0.0), "in": (2.54, 0.0), "m": (100.0, 0.0)},
    "age": {"years": (1.0, 0.0), "months": (1 / 12, 0.0), "days": (1 / 365.25, 0.0)},
}
FACTOR_SOURCES: dict[str, str] = dict.fromkeys(
    ("glucose", "cholesterol", "triglycerides", "creatinine", "bilirubin"), _SI
) | dict.fromkeys(("temperature", "weight", "height", "age"), _EXACT)


@dataclass(frozen=True)
class Range:
    """Values outside ``[low, high]`` are impossible, or as good as impossible, in a patient.

    Not a normal range: most values inside it are ill.  `source` says where the limits stand.
    """

    low: float
    high: float
    unit: str
    source: str

    def __post_init__(self) -> None:
        if not self.low < self.high:
            raise MedaiError(
                f"Range {self.low} to {self.high} {self.unit}: low must be below high."
            )
        if not self.source.strip():
            raise MedaiError("A range needs a source: who says that other values are impossible?")


_MIMIC = (
    "outlier limits of the MIMIC-III benchmark (Harutyunyan et al. 2019), file "
    "resources/variable_ranges.csv of github.com/YerevaNN/mimic3-benchmarks (opened)"
)
# MIMIC's own limits of 250 kg, 14.2 °C and, in mg/dL, 2,200 of glucose, 660 of cholesterol and
# 66 of bilirubin would delete living patients
_CLIF = "upper limit: clifpy, schemas/outlier_config.yaml (opened); lower limit: " + _MIMIC
_FH = (
    "upper limit: twice the 1,000 mg/dL that homozygous familial hypercholesterolaemia reaches "
    "(National Lipid Association, pocket guideline, opened); lower limit: " + _MIMIC
)
_SUGAR = (
    "upper limit: above the 5,600 mg/dL that a man survived (letter in Diabetes Care 1990;13:181, "
    "not opened; reported at healthcentral.com, opened); lower limit: " + _MIMIC
)
_COLD = (
    "lower limit: below the 13.7 °C of the coldest survivor of accidental hypothermia in table 2 "
    "of doi:10.1186/s13049-016-0303-7 (opened); upper limit: " + _MIMIC
)
_CALMENT = "oldest verified age 122 years 164 days, Jeanne Calment (Wikipedia, opened)"

DEFAULT_RANGES: dict[str, Range] = {
    "age": Range(0, 122.5, "years", _CALMENT),
    "temperature": Range(10, 47, "°C", _COLD),
    "heart_rate": Range(0, 390, "beats/min", _MIMIC),
    "respiratory_rate": Range(0, 330, "breaths/min", _MIMIC),
    "systolic": Range(0, 375, "mmHg", _MIMIC),
    "diastolic": Range(0, 375, "mmHg", _MIMIC),
    "glucose": Range(0, 6000, "mg/dL", _SUGAR),
    "cholesterol": Range(0, 2000, "mg/dL", _FH),
    "creatinine": Range(0, 66, "mg/dL", _MIMIC),
    "bilirubin": Range(0, 80, "mg/dL", _CLIF),
    "height": Range(0, 275, "cm", _MIMIC),
    "weight": Range(0, 1100, "kg", _CLIF),
}


def _plain(unit: object) -> str:
    """Return a unit without case, blanks and the two kinds of the letter mu."""
    text = "".join(str(unit).split()).casefold()
    for old, new in (("μ", "u"), ("µ", "u"), ("°", ""), ("deg", ""), ("lbs", "lb")):
        text = text.replace(old, new)
    return {"celsius": "c", "fahrenheit": "f", "year": "years", "kgs": "kg"}.get(text, text)


def known_units(variable: str) -> list[str]:
    """Return the units that `variable` can be converted between, the reference unit first.

    Raises
    ------
    MedaiError
        When no conversion is known for the variable.
    """
    if variable not in _UNITS:
        raise MedaiError(
            f"No conversion is known for {variable!r}, only for {', '.join(_UNITS)}. If a column "
            "has another name, say which variable it is: variables={'column': 'glucose'}."
        )
    return list(_UNITS[variable])


def canonical_unit(variable: str, unit: object) -> str:
    """Return `unit` as this module writes it, e.g. ``"mg/dL"`` for ``"MG/DL"``.

    Raises
    ------
    MedaiError
        When the unit is not one of the variable's.
    """
    for known in known_units(variable):
        if _plain(known) == _plain(unit):
            return known
    raise MedaiError(
        f"{variable} in {unit!r}: this unit is not known; known are "
        f"{', '.join(known_units(variable))}. Convert it first, or mend the unit."
    )


def convert(values: np.ndarray | float, variable: str, unit: str, to: str) -> np.ndarray | float:
    """Convert measurements of one variable from one stated unit to another.

    Parameters
    ----------
    values : array, Series or float
        Any shape; missing values stay missing.
    variable : str
        What was measured, e.g. ``"glucose"``: the factor depends on it.
    unit, to : str
        The stated unit and the wanted one; see :func:`known_units`.

    Returns
    -------
    array, Series or float
        Of the kind and shape of `values`, in unit `to`.

    Raises
    ------
    MedaiError
        When the variable or a unit is not known.

    Examples
    --------
    >>> round(convert(5.6, "glucose", "mmol/L", "mg/dL"))
    101
    >>> round(convert(98.6, "temperature", "°F", "°C"), 1)
    37.0
    """
    table = _UNITS.get(variable, {})
    scale, offset = table.get(canonical_unit(variable, unit), (1.0, 0.0))
    to_scale, to_offset = table.get(canonical_unit(variable, to), (1.0, 0.0))
    if not hasattr(values, "iloc"):  # a pandas column keeps its index
        values = np.asarray(values, dtype=float)
    found = (scale * values + offset - to_offset) / to_scale
    return float(found) if found.ndim == 0 else found


def as_ranges(ranges: Mapping[str, Range | tuple[float, float]]) -> dict[str, Range]:
    """Return `ranges` with every pair ``(low, high)`` made a :class:`Range`."""
    return {
        name: one if isinstance(one, Range) else Range(*one, unit="", source="the caller")
        for name, one in ranges.items()
    }
