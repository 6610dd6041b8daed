"""GANs: each step trains its own network, losses and penalty have their closed forms."""

import keras
import numpy as np
import pytest
from keras import ops

from medai.nn.gan import (
    GAN,
    ConditionalWGANGP,
    dcgan,
    dcgan_discriminator,
    discriminator_loss,
    fingerprint_critic,
    fingerprint_generator,
    generator_loss,
    gradient_penalty,
)
from medai.nn.gradients import input_gradients
from medai.runtime import MedaiError

RNG = np.random.default_rng(0)


def weights(model):
    return [np.array(ops.convert_to_numpy(v.value)) for v in model.variables]


def changed(before, model):
    return [not np.array_equal(a, b) for a, b in zip(before, weights(model), strict=True)]


def noise(n, latent):
    return RNG.normal(size=(n, latent)).astype("float32")


def tiny_wgan(**arguments):
    keras.utils.set_random_seed(1)
    return ConditionalWGANGP(
        fingerprint_generator(6, 2, latent=3, width=8), fingerprint_critic(6, 2, width=8),
        **arguments,
    )  # fmt: skip


def linear_pair(dim=1, **arguments):
    """A generator that shifts its noise and a discriminator that is a straight line."""
    z = keras.Input((dim,))
    generator = keras.Model(z, keras.layers.Dense(dim)(z))
    x = keras.Input((dim,))
    return GAN(generator, keras.Model(x, keras.layers.Dense(1)(x)), **arguments)


def test_losses_by_hand():
    real, fake = np.array([[0.0], [2.0]]), np.array([[-1.0], [0.5]])
    d = discriminator_loss(ops.convert_to_tensor(real), ops.convert_to_tensor(fake))
    sigmoid = lambda a: 1 / (1 + np.exp(-a))  # noqa: E731
    by_hand = -np.mean(np.log(sigmoid(real))) - np.mean(np.log(1 - sigmoid(fake)))
    np.testing.assert_allclose(float(ops.convert_to_numpy(d)), by_hand, rtol=1e-6)
    g = generator_loss(ops.convert_to_tensor(fake))
    np.testing.assert_allclose(
        float(ops.convert_to_numpy(g)), -np.mean(np.log(sigmoid(fake))), rtol=1e-6
    )
    coin = discriminator_loss(ops.zeros((3, 1)), ops.zeros((5, 1)))
    np.testing.assert_allclose(float(ops.convert_to_numpy(coin)), 2 * np.log(2), rtol=1e-6)


def check_that_each_step_changes_its_own_network(gan, real, latent):
    """The classic recipe never trains D in Keras 3; a moving mean would betray the other."""
    d, g = weights(gan.discriminator), weights(gan.generator)
    gan.discriminator_step(real, noise(len(real), latent))
    assert all(changed(d, gan.discriminator))
    assert not any(changed(g, gan.generator))
    d = weights(gan.discriminator)
    gan.generator_step(noise(len(real), latent))
    assert not any(changed(d, gan.discriminator))
    assert all(changed(g, gan.generator)), "moving means too"


def test_each_step_changes_its_own_network_and_only_that():
    z, x = keras.Input((2,)), keras.Input((3,))
    hidden = keras.layers.Dense(3, use_bias=False)(z)  # a normalisation would cancel a bias
    hidden = keras.layers.BatchNormalization(momentum=0.9)(hidden)
    generator = keras.Model(z, keras.layers.Dense(3)(hidden))
    gan = GAN(generator, keras.Model(x, keras.layers.Dense(1)(x)))
    check_that_each_step_changes_its_own_network(gan, RNG.random((4, 3)), 2)


@pytest.mark.once  # JAX compiles each convolution by itself, which takes half a minute
def test_each_dcgan_step_changes_its_own_network_and_only_that():
    keras.utils.set_random_seed(0)
    gan = dcgan(latent=4, width=2)
    assert gan.generator.output_shape == (None, 32, 32, 1)
    check_that_each_step_changes_its_own_network(gan, RNG.random((4, 32, 32, 1)), 4)


@pytest.mark.once
def test_the_recipe_that_freezes_its_discriminator_never_trains_it():
    """The correction: compiled first and frozen afterwards, D does not move in Keras 3."""
    z, x = keras.Input((2,)), keras.Input((3,))
    generator = keras.Model(z, keras.layers.Dense(3)(z))
    discriminator = keras.Model(x, keras.layers.Dense(1, activation="sigmoid")(x))
    discriminator.compile("adam", "binary_crossentropy")
    discriminator.trainable = False
    pair = keras.Model(z, discriminator(generator(z)))
    pair.compile("adam", "binary_crossentropy")
    d, g = weights(discriminator), weights(generator)
    discriminator.train_on_batch(RNG.random((8, 3)), np.ones((8, 1)))
    pair.train_on_batch(noise(8, 2), np.ones((8, 1)))
    assert not any(changed(d, discriminator))
    assert all(changed(g, generator))


