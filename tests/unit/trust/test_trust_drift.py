"""Drift tests: values by hand, false-alarm rates by simulation, what each sees and does not see."""

import math

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binomtest

from medai.runtime import MedaiError
from medai.trust.monitoring import (
    category_drift,
    holm,
    ks_drift,
    mmd_drift,
    psi,
    psi_drift,
    table_drift,
)


def false_alarms(test, draw, runs=1000):
    """Return how often a test with alpha .05 alarms on two samples of the same distribution."""
    return sum(test(*draw(np.random.default_rng([7, run]))).drift for run in range(runs))


def consistent(alarms, runs, rate=0.05):
    """Whether a count of alarms could come from `rate`: it would be rarer once in 1,000 runs."""
    return binomtest(alarms, runs, rate).pvalue > 0.001


def test_psi_by_hand():
    # Four reference values below the median 4.5, four above; the new sample has one below and
    # three above. With half a patient in each group: p = (4.5, 4.5)/9, q = (1.5, 3.5)/5.
    reference, new = [1, 2, 3, 4, 5, 6, 7, 8], [1, 7, 7, 8]
    expected = (0.3 - 0.5) * math.log(0.3 / 0.5) + (0.7 - 0.5) * math.log(0.7 / 0.5)
    assert psi(reference, new, bins=2) == pytest.approx(expected)
    assert psi(reference, reference, bins=4) == 0


@pytest.mark.parametrize(("n", "m", "bins"), [(400, 400, 10), (2000, 150, 10), (300, 300, 4)])
def test_psi_alarms_as_often_as_it_says(n, m, bins):
    alarms = false_alarms(
        lambda a, b: psi_drift(a, b, bins=bins),
        lambda rng: (rng.normal(size=n), rng.normal(size=m)),
    )
    assert consistent(alarms, 1000)


def test_the_rule_of_thumb_does_not_know_how_many_patients_there_are():
    # Nothing has moved; "above 0.1 is a minor shift" alarms often at 60 patients, never at 2,000.
    rng = np.random.default_rng(0)
    small = [psi(rng.normal(size=60), rng.normal(size=60)) > 0.1 for _ in range(200)]
    large = [psi(rng.normal(size=2000), rng.normal(size=2000)) > 0.1 for _ in range(50)]
    assert np.mean(small) > 0.5
    assert np.mean(large) == 0


def test_a_silent_change_of_unit_is_seen():
    glucose = np.random.default_rng(1).normal(5.6, 1.0, size=500)  # mmol/L
    assert psi_drift(glucose[:250], glucose[250:] * 18.0).p_value < 1e-12
    assert ks_drift(glucose[:250], glucose[250:] * 18.0).statistic == pytest.approx(1.0)


def test_ks_alarms_as_often_as_it_says_and_less_with_ties():
    exact = false_alarms(ks_drift, lambda rng: (rng.normal(size=80), rng.normal(size=80)), 1000)
    assert exact <= 0.05 * 1000 + 3.3 * math.sqrt(1000 * 0.05 * 0.95)
    tied = false_alarms(
        ks_drift, lambda rng: (rng.integers(0, 3, 80), rng.integers(0, 3, 80)), 1000
    )
    assert tied < exact


def test_categories_by_hand_and_unseen():
    # 30 + 30 women and men against 45 + 15: expected 37.5 and 22.5 in each row,
    # chi-square = 2·7.5²/37.5 + 2·7.5²/22.5 = 8.
    found = category_drift(["f"] * 30 + ["m"] * 30, ["f"] * 45 + ["m"] * 15)
    assert found.statistic == pytest.approx(8.0)
    assert found.p_value == pytest.approx(math.erfc(math.sqrt(8 / 2)))  # chi-square, 1 df
    assert found.drift
    rare = category_drift(["a"] * 50 + ["b"] * 2, ["a"] * 20 + ["c"] * 3)
    assert rare.note == "never seen before: c"
    assert category_drift(["a"] * 5, ["a"] * 9).p_value == 1.0


@pytest.mark.parametrize("shares", [(0.5, 0.3, 0.2), (0.94, 0.04, 0.02)])
def test_categories_alarm_as_often_as_they_say(shares):
    alarms = false_alarms(
        category_drift,
        lambda rng: (rng.choice(3, 120, p=shares), rng.choice(3, 90, p=shares)),
        300,
    )
    if min(shares) > 0.1:
        assert consistent(alarms, 300)
    else:  # permutations of small counts are discrete: at most alpha
        assert binomtest(alarms, 300, 0.05, alternative="greater").pvalue > 0.001


