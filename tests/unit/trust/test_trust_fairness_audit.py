"""The audit: hand counts, patients not rows, refusals, intervals that hold together."""

import numpy as np
import pandas as pd
import pytest

from medai.datasets.breathless import breathless
from medai.metrics import bootstrap_interval, roc_auc, wilson
from medai.runtime import MedaiError
from medai.trust.fairness import audit


@pytest.fixture(scope="module")
def visits():
    table = breathless(900, seed=1)
    return table, np.clip((100 - table["reading"]) / 30, 0, 1).to_numpy()


@pytest.fixture(scope="module")
def found(visits):
    table, score = visits
    return audit(
        table["need"], score, table["skin"], 0.3, patients=table["patient"], n_boot=300, seed=2
    )


def test_values_are_those_counted_by_hand(visits, found):
    table, score = visits
    dark = (table["skin"] == "darker").to_numpy()
    y, p = table["need"].to_numpy()[dark], score[dark]
    row = found.table.loc["darker"]
    assert row["rows"] == dark.sum()
    assert row["patients"] == table["patient"][dark].nunique()
    assert row["prevalence"] == pytest.approx(y.mean())
    assert row["selected"] == pytest.approx((p >= 0.3).mean())
    assert row["sensitivity"] == pytest.approx((p[y == 1] >= 0.3).mean())
    assert row["specificity"] == pytest.approx((p[y == 0] < 0.3).mean())
    assert row["ppv"] == pytest.approx(y[p >= 0.3].mean())
    assert row["auc"] == pytest.approx(roc_auc(y, p))
    assert row["observed_expected"] == pytest.approx(y.sum() / p.sum())


def test_the_interval_of_everybody_is_that_of_the_cluster_bootstrap(visits, found):
    table, score = visits
    other = bootstrap_interval(
        roc_auc, table["need"], score, table["patient"].tolist(), n_boot=300, seed=2
    )
    assert found.table.loc["everybody", ["auc_low", "auc_high"]].tolist() == pytest.approx(other)


def test_repeated_rows_of_a_patient_do_not_narrow_the_interval():
    # each of 120 patients stands 9 times in the table: the intervals by patient are those of 120
    rng = np.random.default_rng(3)
    y, p, group = rng.integers(0, 2, 120), rng.random(120), np.array(["a", "b"] * 60)
    one = audit(y, p, group, 0.5, n_boot=400).table.loc["a"]
    who = np.repeat(np.arange(120), 9)
    rows = (np.repeat(y, 9), np.repeat(p, 9), np.repeat(group, 9), 0.5)
    right = audit(*rows, patients=who, n_boot=400).table.loc["a"]
    wrong = audit(*rows, n_boot=400).table.loc["a"]

    def width(row):
        return row["auc_high"] - row["auc_low"]

    assert right["patients"] == 60
    assert right["rows"] == 540
    assert width(right) == pytest.approx(width(one))
    assert width(wrong) < 0.5 * width(right)  # a third, by the square root of nine


def test_a_small_group_gets_counts_only_and_is_in_no_comparison():
    y = np.r_[np.tile([0, 1], 100), np.repeat([0, 1], [40, 19])]
    group = ["large", "large", "other", "other"] * 50 + ["small"] * 59
    found = audit(y, np.full(259, 0.5), group, 0.5, n_boot=100)
    small = found.table.loc["small"]
    assert (small["ill"], small["well"], small["rows"]) == (19, 40, 59)
    assert small["too_small"]
    assert small[["sensitivity", "auc_low", "observed_expected"]].isna().all()
    assert found.too_small == ["small"]
    assert "small" not in set(found.differences["group"])
    assert "small" in found.note()
    # one more ill patient, and the group is measured
    again = audit(np.r_[y, 1], np.full(260, 0.5), [*group, "small"], 0.5, n_boot=100)
    assert again.too_small == []


def test_the_rule_of_twenty_is_a_half_width_of_twenty_points():
    low, high = wilson(10, 20)
    assert (high - low) / 2 == pytest.approx(0.20, abs=0.005)


