"""What ``medai diagnose`` shows of an assessment, and the questions of ``--ask``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from medai.cli._page import heading, language, quoted, shown, wrap

if TYPE_CHECKING:
    from collections.abc import Iterable

    from medai.diagnosis import Assessment
    from medai.diagnosis.flags import RedFlag
    from medai.diagnosis.questions import Question
    from medai.diagnosis.sources import Source
    from medai.diagnosis.suspected import SuspectedFlag
    from medai.knowledge import KnowledgeGraph

COMMON, ASKED = 5, 3  # lines shown
MOST_QUESTIONS = 8
SAFETY_FIRST = 3  # of these, so many complete a red flag
YES = {"y", "yes", "j", "是", "是的", "有", "对", "對"}
NO = {"n", "no", "否", "没有", "没", "沒有", "無", "无", "不是"}
SKIP = {"", "d", "?", "？", "dk", "don't know", "dont know", "不知道", "skip"}
STOP = {"q", "quit", "stop", "exit", "退出", "结束"}


def print_assessment(answer: Assessment) -> None:
    """Print red flags, doubts, common conditions and what to ask."""
    from medai.diagnosis.phrases import action, say

    lang = language(answer.reading)
    for order in answer.reading.orders:
        said = f"{quoted(shown(order.text), lang)} [{order.start}:{order.end}]"
        print(f"{say('orders', lang)}{'：' if lang == 'zh' else ': '}{said}")
    print_result(answer)
    if answer.questions:
        print("\n" + heading(say("questions.title", lang), lang))
    for one in answer.questions[:ASKED]:
        print(say("questions.line", lang, question=_text(one, lang), gain=one.gain))
    if answer.safety_questions:
        print(heading(say("safety.title", lang), lang))
    for one in answer.safety_questions[:ASKED]:
        do = action(one.why[0][1], lang)
        print(wrap(say("safety.line", lang, question=_text(one, lang), action=do), lang))


def print_result(answer: Assessment) -> None:
    """Print red flags, doubts and the common conditions."""
    from medai.diagnosis.phrases import listed, say

    lang = language(answer.reading)
    if answer.red_flags:
        print("\n" + heading(say("flags.title", lang), lang))
    for flag in answer.red_flags:
        print(_flag("flags.line", flag, flag.hpo_ids, lang, source=_source(flag.source, lang)))
    if answer.suspected_flags:
        title = say("suspected.title", lang, chance=answer.flag_chance)
        print("\n" + heading(title, lang))
    for one in answer.suspected_flags:
        print(_flag("suspected.line", one, one.missing, lang))
    if lang == "zh" and (answer.red_flags or answer.suspected_flags):
        print(wrap(f"  {say('flags.note', lang)}", lang, rest=2))
    if answer.unsure:
        reason = answer.unsure_zh if lang == "zh" else answer.unsure
        print("\n" + wrap(say("unsure", lang, reason=shown(reason, 2000)), lang))
    for doubt in answer.doubts:
        if not doubt.decisive:
            reason = doubt.reason_zh if lang == "zh" else doubt.reason
            print(wrap(say("beware", lang, reason=shown(reason, 200)), lang))
    setting = say(f"setting.{answer.setting}", lang)
    print("\n" + say("common.title", lang, setting=setting))
    for one in answer.common[:COMMON]:
        parts = one.supporting[:3]
        why = listed([p.hpo_id for p in parts], [p.name for p in parts], lang)
        line = say(
            *("common.line", lang),
            **{"p": one.probability, "name": one.name, "name_zh": one.name_zh, "icd10": one.icd10},
        )
        mark = "：" if lang == "zh" else ": "
        print(wrap(f"{line}{mark}{why}" if why else line, lang))
    print(say("common.other", lang, p=answer.other))


def _flag(
    key: str, flag: RedFlag | SuspectedFlag, ids: Iterable[str], lang: str, **more: str
) -> str:
    from medai.diagnosis.phrases import action, listed, say

    names = listed(ids, flag.findings, lang)
    do = action(flag.action, lang)
    return wrap(say(key, lang, action=do, flag=flag.flag, findings=names, **more), lang)


def _source(source: Source, lang: str) -> str:
    """Return a source with what it rests on; titles stay as they are."""
    from medai.diagnosis.phrases import phrases, say

    key = f"basis.{source.basis}"
    if lang == "en" or key not in phrases():
        return str(source)
    basis = say(key, lang)
    return f"{source.title}，{basis}" if source.title else source.key or basis


def ask(answer: Assessment, graph: KnowledgeGraph) -> Assessment:
    """Ask at the keyboard and return the assessment after the answers.

    Yes, no, or Enter for "I don't know"; ``q`` stops.  Flags that an answer completes are
    printed at once.
    """
    from medai.diagnosis import assess_reading
    from medai.diagnosis.phrases import say

    lang = language(answer.reading)
    asked: set[str] = set()
    flags = {flag.flag for flag in answer.red_flags}
    while len(asked) < MOST_QUESTIONS and (one := _next(answer, asked)):
        asked.add(one.hpo_id)
        question = say("ask.prompt", lang, n=len(asked), question=_text(one, lang))
        said = _answer(f"\n{question}", lang)
        if said is None:
            break
        if said == "":
            continue
        reading = answer.reading.with_answer(graph, one.hpo_id, said == "yes")
        if not reading.present and not reading.past:
            continue
        patient = (answer.age, answer.sex, answer.setting)
        answer = assess_reading(reading, *patient, graph=graph)
        for flag in answer.red_flags:
            if flag.flag not in flags:
                flags.add(flag.flag)
                print(_flag("flags.new", flag, flag.hpo_ids, lang))
        best = answer.common[0] if answer.common else None
        if best:
            names = {"name": best.name, "name_zh": best.name_zh}
            print(say("ask.best", lang, p=best.probability, **names))
    print()
    print_result(answer)
    return answer


def _next(answer: Assessment, asked: set[str]) -> Question | None:
    """Return the next question: some that complete urgent flags, then what tells most."""
    safety = [q for q in answer.safety_questions if q.hpo_id not in asked]
    others = [q for q in answer.questions if q.hpo_id not in asked]
    if safety and len(asked) < SAFETY_FIRST:
        return safety[0]
    return next(iter([*others, *safety]), None)


def _text(one: Question, lang: str) -> str:
    """Return the question; in Chinese by the finding's name where there is no Chinese one."""
    from medai.diagnosis.phrases import finding, say

    if lang == "en":
        return one.text
    return one.text_zh or say("question.unknown", lang, name=finding(one.hpo_id, one.name, lang))


def _answer(prompt: str, lang: str) -> str | None:
    """Return yes, no or "" (unknown); None at the end of the input."""
    from medai.diagnosis.phrases import say

    for _ in range(3):
        print(prompt, end="", flush=True)
        line = sys.stdin.readline()
        if not line or line.strip().lower() in STOP:
            return None
        word = line.strip().lower()
        if word in YES:
            return "yes"
        if word in NO:
            return "no"
        if word in SKIP:
            return ""
        print(say("ask.again", lang))
    return ""
