"""Parameter counts by hand, the residual identity, and maps of models whose answer is known."""

import keras
import numpy as np
import pytest
from keras import layers, ops

from medai.nn.cnn import (
    circulating_cnn,
    input_saliency,
    occlusion_map,
    parameter_table,
    residual_block,
    residual_cnn,
    small_cnn,
)
from medai.runtime import MedaiError


def numbers(tensor):
    return ops.convert_to_numpy(tensor)


def images(n=4, size=16, channels=1, seed=0):
    return np.random.default_rng(seed).random((n, size, size, channels)).astype("float32")


def circulating_count(size, channels, n_classes):
    """Count by hand: convolution (9·in + 1)·out, dense (in + 1)·out, side (n − 2) // 2."""
    total = 0
    for filters in (32, 64, 128):
        total += (9 * channels + 1) * filters
        size, channels = (size - 2) // 2, filters
    dense = (size * size * channels + 1) * 1024
    return total + dense + (1024 + 1) * n_classes, dense


@pytest.mark.once
def test_the_circulating_model_has_88_7_million_parameters_in_one_layer():
    total, dense = circulating_count(224, 3, 2)
    assert (total, dense) == (88_700_994, (26 * 26 * 128 + 1) * 1024)  # by hand
    model = circulating_cnn()
    assert model.count_params() == total
    table = parameter_table(model)
    assert list(table.layer) == ["Conv2D"] * 3 + ["Dense"] * 2
    assert table.parameters.max() == dense
    assert round(100 * table.share.max(), 1) == 99.9
    assert table.share.sum() == pytest.approx(1)


@pytest.mark.parametrize(("size", "channels", "n_classes"), [(28, 1, 1), (32, 3, 4)])
def test_the_circulating_recipe_at_other_sizes(size, channels, n_classes):
    model = circulating_cnn((size, size, channels), n_classes)
    assert model.count_params() == circulating_count(size, channels, n_classes)[0]
    p = numbers(model(images(3, size, channels)))
    assert p.shape == (3, n_classes)
    if n_classes > 1:
        np.testing.assert_allclose(p.sum(1), 1, rtol=1e-5)


def test_the_small_model_counted_by_hand():
    pairs = [(1, 16), (16, 32), (32, 64), (64, 64)]
    convolutions = sum(9 * a * b for a, b in pairs)  # no bias
    norms = sum(4 * b for _, b in pairs)  # scale, offset, moving mean and variance
    model = small_cnn((28, 28, 1))
    assert model.count_params() == convolutions + norms + 64 + 1 == 60_817
    assert small_cnn((64, 48, 1)).count_params() == 60_817  # whatever the size
    table = parameter_table(model)
    assert table.output.iloc[0] == "28×28×16"
    assert table.parameters.sum() == 60_817


def test_the_residual_model_counted_by_hand():
    a, b, c = 16, 32, 64
    stem = 9 * 1 * a + 4 * a
    first = 2 * (9 * a * a + 4 * a)
    others = sum(9 * i * o + 9 * o * o + i * o + 3 * 4 * o for i, o in [(a, b), (b, c)])
    model = residual_cnn((28, 28, 1))
    assert model.count_params() == stem + first + others + c + 1 == 77_841


@pytest.mark.parametrize("build", [small_cnn, residual_cnn])
def test_outputs_are_probabilities_and_momentum_is_set(build):
    one, three = build((17, 12, 2)), build((17, 12, 2), n_classes=3)
    x = np.random.default_rng(1).random((5, 17, 12, 2)).astype("float32")
    p = numbers(one(x))
    assert p.shape == (5, 1)
    assert np.all((p > 0) & (p < 1))
    np.testing.assert_allclose(numbers(three(x)).sum(1), 1, rtol=1e-5)
    norms = [layer for layer in one.layers if isinstance(layer, layers.BatchNormalization)]
    assert norms
    assert {layer.momentum for layer in norms} == {0.9}


def test_a_residual_block_without_its_correction_is_the_identity():
    inputs = keras.Input((6, 6, 3))
    model = keras.Model(inputs, residual_block(inputs, 3))
    x = images(2, 6, 3)  # not negative, so the last ReLU changes nothing
    assert not np.allclose(numbers(model(x, training=False)), x)
    last = [layer for layer in model.layers if isinstance(layer, layers.BatchNormalization)][-1]
    last.gamma.assign(np.zeros(3))
    np.testing.assert_allclose(numbers(model(x, training=False)), x, rtol=1e-6)


def test_a_residual_block_that_changes_the_shape_projects_its_input():
    inputs = keras.Input((5, 5, 3))
    model = keras.Model(inputs, residual_block(inputs, 4, stride=2))
    assert model.output_shape == (None, 3, 3, 4)
    kernels = [layer.kernel.shape for layer in model.layers if isinstance(layer, layers.Conv2D)]
    assert sorted(tuple(k) for k in kernels) == [(1, 1, 3, 4), (3, 3, 3, 4), (3, 3, 4, 4)]


