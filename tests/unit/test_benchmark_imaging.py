"""The small network reaches what issue 3 asks on PneumoniaMNIST; the results file holds it.

The thresholds (one run AUC .970 in a minute; three networks AUC .975 and accuracy .925 in
five) are the issue's, not ours.  The residual network is reported beside it and held to none.
"""

import importlib.util
import json
import os

import pytest

RESULTS = "data/results/17_pneumoniamnist.json"


def small(rows):
    return [row for row in rows if row["kind"] == "small"]


@pytest.fixture(scope="module")
def results(root):
    return json.loads((root / RESULTS).read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def benchmark(root):
    spec = importlib.util.spec_from_file_location("imaging", root / "benchmarks" / "imaging.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_results_say_how_they_were_made(results):
    assert set(results["made"]) >= {"command", "date", "data_sha256", "machine", "versions"}
    assert len(results["made"]["data_sha256"]) == 64
    assert results["films"] == {"train": 4708, "validation": 516, "test": 624}
    assert any("test scores" in choice for choice in results["choices"])
    assert "not seen" in results["published_source"]
    published = {r["method"]: (r["auc"], r["accuracy"]) for r in results["published"]}
    assert published["ResNet-18 (28)"] == (0.944, 0.854)


def test_every_seed_is_reported_and_every_interval_holds_its_value(results):
    for kind in ("small", "residual"):
        seeds = [r["seed"] for r in results["runs"] if r["kind"] == kind]
        assert seeds == list(range(len(seeds)))
        assert len(seeds) >= 3
        used = [s for e in results["ensembles"] if e["kind"] == kind for s in e["seeds"]]
        assert used == seeds[: len(seeds) // 3 * 3]
    for row in results["rows"] + results["runs"] + results["ensembles"]:
        for name in ("auc", "accuracy"):
            value, low, high = row[name]
            assert 0 < low <= value <= high < 1
            assert high - low < 0.1  # 624 films
        assert row["seconds"] > 0


def test_the_data_are_those_the_results_name(results, shared):
    import hashlib

    data = (shared / "data" / "pneumoniamnist_union.npz").read_bytes()
    assert hashlib.sha256(data).hexdigest() == results["made"]["data_sha256"]


def test_one_run_holds_the_issue_s_threshold(results):
    for run in small(results["runs"]):  # every seed, not the best
        assert run["auc"][0] >= 0.970, run["method"]


def test_one_run_takes_at_most_a_minute(results):
    assert max(run["seconds"] for run in small(results["runs"])) <= 60


def test_ensembles_hold_the_issue_s_thresholds(results):
    assert small(results["ensembles"])
    for ensemble in small(results["ensembles"]):
        assert ensemble["auc"][0] >= 0.975, ensemble["method"]
        assert ensemble["accuracy"][0] >= 0.925, ensemble["method"]
        assert ensemble["seconds"] <= 300


def test_the_augmentation_keeps_shape_range_and_side(benchmark):
    import numpy as np

    film = np.zeros((64, 28, 28, 1), "float32")
    film[:, 10:18, 3:9] = 1.0  # on the left
    changed = benchmark.augment(film, np.random.default_rng(0))
    assert changed.shape == film.shape
    assert changed.min() >= 0
    assert changed.max() <= 1
    left, right = changed[:, :, :14].mean((1, 2, 3)), changed[:, :, 14:].mean((1, 2, 3))
    assert np.all(left > right)  # never mirrored: the heart stays where it is
    assert len(np.unique(changed.mean((1, 2, 3)).round(4))) > 32


def test_a_score_is_the_mean_over_nine_shifts(benchmark):
    import keras
    import numpy as np

    film = np.zeros((2, 28, 28, 1), "float32")
    film[1, 10, 10] = 0.9  # one bright pixel
    inputs = keras.Input((28, 28, 1))
    middle = keras.ops.reshape(inputs[:, 10, 10], (-1, 1))
    scores = benchmark.predict(keras.Model(inputs, middle), film)
    np.testing.assert_allclose(scores, [0, 0.9 / 9], atol=1e-6)  # it is there in one of nine
    np.testing.assert_allclose(benchmark.predict(keras.Model(inputs, middle), film, 0), [0, 0.9])


def test_live_one_run_reaches_the_threshold(benchmark, shared):
    data = benchmark.load(shared / "data" / "pneumoniamnist_union.npz")
    assert {part: len(y) for part, (_, y) in data.items()} == {
        "train": 4708,
        "validation": 516,
        "test": 624,
    }
    row, _ = benchmark.one_run("small", data, seed=0)
    assert row["auc"][0] >= 0.970
    assert row["cpu_seconds"] <= 60 * max(2, os.cpu_count() or 1) * 3  # a minute of two cores,
    # three times over: other tests run beside this one; the quiet time is in the results
