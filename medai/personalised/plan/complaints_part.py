"""The lines about complaints: red flags, what it may be, and which tests come first.

The differential is that of :mod:`medai.personalised.records`: the patient's words joined with the
problem list, the medicines and the laboratory values.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence

from medai.datasets.common import common_conditions
from medai.datasets.records import lab_tests
from medai.diagnosis.assessment import Assessment
from medai.diagnosis.phrases import action
from medai.diagnosis.sources import Source
from medai.personalised.plan.conditions import find_condition
from medai.personalised.plan.line import Line
from medai.personalised.plan.measures import Measured, find_quantity
from medai.personalised.plan.patient import Measurement, Patient
from medai.personalised.records import (
    Lab,
    Problem,
    Record,
    RecordAssessment,
    RecordCandidate,
    assess_record,
)

SHOWN, LEAST = 4, 0.03  # candidates shown, if they are at least this probable
RARE, TESTS = 3, 4
TABLE = Source("opened", "common-conditions", "Common conditions, a table of this book")
HPO = Source("annotation", "hpo", "Human Phenotype Ontology annotations", "https://hpo.jax.org")
UNITS = {"U/L": "IU/L", "10⁹/L": "10^9/L"}  # as the table of laboratory tests writes them


def differential(
    patient: Patient, measured: Mapping[str, Measured], drugs: Sequence[str]
) -> RecordAssessment | None:
    """Return the differential; None when the patient has no complaints."""
    if not patient.complaints.strip():
        return None
    record = Record(
        patient.age_years,
        patient.sex,
        text=patient.complaints,
        # known conditions are history: their words are no complaint of today
        problems=tuple(Problem(_english(text), status="past") for text in patient.conditions),
        medicines=tuple(dict.fromkeys(drugs)),
        labs=tuple(_labs(patient.measurements, measured)),
    )
    return assess_record(record)


def _english(text: str) -> str:
    """Return the English name of a condition that is known, else the text."""
    known = find_condition(text)
    return known.name if known else text


def named_already(text: str, patient: Patient) -> bool:
    """Say whether a suggested condition goes by a wider name in the problem list.

    A list that says "diabetes" does not contradict a medicine for type 2 diabetes.
    """
    known = [find_condition(one) for one in patient.conditions]
    covered = [name for one in known if one for name in one.covers]
    return any(f"suggests {common_conditions()[name].name}," in text for name in covered)


def is_lab(one: Measurement) -> bool:
    """Say whether the table of laboratory tests knows a measurement."""
    return one.name.strip().lower() in lab_tests()


def _labs(all_of_them: Sequence[Measurement], measured: Mapping[str, Measured]) -> list[Lab]:
    """Return what the laboratory tests can judge: the plan's quantities, and other tests."""
    names = {"alt": "alanine aminotransferase"}
    found = [
        Lab(names.get(key, key), one.value, UNITS.get(one.unit, one.unit))
        for key, one in measured.items()
        if names.get(key, key) in lab_tests() or key == "glucose"
    ]
    more = [one for one in all_of_them if find_quantity(one.name) is None and is_lab(one)]
    return found + [Lab(one.name, one.value, one.unit) for one in more if one.value >= 0]


def lines(found: RecordAssessment | None, patient: Patient) -> list[Line]:
    """Return the lines of the differential."""
    if found is None:
        return []
    answer = found.assessment
    out = [] if answer is None else _flags(answer)
    unsure = answer.unsure if answer is not None else "no finding was understood"
    if unsure:
        zh = answer.unsure_zh if answer is not None else "未识别出任何表现"
        out.append(Line("ask", f"The complaints cannot be judged: {unsure}", f"无法判断：{zh}"))
    out += [Line("ask", text) for text in found.questions]
    out += [
        Line("ask", f"Contradiction: {text}. Which is right?")
        for text in found.conflicts
        if not named_already(text, patient)
    ]
    if answer is None or unsure:
        return out
    shown = [one for one in found.candidates if one.probability >= LEAST][:SHOWN]
    return out + [_candidate(one) for one in shown] + _rare(answer) + _tests(answer)


def _flags(answer: Assessment) -> list[Line]:
    return [
        Line(
            "urgent",
            f"{flag.action}: {flag.flag} ({', '.join(flag.findings)})",
            f"{action(flag.action, 'zh')}：{flag.flag}（{'、'.join(flag.findings)}）",
            sources=(flag.source,),
            data={"urgency": flag.urgency},
        )
        for flag in answer.red_flags
    ]


def _candidate(one: RecordCandidate) -> Line:
    """Return the line of a condition or of a side effect."""
    why = f" ({'; '.join(one.why)})" if one.why else ""
    known = common_conditions().get(one.id)
    name_zh = known.name_zh if known else one.name
    return Line(
        "differential",
        f"{one.name}: {one.probability:.0%}{why}",
        f"{name_zh}：{one.probability:.0%}",
        sources=(TABLE,),
        data={"id": one.id, "kind": one.kind, "probability": one.probability},
    )


def _rare(answer: Assessment) -> list[Line]:
    """Return the first rare diseases, named as what they are: no probability."""
    names = [one.name for one in answer.rare[:RARE]]
    if not names:
        return []
    listed = "; ".join(names)
    return [
        Line(
            "differential",
            f"Rare diseases that fit best, without a probability: {listed}",
            f"最符合的罕见病（无概率）：{listed}",
            sources=(HPO,),
            data={"rare": [one.id for one in answer.rare[:RARE]]},
        )
    ]


def _tests(answer: Assessment) -> list[Line]:
    return [
        Line("tests", f"{one.test}: {one.why}", sources=(one.source,),
             data={"conditions": list(one.conditions)})
        for one in answer.tests[:TESTS]
    ]  # fmt: skip


def unused_conditions(patient: Patient) -> list[Line]:
    """Return a line for each condition that neither the scores nor the book's table knows."""
    return [
        Line("unread", f"Condition {text!r} was not used: the book does not know it.",
             f"未采用诊断“{text}”：本书没有相关资料。", data={"condition": text})
        for text in patient.conditions
        if find_condition(text) is None and _english(text).casefold() not in _known_names()
    ]  # fmt: skip


@functools.cache
def _known_names() -> frozenset[str]:
    """Return every name and code of the book's table of conditions, and ""."""
    names = {""}
    for one in common_conditions().values():
        names |= {one.name.casefold(), one.icd10.casefold(), one.name_zh}
    return frozenset(names)
