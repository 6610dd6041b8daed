"""Risks by a time with lost patients: weights, recalibration, calibration groups, reports."""

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression

from medai.metrics import brier_score, net_benefit, roc_auc
from medai.metrics.risks import risk_report
from medai.metrics.survival import (
    Recalibration,
    known_by,
    logit,
    recalibrate,
    weighted_calibration,
)
from medai.runtime import MedaiError


def draw(n=400, seed=0):
    rng = np.random.default_rng(seed)
    time = np.minimum(rng.exponential(8, n), 12)
    return time, np.where(time < 12, rng.integers(0, 3, n), 0)


def test_weights_by_hand():
    # Lost at 2 (of 5 seen) and at 4 (of 3 seen): G = 4/5 after 2 and 4/5 · 2/3 = 8/15 after 4.
    time, event = [1, 2, 3, 4, 6, 9], [1, 0, 2, 0, 1, 0]
    y, w = known_by(time, event, horizon=8)
    assert y.tolist() == [1, 0, 0, 0, 1, 0]
    # Patients 1 to 6: before any loss; lost; death at 3; lost; event at 6; seen to 8.
    g = [1, None, 4 / 5, None, 4 / 5 * 2 / 3, 4 / 5 * 2 / 3]
    np.testing.assert_allclose(w, [0 if one is None else 1 / one for one in g])


def test_an_event_comes_before_a_loss_at_the_same_time():
    # Three seen at 1: one has the event then, so one of the two left is lost: G = 1/2.
    _y, w = known_by([1, 1, 5], [1, 0, 0], horizon=5)
    np.testing.assert_allclose(w, [1, 0, 2])


def test_without_losses_everyone_counts_once():
    y, w = known_by([1, 3, 10, 10], [1, 2, 0, 0], horizon=10)
    assert w.tolist() == [1, 1, 1, 1]
    assert y.tolist() == [1, 0, 0, 0]


def test_an_event_after_the_horizon_is_no_event_by_then():
    y, w = known_by([2, 7, 9], [0, 1, 2], horizon=5)
    assert y.tolist() == [0, 0, 0]
    np.testing.assert_allclose(w, [0, 1.5, 1.5])


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.floats(2, 11))
def test_weights_add_up_to_the_number_of_patients(seed, horizon):
    time, event = draw(60, seed)
    if (time >= horizon).any():
        assert known_by(time, event, horizon)[1].sum() == pytest.approx(60)


def test_weighted_share_is_lifelines_aalen_johansen():
    lifelines = pytest.importorskip("lifelines")
    time, event = draw()
    y, w = known_by(time, event, horizon=6)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pandas 4's notice
        fit = lifelines.AalenJohansenFitter(calculate_variance=False).fit(time, event, 1)
        weights = lifelines.KaplanMeierFitter().fit(time, (event == 0) & (time < 6))
    share = fit.cumulative_density_.loc[:6].iloc[-1, 0]
    assert w @ y / len(y) == pytest.approx(share, abs=1e-12)
    g = weights.survival_function_at_times(np.minimum(time, 6) - 1e-12).to_numpy()
    np.testing.assert_allclose(w[w > 0], 1 / g[w > 0])


@pytest.mark.parametrize(
    ("time", "event", "horizon", "word"),
    [
        ([1, 2], [1], 1, "one of each"),
        ([-1, 2], [1, 0], 1, "counted from 0"),
        ([1, 2], [1, 3], 1, "other values"),
        ([1, 2], [1, 0], 0, "above 0"),
        ([1, 2], [1, 0], 5, "longest follow-up is 2"),
        ([1, np.nan], [1, 0], 1, "NaN"),
    ],
)
def test_bad_times_are_refused(time, event, horizon, word):
    with pytest.raises(MedaiError, match=word):
        known_by(time, event, horizon)


def outcomes(n=3000, seed=3, a=-0.7, b=0.6):
    rng = np.random.default_rng(seed)
    p = 1 / (1 + np.exp(-rng.normal(-1.5, 1.2, n)))
    true = 1 / (1 + np.exp(-(a + b * np.log(p / (1 - p)))))
    return (rng.random(n) < true).astype(float), p, rng.uniform(0.2, 3, n)


