"""Gradients agree with closed forms and finite differences on every backend."""

import keras
import numpy as np
import pytest
from keras import ops

from medai.nn.gradients import compiled, input_gradients, value_and_gradients
from medai.runtime import MedaiError


def numbers(tensor):
    return ops.convert_to_numpy(tensor)


def test_closed_form_of_a_squared_error():
    x, y = np.array([[1.0, 2.0], [3.0, -1.0]]), np.array([[1.0], [2.0]])
    xs, ys = (ops.convert_to_tensor(a, dtype="float32") for a in (x, y))
    w, unused = keras.Variable([[0.5], [0.25]]), keras.Variable([1.0, 2.0])
    value, (grad, nothing) = value_and_gradients(
        lambda: ops.mean((ops.matmul(xs, w) - ys) ** 2),
        [w, unused],
    )
    error = x @ np.array([[0.5], [0.25]]) - y
    np.testing.assert_allclose(float(value), np.mean(error**2), rtol=1e-6)
    np.testing.assert_allclose(numbers(grad), 2 / 2 * x.T @ error, rtol=1e-6)
    np.testing.assert_array_equal(numbers(nothing), [0, 0])


def test_against_finite_differences_and_the_moving_mean_is_kept():
    keras.utils.set_random_seed(3)
    model = keras.Sequential(
        [keras.layers.Dense(3, activation="tanh"), keras.layers.BatchNormalization(momentum=0.5)]
    )
    x = np.random.default_rng(0).normal(size=(16, 4)).astype("float32")
    model.build(x.shape)

    def loss():
        return ops.mean(ops.sin(model(x, training=True)) ** 2)

    norm = model.layers[1]
    before = numbers(norm.moving_mean).copy()
    _, grads = value_and_gradients(
        loss, model.trainable_variables, state=model.non_trainable_variables
    )
    assert not np.allclose(before, numbers(norm.moving_mean))
    kernel = model.trainable_variables[0]
    start, step = numbers(kernel).copy(), 1e-2
    for place in [(0, 0), (2, 1), (3, 2)]:
        ends = []
        for sign in (1, -1):
            moved = start.copy()
            moved[place] += sign * step
            kernel.assign(moved)
            ends.append(float(numbers(loss())))
        kernel.assign(start)
        slope = (ends[0] - ends[1]) / (2 * step)
        np.testing.assert_allclose(numbers(grads[0])[place], slope, atol=2e-4)


def test_a_gradient_inside_a_loss():
    # f(x) = w x², f' = 2 w x, penalty mean(f'²) = 4 w² mean(x²), its derivative 8 w mean(x²)
    w = keras.Variable(0.75)
    x = np.array([[1.0], [2.0]], dtype="float32")
    _, (grad,) = value_and_gradients(
        lambda: ops.mean(input_gradients(lambda batch: w * batch**2, x) ** 2), [w]
    )
    np.testing.assert_allclose(float(numbers(grad)), 8 * 0.75 * 2.5, rtol=1e-6)


def test_a_vector_is_refused():
    w = keras.Variable([1.0, 2.0])
    with pytest.raises(MedaiError, match=r"shape \(2,\); only a scalar"):
        value_and_gradients(lambda: w * 2, [w])


def test_a_compiled_step_trains():
    w = keras.Variable(5.0)
    optimizer = keras.optimizers.SGD(0.25)
    optimizer.build([w])

    def step():
        value, grads = value_and_gradients(lambda: (w - 1) ** 2, [w])
        optimizer.apply(grads, [w])
        return value

    step = compiled(step)
    values = [float(numbers(step())) for _ in range(3)]
    np.testing.assert_allclose(values, [16, 4, 1], rtol=1e-6)  # the distance halves each time
