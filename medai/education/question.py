"""A multiple-choice question: a stem, options with a reason each, and the source.

Standard library only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from medai.runtime.errors import MedaiError

LETTERS = "ABCDEFGH"


@dataclass(frozen=True)
class Option:
    """One answer to choose from.

    Attributes
    ----------
    text
        What the student reads.
    correct
        Whether it is the key.
    why
        Why it is right, or what is wrong with it: the feedback.
    concept
        Id of what it names: a disease, an HPO term, a drug; "" if it has none.
    """

    text: str
    correct: bool
    why: str
    concept: str = ""


@dataclass(frozen=True)
class Question:
    """A question with exactly one key.

    Attributes
    ----------
    id, topic
        ``topic`` is one of :data:`medai.education.questions.TOPICS` for generated questions.
    stem
        The question.
    options
        In the order in which they are shown.
    sources
        What the key rests on, at least one.

    Raises
    ------
    MedaiError
        For no stem, no source, fewer than two options, an option without words or reason, two
        options with the same words, and for any number of keys but one.

    Examples
    --------
    >>> options = Option("Aspirin", False, "No."), Option("Vitamin K", True, "Yes.")
    >>> one = Question("q1", "drugs", "What reverses warfarin?", options, ("a label",))
    >>> print(one)
    What reverses warfarin?
      A. Aspirin
      B. Vitamin K
    >>> LETTERS[one.key]
    'B'
    """

    id: str
    topic: str
    stem: str
    options: tuple[Option, ...]
    sources: tuple[str, ...]

    def __post_init__(self) -> None:
        words = [option.text.strip().casefold() for option in self.options]
        keys = sum(option.correct for option in self.options)
        for broken, rule in (
            (not self.stem.strip(), "the stem is empty"),
            (not self.sources, "it has no source"),
            (not 2 <= len(words) <= len(LETTERS), f"it has {len(words)} options, not 2 to 8"),
            (not all(words), "an option is empty"),
            (not all(o.why.strip() for o in self.options), "an option has no explanation"),
            (len(set(words)) < len(words), "two options have the same words"),
            (keys != 1, f"{keys} options are marked correct; one must be"),
        ):
            if broken:
                raise MedaiError(f"Question {self.id!r}: {rule}. Correct it before it is asked.")

    @property
    def key(self) -> int:
        """The position of the right option, from 0."""
        return next(i for i, option in enumerate(self.options) if option.correct)

    def __str__(self) -> str:
        lines = [self.stem]
        lines += [f"  {LETTERS[i]}. {option.text}" for i, option in enumerate(self.options)]
        return "\n".join(lines)

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready values."""
        options = [dict(vars(option)) for option in self.options]
        return {**vars(self), "options": options, "sources": list(self.sources)}
