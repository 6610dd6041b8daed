"""Chinese free text in, HPO findings out, each with the place where it stands in the text.

Simplified and traditional characters and full-width letters are read alike; places always
refer to the text as it was written.  The words come from ``data/zh_findings``, a lexicon
written for this book; no model is involved.  What the lexicon does not hold is cut into words
by jieba and reported.

Limits: the lexicon holds expressions, not meanings; a paraphrase that it does not list is
reported as unrecognised.  Expressions that may mean several things (头晕) are never guessed:
they are reported as ambiguous, and :func:`question_for` says what to ask.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from medai.datasets.zh import read_zh_findings
from medai.knowledge.ages import age_interval
from medai.knowledge.chinese_cues import course_of, without_advice
from medai.knowledge.chinese_lexicon import ChineseLexicon, Piece, chinese_lexicon
from medai.knowledge.chinese_scopes import Found
from medai.knowledge.chinese_status import read_sentence
from medai.knowledge.chinese_text import Plain, plain, sentences
from medai.knowledge.chinese_values import (
    Duration,
    Durations,
    Measurements,
    Value,
    ages_of,
)
from medai.knowledge.chinese_words import cut
from medai.knowledge.findings import Finding, Findings, Unrecognised
from medai.knowledge.measurements import Measurement
from medai.knowledge.thresholds import Ages
from medai.runtime import MedaiError

if TYPE_CHECKING:
    from medai.knowledge.graph import KnowledgeGraph

__all__ = ["is_chinese", "question_for", "read_chinese"]

MOST_CHARACTERS = 1_000_000
_CHINESE = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_BROADER_SCORE = 0.8  # an expression that is narrower than its term
_LONGEST_DEGREE = 8  # characters


def is_chinese(text: str) -> bool:
    """Tell whether a text holds Chinese characters (any; a note may hold English words too).

    Examples
    --------
    >>> is_chinese('咳嗽三天'), is_chinese('a cough for three days')
    (True, False)
    """
    return _CHINESE.search(text) is not None


def question_for(expression: str, language: str = "zh") -> str:
    """Return what to ask about an ambiguous expression; "" if there is nothing to ask.

    Parameters
    ----------
    expression
        As written, e.g. the `text` of an :class:`Unrecognised` whose reason is ``ambiguous``.
    language
        ``zh`` or ``en``.
    """
    if language not in ("zh", "en"):
        raise MedaiError(f"language={language!r}: questions are written in 'zh' and in 'en'.")
    row = chinese_lexicon().questions.get(plain(expression).text)
    return row[f"question_{language}"] if row else ""


def read_chinese(
    text: str, graph: KnowledgeGraph | None = None, *, age: float | None = None
) -> Findings:
    """Recognise findings of the Human Phenotype Ontology in a Chinese text.

    Parameters
    ----------
    text
        Simplified or traditional, of up to a million characters.
    graph
        By default :func:`medai.knowledge.load_graph`.  Expressions whose term it does not
        hold are reported as unrecognised.
    age
        In years, if known; otherwise what the text says is used.  Heart rate, breathing and
        blood pressure are judged by it.

    Returns
    -------
    Findings
        In the order of the text; the spans of all groups together do not overlap.

    Notes
    -----
    `cue` and `matched` of a finding are in simplified characters.  `days` counts a month as 30
    and a year as 365 days, and "several" (几, 数) as three.

    Raises
    ------
    MedaiError
        When `text` is no string or too long, the age is impossible, or OpenCC or jieba is not
        installed.

    Examples
    --------
    >>> found = read_chinese("咳嗽，痰多三天，无发热。")
    >>> [f.name for f in found.present], [f.name for f in found.excluded]
    (['Cough', 'Increased sputum production'], ['Fever'])
    """
    if not isinstance(text, str):
        raise MedaiError(f"read_chinese() takes a text, not {type(text).__name__}: pass a string.")
    if len(text) > MOST_CHARACTERS:
        raise MedaiError(
            f"The text has {len(text):,} characters; at most {MOST_CHARACTERS:,} are read at "
            "once. Pass one patient's description, not a whole file of them."
        )
    if graph is None:
        from medai.knowledge.load import load_graph

        graph = load_graph()
    ages = age_interval("", age) if age is not None else None
    return _Text(text, graph, ages).read()


@functools.lru_cache(maxsize=1)
def _values() -> tuple[Measurements, Durations]:
    tables = read_zh_findings()
    return Measurements(tables), Durations(tables)


class _Text:
    """One text while it is read: what was found so far, with places in the original."""

    def __init__(self, text: str, graph: KnowledgeGraph, ages: Ages | None) -> None:
        self.original = text
        self.graph = graph
        self.plain: Plain = plain(text)
        self.ages = ages_of(self.plain.text) if ages is None else ages
        self.lexicon: ChineseLexicon = chinese_lexicon()
        self.groups: dict[str, list[Finding]] = {
            group: [] for group in ("present", "excluded", "uncertain", "family", "history")
        }
        self.unrecognised: list[Unrecognised] = []
        self.measurements: list[Measurement] = []

    def read(self) -> Findings:
        for start, end in sentences(self.plain.text):
            present, excluded = len(self.groups["present"]), len(self.groups["excluded"])
            self._sentence(start, self.plain.text[start:end])
            # what is there somewhere in the sentence is not absent: 夜间咳嗽，白天不咳; but what
            # another sentence denies is a contradiction, for the reader to see
            there = {finding.hpo_id for finding in self.groups["present"][present:]}
            denied = self.groups["excluded"]
            denied[excluded:] = [f for f in denied[excluded:] if f.hpo_id not in there]
        self.unrecognised.sort(key=lambda one: one.start)
        return Findings(
            **{name: tuple(findings) for name, findings in self.groups.items()},
            unrecognised=tuple(self.unrecognised),
            measurements=tuple(self.measurements),
        )

    def _sentence(self, offset: int, sentence: str) -> None:
        """Read one sentence, which begins at `offset` of the comparable text."""
        sentence = without_advice(sentence)
        measurements, times = _values()
        values = measurements.find(sentence, self.ages)
        pieces = self.lexicon.pieces(sentence, [value.piece(sentence) for value in values])
        durations = times.find(sentence)
        by_number = {value.number: value for value in values}
        last_end = 0
        for found in read_sentence(self.lexicon, sentence, pieces):
            start, end = found.piece.start, found.piece.end
            if {"measured", "value"} & found.piece.kinds.keys():
                value = by_number[start]
                start = max(value.start, last_end)  # with its name, unless that is a finding too
                self._measure(value, found.status, offset + start, offset)
            last_end = end
            details = self._details(found, offset, sentence, durations)
            self._add(found, offset + start, offset + end, details)
        covered = [(one.start, one.end) for one in (*pieces, *durations, *values)]
        for start, end in cut(sentence, covered):
            if sentence[start:end] not in self.lexicon.plain_words:
                self._leave(offset + start, offset + end, "unknown")

    def _measure(self, value: Value, status: str, start: int, offset: int) -> None:
        """Keep a measurement; a relative's and an earlier one state nothing of today."""
        judged = value.judgement
        today = status in ("present", "uncertain", "value")
        start, end = self.plain.original(start, offset + value.end)
        number, _ = self.plain.original(offset + value.number, offset + value.end)
        made = Measurement(
            start,
            end,
            self.original[start:end],
            number,
            quantity=value.quantity,
            value=value.shown,
            verdict=judged.verdict,
            findings=value.findings if today else (),
            message=judged.message,
            source=judged.source,
        )
        self.measurements.append(made)

    def _details(
        self, found: Found, offset: int, sentence: str, durations: list[Duration]
    ) -> dict[str, str | float | None]:
        """Return degree and onset of a finding, the onset as it was written."""
        if found.status == "absent":
            return {}
        details: dict[str, str | float | None] = {
            "degree": _degree(sentence, found.piece, self.lexicon)
        }
        details["course"] = course_of(sentence, found.piece.start, found.piece.end)
        time = _duration(sentence, found.piece, durations)
        if time is not None:
            start, end = self.plain.original(offset + time.start, offset + time.end)
            details |= {"onset": self.original[start:end], "days": time.days}
        return details

    def _add(self, found: Found, start: int, end: int, details: dict) -> None:
        """File a finding under its status, or say why it states nothing."""
        piece, status = found.piece, found.status
        broader = piece.word in self.lexicon.broader
        if status == "value":
            return  # it stands among the measurements
        if status == "ask":
            self._leave(start, end, "ambiguous", piece.kinds["ask"].split("+"))
            return
        if status == "limited" or (status == "absent" and broader):
            self._leave(start, end, "limited")  # 无高热 is not "no fever"
            return
        if found.hpo_id not in self.graph.term_index:
            self._leave(start, end, "unknown")
            return
        if status == "present":
            status = piece.kinds.get("measured", status)
        place = self.plain.original(start, end)
        group = "excluded" if status == "absent" else status
        finding = Finding(
            found.hpo_id,
            self.graph.term(found.hpo_id).name,
            *place,
            self.original[slice(*place)],
            matched=piece.word,
            method="measurement" if "measured" in piece.kinds else "lexicon",
            score=_BROADER_SCORE if broader else 1.0,
            status=group if group in ("excluded", "uncertain") else "present",
            family=group == "family",
            cue=found.cue,
            history=group == "history",
            **details,
        )
        self.groups[group].append(finding)

    def _leave(self, start: int, end: int, reason: str, terms: list[str] | None = None) -> None:
        """Report a part of the text that states no finding."""
        place = self.plain.original(start, end)
        known = (term for term in terms or () if term in self.graph.term_index)
        suggestions = tuple((term, self.graph.term(term).name) for term in known)
        written = self.original[slice(*place)]
        self.unrecognised.append(Unrecognised(*place, written, reason, suggestions))


