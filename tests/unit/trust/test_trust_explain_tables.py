"""LIME and Shapley values: closed forms, axioms, and the libraries."""

import numpy as np
import pytest

from medai.runtime import MedaiError
from medai.trust import explain
from medai.trust.explain.local import weighted_ridge
from medai.trust.explain.shapley import coalition_values

RNG = np.random.default_rng(0)
BACKGROUND = RNG.normal(size=(30, 4))
X = np.array([1.0, -2.0, 0.5, 3.0])


def bent(rows):
    """A model with an interaction and a bend; the last column is not used."""
    return np.tanh(rows[:, 0] * rows[:, 1]) + rows[:, 2] ** 2


def test_a_linear_model_gives_weight_times_distance_from_the_mean():
    w = np.array([2.0, -1.0, 0.5, 0.0])
    values, base = explain.shapley_values(lambda rows: rows @ w, X, BACKGROUND)
    assert values == pytest.approx(w * (X - BACKGROUND.mean(axis=0)))
    assert base == pytest.approx((BACKGROUND @ w).mean())


def test_values_add_up_and_an_unused_column_gets_nothing():
    values, base = explain.shapley_values(bent, X, BACKGROUND)
    assert base + values.sum() == pytest.approx(bent(X[None])[0])
    assert values[3] == pytest.approx(0, abs=1e-12)


def test_equal_columns_get_equal_values():
    values, _ = explain.shapley_values(
        lambda rows: np.maximum(rows[:, 0], rows[:, 1]), [2.0, 2.0], np.zeros((3, 2))
    )
    assert values.tolist() == pytest.approx([1.0, 1.0])


def test_the_library_finds_the_same_values():
    shap = pytest.importorskip("shap")
    values, _ = explain.shapley_values(bent, X, BACKGROUND)
    theirs = shap.KernelExplainer(bent, BACKGROUND).shap_values(X, silent=True)
    assert values == pytest.approx(theirs, abs=1e-9)


def test_an_empty_coalition_is_the_background_and_the_full_one_the_patient():
    v = coalition_values(bent, X, BACKGROUND)
    assert len(v) == 16
    assert v[()] == pytest.approx(bent(BACKGROUND).mean())
    assert v[0, 1, 2, 3] == pytest.approx(bent(X[None])[0])


@pytest.mark.parametrize(
    ("x", "background", "words"),
    [
        ([1.0, 2.0], np.zeros((3, 3)), "shape"),
        ([1.0], np.zeros((0, 1)), "at least one row"),
        (np.zeros(13), np.zeros((2, 13)), "up to 12"),
        ([np.nan], np.zeros((2, 1)), "NaN"),
    ],
)
def test_what_does_not_fit_is_refused(x, background, words):
    with pytest.raises(MedaiError, match=words):
        explain.shapley_values(lambda rows: rows.sum(axis=1), x, background)


def test_a_model_that_answers_in_two_columns_is_refused():
    with pytest.raises(MedaiError, match="one number a row"):
        explain.shapley_values(lambda rows: rows[:, :2], X, BACKGROUND)


def test_lime_finds_a_plane_and_says_that_it_fits():
    found = explain.lime_tabular(lambda rows: rows @ X + 7, np.ones(4), np.full(4, 2.0), ridge=0)
    assert found.weights == pytest.approx(2 * X)  # per standard deviation
    assert found.intercept == pytest.approx(X.sum() + 7)
    assert found.fit == pytest.approx(1)


def test_lime_of_a_parabola_is_flat_at_its_top_and_fits_badly():
    found = explain.lime_tabular(lambda rows: -(rows[:, 0] ** 2), [0.0], [1.0], n=4000)
    assert abs(found.weights[0]) < 0.05
    assert found.fit < 0.05


def test_a_narrow_kernel_sees_the_slope_at_the_patient():
    slopes = [
        explain.lime_tabular(lambda rows: np.exp(rows[:, 0]), [0.0], [1.0], n=20_000,
                             width=width, ridge=0).weights[0]
        for width in (0.1, 1.0)
    ]  # fmt: skip
    assert slopes[0] == pytest.approx(1, abs=0.02)  # the derivative of exp at 0
    assert slopes[1] > 1.2


def test_the_weighted_fit_is_scikit_learns():
    from sklearn.linear_model import Ridge

    z, y, weight = RNG.normal(size=(50, 3)), RNG.normal(size=50), RNG.random(50)
    ours = weighted_ridge(z, y, weight, 2.0)
    theirs = Ridge(alpha=2.0).fit(z, y, sample_weight=weight)
    assert ours.weights == pytest.approx(theirs.coef_)
    assert ours.intercept == pytest.approx(theirs.intercept_)
    assert ours.fit == pytest.approx(theirs.score(z, y, sample_weight=weight))


@pytest.mark.parametrize(
    ("x", "scale", "more", "words"),
    [
        ([1.0, 2.0], [1.0], {}, "standard deviation"),
        ([1.0], [0.0], {}, "constant"),
        ([1.0], [1.0], {"width": -1.0}, "above 0"),
        ([1.0, 2.0], [1.0, 1.0], {"n": 2}, "more points"),
    ],
)
def test_lime_refuses(x, scale, more, words):
    with pytest.raises(MedaiError, match=words):
        explain.lime_tabular(lambda rows: rows.sum(axis=1), x, scale, **more)


def test_blocks_find_the_one_square_that_counts():
    image = np.zeros((8, 8, 1))
    image[4:8, 0:4] = 1.0
    found = explain.lime_blocks(lambda images: images[:, 5, 1, 0], image, block=4, ridge=0.01)
    assert found.shape == (8, 8)
    assert np.unravel_index(found.argmax(), (8, 8)) == (4, 0)
    assert found[4, 0] == pytest.approx(0.75, abs=0.02)  # 1 on the square, else the mean, 0.25
    assert np.abs(found[:4]).max() < 0.02


def test_squares_must_tile():
    with pytest.raises(MedaiError, match="tile"):
        explain.lime_blocks(lambda images: images.mean(axis=(1, 2, 3)), np.zeros((8, 9, 1)))
