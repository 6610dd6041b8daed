"""From what somebody wrote to the active ingredients, or to a question.

Examples
--------
>>> ingredient("Glucophage 500 mg bd").name
'metformin'
>>> [drug.name for drug in ingredients("co-codamol 30/500")]
['codeine', 'paracetamol']
>>> match("hydralzine 25 mg").question
"'hydralzine' is not a known name: did you mean hydralazine or hydroxyzine?"
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass

from medai.datasets.drugs import Drug, drug_tables
from medai.personalised.drugs import chinese, misspelt, wording
from medai.runtime.errors import MedaiError

LONGEST = 300
HOWS = ("exact", "chinese", "brand", "spelling")  # from sure to less sure


@dataclass(frozen=True)
class Match:
    """What a text was understood to mean.

    Attributes
    ----------
    text
        What was asked.
    drugs
        The ingredients, each once; empty when it must be asked.
    how
        ``exact`` (an English name), ``chinese``, ``brand`` (or the name of a combination) or
        ``spelling``; of several names the least sure one; "" when it must be asked.
    names
        The names of the table that were recognised.
    asked
        Whether the person must be asked; `question` says what.
    alternatives
        Ingredients that it could mean.
    question
        The question, "" if nothing is asked.
    stripped
        Words of dose, form, route, time and salt that were not read as names.
    """

    text: str
    drugs: tuple[Drug, ...] = ()
    how: str = ""
    names: tuple[str, ...] = ()
    asked: bool = False
    alternatives: tuple[Drug, ...] = ()
    question: str = ""
    stripped: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Entry:
    name: str
    drugs: tuple[str, ...]
    how: str
    why: str = ""  # of a name that means different medicines


@dataclass(frozen=True)
class _Index:
    entries: dict[str, _Entry]
    latin: list[str]  # keys that a misspelling may be near to, with the neighbours
    han: list[str]
    longest: int
    confused: dict[str, tuple[str, ...]]


@functools.lru_cache(maxsize=1)
def _index() -> _Index:
    tables = drug_tables()
    entries: dict[str, _Entry] = {}
    for drug in tables.drugs.values():
        for name in (drug.name, *drug.english):
            entries.setdefault(wording.key(name), _Entry(name, (drug.name,), "exact"))
        for name in drug.chinese:
            entries.setdefault(wording.key(name), _Entry(name, (drug.name,), "chinese"))
    for brand in tables.brands.values():
        entries.setdefault(wording.key(brand.name), _Entry(brand.name, brand.ingredients, "brand"))
    for unclear in tables.unclear.values():
        entries[wording.key(unclear.name)] = _Entry(unclear.name, unclear.could_be, "", unclear.why)
    confused: dict[str, tuple[str, ...]] = {}
    for one, other in tables.lookalikes:
        for name, twin in ((one, other), (other, one)):
            key = wording.key(name)
            confused[key] = (*confused.get(key, ()), twin)
    han = [key for key in entries if chinese.HAN.search(key)]
    latin = [key for key in entries if not chinese.HAN.search(key)]
    return _Index(entries, latin + sorted(tables.neighbours), han, max(map(len, han)), confused)


def _drugs(names: Sequence[str]) -> tuple[Drug, ...]:
    drugs = drug_tables().drugs
    return tuple(drugs[name] for name in dict.fromkeys(names))


def _found(text: str, entry: _Entry, stripped: tuple[str, ...] = (), how: str = "") -> Match:
    if not entry.how:
        could_be = " or ".join(entry.drugs)
        question = f"{entry.name!r} can mean {could_be} ({entry.why}): which one?"
        return Match(text, asked=True, alternatives=_drugs(entry.drugs), question=question)
    return Match(text, _drugs(entry.drugs), how or entry.how, (entry.name,), stripped=stripped)


def _ask(text: str, could_be: Sequence[str], shown: Sequence[str], known: str = "") -> Match:
    listed = list(dict.fromkeys(shown))
    means = f"did you mean {' or '.join(listed)}?" if listed else "write its generic name."
    say = known or "is not a known name"
    return Match(
        text, asked=True, alternatives=_drugs(could_be), question=f"{text!r} {say}: {means}"
    )


def _misspelt(name: str) -> Match:
    index = _index()
    if name in drug_tables().neighbours:
        return _ask(
            name, (), (), "is the name of something else, which the book's table does not hold"
        )
    close = misspelt.near(name, index.latin)
    hits = [other for other, _ in close]
    known = [index.entries[hit] for hit in hits if hit in index.entries]
    twins = [twin for hit in hits for twin in index.confused.get(hit, ())]
    one_meaning = len({entry.drugs for entry in known}) == 1 and len(known) == len(hits)
    sure = bool(known) and misspelt.readable(name, close[0][1], known[0].how == "brand")
    if one_meaning and sure and known[0].how and not twins:
        return _found(name, known[0], how="spelling")
    shown: dict[tuple[str, ...], str] = {}  # one name for each medicine
    for hit in (*hits, *twins):
        entry = index.entries.get(wording.key(hit))
        shown.setdefault(entry.drugs if entry else (), entry.name if entry else hit)
    if not hits:
        alike = misspelt.similar(name, index.latin)
        named = [index.entries[other].name for other in alike if other in index.entries]
        return _ask(name, (), named)
    return _ask(name, [drug for drugs in shown for drug in drugs], list(shown.values()))


def _han(name: str) -> Match:
    index = _index()
    for core, gone in chinese.variants(name):
        if core in index.entries:
            return _found(name, index.entries[core], gone)
    for core, gone in chinese.variants(name):
        cover = chinese.take_apart(core, lambda piece: _one_chinese(index, piece), index.longest)
        if cover:
            drugs = [drug for piece in cover for drug in index.entries[piece].drugs]
            return Match(name, _drugs(drugs), "chinese", cover, stripped=gone)
    for core, gone in chinese.variants(name):
        close = [
            (other, sure)
            for other, sure in chinese.one_wrong(core, index.han)
            if index.entries[other].how
        ]
        if close:
            meant = {index.entries[other].drugs for other, _ in close}
            if len(meant) == 1 and all(sure for _, sure in close):
                return _found(name, index.entries[close[0][0]], gone, "spelling")
            could_be = [drug for other, _ in close for drug in index.entries[other].drugs]
            return _ask(name, could_be, [other for other, _ in close])
    return _ask(name, (), ())


def _one_chinese(index: _Index, piece: str) -> bool:
    entry = index.entries.get(piece)
    return entry is not None and entry.how == "chinese"


def _hyphenated(name: str, entries: list[_Entry]) -> Match:
    """Read *carbidopa-levodopa*; a piece that means two medicines is asked about."""
    for entry in entries:
        if not entry.how:
            return _found(name, entry)
    how = max((entry.how for entry in entries), key=HOWS.index)
    drugs = [drug for entry in entries for drug in entry.drugs]
    return Match(name, _drugs(drugs), how, tuple(entry.name for entry in entries))


def _part(text: str) -> Match | None:
    """Read one name with what stands around it; None if nothing but that is there."""
    index = _index()
    key = wording.key(text)
    if key in index.entries:
        return _found(text, index.entries[key])
    taken: tuple[str, ...] = ()
    if chinese.HAN.search(text):
        text, taken = chinese.strip(text)
    name, more = wording.strip(text, index.entries)
    taken += more
    if not name:
        return None
    bare, salts = wording.without_salts(name)
    for form, gone in ((name, ()), (bare, salts)):
        if wording.key(form) in index.entries:
            return _found(name, index.entries[wording.key(form)], (*taken, *gone))
    pieces = [wording.key(piece) for piece in bare.split("-")]
    if len(pieces) > 1 and all(piece in index.entries for piece in pieces):
        found = _hyphenated(name, [index.entries[piece] for piece in pieces])
    elif chinese.HAN.search(name):
        found = _han(wording.key(name))
    else:
        found = _misspelt(wording.key(bare or name))
        taken += salts
        words = [word for word in bare.split() if wording.key(word) in index.entries]
        if found.asked and not found.alternatives and words:
            could_be = [drug for word in words for drug in index.entries[wording.key(word)].drugs]
            found = _ask(name, could_be, words, "holds words that were not understood")
    return Match(**{**vars(found), "stripped": (*taken, *found.stripped)})


def match(name: str) -> Match:
    """Say which ingredients a text means, or what must be asked.

    Parameters
    ----------
    name
        One medicine or fixed combination as written in a list: generic name, brand, Chinese
        name, with or without dose, form, route and times.

    Raises
    ------
    MedaiError
        For what is no text, is empty, has a line break or more than 300 letters.
    """
    if not isinstance(name, str) or not name.strip():
        raise MedaiError(f"A medicine must be a text such as 'metformin 500 mg'; got {name!r}.")
    if len(name) > LONGEST or "\n" in name.strip():
        raise MedaiError(
            f"A medicine must be one line of at most {LONGEST} letters; got {name[:40]!r}…: "
            "give one medicine at a time."
        )
    folded = wording.fold(name)
    main, asides = wording.brackets(folded)
    found = [_part(folded)] if wording.key(folded) in _index().entries else []
    found = found or [one for one in map(_part, wording.parts(main)) if one is not None]
    if not found:
        return Match(name, asked=True, question=f"{name!r} names no medicine: which one is it?")
    for one in found:
        if one.asked:
            return Match(**{**vars(one), "text": name})
    drugs = tuple({drug.name: drug for one in found for drug in one.drugs}.values())
    for aside in asides:
        if wording.numbered(aside):
            continue
        same = [one for one in map(_part, wording.parts(aside)) if one is not None]
        if {drug for one in same for drug in one.drugs} != set(drugs) and same:
            question = f"{name!r}: the name and the words in brackets do not agree; which is it?"
            others = tuple(drug for one in same for drug in (*one.drugs, *one.alternatives))
            return Match(name, asked=True, alternatives=(*drugs, *others), question=question)
    return Match(
        name,
        drugs,
        max((one.how for one in found), key=HOWS.index),
        tuple(label for one in found for label in one.names),
        stripped=tuple(word for one in found for word in one.stripped),
    )


def ingredients(text: str) -> tuple[Drug, ...]:
    """Return the ingredients of a medicine, one or several.

    Raises
    ------
    MedaiError
        When it must be asked; the message holds the question.
    """
    found = match(text)
    if found.asked:
        raise MedaiError(f"{found.question} Medicines are never guessed.")
    return found.drugs


def ingredient(name: str) -> Drug:
    """Return the one ingredient that a name means.

    Raises
    ------
    MedaiError
        When it must be asked, and for a combination.
    """
    found = ingredients(name)
    if len(found) != 1:
        parts = " + ".join(drug.name for drug in found)
        raise MedaiError(
            f"{name!r} holds {len(found)} ingredients ({parts}), and one is wanted: "
            "name one of them, or use ingredients()."
        )
    return found[0]
