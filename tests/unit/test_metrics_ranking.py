"""Ranking metrics against hand calculations."""

import math

import numpy as np
import pytest

from medai.metrics.ranking import (
    cluster_bootstrap,
    mean_reciprocal_rank,
    pessimistic_rank,
    top_k_accuracy,
)
from medai.runtime import MedaiError


def test_by_hand():
    ranks = [1, 3, 10, 11, math.inf]
    assert top_k_accuracy(ranks, 1) == 1 / 5
    assert top_k_accuracy(ranks, 3) == 2 / 5
    assert top_k_accuracy(ranks, 10) == 3 / 5
    expected = (1 + 1 / 3 + 1 / 10 + 1 / 11 + 0) / 5
    assert mean_reciprocal_rank(ranks) == pytest.approx(expected)


def test_ties_count_against():
    scores = np.array([2.0, 1.0, 1.0, 1.0 + 1e-12, 0.0, -np.inf])
    assert [pessimistic_rank(scores, i) for i in range(6)] == [1, 4, 4, 4, 5, math.inf]
    assert pessimistic_rank(np.zeros(100), 0) == 100  # a constant score earns nothing


@pytest.mark.parametrize("ranks", [[], [0], [-1, 2], [math.nan], [[1, 2]]])
def test_bad_ranks(ranks):
    with pytest.raises(MedaiError):
        top_k_accuracy(ranks, 1)
    with pytest.raises(MedaiError):
        mean_reciprocal_rank(ranks)


def test_bad_k():
    with pytest.raises(MedaiError, match="k=0"):
        top_k_accuracy([1], 0)


def test_bootstrap_of_singletons_is_the_normal_interval():
    # 400 groups of one case, 30 % right: the standard error is sqrt(.3 * .7 / 400) = 0.0229
    values = np.array([1.0] * 120 + [0.0] * 280)
    low, high = cluster_bootstrap(values, range(400), n_boot=20_000, seed=1)
    error = 1.96 * math.sqrt(0.3 * 0.7 / 400)
    assert low == pytest.approx(0.3 - error, abs=0.004)
    assert high == pytest.approx(0.3 + error, abs=0.004)


def test_bootstrap_knows_that_cases_of_a_group_are_alike():
    # 40 groups of ten equal cases hold as much as 40 cases: the interval is sqrt(10) wider
    groups = np.repeat(np.arange(40), 10)
    values = np.repeat([1.0] * 12 + [0.0] * 28, 10)
    low, high = cluster_bootstrap(values, groups.tolist(), n_boot=20_000, seed=1)
    naive_low, naive_high = cluster_bootstrap(values, range(400), n_boot=20_000, seed=1)
    assert (high - low) / (naive_high - naive_low) == pytest.approx(math.sqrt(10), rel=0.05)


def test_bootstrap_against_a_plain_loop():
    rng = np.random.default_rng(3)
    groups = ["a", "a", "a", "b", "c", "c"]
    values = rng.random((6, 2))
    low, high = cluster_bootstrap(values, groups, n_boot=4000, level=0.8, seed=0)
    members = {g: [i for i, x in enumerate(groups) if x == g] for g in "abc"}
    means = []
    for _ in range(4000):
        drawn = [i for g in rng.choice(list("abc"), 3) for i in members[g]]
        means.append(values[drawn].mean(axis=0))
    assert low.shape == (2,)
    assert low == pytest.approx(np.quantile(means, 0.1, axis=0), abs=0.02)
    assert high == pytest.approx(np.quantile(means, 0.9, axis=0), abs=0.02)


def test_bootstrap_is_reproducible_and_checks_its_input():
    values = np.array([0.0, 1.0, 1.0])
    first = cluster_bootstrap(values, "abc", n_boot=50, seed=7)
    assert np.array_equal(first, cluster_bootstrap(values, "abc", n_boot=50, seed=7))
    assert np.array_equal(cluster_bootstrap(np.ones(3), "aab", n_boot=50), [1, 1])
    for bad in (
        lambda: cluster_bootstrap(values, "ab"),
        lambda: cluster_bootstrap(np.array([]), ""),
        lambda: cluster_bootstrap(values, "abc", n_boot=0),
        lambda: cluster_bootstrap(values, "abc", level=1),
    ):
        with pytest.raises(MedaiError):
            bad()
