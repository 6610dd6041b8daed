"""What a clause says happened: directions, denials, comparisons, and whose number it is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from medai.literature.checks_numbers import Quantity, quantities, same
from medai.literature.checks_words import (
    BE,
    BOUND,
    DENIED,
    FAIL,
    MEANINGS,
    NO,
    PEOPLE,
    PLACEHOLDER,
    PURPOSE,
    SIGNS,
    VAGUE,
    VERBS,
    Word,
    content,
    drugs,
    stem,
    words_of,
)
from medai.preprocess.text import sentence_spans

REACH = 7  # words to either side that a direction is about
NEGATION_REACH = 4  # words before a direction that can deny it
_SPLIT = re.compile(
    r"[;:]|,\s*(?=(?:and|but|while|whereas|although|yet)\b)|,?\s+(?=(?:but|while|whereas|although)\b)"
    rf"|\s+(?=without\s+(?:\w+\s+){{0,2}}(?:{'|'.join(SIGNS)})\b)",  # "without a rise in"
    re.I,
)
_SIGNIFICANT = re.compile(
    r"\b(?:(no|not|non)[\s-]+(?:a\s+)?)?(?:statistically\s+)?significant(?:ly)?"
    r"(?:\s+(?:difference|different))?",
    re.I,
)
_ARM = re.compile(
    r"^\)?(?:\s+of\s+(?:[\w-]+\s+){0,4}?)?\s*(?:with|on|after|in|among|for|under|to)\s+(?:the\s+)?"
    r"([^\W\d_][\w-]*(?:\s+[^\W\d_][\w-]*)?)"
)
_VERSUS = re.compile(
    r"\b(?:compared with|versus|than(?:\s+(?:with|on|after|in))?)\s+(?:the\s+)?"
    r"([^\W\d_][\w-]*(?:\s+[^\W\d_][\w-]*)?)"
)


@dataclass(frozen=True)
class Event:
    """A direction that a clause states: its sign, whether denied, and what stands around it."""

    sign: str
    denied: bool
    about: frozenset[str]
    target: frozenset[str]
    word: str

    @property
    def meanings(self) -> set[str]:
        """What may have happened if the event is true."""
        return DENIED[self.sign] if self.denied else MEANINGS[self.sign]


@dataclass(frozen=True)
class Than:
    """A comparison: the side before "than" and the side behind it."""

    sign: str
    denied: bool
    left: frozenset[str]
    right: frozenset[str]


@dataclass
class Clause:
    """A part of a sentence and what it says."""

    text: str
    start: int
    end: int
    sentence: int
    words: list[Word] = field(repr=False, default_factory=list)
    stems: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    denied: bool = False
    focus: set[str] = field(default_factory=set)
    events: list[Event] = field(default_factory=list)
    than: Than | None = None
    significant: bool | None = None


def clauses(text: str) -> list[Clause]:
    """Split a text into clauses and read each."""
    found = []
    for number, (start, end) in enumerate(sentence_spans(text)):
        at = start
        cuts = [m.start() + start for m in _SPLIT.finditer(text[start:end])] + [end]
        for cut in cuts:
            if text[at:cut].strip(" ,;:."):
                found.append(_read(text[at:cut], at, cut, number))
            at = cut
    return found


def _read(text: str, start: int, end: int, sentence: int) -> Clause:
    clause = Clause(text, start, end, sentence)
    mark = _SIGNIFICANT.search(text)
    if mark:
        clause.significant = mark[1] is None
    bare = _SIGNIFICANT.sub(lambda m: " " * len(m[0]), text)
    clause.words = words = _without_purpose(words_of(bare))
    clause.stems = content(words)
    clause.names = {stem(one.text) for one in words if one.text in drugs()}
    clause.names |= {stem(one.text) for one in words if one.text in PLACEHOLDER}
    none_of = {i for i, one in enumerate(words) if one.text == "no" and _with(words, i)}
    near = [words[i] for i in none_of]  # negations that deny a direction, or one noun only
    for place, one in enumerate(words):
        if one.text not in SIGNS or _no_longer(words, place):
            continue
        before = words[max(0, place - NEGATION_REACH) : place]
        denied = [w for w in before if w.text in NO and w not in near[: len(none_of)]]
        denied += [w for w in before if w.text == "without" and w is words[0]]
        if words[place + 1 : place + 2] and words[place + 1].text == "neither":
            denied += [w for w in words[place + 1 :] if w.text in ("neither", "nor")]
        near += denied
        around = words[max(0, place - REACH) : place + REACH + 1]
        about = frozenset(content(around) | {w.text for w in around if w.text[0].isdigit()})
        target = frozenset(_target(words, place))
        clause.events.append(Event(SIGNS[one.text], bool(denied), about, target, one.text))
    cues = [i for i, one in enumerate(words) if one.text in NO and one not in near]
    clause.denied = bool(cues)
    for place in cues:  # what is denied stands behind the cue; before "none" it is the clause
        clause.focus |= _first(words[place + 1 : place + 1 + NEGATION_REACH]) or clause.stems
    clause.than = _than(words)
    return clause


def _target(words: Sequence[Word], place: int) -> set[str]:
    """Return what a direction is said of: the object of a verb, else the subject."""
    behind = []
    for one in words[place + 1 : place + 5]:
        if one.text in BOUND or one.text in SIGNS:
            break
        behind.append(one)
    last = words[place - 1].text if place else ""
    acts = words[place].text in VERBS and last not in BE
    acts = acts or (words[place].text in PURPOSE and last in ("to", "not"))  # "failed to lower"
    vague = {stem(word) for word in VAGUE} | PEOPLE
    after = content(behind) - vague
    numbers = {one.text for one in behind[:1] if one.text[0].isdigit()}
    if acts and after:
        return after
    found = (after | content(words[max(0, place - REACH) : place]) - vague - {"without"}) | numbers
    return found or content(words[place + 2 : place + 5]) - vague  # "a rise in bleeding"


def _first(words: Sequence[Word], most: int = 2) -> set[str]:
    """Return the first stems that carry meaning."""
    found = [one for word in words for one in content([word]) - PEOPLE]
    return set(found[:most])


def _with(words: Sequence[Word], place: int) -> bool:
    """Tell whether a "no" follows "with": "compared with no prophylaxis" denies nothing."""
    return place > 0 and words[place - 1].text in ("with", "to", "versus", "against")


def _without_purpose(words: list[Word]) -> list[Word]:
    """Drop what was only aimed at: "was given to prevent falls" says nothing about falls."""
    for place, one in enumerate(words[:-1]):
        failed = place and words[place - 1].text in FAIL
        if one.text == "to" and words[place + 1].text in PURPOSE and not failed:
            return words[:place]
    return words


def _no_longer(words: Sequence[Word], place: int) -> bool:
    """Tell whether "longer" only denies what follows: "no longer reduced pain"."""
    idiom = place and (words[place - 1].text, words[place].text) == ("no", "longer")
    return bool(idiom) and any(one.text in SIGNS for one in words[place + 1 : place + 3])


def _than(words: Sequence[Word]) -> Than | None:
    places = [i for i, one in enumerate(words) if one.text == "than"]
    if not places:
        return None
    at = places[0]
    signs = [i for i, one in enumerate(words[:at]) if SIGNS.get(one.text) in ("up", "down")]
    left, right = content(words[:at]), content(words[at + 1 : at + 6])
    if not signs or not right:
        return None
    last = signs[-1]
    denied = any(one.text in NO for one in words[max(0, last - NEGATION_REACH) : last])
    return Than(SIGNS[words[last].text], denied, frozenset(left - right), frozenset(right - left))


# -- comparisons of a statement's clause with the source ----------------------------------------


def closest(clause: Clause, source: Sequence[Clause]) -> list[Clause]:
    """Return the clauses of the source that share most stems with a clause; [] if none does."""
    shared = [len(clause.stems & one.stems) for one in source]
    best = max(shared, default=0)
    return [one for one, n in zip(source, shared, strict=True) if n == best and best]


def direction_problem(clause: Clause, source: Sequence[Clause]) -> str:
    """Return the direction that the source contradicts; "" if none."""
    events = [(event, one) for one in source for event in one.events]
    if clause.than and any(one.than for one in source):
        return ""  # the comparison decides
    for said in clause.events:
        shared = [len(said.about & event.about) for event, _ in events]
        best = max(shared, default=0)
        if not best:
            continue
        near = [event for (event, _), n in zip(events, shared, strict=True) if n == best]
        same_thing = [told for told in near if said.target & told.target]
        if same_thing and not any(_agree(said, told) for told in near):
            word = ("not " if said.denied else "") + said.word
            told = ("not " if near[0].denied else "") + near[0].word
            return f"it says {word!r} where the source says {told!r}"
    return ""


def _agree(said: Event, told: Event) -> bool:
    first, second = said.meanings, told.meanings
    if first & second:
        return True
    axes = ({"up", "down"}, {"good", "bad"})  # "improved" may be "rose": not decided here
    return any(first <= a and second <= b for a, b in (axes, axes[::-1]))


def than_problem(clause: Clause, source: Sequence[Clause]) -> str:
    """Return whether the sides of a comparison are swapped; "" if not."""
    said = clause.than
    told = [one for one in source if one.than and said and len(clause.stems & one.stems) > 1]
    if not said or not told:
        return ""
    for one in sorted(told, key=lambda one: -len(clause.stems & one.stems))[:1]:
        straight = len(said.right & one.than.right)
        crossed = len(said.right & one.than.left)
        if straight == crossed:
            continue
        words = _flat(one)
        if said.denied != one.than.denied:
            return f"the source {'denies' if one.than.denied else 'affirms'} it: {words!r}"
        if (straight > crossed) != (said.sign == one.than.sign):
            return f"the sides of the comparison are swapped, or its direction: {words!r}"
    return ""


def denial_problem(clause: Clause, source: Sequence[Clause]) -> str:
    """Return what a clause asserts and the source denies, or the other way; "" if nothing."""
    for one in source:
        core = one.stems - PEOPLE
        if one.denied and not clause.denied and core and core <= clause.stems:
            affirmed = [c for c in source if not c.denied and core <= c.stems]
            if not affirmed:
                return f"the source denies it: {_flat(one)!r}"
    if clause.denied:
        holding = [one for one in source if clause.focus <= one.stems]
        if holding and not any(one.denied or one.events for one in holding):
            return f"the source affirms it: {_flat(holding[0])!r}"
    near = closest(clause, source)
    if near and all(one.denied != clause.denied for one in near):
        one, need = near[0], min(2, len(clause.stems))
        focus = clause.focus & one.stems if clause.denied else one.focus & clause.stems
        whole = clause.focus if clause.denied else one.focus
        if focus == whole and len(one.stems & clause.stems) >= need:
            return f"the source {'denies' if one.denied else 'affirms'} it: {_flat(one)!r}"
    return ""


def _flat(clause: Clause) -> str:
    return " ".join(clause.text.split())


def significance_problem(clause: Clause, told: Sequence[Quantity]) -> str:
    """Return a claim of significance that the P value beside it does not bear; "" if none."""
    values = [one for one in told if one.kind == "p"]
    if clause.significant is None or not values:
        return ""
    one = values[0]
    small = float(one.value) < 0.05 or (float(one.value) == 0.05 and one.unit == "<")
    if one.unit in (">", "≥"):
        small = False
    if clause.significant != small:
        return f"it says {'' if clause.significant else 'not '}significant, and {one.words}"
    return ""


# -- whose number is it ---------------------------------------------------------------------------


def arms(text: str) -> set[str]:
    """Return the stems of what numbers belong to, and of what is compared."""
    found: set[str] = set()
    for start, end in sentence_spans(text):
        sentence = text[start:end]
        for one in quantities(sentence):
            found |= _arm_behind(sentence, one)
        for match in _VERSUS.finditer(sentence):
            found |= content(words_of(match[1]))
    return found


def _arm_behind(sentence: str, one: Quantity) -> set[str]:
    match = _ARM.match(sentence[one.end :])
    return content(words_of(match[1])) if match else set()


def owner_problem(statement: str, source: str) -> str:
    """Return a number that a statement gives to another arm than the source does; "" if none."""
    known = arms(source)
    told = list(_owned(source))
    here = quantities(statement)
    for place, said in enumerate(here):
        mine = _arm_behind(statement, said)
        if not mine & known:
            before = statement[: said.start]
            mine = {stem(w.text) for w in words_of(before)} & known
        rights = [(arm, others) for one, arm, others in told if same(said, one)]
        if not mine or not rights or place >= len(here):
            continue
        if all(not mine & arm and mine & others for arm, others in rights):
            arm = ", ".join(sorted(rights[0][0]))
            return f"{said.words} belongs to {arm!r} in the source"
    return ""


def _owned(source: str) -> Iterator[tuple[Quantity, set[str], set[str]]]:
    """Yield numbers with their arm, and the arms of the other numbers of their sentence."""
    for start, end in sentence_spans(source):
        sentence = source[start:end]
        owned = [(one, _arm_behind(sentence, one)) for one in quantities(sentence)]
        for one, arm in owned:
            others = set().union(*(other for _, other in owned)) - arm
            if arm and others:
                yield one, arm, others
