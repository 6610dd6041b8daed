"""What a heading of a note says about all that stands below it: history, or a relative's.

``PMH: asthma`` is an earlier illness, ``FH: gout`` a relative's, and ``O/E:`` is the patient
of today again.  The headings are those of :func:`medai.preprocess.text.sections` and the short
ones of British clerking (read at swanmedicalgroup.co.uk and in the Preferred Clinical
Abbreviation List of Newcastle and Gateshead).  A heading on a line of its own reaches to the
next one, to an empty line, or to a line that begins to tell of today; one with text behind it
as far only if another heading follows, else to the end of its sentence, so that "FH: nil.
Cough." takes no complaint away from the patient.
"""

from __future__ import annotations

import bisect
import re
from typing import NamedTuple

from medai.knowledge.negation import sentences
from medai.knowledge.time_words import NOW
from medai.preprocess.text import CANONICAL_SECTIONS

_SHORT = {
    "chief complaint": "pc|p/c|c/c|presenting problem|complaint",
    "history of present illness": "hpc|hopc|hopi|history",
    "past medical history": "pmhx|pmh/psh|phx|past hx|past medical hx|previous medical history|"
    "background|comorbidities|co-morbidities",
    "medications": "dh|dhx|drug hx|rx",
    "social history": "shx|soc hx",
    "family history": "fam hx|family hx|fhx",
    "review of systems": "se|systems enquiry|systemic enquiry",
    "physical examination": "oe|o/e",
    "laboratory": "ix",
    "assessment": "imp|ddx|dx",
}
_NAMES = CANONICAL_SECTIONS | {
    written: name for name, forms in _SHORT.items() for written in forms.split("|")
}
_KINDS = {
    "past medical history": "history",
    "past surgical history": "history",
    "family history": "family",
}
# In the middle of a line only a short heading and a colon count; "history:" may be the end of
# "no history", and is a heading only at the beginning of a line.
_FORMS = "|".join(re.escape(form) for form in sorted(_NAMES, key=len, reverse=True))
_HEADING = re.compile(
    rf"(?:(?P<line>^|\n)[ \t]*|(?<=[.;,])[ \t]{{0,4}})(?P<head>{_FORMS})[ \t]*"
    r"(?P<colon>:|[ \t][-–][ \t]|(?=\r?\n|$))",
    re.IGNORECASE,
)
_NIL = re.compile(
    r"\s*(?:nil|none|no\b|not|nad|neg|negative|unremarkable|unknown|n/a|nothing|-|healthy|fit)",
    re.I,
)
_LINE = re.compile(r"\n")


class Heading(NamedTuple):
    """A heading: where it stands, where its part ends, and what it makes of findings there.

    ``kind`` is ``history``, ``family`` or "".
    """

    start: int
    end: int
    stop: int
    kind: str


def headings(text: str) -> list[Heading]:
    """Return the headings of a note in order.

    Parameters
    ----------
    text
        Any text.

    Examples
    --------
    >>> [(text[h.start : h.end], h.kind) for text in ["PMH: asthma"] for h in headings(text)]
    [('PMH:', 'history')]
    """
    found = []
    for match in _HEADING.finditer(text):
        alone = not match["colon"].strip()
        if alone and (match["line"] is None or not match["head"][0].isupper() or not _above(match)):
            continue
        found.append((match.start("head"), match.end(), _NAMES[match["head"].casefold()]))
    result, bounds = [], [end for _, end in sentences(text)] if found else []
    for k, (start, end, name) in enumerate(found):
        closed = k + 1 < len(found)
        last = found[k + 1][0] if closed else len(text)
        kind = _KINDS.get(name, "")
        stop = _stop(text, end, last, closed, bounds) if kind else last
        result.append(Heading(start, end, stop, kind))
    return result


def _above(match: re.Match) -> bool:
    """Tell whether a heading without a colon has something below it."""
    return match.string[match.end() :].strip() != ""


def _stop(text: str, start: int, last: int, closed: bool, bounds: list[int]) -> int:
    """Return where the part of a heading ends that begins at `start`."""
    first = text[start : _line_end(text, start)]
    if _NIL.match(first) or not (closed or not first.strip() or "\n\n" in text[start:last]):
        k = bisect.bisect_right(bounds, start)
        return min(bounds[k], last) if k < len(bounds) else last
    filled = bool(first.strip())
    for match in _LINE.finditer(text, start, last):
        line = text[match.end() : _line_end(text, match.end())]
        if filled and (not line.strip() or NOW.search(line)):
            return match.start()
        filled = filled or bool(line.strip())
    return last


def _line_end(text: str, start: int) -> int:
    end = text.find("\n", start)
    return len(text) if end < 0 else end
