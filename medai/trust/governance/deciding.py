"""Answer where the facts decide, ask where they do not.

A decision is a function of facts that are all known.  Where some are unknown, every way of
filling them in is tried: if all ways give one answer, it is given, and nothing is asked; else
the facts that can change it are asked for.  Nothing is guessed.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from medai.runtime.errors import MedaiError

Facts = Mapping[str, object]
Verdict = tuple[str, tuple[str, ...]]


@dataclass(frozen=True)
class Question:
    """What is asked about a fact: its name, the words, and the possible answers."""

    fact: str
    words: str
    choices: tuple[object, ...]


@dataclass(frozen=True)
class Decision:
    """An answer with the passages it rests on, or questions.

    Attributes
    ----------
    answer
        "" where something must be asked first.
    passages
        Keys of :func:`medai.datasets.regulation.rule`.
    questions
        What could change the answer; empty where there is one.
    possible
        The answers that are still possible.
    """

    answer: str
    passages: tuple[str, ...]
    questions: tuple[Question, ...]
    possible: tuple[str, ...]

    def __str__(self) -> str:
        if self.answer:
            return f"{self.answer} ({', '.join(self.passages)})"
        asked = " ".join(question.words for question in self.questions)
        return f"{' or '.join(self.possible)}? {asked}"


def decide(
    verdict: Callable[[Facts], Verdict],
    facts: Facts,
    questions: tuple[Question, ...],
    order: tuple[str, ...],
) -> Decision:
    """Apply a rule to facts, of which some may be unknown.

    Parameters
    ----------
    verdict
        From the full facts to an answer and the passages it rests on.
    facts
        What is known; a fact that is missing or None is unknown.
    questions
        One for each fact of the rule, in the order in which to ask.
    order
        All answers, in the order in which they are listed.

    Raises
    ------
    MedaiError
        For a fact that the rule does not know, and a value that is no choice.

    Examples
    --------
    >>> from medai.trust.governance.deciding import Question, decide
    >>> def verdict(facts):
    ...     return ("device", ("mdr-2",)) if facts["medical"] else ("no device", ())
    >>> ask = (Question("medical", "Is it meant for a medical purpose?", (True, False)),)
    >>> decide(verdict, {}, ask, ("device", "no device")).questions[0].words
    'Is it meant for a medical purpose?'
    >>> decide(verdict, {"medical": True}, ask, ("device", "no device")).answer
    'device'
    """
    by_fact = {question.fact: question for question in questions}
    for name, value in facts.items():
        if name not in by_fact:
            raise MedaiError(f"{name!r} is no fact here. Known: {', '.join(by_fact)}.")
        choices = by_fact[name].choices
        if value is not None and not any(value is c or _same(value, c) for c in choices):
            raise MedaiError(
                f"{name}={value!r}: it must be one of {', '.join(map(repr, choices))}, or None "
                "where it is not known."
            )
    known = {name: value for name, value in facts.items() if value is not None}
    unknown = [name for name in by_fact if name not in known]
    answers = {}
    for values in itertools.product(*(by_fact[name].choices for name in unknown)):
        answers[values] = verdict({**known, **dict(zip(unknown, values, strict=True))})
    possible = tuple(sorted({answer for answer, _ in answers.values()}, key=order.index))
    if len(possible) == 1:
        # the passages that every way of filling in rests on
        shared = [set(passages) for _, passages in answers.values()]
        first = next(iter(answers.values()))[1]
        common = tuple(key for key in first if all(key in one for one in shared))
        return Decision(possible[0], common or first, (), possible)
    asked = [by_fact[name] for i, name in enumerate(unknown) if _matters(answers, i)]
    return Decision("", (), tuple(asked), possible)


def _same(value: object, choice: object) -> bool:
    """Return whether they are equal and of one type: 1 is not True."""
    return type(value) is type(choice) and value == choice


def _matters(answers: Mapping[tuple, Verdict], place: int) -> bool:
    """Return whether some other value at `place` can change the answer."""
    by_rest: dict[tuple, set[str]] = {}
    for values, (answer, _) in answers.items():
        rest = values[:place] + values[place + 1 :]
        by_rest.setdefault(rest, set()).add(answer)
    return any(len(found) > 1 for found in by_rest.values())
