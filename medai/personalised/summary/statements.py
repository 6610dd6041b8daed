"""What a sentence of a note states of problems, medicines, values and allergies."""

from __future__ import annotations

import re
from dataclasses import dataclass

from medai.knowledge.negation import contexts
from medai.personalised.summary.names import Name, find_names, lasting_problems
from medai.personalised.summary.parts import Citation

RESOLVED = re.compile(
    r"\b(?:resolved|settled|cleared|healed|cured|in remission|fully recovered|treated successfully|"
    r"completely better)\b",
    re.I,
)
CURED = re.compile(r"\b(?:cured|in remission|never had it)\b", re.I)
FAMILY = re.compile(
    r"\b(?:mother|father|brother|sister|parents?|family history|grand(?:mother|father)|aunt|uncle|"
    r"son|daughter)\b",
    re.I,
)
SUSPECTED = re.compile(
    r"\b(?:possible|possibly|probable|suspected|suspicion of|query|likely|may (?:have|be)|"
    r"might be|rule out|to exclude|differential)\b|\?",
    re.I,
)
NUMBER = r"\d+(?:[.,]\d+)?"
DOSE = re.compile(
    rf"(?P<dose>{NUMBER})\s*(?P<unit>mg|micrograms?|mcg|µg|g|units?|ml|puffs?)\b"
    r"(?P<often>(?:\s+(?:once|twice|three times|four times|a|per|each|every|daily|day|night|"
    r"nightly|week|weekly|morning|evening|in the|at|od|bd|tds|qds|nocte|prn|as needed)\b)*)",
    re.I,
)
COURSE = re.compile(r"\bfor (?:an?|another|\w+|\d+)(?: more)? (?:days?|weeks?)\b", re.I)
EVENTS = {  # what was done with a medicine, by the words that say so
    "stop": r"stopped|stop|discontinued|discontinue|withheld|withdrawn|ceased|came off|weaned off|"
    r"no longer tak(?:es|ing)|no longer on|finished|completed",
    "considered": r"consider(?:ed|ing)?|discussed|offered|declined|refused|suggested?|proposed|"
    r"recommend(?:ed)?|not keen on|if needed later|could try|plan to start|may need",
    "avoid": r"avoid(?:ed|ing)?|allergic to|allergy to|intolerant of|should not have|must not have|"
    r"contraindicated",
    "course": r"treated with|course of|days of|weeks of|a short course|loaded with",
    "start": r"started|start|restarted|restart|commenced|initiated|begun|began|added|"
    r"prescribed|given|switched to|changed to",
    "change": r"increased?|reduced?|titrated|halved|doubled|raised|lowered|up to|down to",
    "current": r"continues?|continued|remains on|takes|taking|still on|current(?:ly)?|on",
}
VERB = re.compile("|".join(f"(?P<{key}>\\b(?:{words})\\b)" for key, words in EVENTS.items()), re.I)
PASSIVE = re.compile(
    r"^(?:[^,;.]{0,40}?)\b(?:was|were|is|has been|have been|had been|being)?\s*"
    rf"(?P<stop>{EVENTS['stop']})\b|^(?:[^,;.]{{0,40}}?)\b(?:was|were|has been|had been)\s+"
    rf"(?P<start>{EVENTS['start']})\b|^[^,;.]{{0,40}}?\b(?:was|were|has been|had been)\s+"
    rf"(?P<change>{EVENTS['change']})\b|^[^,;.]{{0,40}}?\b(?:was|were)\s+"
    rf"(?P<considered>{EVENTS['considered']})\b|^[^,;.]{{0,40}}?\b(?P<begun>started|added|"
    r"commenced|restarted)\b(?=\s*$|\s*[.,;]|\s+(?:and|by|in|on|after|because|for|today)\b)",
    re.I,
)
NO_ALLERGY = re.compile(
    r"\b(?:nkda|no known (?:drug )?allerg(?:y|ies)|no (?:drug )?allergies)\b", re.I
)
ALLERGY = re.compile(
    r"\ballerg(?:y|ic|ies)\b|\banaphyla\w+|\bintoleran(?:t|ce)\b|\b(?:rash|hives|swelling|itch)\w* "
    r"(?:after|with|to|from)\b|\b(?:caused|gave|makes|made)\b.{0,30}\b(?:rash|hives|itch\w*)\b",
    re.I,
)
VALUE = re.compile(
    rf"^\s*(?:was|is|of|at|now|today|:|=|again|still|up|down|to|\s)*\s*"
    rf"(?P<value>{NUMBER}(?:\s*/\s*\d+)?)\s*(?P<unit>%|mmol/mol|mmol/L|µmol/L|umol/L|micromol/L|g/L|"
    r"g/dL|mg/dL|ml/min(?:/1\.73\s?m2)?|mL/min(?:/1\.73\s?m2)?|mmHg|kg|IU/L|U/L|mIU/L|mU/L|ng/mL|"
    r"µg/L|ug/L|L/min|mg/L|x10\^9/L)?",
    re.I,
)
OPEN = re.compile(
    r"\b(?:await(?:s|ing|ed)?|pending|chase|to be repeated|recheck|repeat\b.{0,40}\bin\b|referred|"
    r"referral|book(?:ed)? for|due in|review in|follow[- ]up|to see)\b",
    re.I,
)
HABITS = {  # matter: (words that affirm it, words that deny it)
    "smoking": (
        re.compile(r"\b(?:current smoker|smokes|smoker|smoking \d|cigarettes a day)\b", re.I),
        re.compile(r"\b(?:never smoked|non-?smoker|does not smoke|never a smoker)\b", re.I),
    )
}


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
        current, course, stop, considered, avoid.  Of an allergy or habit: yes, no.
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
    quote = citation.quote
    names = find_names(quote, "problem")
    found = []
    for name, context in zip(names, contexts(quote, [n[:2] for n in names]), strict=True):
        clause = quote[slice(*_clause(quote, name))]
        if context.family or FAMILY.search(clause):
            status = "family"
        elif context.status == "excluded":
            status = "excluded"
        elif _is_over(name.key, clause):
            status = "resolved"
        elif context.status == "uncertain" or SUSPECTED.search(clause):
            status = "suspected"
        else:
            status = "present"
        found.append(Statement("problem", name.key, status, "", citation))
    return found


