"""Recall@k by hand, EASE against its closed form and against constrained least squares."""

import numpy as np
import pytest

from medai.metrics.recommend import (
    EASE,
    hide_some,
    ndcg_at_k,
    popularity,
    recall_at_k,
    target_ranks,
)
from medai.runtime import MedaiError

RNG = np.random.default_rng(19)
X = (RNG.random((60, 7)) < RNG.uniform(0.2, 0.8, 7)).astype(float)
X[:, 6] = np.where(RNG.random(60) < 0.8, X[:, 0], 1 - X[:, 0])  # goes with item 0


# --- recall, by hand


def test_recall_by_hand():
    scores = [[0.9, 0.5, 0.4, 0.1], [0.1, 0.2, 0.3, 0.4]]
    targets = [[0, 1, 0, 1], [1, 0, 0, 0]]
    np.testing.assert_array_equal(recall_at_k(scores, targets, 1), [0, 0])
    np.testing.assert_array_equal(recall_at_k(scores, targets, 2), [0.5, 0])
    np.testing.assert_array_equal(recall_at_k(scores, targets, 4), [1, 1])
    # the first item of row 0 is known, so the second moves up to place 1
    known = [[1, 0, 0, 0], [0, 0, 1, 1]]
    np.testing.assert_array_equal(recall_at_k(scores, targets, 1, known), [0.5, 0])
    np.testing.assert_array_equal(recall_at_k(scores, targets, 2, known), [0.5, 1])


def test_ties_count_against_the_model():
    flat, one = np.zeros((1, 5)), np.array([[0, 0, 1, 0, 0]])
    assert recall_at_k(flat, one, 4) == 0
    assert recall_at_k(flat, one, 5) == 1
    nearly = np.array([[0, 0, 0, 0, -1e-12]])
    assert recall_at_k(nearly, one, 4) == 0  # a tie but for rounding
    # two tied targets behind one tied other: ranks 2 and 3, not 3 and 3
    assert target_ranks([[1.0, 1, 1, 0]], [[1, 1, 0, 0]])[0].tolist() == [2, 3]
    assert recall_at_k([[1.0, 1, 1, 0]], [[1, 1, 0, 0]], 2) == 0.5


def test_an_item_that_is_never_shown_is_never_found():
    assert recall_at_k([[-np.inf, 1.0, 2.0]], [[1, 0, 0]], 3) == 0


def test_recall_against_a_plain_loop():
    scores, everything = RNG.normal(size=X.shape), X.copy()
    visible, hidden = hide_some(everything[X.sum(1) >= 3], n=2, seed=4)
    scores = scores[: len(visible)]
    for k in (1, 3, 5):
        slow = []
        for s, v, h in zip(scores, visible, hidden, strict=True):
            order = [j for j in np.argsort(-s) if not v[j]][:k]
            slow.append(sum(h[j] for j in order) / h.sum())
        np.testing.assert_allclose(recall_at_k(scores, hidden, k, visible), slow)


def test_one_list_for_every_row():
    x = np.array([[1, 1, 0], [1, 0, 0], [1, 0, 1], [0, 1, 0]])
    np.testing.assert_allclose(popularity(x), [0.75, 0.5, 0.25])
    np.testing.assert_array_equal(recall_at_k(popularity(x), np.eye(3)[[0, 2]], 1), [1, 0])


def test_ndcg_by_hand():
    scores, targets = [[4.0, 3, 2, 1]], [[1, 0, 1, 0]]
    best = 1 + 1 / np.log2(3)
    np.testing.assert_allclose(ndcg_at_k(scores, targets, 4), (1 + 1 / 2) / best)
    np.testing.assert_allclose(ndcg_at_k(scores, targets, 2), 1 / best)
    np.testing.assert_allclose(ndcg_at_k(scores, targets, 1), 1)
    np.testing.assert_allclose(ndcg_at_k(scores, [[1, 1, 0, 0]], 3), 1)


# --- EASE


def test_ease_three_items_by_hand():
    """XᵀX + λI with λ = 1 is [[3,1,0],[1,3,0],[0,0,2]]; its inverse has 3/8 and -1/8."""
    x = np.array([[1, 1, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]])
    weights = EASE(1).fit(x).weights
    np.testing.assert_allclose(weights, [[0, 1 / 3, 0], [1 / 3, 0, 0], [0, 0, 0]], atol=1e-12)
    np.testing.assert_allclose(EASE(1).fit(x).scores([[1, 0, 1]]), [[0, 1 / 3, 0]], atol=1e-12)


