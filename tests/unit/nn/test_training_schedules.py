"""Schedules against values worked out by hand, the finder leaves everything as it was."""

import keras
import numpy as np
import pytest
from keras import ops

from medai.nn.training import learning_rate_finder, one_cycle, warmup_cosine
from medai.runtime import MedaiError


def rates(schedule, steps):
    return [float(ops.convert_to_numpy(schedule(step))) for step in steps]


def test_warmup_cosine_by_hand():
    schedule = warmup_cosine(peak=1.0, steps=10, warmup=4, end=0.1)
    # a line of fifths up to the peak; half-way down (share 3/6) the mean of peak and end;
    # a third of the way down the cosine of 60 degrees is 1/2
    expected = {0: 0.2, 1: 0.4, 3: 0.8, 4: 1.0, 6: 0.1 + 0.45 * 1.5, 7: 0.55, 10: 0.1, 50: 0.1}
    np.testing.assert_allclose(rates(schedule, expected), [*expected.values()], rtol=1e-5)
    assert rates(warmup_cosine(2.0, 8, 0), [0]) == [2.0]


def test_one_cycle_by_hand():
    schedule = one_cycle(peak=1.0, steps=20)
    end = 1 / 25 / 1e4
    expected = {0: 1 / 25, 3: (1 / 25 + 1) / 2, 6: 1.0, 13: (1 + end) / 2, 20: end, 99: end}
    np.testing.assert_allclose(rates(schedule, expected), [*expected.values()], rtol=1e-4)


@pytest.mark.parametrize("schedule", [warmup_cosine(0.5, 9, 2), one_cycle(0.5, 9, rise=0.4)])
def test_a_schedule_can_be_stored_and_drives_an_optimizer(schedule):
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(schedule))
    assert again.get_config() == schedule.get_config()
    assert rates(again, range(10)) == rates(schedule, range(10))
    weight = keras.Variable([0.0])
    optimizer = keras.optimizers.SGD(schedule)
    optimizer.build([weight])
    for _ in range(9):
        optimizer.apply([ops.ones(1)])
    assert float(ops.convert_to_numpy(weight.value)[0]) == pytest.approx(
        -sum(rates(schedule, range(9))), rel=1e-5
    )


@pytest.mark.once
@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: warmup_cosine(0, 10, 1), "peak=0"),
        (lambda: warmup_cosine(1, 10, 10), "warmup=10: must lie between 0 and 9"),
        (lambda: warmup_cosine(1, 10, 1, end=2), "end=2"),
        (lambda: warmup_cosine(1, 0, 0), "steps=0"),
        (lambda: one_cycle(1, 10, rise=1), "rise=1"),
        (lambda: one_cycle(1, 10, start_factor=0.5), "start_factor=0.5"),
    ],
)
def test_schedules_out_of_range(call, message):
    with pytest.raises(MedaiError, match=message):
        call()


def line(seed=0):
    """Return rows of y = 2x, for which SGD on the squared error diverges above a known rate."""
    x = np.random.default_rng(seed).choice([-1.0, 1.0], size=(32, 1)).astype("float32")
    return x, 2 * x


def model():
    keras.utils.set_random_seed(0)
    net = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, use_bias=False)])
    net.compile(keras.optimizers.SGD(0.01, momentum=0.0), "mse")
    return net


def test_finder_leaves_model_and_optimizer_alone_and_sees_divergence():
    net, (x, y) = model(), line()
    net.fit(x, y, epochs=1, verbose=0)
    state = [ops.convert_to_numpy(v.value) for v in net.weights + net.optimizer.variables]
    frame = learning_rate_finder(net, x, y, low=1e-3, high=30.0, steps=60, batch_size=8)
    after = [ops.convert_to_numpy(v.value) for v in net.weights + net.optimizer.variables]
    assert all(np.array_equal(a, b) for a, b in zip(state, after, strict=True))
    factor = (30 / 1e-3) ** (1 / 59)
    expected = 1e-3 * factor ** np.arange(len(frame))
    np.testing.assert_allclose(frame.learning_rate, expected, rtol=1e-4)
    # each step multiplies the error of the weight by 1 - 2 rate: it grows beyond rate 1
    error = np.concatenate([[1.0], np.cumprod(1 - 2 * expected[:-1])])
    start = float((state[0].ravel()[0] - 2) ** 2)
    early = expected < 0.3  # later the error passes through 0 and rounding rules
    np.testing.assert_allclose(frame.loss[early], (start * error**2)[early], rtol=1e-3)
    assert frame.learning_rate.iloc[-1] > 1  # stopped beyond it, before the end
    assert len(frame) < 60
    assert 1e-3 <= frame.attrs["suggestion"] < 1
    # the bias-corrected average of a constant is that constant
    first = frame.iloc[0]
    assert first.smoothed == pytest.approx(first.loss)


@pytest.mark.once
def test_finder_refuses():
    x, y = line()
    with pytest.raises(MedaiError, match="not compiled"):
        learning_rate_finder(keras.Sequential([keras.layers.Dense(1)]), x, y)
    with pytest.raises(MedaiError, match="need 0 < low < high"):
        learning_rate_finder(model(), x, y, low=1, high=0.1)
    with pytest.raises(MedaiError, match="lengths differ"):
        learning_rate_finder(model(), x, y[:-1])
