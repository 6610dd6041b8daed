"""Integrated gradients, Grad-CAM, dreams and sanity checks: what can be worked out by hand.

Here and not beside the other tests of trust, because all three backends of Keras must agree.
"""

import keras
import numpy as np
import pytest

from medai.nn.cnn import small_cnn
from medai.nn.saliency import input_saliency
from medai.runtime import MedaiError
from medai.trust import explain
from medai.trust.explain.path import scores

RNG = np.random.default_rng(1)


@pytest.fixture(scope="module")
def network():
    keras.utils.set_random_seed(3)
    return small_cnn((16, 16, 1), widths=(4, 4))


def linear(weights, bias=0.0):
    unit = keras.Sequential([keras.Input((len(weights),)), keras.layers.Dense(1)])
    unit.set_weights([np.array(weights)[:, None], np.array([bias])])
    return unit


def test_of_a_linear_unit_every_share_is_weight_times_distance():
    x, start = np.array([[1.0, 2.0, -1.0]]), np.array([0.5, 0.0, 1.0])
    found = explain.integrated_gradients(linear([2.0, -1.0, 3.0]), x, start, steps=1)
    assert found == pytest.approx(np.array([[2.0, -1.0, 3.0]]) * (x - start), abs=1e-5)


def test_of_a_square_the_midpoint_rule_is_exact():
    """s = x², so the integral of 2(x' + t(x - x')) over t, times x - x', is x² - x'²."""
    inputs = keras.Input((1,))
    square = keras.Model(inputs, keras.layers.Multiply()([inputs, inputs]))
    found = explain.integrated_gradients(square, np.array([[3.0]]), 1.0, steps=4)
    assert found == pytest.approx(8.0, abs=1e-4)


@pytest.mark.once
def test_shares_add_up_to_the_gain_of_the_log_odds(network):
    images = RNG.random((2, 16, 16, 1)).astype("float32")
    found = explain.integrated_gradients(network, images, 0.5, steps=64)
    odds = scores(network)
    gain = [keras.ops.convert_to_numpy(odds(x, training=False))[:, 0]
            for x in (images, np.full((1, 16, 16, 1), 0.5, "float32"))]  # fmt: skip
    assert found.sum(axis=(1, 2, 3)) == pytest.approx(gain[0] - gain[1], abs=0.02)


@pytest.mark.once
def test_captum_finds_the_same_shares():
    torch = pytest.importorskip("torch")
    captum = pytest.importorskip("captum.attr")
    w1, w2 = RNG.normal(size=(3, 4)), RNG.normal(size=(4, 1))
    ours = keras.Sequential(
        [keras.Input((3,)), keras.layers.Dense(4, activation="tanh"), keras.layers.Dense(1)]
    )
    ours.set_weights([w1, np.zeros(4), w2, np.zeros(1)])
    x = RNG.normal(size=(5, 3))

    def net(batch):
        return torch.tanh(batch @ torch.tensor(w1)) @ torch.tensor(w2)

    theirs = captum.IntegratedGradients(net).attribute(
        torch.tensor(x), target=0, n_steps=50, method="riemann_middle"
    )
    found = explain.integrated_gradients(ours, x, 0.0, steps=50)
    assert found == pytest.approx(theirs.detach().numpy(), abs=1e-4)


def test_grad_cam_of_one_kernel_is_that_kernels_map():
    """Score = mean of one map, so its weight is 1 / pixels and the map is max(0, A) / pixels."""
    inputs = keras.Input((4, 4, 1))
    maps = keras.layers.Conv2D(1, 1, name="maps")(inputs)
    model = keras.Model(inputs, keras.layers.GlobalAveragePooling2D()(maps))
    model.get_layer("maps").set_weights([np.full((1, 1, 1, 1), 2.0), np.array([-1.0])])
    images = RNG.random((2, 4, 4, 1)).astype("float32")
    found = explain.grad_cam(model, images)
    assert found == pytest.approx(np.maximum(0, 2 * images[..., 0] - 1) / 16, abs=1e-6)


