"""Encoder and decoder are connected, the linear one is PCA, and bad input is named."""

import keras
import numpy as np
import pytest
from keras import ops

from medai.nn.autoencoder import (
    ReconstructionLoss,
    autoencoder,
    check_items,
    denoising_autoencoder,
)
from medai.nn.autoencoder_parts import HideItems
from medai.nn.gradients import value_and_gradients
from medai.runtime import MedaiError

RNG = np.random.default_rng(19)
BASIS = np.linalg.qr(RNG.normal(size=(6, 6)))[0]
X = (RNG.normal(size=(200, 6)) * [5, 3, 1, 0.5, 0.3, 0.2] @ BASIS.T).astype("float32")
X -= X.mean(axis=0)
ITEMS = (RNG.random((40, 6)) < 0.4).astype("float32")
ITEMS[:, 0] = 1  # nobody's list is empty


def numbers(tensor):
    return ops.convert_to_numpy(tensor)


def models():
    keras.utils.set_random_seed(19)
    yield "plain", autoencoder(6, 3), X
    yield "deep", autoencoder(6, 3, hidden=(5, 4), activation="tanh", output="sigmoid"), ITEMS
    yield "tied", autoencoder(6, 3, hidden=(5,), activation="tanh", tied=True), X
    yield "multinomial", denoising_autoencoder(6, 3, hidden=(5,)), ITEMS
    yield "bernoulli", denoising_autoencoder(6, 3, likelihood="bernoulli", normalise=True), ITEMS


def halves(model):
    return [model.get_layer(half) for half in ("encoder", "decoder")]


@pytest.mark.parametrize("case", range(5))
def test_every_output_depends_on_every_input_and_training_reaches_both_halves(case):
    name, model, x = list(models())[case]
    encoder, decoder = halves(model)  # of "multinomial", the scores before the softmax
    start = numbers(decoder(encoder(x[:1])))
    for j in range(6):
        moved = x[:1].copy()
        moved[0, j] = 1 - moved[0, j]
        assert np.all(np.abs(numbers(decoder(encoder(moved))) - start) > 1e-7), (name, j)

    target = ops.convert_to_tensor(x)
    _, grads = value_and_gradients(
        lambda: ops.mean((model(target, training=True) - target) ** 2),
        model.trainable_variables,
        model.non_trainable_variables,
    )
    for variable, grad in zip(model.trainable_variables, grads, strict=True):
        assert np.abs(numbers(grad)).max() > 0, (name, variable.path)
    owned = {id(v) for half in (encoder, decoder) for v in half.trainable_variables}
    assert owned == {id(v) for v in model.trainable_variables}


@pytest.mark.parametrize("case", range(5))
def test_the_whole_is_the_decoder_of_the_encoders_code(case):
    name, model, x = list(models())[case]
    encoder, decoder = halves(model)
    code = encoder(x)
    assert code.shape == (len(x), 3)
    expected = numbers(decoder(code))
    if name == "multinomial":  # a softmax over what is not visible
        expected = np.exp(expected) * (x == 0)
        expected /= np.maximum(expected.sum(axis=1, keepdims=True), 1e-9)
    np.testing.assert_allclose(numbers(model(x)), expected, atol=1e-6)


def test_the_plain_network_is_two_matrices():
    keras.utils.set_random_seed(1)
    model = autoencoder(6, 2)
    w, b, v, c = (numbers(p) for p in model.trainable_variables)
    np.testing.assert_allclose(numbers(model(X)), (X @ w + b) @ v + c, atol=1e-5)


def set_to_principal_axes(model):
    axes = np.linalg.svd(X, full_matrices=False)[2][:2]  # X is centred
    model.get_layer("encoder").get_layer("encode_0").kernel.assign(axes.T)
    return axes


def test_the_tied_linear_network_at_the_principal_axes_is_pca_and_rests_there():
    model = autoencoder(6, 2, tied=True)
    axes = set_to_principal_axes(model)
    np.testing.assert_allclose(numbers(model(X)), X @ axes.T @ axes, atol=1e-5)
    target = ops.convert_to_tensor(X)
    loss, grads = value_and_gradients(
        lambda: ops.mean((model(target) - target) ** 2), model.trainable_variables
    )
    values = np.linalg.svd(X, compute_uv=False)
    np.testing.assert_allclose(float(numbers(loss)), np.sum(values[2:] ** 2) / X.size, rtol=1e-4)
    for grad in grads:
        np.testing.assert_allclose(numbers(grad), 0, atol=1e-4)


@pytest.mark.once
def test_training_the_tied_linear_network_finds_the_principal_subspace():
    keras.utils.set_random_seed(2)
    model = autoencoder(6, 2, tied=True)
    model.compile(keras.optimizers.Adam(0.03), "mse")
    many = np.tile(X, (150, 1))  # 150 full-batch steps an epoch
    model.fit(many, many, batch_size=200, epochs=2, shuffle=False, verbose=0)
    kernel = np.linalg.qr(numbers(model.get_layer("encoder").get_layer("encode_0").kernel))[0]
    axes = np.linalg.svd(X, full_matrices=False)[2][:2]
    cosines = np.linalg.svd(axes @ kernel, compute_uv=False)  # of the principal angles
    np.testing.assert_allclose(cosines, 1, atol=1e-3)


