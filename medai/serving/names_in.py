"""Which medicine a CodeableConcept names, and whether its parts agree.

A concept holds a text and codings, written by different people or programs.  Where two of them
name different medicines, nobody here can say which one is meant: the service asks.  Compared is
only what the book's tables know: names (text, display), and the RxNorm codes of the ingredients
that have one there.
"""

from __future__ import annotations

import functools
from typing import Any

from medai.datasets.drugs import drug_tables
from medai.personalised.drugs import match

RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
SHOWN = 60  # characters of a name in a question


def words_of(value: Any) -> str:
    """Return the words of a CodeableConcept: its text, else a display, else "".

    A bare code is no name here: the book's table of RxNorm's codes is short, and the service asks.
    """
    if not isinstance(value, dict):
        return ""
    shown = [one["display"] for one in _codings(value) if isinstance(one.get("display"), str)]
    text = value.get("text")
    words = text if isinstance(text, str) and text.strip() else (shown or [""])[0]
    return " ".join(words.split())[:300]


def _codings(value: dict[str, Any]) -> list[dict[str, Any]]:
    found = value.get("coding")
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def disagreement(value: Any) -> str:
    """Return what the parts of a concept say where they name different medicines, else "".

    Examples
    --------
    >>> disagreement({"text": "aspirin", "coding": [{"display": "Warfarin 5 MG Oral Tablet"}]})
    "its text says 'aspirin', its coding says 'Warfarin 5 MG Oral Tablet': which is meant?"
    >>> disagreement({"text": "aspirin", "coding": [{"display": "acetylsalicylic acid 100 mg"}]})
    ''
    """
    if not isinstance(value, dict) or not value.get("coding"):
        return ""
    read: list[tuple[str, str, frozenset[str]]] = []
    if isinstance(value.get("text"), str):
        read.append(("text", value["text"], _ingredients(value["text"][:300])))
    for one in _codings(value):
        if isinstance(one.get("display"), str):
            read.append(("coding", one["display"], _ingredients(one["display"][:300])))
        if one.get("system") == RXNORM and one.get("code") in _by_code():
            drug = _by_code()[one["code"]]
            read.append(("coding", f"RxNorm {one['code']}, {drug}", frozenset({drug})))
    first: dict[frozenset[str], str] = {}
    for place, words, drugs in read:
        if drugs:
            first.setdefault(drugs, f"its {place} says {' '.join(words.split())[:SHOWN]!r}")
    return f"{', '.join(first.values())}: which is meant?" if len(first) > 1 else ""


@functools.cache
def _by_code() -> dict[str, str]:
    return {one.rxcui: one.name for one in drug_tables().drugs.values() if one.rxcui}


@functools.lru_cache(maxsize=4_000)
def _ingredients(words: str) -> frozenset[str]:
    """Return the ingredients of a name; empty unless all of it is known for sure."""
    found = [match(part) for part in readable(" ".join(words.split()))]
    if not all(one.drugs and not one.asked for one in found):
        return frozenset()
    return frozenset(drug.name for one in found for drug in one.drugs)


def readable(name: str) -> tuple[str, ...]:
    """Return the name, or its parts where a product lists its ingredients as RxNorm does.

    Examples
    --------
    >>> readable("Amoxicillin 120 MG/ML / clavulanate potassium 8.58 MG/ML Oral Suspension")
    ('Amoxicillin 120 MG/ML', 'clavulanate potassium 8.58 MG/ML Oral Suspension')
    >>> readable("codeine / moonshine")
    ('codeine / moonshine',)
    """
    parts = tuple(part.strip() for part in name.split(" / "))
    if len(parts) == 1 or match(name).drugs:
        return (name,)
    return parts if all(match(part).drugs for part in parts) else (name,)
