"""A misspelt or reworded word inside a longer name: "abdomnial pain", "gum overgrowth".

Names are matched word by word, so that a single odd word would leave only the rest of a name:
"pain", or "overgrowth".  Before the shorter name is taken, the longer one is tried here: each
run of words around an odd word, the longest first, with the odd word spelt as the ontology
spells it, or with the whole in the common wording of :mod:`medai.knowledge.rewording`.

A word is misspelt only if it is no word of the ontology and no ordinary English word, begins
with the right letter, and is one edit away; up to four letters (up to seven where it stands
alone) it may only lack a letter, have one too many, or have two swapped.
:func:`medai.knowledge.opposites.compatible` has the last word.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence, Set

from medai.knowledge.cues import CUES
from medai.knowledge.leftovers import GAP, Match
from medai.knowledge.lexicon import SCORES, Lexicon
from medai.knowledge.likeness import SHORTEST, distance
from medai.knowledge.opposites import compatible, direction
from medai.knowledge.plainwords import MODIFIERS, PLAIN
from medai.knowledge.rewording import reword
from medai.knowledge.words import FILLERS, Word

LEAST = 4  # letters of a misspelt word
MOST = 21  # one more than the longest that the lexicon keeps for this
CLEAR = 8  # letters of a word that stands alone and may have a wrong one
MOST_WORDS = 5  # of a name that is tried
MOST_ODD = 200  # odd words that are tried in one text
SPELT, REWORDED = 0.9, 0.95  # factors of the score


def without_one(word: str) -> set[str]:
    """Return a word and all that is left of it without one of its letters."""
    return {word, *(word[:i] + word[i + 1 :] for i in range(len(word)))}


def corrections(lexicon: Lexicon, word: str) -> tuple[str, ...]:
    """Return the words of the ontology that a word may be a misspelling of."""
    if not LEAST <= len(word) <= MOST or not word.isascii() or not word.isalpha():
        return ()
    if word in lexicon.real_words:
        return ()
    near = {name for part in without_one(word) for name in lexicon.by_deletion.get(part, ())}
    return tuple(sorted(name for name in near if _is_slip(word, name)))


def _is_slip(word: str, name: str) -> bool:
    if word[0] != name[0] or distance(word, name, limit=1) != 1:
        return False
    if direction(word) != direction(name):
        return False
    swapped = len(word) == len(name) and sorted(word) == sorted(name)
    if min(len(word), len(name)) < SHORTEST:
        return len(name) >= LEAST and (swapped or len(word) != len(name))
    return True


def _is_clear(word: str, name: str) -> bool:
    """Tell whether a word alone is a slip: a wrong letter makes another word ("slivers")."""
    return len(word) != len(name) or sorted(word) == sorted(name) or len(word) >= CLEAR


def longer_names(
    lexicon: Lexicon,
    text: str,
    words: list[Word],
    matches: list[Match],
    hidden: Sequence[tuple[int, int]] = (),
) -> list[Match]:
    """Replace matches by longer ones that explain an odd word beside them as well.

    Parameters
    ----------
    lexicon
        Where to look.
    text, words
        The text, and the words of one sentence.
    matches
        What was matched in it, in order.
    hidden
        First and last words of phrases that are passed over.
    """
    closed = {k for first, last in hidden for k in range(first, last + 1)}
    taken = {}
    for match in matches:
        for k, word in enumerate(words):
            if match.start <= word.start and word.end <= match.end:
                taken[k] = match
    odd = [
        k
        for k, word in enumerate(words)
        if k not in taken and k not in closed and _is_odd(text, word)
    ][:MOST_ODD]
    done: set[int] = set()
    for k in odd:
        if k in done:
            continue
        for first, last in _windows(text, words, k, taken, closed):
            found = _name_of(lexicon, text, words[first : last + 1])
            if found is None:
                continue
            inside = {id(taken[i]) for i in range(first, last + 1) if i in taken}
            matches = [match for match in matches if id(match) not in inside]
            matches.append(found)
            taken |= dict.fromkeys(range(first, last + 1), found)
            done |= set(range(first, last + 1))
            break
    return sorted(matches, key=lambda match: match.start)


def spelt(
    lexicon: Lexicon, text: str, words: list[Word], known: Set[str]
) -> tuple[list[Word], frozenset[int]]:
    """Return the words of a sentence with the misspelt ones mended, and which ones these are.

    Parameters
    ----------
    lexicon
        Of the ontology; its words are what may be meant.
    text, words
        The text, and the words of one sentence.
    known
        Words of everyday speech, which are not misspelt.
    """
    mended, slips = list(words), set()
    for k, word in enumerate(words):
        forms = {word.norm, word.norm + "s", text[word.start : word.end].casefold()}
        if word.norm in lexicon.vocabulary or forms & known or not _is_odd(text, word):
            continue
        meant = [one for one in corrections(lexicon, word.norm) if _is_clear(word.norm, one)]
        if len(meant) == 1:
            mended[k] = word._replace(norm=meant[0])
            slips.add(k)
        if len(slips) == MOST_ODD:
            break
    return mended, frozenset(slips)


def _is_odd(text: str, word: Word) -> bool:
    written = text[word.start : word.end].casefold()
    return not (
        written in PLAIN
        or written in MODIFIERS
        or written in CUES
        or word.norm in FILLERS
        or word.norm.isdigit()
        or len(word.norm) < 3
    )


def _windows(
    text: str, words: list[Word], k: int, taken: dict[int, Match], closed: set[int]
) -> Iterator[tuple[int, int]]:
    """Yield the runs of words around word `k`, the longest first, that cut no match in two."""

    def joined(a: int, b: int) -> bool:
        gap = text[words[a].end : words[b].start]
        return len(gap) <= 4 and set(gap) <= GAP

    def usable(i: int) -> bool:
        if i in closed:
            return False
        return i in taken or words[i].norm in FILLERS or _is_odd(text, words[i])

    low = high = k
    while low > 0 and k - low < MOST_WORDS and joined(low - 1, low) and usable(low - 1):
        low -= 1
    while (
        high + 1 < len(words)
        and high - k < MOST_WORDS
        and joined(high, high + 1)
        and usable(high + 1)
    ):
        high += 1
    runs = [(a, b) for a in range(low, k + 1) for b in range(k, high + 1) if b - a < MOST_WORDS]
    for a, b in sorted(runs, key=lambda run: (run[0] - run[1], run[0])):
        if words[a].norm in FILLERS or words[b].norm in FILLERS:
            continue
        cuts_left = a > 0 and a in taken and taken.get(a - 1) is taken[a]
        cuts_right = b + 1 < len(words) and b in taken and taken.get(b + 1) is taken[b]
        if not (cuts_left or cuts_right):
            yield a, b


def _name_of(lexicon: Lexicon, text: str, words: list[Word]) -> Match | None:
    """Return the name that a run of words is, reworded or with one word spelt right."""
    said = [word.norm for word in words if word.norm not in FILLERS]
    unknown = [i for i, word in enumerate(said) if word not in lexicon.vocabulary]
    start, end = words[0].start, words[-1].end
    if not unknown:
        place = lexicon.by_wording.get(reword(" ".join(said))) if len(said) > 1 else None
        return None if place is None else _made(lexicon, start, end, place, "wording", REWORDED)
    if len(unknown) > 1 or text[start:end].isupper():
        return None
    (i,) = unknown
    found: dict[tuple[int, ...], int] = {}
    for right in corrections(lexicon, said[i]):
        if len(said) == 1 and not _is_clear(said[0], right):
            continue
        phrase = " ".join([*said[:i], right, *said[i + 1 :]])
        place = _look_up(lexicon, phrase)
        if place is not None and compatible(" ".join(said), phrase) and not lexicon.cased[place]:
            found.setdefault(lexicon.entry(place).terms, place)
    if len(found) != 1 or len(next(iter(found))) != 1:
        return None  # none, or several that it may be
    return _made(lexicon, start, end, next(iter(found.values())), "ngram", SPELT)


def _look_up(lexicon: Lexicon, phrase: str) -> int | None:
    tables = (lexicon.by_phrase, lexicon.by_bag, lexicon.everyday, lexicon.by_wording)
    parts = phrase.split()
    keys = (phrase, " ".join(sorted(parts)), phrase, reword(phrase))
    pairs = itertools.compress(
        zip(tables, keys, strict=True), (True, len(parts) > 1, True, len(parts) > 1)
    )
    return next((table[key] for table, key in pairs if key in table), None)


def _made(lexicon: Lexicon, start: int, end: int, place: int, method: str, factor: float) -> Match:
    entry = lexicon.entry(place)
    return Match(start, end, entry, method, round(SCORES[entry.scope] * factor, 2))
