"""The names of facts in a sentence, found and replaced; and what the other words may be."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from medai.diagnosis.facts import PATIENT, Fact
from medai.knowledge.words import normalise_word

_WORD = re.compile(r"[^\W_]+(?:'[a-z]+)?|\d+(?:[.,]\d+)*|[^\w\s]")
_SETTINGS = {
    "general practice": ("general practice",),
    "emergency": ("emergency department", "emergency departments"),
}
_DRUG = re.compile(
    r"(?:cillin|mycin|floxacin|cycline|azole|olol|pril|sartan|statin|mab|vir|profen|oxetine|"
    r"azepam|parin|prazole|tidine|triptan|formin|gliptin|sone|solone|caine|dipine)$"
    r"|^(?:aspirin|paracetamol|acetaminophen|insulin|oxygen|warfarin|morphine|codeine|digoxin|"
    r"colchicine|artesunate|antibiotics?|steroids?|drugs?|medicines?|tablets?)$"
)
_ADVISING = """should must need needs needed take takes avoid rest drink stop start call see consult
seek ask go treat treated treatment therapy recommend recommended advise ignore skip wait give
given use please help helps"""
_ADVICE = frozenset(_ADVISING.split())


@dataclass(frozen=True)
class Mention:
    """A name in the text: what it may stand for, as (letter, subject or object)."""

    meanings: tuple[tuple[str, str], ...] = field(default=())


def all_names(fact: Fact) -> tuple[str, ...]:
    """Return every name in a fact."""
    return (fact.subject, fact.object, *fact.names)


def _tokens(text: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(text)]


@functools.lru_cache(maxsize=4096)
def _key(name: str) -> tuple[str, ...]:
    """Return the words of a name in comparable form, punctuation left out."""
    return tuple(normalise_word(word) for word in _WORD.findall(name) if word[0].isalnum())


def _names(facts: Sequence[Fact]) -> dict[tuple[str, ...], set[tuple[str, str]]]:
    """Return every name of the facts with what it may stand for."""
    found: dict[tuple[str, ...], set[tuple[str, str]]] = {}

    def add(name: str, letter: str, meaning: str) -> None:
        for form in (name, f"{name}s"):
            if key := _key(form):
                found.setdefault(key, set()).add((letter, meaning))

    for fact in facts:
        if fact.subject != PATIENT:
            add(fact.subject, "C", fact.subject)
            if fact.subject.endswith(")"):  # Chickenpox (varicella)
                add(fact.subject[: fact.subject.rindex("(")], "C", fact.subject)
        if fact.relation in ("has", "has not", "finding", "against"):
            for name in (fact.object, *fact.names):
                add(name, "F", fact.object)
        elif fact.relation == "first test":
            add(fact.object, "T", fact.object)
        elif fact.relation == "prior":
            for name in _SETTINGS.get(fact.object, ()):
                add(name, "S", fact.object)
    return found


def masked(text: str, facts: Sequence[Fact]) -> tuple[list[str | Mention], list[str]]:
    """Replace the names in a text, the longest first; return tokens, and words left over."""
    names = _names(facts)
    longest = max((len(key) for key in names), default=0)
    tokens = _tokens(text)
    words = [(i, normalise_word(token)) for i, token in enumerate(tokens) if token[0].isalnum()]
    result: list[str | Mention] = []
    at, position = 0, 0  # in tokens, in words
    while position < len(words):
        result += tokens[at : words[position][0]]
        at = words[position][0]
        for size in range(min(longest, len(words) - position), 0, -1):
            run = words[position : position + size]
            between = tokens[run[0][0] : run[-1][0] + 1]
            meanings = names.get(tuple(word for _, word in run))
            if meanings and not set("".join(t for t in between if not t[0].isalnum())) & set(
                ".:%!?"
            ):
                result.append(Mention(tuple(sorted(meanings))))
                at, position = run[-1][0] + 1, position + size
                if tokens[at : at + 1] == [")"] and "(" in between:
                    at += 1
                break
        else:
            result.append(tokens[at])
            at, position = at + 1, position + 1
    result += tokens[at:]
    left = [one for one in result if isinstance(one, str) and one[0].isalpha()]
    return result, left


def about_words(words: list[str]) -> str:
    """Name the words that no fact and no form of sentence explains."""
    kinds = [
        ("a drug", [word for word in words if _DRUG.search(word)]),
        ("advice", [word for word in words if word in _ADVICE]),
        ("a negation", [w for w in words if w in {"no", "not", "never", "without", "nor"}]),
    ]
    for kind, found in kinds:
        if found:
            return f"{kind} that is in no fact: {', '.join(found[:3])}"
    return f"words that no fact explains: {', '.join(dict.fromkeys(words))}"[:200]
