"""SM-2 by hand from the published rules; FSRS against the library; the simulation's own rules."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest

from medai.education.review import DAY0, SCHEDULES, SM2, Memory, fsrs_days, sm2_review, study
from medai.runtime import MedaiError


def test_sm2_by_hand():
    # quality 4 leaves EF: 0.1 - 1 * (0.08 + 1 * 0.02) = 0
    card = SM2()
    for days in (1, 6, 15, 38):  # 6 * 2.5 = 15, 15 * 2.5 = 37.5, rounded up
        card = sm2_review(card, 4)
        assert (card.interval, card.easiness) == (days, 2.5)


@pytest.mark.parametrize(("quality", "change"), [(5, 0.1), (4, 0.0), (3, -0.14)])
def test_easiness_changes_as_published(quality, change):
    # q = 3: 0.1 - 2 * (0.08 + 2 * 0.02) = -0.14
    assert sm2_review(SM2(), quality).easiness == pytest.approx(2.5 + change)


def test_a_lapse_starts_anew_and_keeps_the_easiness():
    assert sm2_review(SM2(4, 2.1, 40), 2) == SM2(0, 2.1, 1)


def test_easiness_never_falls_below_its_floor():
    card = SM2()
    for _ in range(30):
        card = sm2_review(card, 3)
    assert card.easiness == 1.3


@pytest.mark.parametrize("bad", [-1, 6, 3.5, True, "4"])
def test_a_quality_out_of_range_is_refused(bad):
    with pytest.raises(MedaiError, match="0 to 5"):
        sm2_review(SM2(), bad)


def test_fsrs_days_is_what_the_library_schedules():
    from fsrs import Card, Rating, Scheduler

    scheduler = Scheduler(learning_steps=(), relearning_steps=(), enable_fuzzing=False)
    card, _ = scheduler.review_card(Card(card_id=1, due=DAY0), Rating.Good, DAY0)
    first = (card.due - DAY0).days
    assert fsrs_days([(0, True)]) == first
    card, _ = scheduler.review_card(card, Rating.Good, DAY0 + timedelta(days=first))
    assert fsrs_days([(0, True), (first, True)]) == (card.due - DAY0).days - first
    assert fsrs_days([(0, True), (first, False)]) < fsrs_days([(0, True), (first, True)])


def test_memory_by_hand():
    card = Memory(2.0, gain=5.0)
    assert card.retention(0) == 1
    assert card.retention(2) == pytest.approx(0.9)  # at t = S
    assert card.retention(18) == pytest.approx(0.5)  # 1 / (1 + 18/18)
    assert Memory(2.0, shape="exponential").retention(2) == pytest.approx(0.9)
    card.review(18, True)
    assert card.stability == pytest.approx(2 * (1 + 5 * 0.5))
    card.review(1, False)
    assert card.stability == pytest.approx(7 * 0.4)


def test_massed_reviews_teach_nothing_here_and_all_are_held():
    # on day 0 retention is 1, so a recall multiplies stability by 1
    result = study("massed", seed=3)
    assert (result[:, 1] == 5).all()
    rng = np.random.default_rng([3, 0x5B])
    stability = np.exp(rng.normal(np.log(2.0), 0.6, 30))
    np.testing.assert_allclose(result[:, 0], 1 / (1 + 120 / (9 * stability)))


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_a_study_is_seeded_and_never_reviews_after_the_exam(schedule):
    a, b = (study(schedule, seed=1, cards=8, exam_day=20) for _ in range(2))
    np.testing.assert_array_equal(a, b)
    assert ((a[:, 0] > 0) & (a[:, 0] <= 1)).all()
    assert (a[:, 1] <= 5).all()


def test_spacing_beats_massing_in_the_declared_memory():
    spaced = np.array([study("every 7 days", seed=s)[:, 0].mean() for s in range(20)])
    massed = np.array([study("massed", seed=s)[:, 0].mean() for s in range(20)])
    gain = spaced - massed
    assert gain.mean() - 1.96 * gain.std(ddof=1) / 20**0.5 > 0


def test_an_unknown_schedule_is_refused():
    with pytest.raises(MedaiError, match="must be one of"):
        study("cramming")
