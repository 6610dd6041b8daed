"""The calibration monitor and the CUSUM: identities, published values, false alarms, power."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from medai.runtime import MedaiError
from medai.trust.monitoring import (
    Alternative,
    CalibrationMonitor,
    RiskAdjustedCusum,
    cusum_limit,
    cusum_weights,
)


def patients(seed, n, odds=1.0):
    """Return stated risks and outcomes whose true odds are `odds` times as high."""
    rng = np.random.default_rng(seed)
    p = rng.beta(1.5, 8.5, n).clip(0.005, 0.95)
    return p, rng.random(n) < odds * p / (1 - p + odds * p)


@given(st.floats(0.001, 0.999), st.floats(-2, 2), st.floats(0.2, 3), st.floats(0.01, 0.99))
def test_no_bet_gains_while_the_model_is_right(p, shift, slope, usual):
    monitors = [
        CalibrationMonitor(usual_risk=usual, alternatives=[Alternative("x", shift, slope)])
        for _ in range(2)
    ]
    after = [monitor.update(p, y)[0] for monitor, y in zip(monitors, (0, 1), strict=True)]
    assert (1 - p) * after[0] + p * after[1] == pytest.approx(1.0, rel=1e-6)


def test_one_patient_by_hand():
    # Risk 0.2, odds 1/4. Twice the odds: q = 1/3; half: q = 1/9. After an event the stakes are
    # (1/3)/.2 = 5/3 and (1/9)/.2 = 5/9.
    doubled, halved = Alternative("up", math.log(2)), Alternative("down", -math.log(2))
    monitor = CalibrationMonitor(alternatives=[doubled, halved])
    evidence = monitor.update(0.2, 1)
    assert monitor.stakes == pytest.approx({"up": 5 / 3, "down": 5 / 9})
    assert evidence[0] == pytest.approx((5 / 3 + 5 / 9) / 2) == monitor.evidence
    assert monitor.suspects == "up"


def test_all_at_once_or_one_by_one_is_the_same():
    p, y = patients(4, 300, odds=2)
    whole, single = CalibrationMonitor(), CalibrationMonitor()
    path = whole.update(p, y)
    steps = [single.update(a, b)[0] for a, b in zip(p, y, strict=True)]
    np.testing.assert_allclose(path, steps, rtol=1e-9)
    assert whole.alarm_at == single.alarm_at
    assert whole.seen == single.seen == 300


def test_a_right_model_is_rarely_accused_however_often_one_looks():
    alarms = 0
    for run in range(400):
        monitor = CalibrationMonitor(alpha=0.05, usual_risk=0.13)
        monitor.update(*patients([1, run], 1500))
        alarms += monitor.alarm
    assert binomtest(alarms, 400, 0.05, alternative="greater").pvalue > 0.001


def test_looking_again_and_again_with_a_usual_test_accuses_it_often():
    # What the monitor is for: a two-sided z-test of observed against expected, every 25 patients.
    alarms = 0
    for run in range(200):
        p, y = patients([1, run], 1500)
        z = np.cumsum(y - p) / np.sqrt(np.cumsum(p * (1 - p)))
        alarms += bool((np.abs(z[24::25]) > 1.96).any())
    assert binomtest(alarms, 200, 0.05, alternative="greater").pvalue < 1e-6


@pytest.mark.parametrize(
    ("make", "suspects"),
    [
        (lambda p: p / 2.2, "the risks are too low"),
        (lambda p: 1 - (1 - p) ** 2.5, "the risks are too high"),
        (lambda p: 1 / (1 + np.exp(-(1.9 + 2 * np.log(p / (1 - p))))), "the risks are too extreme"),
        (lambda p: 1 / (1 + np.exp(0.95 - 0.5 * np.log(p / (1 - p)))), "the risks are too timid"),
    ],
)
def test_a_wrong_model_is_caught_and_the_fault_is_named(make, suspects):
    p, y = patients(9, 3000)
    monitor = CalibrationMonitor(alpha=0.01, usual_risk=0.13)
    monitor.update(make(p), y)
    assert monitor.alarm
    assert monitor.suspects == suspects


def test_the_mean_can_hold_while_the_model_drifts():
    # The log odds were doubled about a risk of 13 %; the mean risk hardly moves.
    p, y = patients(11, 4000)
    bold = 1 / (1 + np.exp(-(1.9 + 2 * np.log(p / (1 - p)))))
    shifted = bold * p.mean() / bold.mean()
    only_mean = CalibrationMonitor(
        alternatives=[Alternative("low", math.log(2)), Alternative("high", -math.log(2))]
    )
    only_mean.update(shifted.clip(0.001, 0.99), y)
    full = CalibrationMonitor(usual_risk=0.13)
    full.update(shifted.clip(0.001, 0.99), y)
    assert full.alarm
    assert not only_mean.alarm


def test_cusum_weights_against_a_published_value():
    # Rigdon & Fricker 2015, p. 226, as in the tests of the R package vlad: Parsonnet score 19,
    # logit p = -3.67 + 0.077·19, survived; odds ratio 1/2 gives 0.05083.
    p = 1 / (1 + math.exp(3.67 - 0.077 * 19))
    assert cusum_weights([0], [p], 0.5)[0] == pytest.approx(0.05083, abs=5e-6)
    # By hand: an event at risk .2 with odds ratio 2 is ln 2 - ln(.8 + .4) = ln(5/3).
    assert cusum_weights([1], [0.2])[0] == pytest.approx(math.log(5 / 3))


def test_the_sum_never_falls_below_zero_and_alarms_once():
    chart = RiskAdjustedCusum(limit=1.0)
    path = chart.update([0.2] * 6, [0, 0, 1, 1, 0, 1])
    up, down = math.log(5 / 3), -math.log(1.2)
    expected = [0, 0, up, 2 * up, 2 * up + down, 3 * up + down]
    np.testing.assert_allclose(path, expected, atol=1e-12)
    assert chart.alarm_at == 4
    assert chart.seen == 6


def test_the_limit_keeps_its_promise_on_other_patients():
    risks = patients(0, 5000)[0]
    limit = cusum_limit(risks, 400, 0.1, seed=1)
    alarms = 0
    for run in range(500):
        rng = np.random.default_rng([3, run])
        p = rng.choice(risks, 400)
        chart = RiskAdjustedCusum(limit)
        chart.update(p, rng.random(400) < p)
        alarms += chart.alarm
    # The limit itself comes from 2,000 runs: the standard error of its rate is .0067.
    assert abs(alarms / 500 - 0.1) < 3.3 * math.sqrt(0.1 * 0.9 * (1 / 500 + 1 / 2000))


@pytest.mark.parametrize(("p", "ratio", "n"), [(0.5, 2.0, 10), (0.9, 0.5, 20)])
def test_the_limit_keeps_its_promise_where_sums_take_few_values(p, ratio, n):
    limit = cusum_limit([p], n, 0.05, odds_ratio=ratio, runs=5000)
    alarms = 0
    for seed in range(2000):
        chart = RiskAdjustedCusum(limit, ratio)
        chart.update(np.full(n, p), np.random.default_rng(seed).random(n) < p)
        alarms += chart.alarm
    assert binomtest(alarms, 2000, 0.05, alternative="greater").pvalue > 0.001


def test_risks_next_to_0_and_1_by_hand():
    # Twice the odds of p = 1e-300 and of 1e-16 are 2p; an event doubles that stake.
    for tiny in (1e-300, 1e-16):
        monitor = CalibrationMonitor()
        monitor.update([tiny], [1])
        assert monitor.stakes["the risks are too low"] == pytest.approx(2)
        # slope 2 about odds of 1/9: odds become 9 p^2, so an event leaves 9p of the stake
        assert monitor.stakes["the risks are too timid"] == pytest.approx(9 * tiny)
    monitor = CalibrationMonitor()
    monitor.update([1 - 2**-53], [0])  # half the odds: q / p of the complement is 2
    assert monitor.stakes["the risks are too high"] == pytest.approx(2)
    monitor = CalibrationMonitor()
    monitor.update(np.full(30_000, 0.1), np.ones(30_000))  # beyond the largest number
    assert monitor.evidence == np.inf
    assert monitor.alarm


def test_a_change_after_many_good_patients_is_seen_sooner_by_the_cusum():
    before, after = patients(1, 3000), patients(2, 3000, odds=2.0)
    chart = RiskAdjustedCusum(cusum_limit(before[0], 6000, 0.05))
    monitor = CalibrationMonitor(usual_risk=0.13)
    for p, y in (before, after):
        chart.update(p, y)
        monitor.update(p, y)
    assert chart.alarm_at is not None
    assert chart.alarm_at > 3000
    assert monitor.alarm_at is None or monitor.alarm_at > chart.alarm_at


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: CalibrationMonitor(alpha=0), "alpha=0"),
        (lambda: CalibrationMonitor(usual_risk=1), "strictly between"),
        (lambda: CalibrationMonitor(alternatives=[]), "nothing is bet on"),
        (lambda: CalibrationMonitor().update(1.0, 1), "strictly between"),
        (lambda: CalibrationMonitor().update(0.5, 2), "labels"),
        (lambda: CalibrationMonitor().update([0.5, 0.4], [1]), "rows"),
        (lambda: RiskAdjustedCusum(0), "limit=0"),
        (lambda: RiskAdjustedCusum(1, odds_ratio=1), "odds_ratio=1"),
        (lambda: cusum_weights([1], [0.0]), "strictly between"),
        (lambda: cusum_limit([0.1], 0), "patients=0"),
        (lambda: cusum_limit([0.1], 5, 1.0), "false_alarm=1.0"),
    ],
)
def test_bad_input_is_refused(call, says):
    with pytest.raises(MedaiError, match=says):
        call()


def test_bad_input_adds_nothing():
    monitor, chart = CalibrationMonitor(), RiskAdjustedCusum(2)
    for one in (monitor, chart):
        with pytest.raises(MedaiError):
            one.update([0.2, 1.0], [1, 1])
        assert one.seen == 0
    assert monitor.evidence == 1
    assert chart.value == 0
