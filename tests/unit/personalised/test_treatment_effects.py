"""Effects, weights and the doubly robust estimate: hand calculations, closed forms, simulation."""

import numpy as np
import pandas as pd
import pytest

from medai.datasets.treated import infections
from medai.personalised import treatment as tr
from medai.runtime import MedaiError


def test_difference_in_means_by_hand():
    # treated 3, 5, 7: mean 5, variance 4; others 1, 2, 3, 6: mean 3, variance 14/3.
    found = tr.difference_in_means([3, 5, 7, 1, 2, 3, 6], [1, 1, 1, 0, 0, 0, 0])
    se = np.sqrt(4 / 3 + (14 / 3) / 4)
    assert found.value == pytest.approx(2)
    assert found.se == pytest.approx(se)
    assert found.n == 7
    assert found.low == pytest.approx(2 - 1.959963985 * se)
    assert found.high == pytest.approx(2 + 1.959963985 * se)
    assert found.covers(0)
    assert not found.covers(10)


def test_difference_agrees_with_scipys_welch_statistic():
    from scipy.stats import ttest_ind

    rng = np.random.default_rng(3)
    y, t = rng.normal(size=60), np.arange(60) % 3 == 0
    found = tr.difference_in_means(y, t)
    welch = ttest_ind(y[t], y[~t], equal_var=False).statistic
    assert found.value / found.se == pytest.approx(welch)


def test_randomisation_test_against_every_allocation():
    from itertools import combinations

    y, t = np.array([1.0, 4.0, 2.0, 8.0, 5.0, 7.0]), np.array([0, 0, 0, 1, 1, 1])
    gaps = [y[list(c)].mean() - np.delete(y, c).mean() for c in combinations(range(6), 3)]
    exact = np.mean(np.abs(gaps) >= abs(y[3:].mean() - y[:3].mean()) - 1e-12)
    assert exact == 2 / 20  # the allocation seen is the most extreme, and so is its mirror
    p = tr.randomisation_test(y, t, n_draws=20_000, seed=1)
    assert abs(p - exact) < 4 * np.sqrt(exact * (1 - exact) / 20_000)


def test_arm_means_are_sorted_and_named():
    found = tr.arm_means([1, 3, 10, 12], ["a", "a", "b", "b"])
    assert list(found) == ["b", "a"]
    assert found["b"].value == 11
    assert found["a"].se == pytest.approx(np.sqrt(2) / np.sqrt(2))  # sd sqrt(2), n 2


def test_balance_before_and_after_weighting_by_hand():
    x = pd.DataFrame({"sick": [1, 1, 1, 0, 1, 0, 0, 0], "same": [2.0] * 8})
    t = np.array([1, 1, 1, 1, 0, 0, 0, 0])
    before = tr.balance(x, t)
    # means 3/4 and 1/4; both variances 4/3 * 3/16 = 1/4, so the spread is 1/2
    assert before["sick"] == pytest.approx(0.5 / 0.5)
    assert before["same"] == 0
    e = np.where(x["sick"] == 1, 0.75, 0.25)  # the shares treated in the table
    after = tr.balance(x, t, tr.inverse_weights(t, e))
    assert after["sick"] == pytest.approx(0, abs=1e-12)


def test_weights_and_effective_sample_size_by_hand():
    t, e = [1, 1, 0, 0], [0.5, 0.25, 0.5, 0.2]
    assert tr.inverse_weights(t, e, stabilised=False) == pytest.approx([2, 4, 2, 1.25])
    assert tr.inverse_weights(t, e) == pytest.approx([1, 2, 1, 0.625])
    clipped = tr.inverse_weights(t, e, stabilised=False, clip=0.4)
    assert clipped == pytest.approx([2, 2.5, 2, 1 / 0.6])
    assert tr.effective_sample_size([1, 1, 1]) == pytest.approx(3)
    assert tr.effective_sample_size([1, 2]) == pytest.approx(9 / 5)


def test_ipw_equals_standardisation_in_a_table():
    # One binary covariate, propensity = share treated within it: weighting must give the same
    # as averaging the difference within each stratum over all patients.
    rng = np.random.default_rng(0)
    x = rng.integers(0, 2, 400)
    t = rng.random(400) < np.where(x, 0.8, 0.3)
    y = 2 * x + t * (1 + x) + rng.normal(size=400)
    e = np.array([t[x == k].mean() for k in (0, 1)])[x]
    within = [y[(x == k) & t].mean() - y[(x == k) & ~t].mean() for k in (0, 1)]
    expected = np.dot([np.mean(x == 0), np.mean(x == 1)], within)
    assert tr.ipw(y, t, e).value == pytest.approx(expected)
    mu0, mu1 = (np.array([y[(x == k) & (t == a)].mean() for k in (0, 1)])[x] for a in (0, 1))
    assert tr.aipw(y, t, e, mu0, mu1).value == pytest.approx(expected)