def test_mmd_alarms_as_often_as_it_says():
    alarms = false_alarms(
        lambda a, b: mmd_drift(a, b, permutations=99),
        lambda rng: (rng.normal(size=(40, 3)), rng.normal(size=(30, 3))),
        300,
    )
    assert consistent(alarms, 300)


def test_mmd_by_hand():
    # One column, values 0, 0 against 2, 2. Squared distances are 0 (twice) and 4 (four times),
    # all divided by the same variance (1), their median is 4, so k = exp(-4/4) between samples.
    # MMD² = 1 + 1 - 2 exp(-1).
    found = mmd_drift([[0.0], [0.0]], [[2.0], [2.0]], permutations=19)
    assert found.statistic == pytest.approx(2 - 2 * math.exp(-1))


def test_mmd_sees_what_single_columns_do_not():
    rng = np.random.default_rng(3)
    mixed = rng.multivariate_normal([0, 0], [[1, 0.8], [0.8, 1]], size=300)
    # The same values in each column, no longer going together.
    apart = np.column_stack([mixed[:, 0], rng.permutation(mixed[:, 1])])
    assert mmd_drift(mixed, apart).drift
    assert [ks_drift(mixed[:, j], apart[:, j]).statistic for j in (0, 1)] == [0, 0]


def test_holm_by_hand():
    # Sorted .01, .02, .04: times 3, 2, 1 gives .03, .04, .04 (never falling).
    np.testing.assert_allclose(holm([0.04, 0.01, 0.02]), [0.04, 0.03, 0.04])
    np.testing.assert_allclose(holm([0.9, 0.8]), [1.0, 1.0])


def clinic(rng, n):
    return pd.DataFrame(
        {
            "age": rng.normal(60, 12, n),
            "creatinine": np.where(rng.random(n) < 0.1, np.nan, rng.lognormal(0, 0.3, n)),
            "ward": rng.choice(["a", "b"], n),
        }
    )


def test_a_table_names_what_moved_and_only_that():
    rng = np.random.default_rng(5)
    then, now = clinic(rng, 400), clinic(rng, 300)
    now["creatinine"] = now["creatinine"].where(rng.random(300) < 0.6)
    report = table_drift(then, now)
    assert report.loc[report["drift"], ["column", "test"]].to_numpy().tolist() == [
        ["creatinine", "missing"]
    ]
    assert "missing" in report.loc[0, "note"]


def test_a_table_raises_any_false_alarm_as_often_as_it_says():
    alarms = sum(
        table_drift(
            clinic(np.random.default_rng([1, run]), 150),
            clinic(np.random.default_rng([2, run]), 150),
        )["drift"].any()
        for run in range(300)
    )
    assert binomtest(alarms, 300, 0.05, alternative="greater").pvalue > 0.001


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: psi([1, 1, 1], [1, 2]), "one group"),
        (lambda: psi([1, 2, 3], [1, 2], bins=1), "bins=1"),
        (lambda: psi_drift(range(20), range(20)), "five a group"),
        (lambda: ks_drift([], [1]), "reference is empty"),
        (lambda: ks_drift([1, float("nan")], [1]), "NaN"),
        (lambda: ks_drift([1, 2], [1], alpha=1.5), "alpha=1.5"),
        (lambda: category_drift([], ["a"]), "reference is empty"),
        (lambda: mmd_drift([[1, 2]], [[1]]), "columns"),
        (lambda: mmd_drift([1, 2], [[1]]), "shape"),
        (lambda: mmd_drift(np.zeros((3, 2)), np.zeros((3, 2))), "constant"),
        (lambda: mmd_drift(np.zeros((3000, 1)), np.zeros((3000, 1))), "rows"),
        (lambda: mmd_drift([[1.0]], [[2.0]], permutations=9), "cannot be reached"),
        (lambda: holm([0.2, 1.2]), "lie in"),
        (lambda: table_drift(pd.DataFrame({"a": [1]}), pd.DataFrame({"b": [1]})), "columns"),
        (lambda: table_drift(pd.DataFrame({"a": [1]}), pd.DataFrame({"a": ["1 mg"]})), "words"),
        (lambda: table_drift(pd.DataFrame({"a": []}), pd.DataFrame({"a": []})), "no rows"),
    ],
)
def test_bad_input_is_refused(call, says):
    with pytest.raises(MedaiError, match=says):
        call()


def test_a_column_of_names_needs_little_memory(monkeypatch):
    # Tables are drawn a few at a time; the p-value is that of all of them at once.
    first, second = list("aaabbcdefg"), list("abbbbchijk")
    want = category_drift(first, second).p_value
    monkeypatch.setattr("medai.trust.monitoring.drift.MOST_CELLS", 2 * 11 * 1000)
    assert category_drift(first, second).p_value == pytest.approx(want, abs=0.02)
