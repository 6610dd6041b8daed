"""Alert rules: counts and expected harm by hand; the ward is what it says."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medai.datasets.ward import RISK, SEVERITIES, SHARE, ward_orders
from medai.personalised.signals.alerts import (
    attention,
    harm_prevented,
    measure_alerts,
    worst_of_sitting,
)
from medai.runtime import MedaiError

#            sitting 1      sitting 2   sitting 3
FIRED = [1, 1, 1, 0, 1, 0, 0]
HARMFUL = [1, 0, 0, 0, 1, 1, 0]
SITTING = [1, 1, 1, 1, 2, 2, 3]


def test_counts_by_hand():
    report = measure_alerts(FIRED, HARMFUL, accepted=[1, 0, 0, 0, 0, 0, 0])
    assert (report.orders, report.alerts, report.harmful, report.caught) == (7, 4, 3, 2)
    assert report.per_100_orders == pytest.approx(400 / 7)
    assert report.ppv == 0.5
    assert report.sensitivity == pytest.approx(2 / 3)
    assert report.number_needed_to_alert == 2
    assert report.overridden == 3
    assert report.override_rate == 0.75
    low, high = report.ppv_interval
    assert low < 0.5 < high


def test_a_rule_that_is_silent():
    report = measure_alerts([0, 0], [0, 1])
    assert math.isnan(report.ppv)
    assert report.ppv_interval == (0.0, 1.0)
    assert report.number_needed_to_alert == math.inf
    assert report.sensitivity == 0
    assert math.isnan(report.override_rate)
    assert math.isnan(measure_alerts([1, 0], [0, 0]).sensitivity)


def test_attention_by_hand():
    assert attention([1, 2, 3], 0.5, 0.3).tolist() == pytest.approx([0.5, 0.35, 0.245])
    assert attention([1, 9], 0.5, 0.0).tolist() == [0.5, 0.5]


def test_harm_prevented_by_hand():
    # Three harmful orders: one with three alerts in its sitting (0.5 · 0.7²), one alone (0.5),
    # one without an alert.
    value = harm_prevented(FIRED, HARMFUL, SITTING, first=0.5, drop=0.3)
    assert value == pytest.approx((0.5 * 0.49 + 0.5) / 3)
    assert harm_prevented(FIRED, HARMFUL, SITTING, first=1, drop=0) == pytest.approx(2 / 3)
    assert math.isnan(harm_prevented([1], [0], [1], first=1, drop=0))


def test_the_worst_of_a_sitting():
    estimate = [0.1, 0.3, 0.3, 0.9, 0.2, 0.4, 0.5]
    kept = worst_of_sitting(FIRED, estimate, SITTING)
    assert kept.tolist() == [False, True, False, False, True, False, False]


@settings(deadline=None)
@given(st.integers(0, 10_000), st.floats(0, 0.9), st.floats(0, 1))
def test_properties_of_attention(seed, drop, first):
    rng = np.random.default_rng(seed)
    n = 60
    sitting, harmful = rng.integers(0, 20, n), rng.random(n) < 0.3
    fired, estimate = rng.random(n) < 0.5, rng.random(n)
    if not harmful.any():
        return
    value = harm_prevented(fired, harmful, sitting, first=first, drop=drop)
    everything = measure_alerts(fired, harmful).sensitivity
    assert -1e-12 <= value <= first * everything + 1e-12
    kept = worst_of_sitting(fired, estimate, sitting)
    assert (fired | ~kept).all()
    assert set(sitting[kept]) == set(sitting[fired])
    assert len(set(sitting[kept])) == kept.sum()
    one = harm_prevented(kept, harmful, sitting, first=first, drop=drop)
    assert one == pytest.approx(first * measure_alerts(kept, harmful).sensitivity)


def test_more_alerts_can_prevent_less_harm():
    # Ten orders of one sitting, the first is harmful.  Alert on it alone: 0.5.  Alert on all:
    # 0.5 · 0.7⁹ = 0.02.  Without any loss of attention the two are equal.
    harmful, sitting = [1] + [0] * 9, [1] * 10
    alone = harm_prevented(harmful, harmful, sitting, first=0.5, drop=0.3)
    all_ten = harm_prevented([1] * 10, harmful, sitting, first=0.5, drop=0.3)
    assert (alone, all_ten) == pytest.approx((0.5, 0.5 * 0.7**9))
    assert harm_prevented([1] * 10, harmful, sitting, first=0.5, drop=0) == 0.5


def test_the_ward_has_the_shares_and_risks_that_it_says():
    ward = ward_orders(30_000, seed=1)
    n = len(ward)
    assert np.isclose(sum(SHARE), 1)
    for k, name in enumerate(SEVERITIES):
        here = ward.severity == k
        error = math.sqrt(SHARE[k] * (1 - SHARE[k]) / n)
        assert abs(here.mean() - SHARE[k]) < 4 * error, name
    risks = [ward.harmful[ward.severity == k].mean() for k in range(len(SEVERITIES))]
    assert risks == sorted(risks)
    # The mean factor of a patient is 1; the cap at 0.9 lowers the highest risk a little.
    moderate = ward.severity == 2
    error = math.sqrt(RISK[2] / moderate.sum())
    assert abs(risks[2] - RISK[2]) < 4 * error * 1.5  # patients differ: wider than binomial
    assert np.array_equal(ward_orders(50, seed=2).harmful, ward_orders(50, seed=2).harmful)
    assert (np.diff(ward.sitting) >= 0).all()


def test_refusals():
    with pytest.raises(MedaiError, match="one value an order"):
        measure_alerts([1, 0], [1])
    with pytest.raises(MedaiError, match="without an alert"):
        measure_alerts([0, 1], [0, 1], [1, 0])
    with pytest.raises(MedaiError, match="drop=1"):
        attention([1], 0.5, 1)
    with pytest.raises(MedaiError, match="alerts in a sitting"):
        attention([0], 0.5, 0.3)
    with pytest.raises(MedaiError, match="one value an order"):
        measure_alerts([], [])
    with pytest.raises(MedaiError, match="at least one sitting"):
        ward_orders(0)
