"""A small fact check: doses, drugs, sides and denials of a retelling against its source.

It reads five kinds of fact by rules and compares them, so every refusal says why.  It stands for
an entailment model, which the book cannot install offline.  It does not understand: what it
passes is not proved, only not refuted, and a statement without a number, a drug or a side can be
left out unseen.  Both texts must tell the same, so it asks more than
:mod:`medai.literature.checks`, whose summaries may leave things out.

The rules were written on the development half of ``data/judging`` (book, Chapter 37).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from medai.knowledge.words import normalise_word
from medai.llm.rag.grounded import medicines
from medai.runtime import MedaiError

KINDS = ("dose", "unit", "often", "side", "drug", "negation", "time")
_COUNTED = "one two three four five six seven eight nine ten eleven twelve"
_NUMBERS = {word: str(i) for i, word in enumerate(_COUNTED.split(), 1)}
_NUMBERS |= {"half a": "0.5", "half": "0.5", "a": "1", "single": "1"}
# unit to its base unit and how many of the base it is
_UNITS = {
    **dict.fromkeys(("g", "gram", "grams"), ("mg", "1000")),
    **dict.fromkeys(("mg", "milligram", "milligrams"), ("mg", "1")),
    **dict.fromkeys(("micrograms", "microgram", "mcg", "µg"), ("mg", "0.001")),
    **dict.fromkeys(("units", "unit"), ("units", "1")),
    **dict.fromkeys(("ml", "millilitres", "millilitre"), ("mL", "1")),
    **dict.fromkeys(("%", "per cent", "percent"), ("%", "1")),
}
_AMOUNT = re.compile(
    rf"(\d+(?:\.\d+)?|\b(?:{'|'.join(sorted(_NUMBERS, key=len, reverse=True))})\b)[\s-]*"
    rf"({'|'.join(sorted(map(re.escape, _UNITS), key=len, reverse=True))})(?![\w/])",
    re.I,
)
_OFTEN = (
    (
        re.compile(r"\b(?:once|one day)?\s*(?:weekly|(?:a|per|each|of the|every) week)\b", re.I),
        "week",
    ),
    (re.compile(r"\b(?:daily|(?:a|per|each|every) (?:day|morning|evening|night))\b", re.I), "day"),
)
_SIDE = re.compile(r"\b(left|right)\b", re.I)
_TWO_WORDS = (
    *("ferrous sulfate", "folic acid", "glyceryl trinitrate", "tranexamic acid"),
    *("insulin glargine", "insulin aspart", "vitamin a", "vitamin d", "vitamin k"),
)
_DAYS = "monday tuesday wednesday thursday friday saturday sunday"
_MONTHS = "january february march april may june july august september october november december"
_TIME = re.compile(rf"\b(?:{'|'.join((_DAYS + ' ' + _MONTHS).title().split())}|(?:19|20)\d\d)\b")
_BESIDE = re.compile(r"(\d+(?:\.\d+)?) (?:instead of|or|to) (\d+(?:\.\d+)? ?)([a-z%]+)", re.I)
_CUE = re.compile(
    r"\b(?:no|not|without|never|denies|denied|cannot|nothing|free (?:of|from))\b|n't\b", re.I
)
_ABSENT = re.compile(r"\b(?:is|are|was|were) absent\b", re.I)
_ENDS = re.compile(r"[.;:,]|\b(?:and|but|which|while)\b", re.I)
_WORD = re.compile(r"[a-z][a-z'-]+", re.I)
_SMALL = (
    "a an the any of is are was were be been has have had does do did her his their its she he it "
    "they to in on at for with from by or further now more longer but no not without never denies "
    "denied cannot absent nothing still every reports reported seen heard"
)
_EMPTY = frozenset(map(normalise_word, _SMALL.split()))


@dataclass(frozen=True)
class StatedFacts:
    """What a text says, as far as the rules read it.

    Attributes
    ----------
    amounts
        (value in the base unit, base unit) of every amount.
    written
        (number, unit) of every amount as it stands.
    often
        "day", "week".
    sides, drugs, times
        "left" and "right"; names of medicines; weekdays, months, years.
    denied
        For each denial the words of content in its scope, in comparable form.
    told
        The words of content outside every such scope.
    """

    amounts: frozenset
    written: frozenset
    often: frozenset
    sides: frozenset
    drugs: frozenset
    times: frozenset
    denied: frozenset
    told: frozenset


@dataclass(frozen=True)
class Problem:
    """Why a retelling is not its source: one of :data:`KINDS`, and the reason in words."""

    kind: str
    words: str


def read_facts(text: str) -> StatedFacts:
    """Read amounts, frequencies, sides, drugs, times and denials of an English text.

    Raises
    ------
    MedaiError
        For something other than a text with words.

    Examples
    --------
    >>> sorted(read_facts("Half a gram of metformin for the left foot").amounts)
    [('500', 'mg')]
    """
    if not isinstance(text, str) or not text.strip():
        raise MedaiError(f"read_facts() takes a text with words, not {text!r}.")
    amounts, written = set(), set()
    whole = _BESIDE.sub(r"\1 \3 \2\3", text)  # "5 instead of 10 mg" is two amounts
    for number, unit in _AMOUNT.findall(whole):
        number = _NUMBERS.get(number.lower(), number)
        base, factor = _UNITS[unit.lower()]
        value = (Decimal(number) * Decimal(factor)).normalize()
        amounts.add((f"{value:f}", base))
        written.add((f"{Decimal(number).normalize():f}", unit.lower()))
    low = text.lower()
    words = {normalise_word(w) for w in _WORD.findall(low)}
    drugs = {w for w in words if w in medicines()} | {two for two in _TWO_WORDS if two in low}
    denied, told = _denials(low)
    return StatedFacts(
        amounts=frozenset(amounts),
        written=frozenset(written),
        often=frozenset(name for pattern, name in _OFTEN if pattern.search(text)),
        sides=frozenset(side.lower() for side in _SIDE.findall(text)),
        drugs=frozenset(drugs),
        times=frozenset(_TIME.findall(text)),
        denied=frozenset(denied),
        told=frozenset(told),
    )


def _denials(low: str) -> tuple[set[frozenset[str]], set[str]]:
    """Return the words of content in the scope of each denial, and the words in none."""
    denied, told = set(), set()
    start = 0
    for end in (*(m.start() for m in _ENDS.finditer(low)), len(low)):
        clause, start = low[start:end], end
        if cue := _CUE.search(clause):
            outside, inside = clause[: cue.start()], clause[cue.end() :]
        elif cue := _ABSENT.search(clause):  # "cough is absent"
            outside, inside = clause[cue.end() :], clause[: cue.start()]
        else:
            outside, inside = clause, ""
        told |= _content(outside)
        denied.add(frozenset(_content(inside)))
    return denied - {frozenset()}, told


def _content(text: str) -> set[str]:
    return {normalise_word(word) for word in _WORD.findall(text)} - _EMPTY


def check_retelling(text: str, source: str) -> tuple[Problem, ...]:
    """Compare the facts of a retelling with those of its source, both ways.

    Parameters
    ----------
    text, source : str
        English; the retelling should leave nothing out and add nothing.

    Returns
    -------
    tuple of Problem
        Empty when no rule objects.

    Raises
    ------
    MedaiError
        For something other than two texts with words.

    Examples
    --------
    >>> check_retelling("Aspirin 750 mg daily.", "Aspirin 75 mg daily.")[0].words
    'said: 750 mg; source: 75 mg'
    """
    said, told = read_facts(text), read_facts(source)
    found = []
    if said.amounts != told.amounts:
        same_numbers = {n for n, _ in said.written} == {n for n, _ in told.written}
        kind = "unit" if same_numbers else "dose"
        found.append(Problem(kind, _both(said.amounts, told.amounts)))
    if said.often and told.often and said.often != told.often:
        found.append(Problem("often", _both(said.often, told.often)))
    for kind in ("sides", "drugs", "times"):
        mine, theirs = getattr(said, kind), getattr(told, kind)
        if mine != theirs:
            found.append(Problem(kind.rstrip("s"), _both(mine, theirs)))
    flips = [f"no longer denied: {' '.join(sorted(one))}" for one in _flipped(told, said)]
    flips += [f"newly denied: {' '.join(sorted(one))}" for one in _flipped(said, told)]
    if flips:
        found.append(Problem("negation", "; ".join(sorted(flips))))
    return tuple(found)


def _flipped(one: StatedFacts, other: StatedFacts) -> list[frozenset[str]]:
    """Return what one text denies whole and the other tells and does not deny."""
    still = set().union(*other.denied)
    return [words for words in one.denied if words <= other.told - still]


def _both(said: frozenset, told: frozenset) -> str:
    """Return what only one of the two texts says."""
    lists = []
    for name, only in (("said", said - told), ("source", told - said)):
        parts = (" ".join(one) if isinstance(one, tuple) else one for one in sorted(only))
        lists.append(f"{name}: {', '.join(parts) or 'nothing'}")
    return "; ".join(lists)
