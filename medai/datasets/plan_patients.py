"""Fictional patients that plans are measured on (``data/plan_patients``), read and checked.

Written before their plans were looked at; see ``data/plan_patients/README.md``.  Standard library
only.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from medai.datasets.paths import data_path
from medai.runtime.errors import MedaiError

FILE = "plan_patients/patients.json"
GROUPS = (
    *("gene", "gene and medicine", "medicines", "organ", "pregnancy", "allergy"),
    *("question", "complaint", "ordinary"),
)
SECTIONS = ("any", "urgent", "ask", "alerts", "advice", "risks")
FIELDS = {"id", "group", "why", "patient", "must", "must_not"}


@dataclass(frozen=True)
class Wanted:
    """What a line of a plan has to be; empty fields ask for nothing.

    Attributes
    ----------
    section
        A section of a plan, or ``any``.
    drugs
        Ingredients that the line is about, all of them.
    actions, levels
        The line's action or level is one of these.
    kind
        The kind of alert.
    words
        The line contains them, in either case.
    """

    section: str
    drugs: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    kind: str = ""
    words: str = ""


@dataclass(frozen=True)
class PlanPatient:
    """One fictional patient, and what the writer wanted of the plan.

    Attributes
    ----------
    id, group
        Number from 1; one of :data:`GROUPS`.
    why
        The clinical reason in a sentence.
    patient
        The fields of :class:`medai.personalised.plan.Patient`.
    must, must_not
        Lines that the plan has to hold, and lines that it may not.
    """

    id: int
    group: str
    why: str
    patient: Mapping[str, Any]
    must: tuple[Wanted, ...]
    must_not: tuple[Wanted, ...]


@functools.cache
def plan_patients() -> tuple[PlanPatient, ...]:
    """Return the patients in the order of the file.

    Raises
    ------
    MedaiError
        When a row has another shape; the message names the row and the rule.

    Examples
    --------
    >>> from medai.datasets.plan_patients import plan_patients
    >>> one = plan_patients()[0]
    >>> one.group, one.why
    ('gene', 'Ultrarapid CYP2D6: morphine builds up from codeine.')
    >>> one.must[0].section, one.must[0].drugs, one.must[0].actions
    ('advice', ('codeine',), ('avoid', 'alternative'))
    """
    rows = json.loads(data_path(FILE).read_text(encoding="utf-8"))
    return tuple(read_row(row, place) for place, row in enumerate(rows, 1))


def read_row(row: Mapping[str, Any], place: int) -> PlanPatient:
    """Return one patient of the file, checked."""
    where = f"{FILE}, patient {place}"
    if set(row) != FIELDS or row["id"] != place or row["group"] not in GROUPS:
        raise MedaiError(
            f"{where}: fields must be {', '.join(sorted(FIELDS))}, id the place in the file, "
            f"group one of {', '.join(GROUPS)}."
        )
    if not row["why"].strip() or not (row["must"] or row["must_not"]):
        raise MedaiError(f"{where}: write why, and something that must or must not be said.")
    must, must_not = (tuple(_wanted(one, where) for one in row[k]) for k in ("must", "must_not"))
    return PlanPatient(place, row["group"], row["why"], row["patient"], must, must_not)


def _wanted(one: Mapping[str, Any], where: str) -> Wanted:
    unknown = set(one) - set(Wanted.__dataclass_fields__)
    if unknown or one.get("section") not in SECTIONS:
        raise MedaiError(
            f"{where}: {dict(one)} is no wanted line. Name a section, one of "
            f"{', '.join(SECTIONS)}, and fields of Wanted."
        )
    return Wanted(**{k: tuple(v) if isinstance(v, list) else v for k, v in one.items()})
