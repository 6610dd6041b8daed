"""The lines about risks: every score that fits, and what the others would need."""

from __future__ import annotations

from collections.abc import Mapping

from medai.datasets.plan import questions_zh
from medai.personalised.plan.line import Line
from medai.personalised.risk.catalogue import Missing, NotApplicable, Score, applicable
from medai.personalised.risk.result import RiskResult, source

FEW = 3  # a score that lacks at most so many answers is asked about
TITLES_ZH = {
    "pooled_cohort": "十年动脉粥样硬化性心血管病风险（PCE）",
    "prevent": "心血管病风险（PREVENT）",
    "score2": "十年心血管病风险（SCORE2）",
    "score2_op": "十年心血管病风险（SCORE2-OP）",
    "cha2ds2_va": "房颤卒中评分（CHA₂DS₂-VA）",
    "cha2ds2_vasc": "房颤卒中评分（CHA₂DS₂-VASc）",
    "has_bled": "出血评分（HAS-BLED）",
    "findrisc": "十年2型糖尿病风险（FINDRISC）",
    "egfr": "估算肾小球滤过率（CKD-EPI 2021）",
    "child_pugh": "肝功能分级（Child-Pugh）",
    "fib4": "肝纤维化指数（FIB-4）",
    "cockcroft_gault": "肌酐清除率（Cockcroft–Gault）",
}


def lines(values: Mapping[str, object]) -> tuple[list[Line], dict[str, RiskResult]]:
    """Return the lines of all scores, and the results by the score's name."""
    found: list[Line] = []
    results: dict[str, RiskResult] = {}
    for score, outcome in applicable(values):
        if isinstance(outcome, RiskResult):
            results[score.name] = outcome
            found.append(_result(score, outcome))
        elif isinstance(outcome, Missing) and _worth_asking(score, outcome, values):
            found.append(_missing(score, outcome))
        elif isinstance(outcome, NotApplicable) and not _for_another_age(score, outcome):
            text = f"{score.name} ({score.title}) was not calculated: {outcome}"
            zh = f"未计算{_title(score)}：{outcome}"
            found.append(Line("unread", text, zh, data={"score": score.name}))
    return found, results


def _for_another_age(score: Score, outcome: NotApplicable) -> bool:
    """Say whether only the age decides: SCORE2 and SCORE2-OP share the ages between them."""
    return score.name in ("score2", "score2_op") and outcome.reason.startswith("age_years")


def _worth_asking(score: Score, outcome: Missing, values: Mapping[str, object]) -> bool:
    """Say whether few answers are missing, and something beyond age and sex is known."""
    known = {one.name for one in score.arguments if one.required} & set(values)
    return len(outcome.arguments) <= FEW and bool(known - {"age_years", "sex"})


def _title(score: Score) -> str:
    return TITLES_ZH.get(score.name, score.title)


def _result(score: Score, outcome: RiskResult) -> Line:
    shown = f"{outcome.value:.{outcome.digits}f} {outcome.unit}"
    category = f" ({outcome.category})" if outcome.category else ""
    limits = " ".join(outcome.limits)
    return Line(
        "risks",
        f"{outcome.name}: {shown}{category}. {outcome.note} {limits}".replace("  ", " ").strip(),
        f"{_title(score)}：{shown}{category}。",
        sources=(outcome.source,),
        data={"score": score.name, **outcome.to_dict()},
    )


def _missing(score: Score, outcome: Missing) -> Line:
    asked = "; ".join(f"{one.question} (answers.{one.name})" for one in outcome.arguments)
    zh = questions_zh()
    asked_zh = "".join(f"{zh[one.name]}（answers.{one.name}）" for one in outcome.arguments)
    return Line(
        "ask",
        f"For {score.title} ({score.name}): {asked}",
        f"计算{_title(score)}还需要：{asked_zh}",
        sources=(source(score.source),),
        data={"score": score.name, "needs": [one.name for one in outcome.arguments]},
    )
