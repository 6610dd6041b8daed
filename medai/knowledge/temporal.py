"""When did it begin, how does it go, and is it there at all now?

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


_NUMBERS = {
    w: float(i)
    for i, w in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve".split()
    )
} | {"a": 1.0, "an": 1.0, "half a": 0.5, "couple of": 2.0, "a couple of": 2.0, "fortnight": 14.0}
_N = r"(?P<n>\d{1,3}(?:\.\d)?|half\s+an?|(?:a\s+)?couple\s+of|(?:a\s+)?few|several|many|an?|" + (
    "|".join(list(_NUMBERS)[1:13]) + ")"
)
_UNIT = r"(?P<unit>hours?|hrs?|days?|nights?|weeks?|wks?|fortnights?|months?|mths?|years?|yrs?)"
_IN_DAYS = {"h": 1 / 24, "d": 1.0, "n": 1.0, "w": 7.0, "f": 14.0, "m": 30.4, "y": 365.25}
_SLASHED = r"(?P<s>\d{1,3})\s*/\s*(?P<per>7|52|12)(?![\d/])"
_WEEKDAY = "(?:mon|tues|wednes|thurs|fri|satur|sun)day"
_MONTH = "(?:january|february|march|april|may|june|july|august|september|october|november|december)"
_MOMENTS = {
    "yesterday": 1.0, "last night": 1.0, "this morning": 0.5, "today": 0.0, "last week": 7.0,
    "last month": 30.4, "last year": 365.25, "the weekend": None, "birth": None,
    "childhood": None, "infancy": None,
}  # fmt: skip
_MOMENT = (
    rf"(?P<moment>{'|'.join(_MOMENTS)}|(?:last\s+)?{_WEEKDAY}|{_MONTH}(?:\s+\d{{4}})?|"
    r"(?:19|20)\d\d|(?:the\s+)?age\s+(?:of\s+)?\d{1,2})"
)
_LENGTH = rf"(?:(?:the\s+)?(?:last|past|previous)\s+)?(?:{_N}[\s-]+{_UNIT}|{_SLASHED})"

# Behind the findings they belong to, or (FORWARD) in front of them.
_BACK = re.compile(
    rf"\b(?:for|over|x|lasting|lasted|during|in)\s+(?:about\s+|around\s+|nearly\s+|almost\s+)?{_LENGTH}(?!\s+ago)\b|"
    rf"(?<![\w/]){_SLASHED.replace('<s>', '<s2>').replace('<per>', '<per2>')}|"
    rf"\bsince\s+{_MOMENT}\b",
    re.I,
)
_AGO = re.compile(rf"\b{_N}\s+{_UNIT}\s+ago\b", re.I)
_LATELY = re.compile(r"\b(?P<moment>yesterday|last\s+night|this\s+morning|overnight)\b", re.I)
_FORWARD = re.compile(
    rf"\b{_N}[\s-]+{_UNIT}['’]?\s*(?:history\s+|course\s+)?(?:of|with)\b|"
    rf"(?<![\w/]){_SLASHED}\s+(?:history\s+)?of\b|\bsince\s+{_MOMENT}\b",
    re.I,
)
_STARTED = re.compile(
    r"\b(?:start(?:ed|ing)|began|begin|onset|first|since|came\s+on|develop)", re.I
)
_COURSES = (
    ("sudden", r"sudden(?:ly)?|abrupt(?:ly)?|acute\s+onset|thunderclap"),
    ("gradual", r"gradual(?:ly)?|insidious(?:ly)?|slow\s+onset"),
    ("worsening", r"worsening|worsened|worse|progressive(?:ly)?|increasing(?:ly)?|deteriorating"),
    ("improving", r"improving|improved|better|settling|easing|lessening"),
    ("intermittent", r"intermittent(?:ly)?|on\s+and\s+off|comes\s+and\s+goes|come\s+and\s+go"),
    ("recurrent", r"recurrent|recurring|recurs?|repeated|keeps?\s+coming\s+back"),
)
_COURSE = re.compile(
    rf"\b(?:{'|'.join(f'(?P<{name}>{words})' for name, words in _COURSES)})\b", re.I
)
_RESOLVED = re.compile(
    r"\b(?:resolved|gone(?:\s+(?:away|completely))?|settled|stopped|ceased|subsided|cleared(?:\s+up)?|"
    r"disappeared|vanished|abated|passed\s+off|went\s+away|wore\s+off)\b",
    re.I,
)
_RESOLVED_FORWARD = re.compile(
    r"\b(?:no\s+longer|(?:ceased|stopped)(?=\s+(?:to|having|getting|\w+ing)\b)|resolved|no\s+more|no\s+further)\b",
    re.I,
)
_EARLIER = re.compile(  # behind a finding
    rf"\b(?:as\s+an?\s+(?:child|baby|boy|girl|teenager|infant|toddler|young\s+\w+|student)|"
    rf"in\s+(?:his|her|their|my|the)\s+(?:\w+\s+)?(?:twenties|thirties|forties|fifties|sixties|teens|youth|childhood)|"
    rf"in\s+childhood|last\s+(?:spring|summer|autumn|winter|year)|(?:in|back\s+in)\s+(?:{_MONTH}\s+)?(?:19|20)\d\d|"
    rf"when\s+(?:he|she|they|i)\s+(?:was|were)\s+(?:\w+\s+)?(?:\d+|young|small|little|a\s+\w+)|"
    rf"previously|in\s+the\s+past|years\s+ago|once\s+before)\b",
    re.I,
)
_YEAR = re.compile(r"^\s*(?:\(\s*)?(?:19|20)\d\d\b")
_HISTORY = re.compile(  # in front of a finding
    r"\b(?P<list>pmh(?:x)?|past\s+medical\s+history|past\s+history|previous\s+history|medical\s+history|"
    r"background(?=\s*(?::|of)))\b|"
    r"\b(?:(?:a\s+|with\s+|known\s+)?history\s+of|h/o|hx\s+of|status\s+post|s/p|previous(?:ly)?|prior|past|"
    r"used\s+to\s+(?:have|get|suffer\s+(?:from|with))|(?:has\s+)?(?:had|suffered)\s+(?:from\s+|with\s+)?previous)\b",
    re.I,
)
_NOT_HISTORY = re.compile(
    r"\b(?:family|no|without|denies(?:\s+a)?|presenting|social|drug|birth|days?|weeks?|months?|years?|hours?|/7|/52|/12|"
    r"short|long|recent|brief)['’]?[\s-]*(?:past\s+|known\s+|previous\s+|prior\s+)?$",
    re.I,
)
_NOW = re.compile(
    r"[;:]|\b(?:but|however|though|although|whereas|then|now|presents?|presented|presenting|currently|today|"
    r"here\s+with|comes?\s+with|complains?|who|which|has|while|still)\b",
    re.I,
)
_BETWEEN = re.compile(
    r"^[\s,(]*(?:(?:and|or|&|/|\+|plus|with|the|a|an|his|her|my|some|mild|severe|bad|dry|no|both)\b[\s,]*)*$"
    r"|^[\s,&/+]*$",
    re.I,
)
_NEGATED = re.compile(
    r"\b(?:not|never|hasn|haven|hadn|didn|doesn|isn|no)\W+(?:\w+\W+){0,2}$|n['’]t\W+(?:\w+\W+)?$",
    re.I,
)
_SUBORDINATE = re.compile(r"\b(?:since|when|after|until|because|if|unless)\b", re.I)


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
        return _BETWEEN.match(self.text[self.spans[i][1] : self.spans[j][0]]) is not None

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
        if len(gap) > reach or set(";.") & set(gap) or _NOW.search(gap.lstrip(" :")):
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
        for match in self._matches(_FORWARD):
            ks = self._after(match.end())
            if match[0].lower().startswith("since") and self._before(match.start()):
                ks = []
            self._set(ks, onset=_words(match), days=_days(match))
        for pattern in (_BACK, _AGO, _LATELY):
            for match in self._matches(pattern):
                ks = [k for k in self._before(match.start()) if not self.found[k].onset]
                self._set(ks, onset=_words(match), days=_days(match))

    def _courses(self) -> None:
        for match in self._matches(_COURSE):
            if _NEGATED.search(self.text, max(self.first, match.start() - 24), match.start()):
                continue
            after = self._after(match.end(), reach=12)[:1]
            between = re.match(r"\s*(?:onset\s*(?:of\s*)?)?", self.text[match.end() :])
            near = after and self.spans[after[0]][0] - match.end() <= between.end() + 8
            self._set(after if near else self._before(match.start(), 30), course=match.lastgroup)

    def _resolved(self) -> None:
        for match in self._matches(_RESOLVED_FORWARD):
            ks = self._after(match.end(), reach=14)
            ks = [k for k in ks if k == ks[0] or self._joined_plainly(k)]
            self._set(ks, course="resolved", cue=match[0])
        for match in self._matches(_RESOLVED):
            if _NEGATED.search(self.text, max(self.first, match.start() - 24), match.start()):
                continue
            ks = self._before(match.start(), commas=False)
            if ks and not _SUBORDINATE.search(self.text, self.spans[ks[-1]][1], match.start()):
                self._set(ks, course="resolved", cue=match[0])

    def _history(self) -> None:
        for match in self._matches(_HISTORY):
            if _NOT_HISTORY.search(self.text, max(self.first, match.start() - 24), match.start()):
                continue
            if match["list"]:
                end = _NOW.search(self.text, match.end() + 2, self.last)
                stop = end.start() if end else self.last
                ks = [
                    k for k in range(self.low, self.high) if match.end() <= self.spans[k][0] < stop
                ]
            else:
                ks = self._after(match.end())
            self._set([k for k in ks if not self._is_recent(k)], history=True, cue=match[0])
        for match in self._matches(_EARLIER):
            ks = self._before(match.start(), commas=False)
            start = self.spans[ks[0]][0] if ks else match.start()
            if not ks or _STARTED.search(self.text, max(self.first, start - 24), match.start()):
                continue
            self._set(ks, history=True, cue=match[0])
        for k in range(self.low, self.high):  # "kidney stones 2012"
            year = _YEAR.match(self.text[self.spans[k][1] : self.spans[k][1] + 8])
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
        number = _NUMBERS.get(word)
        if number is None and word[0].isdigit():
            number = float(word)
        unit = groups["unit"][0].lower()
        return None if number is None else round(number * _IN_DAYS[unit], 2)
    if groups.get("moment"):
        return _MOMENTS.get(" ".join(groups["moment"].lower().split()))
    return None