def test_small_counts_patients_not_rows():
    # 10 ill patients with 5 rows each are 50 rows and still 10 patients
    who = np.r_[np.repeat(np.arange(10), 5), np.arange(10, 210)]
    y = np.r_[np.ones(50), np.zeros(50), np.ones(50), np.zeros(100)]
    group = ["few"] * 100 + ["many"] * 150
    found = audit(y, np.full(250, 0.4), group, 0.5, patients=who, n_boot=100)
    assert found.table.loc["few", "ill"] == 10
    assert found.too_small == ["few"]


def test_a_share_of_one_gets_wilsons_interval_not_a_point():
    y, p = np.tile([0, 1], 60), np.tile([0.1, 0.9], 60)
    found = audit(y, p, ["a"] * 60 + ["b"] * 60, 0.5, n_boot=100).table.loc["a"]
    low, high = wilson(30, 30)
    assert found["sensitivity_low"] == pytest.approx(float(low))
    assert found["sensitivity_high"] == pytest.approx(float(high)) == 1


def test_missing_groups_are_a_group_and_columns_make_intersections():
    y, p = np.tile([0, 1], 150), np.linspace(0, 1, 300)
    one = audit(y, p, [None, "a", "b"] * 100, 0.5, n_boot=50)
    assert set(one.table.index) == {"everybody", "(missing)", "a", "b"}
    two = pd.DataFrame({"sex": ["f", "m"] * 150, "old": [False] * 150 + [True] * 150})
    crossed = audit(y, p, two, 0.5, n_boot=50, least=5)
    assert set(crossed.table.index) - {"everybody"} == {
        "f & False",
        "m & False",
        "f & True",
        "m & True",
    }


def test_one_comparison_needs_about_two_standard_errors_and_many_need_more(found):
    assert 2.2 < found.critical < 3.2  # 14 comparisons that depend on each other: below Bonferroni
    by_hand = found.differences
    assert (by_hand["clear"] == ((by_hand["low"] > 0) | (by_hand["high"] < 0))).all()
    assert len(by_hand) == 14


def test_intervals_hold_together_where_no_group_differs():
    # three groups drawn alike; in at most about 5 % of the data sets may anything be clear
    rng = np.random.default_rng(7)
    wrong = 0
    for number in range(40):
        p = rng.random(300)
        y = (rng.random(300) < p).astype(int)
        group = rng.choice(["a", "b", "c"], 300)
        found = audit(y, p, group, 0.5, n_boot=150, seed=number)
        wrong += found.differences["clear"].any()
    assert wrong <= 6  # binomial(40, 0.05) exceeds 6 with a chance below 1 %


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"groups": ["a"] * 40}, "one group"),
        ({"groups": ["a", "b"]}, "2 values of group for 40 rows"),
        ({"groups": {}}, "empty mapping"),
        ({"groups": None}, "groups=None"),
        ({"groups": "skin"}, "groups='skin'"),
        ({"groups": ["everybody", "b"] * 20}, "call it otherwise"),
        ({"threshold": float("nan")}, "threshold=nan"),
        ({"score": np.full(40, 3.0)}, "probability"),
        ({"y": np.full(40, 2)}, "labels are 1"),
        ({"least": 1}, "least=1"),
        ({"patients": [1, 2]}, "2 groups for 40 rows"),
    ],
)
def test_bad_input_is_refused_with_a_way_out(change, message):
    fine = {
        "y": np.tile([0, 1], 20),
        "score": np.full(40, 0.5),
        "groups": ["a", "b"] * 20,
        "threshold": 0.5,
    }
    with pytest.raises(MedaiError, match=message):
        audit(**(fine | change))


def test_scores_that_are_no_probabilities_are_audited_without_calibration():
    y = np.tile([0, 1], 60)
    found = audit(y, y * 7.0, ["a"] * 60 + ["b"] * 60, 3.0, calibration=False, n_boot=50)
    assert "observed_expected" not in found.table
    assert found.table.loc["b", "auc"] == 1
