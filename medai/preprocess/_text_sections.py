"""Sections of a clinical note: its headings, their usual names, and what stands below."""

from __future__ import annotations

import re
from typing import NamedTuple

from medai.preprocess._text_split import check_text

# "PE" is not here: "PE: ruled out" is an embolism, "PE: lungs clear" an examination.
_HEADINGS = {
    "chief complaint": "cc|chief complaint|presenting complaint|reason for visit|"
    "reason for admission|reason for consultation",
    "history of present illness": "hpi|history of present illness|"
    "history of the present illness|history of presenting illness|"
    "history of presenting complaint|present illness",
    "past medical history": "pmh|pmhx|past medical history|medical history|past history",
    "past surgical history": "psh|pshx|past surgical history|surgical history",
    "medications": "medications|medication|meds|current medications|home medications|"
    "medications on admission|admission medications|drug history",
    "discharge medications": "discharge medications|medications on discharge",
    "allergies": "allergies|allergy|drug allergies|allergies and adverse reactions",
    "family history": "fh|fhx|family history",
    "social history": "sh|shx|social history",
    "review of systems": "ros|review of systems|systems review",
    "vital signs": "vitals|vital signs|observations",
    "physical examination": "physical exam|physical examination|examination|exam|"
    "on examination|o/e|physical findings",
    "laboratory": "labs|laboratory|laboratory data|lab results|laboratory results|"
    "pertinent results|investigations|blood results",
    "imaging": "imaging|radiology|chest x-ray|cxr",
    "assessment": "assessment|impression",
    "assessment and plan": "a/p|a&p|assessment and plan|assessment & plan|assessment/plan|"
    "impression and plan",
    "plan": "plan|recommendations",
    "diagnosis": "diagnosis|diagnoses|admission diagnosis|principal diagnosis|problem list",
    "discharge diagnosis": "discharge diagnosis|discharge diagnoses|final diagnosis",
    "hospital course": "hospital course|brief hospital course|course in hospital",
    "discharge instructions": "discharge instructions|follow-up instructions|follow-up|follow up",
    "procedures": "procedures|procedure|operations",
}
CANONICAL_SECTIONS: dict[str, str] = {
    written: name for name, forms in _HEADINGS.items() for written in forms.split("|")
}
"""Heading in lower case to the usual name of the section."""

_LINE = re.compile(r"(?m)^[ \t]*(?P<head>[^\s:][^:\n]{0,48}?)[ \t]*(?P<colon>:|(?=\r?$))")


class Section(NamedTuple):
    """One section: the heading as written, the usual name, the body, and places in the text.

    ``name`` is ``""`` for a heading that is not in :data:`CANONICAL_SECTIONS`, and
    ``heading`` too for the text before the first heading.  The section reaches from
    ``start`` to ``end``, its body from ``body_start``, white space included.
    """

    heading: str
    name: str
    body: str
    start: int
    body_start: int
    end: int


def _is_heading(head: str, colon: bool, alone: bool) -> bool:
    if " ".join(head.casefold().split()) in CANONICAL_SECTIONS:
        return colon or head[0].isupper()
    words = head.split()
    return (
        colon
        and alone
        and len(words) <= 6
        and len(head) > 2
        and head == head.upper()
        and (any(c.isalpha() for c in head))
    )


def sections(text: str) -> list[Section]:
    """Split a note at its headings.

    Parameters
    ----------
    text : str
        A clinical note with line breaks.

    Returns
    -------
    list of Section
        In order; together they are the whole text.

    Raises
    ------
    MedaiError
        If ``text`` is not a string.

    Notes
    -----
    A heading begins a line.  Known ones ("HPI:", "Past Medical History") need a colon or a
    line of their own; unknown ones need capitals, a colon and a line of their own
    ("WOUND CARE:").  What only looks like a heading stays in the body: "PE: ruled out".
    """
    check_text(text, "sections")
    found = []
    for m in _LINE.finditer(text):
        line_end = text.find("\n", m.end())
        after = text[m.end() : None if line_end < 0 else line_end]
        if _is_heading(m["head"], m["colon"] == ":", not after.strip()):
            found.append(m)
    out = []
    if not found or found[0].start() > 0:
        end = found[0].start() if found else len(text)
        out.append(Section("", "", text[:end], 0, 0, end))
    ends = [m.start() for m in found[1:]] + [len(text)]
    for m, end in zip(found, ends, strict=False):
        name = CANONICAL_SECTIONS.get(" ".join(m["head"].casefold().split()), "")
        out.append(Section(m["head"], name, text[m.end() : end], m.start(), m.end(), end))
    return out
