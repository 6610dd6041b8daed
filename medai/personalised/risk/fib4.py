"""FIB-4 (2006): whether advanced fibrosis of the liver is likely."""

from __future__ import annotations

import math

from medai.personalised.risk.arguments import check_all, number
from medai.personalised.risk.result import RiskResult, source

ARGUMENTS = (
    number("age_years", "How old?", "years", 18, 120),
    number("ast_u_l", "AST?", "U/L", 5, 2000),
    number("alt_u_l", "ALT?", "U/L", 5, 2000),
    number("platelets_10e9_l", "Platelets?", "10⁹/L", 5, 1500),
)
POPULATION = "adults with chronic liver disease; made with HIV and hepatitis C together"
_LIMITS = (
    "The limits 1.45 and 3.25 are those of 2006 for HIV with hepatitis C; for fatty liver disease "
    "1.30 and 2.67 are used, and from 65 years a lower limit of 2.0.",
    "Not in acute hepatitis: the enzymes must be stable.",
    "It says who needs elastography, not who has cirrhosis.",
)


def fib4(
    *, age_years: float, ast_u_l: float, alt_u_l: float, platelets_10e9_l: float
) -> RiskResult:
    """Return FIB-4, ``age * AST / (platelets * sqrt(ALT))``.

    Parameters
    ----------
    age_years : float
        18 to 120.
    ast_u_l, alt_u_l : float
        In U/L.
    platelets_10e9_l : float
        In 10⁹/L, that is in thousands per µL.

    Returns
    -------
    RiskResult
        Without unit; the classes are those of 2006.

    Raises
    ------
    MedaiError
        For a missing value, or one outside its range.

    Notes
    -----
    Sterling et al., Hepatology 2006;43:1317-1325.
    """
    values = check_all(ARGUMENTS, dict(locals()))
    value = values["age_years"] * values["ast_u_l"]
    value /= values["platelets_10e9_l"] * math.sqrt(values["alt_u_l"])
    return RiskResult(
        name="FIB-4",
        value=value,
        unit="",
        limits=_LIMITS,
        inputs=values,
        source=source("fib4"),
        category="advanced fibrosis unlikely"
        if value < 1.45
        else "indeterminate"
        if value <= 3.25
        else "advanced fibrosis likely",
        digits=2,
    )
