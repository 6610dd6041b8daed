"""Who has the finding, and is it there?  Negation, uncertainty and family history.

Rules in the manner of NegEx (Chapman et al. 2001, doi:10.1006/jbin.2001.1029) and ConText
(Harkema et al. 2009, doi:10.1016/j.jbi.2009.05.002; abstracts opened), written
anew for this book: cue words open a scope, and the scope ends at a word such as "but", at a
comma or at the end of the sentence.  The words of a finding itself are never cues ("absent
reflexes" is a finding that is present).

What is decided about commas, since clinicians write lists in two ways:

* "short stature, no fever, webbed neck": a comma ends the scope of "no";
* "no fever, chills or cough": a list that is closed by "or" is negated as a whole;
* "denies fever, chills, cough": after "denies" the scope runs on over commas;
* "No fever, chills, cough." (the sentence begins with "no", nothing closes the list): the
  first is negated, the others are *uncertain*, because the text does not say.
"""

from __future__ import annotations

import bisect
import itertools
import re
from collections.abc import Sequence

from medai.knowledge.cues import CUES, LONGEST_CUE, REPORTING
from medai.knowledge.scopes import MARKS, Context, Cue, Reader
from medai.knowledge.words import APOSTROPHES, Word, words_of

__all__ = ["Context", "Cue", "contexts", "find_cues", "sentences"]

_ABBREVIATIONS = frozenset({
    "dr", "mr", "mrs", "ms", "prof", "st", "vs", "approx", "e", "g", "i", "fig", "ca", "cf",
    "incl", "resp", "yr", "yrs", "mo", "wk",
})  # fmt: skip
_BOUNDARY = re.compile(r"[.!?;。！？；؟۔•‣◦]+|\n+")
_GOES_ON = re.compile(
    r"\b(no|not|without|denies|nor|and|or|of|with|for|in|the|a|an)[ \t\r]*$", re.I
)
_WITHIN = frozenset(" \t\n-/" + APOSTROPHES)  # what may stand between the words of a cue
_OTHER = re.compile(r"\b(?:he|she|his|her|him)\b", re.I)
_SHORT_LINE = 60  # a longer line was probably broken by an editor, not by its writer


def sentences(text: str) -> list[tuple[int, int]]:
    """Split a text into sentences; return their ``(start, end)``, which cover every word.

    A full stop within a number or after an abbreviation does not end a sentence; a line
    break does if the line is short, or if the next one begins like a new item.
    """
    bounds, start = [], 0
    for match in _BOUNDARY.finditer(text):
        if _ends_sentence(text, match):
            bounds.append((start, match.end()))
            start = match.end()
    bounds.append((start, len(text)))
    return [(a, b) for a, b in bounds if text[a:b].strip()]


def _ends_sentence(text: str, match: re.Match) -> bool:
    mark, after = match[0], text[match.end() : match.end() + 1]
    if mark.startswith("\n"):
        line = text.rfind("\n", 0, match.start()) + 1
        if len(mark) == 1 and _GOES_ON.search(text, max(line, match.start() - 16), match.start()):
            return False
        new_item = after.isupper() or after.isdigit() or not after.isalpha()
        return len(mark) > 1 or match.start() - line < _SHORT_LINE or new_item
    if mark == ".":
        if after and not after.isspace():
            return False
        before = re.search(r"\w+$", text[max(0, match.start() - 12) : match.start()])
        return before is None or before[0].casefold() not in _ABBREVIATIONS
    if mark in "?!":
        line = text.rfind("\n", 0, match.start()) + 1
        opens = not re.search(r"\w", text[line : match.start()])  # "? seizures": a doubt
        return not (mark == "?" and opens) and (not after or after.isspace())
    return True


def find_cues(text: str, taken: Sequence[tuple[int, int]] = ()) -> list[Cue]:
    """Find the cue phrases outside the spans `taken`, longest first at each place.

    Parameters
    ----------
    text
        Any text.
    taken
        Spans of recognised findings, in order, not overlapping.
    """
    return _cues_among(text, free_words(words_of(text), taken))


def free_words(words: Sequence[Word], taken: Sequence[tuple[int, int]]) -> list[Word]:
    """Return the words that lie outside all spans; both must be in order."""
    free, k = [], 0
    for word in words:
        while k < len(taken) and taken[k][1] <= word.start:
            k += 1
        if k == len(taken) or word.end <= taken[k][0]:
            free.append(word)
    return free


def _cues_among(text: str, words: Sequence[Word]) -> list[Cue]:
    plain = [text[word.start : word.end].casefold() for word in words]
    cues, i = [], 0
    while i < len(words):
        for size in range(min(LONGEST_CUE, len(words) - i), 0, -1):
            kind = CUES.get(" ".join(plain[i : i + size]))
            if kind and _together(text, words[i : i + size]):
                break
        else:
            i += 1
            continue
        following = plain[i + size] if i + size < len(words) else ""
        # "his mother denies", "Mum: his throat": a witness
        witness = following in REPORTING or _speaks(text, words[i + size - 1].end)
        if not (kind == "family" and witness):
            cues.append(Cue(kind, words[i].start, words[i + size - 1].end))
        i += size
    return cues


def _speaks(text: str, end: int) -> bool:
    """Tell whether a relative who is named before a colon speaks of somebody else."""
    return text[end : end + 1] == ":" and _OTHER.search(text, end, end + 100) is not None


def _together(text: str, words: Sequence[Word]) -> bool:
    """Tell whether words follow each other with nothing but spaces, hyphens and the like."""
    gaps = (text[a.end : b.start] for a, b in itertools.pairwise(words))
    return all(len(gap) <= 4 and not set(gap) - _WITHIN for gap in gaps)


def contexts(
    text: str, spans: Sequence[tuple[int, int]], cues: Sequence[Cue] | None = None
) -> list[Context]:
    """Decide for each finding whether it is present, excluded or uncertain, and whose it is.

    Parameters
    ----------
    text
        The text.
    spans
        ``(start, end)`` of each finding, in order, not overlapping.
    cues
        What :func:`find_cues` returned for these spans; found here if None.

    Returns
    -------
    list of Context
        One for each span.

    Examples
    --------
    >>> text = "No fever, but possible seizures"
    >>> [c.status for c in contexts(text, [(3, 8), (23, 31)])]
    ['excluded', 'uncertain']
    """
    if cues is None:
        cues = find_cues(text, spans)
    taken = sorted([*spans, *((cue.start, cue.end) for cue in cues)])
    events: list[tuple[int, str, object]] = [(a, "finding", k) for k, (a, _) in enumerate(spans)]
    events += [(cue.start, cue.kind, cue) for cue in cues]
    events += [(m.start(), m[0], None) for m in MARKS.finditer(text) if not _inside(taken, m)]
    events += [(start, "sentence", None) for start, _ in sentences(text)]
    # at the same place a sentence begins before anything else happens
    events.sort(key=lambda event: (event[0], event[1] != "sentence"))
    return Reader(text, len(spans), events).read()


def _inside(taken: Sequence[tuple[int, int]], match: re.Match) -> bool:
    k = bisect.bisect_right(taken, (match.start(), float("inf"))) - 1
    return k >= 0 and match.start() < taken[k][1]
