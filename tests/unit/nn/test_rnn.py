"""The cells agree with hand calculations and with Keras's layers; the models see no future."""

import keras
import numpy as np
import pytest
from keras import layers, ops
from sklearn.linear_model import LogisticRegression

from medai.datasets.order import order_matters
from medai.metrics import roc_auc
from medai.nn.rnn import (
    CELLS,
    DECAYS,
    gru_step,
    lstm_step,
    masked_binary_crossentropy,
    masked_categorical_crossentropy,
    next_visit_model,
    run_cell,
    sequence_classifier,
    time_features,
    vanilla_step,
)
from medai.runtime import MedaiError


def numbers(tensor):
    return ops.convert_to_numpy(tensor)


def randomised(layer, shape, seed=0):
    """Build a layer and give it weights without any zero, biases included."""
    layer.build(shape)
    rng = np.random.default_rng(seed)
    layer.set_weights([rng.normal(0, 0.5, w.shape).astype("float32") for w in layer.weights])
    return layer


@pytest.mark.parametrize("cell", list(CELLS))
@pytest.mark.parametrize("masked", [False, True])
def test_cells_equal_the_layers_of_keras(cell, masked):
    rng = np.random.default_rng(1)
    x = rng.normal(size=(3, 5, 4)).astype("float32")
    mask = np.arange(5) < np.array([[5], [2], [3]]) if masked else None
    layer = randomised(CELLS[cell][1](6, return_sequences=True), x.shape)
    expected = numbers(layer(x, mask=None if mask is None else ops.convert_to_tensor(mask)))
    found = numbers(run_cell(cell, x, layer.get_weights(), mask))
    assert found.shape == (3, 5, 6)
    inside = np.ones((3, 5), bool) if mask is None else mask
    np.testing.assert_allclose(found[inside], expected[inside], atol=1e-5)
    last = CELLS[cell][1](6)
    last.build(x.shape)
    last.set_weights(layer.get_weights())
    end = numbers(last(x, mask=None if mask is None else ops.convert_to_tensor(mask)))
    np.testing.assert_allclose(found[:, -1], end, atol=1e-5)


def test_vanilla_by_hand():
    # one feature, one unit: tanh(0.5·2 + (-1)·0.3 + 0.1) = tanh(0.8)
    weights = [np.array([[0.5]]), np.array([[-1.0]]), np.array([0.1])]
    h = vanilla_step(np.array([[2.0]]), np.array([[0.3]]), weights)
    np.testing.assert_allclose(numbers(h), [[np.tanh(0.8)]], rtol=1e-6)


def test_gru_by_hand():
    """All inner weights 0 but one: the gates are 1/2, the candidate tanh(bias)."""
    zeros = np.zeros((1, 3), "float32")
    bias = np.array([[0, 0, 0.7], [0, 0, 0.4]], "float32")
    h = gru_step(np.ones((1, 1), "float32"), np.full((1, 1), 0.2, "float32"), [zeros, zeros, bias])
    candidate = np.tanh(0.7 + 0.5 * 0.4)  # the reset gate meets the second bias only
    np.testing.assert_allclose(numbers(h), [[0.5 * 0.2 + 0.5 * candidate]], rtol=1e-6)


def test_an_open_forget_gate_keeps_the_memory():
    """Forget gate open, input gate shut: the memory passes unchanged."""
    zeros = np.zeros((2, 4), "float32")
    bias = np.array([-30, 30, 0, 30], "float32")
    c = np.full((1, 1), 0.8, "float32")
    h, new = lstm_step(np.ones((1, 2), "float32"), (c, c), [zeros, zeros[:1], bias])
    np.testing.assert_allclose(numbers(new), [[0.8]], rtol=1e-6)
    np.testing.assert_allclose(numbers(h), [[np.tanh(0.8)]], rtol=1e-6)


