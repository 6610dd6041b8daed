"""Spaced review: when to show a card again.

:class:`SM2` is the algorithm of SuperMemo 2 as Wozniak published it
(http://super-memory.com/english/ol/sm2.htm, an adaptation of his master's thesis of 1990; an
excerpt was opened).  The library ``fsrs`` is the modern way.  :func:`study` compares schedules on
simulated memories, and its results are true of those memories only.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from medai.runtime.errors import MedaiError

__all__ = ["SCHEDULES", "SM2", "Memory", "fsrs_days", "sm2_review", "study"]

EASIEST = 2.5
HARDEST = 1.3
DAY0 = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class SM2:
    """The state of one card.

    Attributes
    ----------
    repetitions
        Successful ones in a row.
    easiness
        The E-factor, at least 1.3; 2.5 at first.
    interval
        Days until the next repetition.
    """

    repetitions: int = 0
    easiness: float = EASIEST
    interval: int = 0


def sm2_review(card: SM2, quality: int) -> SM2:
    """Return the card after a repetition.

    Parameters
    ----------
    card : SM2
    quality : int
        0 (blackout) to 5 (perfect); below 3 is forgotten.

    Notes
    -----
    ``I(1) = 1``, ``I(2) = 6``, ``I(n) = I(n-1) EF`` rounded up;
    ``EF' = EF + 0.1 - (5 - q)(0.08 + (5 - q) 0.02)``, never below 1.3.  With q < 3 the
    repetitions start anew and EF stays, as the text says ("without changing the E-Factor"); many
    programs change it there too.  The interval uses the new EF.
    """
    if isinstance(quality, bool) or not isinstance(quality, int) or not 0 <= quality <= 5:
        raise MedaiError(f"quality={quality!r} must be a whole number from 0 to 5.")
    if quality < 3:
        return SM2(0, card.easiness, 1)
    miss = 5 - quality
    easiness = max(HARDEST, card.easiness + 0.1 - miss * (0.08 + miss * 0.02))
    n = card.repetitions + 1
    days = 1 if n == 1 else 6 if n == 2 else math.ceil(round(card.interval * easiness, 9))
    return SM2(n, easiness, days)


@dataclass
class Memory:
    """The declared memory of one student for one card; not a theory of memory.

    Retention after *t* days is ``(1 + t / (9 S))**-1``, so that it is 0.9 at t = S.  A recall
    multiplies the stability S by ``1 + gain (1 - R)``-like growth that is larger the nearer the
    card was to being forgotten, and a failure sets S back.

    Attributes
    ----------
    stability
        S in days.
    gain
        How much a recall strengthens.
    loss
        What a failure leaves of the stability.
    shape
        ``"power"`` as above, or ``"exponential"``: ``exp(-t ln(1/0.9) / S)``.
    """

    stability: float
    gain: float = 10.0
    loss: float = 0.4
    shape: str = "power"

    def retention(self, days: float) -> float:
        """Return the probability of recall after some days."""
        if self.shape == "exponential":
            return math.exp(-days * math.log(1 / 0.9) / self.stability)
        return 1 / (1 + days / (9 * self.stability))

    def review(self, days: float, recalled: bool) -> None:
        """Change the stability by a review after some days."""
        r = self.retention(days)
        if recalled:
            self.stability *= 1 + self.gain * (1 - r)
        else:
            self.stability = max(0.2, self.stability * self.loss)


def _massed(answers: list[tuple[int, bool]], gap: int) -> Iterator[int]:
    while True:
        yield 0


def _fixed(answers: list[tuple[int, bool]], gap: int) -> Iterator[int]:
    while True:
        yield 7


def _evenly(answers: list[tuple[int, bool]], gap: int) -> Iterator[int]:
    while True:
        yield gap


def _sm2(answers: list[tuple[int, bool]], gap: int) -> Iterator[int]:
    card = sm2_review(SM2(), 4)  # the day it was learnt
    while True:
        yield card.interval
        card = sm2_review(card, 4 if answers[-1][1] else 1)


def fsrs_days(answers: list[tuple[int, bool]], retention: float = 0.9) -> int:
    """Return the days until the next review by the library ``fsrs``, its default parameters.

    Parameters
    ----------
    answers : list of (day, recalled)
        The reviews so far; the first is the day of learning.
    retention : float
        What FSRS aims at.

    Examples
    --------
    >>> fsrs_days([(0, True), (3, True)])
    14
    """
    return _fsrs_days(tuple(answers), retention)


@functools.lru_cache(maxsize=4096)  # without fuzz the same answers give the same day
def _fsrs_days(answers: tuple[tuple[int, bool], ...], retention: float) -> int:
    from fsrs import Card, Rating, Scheduler

    scheduler = Scheduler(
        desired_retention=retention, learning_steps=(), relearning_steps=(), enable_fuzzing=False
    )
    card = Card(card_id=1, due=DAY0)
    for day, recalled in answers:
        rating = Rating.Good if recalled else Rating.Again
        card, _ = scheduler.review_card(card, rating, DAY0 + timedelta(days=day))
    return max(1, round((card.due - DAY0).total_seconds() / 86400) - answers[-1][0])


def _fsrs(answers: list[tuple[int, bool]], gap: int) -> Iterator[int]:
    while True:
        yield fsrs_days(answers)


SCHEDULES: dict[str, Callable] = {
    "massed": _massed,
    "every 7 days": _fixed,
    "evenly to the exam": _evenly,
    "SM-2": _sm2,
    "FSRS": _fsrs,
}


def study(
    schedule: str,
    *,
    cards: int = 30,
    reviews: int = 5,
    exam_day: int = 120,
    seed: int = 0,
    shape: str = "power",
    gain: float = 10.0,
) -> np.ndarray:
    """Simulate one student who learns cards on day 0 and reviews each a given number of times.

    Parameters
    ----------
    schedule : str
        A key of :data:`SCHEDULES`.
    cards, reviews, exam_day : int
        A review that falls after the exam is not held, so an adaptive schedule may hold fewer.
    seed : int
        Of the student: the same seed has the same cards whatever the schedule.
    shape, gain
        Of the declared :class:`Memory`.

    Returns
    -------
    numpy.ndarray, shape (cards, 2)
        Probability of recall on the day of the exam, and how many reviews were held.
    """
    if schedule not in SCHEDULES:
        raise MedaiError(f"schedule {schedule!r} must be one of {', '.join(SCHEDULES)}.")
    rng = np.random.default_rng([seed, 0x5B])
    stability = np.exp(rng.normal(np.log(2.0), 0.6, cards))  # days; cards differ
    luck = rng.random((cards, reviews))
    result = np.empty((cards, 2))
    for j in range(cards):
        memory = Memory(float(stability[j]), gain=gain, shape=shape)
        answers = [(0, True)]
        plan = SCHEDULES[schedule](answers, exam_day // (reviews + 1))
        held = 0
        for k in range(reviews):
            day = answers[-1][0] + next(plan)
            if day >= exam_day:
                break
            wait = day - answers[-1][0]
            recalled = bool(luck[j, k] < memory.retention(wait))
            memory.review(wait, recalled)
            answers.append((day, recalled))
            held += 1
        result[j] = memory.retention(exam_day - answers[-1][0]), held
    return result
