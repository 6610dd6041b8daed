"""Criteria, the identity, remedies and the bill: closed forms, hand counts, fairlearn."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medai.datasets.breathless import breathless
from medai.metrics import confusion
from medai.runtime import MedaiError
from medai.trust.fairness import (
    apply_thresholds,
    change_per_thousand,
    false_positive_rate,
    group_thresholds,
    levelled_down,
    parity,
    per_thousand,
    recalibrate_groups,
    reweighing,
)

COUNT = st.integers(1, 500)


@given(tp=COUNT, fp=COUNT, tn=COUNT, fn=COUNT)
def test_the_identity_holds_for_every_table_of_counts(tp, fp, tn, fn):
    n = tp + fp + tn + fn
    found = false_positive_rate((tp + fn) / n, tp / (tp + fp), tp / (tp + fn))
    assert found == pytest.approx(fp / (fp + tn))


def test_equal_ppv_and_tpr_with_other_prevalence_give_other_fpr():
    # by hand: 0.1/0.9 · 0.5/0.5 · 0.8 = 0.0889; 0.3/0.7 · 1 · 0.8 = 0.3429
    found = false_positive_rate([0.1, 0.3], 0.5, 0.8)
    assert found == pytest.approx([0.8 / 9, 2.4 / 7])


@pytest.mark.parametrize("bad", [(1.0, 0.5, 0.5), (0.2, 0.0, 0.5), (20, 0.5, 0.5)])
def test_the_identity_refuses_what_has_no_answer(bad):
    with pytest.raises(MedaiError):
        false_positive_rate(*bad)


@pytest.fixture(scope="module")
def visits():
    table = breathless(1500, seed=5)
    table["called"] = (table["reading"] < 92).astype(int)
    return table


def test_gaps_are_those_of_fairlearn(visits):
    fairlearn = pytest.importorskip("fairlearn.metrics")
    y, c, skin = visits["need"], visits["called"], visits["skin"]
    found = parity(y, c, skin, "lighter", n_boot=50).set_index("criterion")["gap"].abs()
    other = {"y_true": y, "y_pred": c, "sensitive_features": skin}
    assert found["selected"] == pytest.approx(fairlearn.demographic_parity_difference(**other))
    assert found["tpr"] == pytest.approx(fairlearn.equal_opportunity_difference(**other))
    assert max(found["tpr"], found["fpr"]) == pytest.approx(
        fairlearn.equalized_odds_difference(**other)
    )


def test_gaps_have_intervals_around_them_and_a_sign(visits):
    y, c, skin = visits["need"], visits["called"], visits["skin"]
    there = parity(y, c, skin, "lighter", patients=visits["patient"], n_boot=200)
    back = parity(y, c, skin, "darker", patients=visits["patient"], n_boot=200)
    assert (there["low"] <= there["gap"]).all()
    assert (there["gap"] <= there["high"]).all()
    assert back["gap"].to_numpy() == pytest.approx(-there["gap"].to_numpy())
    assert back["low"].to_numpy() == pytest.approx(-there["high"].to_numpy())


def test_parity_refuses_scores_and_strange_references(visits):
    y, skin = visits["need"], visits["skin"]
    with pytest.raises(MedaiError, match="score >= threshold"):
        parity(y, visits["reading"] / 100, skin, "lighter")
    with pytest.raises(MedaiError, match="'white'"):
        parity(y, visits["called"], skin, "white")


def test_thresholds_reach_the_sensitivity_in_every_group_and_no_higher_one_does(visits):
    y, p, skin = visits["need"].to_numpy(), (100 - visits["reading"]).to_numpy(), visits["skin"]
    found = group_thresholds(y, p, skin, 0.7)
    for name, threshold in found.items():
        rows = (skin == name).to_numpy()
        assert confusion(y[rows], p[rows], threshold).sensitivity >= 0.7
        above = p[rows][p[rows] > threshold].min()
        assert confusion(y[rows], p[rows], above).sensitivity < 0.7
    called = apply_thresholds(p, skin, found)
    assert called.tolist() == [int(a >= found[b]) for a, b in zip(p, skin, strict=True)]


def test_a_group_without_threshold_is_refused():
    with pytest.raises(MedaiError, match="no threshold for 'c'"):
        apply_thresholds([0.1, 0.2], ["a", "c"], {"a": 0.5})
    with pytest.raises(MedaiError, match="group 'b'"):
        group_thresholds([0, 1, 0], [0.1, 0.2, 0.3], ["a", "a", "b"], 0.5)


def test_reweighing_makes_group_and_label_independent():
    y = np.array([1, 1, 1, 0, 1, 0, 0, 0, 0, 0])
    group = np.array(["a"] * 4 + ["b"] * 6)
    w = reweighing(y, group)
    # by hand: P(a) P(1) / P(a, 1) = 0.4 · 0.4 / 0.3
    assert w[0] == pytest.approx(0.16 / 0.3)
    assert w.sum() == pytest.approx(10)
    for name in "ab":
        rows = group == name
        assert (w * y)[rows].sum() / w[rows].sum() == pytest.approx(0.4)
    with pytest.raises(MedaiError, match="'b' has no row with label 1"):
        reweighing([0, 1, 0], ["a", "a", "b"])


def test_recalibration_makes_expected_and_observed_equal_in_every_group(visits):
    y, skin = visits["need"].to_numpy(), visits["skin"].to_numpy()
    p = 1 / (1 + np.exp((visits["reading"].to_numpy() - 85) / 4))
    better = recalibrate_groups(y, p, skin)(p, skin)
    for name in ("lighter", "darker"):
        rows = skin == name
        assert better[rows].sum() == pytest.approx(y[rows].sum())
        assert abs(p[rows].sum() - y[rows].sum()) > 5  # it had something to mend
    with pytest.raises(MedaiError, match="'other'"):
        recalibrate_groups(y, p, skin)(p[:1], ["other"])


def test_the_bill_per_thousand_by_hand():
    # group a: 4 rows, one found, one missed, one alarmed; group b: one alarmed of two
    y, c, group = [1, 1, 0, 0, 0, 0], [1, 0, 1, 0, 1, 0], list("aaaabb")
    found = per_thousand(y * 5, c * 5, group * 5, n_boot=20).set_index(["group", "kind"])["value"]
    assert found["a"].to_dict() == pytest.approx({"found": 250, "missed": 250, "alarmed": 250})
    assert found["b"].to_dict() == pytest.approx({"found": 0, "missed": 0, "alarmed": 500})


def test_nobody_missed_among_few_is_no_proof_of_none():
    groups = ["a"] * 20 + ["b"] * 18
    # all 20 found: Wilson's interval of 0 of 20 ends at z² / (20 + z²), z = 1.96
    bill = per_thousand([1] * 20 + [0, 1] * 9, [1] * 20 + [0, 0] * 9, groups, n_boot=20)
    row = bill.set_index(["group", "kind"]).loc[("a", "missed")]
    z2 = 1.959964**2
    assert row[["value", "low", "high"]].tolist() == pytest.approx([0, 0, 1000 * z2 / (20 + z2)])
    found = bill.set_index(["group", "kind"]).loc[("a", "found")]
    assert found[["value", "low", "high"]].tolist() == pytest.approx(
        [1000, 1000 * 20 / (20 + z2), 1000]
    )


def test_the_number_of_wilson_is_the_patients_not_their_visits():
    y, c, group = [1, 0] * 20, [1, 0] * 20, ["a"] * 40
    people = [i // 4 for i in range(40)]  # ten people, four visits each
    bill = per_thousand(y, c, group, patients=people, n_boot=20).set_index("kind")
    z2 = 1.959964**2
    assert bill.loc["missed", "high"] == pytest.approx(1000 * z2 / (10 + z2))


def test_a_change_by_hand():
    y, before, after = [1, 1, 0, 0], [0, 1, 0, 1], [1, 1, 1, 1]
    found = change_per_thousand(y, before, after, ["a"] * 4, missed_weighs=3, n_boot=20)
    value = found.set_index("kind")["value"]
    assert value["missed"] == pytest.approx(-250)
    assert value["alarmed"] == pytest.approx(250)
    assert value["harm"] == pytest.approx(3 * -250 + 250)


def test_no_change_is_nothing_with_an_interval_of_nothing(visits):
    y, c, skin = visits["need"], visits["called"], visits["skin"]
    found = change_per_thousand(y, c, c, skin, missed_weighs=4, n_boot=20)
    assert (found[["value", "low", "high"]] == 0).to_numpy().all()
    assert not levelled_down(found)


@pytest.mark.parametrize(
    ("intervals", "down"),
    [
        ([(5, 9), (-3, 3)], True),  # one harmed, nobody helped
        ([(5, 9), (-8, -2)], False),  # one harmed, one helped
        ([(-1, 9), (-3, 3)], False),  # nothing shown
    ],
)
def test_levelling_down_is_harm_to_one_and_help_to_none(intervals, down):
    table = pd.DataFrame(intervals, columns=["low", "high"]).assign(kind="harm")
    assert levelled_down(table) is down


def test_change_refuses_a_weight_that_is_none():
    with pytest.raises(MedaiError, match="missed_weighs=0"):
        change_per_thousand([0, 1], [0, 1], [0, 1], ["a", "b"], missed_weighs=0)


def test_the_generator_has_the_biases_it_promises():
    table = breathless(20_000, seed=9)
    again = breathless(20_000, seed=9)
    pd.testing.assert_frame_equal(table, again)
    dark = table["skin"] == "darker"
    ill = table["need"] == 1
    assert table[ill & dark]["recorded"].mean() == pytest.approx(0.60, abs=0.03)
    assert table[ill & ~dark]["recorded"].mean() == pytest.approx(0.95, abs=0.02)
    assert not (table["recorded"] > table["need"]).any()
    error = table["reading"] - table["saturation"]
    middle = table["reading"] < 98  # readings stop at 100
    assert error[dark & middle].std() > 1.3 * error[~dark & middle].std()
    # need follows the true risk in both groups: nothing about skin is in it
    for rows in (dark, ~dark):
        assert table[rows]["need"].mean() == pytest.approx(table[rows]["risk"].mean(), abs=0.01)
    assert 1 <= table.groupby("patient").size().max() <= 3


@pytest.mark.parametrize("bad", [{"n": 0}, {"darker": 1.5}, {"noticed": -1}])
def test_the_generator_refuses(bad):
    with pytest.raises(MedaiError):
        breathless(**({"n": 10} | bad))