def test_bad_input_is_named():
    weights = randomised(layers.GRU(2), (1, 1, 3)).get_weights()
    x = np.zeros((1, 4, 3), "float32")
    with pytest.raises(MedaiError, match="cell='rnn'"):
        run_cell("rnn", x, weights)
    with pytest.raises(MedaiError, match=r"shape \(1, 4, 3, 1\); these weights take"):
        run_cell("gru", x[..., None], weights)
    with pytest.raises(MedaiError, match=r"these weights take \(patients, steps, 3\)"):
        run_cell("gru", x[..., :2], weights)
    with pytest.raises(MedaiError, match=r"mask has shape \(4,\)"):
        run_cell("gru", x, weights, np.ones(4, bool))
    with pytest.raises(MedaiError, match="n_codes=0"):
        sequence_classifier(0)
    with pytest.raises(MedaiError, match="units=0"):
        next_visit_model(5, units=0)
    with pytest.raises(MedaiError, match="output='tanh'"):
        next_visit_model(5, output="tanh")
    with pytest.raises(MedaiError, match="time='sine'"):
        sequence_classifier(5, time="sine")
    with pytest.raises(MedaiError, match="cell='transformer'"):
        sequence_classifier(5, cell="transformer")


def test_time_features():
    gaps = np.array([[0.0, 30.0, 365.0]], "float32")
    assert time_features(gaps, None) is None
    both = numbers(time_features(gaps, "both"))
    assert both.shape == (1, 3, 1 + len(DECAYS))
    np.testing.assert_allclose(both[0, :, 0], np.log1p(gaps[0]) / np.log(366), rtol=1e-5)
    np.testing.assert_allclose(both[0, 0, 1:], 1)
    np.testing.assert_allclose(both[0, 1, 1:], np.exp(-30 / np.array(DECAYS)), rtol=1e-5)


@pytest.mark.parametrize("cell", list(CELLS))
def test_classifier_does_not_read_padding(cell):
    keras.utils.set_random_seed(2)
    model = sequence_classifier(5, cell=cell, units=4, embedding=3, n_static=1)
    codes, gaps = np.array([[1, 4, 2]]), np.array([[0, 9, 40]], "float32")
    static = np.array([[0.5]], "float32")
    short = numbers(model([codes, gaps, static]))
    padded = np.pad(codes, [(0, 0), (0, 2)])
    junk = np.concatenate([gaps, [[700, 3]]], axis=1).astype("float32")
    long = numbers(model([padded, junk, static]))
    assert short.shape == (1, 1)
    assert 0 < short[0, 0] < 1
    np.testing.assert_allclose(short, long, atol=1e-6)
    other = numbers(model([codes[:, ::-1].copy(), gaps, static]))
    assert abs(other - short).max() > 1e-5  # order is read


def test_without_time_there_is_no_gap_input():
    assert len(sequence_classifier(5, time=None).inputs) == 1
    assert len(next_visit_model(5, time=None).inputs) == 1


@pytest.mark.parametrize("skip", [False, True])
def test_next_visit_model_sees_no_future(skip):
    keras.utils.set_random_seed(3)
    model = next_visit_model(6, units=4, skip=skip, n_extra=1)
    rng = np.random.default_rng(0)
    x = rng.integers(0, 2, size=(2, 5, 6)).astype("float32")
    gaps, age = rng.random((2, 5), "float32") * 50, rng.random((2, 5, 1), "float32")
    before = numbers(model([x, gaps, age]))
    assert before.shape == (2, 5, 6)
    x[:, 3:], gaps[:, 3:], age[:, 3:] = 1 - x[:, 3:], 0, 2
    after = numbers(model([x, gaps, age]))
    np.testing.assert_allclose(before[:, :3], after[:, :3], atol=1e-6)
    assert abs(before[:, 3:] - after[:, 3:]).max() > 1e-4