def test_grad_cam_names_the_layers_it_could_take(network):
    assert explain.grad_cam(network, RNG.random((2, 16, 16, 1))).shape == (2, 16, 16)
    with pytest.raises(MedaiError, match="no layer with maps"):
        explain.grad_cam(network, np.zeros((1, 16, 16, 1)), "nowhere")


@pytest.mark.once
def test_the_best_input_of_a_linear_unit_is_its_weights_over_the_penalty():
    best, path = explain.maximise(linear([1.0, -2.0]), np.zeros((1, 2)), steps=200, decay=0.5)
    assert best == pytest.approx(np.array([[2.0, -4.0]]), abs=1e-3)
    assert path == sorted(path)
    assert len(path) == 201


def test_a_dream_stays_inside_its_limits():
    best, _ = explain.maximise(linear([1.0, -2.0]), np.full((1, 2), 0.5), decay=0, clip=(0, 1))
    assert best.tolist() == [[1.0, 0.0]]


@pytest.mark.once
@pytest.mark.parametrize(
    "more", [{"steps": 0}, {"rate": 0.0}, {"decay": -1.0}, {"start": np.zeros((2, 2))}]
)
def test_a_dream_refuses(more):
    with pytest.raises(MedaiError, match="at least 1 step"):
        explain.maximise(linear([1.0, 1.0]), **{"start": np.zeros((1, 2)), **more})


def test_integrated_gradients_refuse_what_is_no_number():
    with pytest.raises(MedaiError, match="finite"):
        explain.integrated_gradients(linear([1.0]), np.array([[np.inf]]))


@pytest.mark.once
def test_a_randomised_copy_has_lost_what_was_learnt_and_the_model_has_not(network):
    before = [np.array(w) for w in network.get_weights()]
    other = explain.randomised(network, seed=9)
    assert all((a == b).all() for a, b in zip(before, network.get_weights(), strict=True))
    kernels = [i for i, w in enumerate(before) if w.ndim == 4]
    assert all(not np.allclose(before[i], other.get_weights()[i]) for i in kernels)
    images = RNG.random((3, 16, 16, 1)).astype("float32")
    agree = explain.rank_agreement(
        input_saliency(network, images), input_saliency(other, images)
    )  # fmt: skip
    assert (agree < 0.9).all()


@pytest.mark.once
def test_rank_agreement_is_spearmans():
    from scipy.stats import spearmanr

    a, b = RNG.normal(size=(4, 5, 5)), RNG.normal(size=(4, 5, 5))
    expected = [spearmanr(np.abs(x).ravel(), np.abs(y).ravel()).statistic
                for x, y in zip(a, b, strict=True)]  # fmt: skip
    assert explain.rank_agreement(a, b) == pytest.approx(expected)
    assert np.isnan(explain.rank_agreement(np.zeros((1, 3)), np.ones((1, 3)))).all()
    with pytest.raises(MedaiError, match="one shape"):
        explain.rank_agreement(a, b[:2])


@pytest.mark.once
def test_a_share_may_have_a_region_for_each_map():
    maps = np.ones((2, 2, 2))
    each = np.array([[[True, True], [False, False]], np.ones((2, 2), bool)])
    assert explain.share_inside(maps, each).tolist() == [0.5, 1.0]
    with pytest.raises(MedaiError, match="region"):
        explain.share_inside(maps, np.ones((3, 3), bool))


@pytest.mark.once
def test_an_intervention_leaves_the_images_alone():
    images = np.ones((2, 3, 3))

    def black(x):
        x[:] = 0
        return x

    assert explain.intervene(lambda x: x.sum(axis=(1, 2)), images, black).tolist() == [-9.0, -9.0]
    assert (images == 1).all()
    with pytest.raises(MedaiError, match="keep the shape"):
        explain.intervene(lambda x: x.sum(axis=(1, 2)), images, lambda x: x[:1])
