"""Identifiers that have a form: numbers, dates, postcodes, names after a title.  Stdlib only.

Written on the ``dev`` half of :mod:`medai.datasets.identified_notes`.  Alone this is the
"patterns only" baseline of Chapter 33; :mod:`~medai.trust.privacy.deidentify` adds a language
model's idea of what a name is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from medai.datasets.identified_notes import nhs_check_digit


@dataclass(frozen=True)
class Identifier:
    """A stretch of text taken for an identifier: ``text[start:end]``, and what found it."""

    kind: str
    start: int
    end: int
    by: str


_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)[a-z]*"
_NAME = r"(?:[A-Z]\.? ?)*(?:Mc|Mac|O['’]|de |van |von |al-)?[A-Z][\w'’-]+"
_STREET = (
    r"Road|Street|Lane|Close|Grove|Avenue|Drive|Hill|Court|Terrace|Way|Crescent|Place|Gardens|"
    r"Square|Row|Walk|Mews|Park|Green|Rise|View"
)
# Two capitalised words in a row are suspected of being a name: a missed name is the harm.
# What is found is group 1, or the whole where a pattern has no group.
PATTERNS: tuple[tuple[str, str], ...] = (
    ("EMAIL", r"\b[\w.+'-]+@[\w-]+(?:\.[\w-]+)+\b"),
    (
        "RECORD",
        r"(?i)\b(?:MRN|(?:hosp(?:ital)?|unit|record|case|patient|file)\.? ?(?:no|number|nr|id)|"
        r"patient id|record)\b[.:#]?\s*((?=[A-Z0-9-]*\d)[A-Z]{0,3}\d[\d-]{3,11})\b",
    ),
    ("RECORD", r"(?<![\w/+-])([A-Z]{1,3}\d{6,8}|\d{3}-\d{4})(?![\w/-])"),
    ("RECORD", r"\((\d{7,8})\)"),
    ("PHONE", r"(?<![\w+])((?:\+44 ?|0)(?:\d[ -]?){9,10})(?!\w)"),
    ("POSTCODE", r"\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b"),
    ("DATE", r"(?<![\d/.])\d{1,2}[/.]\d{1,2}[/.](?:\d{4}|\d{2})(?![\d/])"),
    ("DATE", r"\b\d{4}-\d{2}-\d{2}\b"),
    ("DATE", rf"\b\d{{1,2}}(?:st|nd|rd|th)?[ -](?:of )?{_MONTH}(?:[ ,-]+(?:\d{{4}}|\d{{2}}))?\b"),
    ("DATE", rf"\b{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?(?:,? \d{{4}})?\b"),
    ("DATE", rf"\b{_MONTH} \d{{4}}\b"),
    ("AGE", r"(?i)\b(?:aged?:?|will be|is now|turned) (9\d|1[01]\d)\b"),
    ("AGE", r"(?i)\b(9\d|1[01]\d)(?= ?-?(?:years? |years?-|year-)?(?:old|yo\b|y/o|years of age))"),
    ("AGE", r"(?i)\b(9\d|1[01]\d)(?= ?(?:years?|yrs?)\b)"),
    ("ADDRESS", rf"\b(?:Flat \w+, )?\d{{1,4}}[A-Za-z]? (?:[A-Z][\w'’]+ )+?(?:{_STREET})\b"),
    ("CLINICIAN", rf"\b(?:Dr|Prof|Professor|Doctor)\.? ({_NAME}(?: {_NAME}){{0,2}})"),
    ("NAME", rf"\b(?:Mr|Mrs|Ms|Miss|Master|Pt|Patient:?|Name:) ({_NAME}(?: {_NAME}){{0,2}})"),
    ("NAME", rf"\b([A-Z]{{2,}}(?:-[A-Z]+)?, {_NAME})"),
    (
        "NAME",
        r"\b(?:[Ww]ife|[Hh]usband|[Ss]on|[Dd]aughter|[Ss]ister|[Bb]rother|[Mm]other|[Ff]ather|"
        r"[Mm]um|[Dd]ad|[Pp]artner|[Cc]arer:?|[Nn]ext of kin|[Gg]randdaughter|[Gg]randson)"
        rf"(?: of)?,? ({_NAME}(?: {_NAME})?)",
    ),
    ("PAIR", r"\b([A-Z][a-z'’-]+ [A-Z][a-z'’-]+)\b"),
)
_COMPILED = tuple((kind, re.compile(pattern)) for kind, pattern in PATTERNS)
_TEN = re.compile(r"(?<![\d-])\d{3}[ -]?\d{3}[ -]?\d{4}(?![\d-])")


def is_nhs_number(text: str) -> bool:
    """Return whether ten digits (spaces and hyphens allowed) carry the right check digit.

    Examples
    --------
    >>> is_nhs_number("943 476 5919"), is_nhs_number("943 476 5918")
    (True, False)
    """
    digits = re.sub(r"[ -]", "", text)
    if not re.fullmatch(r"[0-9]{10}", digits):
        return False
    return nhs_check_digit(digits[:9]) == int(digits[9])


def find_patterns(text: str) -> list[Identifier]:
    """Return what the patterns find, in order; stretches may overlap.

    Parameters
    ----------
    text : str
        One note.

    Returns
    -------
    list of Identifier
        ``by`` is ``"pattern"``.  The kind ``PAIR`` is two capitalised words in a row: a name, or
        not; the caller decides.

    Examples
    --------
    >>> [(one.kind, "MRN 4482913, seen 6/12 ago"[one.start:one.end])
    ...  for one in find_patterns("MRN 4482913, seen 6/12 ago")]
    [('RECORD', '4482913')]
    """
    found = []
    for kind, pattern in _COMPILED:
        for match in pattern.finditer(text):
            start, end = match.span(1 if pattern.groups else 0)
            found.append(Identifier(kind, start, end, "pattern"))
    for match in _TEN.finditer(text):
        if is_nhs_number(match.group()):
            found.append(Identifier("NHS", *match.span(), "pattern"))
    return sorted(set(found), key=lambda one: (one.start, one.end, one.kind))
