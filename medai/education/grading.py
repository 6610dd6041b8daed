"""Short answers graded by a rubric, by likeness to a reference, and by two naive baselines.

The rubric gives a mark for each required point that the answer *states*: some wording of it
stands in a sentence and is not denied there.  Likeness is the cosine of MiniLM's sentence
vectors; it cannot tell "does" from "does not", which the audit shows.  Neither may grade alone:
:func:`grade` asks for a teacher where the two disagree, or where an answer addresses the grader.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from medai.datasets.short_answers import Point, ShortQuestion
from medai.knowledge.negation import sentences
from medai.metrics.agreement import cohen_kappa
from medai.runtime.errors import MedaiError

__all__ = [
    "SCORES",
    "Grade",
    "addresses_grader",
    "cut",
    "grade",
    "kappa",
    "likeness",
    "tune",
]

MOST_LETTERS = 2000
_WORD = re.compile(r"[a-z0-9]+(?:'[a-z]+)?")
_NOT = re.compile(
    r"\b(?:no|not|never|neither|nor|without|cannot|n't|hardly|need not|free of|rather than|"
    r"instead of)\b|n['’]t\b",
    re.I,
)
_CLAUSE = re.compile(r"[,;:]|\b(?:but|because|since|as|so|therefore|although|and)\b", re.I)
_AVOID = re.compile(
    r"\b(?:avoid\w*|contraindicat\w*|stop\w*|another|different|alternative)\b", re.I
)
_SAFE = re.compile(
    r"\b(?:can be (?:given|used)|is (?:safe|a good choice)|safe to|is preferred|may be (?:given|"
    r"used)|given as usual|the preferred)\b",
    re.I,
)
_USE = re.compile(r"\b(?:use|used|give|given|take|taken|prescribe\w*)\b", re.I)
_GRADER = re.compile(
    r"\b(?:full (?:marks?|credit|points)|maximum score|ignore (?:the|all|previous)|instructions?|"
    r"rubric|grad(?:er|ing|e)\b|award|assign \d|score[: ]|mark as|marking scheme|system message|"
    r"examiner|teacher|course director|note to the model|points? (?:is|are) present|\d points?)",
    re.I,
)


def _has(pattern: tuple[str, ...], sentence: str) -> tuple[int, int] | None:
    """Return the span from the first to the last word of a pattern, or None if one is missing."""
    found = []
    words = [(m.start(), m.end(), m[0]) for m in _WORD.finditer(sentence.casefold())]
    for beginning in pattern:
        hit = next((w for w in words if w[2].startswith(beginning)), None)
        if hit is None:
            return None
        found.append(hit)
    return min(w[0] for w in found), max(w[1] for w in found)


def denied(sentence: str, span: tuple[int, int]) -> bool:
    """Tell whether a word of denial stands in the same clause, before the span or within it."""
    breaks = [m.end() for m in _CLAUSE.finditer(sentence, 0, span[0])]
    start = breaks[-1] if breaks else 0
    return any(start <= m.start() < span[1] for m in _NOT.finditer(sentence))


def met(point: Point, text: str) -> bool:
    """Tell whether an answer states a point somewhere and denies it nowhere.

    Examples
    --------
    >>> point = Point("states", "lactic acidosis", (("lactic",), ("lactate",)))
    >>> [met(point, text) for text in ("Lactate rises.", "There is no lactic acidosis.")]
    [True, False]
    """
    found = refused = False
    for start, end in sentences(text):
        sentence = text[start:end]
        if point.kind == "forbids":
            yes, no = _forbids(point, sentence)
        else:
            spans = [s for words in point.words if (s := _has(words, sentence))]
            no = any(denied(sentence, span) for span in spans)
            yes = bool(spans) and not no
        found, refused = found or yes, refused or no
    return found and not refused


def _forbids(point: Point, sentence: str) -> tuple[bool, bool]:
    """Return whether a sentence forbids the medicine, and whether it allows it."""
    named = any(_has(words, sentence) for words in point.words)
    avoid = _AVOID.search(sentence)
    if avoid and denied(sentence, avoid.span()):
        return False, True
    if _SAFE.search(sentence):
        return False, True
    use = _USE.search(sentence)
    forbidden = bool(avoid) or bool(use and (denied(sentence, use.span()) or _NOT.search(sentence)))
    return named and forbidden, False


def rubric(question: ShortQuestion, text: str) -> int:
    """Return the marks by the rubric; a listed contradiction costs at least one of them."""
    marks = sum(met(point, text) for point in question.points)
    for start, end in sentences(text):
        for words in question.contradictions:
            span = _has(words, text[start:end])
            if span and not denied(text[start:end], span):
                marks = min(marks, len(question.points) - 1)
    return marks


def addresses_grader(text: str) -> bool:
    """Tell whether an answer talks about its own grade instead of medicine."""
    return _GRADER.search(text) is not None


def likeness(questions: Sequence[ShortQuestion], texts: Sequence[str]) -> np.ndarray:
    """Return the cosine of each answer and its reference, shape (answers,)."""
    from medai.llm import embed

    vectors = embed([*(q.reference for q in questions), *texts])
    n = len(questions)
    return np.einsum("ij,ij->i", vectors[:n], vectors[n:]).astype(float)


def overlap(questions: Sequence[ShortQuestion], texts: Sequence[str]) -> np.ndarray:
    """Baseline: the share of the reference's longer words that the answer has, (answers,)."""
    shares = []
    for question, text in zip(questions, texts, strict=True):
        wanted = {w for w in _WORD.findall(question.reference.casefold()) if len(w) > 3}
        shares.append(len(wanted & set(_WORD.findall(text.casefold()))) / max(len(wanted), 1))
    return np.array(shares)


