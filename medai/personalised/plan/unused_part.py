"""The lines that say which inputs no rule and no score of the plan looked at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from medai.personalised.plan import alerts_part, values
from medai.personalised.plan.complaints_part import is_lab
from medai.personalised.plan.conditions import find_condition
from medai.personalised.plan.line import Line
from medai.personalised.plan.measures import Measured, find_quantity
from medai.personalised.plan.patient import Patient
from medai.personalised.risk.result import RiskResult

APART = 1.5  # a reported and a calculated eGFR that differ by this factor are asked about


def lines(patient: Patient, measured: Mapping[str, Measured], drugs: Sequence[str]) -> list[Line]:
    """Return what was read and then not used, so that silence is not taken for safety."""
    out = []
    complained = bool(patient.complaints.strip())
    for text in dict.fromkeys(patient.conditions):
        known = find_condition(text)
        if not complained and not (known and known.means):
            out.append(
                Line("unread", f"Condition {text!r}: no score of the book asks for it.",
                     f"病史“{text}”：本书的评分均未涉及。")
            )  # fmt: skip
    if patient.conditions and drugs:
        text = "The safety alerts look at non-selective beta blockers in asthma, and at no other "
        text += "condition: whether another medicine is unsuitable "
        text += f"with {', '.join(dict.fromkeys(patient.conditions))} was not checked."
        out.append(
            Line(
                "unread",
                text,
                "关于病史，用药安全检查只包括哮喘与非选择性β受体阻滞剂；其他药物与疾病的禁忌未检查。",
            )
        )
    if patient.family_history:
        listed = ", ".join(patient.family_history)
        out.append(
            Line("unread", f"Family history ({listed}): only answers to scores are used.",
                 f"家族史（{listed}）：未采用，仅采用评分问题的回答。")
        )  # fmt: skip
    if complained:
        return out
    scored = {*values.MEASURED, "creatinine_clearance"}
    if drugs:
        scored |= set(alerts_part.MEASURED)
    for one in patient.measurements:
        known = find_quantity(one.name)
        if (known is None and is_lab(one)) or (
            known is not None and known.key in measured and known.key not in scored
        ):
            text = f"{one.name} {one.value:g} {one.unit}"
            out.append(
                Line("unread", f"{text}: it counts only with complaints, and none are given.",
                     f"{text}：仅在有主诉时采用。")
            )  # fmt: skip
    if drugs and "potassium" in measured:
        text = f"Potassium {measured['potassium'].stated}: used for the QT interval only; whether "
        text += "a medicine raises or lowers it too far was not checked."
        out.append(Line("unread", text, "血钾仅用于 QT 评估；未检查药物对血钾的影响。"))
    return out


def kidney(measured: Mapping[str, Measured], scores: Mapping[str, RiskResult]) -> list[Line]:
    """Return the question that a reported eGFR far from the calculated one leaves."""
    if "egfr" not in measured or "egfr" not in scores:
        return []
    told, found = measured["egfr"].value, scores["egfr"].value
    if max(told, found) < APART * min(told, found):
        return []
    text = f"eGFR {told:.0f} was reported, but the creatinine gives {found:.0f}: which is right? "
    text += "Until then the safety rules use the reported one."
    zh = f"报告的 eGFR 为 {told:.0f}，但按肌酐计算为 {found:.0f}：哪一个正确？目前按报告值检查。"
    return [Line("ask", text, zh)]
