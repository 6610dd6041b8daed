"""The Child-Pugh score: how severe cirrhosis is, by which many drugs are dosed."""

from __future__ import annotations

from medai.personalised.risk.arguments import check_all, choice, number
from medai.personalised.risk.result import RiskResult, source

ASCITES = ("none", "mild or controlled", "moderate or refractory")
ENCEPHALOPATHY = ("none", "grade 1-2", "grade 3-4")
ARGUMENTS = (
    number("bilirubin_mg_dl", "Total bilirubin?", "mg/dL", 0.1, 50, quantity="bilirubin"),
    number("albumin_g_dl", "Serum albumin?", "g/dL", 0.5, 7, quantity="albumin"),
    number("inr", "INR, without warfarin?", "", 0.8, 15),
    choice("ascites", "Ascites?", *ASCITES),
    choice("encephalopathy", "Hepatic encephalopathy?", *ENCEPHALOPATHY),
)
POPULATION = "adults with cirrhosis"
_LIMITS = (
    "Only for cirrhosis: an INR raised by warfarin, or a low albumin from elsewhere, misleads.",
    "Ascites and encephalopathy are graded by eye.",
    "Tables differ: some draw the lower limit of albumin at 3.0 g/dL, this one at 2.8. In primary "
    "biliary cholangitis other limits of bilirubin are used.",
)


def child_pugh(
    *,
    bilirubin_mg_dl: float,
    albumin_g_dl: float,
    inr: float,
    ascites: str,
    encephalopathy: str,
) -> RiskResult:
    """Return the Child-Pugh score, 5 to 15 points, with its class.

    Parameters
    ----------
    bilirubin_mg_dl : float
        Below 2 counts 1, to 3 counts 2, above 3.
    albumin_g_dl : float
        Above 3.5 counts 1, from 2.8 counts 2, below 3.
    inr : float
        Below 1.7 counts 1, to 2.3 counts 2, above 3.
    ascites : {"none", "mild or controlled", "moderate or refractory"}
        1, 2, 3.
    encephalopathy : {"none", "grade 1-2", "grade 3-4"}
        1, 2, 3.

    Returns
    -------
    RiskResult
        In points; class A to 6, B to 9, C above.

    Raises
    ------
    MedaiError
        For a missing value, or one outside its range.

    Notes
    -----
    The table was read in the Cleveland Clinic Journal of Medicine.
    """
    values = check_all(ARGUMENTS, dict(locals()))
    bilirubin, albumin = values["bilirubin_mg_dl"], values["albumin_g_dl"]
    points = (
        (1 if bilirubin < 2 else 2 if bilirubin <= 3 else 3)
        + (1 if albumin > 3.5 else 2 if albumin >= 2.8 else 3)
        + (1 if values["inr"] < 1.7 else 2 if values["inr"] <= 2.3 else 3)
        + (1 + ASCITES.index(ascites))
        + (1 + ENCEPHALOPATHY.index(encephalopathy))
    )
    odd = (
        "With the other table (albumin 3.0 g/dL) it would be one point more."
        if 2.8 <= albumin < 3.0
        else ""
    )
    return RiskResult(
        name="Child-Pugh",
        value=points,
        unit="points",
        limits=_LIMITS,
        inputs=values,
        source=source("child-pugh"),
        note=odd,
        category="class A" if points <= 6 else "class B" if points <= 9 else "class C",
        digits=0,
    )
