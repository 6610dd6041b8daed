"""What a sentence of a note states of problems, medicines, values and allergies."""

from __future__ import annotations

import re
from dataclasses import dataclass

from medai.knowledge.negation import contexts
from medai.personalised.summary.cues import (
    AGAIN,
    ALLERGY,
    ALLERGY_HEADING,
    CLAUSE_ENDS,
    COURSE,
    CURED,
    DOSE,
    EXCEPTION,
    EXCHANGED_AFTER,
    EXCHANGED_BEFORE,
    FAMILY,
    GOAL,
    HABITS,
    HELD,
    MISTAKE,
    NO_ALLERGY,
    NUMBER,
    OPEN,
    PASSIVE,
    REFUTED,
    RESOLVED,
    STOP_REFUSED,
    SUSPECTED,
    TO_WHAT,
    UNNAMED,
    VALUE,
    VERB,
    WITNESS,
)
from medai.personalised.summary.names import Name, find_names, lasting_problems
from medai.personalised.summary.parts import Citation

FARTHEST = 400  # letters before a medicine in which its verb is sought


@dataclass(frozen=True)
class Statement:
    """What one sentence says of one matter.

    Attributes
    ----------
    kind
        ``problem``, ``medicine``, ``value``, ``allergy``, ``habit`` or ``open``.
    about
        The problem, ingredient, test …
    status
        Of a problem: present, resolved, excluded, suspected, family.  Of a medicine: start, change,
        current, course, stop, held, considered, avoid.  Of an allergy or habit: yes, no.
    detail
        Dose, or value with unit, as written.
    citation
        The sentence.
    """

    kind: str
    about: str
    status: str
    detail: str
    citation: Citation


def read_sentence(citation: Citation) -> list[Statement]:
    """Return what a sentence states, in the order of its words by kind."""
    quote = citation.quote
    found = [
        *_problems(citation),
        *_allergies(citation),
        *_medicines(citation),
        *_values(citation),
    ]
    for matter, (yes, no) in HABITS.items():
        if no.search(quote):
            found.append(Statement("habit", matter, "no", "", citation))
        elif yes.search(quote) and not FAMILY.search(quote):
            found.append(Statement("habit", matter, "yes", "", citation))
    if OPEN.search(quote):
        found.append(Statement("open", "to do", "open", "", citation))
    return found


def _problems(citation: Citation) -> list[Statement]:
    quote = _own_words(citation.quote)
    names = find_names(quote, "problem")
    found = []
    for name, context in zip(names, contexts(quote, [n[:2] for n in names]), strict=True):
        clause = quote[slice(*_clause(quote, name))]
        if context.family or FAMILY.search(clause):
            if context.status == "excluded":
                continue  # "no family history of": nobody has it
            status = "family"
        elif context.status == "excluded" or MISTAKE.search(quote):
            status = "excluded"
        elif _is_over(name.key, clause):
            status = "resolved"
        elif context.status == "uncertain" or SUSPECTED.search(clause):
            status = "suspected"
        else:
            status = "present"
        found.append(Statement("problem", name.key, status, "", citation))
    return found


def _own_words(quote: str) -> str:
    """Blank relatives who only speak or accompany, letter by letter, so that places stay."""
    return WITNESS.sub(lambda match: " " * len(match[0]), quote)


def _is_over(problem: str, clause: str) -> bool:
    """Whether a clause says that a problem has gone; asthma that settled is asthma still."""
    if problem in lasting_problems():
        return bool(CURED.search(clause))
    return bool(RESOLVED.search(clause))


def _clause(quote: str, name: Name) -> tuple[int, int]:
    """Return where the clause of a name begins and ends: between semicolons and "but"."""
    cuts = [0, *(m.end() for m in CLAUSE_ENDS.finditer(quote)), len(quote)]
    start = max(cut for cut in cuts if cut <= name.start)
    end = min(cut for cut in cuts if cut >= name.end)
    return start, end