def test_propensity_recovers_a_logistic_model():
    rng = np.random.default_rng(5)
    x = rng.normal(size=(20_000, 2))
    true = 1 / (1 + np.exp(-(0.5 * x[:, 0] - x[:, 1])))
    t = rng.random(20_000) < true
    for folds in (None, 3):
        # standard error of a fitted coefficient is about sqrt(1 / (n * 0.2)) = 0.016
        assert np.abs(tr.propensity(x, t, folds=folds) - true).max() < 0.05


@pytest.fixture(scope="module")
def repeated():
    """AIPW and IPW over 150 cohorts of 600, each model once right and once wrong."""
    rows = []
    for seed in range(150):
        c = infections(600, seed=1000 + seed)
        x = c.x.to_numpy()
        square = np.column_stack([x, (x[:, 1] - 5) ** 2])  # the outcome is quadratic in severity
        e = tr.propensity(x, c.treated)
        half = np.full(len(x), c.treated.mean())  # a propensity that knows nothing
        good = tr.cross_fit_outcomes(square, c.y, c.treated)
        bad = tr.cross_fit_outcomes(x[:, :1], c.y, c.treated)  # severity left out
        found = {
            "naive": tr.difference_in_means(c.y, c.treated),
            "ipw": tr.ipw(c.y, c.treated, e),
            "both": tr.aipw(c.y, c.treated, e, *good),
            "outcome only": tr.aipw(c.y, c.treated, half, *good),
            "propensity only": tr.aipw(c.y, c.treated, e, *bad),
            "neither": tr.aipw(c.y, c.treated, half, *bad),
        }
        rows.append({k: (v.value - 2, v.covers(2)) for k, v in found.items()})
    return {k: np.array([row[k] for row in rows]) for k in rows[0]}


@pytest.mark.parametrize("name", ["both", "outcome only", "propensity only", "ipw"])
def test_estimates_are_unbiased_where_one_model_is_right(repeated, name):
    error = repeated[name][:, 0]
    noise = error.std(ddof=1) / np.sqrt(len(error))
    # IPW with estimated weights has a bias of order 1/n besides; none was seen at 4 errors.
    assert abs(error.mean()) < 4 * noise


@pytest.mark.parametrize("name", ["naive", "neither"])
def test_the_severity_left_out_turns_the_sign(repeated, name):
    assert (repeated[name][:, 0] + 2).mean() < -2  # the truth is +2
    assert repeated[name][:, 1].mean() < 0.05


def test_aipw_covers_as_often_as_it_says(repeated):
    covered = repeated["both"][:, 1].mean()
    assert abs(covered - 0.95) < 4 * np.sqrt(0.95 * 0.05 / 150)


def test_a_hidden_confounder_is_not_repaired():
    c = infections(4000, seed=7)
    age = c.x[["age"]]
    found = tr.aipw(
        c.y, c.treated, tr.propensity(age, c.treated), *tr.cross_fit_outcomes(age, c.y, c.treated)
    )
    assert found.high < 0 < c.effect.mean()


def test_overlap_reports_a_rule_that_leaves_no_choice():
    loose, strict = (infections(3000, seed=2, strictness=s) for s in (0.6, 3.0))
    reports = [tr.overlap(c.treated, tr.propensity(c.x, c.treated)) for c in (loose, strict)]
    assert reports[0].outside < 0.1 < 0.5 < reports[1].outside
    assert reports[1].treated < 0.5 * reports[0].treated
    assert f"outside 0.05 to 0.95: {reports[1].outside:.0%}" in str(reports[1])


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: tr.difference_in_means([1, np.nan, 2, 3], [0, 0, 1, 1]), "first in row 1"),
        (lambda: tr.difference_in_means([1, 2, 3, 4], [0, 0, 1, 2]), "holds 2"),
        (lambda: tr.difference_in_means([1, 2, 3], [0, 0, 1]), "at least two with"),
        (lambda: tr.difference_in_means(["a", "b"], [0, 1]), "numbers only"),
        (lambda: tr.ipw([1, 2, 3, 4], [0, 0, 1, 1], [0.5, 0.5, 1.0, 0.5]), "in row 2"),
        (lambda: tr.inverse_weights([0, 0, 1, 1], [0.5] * 4, clip=0.7), "clip=0.7"),
        (lambda: tr.propensity([[1], [np.nan], [1], [2]], [0, 0, 1, 1]), "row 1, column 0"),
        (lambda: tr.propensity(np.ones((6, 1)), [0, 0, 0, 1, 1, 1], folds=5), "fewer folds"),
        (lambda: tr.effective_sample_size([0, 0]), "not all of them zero"),
        (lambda: tr.randomisation_test([1, 2, 3, 4], [0, 0, 1, 1], n_draws=0), "one shuffle"),
        (lambda: tr.difference_in_means([1, 2, 3, 4], [0, 0, 1, 1], level=95), "level=95"),
        (lambda: tr.arm_means([1, 2, 3], ["a", "a", "b"]), "'b' has 1"),
    ],
)
def test_bad_input_is_refused_with_a_reason(call, words):
    with pytest.raises(MedaiError, match=words):
        call()
