"""Alert burden: what the service would have said about every order of many patients.

One set of orders holds the prescriptions of the Eunomia records (synthetic people); they hold no
genes, so each person is given a CYP2C19 diplotype by the counts of a published cohort.  The other
set is generated, to see what the number of medicines does.  Chapter 32 counts.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from medai.datasets.eunomia import Eunomia, eunomia
from medai.datasets.pgx_frequencies import pgx_frequencies
from medai.personalised.plan import Line, make_plan
from medai.runtime.errors import MedaiError
from medai.serving.findings import about_order, questions
from medai.serving.names_in import readable

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

PRESCRIBED = 38000177  # OMOP drug_type_concept_id: a prescription was written
DAYS = 30  # a medicine counts as taken for so many days at least, or to its recorded end
LONGEST = 300  # characters of a name
COMMON = (  # medicines that older people often take: a list of the book's own, no count
    *("amlodipine", "atorvastatin", "simvastatin", "metoprolol", "bisoprolol", "ramipril"),
    *("lisinopril", "losartan", "hydrochlorothiazide", "furosemide", "spironolactone"),
    *("digoxin", "amiodarone", "verapamil", "warfarin", "apixaban", "clopidogrel", "aspirin"),
    *("metformin", "gliclazide", "levothyroxine", "omeprazole", "pantoprazole", "citalopram"),
    *("sertraline", "fluoxetine", "amitriptyline", "mirtazapine", "haloperidol", "donepezil"),
    *("tramadol", "codeine", "ibuprofen", "naproxen", "paracetamol", "allopurinol"),
    *("prednisolone", "clarithromycin", "ciprofloxacin", "trimethoprim", "amoxicillin"),
    *("salbutamol", "tamsulosin", "gabapentin", "alendronic acid", "folic acid"),
)


@dataclass(frozen=True)
class OrderCase:
    """One order, with the record as it stood on that day.

    Attributes
    ----------
    person : int
        Eunomia's person_id.
    date : str
        ISO date.
    ordered : tuple of str
        The ordered product, as its ingredients where the name lists them.
    fields : dict
        The patient: fields of :class:`medai.personalised.plan.Patient`.
    """

    person: int
    date: str
    ordered: tuple[str, ...]
    fields: dict[str, Any]


@dataclass(frozen=True)
class Said:
    """What the plan holds about one order.

    Attributes
    ----------
    case : OrderCase
        The order.
    lines : tuple of Line
        Alerts and advice about it, each line by itself.
    asked : tuple of Line
        Questions that the service asks with the order, each by itself.
    once : tuple of Line
        Questions that it asks when the record is opened.
    """

    case: OrderCase
    lines: tuple[Line, ...]
    asked: tuple[Line, ...]
    once: tuple[Line, ...]


@functools.lru_cache(maxsize=1_000)
def _names(product: str) -> tuple[str, ...]:
    return readable(product[:LONGEST])


def eunomia_orders(people: int = 300, seed: int = 32, records: Eunomia | None = None):
    """Return the prescriptions of people drawn at random, in order of person and date.

    Parameters
    ----------
    people : int
        How many persons to draw, without replacement.
    seed : int
        For the draw of the persons and of their diplotypes.
    records : Eunomia, optional
        Other records in the OMOP common data model.

    Returns
    -------
    list of OrderCase
        One for each person, day and product.  Products that the same person got on the same day
        are each other's record: the one is ordered, the others count as taken.

    Raises
    ------
    MedaiError
        When there are not so many persons with a prescription.
    """
    import numpy as np

    rng = np.random.default_rng(seed)
    records = records or eunomia()
    rows = _prescriptions(records)
    known = np.sort(rows["person_id"].unique())
    if not 1 <= people <= len(known):
        raise MedaiError(f"people={people}: choose 1 to {len(known)}.")
    drawn = np.sort(rng.choice(known, people, replace=False))
    persons = records.table("person").set_index("person_id")
    genes = _diplotypes(rng, people)
    groups = dict(list(rows[rows["person_id"].isin(drawn)].groupby("person_id")))
    cases: list[OrderCase] = []
    for person, diplotype in zip(drawn.tolist(), genes, strict=True):
        who = persons.loc[person]
        fixed = {"sex": who["gender"], "genes": {"CYP2C19": diplotype}}
        cases += _of_person(person, groups[person], who["birth_datetime"], fixed)
    return cases


def _prescriptions(records: Eunomia) -> pd.DataFrame:
    rows = records.table("drug_exposure")
    rows = rows[rows["drug_type_concept_id"] == PRESCRIBED]
    columns = ["person_id", "drug_exposure_start_date", "drug_exposure_end_date", "concept_name"]
    rows = rows[columns].set_axis(["person_id", "start", "end", "name"], axis=1)
    rows = rows.astype({"name": str}).groupby(["person_id", "start", "name"], as_index=False).max()
    return rows.sort_values(["person_id", "start", "name"], ignore_index=True)


def _of_person(
    person: int, rows: pd.DataFrame, born: pd.Timestamp, fixed: dict[str, Any]
) -> Iterator[OrderCase]:
    """Yield the orders of one person."""
    import pandas as pd

    until = rows["end"].where(
        rows["end"] > rows["start"] + pd.Timedelta(days=DAYS),
        rows["start"] + pd.Timedelta(days=DAYS),
    )
    kept = list(zip(rows["start"], until, rows["name"], strict=True))
    for start, _, name in kept:
        others = {n for s, u, n in kept if s <= start <= u and n != name}
        medicines = [
            {"name": part, "status": "taking"} for n in sorted(others) for part in _names(n)
        ]
        ordered = _names(name)
        medicines += [{"name": part, "status": "planned"} for part in ordered]
        age = max(0.0, (start - born).days / 365.25)
        fields = {**fixed, "age_years": round(age, 1), "medicines": medicines}
        yield OrderCase(person, str(start.date()), ordered, fields)


def generated_orders(people: int, medicines: int, seed: int = 32) -> list[OrderCase]:
    """Return one order for each of `people` generated persons who take so many medicines.

    Age is drawn evenly from 65 to 90, sex evenly, the medicines and the order evenly and without
    replacement from :data:`COMMON`, and CYP2C19 as in :func:`eunomia_orders`.  Nobody prescribes
    evenly: it is a stress test of the rules, and no ward.

    Parameters
    ----------
    people : int
        At least 1.
    medicines : int
        Medicines taken before the order, 0 to ``len(COMMON) - 1``.
    seed : int
        Each number of medicines has its own stream.

    Raises
    ------
    MedaiError
        When a number is out of range.
    """
    import numpy as np

    if people < 1 or not 0 <= medicines < len(COMMON):
        raise MedaiError(
            f"people={people}, medicines={medicines}: at least one person, and 0 to "
            f"{len(COMMON) - 1} medicines."
        )
    rng = np.random.default_rng([seed, medicines])
    genes = _diplotypes(rng, people)
    cases = []
    for person in range(people):
        names = rng.choice(COMMON, medicines + 1, replace=False).tolist()
        listed = [{"name": name, "status": "taking"} for name in names[:-1]]
        listed.append({"name": names[-1], "status": "planned"})
        fields = {
            "age_years": round(float(rng.uniform(65, 90)), 1),
            "sex": str(rng.choice(["female", "male"])),
            "genes": {"CYP2C19": genes[person]},
            "medicines": listed,
        }
        cases.append(OrderCase(person, "", (names[-1],), fields))
    return cases


def _diplotypes(rng: np.random.Generator, people: int) -> list[str]:
    """Draw CYP2C19 diplotypes by the counts of the table's European cohort."""
    import numpy as np

    counts = [
        one
        for one in pgx_frequencies().diplotypes
        if one.gene == "CYP2C19" and one.population == "Europe"
    ]
    share = np.array([one.people for one in counts], float)
    return rng.choice([one.diplotype for one in counts], people, p=share / share.sum()).tolist()


def said_about(case: OrderCase) -> Said:
    """Return every line and every question of the plan that is about the order.

    Examples
    --------
    >>> genes = {"CYP2C19": "*2/*2"}
    >>> medicine = [{"name": "clopidogrel", "status": "planned"}]
    >>> case = OrderCase(1, "2026-01-01", ("clopidogrel",), {"genes": genes, "medicines": medicine})
    >>> said_about(case).lines[0].data["action"]
    'avoid'
    """
    plan = make_plan(case.fields)
    focus = sorted(
        {drug for one in plan.medicines if one.stated in case.ordered for drug in one.ingredients}
    )
    asked = [one for part in questions(plan, focus, case.ordered) for one in part]
    every = [one for part in questions(plan, focus, case.ordered, every=True) for one in part]
    once = tuple(one for one in every if one not in asked)
    return Said(case, tuple(about_order(plan, focus)), tuple(asked), once)
