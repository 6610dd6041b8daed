"""Errors that circulate about autoencoders and GANs, each beside what is right (Chapter 11)."""

import keras
import numpy as np
import pytest
from keras import layers, ops

from medai.nn.gradients import value_and_gradients


def numbers(tensor):
    return ops.convert_to_numpy(tensor)


def squared_error(a, b):
    """Mean squared error as Keras counts it."""
    return ops.mean(ops.square(ops.subtract(a, b)))


def largest(gradients):
    return [float(np.abs(numbers(g)).max()) for g in gradients]


@pytest.fixture
def x():
    """Twelve patients with four findings."""
    return np.random.default_rng(11).normal(size=(12, 4)).astype("float32")


def halves():
    keras.utils.set_random_seed(11)
    encoder = keras.Sequential([layers.Input((4,)), layers.Dense(2, activation="tanh")])
    decoder = keras.Sequential([layers.Input((2,)), layers.Dense(4)])
    return encoder, decoder


def test_a_decoder_that_is_not_connected_never_learns(x):
    """The error: the loss compares x with something that never passed through the decoder."""
    encoder, decoder = halves()
    wrong_end = layers.Dense(4)  # put on the encoder's output in place of the decoder
    wrong_end.build((None, 2))

    def loss(output):
        return lambda: squared_error(output(encoder(x)), x)

    everything = encoder.trainable_variables + decoder.trainable_variables
    _, wrong = value_and_gradients(loss(wrong_end), everything)
    _, right = value_and_gradients(loss(decoder), everything)
    n = len(encoder.trainable_variables)
    assert largest(wrong)[n:] == [0, 0]  # kernel and bias of the decoder
    assert min(largest(wrong)[:n]) > 0  # the encoder learns, so the loss falls and looks healthy
    assert min(largest(right)) > 0


@pytest.mark.once
def test_and_fitting_leaves_it_as_it_was_born(x):
    encoder, decoder = halves()
    inputs = layers.Input((4,))
    code = encoder(inputs)
    born = [numbers(v).copy() for v in decoder.trainable_variables]
    model = keras.Model(inputs, layers.Dense(4)(code))  # decoder is defined and not in it
    model.compile("adam", "mse")
    before = model.evaluate(x, x, verbose=0)
    model.fit(x, x, epochs=20, verbose=0)
    assert model.evaluate(x, x, verbose=0) < before
    assert not {id(v) for v in decoder.variables} & {id(v) for v in model.variables}
    for variable, start in zip(decoder.trainable_variables, born, strict=True):
        np.testing.assert_array_equal(numbers(variable), start)


def test_the_target_decides_what_the_code_must_keep():
    """Fitted to labels, an "autoencoder" is a classifier, and nothing asks it to keep the patient.

    By hand: the code is x1, so x2 is gone.  To the label y = x1 that costs nothing and nothing
    pulls at the encoder; to the input it costs x2 squared, and the decoder is pulled.
    """
    x = np.array([[1.0, 2.0], [-1.0, 3.0]], dtype="float32")
    encoder, decoder = keras.Variable([[1.0], [0.0]]), keras.Variable([[1.0, 0.0]])
    to_label = keras.Variable([[1.0]])

    def code():
        return ops.matmul(ops.convert_to_tensor(x), encoder)

    value, (grad,) = value_and_gradients(
        lambda: squared_error(ops.matmul(code(), to_label), x[:, :1]), [encoder]
    )
    assert float(value) == 0
    np.testing.assert_array_equal(numbers(grad), [[0], [0]])  # nothing asks for x2
    value, (grad,) = value_and_gradients(
        lambda: squared_error(ops.matmul(code(), decoder), x), [decoder]
    )
    assert float(value) == pytest.approx((4 + 9) / 4)
    # derivative of (c d2 - x2)^2 / 4 at d2 = 0: -2 (1 * 2 + -1 * 3) / 4
    np.testing.assert_allclose(numbers(grad), [[0, 0.5]], atol=1e-6)


