"""Free text in, HPO findings out, each with the place where it stands in the text.

Names and synonyms of the ontology are matched first, the longest first; spelling (British or
American), plural, hyphens and the order of words do not matter.  What is left over is compared
by its letters (:mod:`medai.knowledge.likeness`), which finds misspelt words.  Whether a
finding is there, denied, doubtful or a relative's is decided by
:mod:`medai.knowledge.negation`.  What was not understood is returned too.

Limits: English only; it does not know paraphrases ("cannot hear") that the ontology does not
list.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from medai.knowledge.findings import Finding, Findings, Unrecognised
from medai.knowledge.lexicon import SCORES, Entry, Lexicon, lexicon_of
from medai.knowledge.likeness import look_alikes
from medai.knowledge.negation import contexts, find_cues, free_words, sentences
from medai.knowledge.plainwords import MODIFIERS, NORMAL, PLAIN
from medai.knowledge.words import FILLERS, Word, words_of
from medai.runtime import MedaiError

if TYPE_CHECKING:
    from medai.knowledge.graph import KnowledgeGraph

__all__ = ["Finding", "Findings", "Unrecognised", "link"]

MOST_CHARACTERS = 1_000_000
MOST_SEARCHED = 300  # different phrases searched by likeness in one text
LONGEST_CHUNK = 8  # words; longer ones are no name of a finding
LEAST_LIKENESS = 0.35  # below this a similar name is no useful suggestion
_GAP = frozenset(" \t\r\n-‐‑/'’()\u00a0")


@dataclass(frozen=True)
class _Match:
    start: int
    end: int
    entry: Entry
    method: str
    score: float


def link(text: str, graph: KnowledgeGraph | None = None) -> Findings:
    """Recognise findings of the Human Phenotype Ontology in an English text.

    Parameters
    ----------
    text
        Any text of up to a million characters.
    graph
        By default :func:`medai.knowledge.load_graph`.

    Returns
    -------
    Findings
        In the order of the text; the spans of all groups together do not overlap.

    Raises
    ------
    MedaiError
        When `text` is no string or too long.

    Examples
    --------
    >>> found = link("Webbed neck, no fever.")                       # doctest: +SKIP
    >>> [f.name for f in found.present], [f.name for f in found.excluded]  # doctest: +SKIP
    (['Webbed neck'], ['Fever'])
    """
    if not isinstance(text, str):
        raise MedaiError(f"link() takes a text, not {type(text).__name__}: pass a string.")
    if len(text) > MOST_CHARACTERS:
        raise MedaiError(
            f"The text has {len(text):,} characters; at most {MOST_CHARACTERS:,} are read at "
            "once. Pass one patient's description, not a whole file of them."
        )
    if graph is None:
        from medai.knowledge.load import load_graph

        graph = load_graph()
    lexicon = lexicon_of(graph)
    bounds = sentences(text)
    words = words_of(text)
    matches: list[_Match] = []
    for sentence in _split(words, bounds):
        matches += _match_names(lexicon, text, sentence)
    cues = find_cues(text, [(m.start, m.end) for m in matches])
    taken = sorted([*((m.start, m.end) for m in matches), *((c.start, c.end) for c in cues)])
    alike, unknown = _match_rest(lexicon, text, _chunks(text, words, bounds, taken))
    good = alike
    for match in matches:
        if _is_ambiguous(graph, match):
            unknown.append(_ambiguous(lexicon, text, match))
        else:
            good.append(match)
    good.sort(key=lambda match: match.start)
    findings = _with_contexts(lexicon, text, good, cues)
    groups = {
        status: tuple(f for f in findings if f.status == status and not f.family)
        for status in ("present", "excluded", "uncertain")
    }
    family = tuple(f for f in findings if f.family)
    unknown.sort(key=lambda one: one.start)
    return Findings(**groups, family=family, unrecognised=tuple(unknown))


def _split(words: list[Word], bounds: list[tuple[int, int]]) -> list[list[Word]]:
    """Share the words out to the sentences."""
    result, i = [], 0
    for _, end in bounds:
        start = i
        while i < len(words) and words[i].start < end:
            i += 1
        result.append(words[start:i])
    return result


# -- names ---------------------------------------------------------------------------------


def _match_names(lexicon: Lexicon, text: str, words: list[Word]) -> list[_Match]:
    """Find the names in one sentence: longest first, then leftmost, without overlaps."""
    shouting = text[words[0].start : words[-1].end].isupper() if len(words) > 3 else False
    candidates = []
    for i, word in enumerate(words):
        if word.norm in FILLERS:
            continue
        if word.norm not in lexicon.vocabulary:
            joined = lexicon.by_joined.get(word.norm)
            if joined is not None:
                candidates.append((1, i, i, joined, 1.0))
            continue
        candidates += _names_from(lexicon, text, words, i, shouting)
    candidates.sort(key=lambda one: (-one[0], one[1]))
    used = bytearray(len(words))
    matches = []
    for _, i, j, phrase, factor in candidates:
        if any(used[i : j + 1]):
            continue
        used[i : j + 1] = b"\1" * (j + 1 - i)
        entry = lexicon.entry(phrase)
        method = "synonym" if entry.scope else "exact"
        score = round(SCORES[entry.scope] * factor, 2)
        matches.append(_Match(words[i].start, words[j].end, entry, method, score))
    return sorted(matches, key=lambda match: match.start)


def _names_from(
    lexicon: Lexicon, text: str, words: list[Word], i: int, shouting: bool
) -> list[tuple[int, int, int, int, float]]:
    """Return the names that begin with word `i` as (words, i, last, phrase, factor)."""
    found, parts, comma = [], [], False
    for j in range(i, len(words)):
        word = words[j]
        if j > i:
            gap = text[words[j - 1].end : word.start]
            if len(gap) > 4 or not set(gap) <= _GAP | {","}:
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
        if phrase is None or (comma and not lexicon.comma[phrase]):
            continue
        cased = lexicon.cased[phrase]
        if cased and (shouting or text[words[i].start : word.end] not in (cased, cased + "s")):
            continue
        found.append((len(parts), i, j, phrase, factor))
    return found


def _term_of(graph: KnowledgeGraph, entry: Entry) -> int | None:
    """Return the term that a phrase stands for; of several, the ancestor of all others."""
    for term in entry.terms:
        if all(term in graph.ancestor_numbers(other) for other in entry.terms):
            return term
    return None


def _is_ambiguous(graph: KnowledgeGraph, match: _Match) -> bool:
    """Tell whether nobody can say what is meant: several terms, or two letters such as CP."""
    return match.end - match.start <= 2 or _term_of(graph, match.entry) is None


def _ambiguous(lexicon: Lexicon, text: str, match: _Match) -> Unrecognised:
    terms = tuple(_named(lexicon, term) for term in match.entry.terms)
    return Unrecognised(match.start, match.end, text[match.start : match.end], "ambiguous", terms)


def _named(lexicon: Lexicon, term: int) -> tuple[str, str]:
    return lexicon.graph.term_ids[term], lexicon.graph.term_names[term]


# -- what is left over ---------------------------------------------------------------------


def _chunks(
    text: str, words: list[Word], bounds: list[tuple[int, int]], taken: list[tuple[int, int]]
) -> list[list[Word]]:
    """Return runs of words that are neither findings nor cues nor plain English."""
    chunks: list[list[Word]] = []
    for sentence in _split(free_words(words, taken), bounds):
        run: list[Word] = []
        for word in sentence:
            written = text[word.start : word.end].casefold()
            plain = written in PLAIN or word.norm.isdigit() or re.fullmatch("[a-z]", written)
            gap = text[run[-1].end : word.start] if run else ""
            if run and (plain or len(gap) > 4 or not set(gap) <= _GAP):
                # fillers do not break a run: "coarctaton of the aorta"
                if plain and word.norm in FILLERS and set(gap) <= _GAP:
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


def _match_rest(
    lexicon: Lexicon, text: str, chunks: list[list[Word]]
) -> tuple[list[_Match], list[Unrecognised]]:
    """Compare what is left over by its letters; return what was accepted and what was not."""
    phrases = [" ".join(w.norm for w in chunk if w.norm not in FILLERS) for chunk in chunks]
    normal = [any(w.norm in NORMAL for w in chunk) for chunk in chunks]
    wanted = dict.fromkeys(
        phrase
        for phrase, chunk, is_normal in zip(phrases, chunks, normal, strict=True)
        if not is_normal and len(chunk) <= LONGEST_CHUNK and len(phrase) >= 4 and phrase.isascii()
    )
    searched = list(wanted)[:MOST_SEARCHED]
    results = dict(zip(searched, look_alikes(lexicon, searched), strict=True))
    matches, unknown = [], []
    for phrase, chunk, is_normal in zip(phrases, chunks, normal, strict=True):
        start, end = chunk[0].start, chunk[-1].end
        place, cosine, similar = results.get(phrase, (None, 0.0, []))
        if place is not None:
            score = round(cosine, 2)
            matches.append(_Match(start, end, lexicon.entry(place), "ngram", score))
            continue
        close = [place for place, cosine in similar[:5] if cosine >= LEAST_LIKENESS]
        names = (_named(lexicon, lexicon.entry(place).terms[0]) for place in close)
        suggestions = tuple(dict.fromkeys(names))[:3]
        if is_normal and len(chunk) == 1:
            continue  # "hearing is normal": the rest of the statement is reported
        reason = "normal" if is_normal else "unknown"
        unknown.append(Unrecognised(start, end, text[start:end], reason, suggestions))
    return matches, unknown


def _with_contexts(
    lexicon: Lexicon, text: str, matches: list[_Match], cues: Sequence
) -> list[Finding]:
    findings = []
    decided = contexts(text, [(m.start, m.end) for m in matches], cues)
    for match, context in zip(matches, decided, strict=True):
        hpo_id, name = _named(lexicon, _term_of(lexicon.graph, match.entry))
        findings.append(
            Finding(
                hpo_id,
                name,
                match.start,
                match.end,
                text[match.start : match.end],
                lexicon.phrases[match.entry.phrase],
                match.method,
                match.score,
                context.status,
                context.family,
                context.cue,
            )
        )
    return findings
