"""The columns of ``data/interactions``, and the rules between its tables."""

from __future__ import annotations

import re
from collections.abc import Mapping

from medai.datasets.checked_tables import Check, Tables, anything, filled, one_of, refusal

BOOK = "interactions"
SEVERITIES = ("contraindicated", "major", "moderate", "minor")
_YES_NO = one_of("yes", "no")


def _drug(value: str) -> str:
    rule = "it must be an ingredient in lower case, such as warfarin"
    return "" if re.fullmatch(r"[a-z0-9][a-z0-9' ,()-]*", value) else rule


def _side(value: str) -> str:
    """Accept ``warfarin``, ``@statins`` and several of these joined by " | "."""
    for part in value.split(" | "):
        if _drug(part.removeprefix("@")):
            return "it must be ingredients or @classes, joined by ' | '"
    return ""


def _optional(check: Check) -> Check:
    return lambda value: check(value) if value else ""


def _drugs(value: str) -> str:
    return next((broken for part in value.split(" + ") if (broken := _drug(part))), "")


def _number(value: str) -> str:
    return "" if re.fullmatch(r"\d+(\.\d+)?", value) else "it must be a number without a sign"


def _word(value: str) -> str:
    return "" if re.fullmatch(r"[a-z0-9-]+", value) else "it must be lower-case words with hyphens"


def _child_pugh(value: str) -> str:
    return "" if value in ("A", "B", "C", "AB", "BC", "ABC") else "it must be letters of A, B, C"


_SEVERITY = one_of(*SEVERITIES)
_ZH = {"title_zh": anything, "action_zh": anything}

COLUMNS: Mapping[str, Mapping[str, Check]] = {
    "sources": {
        "key": _word,
        "title": filled,
        "url": lambda v: "" if v.startswith("http") else "it must be an address",
        "publisher": filled,
        "copy": _YES_NO,
        "opened": _YES_NO,
        "what": filled,
        "date": lambda v: "" if re.fullmatch(r"\d{4}-\d\d-\d\d", v) else "it must be a date",
    },
    "classes": {"class": _word, "title": filled, "title_zh": anything},
    "members": {"class": _word, "drug": _drug, "source": _word, "note": anything},
    "names": {"name": filled, "drugs": _drugs},
    "pairs": {
        "id": _word,
        "kind": one_of("interaction", "qt"),
        "a": _side,
        "b": _side,
        "c": _optional(_side),
        "severity": _SEVERITY,
        "high_priority": _YES_NO,
        "title": filled,
        "mechanism": filled,
        "action": filled,
        **_ZH,
        "source": filled,
    },
    "rejected": {
        "number": _number,
        "pair": filled,
        "a": _optional(_side),
        "b": _optional(_side),
        "status": one_of("deleted", "subsumed"),
        "reason": filled,
        "source": filled,
    },
    "qt": {"drug": _drug, "group": one_of("high", "other"), "source": filled, "note": anything},
    "duplicates": {
        "id": _word,
        "a": _optional(_side),
        "b": _optional(_side),
        "severity": _SEVERITY,
        "title": filled,
        "mechanism": filled,
        "action": filled,
        **_ZH,
        "source": filled,
    },
    "renal": {
        "id": _word,
        "drug": _side,
        "measure": one_of("egfr", "crcl"),
        "at_least": _number,
        "below": _number,
        "severity": _SEVERITY,
        "mechanism": filled,
        "action": filled,
        "action_zh": anything,
        "source": filled,
    },
    "hepatic": {
        "id": _word,
        "drug": _side,
        "child_pugh": _child_pugh,
        "severity": _SEVERITY,
        "mechanism": filled,
        "action": filled,
        "action_zh": anything,
        "source": filled,
    },
    "pregnancy": {
        "id": _word,
        "drug": _side,
        "state": one_of("pregnant", "breastfeeding"),
        "from_week": _number,
        "to_week": _number,
        "severity": _SEVERITY,
        "mechanism": filled,
        "action": filled,
        "action_zh": anything,
        "source": filled,
    },
    "conditions": {
        "id": _word,
        "drug": _side,
        "condition": filled,
        "severity": _SEVERITY,
        "mechanism": filled,
        "action": filled,
        "action_zh": anything,
        "source": filled,
    },
    "allergy": {"name": filled, "group": _word},
    "reactions": {"word": filled, "kind": one_of("severe", "allergic", "intolerance", "expected")},
    "cross_allergy": {
        "id": _word,
        "from": _word,
        "to": _side,
        "outcome": one_of("alert", "note"),
        "severity": _optional(_SEVERITY),
        "severe": _optional(_SEVERITY),
        "mechanism": filled,
        "action": filled,
        "action_zh": anything,
        "source": filled,
    },
}

KEYS = {
    "members": ("class", "drug"),
    "rejected": ("number",),
    "allergy": ("name",),
}


def check_together(tables: Tables) -> None:
    """Refuse a class, source or allergy group that is named and does not exist.

    Raises
    ------
    MedaiError
        With the file, the line, the value and the way out.
    """
    classes = {row["class"] for row in tables["classes"]}
    sources = {row["key"] for row in tables["sources"]}
    used = {row["class"] for row in tables["members"]}
    for line, row in enumerate(tables["classes"], 2):
        if row["class"] not in used:
            rule = "members.csv must name its drugs"
            raise refusal(BOOK, "classes", line, f"class is {row['class']!r}", rule)
    for name, rows in tables.items():
        for line, row in enumerate(rows, 2):
            for column in ("a", "b", "c", "drug", "to"):
                for part in filter(None, row.get(column, "").split(" | ")):
                    if part.startswith("@") and part[1:] not in classes:
                        what, rule = f"{column} is {part!r}", "classes.csv must define it"
                        raise refusal(BOOK, name, line, what, rule)
            for key in filter(None, row.get("source", "").split(" | ")):
                if key not in sources:
                    what, rule = f"source is {key!r}", "it must be a key of sources.csv"
                    raise refusal(BOOK, name, line, what, rule)
            for column in ("class", "group", "from"):
                if name in ("members", "allergy", "cross_allergy") and (
                    column in row and row[column] not in classes
                ):
                    what, rule = f"{column} is {row[column]!r}", "classes.csv must define it"
                    raise refusal(BOOK, name, line, what, rule)
            low, high = (("at_least", "below"), ("from_week", "to_week"))[name == "pregnancy"]
            if low in row and float(row[low]) >= float(row[high]):
                what, rule = f"{low} is {row[low]!r}", f"it must be less than {high}"
                raise refusal(BOOK, name, line, what, rule)
