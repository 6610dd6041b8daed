"""The coverage check: does a text say anything that the facts do not?

Every sentence must cite its facts (``[3]``), must be built from their names and from the words
of a small grammar (:mod:`medai.diagnosis.grammar`), and must say of them what they say: the same
relation, the right way round, the same frequency, the same number, denied where they are denied,
estimates marked as such.  Anything else is unsupported.  The check is meant to refuse too much:
a sentence that it does not understand is replaced by the template's, which costs style only.

How often it is right is measured on ``data/grounding/``.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from medai.diagnosis.explain import LANGUAGES, sentence
from medai.diagnosis.facts import PATIENT, Fact, Facts
from medai.diagnosis.grammar import FORMS, VOCABULARY, Form, with_quantities
from medai.knowledge.words import normalise_word
from medai.runtime import MedaiError

_CITATION = re.compile(r"\[([^\[\]]*)\]")
_SPLIT = re.compile(r"(?<=[.!?。！？])\s+|(?<=[。！？])|\n+")
_WORD = re.compile(r"[^\W_]+(?:'[a-z]+)?|\d+(?:[.,]\d+)*|[^\w\s]")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_AGAINST = re.compile(r"^against this ?: ?", re.I)
_SETTINGS = {
    "general practice": ("general practice",),
    "emergency": ("emergency department", "emergency departments"),
}
MOST_NAMES = 8  # in one sentence
_DRUG = re.compile(
    r"(?:cillin|mycin|floxacin|cycline|azole|olol|pril|sartan|statin|mab|vir|profen|oxetine|"
    r"azepam|parin|prazole|tidine|triptan|formin|gliptin|sone|solone|caine|dipine)$"
    r"|^(?:aspirin|paracetamol|acetaminophen|insulin|oxygen|warfarin|morphine|codeine|digoxin|"
    r"colchicine|artesunate|antibiotics?|steroids?|drugs?|medicines?|tablets?)$"
)
_ADVICE = frozenset(
    """should must need needs needed take takes avoid rest drink stop start call see consult seek
    ask go treat treated treatment therapy recommend recommended advise ignore skip wait give
    given use please help helps""".split()
)


@dataclass(frozen=True)
class Statement:
    """One sentence of a text.

    Attributes
    ----------
    text
        As it stands, with its citations.
    facts
        The facts that it cites.
    supported
        Whether they say the same.
    why
        What is wrong; "" when it is supported.
    """

    text: str
    facts: tuple[Fact, ...]
    supported: bool
    why: str = ""


@dataclass(frozen=True)
class Coverage:
    """What :func:`check` found.

    Attributes
    ----------
    statements
        All sentences, in order.
    """

    statements: tuple[Statement, ...]

    @property
    def supported(self) -> tuple[Statement, ...]:
        """The sentences that the facts cover."""
        return tuple(one for one in self.statements if one.supported)

    @property
    def unsupported(self) -> tuple[Statement, ...]:
        """The sentences that they do not."""
        return tuple(one for one in self.statements if not one.supported)

    @property
    def why(self) -> tuple[str, ...]:
        """Why, one line for each unsupported sentence."""
        return tuple(one.why for one in self.unsupported)

    @property
    def ok(self) -> bool:
        """Whether there is a text and the facts cover all of it."""
        return bool(self.statements) and not self.unsupported


def check(text: str, facts: Facts | Iterable[Fact]) -> Coverage:
    """Hold every sentence of a text against the facts that it cites.

    Parameters
    ----------
    text : str
        With citations such as ``[3]`` or ``[3, teaching estimate]`` in every sentence.
    facts : Facts or iterable of Fact
        With their numbers.

    Returns
    -------
    Coverage
        An empty text has no statement and is not ``ok``.

    Examples
    --------
    >>> book = common_facts("influenza", ["HP:0012735"])                 # doctest: +SKIP
    >>> check("People with influenza always have cough [3].", book).why  # doctest: +SKIP
    ('the number or frequency differs from fact 3 (very frequent, 93 %)',)
    """
    if not isinstance(text, str):
        raise MedaiError(f"check() takes a text, not {type(text).__name__}.")
    facts = list(facts)
    if any(fact.id < 1 for fact in facts):
        raise MedaiError("A fact has no number: put the facts into Facts([...]) first.")
    parts = (part.strip() for part in _SPLIT.split(text))
    return Coverage(tuple(_statement(part, facts) for part in parts if part))


def _statement(text: str, facts: Sequence[Fact]) -> Statement:
    cited, why = _cited(text, facts)
    if not why:
        why = _why_not(text, cited, facts)
    return Statement(text, tuple(cited), not why, why)


def _cited(text: str, facts: Sequence[Fact]) -> tuple[list[Fact], str]:
    """Return the facts that a sentence cites, and what is wrong with the citations."""
    by_id = {fact.id: fact for fact in facts}
    cited = []
    for content in _CITATION.findall(text):
        number = re.match(r"\d{1,4}(?!\d)", content)
        fact = by_id.get(int(number[0])) if number else None
        if fact is None:
            return cited, f"[{content}] is no fact"
        cited.append(fact)
    if not cited:
        return cited, "no citation"
    if len(set(map(id, cited))) < len(cited):
        return cited, "a fact is cited twice"
    return cited, ""


def _why_not(text: str, cited: list[Fact], facts: Sequence[Fact]) -> str:
    """Return why the cited facts do not say this; "" when they do."""
    if _is_template(text, cited):
        return ""
    for fact in cited:
        if fact.citation not in text:
            return f"the citation must read {fact.citation}"
    known = set("".join(name for fact in facts for name in _all_names(fact)))
    odd = [c for c in text if not (c.isascii() and c.isprintable()) and c not in known | {"’"}]
    if odd:
        return f"a character that is not English: {odd[0]!r} (U+{ord(odd[0]):04X})"
    bare = _CITATION.sub(" ", text.replace("’", "'")).strip()
    if not bare.endswith("."):
        return "no statement: it does not end with a full stop"
    bare, against = _AGAINST.subn("", bare[:-1].strip())
    if against and not all(fact.denied for fact in cited):
        return "'against this' is said of a finding that the patient has"
    return _compare(bare, cited, facts)


def _is_template(text: str, cited: list[Fact]) -> bool:
    """Tell whether this is word for word what the template writes of these facts."""
    for lang in LANGUAGES:
        try:
            if sentence(cited, lang) == text:
                return True
        except MedaiError:  # these facts do not make one sentence
            return False
    return False


# -- names -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Mention:
    """A name in the text: what it may stand for, as (letter, subject or object)."""

    meanings: tuple[tuple[str, str], ...] = field(default=())


def _all_names(fact: Fact) -> tuple[str, ...]:
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


def _masked(text: str, facts: Sequence[Fact]) -> tuple[list[str | _Mention], list[str]]:
    """Replace the names in a text, the longest first; return tokens, and words left over."""
    names = _names(facts)
    longest = max((len(key) for key in names), default=0)
    tokens = _tokens(text)
    words = [(i, normalise_word(token)) for i, token in enumerate(tokens) if token[0].isalnum()]
    result: list[str | _Mention] = []
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
                result.append(_Mention(tuple(sorted(meanings))))
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


# -- meaning ---------------------------------------------------------------------------------


def _compare(text: str, cited: list[Fact], facts: Sequence[Fact]) -> str:
    """Return why a sentence without citations does not say what the cited facts say."""
    tokens, left = _masked(text, facts)
    mentions = [one for one in tokens if isinstance(one, _Mention)]
    if unknown := [word for word in left if word not in VOCABULARY]:
        return _about_words(unknown)
    if len(mentions) > MOST_NAMES:
        return f"more than {MOST_NAMES} names in one sentence"
    why = "no form of sentence that is known"
    for meaning in itertools.product(*(one.meanings for one in mentions)):
        letters = iter(letter for letter, _ in meaning)
        words = " ".join(t if isinstance(t, str) else next(letters) for t in tokens)
        words, said = with_quantities(_joined(words))
        for form in FORMS:
            if form.pattern.fullmatch(words):
                wrong = _differs(form, meaning, said, cited)
                if not wrong:
                    return ""
                why = wrong
    return why


def _joined(words: str) -> str:
    """Join figures that were cut apart: "81 . 7", "10 , 000", and per cent signs."""
    return re.sub(r"(?<=\d) ([.,]) (?=\d)", r"\1", words).replace(" %", "%")


def _differs(
    form: Form,
    meaning: Sequence[tuple[str, str]],
    said: list[tuple[str, str]],
    cited: list[Fact],
) -> str:
    """Return how the sentence differs from the facts; "" when it says the same."""
    conditions = [name for letter, name in meaning if letter == "C"]
    objects = [name for letter, name in meaning if letter != "C"]
    subject = conditions[0] if conditions else PATIENT
    if len(conditions) > 1:
        return "more than one condition in a sentence"
    for fact in cited:
        if fact.relation != form.relation or fact.subject != subject or fact.object not in objects:
            return f"it is not what fact {fact.id} says"
        if not _same_quantity(form, said, fact):
            told = ", ".join(part for part in (fact.value, fact.share) if part)
            return f"the number or frequency differs from fact {fact.id} ({told or 'not stated'})"
    told = [fact.object for fact in cited]
    if sorted(told) != sorted(objects):
        missing = next((name for name in objects if name not in told), objects[0])
        return f"{missing!r} is in no fact that is cited"
    return ""


def _same_quantity(form: Form, said: list[tuple[str, str]], fact: Fact) -> bool:
    """Tell whether frequency and numbers are those of the fact."""
    if fact.relation == "prior":
        return said == [("M", fact.value)]
    if fact.relation != "finding":
        return not said
    if not said:
        return fact.value in form.bare if fact.value else len(form.bare) == 5
    classes = [value for letter, value in said if letter in "AJQ"]
    shares = [value for letter, value in said if letter == "N"]
    others = [value for letter, value in said if letter == "M"]
    return (
        len(classes) <= 1
        and len(shares) <= 1
        and not others
        and all(value == fact.value for value in classes)
        and all(value == fact.share for value in shares)
    )


def _about_words(words: list[str]) -> str:
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