def test_the_skip_is_a_way_past_the_state():
    """With the state's weights at 0, only the last visit speaks: a logistic regression."""
    model = next_visit_model(3, units=2, time=None, output="sigmoid")
    model.get_layer("from_state").set_weights([np.zeros((2, 3)), np.zeros(3)])
    model.get_layer("from_last_visit").set_weights([np.diag([1.0, -2.0, 3.0])])
    x = np.eye(3, dtype="float32")[None]
    logits = np.log(numbers(model([x])) / (1 - numbers(model([x]))))
    np.testing.assert_allclose(logits[0], np.diag([1.0, -2.0, 3.0]), atol=1e-5)


def test_masked_cross_entropy_by_hand():
    p = np.array([[[0.8, 0.4], [0.5, 0.5]]], "float32")
    y = np.array([[[1, 0], [-1, -1]]], "int8")
    expected = -(np.log(0.8) + np.log(0.6)) / 2
    found = float(numbers(masked_binary_crossentropy(y, ops.convert_to_tensor(p))))
    np.testing.assert_allclose(found, expected, rtol=1e-5)
    nothing = masked_binary_crossentropy(-np.ones_like(y), ops.convert_to_tensor(p))
    assert float(numbers(nothing)) == 0


def test_masked_softmax_loss_by_hand():
    p = np.array([[[0.5, 0.3, 0.2], [0.1, 0.1, 0.8], [0.2, 0.2, 0.6]]], "float32")
    y = np.array([[[1, 1, 0], [0, 0, 1], [-1, -1, -1]]], "int8")
    expected = (-(np.log(0.5) + np.log(0.3)) / 2 - np.log(0.8)) / 2
    found = float(numbers(masked_categorical_crossentropy(y, ops.convert_to_tensor(p))))
    np.testing.assert_allclose(found, expected, rtol=1e-5)
    nothing = masked_categorical_crossentropy(-np.ones_like(y), ops.convert_to_tensor(p))
    assert float(numbers(nothing)) == 0


@pytest.mark.parametrize(
    ("output", "loss"),
    [("softmax", masked_categorical_crossentropy), ("sigmoid", masked_binary_crossentropy)],
)
def test_models_train_and_padding_pulls_nothing(output, loss):
    keras.utils.set_random_seed(4)
    model = next_visit_model(4, units=3, output=output)
    model.compile(keras.optimizers.SGD(0.5), loss=loss)
    x = np.eye(4, dtype="float32")[[[0, 1, 2], [1, 2, 3]]]
    gaps = np.ones((2, 3), "float32")
    nothing = np.full((2, 3, 4), -1, "int8")
    before = [w.copy() for w in model.get_weights()]
    model.fit([x, gaps], nothing, epochs=1, verbose=0)
    for old, new in zip(before, model.get_weights(), strict=True):
        np.testing.assert_allclose(old, new, atol=1e-7)
    y = np.eye(4, dtype="int8")[[[1, 2, 3], [2, 3, 0]]]
    losses = model.fit([x, gaps], y, epochs=8, verbose=0).history["loss"]
    assert losses[-1] < losses[0]


@pytest.mark.once
def test_the_order_task_is_solved_by_a_cell_and_not_by_a_bag():
    """The threshold of the issue, live: AUC of at least .82 with the bag at chance."""
    train, test = order_matters(5000, seed=11), order_matters(3000, seed=12)
    keras.utils.set_random_seed(5)
    model = sequence_classifier(10, units=24, embedding=8)
    rate = keras.optimizers.schedules.CosineDecay(0.02, 250)
    model.compile(keras.optimizers.Adam(rate), "binary_crossentropy")
    model.fit([train.codes, train.gaps], train.labels, epochs=5, batch_size=100, verbose=0)
    score = model.predict([test.codes, test.gaps], batch_size=1000, verbose=0)[:, 0]
    assert roc_auc(test.labels, score) >= 0.82
    bag = LogisticRegression().fit(train.bag(), train.labels)
    chance = roc_auc(test.labels, bag.predict_proba(test.bag())[:, 1])
    assert abs(chance - 0.5) < 3 * np.sqrt(1 / (3 * 3000))  # standard error of an AUC of .5