def test_recalibration_agrees_with_scikit_learn():
    y, p, w = outcomes()
    line = recalibrate(y, p, weights=w)
    theirs = LogisticRegression(C=np.inf, tol=1e-12, max_iter=10_000)
    theirs.fit(logit(p)[:, None], y, sample_weight=w)
    assert line.intercept == pytest.approx(theirs.intercept_[0], abs=1e-5)
    assert line.slope == pytest.approx(theirs.coef_[0, 0], abs=1e-5)
    np.testing.assert_allclose(line(p), theirs.predict_proba(logit(p)[:, None])[:, 1], atol=1e-5)


def test_the_intercept_alone_makes_the_means_agree():
    y, p, w = outcomes()
    shift = recalibrate(y, p, slope=False, weights=w)
    assert shift.slope == 1
    assert w @ shift(p) == pytest.approx(w @ y)


def test_a_line_is_undone_exactly():
    # y holds each risk's own share as weights: outcome 1 with weight q, outcome 0 with 1 - q.
    q = np.linspace(0.05, 0.9, 30)
    p = Recalibration(0.8, 1.4)(q)  # stated risks, wrong by a known line
    line = recalibrate(np.r_[np.ones(30), np.zeros(30)], np.r_[p, p], weights=np.r_[q, 1 - q])
    assert line.slope == pytest.approx(1 / 1.4)
    assert line.intercept == pytest.approx(-0.8 / 1.4)
    np.testing.assert_allclose(line(p), q)


def test_recalibration_refuses_what_it_cannot_fit():
    with pytest.raises(MedaiError, match="one is missing"):
        recalibrate([0, 0], [0.1, 0.2])
    with pytest.raises(MedaiError, match="certainty"):
        recalibrate([0, 1], [0.0, 0.5])
    with pytest.raises(MedaiError, match="equal"):
        recalibrate([0, 1], [0.5, 0.5])
    with pytest.raises(MedaiError, match="separate"):
        recalibrate([0, 0, 1, 1], [0.1, 0.2, 0.8, 0.9])


def test_calibration_groups():
    y, p, w = outcomes()
    table = weighted_calibration(y, p, w, bins=5)
    assert table["n"].tolist() == [600] * 5
    order = np.argsort(p)[:600]
    assert table["predicted"][0] == pytest.approx(p[order].mean())
    assert table["observed"][0] == pytest.approx(np.average(y[order], weights=w[order]))
    assert (table["low"] < table["observed"]).all()
    assert (table["observed"] < table["high"]).all()
    with pytest.raises(MedaiError, match="bins=0"):
        weighted_calibration(y, p, w, bins=0)


def test_report_repeats_the_single_metrics():
    time, event = draw(800, seed=5)
    rng = np.random.default_rng(1)
    p = np.clip(0.5 - 0.03 * time + rng.normal(0, 0.1, 800), 0.01, 0.99)
    noise = rng.uniform(0.1, 0.6, 800)
    table = risk_report(
        time, event, {"good": p, "noise": noise}, horizon=6, threshold=0.3, n_boot=200
    )
    y, w = known_by(time, event, 6)
    good = table.loc["good"]
    assert good["auc"] == roc_auc(y, p, weights=w)
    assert good["brier"] == brier_score(y, p, weights=w)
    assert good["benefit"] == pytest.approx(1000 * net_benefit(y, p, 0.3, weights=w))
    assert good["slope"] == recalibrate(y, p, weights=w).slope
    assert good["observed"] == pytest.approx(np.average(y, weights=w))
    assert good["ratio"] == pytest.approx(good["observed"] / p.mean())
    assert good["difference"] == good["difference_low"] == good["difference_high"] == 0
    assert table.loc["noise", "difference_high"] < 0  # the paired interval sees it
    for name in ("auc", "ratio", "benefit"):
        low, high = table[f"{name}_low"], table[f"{name}_high"]
        assert ((low < table[name]) & (table[name] < high)).all()


def test_report_refuses_nothing_and_strangers():
    with pytest.raises(MedaiError, match="no model"):
        risk_report([1, 2], [1, 0], {}, horizon=1, threshold=0.1)
    with pytest.raises(MedaiError, match="'b' is none"):
        risk_report([1, 2], [1, 0], {"a": [0.1, 0.2]}, horizon=1, threshold=0.1, reference="b")
