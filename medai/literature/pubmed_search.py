"""What a search of PubMed found, and how it is read from ESearch's JSON."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from medai.literature.pubmed_xml import Refused, Unreadable


@dataclass(frozen=True)
class SearchResult:
    """What a search found.

    Attributes
    ----------
    term
        What was asked.
    count
        How many records PubMed has for it; more than `ids` if `most` was lower.
    ids
        PMIDs in PubMed's order.
    translation
        What PubMed made of the term: read it before you believe the count.
    warnings
        What PubMed remarks, such as a phrase that it did not find.
    webenv, query_key
        Where the history server keeps the result, for some hours.
    when
        When PubMed answered, UTC.
    kept
        Whether the answer came from the disk.
    """

    term: str
    count: int
    ids: tuple[str, ...]
    translation: str = ""
    warnings: tuple[str, ...] = ()
    webenv: str = ""
    query_key: str = ""
    when: str = ""
    kept: bool = False


def read_search(body: bytes) -> dict[str, Any]:
    """Read an answer of esearch.

    Raises
    ------
    Unreadable
        When it is no such answer.
    Refused
        When it is an error of PubMed's.

    Examples
    --------
    >>> body = b'''{"esearchresult": {"count": "2", "idlist": ["900000001", "900000002"],
    ... "querytranslation": "raynaud", "errorlist": {"phrasesnotfound": ["fsh oil"]}}}'''
    >>> found = read_search(body)
    >>> found["count"], found["translation"], found["phrases"]  # it left a word out
    (2, 'raynaud', ['fsh oil'])
    """
    try:
        answer = json.loads(body.decode("utf-8-sig"), strict=False)  # raw line breaks occur
    except (ValueError, RecursionError):
        start = body[:200].lstrip().lower()
        page = start.startswith((b"<!doctype html", b"<html"))
        raise Unreadable("it is a web page" if page else "it is no whole JSON") from None
    result = answer.get("esearchresult") if isinstance(answer, dict) else None
    if not isinstance(result, dict):
        raise Unreadable("the JSON holds no esearchresult")
    if result.get("ERROR"):
        raise Refused(" ".join(str(result["ERROR"]).split())[:300])
    count, ids = result.get("count"), result.get("idlist")
    if not re.fullmatch(r"\d+", str(count), re.A) or not isinstance(ids, list):
        raise Unreadable("the esearchresult has no count or no idlist")
    if not all(isinstance(one, str) and re.fullmatch(r"\d{1,9}", one, re.A) for one in ids):
        raise Unreadable("the idlist holds what is no PMID")
    errors, remarks = result.get("errorlist") or {}, result.get("warninglist") or {}
    words = {
        "phrasesignored": "ignored",
        "quotedphrasesnotfound": "the phrase was not found as such",
        "outputmessages": "",
    }
    notes = [
        f"{said}: {one}" if said else str(one)
        for name, said in words.items()
        for one in remarks.get(name) or []
    ]
    return {
        "count": int(count),
        "ids": list(dict.fromkeys(ids)),
        "translation": str(result.get("querytranslation", "")),
        "fields": [
            str(one) for one in errors.get("fieldsnotfound") or errors.get("fieldnotfound") or []
        ],
        "phrases": [str(one) for one in errors.get("phrasesnotfound") or []],
        "notes": notes,
        "webenv": str(result.get("webenv", "")),
        "query_key": str(result.get("querykey", "")),
    }
