"""Labelled sentences of clinical notes, written for the book (``data/notes``); stdlib only.

Each sentence has words that name a finding, and a label for each: is it there, denied,
doubtful, a condition ("if fever develops"), an earlier illness, or a relative's?  The card
``notes`` and ``data/notes/README.md`` say how they were made and what they are not.
"""

from __future__ import annotations

import csv
import functools
import itertools
from pathlib import Path
from typing import NamedTuple

from medai.datasets.paths import data_path
from medai.runtime.errors import MedaiError

LABELS = ("present", "absent", "possible", "hypothetical", "history", "family")
SPLITS = ("dev", "test")


class Labelled(NamedTuple):
    """A labelled finding: ``text == sentence[start:end]``, `label` one of ``LABELS``."""

    start: int
    end: int
    text: str
    label: str


class Note(NamedTuple):
    """One sentence: its id, split (``dev`` or ``test``), category, text and findings in order."""

    id: str
    split: str
    category: str
    sentence: str
    findings: tuple[Labelled, ...]

    @property
    def spans(self) -> list[tuple[int, int]]:
        """``(start, end)`` of each finding, in order."""
        return [(one.start, one.end) for one in self.findings]


class Twice(NamedTuple):
    """A finding of the sentence `id`, and its label in the first and in the second labelling."""

    id: str
    text: str
    first: str
    second: str


def read_notes(split: str | None = None, folder: Path | None = None) -> tuple[Note, ...]:
    """Read and check the labelled sentences.

    Parameters
    ----------
    split
        ``dev`` or ``test``; both by default.  Rules are written on ``dev`` only.
    folder
        Where the CSV files stand; by default ``data/notes`` of the book.

    Raises
    ------
    MedaiError
        For another split, a missing file, and the first row that breaks a rule.

    Examples
    --------
    >>> first = read_notes("dev")[0]
    >>> first.sentence, [(one.text, one.label) for one in first.findings][1]
    ('Her son is off school with chickenpox and she now has a fever.', ('a fever', 'present'))
    """
    if split is not None and split not in SPLITS:
        raise MedaiError(f"split={split!r}: the sentences are {' or '.join(map(repr, SPLITS))}.")
    notes = _read(Path(folder)) if folder is not None else _book()
    return tuple(note for note in notes if split in (None, note.split))


def read_second_pass(folder: Path | None = None) -> tuple[Twice, ...]:
    """Read the labels that each finding got the first and the second time."""
    table = _table(Path(folder) if folder is not None else data_path("notes"), "second_pass")
    rows = []
    for line, row in table:
        for column in ("first", "second"):
            if row[column] not in LABELS:
                raise _refuse("second_pass", line, f"the label {row[column]!r}", _ONE_OF)
        rows.append(Twice(row["id"], row["surface"], row["first"], row["second"]))
    return tuple(rows)


_COLUMNS = {
    "notes": ["id", "split", "sentence", "findings"],
    "categories": ["id", "category"],
    "second_pass": ["id", "surface", "first", "second"],
}
_ONE_OF = f"it must be one of {', '.join(LABELS)}"


@functools.lru_cache(maxsize=1)
def _book() -> tuple[Note, ...]:
    return _read(data_path("notes"))


def _refuse(name: str, line: int, what: str, rule: str) -> MedaiError:
    return MedaiError(
        f"data/notes/{name}.csv, line {line}: {what}: {rule}. "
        "Correct the line (README.md beside the file says what each column holds)."
    )


def _table(folder: Path, name: str) -> list[tuple[int, dict[str, str]]]:
    path = folder / f"{name}.csv"
    if not path.is_file():
        raise MedaiError(f"{path} is missing: take the folder data/notes from the book again.")
    with open(path, encoding="utf-8", newline="") as file:
        lines = list(csv.reader(file))
    head = lines[0] if lines else []
    if head != _COLUMNS[name]:
        raise _refuse(name, 1, f"the columns are {head}", f"they must be {_COLUMNS[name]}")
    for line, values in enumerate(lines[1:], 2):
        if len(values) != len(head) or not all(value.strip() for value in values):
            raise _refuse(name, line, f"{values}", f"{len(head)} values that are not empty")
    return [
        (line, dict(zip(head, values, strict=True))) for line, values in enumerate(lines[1:], 2)
    ]


def _read(folder: Path) -> tuple[Note, ...]:
    category = {row["id"]: row["category"] for _, row in _table(folder, "categories")}
    notes: dict[str, Note] = {}
    for line, row in _table(folder, "notes"):
        if row["id"] in notes:
            raise _refuse("notes", line, f"the id {row['id']!r}", "it stands above already")
        if row["split"] not in SPLITS:
            raise _refuse("notes", line, f"the split {row['split']!r}", "it must be dev or test")
        if row["id"] not in category:
            raise _refuse(
                "notes", line, f"the id {row['id']!r}", "it has no line in categories.csv"
            )
        found = sorted(_labelled(row["sentence"], one, line) for one in row["findings"].split("; "))
        for one, other in itertools.pairwise(found):
            if other.start < one.end:
                what = f"{one.text!r} and {other.text!r}"
                raise _refuse("notes", line, what, "they must not overlap")
        notes[row["id"]] = Note(
            row["id"], row["split"], category[row["id"]], row["sentence"], tuple(found)
        )
    return tuple(notes.values())


def _labelled(sentence: str, written: str, line: int) -> Labelled:
    text, bar, label = written.rpartition("|")
    if not bar or label not in LABELS:
        raise _refuse("notes", line, f"the label in {written!r}", _ONE_OF)
    if not text or sentence.count(text) != 1:
        raise _refuse("notes", line, f"{text!r}", "it must stand exactly once in the sentence")
    start = sentence.index(text)
    return Labelled(start, start + len(text), text, label)
