"""Reading the names of conditions, as far as scores and rules ask about them."""

from __future__ import annotations

import functools
import re
import unicodedata

from medai.datasets.plan import Condition, known_conditions

ICD10 = re.compile(r"[A-TV-Z]\d{2}(?:\.\d{1,4})?")


def plain_name(text: str) -> str:
    """Return a name without case, width, hyphens and spaces at its ends."""
    folded = unicodedata.normalize("NFKC", text).casefold().replace("-", " ")
    return " ".join(folded.split())


@functools.cache
def _by_name() -> dict[str, Condition]:
    return {
        plain_name(name): one
        for one in known_conditions()
        for name in (one.name, one.name_zh, *one.aliases)
    }


def find_condition(text: str) -> Condition | None:
    """Return the condition of this name or ICD-10 code, or None.

    The whole text must be the name: "no diabetes" and "mother: diabetes" are not read as
    diabetes.  Of the codes the longest beginning that fits counts (I25.2 before I25).

    Examples
    --------
    >>> find_condition("高血压").name, find_condition("E11.9").name
    ('hypertension', 'diabetes')
    >>> find_condition("no diabetes") is None
    True
    """
    found = _by_name().get(plain_name(text))
    code = unicodedata.normalize("NFKC", text).strip().upper()
    if found is None and ICD10.fullmatch(code):
        starts = [
            (len(start), one)
            for one in known_conditions()
            for start in one.icd10
            if code == start or code.startswith(start if "." in start else start + ".")
        ]
        found = max(starts, key=lambda pair: pair[0])[1] if starts else None
    return found