def players():
    keras.utils.set_random_seed(12)
    generator = keras.Sequential([layers.Input((2,)), layers.Dense(1)])
    critic = keras.Sequential([layers.Input((1,)), layers.Dense(4, activation="tanh")])
    critic.add(layers.Dense(1))
    return generator, critic


def share(numbers):
    return ops.convert_to_tensor(numbers, dtype="float32")


def crossentropy(label, logit):
    return ops.mean(ops.binary_crossentropy(label * ops.ones_like(logit), logit, from_logits=True))


def test_without_real_data_the_best_discriminator_knows_nothing_of_them():
    """The error: only generated samples are shown.  Then D = 0 everywhere is perfect.

    With real samples the best is D = p / (p + q) (Goodfellow 2014): here two values, real
    shares .8 and .2, generated .4 and .6, so D is 2/3 and 1/4.
    """
    p, q = np.array([0.8, 0.2]), np.array([0.4, 0.6])

    def loss(s, real):
        """Cross-entropy of logits s, in closed form: -sum p ln D - sum q ln(1 - D)."""
        d = 1 / (1 + np.exp(-s))
        return -(real * p @ np.log(d)) - q @ np.log1p(-d)

    best = np.log(p / q)  # the logit of p / (p + q)
    np.testing.assert_allclose(1 / (1 + np.exp(-best)), [2 / 3, 1 / 4])
    s = keras.Variable(best.astype("float32"))

    def both():
        fake = ops.binary_crossentropy(ops.zeros_like(s.value), s.value, from_logits=True)
        real = ops.binary_crossentropy(ops.ones_like(s.value), s.value, from_logits=True)
        return ops.sum(share(q) * fake) + ops.sum(share(p) * real)

    def only_fake():
        fake = ops.binary_crossentropy(ops.zeros_like(s.value), s.value, from_logits=True)
        return ops.sum(share(q) * fake)

    value, (grad,) = value_and_gradients(both, [s])
    assert float(value) == pytest.approx(loss(best, 1), rel=1e-5)
    np.testing.assert_allclose(numbers(grad), [0, 0], atol=1e-6)  # at rest
    _, (grad,) = value_and_gradients(only_fake, [s])
    np.testing.assert_allclose(numbers(grad), q * [2 / 3, 1 / 4], rtol=1e-5)  # always down
    assert loss(best - 20, 0) < 1e-7 < loss(best, 0)  # calling all of them false is perfect


def test_without_an_adversarial_loss_the_generator_gets_no_word():
    """The generator's loss must pass through D; D's own loss, on samples cut off, does not."""
    generator, critic = players()
    z = np.random.default_rng(0).normal(size=(8, 2)).astype("float32")
    real = np.random.default_rng(1).normal(3, 1, size=(8, 1)).astype("float32")
    fixed = numbers(generator(z))  # what many a step uses: an array, not the generator

    def cut_off():
        return crossentropy(1.0, critic(real)) + crossentropy(0.0, critic(fixed))

    def adversarial():
        return crossentropy(1.0, critic(generator(z)))

    _, nothing = value_and_gradients(cut_off, generator.trainable_variables)
    assert largest(nothing) == [0, 0]
    _, something = value_and_gradients(adversarial, generator.trainable_variables)
    assert min(largest(something)) > 0


def test_the_adversarial_step_moves_the_samples_towards_the_real_ones():
    """Real values lie around 3, D is the best one for N(3, 1) against N(0, 1): logit 3x - 4.5."""
    shift = keras.Variable([0.0])
    z = np.random.default_rng(2).normal(size=(64, 1)).astype("float32")

    def adversarial():
        return crossentropy(1.0, 3.0 * (ops.convert_to_tensor(z) + shift) - 4.5)

    _, (grad,) = value_and_gradients(adversarial, [shift])
    assert numbers(grad)[0] < 0  # the loss falls when the samples move up, towards 3
