"""Correction: Adam's moments average the gradient and its square, with bias correction.

The wrong Adam averages `x - weight` (the data minus the parameter) in place of the gradient,
and leaves the bias correction out.
"""

import keras
import numpy as np
import pytest
from keras import ops

RATE, B1, B2, EPSILON = 0.1, 0.9, 0.999, 1e-7
Z = np.array([-1.0, 0.5, 1.5, 2.0])  # a marker in four patients
Y = np.array([0.0, 1.0, 0.0, 1.0])


def gradient(w):
    """Derivative of the mean cross-entropy of sigmoid(w z)."""
    return np.mean((1 / (1 + np.exp(-w * Z)) - Y) * Z)


def adam(w, steps, peak=RATE):
    """Yield (m, v, w) after each step, from the paper's equations in Keras's order."""
    m = v = 0.0
    for t in range(1, steps + 1):
        g = gradient(w)
        m, v = B1 * m + (1 - B1) * g, B2 * v + (1 - B2) * g**2
        rate = peak * np.sqrt(1 - B2**t) / (1 - B1**t)
        w = w - rate * m / (np.sqrt(v) + EPSILON)
        yield m, v, w


def wrong_adam(w, steps):
    m = v = 0.0
    for _ in range(steps):
        x = Z.mean()
        m, v = B1 * m + (1 - B1) * (x - w), B2 * v + (1 - B2) * (x - w) ** 2
        w = w - RATE * m / (np.sqrt(v) + EPSILON)
        yield m, v, w


def test_every_intermediate_value_equals_kerass_adam():
    # Keras computes 1 - 0.999**t in single precision, good to about 6e-5 at t = 1; steps of
    # 1/128 keep what that does to the weight below 1e-6
    rate, weight = 1 / 128, keras.Variable([3.0])
    optimizer = keras.optimizers.Adam(rate, beta_1=B1, beta_2=B2, epsilon=EPSILON)
    optimizer.build([weight])
    for m, v, w in adam(3.0, 20, rate):
        now = float(ops.convert_to_numpy(weight.value)[0])
        optimizer.apply([ops.convert_to_tensor(np.array([gradient(now)], "float32"))])
        state = {x.path.split("/")[-1].split("_")[-1]: x for x in optimizer.variables}
        found = [float(ops.convert_to_numpy(a.value)[0]) for a in
                 (state["momentum"], state["velocity"], weight)]  # fmt: skip
        np.testing.assert_allclose(found, [m, v, w], atol=1e-6)


def test_keras_adds_epsilon_before_the_correction():
    """With a large epsilon the two places differ, and Keras's is the one of `adam`."""
    g, epsilon = 2.0, 0.5
    weight = keras.Variable([0.0])
    optimizer = keras.optimizers.Adam(RATE, epsilon=epsilon)
    optimizer.build([weight])
    optimizer.apply([ops.convert_to_tensor(np.array([g], "float32"))])
    found = float(ops.convert_to_numpy(weight.value)[0])
    corrected = np.sqrt(1 - B2) / (1 - B1)
    epsilon_hat = -RATE * corrected * (1 - B1) * g / (np.sqrt(1 - B2) * g + epsilon)
    algorithm_1 = -RATE * g / (g + epsilon)
    assert found == pytest.approx(epsilon_hat, rel=1e-4)
    assert abs(found - algorithm_1) > 0.01


@pytest.mark.once
def test_the_right_one_finds_the_minimum_and_the_wrong_one_does_not():
    *_, (_, _, right) = adam(3.0, 500)
    *_, (_, _, wrong) = wrong_adam(3.0, 500)
    assert abs(gradient(right)) < 1e-4  # a convex loss: this is the minimum
    assert abs(gradient(wrong)) > 0.01
    # and it has never looked at the labels: flip them and nothing changes for it
    path = [w for *_, w in wrong_adam(3.0, 50)]
    original = Y.copy()
    try:
        Y[:] = 1 - Y
        assert [w for *_, w in wrong_adam(3.0, 50)] == path
        assert [w for *_, w in adam(3.0, 50)] != pytest.approx(path)
    finally:
        Y[:] = original


@pytest.mark.once
def test_without_correction_the_first_steps_are_three_times_too_long():
    """After one step m = 0.1 g and sqrt(v) = 0.0316 |g|: their ratio is 3.16, not 1."""
    ((m, v, w),) = adam(3.0, 1)
    assert abs(m) / np.sqrt(v) == pytest.approx((1 - B1) / np.sqrt(1 - B2), rel=1e-6)
    assert abs(3.0 - w) == pytest.approx(RATE, rel=1e-4)
