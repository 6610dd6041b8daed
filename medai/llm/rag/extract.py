"""Choose the sentences that answer: extracts, word for word, from passages that are near."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from medai.llm.rag.asked import sentences
from medai.llm.rag.library import Found, Library
from medai.llm.rag.records import Passage
from medai.llm.rag.scope import speaks_to_a_program

MOST = 4  # sentences of an answer
CLOSE = 0.06  # how much nearness a second passage may lack to be quoted too; chosen on dev
# a sentence that leans on the one before it is never shown alone
_LEANS = re.compile(
    r"^(?:but|however|it|they|this|these|that|those|then|otherwise|instead|also|he|she|such|so|"
    r"if (?:it|they|this|these|so|not)|unless)\b"
    r"|^(?:但|不过|然而|它|这|那|否则|此外|也|如果这|因此|所以)",
    re.I,
)

_SOURCE = re.compile(
    r"^[(（]?\s*(?:source|来源|资料来源|信息来源)\s*[:：]", re.I
)  # the citation says it


@dataclass(frozen=True)
class Extract:
    """A sentence of a passage."""

    passage: Passage
    text: str


def extracts(question: str, found: Sequence[Found], library: Library) -> list[Extract]:
    """Return the sentences that answer, those of a passage in its own order.

    The nearest passage gives most of them; another one is quoted only when it is nearly as near.
    Sentences that speak to a program are left out.

    Parameters
    ----------
    question
        As asked.
    found
        Passages, one of them near enough; the nearest is quoted first.
    library
        Where they come from.
    """
    chosen: list[Extract] = []
    nearest = max(one.near for one in found)
    for rank, one in enumerate(sorted(found, key=lambda one: -one.near)):
        if rank and one.near < nearest - CLOSE:
            continue
        room = MOST - len(chosen) if rank == 0 else min(2, MOST - len(chosen))
        if room <= 0:
            break
        texts = sentences(one.passage.text, library.lang)
        usable = [
            i
            for i, text in enumerate(texts)
            if not speaks_to_a_program(text) and not _SOURCE.match(text)
        ]
        like = library.sentence_likeness(question, one.passage)
        for i in best_of(texts, usable, room, like):
            chosen.append(Extract(one.passage, texts[i]))
    return chosen


def best_of(texts: list[str], usable: list[int], room: int, like: np.ndarray) -> list[int]:
    """Return the places of the `room` sentences most like the question, in their order.

    A sentence that leans on the one before it ("However, …") comes with it or not at all.

    Examples
    --------
    >>> texts = ["Drink enough.", "A fever is 38 °C or more.", "However, babies differ."]
    >>> nearness = np.array([0.2, 0.4, 0.6])
    >>> best_of(texts, [0, 1, 2], 2, nearness)  # 'However' needs the sentence before it
    [1, 2]
    >>> best_of(texts, [0, 1, 2], 1, nearness)  # or stays out
    [1]
    """
    if len(usable) <= room:
        return usable
    taken: set[int] = set()
    for at in sorted(usable, key=lambda i: -like[i]):
        need, first = {at}, at
        while _LEANS.match(texts[first]) and first - 1 in usable:
            first -= 1
            need.add(first)
        if len(taken | need) <= room:
            taken |= need
    return sorted(taken)


def in_language(
    chosen: Sequence[Extract], passages: Sequence[Passage], lang: str
) -> list[Extract] | None:
    """Return the same sentences in the other language; None where it lacks a passage.

    Two passages are the same in two languages when their ids differ in ``en`` and ``zh`` only.
    Where they have as many sentences, the sentence of the same place is taken; else the first.
    """
    of_id = {one.id: one for one in passages}
    found: dict[tuple[str, int], Extract] = {}
    for one in chosen:
        other = of_id.get(re.sub(rf"\b{one.passage.lang}\b", lang, one.passage.id))
        if other is None or other.lang != lang:
            return None
        here = sentences(one.passage.text, one.passage.lang)
        there = sentences(other.text, lang)
        if len(here) == len(there):
            places = [here.index(one.text)]
        else:
            places = list(range(min(MOST, len(there))))
        for i in places:
            if not speaks_to_a_program(there[i]):
                found[other.id, i] = Extract(other, there[i])
    return list(found.values())[:MOST]
