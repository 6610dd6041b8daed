"""Free text in, HPO findings out, each with the place where it stands in the text.

Names and synonyms of the ontology are matched first, the longest first; spelling (British or
American), plural, hyphens and the order of words do not matter.  What patients say instead is
matched with them (:mod:`medai.knowledge.lay`).  Abbreviations of one meaning
are read (:mod:`medai.knowledge.shorthand`), and a longer name with a typo or in other words goes
before a shorter one (:mod:`medai.knowledge.misspelt`).  Measurements become findings
by their value (:mod:`medai.knowledge.measurements`).  What is left over is compared by its
letters, which finds misspelt words, and by its meaning where an index of meanings is given
(:mod:`medai.knowledge.leftovers`).  Whether a finding is there, denied, doubtful, over or a
relative's is decided by :mod:`medai.knowledge.statements`.  What was not understood is
returned too.

Limits: English only; without an index of meanings it does not know paraphrases that neither
the ontology nor the lexicon of everyday English lists.
"""

from __future__ import annotations

import bisect
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from medai.knowledge.findings import Finding, Findings, Unrecognised
from medai.knowledge.headings import headings
from medai.knowledge.lay import lay_lexicon, with_own_status
from medai.knowledge.leftovers import Match, Names, by_sentence, chunks_of, match_rest, named
from medai.knowledge.lexicon import Entry, Lexicon, lexicon_of
from medai.knowledge.measurements import Measurement, read_measurements
from medai.knowledge.misspelt import longer_names, spelt
from medai.knowledge.naming import match_names
from medai.knowledge.negation import find_cues, sentences
from medai.knowledge.read_alone import read_alone
from medai.knowledge.shorthand import to_ask, written_out
from medai.knowledge.statements import Statement, statements
from medai.knowledge.words import words_of
from medai.runtime import MedaiError

if TYPE_CHECKING:
    from medai.knowledge.graph import KnowledgeGraph

__all__ = ["Finding", "Findings", "Unrecognised", "link"]

MOST_CHARACTERS = 1_000_000


