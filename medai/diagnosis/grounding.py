"""The coverage check: a text may say nothing that the facts do not say.

Every sentence must cite its facts (``[3]``), must be built from their names and from the words
of a small grammar (:mod:`medai.diagnosis.grammar`), and must say of them what they say: the same
relation, the right way round, the same frequency, the same number, denied where they are denied,
estimates marked as such.  Anything else is unsupported.  The check is meant to refuse too much:
a sentence that it does not understand is replaced by the template's, which costs style only.

How often it is right is measured on ``data/grounding/``.

Of the package's three checks this is the only one whose source is a table of facts, so it can
demand a whole sentence that a grammar understands.  :mod:`medai.llm.rag.grounded` compares words
with a sentence of a passage, :mod:`medai.literature.checks` looks for contradictions with a whole
text; numbers, denials, names and ends of sentences mean something else to each, and a part
borrowed from another changes verdicts.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from medai.diagnosis.explain import LANGUAGES, sentence
from medai.diagnosis.facts import PATIENT, Fact, Facts
from medai.diagnosis.grammar import FORMS, VOCABULARY, Form, with_quantities
from medai.diagnosis.mentions import Mention, about_words, all_names, masked
from medai.runtime import MedaiError

_CITATION = re.compile(r"\[([^\[\]]*)\]")
_AFTER_CITATION = re.compile(r"(?<=\]\.)\s+|(?<=\]。)|\n+")
_SPLIT = re.compile(r"(?<=[.!?。！？])\s+|(?<=[。！？])|\n+")
_AGAINST = re.compile(r"^against this ?: ?", re.I)
MOST_NAMES = 8  # in one sentence


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
    >>> cough = Fact("Influenza", "finding", "Cough", "a trial", "opened", "very frequent")
    >>> book = Facts([cough])
    >>> check("People with influenza very often have cough [1].", book).why
    ()
    >>> check("People with influenza always have cough [1].", book).why
    ('the number or frequency differs from fact 1 (very frequent)',)
    >>> check("People with influenza very often have cough.", book).why
    ('no citation',)
    """
    if not isinstance(text, str):
        raise MedaiError(f"check() takes a text, not {type(text).__name__}.")
    facts = list(facts)
    if any(fact.id < 1 for fact in facts):
        raise MedaiError("A fact has no number: put the facts into Facts([...]) first.")
    return Coverage(tuple(_statement(part, facts) for part in _sentences(text, facts)))


def _sentences(text: str, facts: Sequence[Fact]) -> Iterator[str]:
    """Yield the sentences; one of the template is not cut at a stop inside a name ("No. 2")."""
    for part in _AFTER_CITATION.split(text):
        cited, why = _cited(part, facts)
        if not why and _is_template(part.strip(), cited):
            yield part.strip()
        else:
            yield from (one.strip() for one in _SPLIT.split(part) if one.strip())


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
    known = set("".join(name for fact in facts for name in all_names(fact)))
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


# -- meaning ---------------------------------------------------------------------------------


def _compare(text: str, cited: list[Fact], facts: Sequence[Fact]) -> str:
    """Return why a sentence without citations does not say what the cited facts say."""
    tokens, left = masked(text, facts)
    mentions = [one for one in tokens if isinstance(one, Mention)]
    if unknown := [word for word in left if word not in VOCABULARY]:
        return about_words(unknown)
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
