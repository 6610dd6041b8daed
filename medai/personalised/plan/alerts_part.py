"""The lines of safety alerts, and the questions that they leave."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from medai.datasets.pgx_advice import pgx_advice
from medai.personalised.interactions import check
from medai.personalised.interactions.alert import Alert, Alerts, Question
from medai.personalised.plan.conditions import find_condition
from medai.personalised.plan.genes_part import as_sources
from medai.personalised.plan.line import Line
from medai.personalised.plan.measures import Measured
from medai.personalised.plan.patient import Patient
from medai.personalised.risk.result import RiskResult
from medai.runtime.errors import MedaiError

ASKED_ZH = {  # a question of the safety rules, in Chinese
    "egfr_ml_min_1_73m2": "eGFR 未知",
    "creatinine_clearance_ml_min": "肌酐清除率未知",
    "child_pugh": "肝功能分级（Child-Pugh）未知",
    "pregnant": "是否怀孕未知",
    "weeks": "孕周未知",
    "breastfeeding": "是否哺乳未知",
    "allergies": "过敏史不明",
    "age_years": "年龄未知",
    "sex": "性别未知",
    "qtc_ms": "QTc 未知",
    "potassium_mmol_l": "血钾未知",
}
MEASURED = {
    "qtc": "qtc_ms",
    "potassium": "potassium_mmol_l",
    "magnesium": "magnesium_mmol_l",
    "heart_rate": "heart_rate_per_min",
}


def alerts(
    patient: Patient,
    drugs: Sequence[str],
    measured: Mapping[str, Measured],
    scores: Mapping[str, RiskResult],
) -> tuple[Alerts, list[Line]]:
    """Check the medicines that are taken or planned; a wrong detail becomes a question."""
    values: dict[str, object] = {
        "pregnant": patient.pregnant,
        "weeks": patient.pregnancy_weeks,
        "breastfeeding": patient.breastfeeding,
        "age_years": patient.age_years,
        "sex": patient.sex,
        "allergies": _allergies(patient),
        "egfr_ml_min_1_73m2": _kidney("egfr", measured, scores),
        "creatinine_clearance_ml_min": _kidney("creatinine_clearance", measured, scores),
    }
    values |= {name: measured[key].value for key, name in MEASURED.items() if key in measured}
    known = (find_condition(text) for text in patient.conditions)
    values["conditions"] = frozenset(one.name for one in known if one is not None)
    if not drugs:
        return Alerts(), []
    asked = []
    if patient.pregnancy_weeks is not None and patient.pregnant is None:
        values["weeks"] = None  # the medicines are checked all the same
        asked = [
            Line(
                "ask",
                f"Week {patient.pregnancy_weeks:g} of pregnancy is given, but not whether "
                "the patient is pregnant now: until then no week is used.",
                f"已给出孕周（{patient.pregnancy_weeks:g}周），但未说明目前是否怀孕，请确认。",
            )
        ]
    try:
        return check(drugs, **values), asked
    except MedaiError as error:
        return Alerts(), [Line("ask", f"The medicines were not checked: {error}")]


def children(patient: Patient, drugs: Sequence[str]) -> list[Line]:
    """Return alerts for opioids that children below 12 years must not get, whatever their genes."""
    if patient.age_years is None or patient.age_years >= 12:
        return []
    return [
        Line("alerts", f"{note.drug}: {note.text}", f"{note.drug}：{note.text_zh}",
             level="contraindicated", sources=tuple(as_sources([note.source])),
             data={"rule": "children", "drugs": [note.drug], "high_priority": False})
        for note in pgx_advice().notes
        if note.drug in drugs and note.text.startswith("Children: contraindicated")
    ]  # fmt: skip


def _allergies(patient: Patient) -> list[str] | None:
    """Return allergies as ``substance: reaction``; None when nobody asked."""
    if patient.allergies is None:
        return None
    return [
        f"{one.substance}: {one.reaction}" if one.reaction else one.substance.replace("：", ": ")
        for one in patient.allergies
    ]


def _kidney(
    key: str, measured: Mapping[str, Measured], scores: Mapping[str, RiskResult]
) -> float | None:
    """Return the reported value, else the calculated one."""
    score = {"egfr": "egfr", "creatinine_clearance": "cockcroft_gault"}[key]
    if key in measured:
        return measured[key].value
    return scores[score].value if score in scores else None


def lines(found: Alerts) -> list[Line]:
    """Return one line for each alert, then questions and what was not checked."""
    out = [_line(one) for one in found]
    out += [
        Line(
            "ask",
            one.text,
            _question_zh(one),
            data={"argument": one.argument, "drugs": list(one.drugs)},
        )
        for one in found.questions
    ]
    out += [
        Line("unread", f"{name} was not checked: the book knows nothing of it.",
             f"{name} 未检查：本书没有相关资料。")
        for name in found.not_checked
    ]  # fmt: skip
    if found.without_rules:
        names = ", ".join(found.without_rules)
        text = f"No safety rule of the book speaks of {names}; silence does not mean safety."
        zh = f"本书没有关于 {names} 的用药安全规则，但这不代表其安全。"
        out.append(Line("unread", text, zh, data={"drugs": list(found.without_rules)}))
    return out


def _question_zh(one: Question) -> str:
    """Return the question in Chinese; "" for a kind without Chinese words."""
    known = ASKED_ZH.get(one.argument, "")
    drugs = "、".join(one.drugs)
    return f"{known}：与 {drugs} 有关。" if known and drugs else f"{known}。" if known else ""


def _line(one: Alert) -> Line:
    words = f"{one.title} {one.mechanism}".casefold()
    unnamed = [drug for drug in one.drugs if drug not in words]
    which = f" ({', '.join(one.drugs)})" if unnamed else ""  # a title may name classes only
    which_zh = f"（{'、'.join(one.drugs)}）" if unnamed else ""
    zh = f"{one.title_zh}{which_zh}。{one.action_zh}" if one.title_zh and one.action_zh else ""
    return Line(
        "alerts",
        f"{one.title}{which}. {one.mechanism} {one.action}",
        zh,
        level=one.severity,
        sources=tuple(one.sources),
        data={"rule": one.rule, "kind": one.kind, "drugs": list(one.drugs),
              "high_priority": one.high_priority},
    )  # fmt: skip
