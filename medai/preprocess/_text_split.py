"""Sentences and tokens of clinical text, with their places in it."""

from __future__ import annotations

import re
from itertools import pairwise

from medai.runtime import MedaiError


def word_set(words: str) -> frozenset[str]:
    """Return the words of a line as a set."""
    return frozenset(words.split())


# Never the end of a sentence.
_NEVER = word_set(
    "dr mr mrs ms prof rev jr sr st mt vs e.g i.e eg ie cf viz approx ca fig figs tab no nos dept "
    "al resp incl excl max min temp ext tel hosp"
)
# The end of a sentence only where a new one clearly starts.
_MAYBE = word_set(
    "b.i.d t.i.d q.i.d q.d q.o.d q.h.s h.s p.o p.r p.r.n i.v i.m s.c s.l n.p.o a.m p.m a.c p.c "
    "bid tid qid prn mg mcg ml kg g tabs caps hr hrs wk wks yr yrs mo mos lb lbs oz "
    "etc wt ht hx dx tx rx pt u.s u.k d.c inj sol susp"
)
_STARTERS = word_set(
    "a after all also an and as at assessment because before both bp but ct discussed each "
    "during ecg examination exam family for from given he her his however hr i if in it labs last "
    "mri no none not now on our over patient plan please pt pulse repeat review reports referred "
    "she since so social start started stop stopped that the then there these they this "
    "today under we when while will with without x-ray you your denies denied had has was is are"
)
_END = re.compile(r"[.!?]+[\"'”’)\]]*(?=\s)|[。！？]+[”’）]*")
_LIST_MARK = re.compile(r"\d{1,3}\.")
_BREAK = re.compile(r"\n[ \t\r]*\n\s*|\n[ \t]*(?=(?:\d{1,3}[.)]|[A-Za-z]\)|[-*•–—])[ \t])")

_UNIT = r"(?:[mkcdnpfuµμ]?(?:g|mol|L|l|Eq|eq|IU|U|kat|m)|mcg|mmHg|cells|beats|breaths|copies)"
_TOKEN = re.compile(
    rf"""
      \d{{4}}-\d{{2}}-\d{{2}}\b                          # 2026-11-22
    | [A-Za-z][A-Za-z0-9-]*\*\d+(?::\d+)*[A-Z]?(?:/\*\d+[A-Z]?)*   # CYP2D6*4/*10  HLA-B*57:01
    | (?:[A-Za-z]\.){{2,}}                               # b.i.d.   i.v.
    | [A-Za-z](?:/[A-Za-z])+(?![\w'’])                   # c/o   w/o   n/v
    | \b{_UNIT}(?:/{_UNIT}|/(?:min|h|hr|hour|d|day|s|wk|week|mm3|m2|kg))+(?![A-Za-z])  # mg/dL
    | \d+(?:st|nd|rd|th)\b                               # 3rd
    | \d+(?:-[^\W\d_]\w*)+                               # 5-HT   12-lead
    | \d+(?:[.,]\d+)*(?:[/:]\d+(?:[.,]\d+)*)*            # 39.5   1,000   150/95   1:10
    | [^\W\d_]\w*(?:[-'’]\w+)*                           # beta-blocker   HbA1c   T2DM   IL-6
    | \w+
    | \+{{2,}}|[<>]=|\S                                  # one mark or symbol
    """,
    re.VERBOSE,
)


def check_text(text: str, name: str) -> None:
    """Refuse anything but a str."""
    if not isinstance(text, str):
        raise MedaiError(
            f"{name} got {type(text).__name__}, but a text must be a str; decode bytes first, "
            "and pass the texts of a list one by one"
        )


def _ends_here(text: str, start: int, end: int) -> bool:
    """Say whether the mark at ``text[start:end]``, followed by white space, ends a sentence."""
    rest = text[end:].lstrip()
    if not rest or text[start] in "。！？":
        return True
    if rest[0].islower():
        return False
    if text[start] != "." or end - start > 1:
        return True
    before = re.search(r"\S*$", text[:start]).group().lstrip("(\"'“[")
    line_start = text.rfind("\n", 0, start) + 1
    if _LIST_MARK.fullmatch(text[line_start : start + 1].strip()):
        return False  # "1." at the beginning of a line
    word = before.casefold()
    if word in {"no", "nos"}:  # "bed No. 5", but "Fever? No. Cough? Yes."
        return not rest[0].isdigit()
    if word in _NEVER:
        return False
    if word in _MAYBE or re.fullmatch(r"(?:[^\W\d_]\.)*[^\W\d_]", before):
        return re.match(r"[\w-]+", rest + " ") is not None and (
            re.match(r"[\w-]+", rest).group().casefold() in _STARTERS
        )
    return True


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Find the sentences of a text.

    Parameters
    ----------
    text : str
        Clinical text.

    Returns
    -------
    list of (int, int)
        Start and end of each sentence; between them stands nothing but white space.

    Raises
    ------
    MedaiError
        If ``text`` is not a string.

    Notes
    -----
    A full stop ends a sentence when white space and no small letter follow, except after
    titles and Latin ("Dr.", "vs."), list numbers and initials.  After a dose or unit
    ("b.i.d.", "mg.") it ends one only where the next word is a usual beginning ("She",
    "No"), so that "i.v. Vancomycin" stays whole.  Empty lines and list items begin a new
    sentence; the single line break of wrapped text does not.
    """
    check_text(text, "sentence_spans")
    cuts = {0, len(text)}
    cuts.update(m.end() for m in _BREAK.finditer(text))
    cuts.update(m.end() for m in _END.finditer(text) if _ends_here(text, m.start(), m.end()))
    ordered = sorted(cuts)
    out = []
    for a, b in pairwise(ordered):
        piece = text[a:b]
        if piece.strip():
            out.append((a + len(piece) - len(piece.lstrip()), a + len(piece.rstrip())))
    return out


def sentences(text: str) -> list[str]:
    """Split a text into sentences; see :func:`sentence_spans` for the rules and the places.

    >>> sentences("Seen by Dr. Roy. Temp. 39.5, given i.v. Vancomycin.")
    ['Seen by Dr. Roy.', 'Temp. 39.5, given i.v. Vancomycin.']
    """
    check_text(text, "sentences")
    return [text[a:b] for a, b in sentence_spans(text)]


def token_spans(text: str) -> list[tuple[int, int]]:
    """Find the tokens of a clinical text: start and end of each, white space between them."""
    check_text(text, "token_spans")
    return [m.span() for m in _TOKEN.finditer(text)]


def clinical_tokens(text: str, lower: bool = False) -> list[str]:
    """Split clinical text into tokens, and keep whole what has one meaning.

    Parameters
    ----------
    text : str
        Clinical text.
    lower : bool
        Fold to lower case.  Off by default: "MS" and "ms", "Mg" and "mg" differ.

    Returns
    -------
    list of str
        Numbers ("39.5", "150/95"), units ("mg/dL"), names with digits, hyphens and stars
        ("HbA1c", "beta-blocker", "CYP2D6*4"), dotted and slashed shorthand ("b.i.d.",
        "c/o"), words, single marks.  Joined they give the text without its white space.

    Raises
    ------
    MedaiError
        If ``text`` is not a string.
    """
    check_text(text, "clinical_tokens")
    tokens = [text[a:b] for a, b in token_spans(text)]
    return [token.lower() for token in tokens] if lower else tokens
