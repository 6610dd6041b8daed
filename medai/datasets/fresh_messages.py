"""Messages that no writer of emergency rules has seen: ``data/patient_questions/fresh.csv``.

Half are emergencies as frightened people type them, half are none, most of those near misses.
They measure a rule that sends people to help; nothing may be tuned on them.
Standard library only.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

from medai.datasets.checked_tables import Tables, filled, one_of, read_tables
from medai.datasets.paths import data_path

BOOK = "patient_questions"
LANGUAGES = ("en", "zh")
KINDS = ("emergency", "other")
COLUMNS = {
    "fresh": {
        "id": filled,
        "lang": one_of(*LANGUAGES),
        "kind": one_of(*KINDS),
        "question": filled,
    }
}


@dataclass(frozen=True)
class FreshMessage:
    """One message of a patient or a relative.

    Attributes
    ----------
    id
        Unique, e.g. ``fr-en-01``.
    lang
        ``en`` or ``zh``.
    kind
        ``emergency`` (an ambulance, an emergency department or a crisis line at once) or
        ``other``.
    question
        The message as typed, slips included.
    """

    id: str
    lang: str
    kind: str
    question: str


@functools.cache
def _tables() -> Tables:
    return read_tables(data_path(BOOK), BOOK, COLUMNS, {"fresh": ("id",)})


def fresh_messages() -> tuple[FreshMessage, ...]:
    """Return all messages, in the order of the file.

    Raises
    ------
    MedaiError
        For a missing file, and for the first row that breaks a rule.
    """
    return tuple(FreshMessage(**row) for row in _tables()["fresh"])
