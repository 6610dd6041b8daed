"""An assessment as a page of Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from medai.datasets.common import common_conditions
from medai.diagnosis.assessment import DISCLAIMER, Assessment
from medai.diagnosis.candidates import Statement
from medai.diagnosis.flags import URGENCY
from medai.diagnosis.questions import Question
from medai.diagnosis.sources import Source

COMMON, RARE, STATEMENTS = 5, 5, 4  # lines shown; to_dict() has all
NO_LIST = (
    "## Common conditions",
    "",
    "No list: nothing was recognised, so it would only say how common each condition is.",
    "",
)
STATUS = {
    "present": "present",
    "absent": "denied",
    "uncertain": "uncertain: not used",
    "history": "earlier: used for rare diseases",
    "family": "a relative's: not used",
}


def markdown(answer: Assessment) -> str:
    """Return a report with the source of each statement."""
    notes: dict[Source, int] = {}

    def cite(source: Source) -> str:
        return f"[{notes.setdefault(source, len(notes) + 1)}]"

    lines = [
        *_flags(answer, cite),
        *_suspected(answer, cite),
        *_findings(answer),
        *_doubts(answer),
        *(_lists(answer, cite) if answer.reading.present or answer.reading.absent else NO_LIST),
        *_questions("Ask for safety", answer.safety_questions),
        *_questions("Ask next", answer.questions),
    ]
    if notes:
        lines += ["## Sources", ""]
        lines += [*(f"{i}. {_source(source)}" for source, i in notes.items()), ""]
    lines += [f"*{DISCLAIMER}*"]
    return "\n".join(lines) + "\n"


def plain(text: str) -> str:
    """Return words of the user in one line, without what Markdown or a terminal would obey."""
    shown = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return "".join(f"\\{c}" if c in "\\`*_[]<>#|!~$" else c for c in shown)


def _source(source: Source) -> str:
    if source.url:
        return f"{source.title}, <{source.url}> ({source.basis})"
    return f"{source.key} ({source.basis})" if source.key else source.basis


def _flags(answer: Assessment, cite) -> list[str]:
    if not answer.red_flags:
        return ["## Red flags", "", "None of the flags of the table is complete.", ""]
    return ["## Red flags", ""] + [
        f"- **{flag.action}**: {flag.flag} ({', '.join(flag.findings)}; "
        f"{URGENCY[flag.urgency]}) {cite(flag.source)}"
        for flag in answer.red_flags
    ] + [""]  # fmt: skip


def _suspected(answer: Assessment, cite) -> list[str]:
    if not answer.suspected_flags:
        return []
    lines = ["## Possible red flags", ""]
    lines += [f"The chance that one of these is complete is {answer.flag_chance:.0%}: ask now.", ""]
    lines += [
        f"- **{one.action}**: {one.flag} (not known: {', '.join(one.findings)}) {cite(one.source)}"
        for one in answer.suspected_flags
    ]
    return [*lines, ""]


def _findings(answer: Assessment) -> list[str]:
    lines = ["## Findings", ""]
    for row in answer.findings:
        said = f', "{plain(row["text"])}" [{row["start"]}:{row["end"]}]' if row["text"] else ""
        lines.append(f"- {row['name']} ({row['hpo_id']}): {STATUS[row['status']]}{said}")
    for one in answer.not_understood:
        lines.append(f'- not understood: "{plain(one["text"])}" ({one["reason"]})')
    for one in answer.reading.orders:
        lines.append(f'- meant for the program, not read: "{plain(one.text)}"')
    return [*lines, ""]


def _doubts(answer: Assessment) -> list[str]:
    if not answer.doubts:
        return []
    title = "## I don't know" if answer.unsure else "## Doubts"
    return [title, "", *(f"- {plain(one.reason)}" for one in answer.doubts), ""]


def _why(supporting: Iterable[Statement], opposing: Iterable[Statement], cite) -> list[str]:
    lines = []
    for sign, statements in (("for", supporting), ("against", opposing)):
        for one in tuple(statements)[:STATEMENTS]:
            how = f", {one.frequency:.0%} of patients" if one.frequency else ", not a finding of it"
            through = f", through {one.via}" if one.via else ""
            if sign == "against" and one.kind == "present" and one.via:
                how, through = ", not a finding of it", f" (only {one.via} is)"
            denied = " (denied)" if one.kind == "absent" else ""
            marks = "".join(cite(source) for source in one.sources)
            lines.append(f"   - {sign}: {one.name}{denied}{through}{how} {marks}".rstrip())
    return lines


def _lists(answer: Assessment, cite) -> list[str]:
    return [*_common(answer, cite), *_rare(answer, cite), *_tests(answer, cite)]


def _common(answer: Assessment, cite) -> list[str]:
    lines = ["## Common conditions, with probabilities", ""]
    for one in answer.common[:COMMON]:
        lines.append(
            f"{one.rank}. {one.name} ({one.name_zh}, {one.icd10}): **{one.probability:.0%}**, "
            f"{one.prior:.1%} before {cite(one.prior_source)}"
        )
        lines += _why(one.supporting, one.opposing, cite)
    lines += ["", f"Something that is not in this table: **{answer.other:.0%}**", ""]
    return lines


def _rare(answer: Assessment, cite) -> list[str]:
    if not answer.rare:
        return []
    lines = ["## Rare diseases, with scores (no probabilities)", ""]
    for one in answer.rare[:RARE]:
        score = one.score if one.reranked is None else one.reranked
        lines.append(f"{one.rank}. {one.name} ({one.id}): {score:.1f}")
        lines += _why(one.supporting, one.opposing, cite)
    return [*lines, ""]


def _tests(answer: Assessment, cite) -> list[str]:
    if not answer.tests:
        return []
    table = common_conditions()
    lines = ["## First tests", ""]
    for one in answer.tests:
        names = ", ".join(table[name].name for name in one.conditions)
        lines.append(f"- {one.test}: {one.why} ({names}) {cite(one.source)}")
    return [*lines, ""]


def _questions(title: str, questions: Sequence[Question]) -> list[str]:
    if not questions:
        return []
    lines = [f"## {title}", ""]
    for one in questions:
        both = f"{one.text} {one.text_zh}".strip()
        if one.why:
            flag, action = one.why[0]
            lines.append(f"- {both} A yes means: {flag}. {action}.")
        else:
            lines.append(f"- {both} {after(one)}")
    return [*lines, ""]


def after(one: Question) -> str:
    """Return in one sentence what yes and no would do.

    Examples
    --------
    >>> from medai.diagnosis import assess
    >>> answer = assess(["HP:0012735", "HP:0001945"], age=45, reorder=False)  # cough, fever
    >>> answer.questions[0].text
    'Do you have a blocked nose?'
    >>> after(answer.questions[0])
    'yes (40%): Common cold 56%; no (60%): Acute bronchitis 16%; worth 0.51 bits.'
    """
    table = common_conditions()
    parts = []
    for word, answer in (("yes", one.yes), ("no", one.no)):
        name, p = answer.top[0] if answer.top else ("", 0.0)
        best = f"{table[name].name} {p:.0%}" if name else "nothing listed"
        parts.append(f"{word} ({answer.probability:.0%}): {best}")
    return f"{'; '.join(parts)}; worth {one.gain:.2f} bits."