def _medicines(citation: Citation) -> list[Statement]:
    quote = _own_words(citation.quote)
    names = find_names(quote, "medicine")
    found = []
    status_of = contexts(quote, [n[:2] for n in names])
    for number, (name, context) in enumerate(zip(names, status_of, strict=True)):
        after_end = names[number + 1].start if number + 1 < len(names) else len(quote)
        if FAMILY.search(quote[slice(*_clause(quote, name))]):
            continue
        after = quote[name.end : after_end]
        before = quote[max(0, name.start - FARTHEST) : name.start]
        event = _event(before, after)
        kept = STOP_REFUSED.search(before)  # "do not stop" denies the stopping, not the medicine
        if event in ("start", "current") and COURSE.search(after):
            event = "course"
        if _near_allergy(quote, name) and context.status != "excluded":
            event = "avoid"
        if context.status == "excluded" and event in ("current", "start", "change") and not kept:
            event = "stop" if re.search(r"no longer", context.cue, re.I) else "avoid"
        found.append(Statement("medicine", name.key, event, _dose(after), citation))
    return found


def _event(before: str, after: str) -> str:
    """Return what was done with a medicine, from the words before and after its name."""
    if (
        STOP_REFUSED.search(before) and not re.search("not|n't", after[:20])
    ) or STOP_REFUSED.search(after):
        return "current"
    if re.search(r"\bif\b[^;.]*\b(?:stop|start|restart)\s+$", before, re.I):
        return "considered"  # a condition, not an event
    if EXCHANGED_BEFORE.search(before) or EXCHANGED_AFTER.search(after):
        return "stop"
    if HELD.match(after) or re.search(r"\b(?:held|paused|withheld|suspended)\s+$", before, re.I):
        return "start" if AGAIN.search(after) else "held"
    passive = PASSIVE.match(after)
    if passive and passive.lastgroup == "stop" and AGAIN.search(after, passive.end()):
        return "start"
    if passive and not re.search(r"\band\b", after[: passive.start(passive.lastgroup)]):
        return {"begun": "start"}.get(passive.lastgroup, passive.lastgroup)
    verbs = list(VERB.finditer(before))
    if not verbs:
        return "current"
    strongest = verbs[-1]
    if strongest.lastgroup == "current" and len(verbs) > 1:
        near = verbs[-2]  # "discussed starting on", "allergic to … on"
        between = before[near.end() : strongest.start()]
        if len(between) < 12 and "," not in between:
            strongest = near
    return strongest.lastgroup or "current"


def _dose(after: str) -> str:
    doses = list(DOSE.finditer(after[:80]))
    if not doses:
        return ""
    to = re.search(rf"\bto\s+(?={NUMBER})", after)
    chosen = next((d for d in doses if to and d.start() >= to.end()), doses[0])
    return " ".join(chosen[0].split())


def _values(citation: Citation) -> list[Statement]:
    quote = citation.quote
    found = []
    for name in find_names(quote, "test"):
        if GOAL.search(quote[: name.start]):
            continue  # "target INR 2 to 3" was not measured
        match = VALUE.match(quote[name.end :])
        if match and match["value"]:
            unit = match["unit"] or ("mmHg" if name.key == "blood pressure" else "")
            text = f"{match['value']} {unit}".strip() if unit else f"{match['value']} (no unit)"
            found.append(Statement("value", name.key, "value", text, citation))
    return found


def _allergies(citation: Citation) -> list[Statement]:
    quote = _own_words(citation.quote)
    denies = NO_ALLERGY.search(quote)
    rest = quote[denies.end() :] if denies else ""
    if denies and not EXCEPTION.search(rest) and not ALLERGY.search(rest):
        return [Statement("allergy", "none known", "no", "", citation)]
    if not (denies or ALLERGY.search(quote)):
        return []
    names = [name for name in find_names(quote, "allergen") if _near_allergy(quote, name)]
    own = [name for name in names if not FAMILY.search(quote[slice(*_clause(quote, name))])]
    found = []
    for name, context in zip(own, contexts(quote, [n[:2] for n in own]), strict=True):
        refuted = not denies and (context.status == "excluded" or REFUTED.search(quote))
        found.append(Statement("allergy", name.key, "no" if refuted else "yes", "", citation))
    if not names and not FAMILY.search(quote) and (denies or TO_WHAT.search(quote)):
        found.append(Statement("allergy", UNNAMED, "yes", "", citation))
    return found


def _near_allergy(quote: str, name: Name) -> bool:
    clause = quote[slice(*_clause(quote, name))]
    heading = ALLERGY_HEADING.match(quote)
    if quote[name.end :].lstrip().startswith(":"):  # "Penicillin: hives, allergic to it"
        clause = quote[name.start :]
    if NO_ALLERGY.search(clause):
        return bool(EXCEPTION.search(quote[: name.start]))
    return bool(ALLERGY.search(clause) or heading)
