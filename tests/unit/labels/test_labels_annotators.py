"""Dawid-Skene: a hand calculation, another package, known truth, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medai.labels.annotators import dawid_skene, majority
from medai.runtime import MedaiError

# 12 items, 4 raters, 3 classes; -1 is no answer
VOTES = [
    [2, 0, 0, 2], [1, 1, 1, 1], [2, 2, 1, 1], [-1, 1, 2, 2], [1, 1, -1, 1], [-1, 1, 2, 2],
    [2, 2, 2, 2], [0, 0, 0, 0], [0, 0, 0, 0], [-1, 2, 0, 0], [0, 0, -1, 2], [2, 2, 2, 2],
]  # fmt: skip


def simulated(n=3000, seed=0, prevalence=0.3):
    rng = np.random.default_rng(seed)
    truth = (rng.random(n) < prevalence).astype(int)
    sensitivity, specificity = [0.95, 0.8, 0.6, 0.85], [0.97, 0.9, 0.95, 0.7]
    columns = [
        np.where(truth == 1, rng.random(n) < se, rng.random(n) >= sp).astype(int)
        for se, sp in zip(sensitivity, specificity, strict=True)
    ]
    return np.stack(columns, axis=1), truth, sensitivity, specificity


def test_majority_by_hand():
    p = majority([[1, 1, 0], [-1, -1, -1], [2, -1, 2]], classes=3)
    np.testing.assert_allclose(p[[0, 2]], [[1 / 3, 2 / 3, 0], [0, 0, 1]])
    assert np.isnan(p[1]).all()


def test_one_round_by_hand():
    # two raters, three items; shares of votes: item 0 -> 1, item 1 -> 0, item 2 -> 1/2
    votes = [[1, 1], [0, 0], [1, 0]]
    model = dawid_skene(votes, rounds=1)
    # M step: prevalence of 1 = (1 + 0 + 1/2) / 3 = 1/2
    np.testing.assert_allclose(model.prevalence, [0.5, 0.5])
    # rater 0 said 1 to items 0 and 2: of class 1 (1 + 1/2) / 1.5 = 1; of class 0 (1/2) / 1.5
    np.testing.assert_allclose(model.habits[0], [[2 / 3, 1 / 3], [0, 1]])
    np.testing.assert_allclose(model.habits[1], [[1, 0], [1 / 3, 2 / 3]])
    # E step, item 2 (rater 0 said 1, rater 1 said 0): class 0 .5*1/3*1, class 1 .5*1*1/3
    np.testing.assert_allclose(model.p[2], [0.5, 0.5])
    # log likelihood: item 0 .5*1*2/3, item 1 .5*2/3*1, item 2 1/6 + 1/6
    assert model.trace[0] == pytest.approx(np.log(1 / 3) + np.log(1 / 3) + np.log(1 / 3))


def test_agrees_with_crowd_kit():
    # crowd-kit 1.4.2, DawidSkene(n_iter=500, tol=1e-12), run on 2026-11-23 in an environment
    # of its own: classes and shares (it orders its priors by first appearance)
    model = dawid_skene(VOTES, 3, tolerance=1e-12, rounds=500)
    assert model.p.argmax(1).tolist() == [0, 1, 1, 2, 1, 2, 2, 0, 0, 0, 0, 2]
    np.testing.assert_allclose(model.p.max(1), 1, atol=1e-6)
    np.testing.assert_allclose(model.prevalence, [5 / 12, 1 / 4, 1 / 3], atol=1e-6)


def test_known_habits_are_recovered():
    votes, truth, sensitivity, specificity = simulated()
    model = dawid_skene(votes)
    # 3,000 items, 900 ill: standard error of a sensitivity about .016; three of them
    np.testing.assert_allclose(model.habits[:, 1, 1], sensitivity, atol=0.05)
    np.testing.assert_allclose(model.habits[:, 0, 0], specificity, atol=0.05)
    assert model.prevalence[1] == pytest.approx(truth.mean(), abs=0.02)
    assert model.converged
    by_model = (model.p.argmax(1) == truth).mean()
    by_vote = (majority(votes)[:, 1] > 0.5) == truth
    assert by_model > by_vote.mean()
    np.testing.assert_allclose(
        model.accuracy, [(votes[:, j] == truth).mean() for j in range(4)], atol=0.03
    )


def test_posterior_is_bayes_with_the_fitted_habits():
    votes, *_ = simulated(200)
    model = dawid_skene(votes, rounds=7)
    p = np.zeros((200, 2))
    for i, row in enumerate(votes):
        for c in (0, 1):
            p[i, c] = model.prevalence[c] * np.prod(
                [model.habits[j, c, k] for j, k in enumerate(row)]
            )
    np.testing.assert_allclose(model.p, p / p.sum(1, keepdims=True))
    assert model.trace[-1] == pytest.approx(np.log(p.sum(1)).sum())


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([0.0, 1.0]), st.booleans())
def test_the_objective_never_falls(seed, smooth, known):
    rng = np.random.default_rng(seed)
    votes = rng.integers(-1, 3, size=(rng.integers(2, 25), rng.integers(1, 5)))
    if (votes == -1).all():
        return
    share = [0.2, 0.5, 0.3] if known else None
    model = dawid_skene(votes, 3, smooth=smooth, prevalence=share, rounds=30, tolerance=-np.inf)
    assert np.diff(model.trace).min() > -1e-8
    np.testing.assert_allclose(model.p.sum(1), 1)
    np.testing.assert_allclose(model.habits.sum(2), 1)


def test_two_copies_of_one_rater_are_believed_too_much():
    # the model takes a copy for independent support: this is its documented weakness
    votes, truth, *_ = simulated(2000, seed=3)
    weak, *others = votes[:, 2], votes[:, 1], votes[:, 3]
    copied = np.stack([weak, weak, weak, *others], axis=1)
    model = dawid_skene(copied)
    assert model.habits[0, 1, 1] > 0.9  # truly .6: three copies agree, so they must be right
    assert (model.p.argmax(1) == truth).mean() < (dawid_skene(votes).p.argmax(1) == truth).mean()


@pytest.mark.parametrize(
    ("votes", "more", "says"),
    [
        ([1, 0], {}, "shape"),
        ([[2, 0]], {}, "whole numbers"),
        ([[0.5, 0]], {}, "whole numbers"),
        ([["a", "b"]], {}, "whole numbers"),
        ([[-1, -1]], {}, "Nobody"),
        ([[0, 1]], {"prevalence": [0.5, 0.6]}, "sum to 1"),
        ([[0, 1]], {"prevalence": [0.0, 1.0]}, "sum to 1"),
        ([[0, 1]], {"start": [[1.0]]}, "start"),
        ([[0, 1]], {"start": [[0.0, 0.0]]}, "no class"),
        ([[0, 1]], {"smooth": -1}, "smooth"),
    ],
)
def test_refuses(votes, more, says):
    with pytest.raises(MedaiError, match=says):
        dawid_skene(votes, **more)
