"""GloVe is weighted least squares on log counts, and no SVD of the counts (see corrections)."""

import numpy as np
import pytest
from scipy.optimize import minimize

from medai.text.glove import GloVe, _cells, glove_gradient, glove_loss, glove_weight

V, D, X_MAX = 8, 2, 20.0
WORDS = [f"w{i}" for i in range(V)]


@pytest.fixture(scope="module")
def counts():
    """A symmetric toy table with frequent and rare cells, and some never seen."""
    rng = np.random.default_rng(0)
    size = rng.gamma(0.5, 30, V)
    table = rng.poisson(np.outer(size, size) / 20)
    return np.triu(table) + np.triu(table, 1).T


def unpack(x):
    w, v, b, c = np.split(x, [V * D, 2 * V * D, 2 * V * D + V])
    return w.reshape(V, D), v.reshape(V, D), b, c


@pytest.fixture(scope="module")
def least(counts):
    """The smallest loss that a general minimiser finds from ten starts."""
    cells = _cells(counts, X_MAX)

    def loss(x):
        value, gradient = glove_gradient(*unpack(x), cells)
        return value, np.concatenate([g.ravel() for g in gradient])

    rng = np.random.default_rng(1)
    starts = rng.normal(size=(10, 2 * V * D + 2 * V))
    found = [minimize(loss, x, jac=True, method="L-BFGS-B", options={"maxiter": 5000})
             for x in starts]  # fmt: skip
    return min(found, key=lambda r: r.fun)


def test_the_toy_table_can_tell_the_claims_apart(counts):
    assert counts.min() == 0
    assert counts[counts > 0].min() < X_MAX < counts.max()


def test_glove_reaches_the_minimum_that_a_general_minimiser_finds(counts, least):
    """AdaGrad is slow at the end; 5 % of the way from biases alone to the minimum are allowed."""
    models = [
        GloVe(D, x_max=X_MAX, epochs=1500, learning_rate=0.5, batch_size=64, seed=s).fit_counts(
            counts, WORDS
        )
        for s in range(2)
    ]
    best = min(glove_loss(counts, m.w, m.v, m.b, m.c, X_MAX) for m in models)
    biases_only = best_biases(counts, np.zeros((V, V)))
    assert least.fun * 0.999 <= best
    assert best - least.fun < 0.05 * (biases_only - least.fun)
    for m in models:
        assert np.array_equal(m.vectors, m.w + m.v)
        assert m.losses[-1] < m.losses[0]


def test_gradient_is_zero_at_the_weighted_least_squares_solution(counts):
    """With the contexts held fixed each word is one weighted regression; solve it directly."""
    rng = np.random.default_rng(2)
    v, c = rng.normal(size=(V, D)), rng.normal(size=V)
    w, b = np.zeros((V, D)), np.zeros(V)
    for i in range(V):
        seen = counts[i] > 0
        root = np.sqrt(glove_weight(counts[i, seen], X_MAX))
        design = np.column_stack([v[seen], np.ones(seen.sum())])
        target = np.log(counts[i, seen]) - c[seen]
        *w[i], b[i] = np.linalg.lstsq(design * root[:, None], target * root, rcond=None)[0]
    _, (of_w, _, of_b, _) = glove_gradient(w, v, b, c, _cells(counts, X_MAX))
    assert of_w == pytest.approx(np.zeros((V, D)), abs=1e-9)
    assert of_b == pytest.approx(np.zeros(V), abs=1e-9)


def best_biases(counts, product):
    """Return GloVe's loss of a fixed table w · v after the kindest biases."""
    rows, columns = np.nonzero(counts)
    design = np.zeros((len(rows), 2 * V))
    design[np.arange(len(rows)), rows] = 1
    design[np.arange(len(rows)), V + columns] = 1
    target = np.log(counts[rows, columns]) - product[rows, columns]
    root = np.sqrt(glove_weight(counts[rows, columns], X_MAX))
    x = np.linalg.lstsq(design * root[:, None], target * root, rcond=None)[0]
    return float(np.sum((design @ x - target) ** 2 * root**2))


def low_rank(table):
    left, size, right = np.linalg.svd(table)
    return (left[:, :D] * size[:D]) @ right[:D]


@pytest.mark.parametrize("name", ["counts", "log of counts + 1"])
def test_an_svd_does_not_minimise_the_loss(counts, least, name):
    """Even when the SVD's table may be scaled and given the biases that suit it best."""
    table = low_rank(counts if name == "counts" else np.log1p(counts))
    scales = np.concatenate([[0], np.geomspace(1e-4, 2, 60)])
    kindest = min(best_biases(counts, scale * table) for scale in scales)
    assert kindest > 1.5 * least.fun
    x = np.linalg.norm(glove_gradient(*factors(table), _cells(counts, X_MAX))[1][0])
    assert x > 1  # not even a place where the gradient vanishes


def factors(table):
    left, size, right = np.linalg.svd(table)
    root = np.sqrt(size[:D])
    return left[:, :D] * root, right[:D].T * root, np.zeros(V), np.zeros(V)


def test_where_it_would_be_an_svd():
    """No empty cell, equal weights, no biases: the best table is the SVD of the *log* counts."""
    counts = np.random.default_rng(3).integers(1, 50, (V, V))
    cells = _cells(counts, x_max=1e-9)
    assert (cells[3] == 1).all()
    _, (of_w, of_v, _, _) = glove_gradient(*factors(np.log(counts)), cells)
    assert of_w == pytest.approx(np.zeros((V, D)), abs=1e-9)
    assert of_v == pytest.approx(np.zeros((V, D)), abs=1e-9)
    _, (of_w, *_) = glove_gradient(*factors(counts.astype(float)), cells)
    assert np.abs(of_w).max() > 1