def test_hiding_happens_in_training_only():
    keras.utils.set_random_seed(3)
    model = denoising_autoencoder(6, 3, drop=0.5, likelihood="bernoulli")
    once, again = (numbers(model(ITEMS)) for _ in range(2))
    np.testing.assert_array_equal(once, again)
    assert np.abs(numbers(model(ITEMS, training=True)) - once).max() > 1e-4
    assert np.all((once > 0) & (once < 1))


def test_hidden_items_are_a_share_of_the_allowed_ones_and_nothing_is_scaled_up():
    keras.utils.set_random_seed(3)
    layer = HideItems(0.25, [True, True, False])
    seen = numbers(layer(np.ones((4000, 3), "float32"), training=True))
    assert set(np.unique(seen)) == {0, 1}
    np.testing.assert_allclose(seen.mean(axis=0), [0.75, 0.75, 1], atol=0.035)  # 5 SE
    both = np.mean(seen[:, 0] * seen[:, 1])
    np.testing.assert_allclose(both, 0.75**2, atol=0.04)  # hidden independently


def test_only_allowed_items_that_are_not_visible_are_recommended():
    keras.utils.set_random_seed(3)
    allowed = np.array([True, True, True, True, False, True])
    model = denoising_autoencoder(6, 3, columns=allowed)
    p = numbers(model(ITEMS))
    np.testing.assert_array_equal(p > 0, (ITEMS == 0) & allowed)
    some = p.any(axis=1)
    np.testing.assert_allclose(p[some].sum(axis=1), 1, atol=1e-5)
    assert np.isfinite(numbers(model(np.zeros((1, 6), "float32")))).all()  # all hidden


def test_normalised_rows_forget_their_length():
    keras.utils.set_random_seed(3)
    model = denoising_autoencoder(6, 3, normalise=True)
    np.testing.assert_allclose(numbers(model(7 * ITEMS)), numbers(model(ITEMS)), atol=1e-6)
    assert np.isfinite(numbers(model(np.zeros((1, 6), "float32")))).all()


def test_losses_by_hand():
    x, p = np.array([[1.0, 0, 1, 1]]), np.array([[0.5, 0.25, 0.25, 0]])  # the last is visible
    loss = float(numbers(ReconstructionLoss("multinomial")(x, p)))
    np.testing.assert_allclose(loss, np.log(2) + np.log(4), rtol=1e-6)
    loss = float(numbers(ReconstructionLoss("bernoulli")(x[:, :3], p[:, :3])))
    np.testing.assert_allclose(loss, np.log(2) + np.log(4 / 3) + np.log(4), rtol=1e-6)


@pytest.mark.once
def test_a_saved_model_comes_back(tmp_path):
    model = denoising_autoencoder(6, 3, columns=np.arange(6) < 4)
    model.compile("adam", ReconstructionLoss("multinomial"))
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_allclose(numbers(again(ITEMS)), numbers(model(ITEMS)), atol=1e-6)


@pytest.mark.parametrize("likelihood", ["multinomial", "bernoulli"])
def test_a_training_step_lowers_the_loss(likelihood):
    keras.utils.set_random_seed(4)
    model = denoising_autoencoder(6, 3, drop=0, likelihood=likelihood)  # no chance involved
    model.compile(keras.optimizers.Adam(0.01), ReconstructionLoss(likelihood))
    visible = ITEMS * [[1, 1, 0, 1, 1, 0]]  # columns 2 and 5 are missing from every list
    before = model.evaluate(visible, ITEMS, verbose=0)
    model.fit(visible, ITEMS, epochs=8, verbose=0)
    assert model.evaluate(visible, ITEMS, verbose=0) < before


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: autoencoder(0, 2), "n_features=0"),
        (lambda: autoencoder(6, 0), "code=0"),
        (lambda: autoencoder(6, 2, hidden=(3.5,)), "hidden=3.5"),
        (lambda: autoencoder(6, 2, output="softmax"), "output='softmax'"),
        (lambda: denoising_autoencoder(6, 2, drop=1), "drop=1"),
        (lambda: denoising_autoencoder(6, 2, likelihood="poisson"), "likelihood='poisson'"),
        (lambda: denoising_autoencoder(6, 2, columns=np.ones(5, bool)), "6 booleans"),
        (lambda: denoising_autoencoder(6, 2, columns=np.zeros(6, bool)), "6 booleans"),
        (lambda: denoising_autoencoder(6, 2, columns=[0, 1, 2, 3, 4, 5]), "6 booleans"),
        (lambda: ReconstructionLoss("poisson"), "likelihood='poisson'"),
        (lambda: check_items([1, 0]), "shape (2,)"),
        (lambda: check_items(ITEMS, 7), "not (rows, 7)"),
        (lambda: check_items([[np.nan, 1]]), "other than 0 and 1"),
        (lambda: check_items([["a", "b"]]), "other than 0 and 1"),
        (lambda: check_items([[1, 0], [0, 0]]), "1 rows hold no item (first: [1])"),
    ],
)
@pytest.mark.once
def test_bad_input_is_named(call, says):
    with pytest.raises(MedaiError) as error:
        call()
    assert says in str(error.value)


@pytest.mark.once
def test_good_items_pass():
    assert check_items(ITEMS > 0, 6).dtype == np.float32
