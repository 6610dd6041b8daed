"""Names of the ontology and everyday phrases in one sentence: the longest first.

Names, synonyms and the phrases of :mod:`medai.knowledge.lay` compete for the words; what is
longer wins, then what stands further left.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from medai.knowledge.lay import SCORES as LAY_SCORES
from medai.knowledge.lay import Heard, phrase_of
from medai.knowledge.leftovers import GAP, Match
from medai.knowledge.lexicon import SCORES, Entry, Lexicon
from medai.knowledge.misspelt import SPELT
from medai.knowledge.read_alone import is_one_episode
from medai.knowledge.words import FILLERS, Word

EVERYDAY = 0.9  # the score of a phrase that is ours, not the ontology's


def match_names(
    lexicon: Lexicon,
    text: str,
    words: list[Word],
    heard: Sequence[Heard] = (),
    hidden: Sequence[tuple[int, int]] = (),
    slips: Collection[int] = (),
) -> list[Match]:
    """Find the names in one sentence: longest first, then leftmost, without overlaps.

    `heard` are everyday phrases, which compete with the names; `hidden` is passed over; `slips`
    are misspelt words.
    """
    shouting = text[words[0].start : words[-1].end].isupper() if len(words) > 3 else False
    candidates: list[tuple] = []
    for i, word in enumerate(words):
        if word.norm in FILLERS:
            continue
        if word.norm not in lexicon.vocabulary:
            joined = lexicon.by_joined.get(word.norm)
            if joined is not None:
                candidates.append((1, i, i, joined, 1.0))
            continue
        candidates += _names_from(lexicon, text, words, i, shouting)
    candidates += [(one.weight, one.first, one.last, one, 0.0) for one in heard]
    candidates.sort(key=lambda one: (-one[0], one[1], one[1] - one[2]))
    used = bytearray(len(words))
    for i, j in hidden:
        used[i : j + 1] = b"\1" * (j + 1 - i)
    matches = []
    for _, i, j, phrase, factor in candidates:
        if any(used[i : j + 1]):
            continue
        used[i : j + 1] = b"\1" * (j + 1 - i)
        if isinstance(phrase, Heard):
            matches.append(_everyday(lexicon, words, phrase, slips))
            continue
        entry = lexicon.entry(phrase)
        method = "everyday" if factor == EVERYDAY else "synonym" if entry.scope else "exact"
        score = round(SCORES[entry.scope] * factor, 2)
        matches.append(Match(words[i].start, words[j].end, entry, method, score))
    return sorted(matches, key=lambda match: match.start)


def _everyday(
    lexicon: Lexicon, words: list[Word], heard: Heard, slips: Collection[int] = ()
) -> Match:
    """Make a match of an everyday phrase."""
    numbers = tuple(lexicon.graph.term_number(hpo) for hpo in heard.ids)
    entry = Entry(phrase_of(lexicon, heard.ids[0]), numbers, 1)
    score, method = LAY_SCORES.get(heard.kind, EVERYDAY), "everyday"
    if any(heard.first <= k <= heard.last for k in slips):
        score, method = round(score * SPELT, 2), "ngram"
    start, end = words[heard.first].start, words[heard.last].end
    begins = words[heard.whole].start if heard.whole >= 0 else start
    return Match(start, end, entry, method, score, heard.status, begins)


def _names_from(
    lexicon: Lexicon, text: str, words: list[Word], i: int, shouting: bool
) -> list[tuple[int, int, int, int, float]]:
    """Return the names that begin with word `i` as (words, i, last, phrase, factor)."""
    found, parts, comma = [], [], False
    for j in range(i, len(words)):
        word = words[j]
        if j > i:
            gap = text[words[j - 1].end : word.start]
            if len(gap) > 4 or not set(gap) <= GAP | {","}:
                break
            comma = comma or "," in gap
        if word.norm in FILLERS:
            continue
        if word.norm not in lexicon.vocabulary or len(parts) == lexicon.longest:
            break
        parts.append(word.norm)
        phrase, factor = lexicon.by_phrase.get(" ".join(parts)), 1.0
        if phrase is None and len(parts) > 1:
            phrase, factor = lexicon.by_bag.get(" ".join(sorted(parts))), 0.95
        if phrase is None:
            phrase, factor = lexicon.everyday.get(" ".join(parts)), EVERYDAY
        if phrase is None or (comma and not lexicon.comma[phrase]):
            continue
        if is_one_episode(lexicon, phrase, text[words[i].start : word.end]):
            continue
        cased = lexicon.cased[phrase]
        if cased and (shouting or text[words[i].start : word.end] not in (cased, cased + "s")):
            continue
        found.append((len(parts), i, j, phrase, factor))
    return found
