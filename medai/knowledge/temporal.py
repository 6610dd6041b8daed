"""When a finding began, how it goes, and whether it is still there.

Rules in the manner of :mod:`medai.knowledge.negation`: time words are found by patterns and
attached to the findings beside them, along lists ("fever, cough and headache for three
days").  Three things are told apart: a finding of now with its onset, duration or course; one
that has *resolved* in this illness; and *history*, an earlier illness.
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from medai.knowledge.negation import sentences
from medai.knowledge.time_words import (
    AGO,
    BACK,
    BETWEEN,
    COURSE,
    EARLIER,
    FORWARD,
    HISTORY,
    IN_DAYS,
    LATELY,
    MOMENTS,
    NEGATED,
    NOT_HISTORY,
    NOW,
    NUMBERS,
    RESOLVED,
    RESOLVED_FORWARD,
    STARTED,
    SUBORDINATE,
    YEAR,
)

__all__ = ["Timing", "timings"]


@dataclass(frozen=True)
class Timing:
    """What a text says about the time of one finding.

    Attributes
    ----------
    onset
        The words about when or for how long, as written; "" if none.
    days
        Their length in days, as far as it can be told: since the onset, or how long it
        lasted; None if not.
    course
        ``sudden``, ``gradual``, ``worsening``, ``improving``, ``intermittent``,
        ``recurrent``, ``resolved``, or "".
    history
        An earlier illness or episode, not one of now.
    cue
        The words that decided about ``resolved`` and `history`, as written.
    """

    onset: str = ""
    days: float | None = None
    course: str = ""
    history: bool = False
    cue: str = ""


def timings(text: str, spans: Sequence[tuple[int, int]]) -> list[Timing]:
    """Return what the text says about the time of each finding.

    Parameters
    ----------
    text
        The text.
    spans
        ``(start, end)`` of each finding, in order, not overlapping.

    Examples
    --------
    >>> text = "Fever for three days, asthma as a child."
    >>> fever, asthma = timings(text, [(0, 5), (22, 28)])
    >>> fever.days, fever.history, asthma.history
    (3.0, False, True)
    """
    reader = _Reader(text, spans)
    starts = [start for start, _ in spans]
    for first, last in sentences(text):
        low, high = bisect.bisect_left(starts, first), bisect.bisect_left(starts, last)
        if low < high:
            reader.read(first, last, low, high)
    return reader.found


class _Reader:
    """Attach the time words of one sentence after the other to its findings."""

    def __init__(self, text: str, spans: Sequence[tuple[int, int]]) -> None:
        self.text, self.spans = text, spans
        self.found = [Timing()] * len(spans)

    def read(self, first: int, last: int, low: int, high: int) -> None:
        self.first, self.last, self.low, self.high = first, last, low, high
        self._lengths()
        self._courses()
        self._resolved()
        self._history()

    def _matches(self, pattern: re.Pattern):
        """Yield the matches in the sentence that do not lie in a finding."""
        for match in pattern.finditer(self.text, self.first, self.last):
            inside = (
                a < match.end() and match.start() < b for a, b in self.spans[self.low : self.high]
            )
            if not any(inside):
                yield match

    # -- neighbours ------------------------------------------------------------------------

    def _joined(self, i: int, j: int) -> bool:
        return BETWEEN.match(self.text[self.spans[i][1] : self.spans[j][0]]) is not None

    def _joined_plainly(self, k: int) -> bool:
        """Tell whether "and" or "or" alone stands before a finding: "and the …" begins anew."""
        gap = self.text[self.spans[k - 1][1] : self.spans[k][0]]
        return re.fullmatch(r"\s*(?:,|,?\s*(?:and|or))\s*", gap, re.I) is not None

    def _before(self, place: int, reach: int = 40, commas: bool = True) -> list[int]:
        """Return the list of findings that ends before a place, the nearest last."""
        ks = [k for k in range(self.low, self.high) if self.spans[k][1] <= place]
        if not ks:
            return []
        k = ks[-1]
        gap = self.text[self.spans[k][1] : place]
        stops = ";:," if not commas else ";:"
        if (
            len(gap) > reach
            or set(stops) & set(gap)
            or re.search(r"\b(?:but|though|although)\b", gap)
        ):
            return []
        return self._list(k, -1)

    def _after(self, place: int, reach: int = 30) -> list[int]:
        """Return the list of findings that begins after a place."""
        ks = [k for k in range(self.low, self.high) if self.spans[k][0] >= place]
        if not ks:
            return []
        gap = self.text[place : self.spans[ks[0]][0]]
        if len(gap) > reach or set(";.") & set(gap) or NOW.search(gap.lstrip(" :")):
            return []
        return self._list(ks[0], 1)

    def _list(self, k: int, step: int) -> list[int]:
        """Walk along "a, b and c"; commas alone make no list."""
        chain, pending = [k], []
        while self.low <= k + step < self.high:
            one, other = sorted((k, k + step))
            if not self._joined(one, other):
                break
            gap = self.text[self.spans[one][1] : self.spans[other][0]]
            k += step
            pending.append(k)
            if re.search(r"\b(?:and|or|plus|with)\b|[&+/]", gap, re.I) or (
                step < 0 and len(chain) > 1
            ):
                chain += pending
                pending = []
        return sorted(chain)

    def _set(self, ks: Sequence[int], **changes: object) -> None:
        for k in ks:
            self.found[k] = replace(self.found[k], **changes)

    # -- what is read ----------------------------------------------------------------------

    def _lengths(self) -> None:
        for match in self._matches(FORWARD):
            ks = self._after(match.end())
            if match[0].lower().startswith("since") and self._before(match.start()):
                ks = []
            self._set(ks, onset=_words(match), days=_days(match))
        for pattern in (BACK, AGO, LATELY):
            for match in self._matches(pattern):
                ks = [k for k in self._before(match.start()) if not self.found[k].onset]
                self._set(ks, onset=_words(match), days=_days(match))

    def _courses(self) -> None:
        for match in self._matches(COURSE):
            if NEGATED.search(self.text, max(self.first, match.start() - 24), match.start()):
                continue
            after = self._after(match.end(), reach=12)[:1]
            between = re.match(r"\s*(?:onset\s*(?:of\s*)?)?", self.text[match.end() :])
            near = after and self.spans[after[0]][0] - match.end() <= between.end() + 8
            self._set(after if near else self._before(match.start(), 30), course=match.lastgroup)

    def _resolved(self) -> None:
        for match in self._matches(RESOLVED_FORWARD):
            ks = self._after(match.end(), reach=14)
            ks = [k for k in ks if k == ks[0] or self._joined_plainly(k)]
            self._set(ks, course="resolved", cue=match[0])
        for match in self._matches(RESOLVED):
            if NEGATED.search(self.text, max(self.first, match.start() - 24), match.start()):
                continue
            ks = self._before(match.start(), commas=False)
            if ks and not SUBORDINATE.search(self.text, self.spans[ks[-1]][1], match.start()):
                self._set(ks, course="resolved", cue=match[0])

    def _history(self) -> None:
        for match in self._matches(HISTORY):
            if NOT_HISTORY.search(self.text, max(self.first, match.start() - 24), match.start()):
                continue
            if match["list"]:
                end = NOW.search(self.text, match.end() + 2, self.last)
                stop = end.start() if end else self.last
                ks = [
                    k for k in range(self.low, self.high) if match.end() <= self.spans[k][0] < stop
                ]
            else:
                ks = self._after(match.end())
            self._set([k for k in ks if not self._is_recent(k)], history=True, cue=match[0])
        for match in self._matches(EARLIER):
            ks = self._before(match.start(), commas=False)
            start = self.spans[ks[0]][0] if ks else match.start()
            if not ks or STARTED.search(self.text, max(self.first, start - 24), match.start()):
                continue
            self._set(ks, history=True, cue=match[0])
        for k in range(self.low, self.high):  # "kidney stones 2012"
            year = YEAR.match(self.text[self.spans[k][1] : self.spans[k][1] + 8])
            if year and self.spans[k][1] + year.end() <= self.last:
                self._set([k], history=True, cue=year[0].strip(" ("))

    def _is_recent(self, k: int) -> bool:
        days = self.found[k].days
        return days is not None and days < 92 and "ago" not in self.found[k].onset


def _words(match: re.Match) -> str:
    return re.sub(r"\s+(?:history\s+|course\s+)?(?:of|with)$", "", match[0].strip(), flags=re.I)


def _days(match: re.Match) -> float | None:
    """Return the length in days that a time expression names."""
    groups = match.groupdict()
    slashed, per = groups.get("s") or groups.get("s2"), groups.get("per") or groups.get("per2")
    if slashed:
        return float(slashed) * {"7": 1.0, "52": 7.0, "12": 30.4}[per]
    if groups.get("unit"):
        word = " ".join(groups["n"].lower().split())
        word = word.replace("half an", "half a")
        number = NUMBERS.get(word)
        if number is None and word[0].isdigit():
            number = float(word)
        unit = groups["unit"][0].lower()
        return None if number is None else round(number * IN_DAYS[unit], 2)
    if groups.get("moment"):
        return MOMENTS.get(" ".join(groups["moment"].lower().split()))
    return None
