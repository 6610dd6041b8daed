"""Can somebody who knows nothing find the key?  Guessers that never read the stem."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from medai.education.question import Question
from medai.metrics import wilson
from medai.runtime.errors import MedaiError

__all__ = ["GUESSERS", "Leak", "leaks"]


@dataclass(frozen=True)
class Leak:
    """How often one guesser finds the key.

    Attributes
    ----------
    guesser
        A key of :data:`GUESSERS`.
    right, n
        Questions guessed right, and all.
    chance
        What guessing at random gives.
    low, high
        Wilson's 95 % interval of the share.
    """

    guesser: str
    right: int
    n: int
    chance: float
    low: float
    high: float

    @property
    def share(self) -> float:
        """Share of the questions that were guessed right."""
        return self.right / self.n

    @property
    def above_chance(self) -> bool:
        """Whether the whole interval lies above chance."""
        return self.low > self.chance


def _lengths(question: Question, vectors: np.ndarray) -> np.ndarray:
    return np.array([len(option.text) for option in question.options], dtype=float)


def _central(question: Question, vectors: np.ndarray) -> np.ndarray:
    alike = vectors @ vectors.T
    return alike.sum(1) - alike.diagonal()


def _last_word(question: Question, vectors: np.ndarray) -> np.ndarray:
    words = [set(option.text.casefold().split()) for option in question.options]
    return np.array([sum(len(a & b) for b in words if b is not a) for a in words], dtype=float)


GUESSERS: dict[str, tuple[Callable, int]] = {
    "longest": (_lengths, 1),
    "shortest": (_lengths, -1),
    "most like the others": (_central, 1),
    "least like the others": (_central, -1),
    "most words shared": (_last_word, 1),
}


def leaks(questions: Sequence[Question], embed: Callable | None = None) -> tuple[Leak, ...]:
    """Let each guesser answer all questions without their stems.

    Parameters
    ----------
    questions : sequence
        All with the same number of options.
    embed : callable, optional
        Turns texts into unit vectors, shape (texts, d); by default
        :func:`medai.llm.embed`.

    Returns
    -------
    tuple of Leak
        In the order of :data:`GUESSERS`.  A guesser that ties takes the first: since keys
        stand in every position equally often, that is neither help nor harm.

    Raises
    ------
    MedaiError
        For no questions or different numbers of options.

    Examples
    --------
    >>> from medai.education.question import Option
    >>> def ask(i, key, wrong):
    ...     pair = Option(key, True, "right"), Option(wrong, False, "wrong")
    ...     return Question(str(i), "drugs", "Which?", pair, ("made up",))
    ...
    >>> exam = [ask(i, "a long and careful answer", "short") for i in range(12)]
    >>> found = leaks(exam, embed=lambda texts: np.eye(len(texts)))
    >>> [(one.guesser, one.share, round(one.low, 2), one.above_chance) for one in found[:2]]
    [('longest', 1.0, 0.76, True), ('shortest', 0.0, 0.0, False)]
    """
    sizes = {len(question.options) for question in questions}
    if len(sizes) != 1:
        raise MedaiError(f"The questions have {sorted(sizes)} options; give some, all alike.")
    if embed is None:
        from medai.llm import embed
    n, size = len(questions), sizes.pop()
    vectors = embed([option.text for q in questions for option in q.options])
    vectors = np.asarray(vectors).reshape(n, size, -1)
    found = []
    for name, (score, sign) in GUESSERS.items():
        right = sum(
            int(np.argmax(sign * score(q, v))) == q.key
            for q, v in zip(questions, vectors, strict=True)
        )
        low, high = wilson(right, n)
        found.append(Leak(name, right, n, 1 / size, float(low), float(high)))
    return tuple(found)