def _degree(sentence: str, piece: Piece, lexicon: ChineseLexicon) -> str:
    """Return the degree that a word inside, behind or before a finding states."""

    def classes(size: int) -> Iterator[str | None]:
        """Look for a word of degree with `size` characters, at each place where it may stand."""
        yield degrees(sentence[piece.end : piece.end + size]).get("degree_after")
        yield degrees(sentence[max(piece.start - size, 0) : piece.start]).get("degree_before")
        if 1 < size < len(piece.word):  # 头痛剧烈 is one string of the lexicon
            yield degrees(piece.word[-size:]).get("degree_after")
            yield degrees(piece.word[:size]).get("degree_before")

    def degrees(word: str) -> dict[str, str]:
        return lexicon.words.get(word, {})

    found = [degrees(piece.inside).get("degree_before")]  # 头很疼
    for size in range(_LONGEST_DEGREE, 0, -1):
        found += classes(size)
    return next(filter(None, found), "")


def _duration(sentence: str, piece: Piece, durations: list[Duration]) -> Duration | None:
    """Return the time that belongs to a finding: behind it, else before it, up to a comma."""
    part_start = sentence.rfind(",", 0, piece.start) + 1
    part_end = sentence.find(",", piece.end)
    part_end = len(sentence) if part_end < 0 else part_end
    times = [one for one in durations if one.is_time]
    near = [one for one in times if part_start <= one.start and one.end <= part_end]
    behind = [one for one in near if one.start >= piece.end]
    before = [one for one in near if one.end <= piece.start]
    return behind[0] if behind else before[-1] if before else None
