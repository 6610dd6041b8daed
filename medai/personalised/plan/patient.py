"""One patient as data: what :func:`medai.personalised.plan.make_plan` reads.

The model is strict, because a plan made from a misread patient is worse than none: unknown
fields are refused, a measurement needs its unit, a number must be a number, and what is not
known is left out (None), never guessed.  Texts such as genotypes, medicines and conditions are
kept as they were written; reading them is the plan's work, and what it cannot read it asks about.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from medai.preprocess.units import DEFAULT_RANGES
from medai.runtime.errors import MedaiError

OLDEST = DEFAULT_RANGES["age"].high  # years
MOST = 200  # entries in a list
LONGEST = 20_000  # characters of complaints
Text = Annotated[str, Field(min_length=1, max_length=300)]
Number = Annotated[float, Field(allow_inf_nan=False)]
SEPARATORS = "\n;；,，、"


def no_bool(value: Any) -> Any:
    """Refuse True and False where a number is meant (Python would read them as 1 and 0)."""
    if isinstance(value, bool):
        raise ValueError("a number is needed, not true or false")
    return value


def parted(value: Any) -> Any:
    """Turn "a, b；c" into a list, and leave lists as they are."""
    if isinstance(value, str):
        for sign in SEPARATORS[1:]:
            value = value.replace(sign, SEPARATORS[0])
        return [part.strip() for part in value.split(SEPARATORS[0]) if part.strip()]
    return value


class Strict(BaseModel):
    """What all parts share: no unknown fields, no change after it was made."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, str_strip_whitespace=True, allow_inf_nan=False
    )


class Medicine(Strict):
    """A medicine: what the patient takes, is about to get, or took.

    Attributes
    ----------
    name
        An ingredient, a brand or a Chinese name, with or without its dose.
    status
        ``taking``, ``planned`` (an order that is being considered) or ``stopped``.
    """

    name: Text
    status: Literal["taking", "planned", "stopped"] = "taking"


class Allergy(Strict):
    """What the patient is said to be allergic to, and what happened, if that is known."""

    substance: Text
    reaction: Text | None = None


class Measurement(Strict):
    """A measured value with its unit; the date decides which of several counts."""

    name: Text
    value: Annotated[Number, BeforeValidator(no_bool)]
    unit: Text
    date: datetime.date | None = None


def as_records(key: str):
    """Return a validator that lets a plain text stand for a record with this field."""

    def records(value: Any) -> Any:
        value = parted(value)
        if isinstance(value, (list, tuple)):
            return [{key: one} if isinstance(one, str) else one for one in value]
        return value

    return BeforeValidator(records)


Age = Annotated[float, BeforeValidator(no_bool), Field(ge=0, le=OLDEST)]
Weeks = Annotated[float, BeforeValidator(no_bool), Field(ge=0, le=45)]


class Patient(Strict):
    """A patient, as far as known; every field may be left out.

    Attributes
    ----------
    name
        What to call the patient on the page; never logged.
    age_years, sex
        Age from 0 to 122.5 years; ``female`` or ``male``.
    pregnant, pregnancy_weeks, breastfeeding
        None when not known: the plan asks where it matters.
    complaints
        In the patient's own words, English or Chinese.
    genes
        Gene to diplotype as reported, e.g. ``{"CYP2D6": "*1/*10"}``.
    medicines, conditions, measurements
        Lists; a single text is parted at commas and semicolons.
    allergies
        A list likewise; an empty one means none, None means not known.
    smoker, family_history
        Smoking now; conditions of parents, brothers, sisters and children.
    answers
        Answers to the plan's questions, by the names that the questions give, e.g.
        ``{"heart_failure": False, "region": "low"}``.
    """

    name: Annotated[str, Field(max_length=100)] | None = None
    age_years: Age | None = None
    sex: Literal["female", "male"] | None = None
    pregnant: bool | None = None
    pregnancy_weeks: Weeks | None = None
    breastfeeding: bool | None = None
    complaints: Annotated[str, Field(max_length=LONGEST)] = ""
    genes: Annotated[dict[Text, Text], Field(max_length=MOST)] = {}
    medicines: Annotated[tuple[Medicine, ...], as_records("name"), Field(max_length=MOST)] = ()
    allergies: (
        Annotated[tuple[Allergy, ...], as_records("substance"), Field(max_length=MOST)] | None
    ) = None
    conditions: Annotated[tuple[Text, ...], BeforeValidator(parted), Field(max_length=MOST)] = ()
    measurements: Annotated[tuple[Measurement, ...], Field(max_length=MOST)] = ()
    smoker: bool | None = None
    family_history: Annotated[
        tuple[Text, ...], BeforeValidator(parted), Field(max_length=MOST)
    ] = ()

    answers: Annotated[dict[Text, bool | float | str], Field(max_length=MOST)] = {}

    def model_post_init(self, context: Any) -> None:
        """Refuse what cannot be true together."""
        if self.sex == "male" and (self.pregnant or self.breastfeeding or self.pregnancy_weeks):
            raise ValueError(
                "The patient is male and pregnant or breast-feeding: one of the two is wrong. "
                "Correct sex, pregnant, pregnancy_weeks or breastfeeding"
            )
        if self.pregnant is False and self.pregnancy_weeks is not None:
            raise ValueError(
                f"pregnancy_weeks is {self.pregnancy_weeks:g} but pregnant is false: "
                "correct one of the two"
            )


def read_patient(data: Patient | Mapping[str, Any]) -> Patient:
    """Return a patient from a mapping, e.g. parsed JSON.

    Parameters
    ----------
    data : Patient or mapping
        The fields of :class:`Patient`.

    Raises
    ------
    MedaiError
        When a field is unknown or its value cannot be used; all such fields are named.

    Examples
    --------
    >>> read_patient({"age_years": 71, "conditions": "高血压，糖尿病"}).conditions
    ('高血压', '糖尿病')
    """
    if isinstance(data, Patient):
        return data
    if not isinstance(data, Mapping):
        raise MedaiError(
            f"A patient is a mapping of fields such as age_years and medicines, not "
            f"{type(data).__name__}. An empty one is {{}}."
        )
    try:
        return Patient.model_validate(dict(data))
    except ValidationError as error:
        raise MedaiError(_explained(error)) from None


def _explained(error: ValidationError) -> str:
    """Return one line for each field that cannot be used."""
    lines = []
    for one in error.errors(include_url=False):
        place = ".".join(str(part) for part in one["loc"]) or "patient"
        if one["type"] == "extra_forbidden":
            known = ", ".join(Patient.model_fields)
            lines.append(f"{place}: no such field. Fields of a patient are {known}.")
            continue
        value = repr(one.get("input"))
        shown = value if len(value) <= 60 else value[:57] + "..."
        rule = one["msg"].removeprefix("Value error, ")
        if place == "patient":
            lines.append(f"{rule}.")
            continue
        lines.append(f"{place} is {shown}: {rule}. Correct it, or leave it out if unknown.")
    return "The patient cannot be read. " + " ".join(lines)
