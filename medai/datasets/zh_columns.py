"""Which columns the tables of ``data/zh_findings`` have, and what each value must be."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

Check = Callable[[str], str]  # returns the rule that a value breaks, "" if it breaks none

# -- rules for one value ---------------------------------------------------------------------


def _any(value: str) -> str:
    return ""


def _filled(value: str) -> str:
    return "" if value else "it must not be empty"


def _chinese(value: str) -> str:
    if not value:
        return "it must not be empty"
    if unicodedata.normalize("NFKC", value) != value:
        return "it must be written half-width (Unicode NFKC)"
    return "it must hold no white space" if value != " " and re.search(r"\s", value) else ""


def _term(value: str) -> str:
    return "" if re.fullmatch(r"HP:\d{7}", value) else "it must be an HPO id such as HP:0001945"


def _terms(value: str) -> str:
    wrong = [one for one in value.split("+") if _term(one)]
    return "it must be HPO ids joined by +" if value and wrong else ""


def _number(value: str) -> str:
    return "" if re.fullmatch(r"-?\d+(\.\d+)?", value) else "it must be a number"


def _regex(value: str) -> str:
    try:
        groups = re.compile(value).groupindex
    except re.error as error:
        return f"it must be a regular expression ({error})"
    return "" if groups else "it must hold a named group"


def _one_of(*choices: str) -> Check:
    rule = "it must be one of " + ", ".join(choice or "(empty)" for choice in choices)
    return lambda value: "" if value in choices else rule


# -- the tables ------------------------------------------------------------------------------

COLUMNS: dict[str, dict[str, Check]] = {
    "findings": {
        "zh": _chinese,
        "hpo": _term,
        "finding": _filled,
        "register": _one_of("lay", "clinical"),
        "fit": _one_of("exact", "broader"),
        "source": _any,
        "note": _any,
    },
    "ambiguous": {
        "zh": _chinese,
        "candidates": _terms,
        "question_zh": _filled,
        "question_en": _filled,
    },
    "negation": {
        "zh": _chinese,
        "place": _one_of("before", "after", "inside", "between", "limit", "cancel"),
        "reach": _one_of("", "one", "list", "run", "end", "all", "before", "between", "both"),
        "at_once": _one_of("", "yes", "no"),
    },
    "pseudo_negation": {
        "zh": _chinese,
        "kind": _one_of("finding", "ask", "plain", "doubt"),
        "hpo": _terms,
    },
    "normal": {"zh": _chinese, "hpo": _term, "finding": _filled},
    "fillers": {"zh": _chinese, "kind": _one_of("filler", "predicate")},
    "boundary": {"end": _chinese, "next": _filled, "why": _filled},
    "guards": {"zh": _chinese, "why": _filled},
    "degree": {
        "zh": _chinese,
        "class": _one_of("mild", "moderate", "severe", "occasional"),
        "place": _one_of("before", "after"),
    },
    "uncertain": {"zh": _chinese, "place": _one_of("before", "after"), "note": _any},
    "history": {
        "zh": _chinese,
        "kind": _one_of("history", "chronic", "event", "family", "patient", "witness"),
        "place": _one_of("before", "after", "section"),
    },
    "separators": {
        "zh": _chinese,
        "kind": _filled,
        "effect": _one_of("carries", "ends", "plain"),
        "note": _any,
    },
    "measurements": {
        "name": _filled,
        "measure": _filled,
        "unit": _filled,
        "minus": _number,
        "factor": _number,
        "regex": _regex,
        "examples": _filled,
        "note": _any,
    },
    "limits": {
        "measure": _filled,
        "comparison": _one_of("<", "<=", ">", ">="),
        "value": _number,
        "hpo": _term,
        "finding": _filled,
        "adults_only": _one_of("yes", "no"),
        "note": _any,
    },
    "duration": {
        "name": _filled,
        "value": _one_of("none", "n", "n2", "second", "half", "word"),
        "regex": _regex,
        "examples": _filled,
        "example_days": _filled,
    },
    "time_words": {"zh": _chinese, "days": _number},
    "plain_words": {"zh": _chinese},
    "pairs": {
        "set": _one_of("dev", "test"),
        "zh": _filled,
        "zh_traditional": _filled,
        "en": _filled,
        "findings": _terms,
        "absent": _terms,
    },
    "counter": {
        "text": _filled,
        "present": _any,
        "absent": _any,
        "other": _any,
        "script": _one_of("simplified", "traditional"),
    },
    "not_matched": {
        "table": _one_of("measurements", "duration"),
        "name": _filled,
        "text": _filled,
        "why": _filled,
    },
    "sources": {
        "key": _filled,
        "title": _filled,
        "url": _filled,
        "publisher": _filled,
        "opened": _one_of("yes"),
        "what": _filled,
        "date": _filled,
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