@pytest.mark.parametrize("build", [circulating_cnn, small_cnn, residual_cnn])
def test_a_few_gradient_steps_lower_the_loss(build):
    keras.utils.set_random_seed(4)
    model = build((22, 22, 1), n_classes=1)
    model.compile(keras.optimizers.SGD(0.02), "binary_crossentropy")
    x = images(8, 22)
    y = np.array([0, 1] * 4, dtype="float32")
    x[y == 1, :, ::2] *= 0.2  # stripes
    losses = [float(model.train_on_batch(x, y[:, None])) for _ in range(6)]
    assert losses[-1] < losses[0]


def top_left_model(size=16):
    """Return a model whose output is the sigmoid of the sum over the top left 4×4 pixels."""
    inputs = keras.Input((size, size, 1))
    x = layers.Cropping2D(((0, size - 4), (0, size - 4)))(inputs)
    x = layers.Dense(1, name="logits")(layers.Flatten()(x))
    model = keras.Model(inputs, layers.Activation("sigmoid", name="probability")(x))
    model.get_layer("logits").set_weights([np.full((16, 1), 0.5), np.zeros(1)])
    return model


def test_occlusion_points_at_the_only_place_that_counts():
    image = np.zeros((16, 16, 1), "float32")
    image[:4, :4] = 0.5
    found = occlusion_map(top_left_model(), image, patch=4, stride=4, fill=0.0)
    expected = np.zeros((16, 16))
    expected[:4, :4] = 1 / (1 + np.exp(-0.5 * 16 * 0.5)) - 0.5
    np.testing.assert_allclose(found, expected, atol=1e-6)
    default = occlusion_map(top_left_model(), image, patch=4, stride=4)  # the mean, 1/32
    fall = 1 / (1 + np.exp(-4)) - 1 / (1 + np.exp(-0.5 * 16 / 32))
    np.testing.assert_allclose(default[0, 0], fall, atol=1e-6)


def test_occlusion_reaches_every_pixel_when_the_stride_does_not_divide():
    counted = occlusion_map(summing_model(7), np.ones((7, 7, 1)), patch=3, stride=3, fill=0.0)
    np.testing.assert_allclose(counted, 9, rtol=1e-5)  # each patch takes away nine ones


def summing_model(size):
    inputs = keras.Input((size, size, 1))
    model = keras.Model(inputs, layers.Dense(1)(layers.Flatten()(inputs)))
    model.layers[-1].set_weights([np.ones((size * size, 1)), np.zeros(1)])
    return model


def test_saliency_is_the_weight_even_where_the_sigmoid_is_flat():
    x = np.stack([np.zeros((16, 16, 1)), np.full((16, 16, 1), 50.0)]).astype("float32")
    found = input_saliency(top_left_model(), x)
    expected = np.zeros((2, 16, 16))
    expected[:, :4, :4] = 0.5
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_saliency_of_an_image_does_not_depend_on_its_batch():
    keras.utils.set_random_seed(5)
    model = small_cnn((16, 16, 1))
    model(images(8), training=True)  # moving means that differ from the batch's
    x = images(3, seed=2)
    alone = np.concatenate([input_saliency(model, x[i : i + 1]) for i in range(3)])
    np.testing.assert_allclose(input_saliency(model, x), alone, rtol=1e-3, atol=1e-6)
    assert alone.max() > 0


def test_bad_input_is_named():
    with pytest.raises(MedaiError, match=r"input_shape=\(28, 28\): .*channels"):
        small_cnn((28, 28))
    with pytest.raises(MedaiError, match=r"at least 22 pixels"):
        circulating_cnn((21, 40, 1))
    with pytest.raises(MedaiError, match=r"n_classes=0"):
        residual_cnn((8, 8, 1), n_classes=0)
    with pytest.raises(MedaiError, match=r"widths=\(8, 0\)"):
        residual_cnn((8, 8, 1), widths=(8, 0))
    with pytest.raises(MedaiError, match="no parameters yet"):
        parameter_table(keras.Sequential([layers.Dense(2)]))
    model, image = top_left_model(), np.zeros((16, 16, 1))
    with pytest.raises(MedaiError, match=r"shape \(16, 16\), but the model takes \(16, 16, 1\)"):
        occlusion_map(model, image[..., 0])
    with pytest.raises(MedaiError, match="patch=17, stride=4"):
        occlusion_map(model, image, patch=17)
    with pytest.raises(MedaiError, match="patch=4, stride=0"):
        occlusion_map(model, image, patch=4, stride=0)
    with pytest.raises(MedaiError, match="target=1: the model has outputs 0 to 0"):
        input_saliency(model, image[None], target=1)
    image[3, 3] = np.nan
    with pytest.raises(MedaiError, match="NaN"):
        input_saliency(model, image[None])
