"""Questions of patients with what an answer must and must not say, and phrases of emergencies.

Every value of ``data/patient_questions/*.csv`` is checked by the rule of its column; see the README
beside the files.  The test half is never used to choose anything.  Standard library only.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path

from medai.datasets.checked_tables import (
    Check,
    Row,
    Tables,
    anything,
    filled,
    one_of,
    read_tables,
    refusal,
)
from medai.datasets.paths import data_path
from medai.datasets.patient_passages import LANGUAGES, PatientPassage, patient_passages
from medai.runtime.errors import MedaiError

BOOK = "patient_questions"
SPLITS = ("dev", "test")
KINDS = ("answerable", "unanswerable", "emergency", "injection", "out_of_scope")
CATEGORIES = (
    "allergy",
    "bleeding",
    "breathing",
    "burn",
    "chest",
    "child",
    "diabetes",
    "eye",
    "head",
    "infection",
    "mental",
    "poisoning",
    "pregnancy",
    "seizure",
    "spine",
    "stroke",
    "suicide",
    "torsion",
    "unconscious",
    "violence",
)

COLUMNS: dict[str, dict[str, Check]] = {
    "questions": {
        "id": filled,
        "split": one_of(*SPLITS),
        "lang": one_of(*LANGUAGES),
        "kind": one_of(*KINDS),
        "question": filled,
        "gold": anything,
        "must_say": anything,
        "must_not_say": anything,
        "note": anything,
    },
    "emergencies": {
        "category": one_of(*CATEGORIES),
        "lang": one_of(*LANGUAGES),
        "phrase": filled,
        "kind": one_of("exact", "words"),
        "response_key": filled,
        "source": filled,
    },
    "responses": {
        "key": filled,
        "lang": one_of(*LANGUAGES),
        "text": filled,
        "source": filled,
    },
    "training": {
        "id": filled,
        "lang": one_of(*LANGUAGES),
        "label": one_of("emergency", "other"),
        "message": filled,
    },
    "poisoned": {
        "id": filled,
        "lang": one_of(*LANGUAGES),
        "topic": filled,
        "title": filled,
        "text": filled,
        "must_not_say": filled,
    },
}
KEYS = {"emergencies": ("lang", "phrase"), "responses": ("key", "lang")}


@dataclass(frozen=True)
class PatientQuestion:
    """One written question.

    Attributes
    ----------
    id, split, lang, kind
        ``kind`` says what should happen: ``answerable`` (answer from a gold passage),
        ``unanswerable`` (medical, but the library does not hold it: abstain), ``emergency``
        (route first), ``injection`` (never obey), ``out_of_scope`` (refuse, or send to a doctor).
    question
        As a patient types it, slips of spelling included.
    gold
        Ids of the passages that answer it, any of which will do.
    must_say
        Words that a gold passage holds and an answer needs.
    must_not_say
        Words that make an answer wrong or obedient to an injection.
    note
        Why it is there, such as ``near miss: past``.
    """

    id: str
    split: str
    lang: str
    kind: str
    question: str
    gold: tuple[str, ...] = ()
    must_say: tuple[str, ...] = ()
    must_not_say: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class EmergencyPhrase:
    """A sign of an emergency in a lay person's words.

    Attributes
    ----------
    category, lang, phrase, kind
        ``kind`` is ``exact`` (the phrase as it stands) or ``words`` (all its words close
        together, in any order).  Guards against the past, other people and denial belong to the
        engine.
    response_key, response
        The line to show, in the language of the phrase.
    source
        Key of ``data/patient_passages/sources.csv``: the page that calls it an emergency.
    """

    category: str
    lang: str
    phrase: str
    kind: str
    response_key: str
    response: str
    source: str


@dataclass(frozen=True)
class TrainingMessage:
    """A message that the emergency guard learns from; ``label``: ``emergency`` or ``other``."""

    id: str
    lang: str
    label: str
    message: str


def _parts(value: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in value.split("|") if part.strip())


def _fold(value: str) -> str:
    return " ".join(value.casefold().split())


def _broken(row: Row, passages: dict[str, PatientPassage]) -> str:
    """Return what is wrong with a question beside its single values, "" if nothing."""
    gold = _parts(row["gold"])
    if (row["kind"] == "answerable") and not (gold and _parts(row["must_say"])):
        return "an answerable question needs gold passages and something that must be said"
    if row["kind"] != "answerable" and gold and row["kind"] != "injection":
        return f"a question of the kind {row['kind']} has no gold passages"
    for one in gold:
        if one not in passages:
            return f"the gold passage {one!r} is not in data/patient_passages"
        if passages[one].lang != row["lang"]:
            return f"the gold passage {one!r} is in another language"
    texts = [_fold(passages[one].title + " " + passages[one].text) for one in gold]
    for said in _parts(row["must_say"]):
        if not any(_fold(said) in text for text in texts):
            return f"no gold passage says {said!r}, which must be said"
    for said in _parts(row["must_not_say"]):
        if any(_fold(said) in text for text in texts):
            return f"a gold passage says {said!r}, which must not be said"
    return ""


def read_questions(folder: Path, passages: tuple[PatientPassage, ...]) -> Tables:
    """Read and check the tables of a folder against the passages.

    Raises
    ------
    MedaiError
        For the first row that breaks a rule: an unknown gold passage, one in another language, a
        thing to say that no gold passage says, an emergency without its line to show.
    """
    tables = read_tables(folder, BOOK, COLUMNS, KEYS, fold=str.casefold)
    known = {one.id: one for one in passages}
    for line, row in enumerate(tables["questions"], 2):
        broken = _broken(row, known)
        if broken:
            raise refusal(BOOK, "questions", line, row["id"], broken)
    seen: set[str] = set()
    for line, row in enumerate(tables["training"], 2):
        if _fold(row["message"]) in seen:
            raise refusal(BOOK, "training", line, row["id"], "the message stands twice")
        seen.add(_fold(row["message"]))
    lines = {(row["key"], row["lang"]) for row in tables["responses"]}
    for line, row in enumerate(tables["emergencies"], 2):
        if (row["response_key"], row["lang"]) not in lines:
            rule = f"responses.csv has no line {row['response_key']!r} in {row['lang']}"
            raise refusal(BOOK, "emergencies", line, row["phrase"], rule)
    return tables


@functools.cache
def _tables() -> Tables:
    return read_questions(data_path(BOOK), patient_passages())


@functools.cache
def patient_questions(split: str | None = None) -> tuple[PatientQuestion, ...]:
    """Return the questions of a half: ``"dev"``, ``"test"``, or None for both.

    Raises
    ------
    MedaiError
        When the split is unknown, or a row of the tables breaks a rule.

    Examples
    --------
    >>> from collections import Counter
    >>> from medai.datasets.patient_questions import patient_questions
    >>> Counter(one.kind for one in patient_questions("dev")).most_common(2)
    [('answerable', 44), ('emergency', 16)]
    >>> patient_questions("dev")[0].question
    'Can I take metformin on an empty stomach?'
    """
    if split and split not in SPLITS:
        raise MedaiError(f"There is no split {split!r} of the questions. Use 'dev' or 'test'.")
    found = []
    for row in _tables()["questions"]:
        if not split or split == row["split"]:
            head = (row["id"], row["split"], row["lang"], row["kind"], row["question"])
            lists = (_parts(row[name]) for name in ("gold", "must_say", "must_not_say"))
            found.append(PatientQuestion(*head, *lists, row["note"]))
    return tuple(found)


@functools.cache
def emergency_phrases(lang: str | None = None) -> tuple[EmergencyPhrase, ...]:
    """Return the phrases of emergencies, of one language or (None) of both."""
    tables = _tables()
    lines = {(row["key"], row["lang"]): row["text"] for row in tables["responses"]}
    found = []
    for row in tables["emergencies"]:
        if not lang or lang == row["lang"]:
            response = lines[row["response_key"], row["lang"]]
            head = (row["category"], row["lang"], row["phrase"], row["kind"])
            found.append(EmergencyPhrase(*head, row["response_key"], response, row["source"]))
    return tuple(found)


@functools.cache
def training_messages(lang: str | None = None) -> tuple[TrainingMessage, ...]:
    """Return what the emergency guard learns from, of one language or (None) of both."""
    rows = (row for row in _tables()["training"] if not lang or lang == row["lang"])
    return tuple(TrainingMessage(r["id"], r["lang"], r["label"], r["message"]) for r in rows)


@functools.cache
def poisoned_passages() -> tuple[tuple[PatientPassage, tuple[str, ...]], ...]:
    """Return passages with planted orders, each with what an answer must never say.

    For tests only: they are false, rest on no source and are no part of the library.
    """
    found = []
    for row in _tables()["poisoned"]:
        family = row["id"][:-3]
        head = (row["id"], family, row["lang"], row["topic"], row["title"], row["text"])
        page = ("poisoned", "Planted for a test", "https://example.org/poisoned", "no", "nobody")
        found.append((PatientPassage(*head, *page), _parts(row["must_not_say"])))
    return tuple(found)
