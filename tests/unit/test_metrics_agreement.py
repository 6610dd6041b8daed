"""Agreement: published worked examples, scikit-learn, hand counts, and what is refused.

Fleiss' and Krippendorff's tables are those of Fleiss 1971 and of Krippendorff's worked example
(four observers, twelve units); the expected values were also computed once with statsmodels 0.15.0
and krippendorff 0.9.0 in an environment of their own, on 2026-11-23.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from medai.metrics.agreement import (
    agreement_interval,
    cohen_kappa,
    fleiss_kappa,
    krippendorff_alpha,
)
from medai.runtime import MedaiError

NAN = float("nan")
# 30 patients, 6 psychiatrists, 5 diagnoses: the diagnoses of each patient, sorted
FLEISS_1971 = [
    "444444", "222555", "233335", "555555", "222444", "113333", "333355", "113334", "114444",
    "555555", "144444", "124444", "222333", "144444", "224445", "333335", "111455", "111112",
    "224444", "133555", "555555", "244444", "224555", "114444", "144445", "222224", "111155",
    "224444", "133333", "555555",
]  # fmt: skip
KRIPPENDORFF = np.array(
    [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, NAN, NAN, NAN],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, NAN, 3],
        [NAN, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, NAN],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, NAN],
    ]
).T


def _spread(table):
    """A table of counts as two lists of labels."""
    i, j = np.nonzero(table)
    times = np.asarray(table)[i, j]
    return np.repeat(i, times), np.repeat(j, times)


def test_cohen_by_hand():
    # 100 images: both ill 40, both well 30, 10 and 20 split. Agreed .70; chance .5*.6 + .5*.4 = .5
    a, b = _spread([[40, 10], [20, 30]])
    assert cohen_kappa(a, b) == pytest.approx((0.70 - 0.50) / (1 - 0.50))


def test_cohen_against_the_sas_example_in_statsmodels():
    a, b = _spread([[0, 4, 1], [0, 8, 0], [0, 1, 5]])
    assert cohen_kappa(a, b) == pytest.approx(0.4842, abs=5e-5)
    assert cohen_kappa(a, b, weights="linear") == pytest.approx(0.4701, abs=5e-5)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=2, max_size=40))
@pytest.mark.parametrize("weights", [None, "linear", "quadratic"])
def test_cohen_is_sklearns(weights, pairs):
    a, b = zip(*pairs, strict=True)
    if len({*a, *b}) == 1:
        with pytest.raises(MedaiError, match="undefined"):
            cohen_kappa(a, b, weights=weights)
        return
    assert cohen_kappa(a, b, weights=weights) == pytest.approx(
        cohen_kappa_score(a, b, weights=weights)
    )
    assert cohen_kappa(a, b, weights=weights, labels=range(5)) == pytest.approx(
        cohen_kappa_score(a, b, weights=weights, labels=range(5))
    )


def test_one_rater_constant_gives_zero_not_an_error():
    assert cohen_kappa([1, 1, 1, 1], [1, 1, 0, 1]) == pytest.approx(0)


def test_the_scale_matters_for_weights():
    # grade 1 was never given: by the labels that occur, 0 and 2 are neighbours
    a, b = [0, 2, 3, 3], [0, 3, 3, 0]
    assert cohen_kappa(a, b, weights="quadratic") != pytest.approx(
        cohen_kappa(a, b, weights="quadratic", labels=[0, 1, 2, 3])
    )


def test_the_prevalence_paradox_of_feinstein_and_cicchetti():
    # the same observed agreement, .85, with balanced and with lopsided margins
    even = cohen_kappa(*_spread([[40, 9], [6, 45]]))
    lopsided = cohen_kappa(*_spread([[80, 10], [5, 5]]))
    assert even == pytest.approx(0.70, abs=0.005)
    assert lopsided == pytest.approx(0.32, abs=0.005)


@pytest.mark.parametrize(
    ("a", "b", "more", "says"),
    [
        ([1], [1, 2], {}, "same length"),
        ([], [], {}, "same length"),
        ([1, NAN], [1, 2], {}, "no label"),
        (["a", None], ["a", "b"], {}, "no label"),
        ([1, 1], [1, 1], {}, "undefined"),
        ([1, 2], [1, 2], {"weights": "cubic"}, "cubic"),
        ([1, 2], [1, 2], {"labels": [1]}, "not on the scale"),
        ([1, 2], [1, 2], {"labels": [1, 2, 2]}, "twice"),
    ],
)
def test_cohen_refuses(a, b, more, says):
    with pytest.raises(MedaiError, match=says):
        cohen_kappa(a, b, **more)


def test_fleiss_1971():
    counts = [[row.count(label) for label in "12345"] for row in FLEISS_1971]
    assert np.sum(counts, axis=0).tolist() == [26, 26, 30, 55, 43]
    assert fleiss_kappa(counts) == pytest.approx(0.4302445, abs=1e-7)


def test_fleiss_on_the_fourteen_rater_table():
    rows = "0 0 0 0 14/0 2 6 4 2/0 0 3 5 6/0 3 9 2 0/2 2 8 1 1/7 7 0 0 0/3 2 6 3 0/2 5 3 2 2/"
    rows += "6 5 2 1 0/0 2 2 3 7"
    counts = [[int(x) for x in row.split()] for row in rows.split("/")]
    assert fleiss_kappa(counts) == pytest.approx(0.210, abs=5e-4)


@pytest.mark.parametrize(
    ("counts", "says"),
    [
        ([1, 2], "shape"),
        ([[2, 0], [1, 0]], "1 to 2 raters"),
        ([[1, 0], [0, 1]], "at least two"),
        ([[2, 0], [2, 0]], "undefined"),
        ([[2.5, 0], [2, 0.5]], "whole numbers"),
        ([[-1, 3], [1, 1]], "whole numbers"),
    ],
)
def test_fleiss_refuses(counts, says):
    with pytest.raises(MedaiError, match=says):
        fleiss_kappa(counts)


@pytest.mark.parametrize(
    ("level", "value"),
    [("nominal", 0.743421052631579), ("ordinal", 0.8153875037548814), ("interval", 0.849107142857)],
)
def test_krippendorffs_worked_example(level, value):
    assert krippendorff_alpha(KRIPPENDORFF, level=level) == pytest.approx(value)
    # the unit with one label changes nothing
    assert krippendorff_alpha(KRIPPENDORFF[:-1], level=level) == pytest.approx(value)


def test_alpha_with_gaps_against_the_reference_package():
    rows = [
        [NAN, NAN, NAN, NAN, NAN, 3, 4, 1, 2, 1, 1, 3, 3, NAN, 3],
        [1, NAN, 2, 1, 3, 3, 4, 3, NAN, NAN, NAN, NAN, NAN, NAN, NAN],
        [NAN, NAN, 2, 1, 3, 4, 4, NAN, 2, 1, 1, 3, 3, NAN, 4],
    ]
    table = np.array(rows).T
    assert krippendorff_alpha(table) == pytest.approx(0.691358024691358)
    assert krippendorff_alpha(table, level="ordinal") == pytest.approx(0.8067214199413153)
    assert krippendorff_alpha(table, level="interval") == pytest.approx(0.8108448928121059)


def test_alpha_of_two_is_near_scott_and_kappa_for_many_items():
    # without gaps, nominal alpha = 1 - (1 - 1/(2n)) (1 - pi), with Scott's pi (pooled margins)
    rng = np.random.default_rng(0)
    a = rng.integers(0, 3, 200)
    b = np.where(rng.random(200) < 0.7, a, rng.integers(0, 3, 200))
    p = np.bincount(np.concatenate([a, b])) / 400
    pi = (np.mean(a == b) - (p**2).sum()) / (1 - (p**2).sum())
    alpha = krippendorff_alpha(np.stack([a, b], axis=1))
    assert alpha == pytest.approx(1 - (1 - 1 / 400) * (1 - pi))
    counts = np.stack([(a == k).astype(int) + (b == k) for k in range(3)], axis=1)
    assert fleiss_kappa(counts) == pytest.approx(pi)


@pytest.mark.parametrize(
    ("ratings", "more", "says"),
    [
        ([1, 2], {}, "shape"),
        ([[1, 2]], {"level": "ratio"}, "ratio"),
        ([[1, NAN], [NAN, 2]], {}, "two raters"),
        ([[1, 1], [1, 1]], {}, "undefined"),
        ([["a", "b"]], {}, "numbers"),
        ([[1, float("inf")]], {}, "infinite"),
    ],
)
def test_alpha_refuses(ratings, more, says):
    with pytest.raises(MedaiError, match=says):
        krippendorff_alpha(ratings, **more)


def test_interval_holds_the_value_and_widens_with_patients():
    rng = np.random.default_rng(1)
    truth = np.repeat(rng.integers(0, 2, 40), 5)  # 40 patients, 5 images each, one truth
    wrong = np.repeat(rng.random((40, 2)) < 0.2, 5, axis=0)  # and one reading of all five
    ratings = np.where(wrong, 1 - truth[:, None], truth[:, None])
    value = krippendorff_alpha(ratings)
    alone = agreement_interval(krippendorff_alpha, ratings, n_boot=200)
    whole = agreement_interval(krippendorff_alpha, ratings, np.repeat(range(40), 5), n_boot=200)
    assert alone[0] < value < alone[1]
    assert whole[0] < value < whole[1]
    # five copies of a patient carry no news: about sqrt(5) = 2.2 times as wide
    assert 1.7 < np.ptp(whole) / np.ptp(alone) < 2.8


def test_interval_covers_a_known_agreement():
    # two raters, each right with .9 at prevalence .5: kappa = 2 (.81 + .01) - 1 = .64
    rng = np.random.default_rng(2)
    covered = 0
    for seed in range(40):
        truth = rng.integers(0, 2, 150)
        ratings = np.where(rng.random((150, 2)) < 0.9, truth[:, None], 1 - truth[:, None])
        low, high = agreement_interval(
            lambda r: cohen_kappa(r[:, 0], r[:, 1]), ratings, n_boot=80, seed=seed
        )
        covered += low <= 0.64 <= high
    assert covered >= 34  # of 40 at .95, fewer than 34 has a chance of 3 in 1,000


def test_interval_refuses():
    with pytest.raises(MedaiError, match="undefined"):
        agreement_interval(krippendorff_alpha, [[1, 1], [1, 1]])
    with pytest.raises(MedaiError, match="n_boot"):
        agreement_interval(krippendorff_alpha, [[1, 1], [1, 2]], n_boot=0)