def test_each_wgan_step_changes_its_own_network_and_only_that():
    gan = tiny_wgan()
    real, y = RNG.integers(0, 2, (5, 6)), np.array([0, 1, 1, 0, 1])
    c, g = weights(gan.critic), weights(gan.generator)
    gan.critic_step(real, y, noise(5, 3), RNG.random(5))
    # the last bias cancels in the gap and has no slope: its gradient is exactly zero
    assert changed(c, gan.critic) == [True] * (len(c) - 1) + [False]
    assert not any(changed(g, gan.generator))
    c = weights(gan.critic)
    gan.generator_step(noise(5, 3), y)
    assert not any(changed(c, gan.critic))
    assert all(changed(g, gan.generator))


def test_a_step_is_the_one_of_the_equations():
    """One SGD step of D and of G on one row each, against the derivatives by hand."""
    gan = linear_pair()
    for name in ("generator", "discriminator"):
        optimizer = keras.optimizers.SGD(0.1)
        optimizer.build(getattr(gan, name).trainable_variables)
        setattr(gan, f"{name}_optimizer", optimizer)
    gan.generator.set_weights([np.array([[1.0]]), np.array([0.5])])
    gan.discriminator.set_weights([np.array([[0.8]]), np.array([-0.2])])
    sigmoid = lambda a: 1 / (1 + np.exp(-a))  # noqa: E731
    real, z = 2.0, -0.3
    fake = z + 0.5
    logits = 0.8 * np.array([real, fake]) - 0.2
    loss = gan.discriminator_step([[real]], [[z]])
    np.testing.assert_allclose(
        loss, -np.log(sigmoid(logits[0])) - np.log(1 - sigmoid(logits[1])), rtol=1e-5
    )
    slope = np.array([sigmoid(logits[0]) - 1, sigmoid(logits[1])])  # of the loss by the logits
    w, b = 0.8 - 0.1 * (slope @ [real, fake]), -0.2 - 0.1 * slope.sum()
    found = [float(v.squeeze()) for v in weights(gan.discriminator)]
    np.testing.assert_allclose(found, [w, b], rtol=1e-5)
    gan.generator_step([[z]])
    push = -0.1 * (sigmoid(w * fake + b) - 1) * w  # of the non-saturating loss, by the fake
    found = [float(v.squeeze()) for v in weights(gan.generator)]
    np.testing.assert_allclose(found, [1 + push * z, 0.5 + push], rtol=1e-5)


@pytest.mark.parametrize("w", [[3.0, 4.0], [0.6, 0.8], [0.0, 0.5]])
def test_penalty_of_a_linear_critic(w):
    x = RNG.normal(size=(7, 2)).astype("float32")
    column = ops.convert_to_tensor(np.array(w, dtype="float32")[:, None])
    found = gradient_penalty(lambda batch: ops.matmul(batch, column), x)
    expected = (np.linalg.norm(w) - 1) ** 2
    np.testing.assert_allclose(float(ops.convert_to_numpy(found)), expected, atol=1e-5)


def test_penalty_is_of_each_row_by_itself():
    # f(x) = |x|² / 2 has slope x, so rows of length 1 cost nothing and others (|x| - 1)²
    x = np.array([[[1.0], [0.0]], [[3.0], [4.0]]], dtype="float32")
    found = gradient_penalty(lambda b: ops.sum(b**2, axis=(1, 2)) / 2, x)
    np.testing.assert_allclose(float(ops.convert_to_numpy(found)), (0 + 16) / 2, atol=1e-5)


def test_the_critics_loss_is_gap_plus_penalty():
    gan = tiny_wgan(penalty=7.0)
    real, y = RNG.integers(0, 2, (4, 6)).astype("float32"), np.array([0, 1, 1, 0])
    z, mix = noise(4, 3), RNG.random(4).astype("float32")
    hot = ops.convert_to_tensor(np.eye(2, dtype="float32")[y])
    fake = ops.convert_to_numpy(
        ops.stop_gradient(gan.generator([ops.convert_to_tensor(z), hot], training=True))
    )
    between = mix[:, None] * real + (1 - mix[:, None]) * fake
    slopes = ops.convert_to_numpy(
        ops.stop_gradient(input_gradients(lambda x: gan.critic([x, hot]), between))
    )
    gap = gan.score(fake, y).mean() - gan.score(real, y).mean()
    by_hand = gap + 7 * np.mean((np.linalg.norm(slopes, axis=1) - 1) ** 2)
    np.testing.assert_allclose(gan.critic_step(real, y, z, mix), by_hand, rtol=1e-4)


