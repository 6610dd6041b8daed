"""What names and cues leave over: misspelt words, paraphrases, and what nobody understands.

Each run of words that is neither a finding nor a cue nor plain English is compared with the
names of the ontology by its letters (:mod:`medai.knowledge.likeness`), then, where an index
of meanings is given, by its meaning.  What is too unlike, or says the opposite, is returned
with suggestions.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from medai.knowledge.findings import Unrecognised
from medai.knowledge.lexicon import Entry, Lexicon
from medai.knowledge.likeness import look_alikes
from medai.knowledge.negation import free_words
from medai.knowledge.plainwords import MODIFIERS, NORMAL, PLAIN
from medai.knowledge.rewording import reword
from medai.knowledge.words import APOSTROPHES, FILLERS, Word, normalise

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST_SEARCHED = 300  # different phrases searched by likeness in one text
LONGEST_CHUNK = 8  # words; longer ones are no name of a finding
LEAST_LIKENESS = 0.35  # below this a similar name is no useful suggestion
# Chosen on the development half of the terms and the development vignettes; the figures are
# in data/results/15_linking.json.
NEAR_ENOUGH = 0.86  # a neighbour in meaning this like is accepted
ONE_WORD = 0.95  # a single word must be another wording: "throat" is no pharyngitis
AHEAD = 0.06  # and only if it is this far ahead of the next term
WORTH_ASKING = 0.60  # a less like one is worth a question
MOST_NEIGHBOURS = 40  # phrases searched by meaning in one text: some milliseconds each
_JOIN = re.compile(
    r"\s+(?:(?:in|on|at|of|to|from|with|when|after|behind|around|under|over|up|out|my|his|her|"
    r"their|the|a|both|while|by)\s+){1,3}",
    re.I,
)
_IDLE = frozenset(
    ["in", "on", "at", "of", "to", "from", "with", "when", "and", "more", "very", "so", "really"]
)
GAP = frozenset(" \t\r\n-‐‑/()\u00a0" + APOSTROPHES)


class Names(Protocol):
    """An index of names by meaning, such as :class:`medai.llm.names.NameIndex`."""

    def nearest(self, phrases: Iterable[str], k: int = 5) -> list[list]:
        """Return `k` neighbours for each phrase: hpo_id, name, matched, score, opposite."""


@dataclass(frozen=True)
class Match:
    """A stretch of text, the name that it matches, and what it states by itself, if anything.

    `begins` is where the phrase begins that it belongs to: "ankles are not [swollen]".
    """

    start: int
    end: int
    entry: Entry
    method: str
    score: float
    status: str = ""
    begins: int = -1


def by_sentence(words: list[Word], bounds: list[tuple[int, int]]) -> list[list[Word]]:
    """Share the words out to the sentences."""
    result, i = [], 0
    for _, end in bounds:
        start = i
        while i < len(words) and words[i].start < end:
            i += 1
        result.append(words[start:i])
    return result


def named(lexicon: Lexicon, term: int) -> tuple[str, str]:
    """Return id and name of a term, given its row."""
    return lexicon.graph.term_ids[term], lexicon.graph.term_names[term]


def chunks_of(
    text: str, words: list[Word], bounds: list[tuple[int, int]], taken: list[tuple[int, int]]
) -> list[list[Word]]:
    """Return runs of words that are neither findings nor cues nor plain English."""
    chunks: list[list[Word]] = []
    for sentence in by_sentence(free_words(words, taken), bounds):
        run: list[Word] = []
        for word in sentence:
            written = text[word.start : word.end].casefold()
            plain = written in PLAIN or word.norm.isdigit() or re.fullmatch("[a-z]", written)
            gap = text[run[-1].end : word.start] if run else ""
            if run and (plain or len(gap) > 4 or not set(gap) <= GAP):
                # fillers do not break a run: "coarctaton of the aorta"
                if plain and word.norm in FILLERS and set(gap) <= GAP:
                    run.append(word)
                    continue
                chunks.append(run)
                run = []
            if not plain:
                run.append(word)
        if run:
            chunks.append(run)
    trimmed = (_trim(text, chunk) for chunk in chunks)
    return [chunk for chunk in trimmed if chunk]


def _trim(text: str, chunk: list[Word]) -> list[Word]:
    """Drop fillers and modifiers ("severe", "left") at both ends."""

    def idle(word: Word) -> bool:
        return word.norm in FILLERS or text[word.start : word.end].casefold() in MODIFIERS

    start, end = 0, len(chunk)
    while start < end and idle(chunk[start]):
        start += 1
    while end > start and idle(chunk[end - 1]):
        end -= 1
    return chunk[start:end]


def match_rest(
    lexicon: Lexicon, text: str, chunks: list[list[Word]], names: Names | None = None
) -> tuple[list[Match], list[Unrecognised]]:
    """Compare what is left over by its letters, then by its meaning where `names` is given.

    Returns what was accepted, and what was not.
    """
    phrases = [" ".join(w.norm for w in chunk if w.norm not in FILLERS) for chunk in chunks]
    normal = [any(w.norm in NORMAL for w in chunk) for chunk in chunks]
    wanted = dict.fromkeys(
        phrase
        for phrase, chunk, is_normal in zip(phrases, chunks, normal, strict=True)
        if not is_normal and len(chunk) <= LONGEST_CHUNK and len(phrase) >= 4 and phrase.isascii()
    )
    searched = list(wanted)[:MOST_SEARCHED]
    results = dict(zip(searched, look_alikes(lexicon, searched), strict=True))
    matches, rest = [], []
    for phrase, chunk, is_normal in zip(phrases, chunks, normal, strict=True):
        place, cosine, similar = results.get(phrase, (None, 0.0, []))
        if place is not None:
            start, end, score = chunk[0].start, chunk[-1].end, round(cosine, 2)
            matches.append(Match(start, end, lexicon.entry(place), "ngram", score))
        else:
            rest.append((chunk, is_normal, similar))
    near = {} if names is None else _neighbours(text, rest, names)
    unknown, covered = [], 0
    for chunk, is_normal, similar in rest:
        start, end = chunk[0].start, chunk[-1].end
        if start < covered:
            continue  # part of a longer phrase that was understood
        last, found = near.get(start, (end, []))
        if found and is_sure(text[start:last], found):
            best, covered = found[0], last
            number = lexicon.by_phrase[best.matched]
            term = (lexicon.graph.term_number(best.hpo_id),)
            entry = Entry(number, term, lexicon.entry(number).scope)
            matches.append(Match(start, last, entry, "neighbour", round(best.score, 2)))
            continue
        close = [place for place, cosine in similar[:5] if cosine >= LEAST_LIKENESS]
        alike = [named(lexicon, lexicon.entry(place).terms[0]) for place in close]
        meant = [(one.hpo_id, one.name) for one in found if one.score >= WORTH_ASKING]
        suggestions = tuple(dict.fromkeys([*meant, *alike]))[:3]
        if is_normal and len(chunk) == 1:
            continue  # "hearing is normal": the rest of the statement is reported
        opposite = found and max(found, key=lambda one: one.score)
        reason = "normal" if is_normal else "unknown"
        if opposite and opposite.opposite and opposite.score >= NEAR_ENOUGH:
            reason = "opposite"
        unknown.append(Unrecognised(start, end, text[start:end], reason, suggestions))
    return matches, unknown


def is_sure(phrase: str, found: Sequence) -> bool:
    """Tell whether the first of some neighbours may be taken for what a phrase means.

    It must be like enough, no opposite, and ahead of the next term; and it must not make a
    finding of a mere part of the body ("the throat") or of what is not said to be abnormal,
    nor say more than the phrase ("chronic", "multiple").
    """
    best = found[0]
    said, meant = reword(normalise(phrase)).split(), reword(best.matched).split()
    least = NEAR_ENOUGH if len(set(said) - _IDLE) > 1 else ONE_WORD
    if best.opposite or best.score < least or ("abnormal" in meant and "abnormal" not in said):
        return False
    if set(meant) - _IDLE > set(said) - _IDLE:
        return False
    return all(one.opposite or best.score - one.score >= AHEAD for one in found[1:2])


def _neighbours(text: str, rest: Sequence[tuple], names: Names) -> dict[int, tuple[int, list]]:
    """Ask for the neighbours of each phrase, and of "blood in my urine" as a whole.

    Returns for the beginning of a chunk where its phrase ends, and the neighbours.
    """
    spans: list[tuple[int, int]] = []
    for k, (chunk, is_normal, _) in enumerate(rest):
        if is_normal or len(chunk) > LONGEST_CHUNK:
            continue
        start, end = chunk[0].start, chunk[-1].end
        spans.append((start, end))
        for other, other_normal, _ in rest[k + 1 : k + 3]:
            gap = text[end : other[0].start]
            if other_normal or not _JOIN.fullmatch(gap):
                break
            end = other[-1].end
            spans.append((start, end))
    spans = [span for span in spans if span[1] - span[0] >= 4][:MOST_NEIGHBOURS]
    phrases = list(dict.fromkeys(text[a:b] for a, b in spans))
    found = dict(zip(phrases, names.nearest(phrases, 3), strict=True)) if phrases else {}
    result: dict[int, tuple[int, list]] = {}
    for start, end in spans:  # the longest that is sure, else the shortest
        here = found[text[start:end]]
        if start not in result or is_sure(text[start:end], here):
            result[start] = (end, here)
    return result
