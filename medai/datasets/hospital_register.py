"""A generated town: its public register, and a hospital table that lost its names.

Nobody lived.  Every inhabitant has a name, a birth date, a sex and a postcode district; the
districts differ in size.  Most adults stand in a public register.  Some inhabitants were in the
hospital, whose table is released "de-identified": without names, with everything else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from medai.runtime.errors import MedaiError

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

QUASI = ("birth_date", "sex", "district")
TODAY = "2026-06-30"
DISTRICTS = (0.22, 0.17, 0.14, 0.11, 0.09, 0.07, 0.06, 0.05, 0.04, 0.03, 0.015, 0.005)
# diagnosis: weight below 50 years, weight from 50 years on
DIAGNOSES = {
    "fracture": (20, 14),
    "pneumonia": (12, 16),
    "appendicitis": (14, 3),
    "depression": (14, 6),
    "alcohol dependence": (9, 6),
    "HIV infection": (3, 1),
    "heart failure": (1, 22),
    "stroke": (1, 14),
    "cancer": (6, 18),
    "asthma": (20, 5),
}
_NAMES = {
    "first": "Adam Beth Carl Dina Emil Fay Gina Hugo Iris Jack Kira Leo Mona Nils Olga Paul Quinn "
    "Rita Sami Tara Ugo Vera Walt Xena Yara Zeno",
    "start": "Al Bar Cor Dun El Fen Gar Hol Ing Jor Kel Lin Mor Nor Or Pem Quin Ros Sel Tor",
    "end": "bury by combe den field ford ham ley mere more ning ridge stead ton well wick wood",
}


@dataclass(frozen=True)
class Town:
    """A released table, the register it can be linked with, and the truth.

    Attributes
    ----------
    released : pandas.DataFrame
        One row a patient: ``birth_date`` (ISO text), ``sex``, ``district``, ``month`` of
        admission, ``diagnosis``.  No names.
    register : pandas.DataFrame
        One row a registered adult: ``name``, ``birth_date``, ``sex``, ``district``; the index
        is the number of the person.
    person : numpy.ndarray
        Who each released row is, shape (patients,).  Not all of them are registered.
    """

    released: pd.DataFrame
    register: pd.DataFrame
    person: np.ndarray


def town(
    inhabitants: int = 40_000, patients: int = 2_000, registered: float = 0.85, seed: int = 33
) -> Town:
    """Draw a town, its register and the hospital's table.

    Parameters
    ----------
    inhabitants, patients : int
        People in the town, and how many of them were in the hospital (once each).
    registered : float
        Share of the adults (18 and over) who stand in the register, 0 to 1.
    seed : int
        The same seed gives the same town.

    Returns
    -------
    Town
        Patients in random order.

    Raises
    ------
    MedaiError
        Without at least one patient, with more patients than inhabitants, or when `registered`
        is no share.

    Examples
    --------
    >>> from medai.datasets.hospital_register import QUASI, generalise, town
    >>> released = town(4_000, 200).released
    >>> for table in (released, generalise(released, birth="decade", place="area")):
    ...     alone = (table.groupby(list(QUASI)).size() == 1).sum()
    ...     print(f"{alone} of 200 patients are the only one of their kind")
    200 of 200 patients are the only one of their kind
    5 of 200 patients are the only one of their kind
    """
    import numpy as np
    import pandas as pd

    if not 1 <= patients <= inhabitants:
        raise MedaiError(
            f"patients={patients}, inhabitants={inhabitants}: there must be at least one patient, "
            "and not more patients than inhabitants."
        )
    if not 0 <= registered <= 1:
        raise MedaiError(f"registered={registered}: a share between 0 and 1 is wanted.")
    rng = np.random.default_rng([seed, 0x70])
    share = np.array(DISTRICTS) / sum(DISTRICTS)
    days = np.floor(rng.beta(1.1, 1.3, inhabitants) * 95 * 365.25).astype(int)
    born = np.datetime64(TODAY) - days
    people = pd.DataFrame(
        {
            "name": _names(rng, inhabitants),
            "birth_date": born.astype(str),
            "sex": np.where(rng.random(inhabitants) < 0.51, "female", "male"),
            "district": rng.choice([f"Q{i + 1}" for i in range(len(share))], inhabitants, p=share),
        }
    )
    age = days / 365.25
    on_list = (age >= 18) & (rng.random(inhabitants) < registered)
    chance = 0.2 + age / 60  # the old are in hospital more often
    person = rng.choice(inhabitants, patients, replace=False, p=chance / chance.sum())
    released = people.loc[person, list(QUASI)].reset_index(drop=True)
    released["month"] = rng.integers(1, 7, patients)
    released["diagnosis"] = _diagnoses(rng, age[person])
    return Town(released, people[on_list], person)


def _names(rng: np.random.Generator, n: int) -> list[str]:
    first, start, end = (rng.choice(part.split(), n) for part in _NAMES.values())
    return [f"{a} {b}{c}" for a, b, c in zip(first, start, end, strict=True)]


def _diagnoses(rng: np.random.Generator, age: np.ndarray) -> list[str]:
    import numpy as np

    weights = np.array(list(DIAGNOSES.values()), dtype=float)
    weights /= weights.sum(0)
    young, old = (rng.choice(list(DIAGNOSES), len(age), p=weights[:, k]) for k in (0, 1))
    return list(np.where(age < 50, young, old))


def generalise(
    table: pd.DataFrame, birth: str = "day", place: str = "district", sex: bool = True
) -> pd.DataFrame:
    """Return the table with coarser birth dates and places.

    Parameters
    ----------
    table : pandas.DataFrame
        Of a town: the released table or the register.
    birth : {"day", "month", "year", "decade"}
        What is left of the birth date.
    place : {"district", "area", "town"}
        The district, one of three areas of four districts, or nothing.
    sex : bool
        Whether the sex is kept.

    Raises
    ------
    MedaiError
        For another level.
    """
    cut = {"day": 10, "month": 7, "year": 4, "decade": 3}
    if birth not in cut:
        raise MedaiError(f"birth={birth!r}: it must be one of {', '.join(cut)}.")
    places = ("district", "area", "town")
    if place not in places:
        raise MedaiError(f"place={place!r}: it must be one of {', '.join(places)}.")
    coarse = table.copy()
    coarse["birth_date"] = coarse["birth_date"].str[: cut[birth]]
    if place == "area":
        number = coarse["district"].str[1:].astype(int)
        coarse["district"] = "area " + ((number - 1) // 4 + 1).astype(str)
    elif place == "town":
        coarse["district"] = "town"
    if not sex:
        coarse["sex"] = "-"
    return coarse