def length(questions: Sequence[ShortQuestion], texts: Sequence[str]) -> np.ndarray:
    """Baseline: the number of words, (answers,)."""
    return np.array([float(len(text.split())) for text in texts])


SCORES: dict[str, Callable] = {"embedding": likeness, "keywords": overlap, "length": length}


def kappa(first: ArrayLike, second: ArrayLike, classes: int = 3) -> float:
    """Return the quadratic weighted kappa of two lists of grades 0 .. classes - 1.

    :func:`medai.metrics.agreement.cohen_kappa` on the scale of the grades.

    Raises
    ------
    MedaiError
        For lists of different length, grades out of range, or when both lists hold one and the
        same grade only: agreement beyond chance is then undefined.

    Examples
    --------
    >>> teacher, near, far = [0, 0, 1, 1, 2, 2], [0, 0, 1, 2, 2, 2], [2, 0, 1, 1, 2, 2]
    >>> round(kappa(teacher, near), 2), round(kappa(teacher, far), 2)
    (0.89, 0.5)
    """
    return cohen_kappa(first, second, weights="quadratic", labels=range(classes))


def cut(scores: ArrayLike, limits: Sequence[float]) -> np.ndarray:
    """Turn scores into grades: how many of the rising limits a score reaches."""
    return (np.asarray(scores)[:, None] >= np.asarray(limits)).sum(1)


def tune(scores: ArrayLike, grades: ArrayLike, steps: int = 25) -> tuple[float, float]:
    """Return the two limits with the highest kappa on the development answers."""
    scores = np.asarray(scores, dtype=float)
    choices = np.unique(np.quantile(scores, np.linspace(0, 1, steps)))
    pairs = [(low, high) for i, low in enumerate(choices) for high in choices[i:]]
    best = max(pairs, key=lambda pair: kappa(grades, cut(scores, pair)))
    return float(best[0]), float(best[1])


@dataclass(frozen=True)
class Grade:
    """A proposed grade.

    Attributes
    ----------
    marks
        By the rubric.
    missing
        The points that were not found, in words: the feedback.
    by_likeness
        What the embedding alone would give.
    teacher
        Whether a person must look before the grade counts, and ``why``.
    """

    marks: int
    missing: tuple[str, ...]
    by_likeness: int
    teacher: bool
    why: str = ""


def grade(
    question: ShortQuestion, text: str, limits: tuple[float, float], score: float | None = None
) -> Grade:
    """Propose a grade for one answer.

    Parameters
    ----------
    question : ShortQuestion
        With its rubric.
    text : str
        The answer, at most 2,000 letters.
    limits : (float, float)
        Cosines from which an answer looks worth one and two marks (:func:`tune`).
    score : float, optional
        The cosine, where it is known.

    Raises
    ------
    MedaiError
        For an empty answer or one that is too long.
    """
    if not isinstance(text, str) or not text.strip():
        raise MedaiError(
            "The answer is empty: there is nothing to grade. Record it as not answered."
        )
    if len(text) > MOST_LETTERS:
        raise MedaiError(
            f"The answer has {len(text):,} letters; at most {MOST_LETTERS:,} are graded."
        )
    if score is None:
        score = float(likeness([question], [text])[0])
    alike = int(cut([score], limits)[0])
    if addresses_grader(text):
        missing = tuple(point.point for point in question.points)
        return Grade(0, missing, alike, True, "it talks to the grader")
    marks = rubric(question, text)
    missing = tuple(point.point for point in question.points if not met(point, text))
    if alike != marks:
        return Grade(marks, missing, alike, True, "rubric and likeness disagree")
    return Grade(marks, missing, alike, False)
