"""From a patient to a plan: :func:`make_plan`."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from medai.personalised.plan import (
    advice_part,
    alerts_part,
    complaints_part,
    genes_part,
    risk_part,
    unused_part,
)
from medai.personalised.plan.dates import ANSWERS
from medai.personalised.plan.line import LEVELS, SECTIONS, Line
from medai.personalised.plan.measures import NotUsed, find_quantity, latest
from medai.personalised.plan.medicines_part import Understood, ingredients, understand
from medai.personalised.plan.page import html_page, markdown
from medai.personalised.plan.patient import Patient, read_patient
from medai.personalised.plan.values import score_values

SCHEMA = 1
DISCLAIMER = "For teaching; not medical advice."


@dataclass(frozen=True)
class Plan:
    """A personalised plan.

    Attributes
    ----------
    patient
        The patient it was made for.
    lines
        Section by section, in each the most serious first.
    medicines
        What each medicine was understood to be.
    """

    patient: Patient
    lines: tuple[Line, ...]
    medicines: tuple[Understood, ...] = field(default=())

    def of(self, section: str) -> tuple[Line, ...]:
        """Return the lines of one section."""
        return tuple(one for one in self.lines if one.section == section)

    @property
    def questions(self) -> tuple[Line, ...]:
        """What is missing and would change the plan."""
        return self.of("ask")

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready values."""
        return {
            "schema": SCHEMA,
            "patient": self.patient.model_dump(mode="json"),
            "medicines": [
                {"stated": one.stated, "status": one.status, "ingredients": list(one.ingredients)}
                for one in self.medicines
            ],
            "sections": {name: [one.to_dict() for one in self.of(name)] for name in SECTIONS},
            "disclaimer": DISCLAIMER,
        }

    def to_markdown(self, lang: str = "en") -> str:
        """Return the plan as Markdown with numbered sources."""
        return markdown(self._who(lang), self.lines, lang)

    def to_html(self, lang: str = "en") -> str:
        """Return the plan as one page without scripts, for the screen and for paper."""
        return html_page(self._who(lang), self.lines, lang)

    def _who(self, lang: str) -> str:
        one = self.patient
        zh = lang == "zh"
        sex = {"female": "女" if zh else "female", "male": "男" if zh else "male"}.get(
            one.sex or ""
        )
        age = None if one.age_years is None else f"{one.age_years:g}" + ("岁" if zh else " years")
        parts = [one.name, age, sex]
        known = [part for part in parts if part]
        return ("，" if zh else ", ").join(known) or ("未知患者" if zh else "Unnamed patient")


def make_plan(patient: Patient | Mapping[str, Any], on: datetime.date | None = None) -> Plan:
    """Make a plan for one patient.

    Everything is looked up or calculated; no language model takes part.  What cannot be read or
    decided becomes a question, and what was not used is listed.

    Parameters
    ----------
    patient : Patient or mapping
        The patient, or the fields of :class:`~medai.personalised.plan.patient.Patient`.
    on : date, optional
        The day on which the plan is used.  With it, values dated later or too long ago do not
        count as known (:mod:`medai.personalised.plan.dates`); None weighs no date.

    Returns
    -------
    Plan
        For teaching; not medical advice.

    Raises
    ------
    MedaiError
        When the patient cannot be read, or an answer contradicts the record.

    Examples
    --------
    >>> plan = make_plan({"genes": {"CYP2D6": "*4/*4"}, "medicines": "codeine"})
    >>> plan.of("advice")[0].level
    'major'
    """
    patient = read_patient(patient)
    readable = [
        one for one in patient.measurements
        if find_quantity(one.name) is not None or not complaints_part.is_lab(one)
    ]  # fmt: skip
    measured, refused = latest(readable, on)
    calls, lines = genes_part.calls(patient.genes)
    medicines, asked = understand(patient.medicines)
    lines += asked + [_not_used(one) for one in refused]
    used = ingredients(medicines, "taking", "planned")
    risk_lines, scores = risk_part.lines(score_values(patient, measured))
    found, asked = alerts_part.alerts(patient, used, measured, scores)
    lines += asked + alerts_part.lines(found)
    advices, asked = advice_part.advices(medicines, calls)
    lines += asked + advice_part.lines(advices, ingredients(medicines, "planned"))
    lines += alerts_part.children(patient, used)
    differential = complaints_part.differential(patient, measured, used)
    lines += complaints_part.lines(differential, patient)
    lines += complaints_part.unused_conditions(patient)
    lines += genes_part.lines(calls) + risk_lines
    lines += unused_part.kidney(measured, scores)
    lines += unused_part.lines(patient, measured, used)
    return Plan(patient, tuple(sorted(lines, key=_place)), tuple(medicines))


def _not_used(one: NotUsed) -> Line:
    """Return the question about a measurement that was not used."""
    text = f"{one.name} {one.stated}: {one.reason}"
    zh = f"{one.name} {one.stated}：{one.reason_zh}"
    if not one.key:
        return Line("ask", text, zh)
    data = {"outdated": one.key, "date": str(one.date), "arguments": list(ANSWERS.get(one.key, ()))}
    return Line("ask", text, zh, data=data)


def _place(line: Line) -> tuple[int, int]:
    """Return the key by which lines are sorted; lines of equal rank keep their order."""
    return list(SECTIONS).index(line.section), LEVELS.index(line.level)
