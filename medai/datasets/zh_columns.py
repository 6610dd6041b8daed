"""Which columns the tables of ``data/zh_findings`` have, and what each value must be."""

from __future__ import annotations

import re
import unicodedata

from medai.datasets.checked_tables import Check, anything, filled, one_of, term

# -- rules for one value ---------------------------------------------------------------------


def _chinese(value: str) -> str:
    if not value:
        return "it must not be empty"
    if unicodedata.normalize("NFKC", value) != value:
        return "it must be written half-width (Unicode NFKC)"
    return "it must hold no white space" if value != " " and re.search(r"\s", value) else ""


def _terms(value: str) -> str:
    wrong = [one for one in value.split("+") if term(one)]
    return "it must be HPO ids joined by +" if value and wrong else ""


def _number(value: str) -> str:
    return "" if re.fullmatch(r"-?\d+(\.\d+)?", value) else "it must be a number"


def _regex(value: str) -> str:
    try:
        groups = re.compile(value).groupindex
    except re.error as error:
        return f"it must be a regular expression ({error})"
    return "" if groups else "it must hold a named group"


# -- the tables ------------------------------------------------------------------------------

COLUMNS: dict[str, dict[str, Check]] = {
    "findings": {
        "zh": _chinese,
        "hpo": term,
        "finding": filled,
        "register": one_of("lay", "clinical"),
        "fit": one_of("exact", "broader"),
        "source": anything,
        "note": anything,
    },
    "ambiguous": {
        "zh": _chinese,
        "candidates": _terms,
        "question_zh": filled,
        "question_en": filled,
    },
    "negation": {
        "zh": _chinese,
        "place": one_of("before", "after", "inside", "between", "limit", "cancel"),
        "reach": one_of("", "one", "list", "run", "end", "all", "before", "between", "both"),
        "at_once": one_of("", "yes", "no"),
    },
    "pseudo_negation": {
        "zh": _chinese,
        "kind": one_of("finding", "ask", "plain", "doubt"),
        "hpo": _terms,
    },
    "normal": {"zh": _chinese, "hpo": term, "finding": filled},
    "fillers": {"zh": _chinese, "kind": one_of("filler", "predicate")},
    "boundary": {"end": _chinese, "next": filled, "why": filled},
    "guards": {"zh": _chinese, "why": filled},
    "degree": {
        "zh": _chinese,
        "class": one_of("mild", "moderate", "severe", "occasional"),
        "place": one_of("before", "after"),
    },
    "uncertain": {"zh": _chinese, "place": one_of("before", "after"), "note": anything},
    "history": {
        "zh": _chinese,
        "kind": one_of("history", "chronic", "event", "family", "patient", "witness"),
        "place": one_of("before", "after", "section"),
    },
    "separators": {
        "zh": _chinese,
        "kind": filled,
        "effect": one_of("carries", "ends", "plain"),
        "note": anything,
    },
    "measurements": {
        "name": filled,
        "measure": filled,
        "unit": filled,
        "minus": _number,
        "factor": _number,
        "regex": _regex,
        "examples": filled,
        "note": anything,
    },
    "limits": {
        "measure": filled,
        "comparison": one_of("<", "<=", ">", ">="),
        "value": _number,
        "hpo": term,
        "finding": filled,
        "adults_only": one_of("yes", "no"),
        "note": anything,
    },
    "duration": {
        "name": filled,
        "value": one_of("none", "n", "n2", "second", "half", "word"),
        "regex": _regex,
        "examples": filled,
        "example_days": filled,
    },
    "time_words": {"zh": _chinese, "days": _number},
    "plain_words": {"zh": _chinese},
    "pairs": {
        "set": one_of("dev", "test"),
        "zh": filled,
        "zh_traditional": filled,
        "en": filled,
        "findings": _terms,
        "absent": _terms,
    },
    "counter": {
        "text": filled,
        "present": anything,
        "absent": anything,
        "other": anything,
        "script": one_of("simplified", "traditional"),
    },
    "not_matched": {
        "table": one_of("measurements", "duration"),
        "name": filled,
        "text": filled,
        "why": filled,
    },
    "sources": {
        "key": filled,
        "title": filled,
        "url": filled,
        "publisher": filled,
        "opened": one_of("yes"),
        "what": filled,
        "date": filled,
    },
}
# What must not stand twice in a table; by default its first column.
KEYS = {
    "negation": ("zh", "place"),
    "history": ("zh", "kind", "place"),
    "degree": ("zh", "place"),
    "uncertain": ("zh", "place"),
    "limits": ("measure", "comparison", "value"),
    "pairs": ("zh",),
    "not_matched": ("name", "text"),
}