@pytest.mark.parametrize("regularisation", [0.5, 10, 300])
def test_ease_is_ridge_regression_of_each_item_on_the_others(regularisation):
    weights = EASE(regularisation).fit(X).weights
    assert np.all(np.diag(weights) == 0)
    for j in range(X.shape[1]):
        rest = np.delete(np.arange(X.shape[1]), j)
        a = np.vstack([X[:, rest], np.sqrt(regularisation) * np.eye(len(rest))])
        b = np.r_[X[:, j], np.zeros(len(rest))]
        np.testing.assert_allclose(
            weights[rest, j], np.linalg.lstsq(a, b, rcond=None)[0], atol=1e-10
        )


def test_ease_is_the_formula_of_the_paper():
    p = np.linalg.inv(X.T @ X + 5 * np.eye(7))
    np.testing.assert_allclose(
        EASE(5).fit(X).weights, np.eye(7) - p @ np.diag(1 / np.diag(p)), atol=1e-12
    )
    top = EASE(5).fit(X).scores([[1, 0, 0, 0, 0, 0, 0]])
    assert top.argmax() == 6  # the item that goes with item 0


# --- hiding


def test_hiding_takes_n_known_items_and_is_repeatable():
    x = X[X.sum(1) >= 4]
    visible, hidden = hide_some(x, n=3, seed=1)
    np.testing.assert_array_equal(visible + hidden, x)
    np.testing.assert_array_equal(hidden.sum(1), 3)
    np.testing.assert_array_equal(hide_some(x, 3, seed=1)[1], hidden)
    assert (hide_some(x, 3, seed=2)[1] != hidden).any()
    everything = np.ones((3000, 4))
    np.testing.assert_allclose(hide_some(everything)[1].mean(0), 0.25, atol=0.04)  # 5 SE


def test_only_the_named_columns_are_hidden():
    x = np.ones((50, 4))
    for columns in ([1, 3], np.array([False, True, False, True])):
        _, hidden = hide_some(x, 2, columns=columns)
        np.testing.assert_array_equal(hidden, np.tile([0, 1, 0, 1], (50, 1)))


# --- bad input


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: recall_at_k([[1, 2]], [[0, 0]], 1), "1 rows have no target"),
        (lambda: recall_at_k([[1, 2]], [[0, 1]], 0), "k=0"),
        (lambda: recall_at_k([[1, 2]], [[0, 1]], 1.5), "k=1.5"),
        (lambda: recall_at_k([[1, np.nan]], [[0, 1]], 1), "NaN"),
        (lambda: recall_at_k([[1, 2, 3]], [[0, 1]], 1), "one score per row"),
        (lambda: recall_at_k([[1, 2]], [[0, 1]], 1, [[0, 1]]), "target and excluded"),
        (lambda: recall_at_k([[1, 2]], [[0, 1]], 1, [[0, 1, 0]]), "differ in shape"),
        (lambda: EASE(0), "above 0"),
        (lambda: EASE(np.nan), "above 0"),
        (lambda: EASE(1).scores([[1]]), "call fit"),
        (lambda: EASE(1).fit([[1, 0]]).scores([[1]]), "fitted on 2"),
        (lambda: EASE(1).fit([1, 0]), "need (rows, items)"),
        (lambda: EASE(1).fit([[np.nan, 0]]), "NaN"),
        (lambda: popularity([[-1, 0]]), "negative"),
        (lambda: popularity(np.zeros((0, 3))), "at least 1 × 1"),
        (lambda: hide_some([[1, 0, 0]], 1), "1 rows (first: [0])"),
        (lambda: hide_some([[1, 1, 0]], 0), "n=0"),
        (lambda: hide_some([[2, 1, 0]], 1), "0/1 matrix"),
        (lambda: hide_some([[1, 1, 1]], 2, columns=[0]), "to hide"),
    ],
)
def test_bad_input_is_named(call, says):
    with pytest.raises(MedaiError) as error:
        call()
    assert says in str(error.value)
