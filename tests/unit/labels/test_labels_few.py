"""Self-training, active learning, and enlarging: against sklearn, by hand, and refusals."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.semi_supervised import SelfTrainingClassifier

from medai.labels import active, enlarge, semi
from medai.runtime import MedaiError


def two_clouds(n=120, seed=0, apart=2.0):
    rng = np.random.default_rng(seed)
    y = rng.integers(0, 2, n)
    return rng.normal(size=(n, 2)) + apart * y[:, None] * np.array([1, 0]), y


@pytest.mark.parametrize("threshold", [0.6, 0.8, 0.95])
@pytest.mark.parametrize("rounds", [1, 3, 10])
def test_self_training_is_sklearns(threshold, rounds):
    x, y = two_clouds()
    told = np.where(np.arange(120) < 12, y, -1)
    ours = semi.self_train(LogisticRegression(), x, told, threshold, rounds)
    theirs = SelfTrainingClassifier(LogisticRegression(), threshold=threshold, max_iter=rounds)
    theirs.fit(x, told)
    np.testing.assert_array_equal(ours.labels, theirs.transduction_)
    np.testing.assert_array_equal(ours.added, theirs.labeled_iter_)
    np.testing.assert_allclose(ours.model.predict_proba(x), theirs.predict_proba(x))
    np.testing.assert_array_equal(ours.own, theirs.labeled_iter_ > 0)


def test_self_training_keeps_its_first_error():
    # the one labelled point of class 1 lies among class 0: all of its neighbours follow it
    x = np.array([[0.0], [0.1], [0.2], [5.0], [5.1], [5.2]])
    told = np.array([1, -1, -1, 0, -1, -1])  # truth: 0 0 0 1 1 1
    done = semi.self_train(LogisticRegression(C=100), x, told, 0.9)
    assert done.labels.tolist() == [1, 1, 1, 0, 0, 0]
    assert done.model.predict_proba(x).max(1).min() > 0.9


def test_self_training_on_sparse_rows_is_the_same():
    x, y = two_clouds()
    told = np.where(np.arange(120) < 12, y, -1)
    dense = semi.self_train(LogisticRegression(), x, told, 0.8)
    sparse = semi.self_train(LogisticRegression(), csr_matrix(x), told, 0.8)
    np.testing.assert_array_equal(dense.labels, sparse.labels)


@pytest.mark.parametrize(
    ("labels", "more", "says"),
    [
        ([1, 1, -1], {}, "fewer than two classes"),
        ([1, 0], {}, "one a row"),
        ([1, 0, -1], {"threshold": 1.0}, "threshold"),
        ([1, 0, -1], {"rounds": 0}, "rounds"),
    ],
)
def test_self_training_refuses(labels, more, says):
    with pytest.raises(MedaiError, match=says):
        semi.self_train(LogisticRegression(), np.zeros((3, 1)), labels, **more)


def test_chance_of_none():
    rng = np.random.default_rng(0)
    none = (rng.random((20_000, 10)) < 0.08).sum(1) == 0
    assert active.chance_of_none(0.08, 10) == pytest.approx(none.mean(), abs=0.015)
    with pytest.raises(MedaiError):
        active.chance_of_none(1.2, 3)


def test_least_sure_by_hand():
    p = np.array([[0.9, 0.1], [0.45, 0.55], [0.3, 0.7], [0.5, 0.5]])
    assert active.least_sure(p, 2).tolist() == [3, 1]


def test_farthest_is_the_greedy_core_set():
    x = np.array([[0.0], [1.0], [10.0], [11.0], [5.0]])
    # from 0 the farthest is 11 (row 3), then 5 (row 4; 10 lies next to 11), then 1 or 10: both 1
    assert active.farthest(x, [0], 3).tolist() == [3, 4, 1]
    rng = np.random.default_rng(0)
    x, chosen = rng.normal(size=(60, 4)), [3, 7]
    for row in active.farthest(x, [3, 7], 8):  # the definition, step by step
        gaps = ((x[:, None] - x[chosen]) ** 2).sum(2).min(1)
        assert gaps[row] == pytest.approx(gaps.max())
        chosen.append(int(row))
    with pytest.raises(MedaiError):
        active.farthest(x, [], 2)


@pytest.mark.parametrize("strategy", active.STRATEGIES)
def test_spend_keeps_to_the_budget_and_the_start(strategy):
    x, y = two_clouds()
    chosen = active.spend(LogisticRegression(), x, y, 33, strategy, start=8, batch=10, seed=4)
    assert len(set(chosen.tolist())) == 33
    plain = active.spend(LogisticRegression(), x, y, 33, "random", start=8, seed=4)
    np.testing.assert_array_equal(chosen[:8], plain[:8])
    again = active.spend(LogisticRegression(), x, y, 33, strategy, start=8, batch=10, seed=4)
    np.testing.assert_array_equal(chosen, again)


@pytest.mark.parametrize("strategy", ["uncertain", "positive", "core-set"])
def test_spend_looks_only_at_answers_it_paid_for(strategy):
    x, y = two_clouds()
    chosen = active.spend(LogisticRegression(), x, y, 40, strategy, seed=1)
    other = 1 - y
    other[chosen[:30]] = y[chosen[:30]]  # the last batch was chosen before its answers came
    np.testing.assert_array_equal(
        active.spend(LogisticRegression(), x, other, 40, strategy, seed=1), chosen
    )


def test_uncertain_asks_near_the_border():
    x, y = two_clouds(600, apart=4.0)
    gap = {}
    for strategy in ("random", "uncertain"):
        rows = active.spend(LogisticRegression(), x, y, 60, strategy)[10:]
        gap[strategy] = np.abs(x[rows, 0] - 2.0).mean()
    assert gap["uncertain"] < gap["random"] / 2


def test_positive_asks_for_positives():
    x, y = two_clouds(600, apart=4.0)
    rows = active.spend(LogisticRegression(), x, y, 60, "positive")[10:]
    assert y[rows].mean() > 0.9


def test_cold_start_is_random_until_both_classes_are_seen():
    x = np.arange(50.0)[:, None]
    y = np.zeros(50, int)
    for strategy in ("uncertain", "positive"):
        rows = active.spend(LogisticRegression(), x, y, 30, strategy, seed=2)
        np.testing.assert_array_equal(
            rows, active.spend(LogisticRegression(), x, y, 30, "random", seed=2)
        )


@pytest.mark.parametrize(
    "more",
    [{"strategy": "best"}, {"budget": 0}, {"budget": 500}, {"start": 50}, {"batch": 0}],
)
def test_spend_refuses(more):
    x, y = two_clouds()
    options = {"budget": 20, "strategy": "random"} | more
    with pytest.raises(MedaiError):
        active.spend(LogisticRegression(), x, y, **options)


def test_drop_words_keeps_denials_and_something():
    rng = np.random.default_rng(0)
    text = "There is no swelling, and not a single murmur."
    copies = [enlarge.drop_words([text], 0.9, rng)[0] for _ in range(50)]
    assert all("no" in copy.split() and "not" in copy.split() for copy in copies)
    words = text.split()
    for copy in copies:  # what is left stands in the old order
        left = iter(words)
        assert all(word in left for word in copy.split())
    assert enlarge.drop_words([text], 0.0, rng) == [text]
    assert enlarge.drop_words(["one"], 0.99, rng) == ["one"]
    long = "a " * 4000
    share = len(enlarge.drop_words([long], 0.3, rng)[0].split()) / 4000
    assert share == pytest.approx(0.7, abs=0.03)


@pytest.mark.parametrize(("texts", "rate"), [(["a"], 1.0), (["a"], -0.1), ([" "], 0.1)])
def test_drop_words_refuses(texts, rate):
    with pytest.raises(MedaiError):
        enlarge.drop_words(texts, rate, np.random.default_rng(0))


def test_interpolated_points_lie_between_near_rows():
    rng = np.random.default_rng(0)
    x = np.array([[0.0, 0], [1, 0], [0, 1], [100, 100], [101, 100]])
    new = enlarge.interpolate(x, 200, rng, neighbours=1)
    assert new.shape == (200, 2)
    near = (new <= 1).all(1)
    assert (near | (new >= 100).all(1)).all()  # no point between the two groups
    assert (new[near].sum(1) <= 1 + 1e-9).all()
    with pytest.raises(MedaiError):
        enlarge.interpolate(x[:1], 3, rng)
