"""Short answers with grades, written for Chapter 26.

Twelve questions with two required points each, and twelve answers to each: good, terse, in
second-language English, partial, and dangerous ones (negated, reversed, fluent but wrong, orders
to the grader).  The writer of the answers also gave the grades; a language model graded 60 of
them a second time.
Standard library only.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path

from medai.datasets.checked_tables import (
    Check,
    Tables,
    anything,
    filled,
    one_of,
    read_tables,
    refusal,
)
from medai.datasets.paths import data_path
from medai.runtime.errors import MedaiError

BOOK = "short_answers"
SPLITS = ("dev", "test")
KINDS = ("states", "forbids")
STYLES = (
    "full", "terse", "second-language", "paraphrase", "partial", "terse-partial",
    "wrong-fluent", "negated", "reversed", "contradicts-itself", "prompt", "echo",
)  # fmt: skip


def _count(value: str) -> str:
    return "" if value.isdigit() else "it must be a whole number"


COLUMNS: dict[str, dict[str, Check]] = {
    "questions": {
        "id": filled,
        "split": one_of(*SPLITS),
        "topic": filled,
        "question": filled,
        "reference": filled,
        "contradictions": anything,
        "source": filled,
    },
    "points": {
        "question": filled,
        "number": _count,
        "kind": one_of(*KINDS),
        "point": filled,
        "words": filled,
    },
    "answers": {
        "question": filled,
        "number": _count,
        "style": one_of(*STYLES),
        "grade": one_of("0", "1", "2"),
        "text": filled,
    },
    "second_pass": {"question": filled, "number": _count, "grade": one_of("0", "1", "2")},
}
KEYS = dict.fromkeys(("points", "answers", "second_pass"), ("question", "number"))


@dataclass(frozen=True)
class Point:
    """What an answer must say for one mark.

    Attributes
    ----------
    kind
        ``states``: something is so; ``forbids``: a medicine is not to be used.
    point
        In words, for feedback.
    words
        Alternatives; each is a tuple of word beginnings that must stand in one sentence.  For
        ``forbids`` the medicine.
    """

    kind: str
    point: str
    words: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class ShortQuestion:
    """A question with its reference answer and rubric.

    Attributes
    ----------
    id, split, topic, question, reference
        ``split`` is ``dev`` or ``test``.
    points
        One mark each.
    contradictions
        Word patterns as in :class:`Point`; an answer that has one gets no mark.
    source
        The table and row of the book that the reference follows.
    """

    id: str
    split: str
    topic: str
    question: str
    reference: str
    points: tuple[Point, ...]
    contradictions: tuple[tuple[str, ...], ...]
    source: str


@dataclass(frozen=True)
class ShortAnswer:
    """One answer: id of its question, number, style, grade by the writer (0 to 2), text."""

    question: str
    number: int
    style: str
    grade: int
    text: str


def patterns(cell: str) -> tuple[tuple[str, ...], ...]:
    """Read ``a + b | c``: alternatives of word beginnings that belong together.

    Examples
    --------
    >>> from medai.datasets.short_answers import patterns
    >>> patterns("raise + potassium | hyperkal")
    (('raise', 'potassium'), ('hyperkal',))
    """
    return tuple(
        tuple(word.strip().casefold() for word in part.split("+") if word.strip())
        for part in cell.split("|")
        if part.strip()
    )


def read_short_answers(
    folder: Path | None = None,
) -> tuple[tuple[ShortQuestion, ...], tuple[ShortAnswer, ...]]:
    """Read and check the tables of a folder, by default the book's.

    Raises
    ------
    MedaiError
        For a missing file, a row that breaks a rule, an answer or a point without a question,
        and a grade above the number of points.
    """
    tables = read_tables(folder or data_path(BOOK), BOOK, COLUMNS, KEYS)
    _check_together(tables)
    points: dict[str, list[Point]] = {}
    for row in tables["points"]:
        one = Point(row["kind"], row["point"], patterns(row["words"]))
        points.setdefault(row["question"], []).append(one)
    questions = tuple(
        ShortQuestion(
            row["id"], row["split"], row["topic"], row["question"], row["reference"],
            tuple(points[row["id"]]), patterns(row["contradictions"]), row["source"],
        )
        for row in tables["questions"]
    )  # fmt: skip
    answers = tuple(
        ShortAnswer(r["question"], int(r["number"]), r["style"], int(r["grade"]), r["text"])
        for r in tables["answers"]
    )
    return questions, answers


def _check_together(tables: Tables) -> None:
    known = {row["id"] for row in tables["questions"]}
    marks: dict[str, int] = {}
    for line, row in enumerate(tables["points"], 2):
        marks[row["question"]] = marks.get(row["question"], 0) + 1
        if row["question"] not in known:
            raise refusal(BOOK, "points", line, repr(row["question"]), "no such question")
    for line, row in enumerate(tables["answers"], 2):
        if row["question"] not in known:
            raise refusal(BOOK, "answers", line, repr(row["question"]), "no such question")
        if int(row["grade"]) > marks.get(row["question"], 0):
            rule = f"the question has {marks.get(row['question'], 0)} points"
            raise refusal(BOOK, "answers", line, f"grade is {row['grade']}", rule)
    answered = {(row["question"], row["number"]) for row in tables["answers"]}
    for line, row in enumerate(tables["second_pass"], 2):
        if (row["question"], row["number"]) not in answered:
            name = f"{row['question']} {row['number']}"
            raise refusal(BOOK, "second_pass", line, name, "no such answer")
    for line, row in enumerate(tables["questions"], 2):
        if row["id"] not in marks:
            raise refusal(BOOK, "questions", line, repr(row["id"]), "it has no points")


@functools.lru_cache(maxsize=1)
def _book() -> tuple[tuple[ShortQuestion, ...], tuple[ShortAnswer, ...]]:
    return read_short_answers()


def short_questions(split: str | None = None) -> tuple[ShortQuestion, ...]:
    """Return the questions, all or those of ``dev`` or ``test``."""
    if split not in (None, *SPLITS):
        raise MedaiError(f"split {split!r} must be dev, test or None.")
    return tuple(q for q in _book()[0] if split in (None, q.split))


def short_answers(split: str | None = None) -> tuple[ShortAnswer, ...]:
    """Return the graded answers, all or those to the questions of ``dev`` or ``test``."""
    wanted = {question.id for question in short_questions(split)}
    return tuple(answer for answer in _book()[1] if answer.question in wanted)


@functools.lru_cache(maxsize=1)
def _second() -> tuple[tuple[str, int, int], ...]:
    rows = read_tables(data_path(BOOK), BOOK, COLUMNS, KEYS)["second_pass"]
    return tuple((row["question"], int(row["number"]), int(row["grade"])) for row in rows)


def second_pass() -> dict[tuple[str, int], int]:
    """Return the grades of the second pass, by a language model, for 60 of the answers.

    The key is the answer's question and number; its first grade is that of
    :func:`short_answers`.
    """
    return {(question, number): grade for question, number, grade in _second()}