def test_fit_and_sample_keep_shapes_and_seeds():
    gan = tiny_wgan(critic_steps=2)
    x, y = RNG.integers(0, 2, (20, 6)), np.r_[np.zeros(17, int), np.ones(3, int)]
    c = weights(gan.critic)
    losses = gan.fit(x, y, steps=3, batch_size=4, every=2)
    assert losses["step"].tolist() == [2, 3]
    assert list(losses.columns) == ["step", "critic", "generator"]
    assert int(ops.convert_to_numpy(gan.critic_optimizer.iterations)) == 6
    assert int(ops.convert_to_numpy(gan.generator_optimizer.iterations)) == 3
    assert any(changed(c, gan.critic))
    made = gan.sample([0, 1, 1], seed=4)
    assert made.shape == (3, 6)
    assert 0 <= made.min() <= made.max() <= 1
    np.testing.assert_array_equal(made, gan.sample([0, 1, 1], seed=4))
    assert not np.array_equal(made, gan.sample([0, 0, 1], seed=4)), "the class matters"
    assert gan.score(x[:4], y[:4]).shape == (4,)


def test_gan_fit_and_sample():
    keras.utils.set_random_seed(2)
    gan = linear_pair(dim=2)
    losses = gan.fit(RNG.normal(size=(10, 2)), steps=3, batch_size=4, every=2)
    assert losses["step"].tolist() == [2, 3]
    assert losses.notna().all(axis=None)
    assert gan.sample(300, seed=1).shape == (300, 2)


@pytest.mark.once
def test_the_game_moves_a_gaussian_to_the_data():
    """A straight line of the noise must find the mean of the data: its optimum is known."""
    keras.utils.set_random_seed(3)
    z = keras.Input((1,))
    shift = keras.Model(z, keras.layers.Dense(1, kernel_initializer="ones")(z))
    x = keras.Input((1,))
    hidden = keras.layers.Dense(16, activation="tanh")(x)
    gan = GAN(shift, keras.Model(x, keras.layers.Dense(1)(hidden)), learning_rate=0.02)
    real = np.random.default_rng(0).normal(3, 1, size=(2000, 1))
    gan.fit(real, steps=600, batch_size=128)
    # it starts 3 away; a game circles around its end, so the margin is one standard deviation
    assert abs(gan.sample(2000).mean() - 3) < 1


@pytest.mark.once
def test_networks_that_do_not_fit_are_refused():
    z = keras.Input((2,))
    six = keras.Model(z, keras.layers.Dense(6)(z))
    with pytest.raises(MedaiError, match=r"makes \(6,\), the discriminator takes"):
        GAN(six, dcgan_discriminator(2))
    z, x = keras.Input((1,)), keras.Input((1,))
    normal = keras.layers.BatchNormalization()(x)
    with pytest.raises(MedaiError, match="batch normalisation or dropout"):
        GAN(
            keras.Model(z, keras.layers.Dense(1)(z)),
            keras.Model(x, keras.layers.Dense(1)(normal)),
        )
    with pytest.raises(MedaiError, match=r"makes \(6,\) of 2 classes.*takes \(5,\) of 2"):
        ConditionalWGANGP(fingerprint_generator(6), fingerprint_critic(5))
    with pytest.raises(MedaiError, match="two inputs each"):
        ConditionalWGANGP(dcgan_discriminator(2), fingerprint_critic(5))
    row, kind = keras.Input((6,)), keras.Input((2,))
    x = keras.layers.BatchNormalization()(keras.layers.Concatenate()([row, kind]))
    critic = keras.Model([row, kind], keras.layers.Dense(1)(x))
    with pytest.raises(MedaiError, match="penalty is on each row"):
        ConditionalWGANGP(fingerprint_generator(6), critic)
    with pytest.raises(MedaiError, match="learning_rate=0"):
        linear_pair(learning_rate=0)


@pytest.mark.once
@pytest.mark.parametrize(
    ("x", "y", "message"),
    [
        (np.zeros((4, 5)), [0, 1, 0, 1], r"takes rows of shape \(6,\)"),
        (np.full((4, 6), np.nan), [0, 1, 0, 1], "NaN"),
        (np.zeros((4, 6)), [0, 1, 2, 1], "outside the classes"),
        (np.zeros((4, 6)), [1, 1, 1, 1], "One class only"),
        (np.zeros((4, 6)), [1, 0, 1], "lengths differ"),
        (np.zeros((0, 6)), [], "no row to learn from"),
    ],
)
def test_bad_data_are_named_before_training(x, y, message):
    gan = tiny_wgan()
    before = weights(gan.critic)
    with pytest.raises(MedaiError, match=message):
        gan.fit(x, y, steps=1)
    assert not any(changed(before, gan.critic))


@pytest.mark.once
def test_wrong_counts_and_classes():
    gan = tiny_wgan()
    with pytest.raises(MedaiError, match="classes must be 0 to 1"):
        gan.sample([0, 2])
    with pytest.raises(MedaiError, match="n=0"):
        gan.sample([])
    with pytest.raises(MedaiError, match="steps=0"):
        gan.fit(np.zeros((2, 6)), [0, 1], steps=0)