def link(
    text: str,
    graph: KnowledgeGraph | None = None,
    *,
    names: Names | None = None,
    age: float | None = None,
) -> Findings:
    """Recognise findings of the Human Phenotype Ontology in an English text.

    Parameters
    ----------
    text
        Any text of up to a million characters.
    graph
        By default :func:`medai.knowledge.load_graph`.
    names
        An index of names by meaning, :class:`medai.llm.names.NameIndex`, for words that no
        name, synonym or spelling explains; without it they are returned as unrecognised.
    age
        Years, for what is judged by age, such as a heart rate; else what the text says.

    Returns
    -------
    Findings
        In the order of the text; the spans of all groups together do not overlap.

    Raises
    ------
    MedaiError
        When `text` is no string or too long, or the age is impossible.

    Examples
    --------
    >>> found = link("Webbed neck, no fever.")
    >>> [f.name for f in found.present], [f.name for f in found.excluded]
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
    words, several = written_out(lexicon, text, words_of(text))
    asked = to_ask(lexicon, text, several)
    matches: list[Match] = []
    masks: list[tuple[int, int]] = []
    for sentence in by_sentence(words, bounds):
        meant, slips = spelt(lexicon, text, sentence, lay_lexicon().vocabulary)
        heard, hidden = lay_lexicon().hear(lexicon, text, meant)
        hidden += read_alone(lexicon, text, sentence, heard)
        masks += [(sentence[i].start, sentence[j].end) for i, j in hidden]
        named_here = match_names(lexicon, text, sentence, heard, hidden, slips)
        matches += longer_names(lexicon, text, sentence, named_here, hidden)
    asked = _apart(asked, [(m.start, m.end) for m in matches if (m.start, m.end) not in asked])
    asked = _apart(asked, masks)
    matches = [match for match in matches if (match.start, match.end) not in asked]
    values = [
        one
        for one in read_measurements(text, age)
        if not any(start < one.end and one.start < end for start, end in masks)
    ]
    measured = _free_parts(values, matches)
    found = [(m.start, m.end) for m in matches] + [span for _, span in measured]
    found += [mask for mask in masks if not any(a < mask[1] and mask[0] < b for a, b in found)]
    cues = find_cues(text, sorted(found))
    heads = [(head.start, head.end) for head in headings(text)]
    asked = _apart(asked, found)
    asked = _apart(asked, heads)
    begun = [(m.begins, m.start) for m in matches if 0 <= m.begins < m.start]
    taken = sorted([*found, *((c.start, c.end) for c in cues), *heads, *asked, *begun])
    good, unknown = match_rest(lexicon, text, chunks_of(text, words, bounds, taken), names)
    unknown += asked.values()
    for match in matches:
        if _is_ambiguous(lexicon, match):
            unknown.append(_ambiguous(lexicon, text, match))
        else:
            good.append(match)
    findings, measurements = _with_statements(lexicon, text, good, measured, cues)
    mine = [f for f in findings if not f.family and not f.history]
    groups = {
        status: tuple(f for f in mine if f.status == status)
        for status in ("present", "excluded", "uncertain")
    }
    return Findings(
        **groups,
        family=tuple(f for f in findings if f.family),
        unrecognised=tuple(sorted(unknown, key=lambda one: one.start)),
        history=tuple(f for f in findings if f.history and not f.family),
        measurements=measurements,
    )


def _free_parts(
    measured: list[Measurement], matches: list[Match]
) -> list[tuple[Measurement, tuple[int, int]]]:
    """Give each measurement the part of its words that no name has taken, if there is one.

    "High blood pressure, 150/95": the words are a name, the number is the measurement.
    """
    result, k = [], 0
    matches = sorted(matches, key=lambda match: match.start)
    for one in measured:
        while k < len(matches) and matches[k].end <= one.start:
            k += 1
        start = one.start
        for match in matches[k:]:
            if match.start >= one.end:
                break
            start = max(start, match.end if match.end <= one.number else one.end)
        if start > one.start:
            start = max(start, one.number)
        result.append((one, (min(start, one.end), one.end)))
    return result


def _apart(asked: dict, spans: Sequence[tuple[int, int]]) -> dict:
    """Leave out the abbreviations that overlap one of the spans: a part of a longer name."""
    spans = sorted(spans)
    ends = [end for _, end in spans]
    kept = {}
    for place, one in asked.items():
        k = bisect.bisect_right(ends, place[0])
        if k == len(spans) or spans[k][0] >= place[1]:
            kept[place] = one
    return kept


# -- what the matches mean -----------------------------------------------------------------


def _term_of(graph: KnowledgeGraph, entry: Entry) -> int | None:
    """Return the term that a phrase stands for; of several, the ancestor of all others."""
    for term in entry.terms:
        if all(term in graph.ancestor_numbers(other) for other in entry.terms):
            return term
    return None


def _is_ambiguous(lexicon: Lexicon, match: Match) -> bool:
    """Tell whether nobody can say what is meant: several terms, or two letters such as CP."""
    short = len(lexicon.phrases[match.entry.phrase]) <= 2
    return short or _term_of(lexicon.graph, match.entry) is None


def _ambiguous(lexicon: Lexicon, text: str, match: Match) -> Unrecognised:
    terms = tuple(named(lexicon, term) for term in match.entry.terms)
    return Unrecognised(match.start, match.end, text[match.start : match.end], "ambiguous", terms)


def _with_statements(
    lexicon: Lexicon,
    text: str,
    matches: list[Match],
    measured: list[tuple[Measurement, tuple[int, int]]],
    cues: Sequence,
) -> tuple[list[Finding], tuple[Measurement, ...]]:
    """Make findings of names and measurements, each with what the text states about it."""
    items: list[tuple[int, int, Match | Measurement]] = [(m.start, m.end, m) for m in matches]
    items += [(*span, one) for one, span in measured if span[0] < span[1]]
    items.sort(key=lambda item: item[0])
    stated = statements(text, [(a, b) for a, b, _ in items], cues)
    findings: list[Finding] = []
    measurements = [one for one, span in measured if span[0] == span[1]]
    for (start, end, what), statement in zip(items, stated, strict=True):
        if isinstance(what, Match):
            statement = with_own_status(what.status, statement)
            hpo_id, name = named(lexicon, _term_of(lexicon.graph, what.entry))
            matched = lexicon.phrases[what.entry.phrase]
            shown = (hpo_id, name, start, end, text[start:end], matched, what.method, what.score)
            findings.append(_finding(shown, statement))
            continue
        what = _in_context(what, statement)
        measurements.append(what)
        for hpo_id, status in what.findings[:1]:
            if status != "excluded" and hpo_id in lexicon.graph.term_index:
                name = lexicon.graph.term(hpo_id).name
                said = f"{what.quantity} {what.value}"
                shown = (hpo_id, name, start, end, text[start:end], said, "measurement", 1.0)
                findings.append(_finding(shown, statement._replace(status=status)))
    measurements.sort(key=lambda one: one.start)
    return findings, tuple(measurements)


def _finding(shown: tuple, statement: Statement) -> Finding:
    timing = statement.timing
    return Finding(
        *shown,
        status=statement.status,
        family=statement.family,
        cue=statement.cue,
        history=statement.history,
        onset=timing.onset,
        days=timing.days,
        course=timing.course,
    )


def _in_context(one: Measurement, statement: Statement) -> Measurement:
    """Turn a value into a question that the text denies, doubts, or reports of the past."""
    if statement.status == "present" and not statement.family and not statement.history:
        return one
    if one.verdict == "normal" or statement.family or statement.history:
        kept = () if one.verdict == "normal" else one.findings
        return replace(one, findings=kept)
    if not one.findings:
        return one
    doubtful = tuple((hpo_id, "uncertain") for hpo_id, _ in one.findings)
    ask = one.message or f'"{statement.cue}" stands before the value: was it measured?'
    return replace(one, verdict="question", findings=doubtful, message=ask)
