"""Misspelt and inflected names, and when a look-alike is safe to accept.

Likeness alone is no ground: among 1,000 held-out synonyms the most similar name was the right
term in about 4 of 10, hardly more often where the likeness was high, because the ontology is
full of names that differ in one word.  A look-alike is therefore accepted only if every word
has its counterpart (the same word, another ending of it, or a misspelling of it) and
:func:`medai.knowledge.opposites.compatible` has no objection.  All others are suggestions for
the reader.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from medai.knowledge.lexicon import Lexicon
from medai.knowledge.opposites import compatible, direction
from medai.knowledge.real_words import REAL

SEARCHED = 30  # look-alikes that are examined for each phrase
SHORTEST = 5  # a shorter word must be written as in the ontology: toe is not tone


def word_edits(word: str, name: str, vocabulary: Collection[str]) -> int | None:
    """Return how many edits make `word` of a text the word `name`; None if it is another word.

    A word that the ontology knows, or another real word, may only differ in its ending (three
    quarters of the letters agree from the start): "glutamine" is no misspelt "glutamate".  Any
    other word may have one wrong letter, but not the first.  The everyday words of
    :mod:`medai.knowledge.real_words` are never a misspelling: "cancel" is no "cancer".
    """
    if word == name:
        return 0
    if word in REAL:
        return None
    if min(len(word), len(name)) < SHORTEST or word[0] != name[0]:
        return None
    if direction(word) != direction(name):
        return None
    if word in vocabulary:
        same = 0
        while same < min(len(word), len(name)) and word[same] == name[same]:
            same += 1
        return 1 if same >= max(SHORTEST, 0.75 * max(len(word), len(name))) else None
    return 1 if distance(word, name, limit=1) == 1 else None


def distance(one: str, other: str, limit: int) -> int:
    """Return how many edits turn one word into the other; `limit` + 1 if more than `limit`.

    An edit inserts, deletes or replaces a letter, or swaps two neighbours.
    """
    if abs(len(one) - len(other)) > limit:
        return limit + 1
    before: list[int] = []
    last = list(range(len(other) + 1))
    for i, letter in enumerate(one, start=1):
        row = [i]
        for j, against in enumerate(other, start=1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (letter != against))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == against:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        if min(row) > limit:
            return limit + 1
        before, last = last, row
    return min(last[-1], limit + 1)


def phrase_edits(phrase: str, name: str, vocabulary: Collection[str]) -> int | None:
    """Return how many edits make a phrase the name; None if it must not be taken for it."""
    ours, left = phrase.split(), name.split()
    if len(ours) != len(left) or not compatible(phrase, name):
        return None
    total = 0
    for word in ours:
        costs = [(word_edits(word, other, vocabulary), other) for other in left]
        possible = [(cost, other) for cost, other in costs if cost is not None]
        if not possible:
            return None
        cost, partner = min(possible)
        total += cost
        left.remove(partner)
    return total


def look_alikes(
    lexicon: Lexicon, phrases: Sequence[str]
) -> list[tuple[int | None, float, list[tuple[int, float]]]]:
    """Search many phrases.

    Parameters
    ----------
    lexicon
        Where to search.
    phrases
        Normalised phrases.

    Returns
    -------
    list of (int or None, float, list)
        For each phrase: the number of the accepted name (None if there is none, or if names
        of different terms are equally acceptable), its cosine, and the most similar names as
        (number, cosine), best first.
    """
    results = []
    for phrase, found in zip(phrases, lexicon.ngrams.best(phrases, SEARCHED), strict=True):
        edits = {
            place: phrase_edits(phrase, lexicon.phrases[place], lexicon.real_words)
            for place, _ in found
            if not lexicon.cased[place]
        }
        # 0 edits: the same words in another order, which the look-up by words refused
        least = min((e for e in edits.values() if e), default=None)
        good = [(p, cosine) for p, cosine in found if least is not None and edits.get(p) == least]
        meanings = {lexicon.entry(place).terms for place, _ in good}
        sure = len(meanings) == 1 and len(next(iter(meanings))) == 1
        results.append((*(good[0] if sure else (None, 0.0)), found))
    return results
