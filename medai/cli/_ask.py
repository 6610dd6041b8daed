"""What ``medai diagnose`` shows of an assessment, and the questions of ``--ask``."""

from __future__ import annotations

import sys
import textwrap
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from medai.diagnosis import Assessment
    from medai.diagnosis.questions import Question
    from medai.knowledge import KnowledgeGraph

COMMON, ASKED = 5, 3  # lines shown
MOST_QUESTIONS = 8
SAFETY_FIRST = 3  # of these, so many complete a red flag
YES = {"y", "yes", "j", "是", "有", "对"}
NO = {"n", "no", "否", "没有", "没", "無", "无", "不是"}
SKIP = {"", "d", "?", "dk", "don't know", "dont know", "不知道", "skip"}
STOP = {"q", "quit", "stop", "exit", "退出"}


def shown(text: str, width: int = 60) -> str:
    """Return text of the user in one line, without control characters, shortened."""
    plain = "".join(letter if letter.isprintable() else " " for letter in text)
    plain = " ".join(plain.split())
    return plain if len(plain) <= width else plain[: width - 1] + "…"


def print_assessment(answer: Assessment) -> None:
    """Print red flags, doubts, common conditions and what to ask."""
    for order in answer.reading.orders:
        print(f'Meant for the program, not read: "{shown(order.text)}" [{order.start}:{order.end}]')
    print_result(answer)
    if answer.questions:
        print("\nQuestions that tell most:")
    for one in answer.questions[:ASKED]:
        print(f"  {_text(one, answer)} ({one.gain:.2f} bits)")
    if answer.safety_questions:
        print("Questions that may complete a red flag:")
    for one in answer.safety_questions[:ASKED]:
        print(_wrap(f"  {_text(one, answer)} If yes: {one.why[0][1]}"))


def print_result(answer: Assessment) -> None:
    """Print red flags, doubts and the common conditions."""
    if answer.red_flags:
        print("\nRed flags, the most urgent first:")
    for flag in answer.red_flags:
        print(_wrap(f"  ! {flag.action}: {flag.flag} ({', '.join(flag.findings)}; {flag.source})"))
    if answer.suspected_flags:
        print(f"\nPossible red flags ({answer.flag_chance:.0%} that one is complete), ask now:")
    for one in answer.suspected_flags:
        print(_wrap(f"  ? {one.action}: {one.flag} (not known: {', '.join(one.findings)})"))
    if answer.unsure:
        print(_wrap(f"\nI don't know: {answer.unsure}"))
    for doubt in answer.doubts:
        if not doubt.decisive:
            print(_wrap(f"Beware: {shown(doubt.reason, 200)}"))
    print(f"\nCommon conditions, most probable first ({answer.setting}; table of this book)")
    for one in answer.common[:COMMON]:
        why = ", ".join(part.name for part in one.supporting[:3])
        zh = f" {one.name_zh}" if answer.reading.language == "zh" else ""
        print(
            _wrap(f"  {one.probability:4.0%}  {one.name}{zh} ({one.icd10}){': ' * bool(why)}{why}")
        )
    print(f"  {answer.other:4.0%}  something that is not in this table")


def ask(answer: Assessment, graph: KnowledgeGraph) -> Assessment:
    """Ask at the keyboard and return the assessment after the answers.

    Yes, no, or Enter for "I don't know"; ``q`` stops.  Flags that an answer completes are
    printed at once.
    """
    from medai.diagnosis import assess_reading

    asked: set[str] = set()
    flags = {flag.flag for flag in answer.red_flags}
    while len(asked) < MOST_QUESTIONS and (one := _next(answer, asked)):
        asked.add(one.hpo_id)
        said = _answer(f"\n{len(asked)}. {_text(one, answer)} [y/n/Enter/q] ")
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
                print(_wrap(f"  ! {flag.action}: {flag.flag}"))
        best = answer.common[0] if answer.common else None
        if best:
            print(f"  {best.probability:4.0%}  {best.name}")
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


def _text(one: Question, answer: Assessment) -> str:
    return one.text_zh if answer.reading.language == "zh" and one.text_zh else one.text


def _answer(prompt: str) -> str | None:
    """Return yes, no or "" (unknown); None at the end of the input."""
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
        print("Write y, n, or press Enter if you don't know; q stops.")
    return ""


def _wrap(line: str) -> str:
    return textwrap.fill(line, 96, subsequent_indent=" " * 8, replace_whitespace=False)
