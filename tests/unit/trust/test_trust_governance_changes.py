"""A change plan: what is inside, what fails, and what only was not shown."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medai.runtime.errors import MedaiError
from medai.trust.governance.changes import ChangePlan, check_change, word_for

PLAN = ChangePlan(
    "toy", {"retrain": "same recipe"}, {"sensitivity": 0.1, "specificity": 0.1}, least=20
)


def rows(n=400, lost=0, seed=0):
    """Return truth, old and new calls; `new` misses `lost` more of the ill."""
    y = np.tile([1, 0], n // 2)
    old = y.copy()
    new = y.copy()
    ill = np.flatnonzero(y)[np.random.default_rng(seed).permutation(n // 2)]
    new[ill[:lost]] = 0
    return y, old, new


def test_the_same_model_is_inside():
    y, old, _ = rows()
    report = check_change(PLAN, "retrain", y, old, old, same_use=True)
    assert report.inside
    assert {(r.low, r.high, r.difference, r.word) for r in report.rows} == {(0, 0, 0, "shown")}


def test_the_difference_and_its_interval_by_hand():
    """30 of 200 ill are missed: d = -0.15; the normal interval of a paired share is near."""
    y, old, new = rows(lost=30)
    report = check_change(PLAN, "retrain", y, old, new, same_use=True)
    row = report.rows[0]
    assert row.difference == pytest.approx(-0.15)
    half = 1.96 * np.sqrt(0.15 * 0.85 / 200)  # 0.0495
    assert row.low == pytest.approx(-0.15 - half, abs=0.01)
    assert row.high == pytest.approx(-0.15 + half, abs=0.01)
    assert (row.word, report.inside) == ("worse", False)
    assert report.why == "sensitivity in all: worse."


def test_a_small_sample_shows_nothing():
    """3 of 40 lost: d = -0.075 is within the margin, its interval is not."""
    y, old, new = rows(n=80, lost=3)
    report = check_change(PLAN, "retrain", y, old, new, same_use=True)
    assert report.rows[0].difference == pytest.approx(-0.075)
    assert (report.rows[0].word, report.inside) == ("not shown", False)


def test_rows_of_a_patient_are_resampled_together():
    y, old, new = rows(n=400, lost=10)
    order = np.lexsort((new, y))  # the lost stand side by side
    y, old, new = y[order], old[order], new[order]
    alone = check_change(PLAN, "retrain", y, old, new, same_use=True).rows[0]
    five = np.arange(400) // 5
    together = check_change(PLAN, "retrain", y, old, new, five, same_use=True).rows[0]
    assert together.patients == 40
    assert together.high - together.low > 1.5 * (alone.high - alone.low)


def test_a_group_that_loses_stops_a_change_that_wins_on_the_whole():
    y, old, new = rows(n=1000, lost=12)
    group = np.where((y == 1) & (new == 0), "child", "adult")
    group[::10] = "child"
    group[1::10] = "child"
    plan = ChangePlan("toy", PLAN.kinds, PLAN.margins, groups=("child",), least=20)
    assert check_change(PLAN, "retrain", y, old, new, same_use=True).inside
    report = check_change(plan, "retrain", y, old, new, groups=group, same_use=True)
    assert not report.inside
    assert "sensitivity in child" in report.why


def test_kind_and_use_decide_before_anything_is_measured():
    other = check_change(PLAN, "new scanner", same_use=True)
    assert (other.inside, other.rows) == (False, ())
    assert "retrain" in other.why
    assert "intended use" in check_change(PLAN, "retrain", same_use=False).why


def test_too_few_patients_are_not_judged():
    y, old, _ = rows(n=30)
    report = check_change(PLAN, "retrain", y, old, old, same_use=True)
    assert {row.word for row in report.rows} == {"too few"}
    assert not report.inside


def test_a_group_without_patients_is_refused():
    plan = ChangePlan("toy", PLAN.kinds, PLAN.margins, groups=("child",))
    y, old, _ = rows()
    with pytest.raises(MedaiError, match="no row belongs to it"):
        check_change(plan, "retrain", y, old, old, groups=["adult"] * 400, same_use=True)


@pytest.mark.parametrize(
    "change",
    [{"old": [0.2, 0.8]}, {"new": [0, 1, 1]}, {"y": []}, {"y": [0, 2]}],
)
def test_bad_rows_are_refused(change):
    good = {"y": [0, 1], "old": [0, 1], "new": [0, 1]}
    with pytest.raises(MedaiError):
        check_change(PLAN, "retrain", **good | change, same_use=True)


@pytest.mark.parametrize(
    "change",
    [{"margins": {}}, {"margins": {"auc": 0.1}}, {"margins": {"sensitivity": 0.0}},
     {"kinds": {}}, {"kinds": {"retrain": ""}}, {"least": 0}, {"level": 1.0}],
)  # fmt: skip
def test_a_plan_that_allows_anything_is_refused(change):
    good = {"name": "toy", "kinds": PLAN.kinds, "margins": PLAN.margins}
    with pytest.raises(MedaiError):
        ChangePlan(**good | change)


@given(
    st.floats(-0.5, 0.5), st.floats(0, 0.5), st.floats(0.01, 0.3), st.floats(0, 0.2)
)  # fmt: skip
def test_a_better_interval_never_gets_a_worse_word(low, width, margin, better):
    order = ("worse", "not shown", "shown")
    before = order.index(word_for(low, low + width, margin))
    after = order.index(word_for(low + better, low + width + better, margin))
    assert after >= before