def _is_over(problem: str, clause: str) -> bool:
    """Whether a clause says that a problem has gone; asthma that settled is asthma still."""
    if problem in lasting_problems():
        return bool(CURED.search(clause))
    return bool(RESOLVED.search(clause))


def _clause(quote: str, name: Name) -> tuple[int, int]:
    """Return where the clause of a name begins and ends: between semicolons and "but"."""
    cuts = [0, *(m.end() for m in re.finditer(r";|\bbut\b|: ", quote)), len(quote)]
    start = max(cut for cut in cuts if cut <= name.start)
    end = min(cut for cut in cuts if cut >= name.end)
    return start, end


def _medicines(citation: Citation) -> list[Statement]:
    quote = citation.quote
    names = find_names(quote, "medicine")
    if FAMILY.search(quote):
        return []
    found = []
    status_of = contexts(quote, [n[:2] for n in names])
    for number, (name, context) in enumerate(zip(names, status_of, strict=True)):
        after_end = names[number + 1].start if number + 1 < len(names) else len(quote)
        after = quote[name.end : after_end]
        event = _event(quote[: name.start], after)
        if event in ("start", "current") and COURSE.search(after):
            event = "course"
        if _near_allergy(quote, name) and context.status != "excluded":
            event = "avoid"
        if context.status == "excluded" and event in ("current", "start", "change"):
            event = "stop" if re.search(r"no longer", context.cue, re.I) else "avoid"
        found.append(Statement("medicine", name.key, event, _dose(after), citation))
    return found


def _event(before: str, after: str) -> str:
    """Return what was done with a medicine, from the words before and after its name."""
    passive = PASSIVE.match(after)
    if passive and not re.search(r"\band\b", after[: passive.start(passive.lastgroup)]):
        return {"begun": "start"}.get(passive.lastgroup, passive.lastgroup)
    verbs = list(VERB.finditer(before))
    if not verbs:
        return "current"
    strongest = verbs[-1]
    if strongest.lastgroup == "current" and len(verbs) > 1:
        near = verbs[-2]  # "discussed starting on", "allergic to … on"
        if strongest.start() - near.end() < 12:
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
        match = VALUE.match(quote[name.end :])
        if match and match["value"]:
            unit = match["unit"] or ("mmHg" if name.key == "blood pressure" else "")
            text = f"{match['value']} {unit}".strip() if unit else f"{match['value']} (no unit)"
            found.append(Statement("value", name.key, "value", text, citation))
    return found


def _allergies(citation: Citation) -> list[Statement]:
    quote = citation.quote
    if NO_ALLERGY.search(quote):
        return [Statement("allergy", "none known", "no", "", citation)]
    if not ALLERGY.search(quote) or FAMILY.search(quote):
        return []
    names = find_names(quote, "allergen")
    status = contexts(quote, [n[:2] for n in names])
    return [
        Statement("allergy", name.key, "yes", "", citation)
        for name, context in zip(names, status, strict=True)
        if context.status != "excluded" and _near_allergy(quote, name)
    ]


def _near_allergy(quote: str, name: Name) -> bool:
    clause = quote[slice(*_clause(quote, name))]
    return bool(ALLERGY.search(clause))
