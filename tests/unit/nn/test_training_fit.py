"""Training repeats, resumes to the same weights, stops in time and averages what it says."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pandas as pd
import pytest

from medai.nn.training import class_weights, fit
from medai.nn.training.batches import Batches
from medai.nn.training.checkpoint import NAME
from medai.runtime import MedaiError

sys.path.insert(0, str(Path(__file__).parent))
import training_case as case


def same(a, b):
    return all(np.array_equal(x, y) for x, y in zip(a, b, strict=True))


class PulledThePlug(Exception):
    pass


def pull():
    raise PulledThePlug


@pytest.mark.parametrize(
    "settings",
    [{"patience": 4}, {"average": "ema"}, {"patience": 2, "average": "swa"}],
    ids=str,
)
def test_an_interrupted_training_ends_with_the_same_weights(tmp_path, settings):
    whole = case.model()
    expected = case.run(whole, **settings)
    with pytest.raises(Exception, match=r"PulledThePlug|^$") as caught:
        case.run(case.model(), tmp_path, case.StopsAt(6, pull), **settings)
    assert not isinstance(caught.value, MedaiError)
    stored = json.loads(bytes(np.load(tmp_path / NAME)["meta"]))["notes"]["rows"]
    assert 1 <= len(stored) < case.EPOCHS  # it did stop on the way
    resumed = case.model(seed=99)  # other initial weights and dropout seeds
    history = case.run(resumed, tmp_path, **settings)
    assert same(case.weights(resumed), case.weights(whole))
    pd.testing.assert_frame_equal(
        history.drop(columns="seconds"), expected.drop(columns="seconds"), check_exact=True
    )
    assert history.attrs == expected.attrs

    again = case.model(seed=5)  # a finished training is only read
    pd.testing.assert_frame_equal(case.run(again, tmp_path, **settings), history)
    assert same(case.weights(again), case.weights(whole))


def train(folder, root, *death):
    """Run the case as a process of its own; return what it left and where its weights are."""
    target = folder.parent / f"{folder.name}.npz"
    command = [sys.executable, case.__file__, folder, target, *death]
    environment = {**os.environ, "PYTHONPATH": str(root)}
    return subprocess.run(command, env=environment, capture_output=True, text=True), target


def stored(path):
    with np.load(path) as file:
        return [file[k] for k in file.files]


@pytest.fixture(scope="module")
def whole(tmp_path_factory, root):
    """Return the weights of a process that nobody killed."""
    done, target = train(tmp_path_factory.mktemp("training") / "whole", root, "never")
    assert done.returncode == 0, done.stderr[-2000:]
    return stored(target)


@pytest.mark.once
@pytest.mark.parametrize("death", ["epoch", "write"])
def test_a_killed_process_resumes_to_the_same_weights(tmp_path, death, root, whole):
    folder = tmp_path / "killed"
    done, target = train(folder, root, death)
    assert done.returncode == -signal.SIGKILL, done.stderr[-2000:]
    assert not target.exists()
    assert (folder / NAME).exists()
    if death == "write":
        assert len(list(folder.glob("*.part"))) == 1
    done, target = train(folder, root)  # starts from other weights, which must not matter
    assert done.returncode == 0, done.stderr[-2000:]
    assert not list(folder.glob("*.part"))
    assert same(stored(target), whole)


def test_another_training_in_the_folder_is_refused_by_name(tmp_path):
    case.run(case.model(quick=True), tmp_path, epochs=1)
    x, y = case.data()
    changes = [
        (lambda: case.run(case.model(quick=True), tmp_path, epochs=2), "epochs was 1, is now 2"),
        (
            lambda: case.run(case.model(units=9, quick=True), tmp_path, epochs=1),
            "layers was.*weights was",
        ),
        (
            lambda: case.run(case.model(rate=0.3, quick=True), tmp_path, epochs=1),
            "optimizer learning_rate",
        ),
        (
            lambda: case.run(case.model(quick=True), tmp_path, epochs=1, seed=4),
            "seed was 3, is now 4",
        ),
        (lambda: case.run(case.model(quick=True), tmp_path, None, epochs=1), "augment was jitter"),
        (
            lambda: case.run(
                case.model(quick=True), tmp_path, epochs=1, validation=(x[:8] + 1, y[:8])
            ),
            "validation was",
        ),
    ]
    before = (tmp_path / NAME).read_bytes()
    for call, message in changes:
        with pytest.raises(MedaiError, match=f"belongs to another training: .*{message}"):
            call()
    assert (tmp_path / NAME).read_bytes() == before


@pytest.mark.once
@pytest.mark.parametrize("fault", ["cut", "bit", "text", "empty"])
def test_a_damaged_checkpoint_says_so(tmp_path, fault):
    case.run(case.model(quick=True), tmp_path, epochs=1)
    path = tmp_path / NAME
    content = bytearray(path.read_bytes())
    if fault == "bit":
        with np.load(path) as file:
            needle = file["model.0"].tobytes()
        content[content.index(needle) + 5] ^= 1
    else:
        content = {"cut": content[: len(content) // 2], "text": b"hello", "empty": b""}[fault]
    path.write_bytes(content)
    with pytest.raises(MedaiError, match=r"is damaged.*Delete it to start afresh"):
        case.run(case.model(quick=True), tmp_path, epochs=1)


def test_the_same_seed_repeats_and_another_does_not():
    nets = [case.model(quick=True) for _ in range(3)]
    for net, seed in zip(nets, (3, 3, 4), strict=True):
        case.run(net, epochs=1, seed=seed)
    assert same(case.weights(nets[0]), case.weights(nets[1]))
    assert not same(case.weights(nets[0]), case.weights(nets[2]))


@pytest.mark.once
def test_an_epoch_holds_every_row_once_in_an_order_of_its_own():
    x = np.arange(10)
    batches = Batches(x, x, batch_size=4, seed=7)
    orders = []
    for epoch in (0, 1, 0):
        batches.start(epoch)
        parts = [batches[i] for i in range(len(batches))]
        assert [len(a) for a, _ in parts] == [4, 4, 2]
        assert all(np.array_equal(a, b) for a, b in parts)
        orders.append(np.concatenate([a for a, _ in parts]).tolist())
    assert sorted(orders[0]) == sorted(orders[1]) == list(range(10))
    assert orders[0] == orders[2] != orders[1]


def test_one_step_equals_kerass_own_fit():
    x, y = case.data()
    weight = class_weights(y)
    nets = []
    for _ in range(2):
        keras.utils.set_random_seed(0)
        net = keras.Sequential([keras.Input((6,)), keras.layers.Dense(1, activation="sigmoid")])
        net.compile(keras.optimizers.SGD(0.5), "binary_crossentropy")
        nets.append(net)
    ours = fit(nets[0], x, y, epochs=2, batch_size=40, class_weight=weight)
    plain = nets[1].fit(x, y, epochs=2, batch_size=40, class_weight=weight, verbose=0)
    np.testing.assert_allclose(ours.loss, plain.history["loss"], rtol=1e-5)
    for a, b in zip(case.weights(nets[0]), case.weights(nets[1]), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-6)


def test_history_has_the_columns_and_the_schedule():
    history = case.run(case.model(quick=True), epochs=2)
    assert [*history] == [
        "epoch", "accuracy", "loss", "val_accuracy", "val_loss", "learning_rate", "seconds",
    ]  # fmt: skip
    assert history.epoch.tolist() == [1, 2]
    cosine = [0.02 * (1 + np.cos(np.pi * step / 15)) / 2 for step in (2, 4)]  # 2 steps an epoch
    np.testing.assert_allclose(history.learning_rate, cosine, rtol=1e-5)


class Walk(keras.layers.Layer):
    """One weight; the loss below pulls it up by the learning rate at every step."""

    def build(self, shape):
        self.w = self.add_weight(shape=(1,), initializer="zeros")

    def call(self, x):
        return x * 0 + self.w


def walker(rate=1.0):
    """After k steps the weight is k: every expected value below can be counted."""
    net = keras.Sequential([keras.Input((1,)), Walk()])
    eager = keras.backend.backend() == "tensorflow"  # quicker than its graph for one weight
    falls = lambda y, p: -keras.ops.mean(p, axis=-1)  # noqa: E731
    net.compile(keras.optimizers.SGD(rate), falls, run_eagerly=eager)
    return net


def distance_to_three(y, p):
    return keras.ops.mean(keras.ops.abs(p - 3.0), axis=-1)


ONE = np.zeros((1, 1), "float32")


def test_early_stopping_restores_the_best_epoch():
    net = walker()
    net.compile(net.optimizer, net.loss, metrics=[distance_to_three], run_eagerly=net.run_eagerly)
    history = fit(
        net, ONE, ONE, validation=(ONE, ONE), epochs=20, patience=2,
        monitor="val_distance_to_three", mode="min",
    )  # fmt: skip
    assert history.val_distance_to_three.tolist() == [2, 1, 0, 1, 2]
    assert history.attrs["best_epoch"] == 3
    assert history.attrs["stopped_early"]
    assert float(case.weights(net)[0][0]) == 3


def test_swa_is_the_mean_of_the_last_quarter():
    net = walker()
    fit(net, ONE, ONE, epochs=8, average="swa")
    assert float(case.weights(net)[0][0]) == pytest.approx((7 + 8) / 2)


def test_swa_with_patience_starts_at_the_best_epoch():
    net = walker()
    net.compile(net.optimizer, net.loss, metrics=[distance_to_three], run_eagerly=net.run_eagerly)
    history = fit(
        net, ONE, ONE, validation=(ONE, ONE), epochs=20, patience=2, average="swa",
        monitor="val_distance_to_three", mode="min",
    )  # fmt: skip
    assert len(history) == 5
    assert float(case.weights(net)[0][0]) == pytest.approx((3 + 4 + 5) / 3)
    assert history.attrs["final"]["val_distance_to_three"] == pytest.approx(1)


def test_ema_is_the_moving_average_over_steps():
    net = walker()
    fit(net, ONE, ONE, epochs=30, average="ema")  # momentum 0.9: at least ten steps
    expected = 1.0
    for weight in range(2, 31):
        expected = 0.9 * expected + 0.1 * weight
    assert float(case.weights(net)[0][0]) == pytest.approx(expected, rel=1e-5)
    net = walker()
    fit(net, ONE, ONE, epochs=1)
    with pytest.raises(MedaiError, match="fresh optimizer"):
        fit(net, ONE, ONE, epochs=1, average="ema")


def test_averaging_recomputes_batch_normalisation():
    rng = np.random.default_rng(0)
    x = rng.normal(5, 3, size=(50, 2)).astype("float32")
    net = keras.Sequential(
        [keras.Input((2,)), keras.layers.BatchNormalization(momentum=0.9), keras.layers.Dense(1)]
    )
    net.compile(keras.optimizers.SGD(1e-3), "mse")
    fit(net, x, x[:, :1], epochs=1, batch_size=50)
    norm = net.layers[0]
    mean = keras.ops.convert_to_numpy(norm.moving_mean)
    np.testing.assert_allclose(mean, 0.1 * x.mean(0), rtol=1e-4)  # plain: far from its goal
    net.compile(keras.optimizers.SGD(1e-3), "mse")
    fit(net, x, x[:, :1], epochs=1, batch_size=20, average="swa")
    parts = [x[:20], x[20:40], x[40:]]
    variance = np.average([p.var(0) for p in parts], axis=0, weights=[20, 20, 10])
    np.testing.assert_allclose(keras.ops.convert_to_numpy(norm.moving_mean), x.mean(0), rtol=1e-4)
    np.testing.assert_allclose(
        keras.ops.convert_to_numpy(norm.moving_variance), variance, rtol=1e-4
    )
    assert norm.momentum == 0.9


@pytest.mark.once
def test_faults_are_named_before_training():
    x, y = case.data()
    good = case.model(quick=True)
    before = case.weights(good)
    uncompiled = keras.Sequential([keras.Input((6,)), keras.layers.Dense(1)])
    calls = [
        (lambda: fit(uncompiled, x, y, epochs=1), "not compiled"),
        (lambda: fit(good, x, y, epochs=0), "epochs=0"),
        (lambda: fit(good, x, y, epochs=1, batch_size=2.5), "batch_size=2.5"),
        (lambda: fit(good, x, y * 2, epochs=1), "outside the classes 0 to 1"),
        (lambda: fit(good, x, y * 0, epochs=1), "One class only"),
        (lambda: fit(good, x[:, :5], y, epochs=1), r"\(5,\), the model takes \(6,\)"),
        (lambda: fit(good, x, y[:-1], epochs=1), "lengths differ"),
        (lambda: fit(good, x * np.nan, y, epochs=1), "240 NaN"),
        (lambda: fit(good, x, y, epochs=1, patience=1), "no validation data"),
        (lambda: fit(good, x, y, epochs=1, average="mean"), "average='mean' is unknown"),
        (lambda: fit(good, x, y, epochs=1, validation=(x * np.inf, y)), "In the validation data"),
        (lambda: fit(good, x, y, epochs=1, validation=x), "pair"),
        (lambda: fit(good, x, y, epochs=1, class_weight={0: 1.0}), "no weight for class 1"),
        (lambda: fit(good, x, y, epochs=1, augment=lambda b, rng: b[:1]), "augment turned"),
        (lambda: fit(good, x, y, epochs=1, patience=1, monitor="loss", mode="up"), "mode='up'"),
        (lambda: fit(good, x, y, epochs=1, patience=1, monitor="gain"), "mode='max'"),
    ]
    for call, message in calls:
        with pytest.raises(MedaiError, match=message):
            call()
    assert same(before, case.weights(good))


@pytest.mark.once
def test_a_monitor_that_is_not_measured_and_a_loss_that_explodes():
    x, y = case.data()
    with pytest.raises(MedaiError, match=r"monitor='auc' is not measured; there are \['accuracy'"):
        fit(case.model(quick=True), x, y, epochs=1, patience=1, monitor="auc")
    net = keras.Sequential([keras.Input((6,)), keras.layers.Dense(1)])
    net.compile(keras.optimizers.SGD(1e30), "mse")
    with pytest.raises(MedaiError, match=r"The loss became (nan|inf) in epoch \d+"):
        fit(net, x, y, epochs=9)


@pytest.mark.once
def test_nothing_is_written_where_output_is_stored(capfd):
    case.run(case.model(quick=True), epochs=1, progress=True)
    out, err = capfd.readouterr()
    assert out == err == ""


@pytest.mark.once
def test_several_inputs():
    a, b = keras.Input((2,), name="a"), keras.Input((3,), name="b")
    joined = keras.layers.Concatenate()([a, b])
    net = keras.Model({"a": a, "b": b}, keras.layers.Dense(1)(joined))
    net.compile("sgd", "mse")
    x = {"a": np.ones((8, 2), "float32"), "b": np.ones((8, 3), "float32")}
    assert len(fit(net, x, np.ones((8, 1), "float32"), epochs=2, batch_size=3)) == 2
