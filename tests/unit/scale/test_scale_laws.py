"""The fit finds the law that data were made from, and says when it cannot know the floor."""

import json
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from medai.datasets import data_path
from medai.runtime import MedaiError
from medai.scale.laws import fit_law
from medai.scale.parallel import logistic_gradient, sharded_gradient, speedup
from medai.scale.two_devices import compare

pytestmark = pytest.mark.once
X = np.array([100, 200, 400, 800, 1600, 3200, 6400])


def runs(a, b, c, noise, seed, x=X, n=5):
    rng = np.random.default_rng(seed)
    return (a * x ** -float(b) + c)[:, None] + rng.normal(0, noise, (len(x), n))


@pytest.mark.parametrize(("a", "b", "c"), [(3.0, 0.5, 0.2), (20.0, 1.0, 1.5), (5.0, 0.3, 0.0)])
def test_without_noise_the_law_is_found(a, b, c):
    law = fit_law(X, runs(a, b, c, 0, 0), n_boot=2)
    assert [law.a, law.b, law.c] == pytest.approx([a, b, c], rel=1e-3, abs=1e-4)
    assert law.predict(1e4)[0] == pytest.approx(a * 1e4**-b + c, rel=1e-3)
    assert law.predict(5e4)[0] == pytest.approx(a * 5e4**-b + c, rel=1e-3)


def test_the_interval_of_the_exponent_covers_it_about_as_often_as_it_says():
    # Resampling five runs makes intervals a little narrow: a mean of 5 resampled has 4/5 of the
    # variance, so a 95 % interval is 1.96·sqrt(.8) = 1.75 standard errors wide, 92 %.  Of 60
    # fits 55.2 should cover; four standard errors of a binomial below that are 46.8.
    hits = 0
    for seed in range(60):
        low, high = fit_law(X, runs(3, 0.5, 0.2, 0.004, seed), n_boot=100).intervals["b"]
        hits += low <= 0.5 <= high
    assert hits >= 47


def test_a_floor_that_the_data_show_is_known_and_one_they_do_not_is_not():
    assert fit_law(X, runs(3, 0.5, 0.2, 0.002, 1)).floor_known
    # Without a floor, the F test calls it known in 5 % of runs; 100 runs, four standard errors.
    known = sum(fit_law(X, runs(3, 0.5, 0, 0.004, s), n_boot=1).floor_known for s in range(100))
    assert known <= 100 * 0.05 + 4 * (100 * 0.05 * 0.95) ** 0.5


def test_the_range_of_the_floor_covers_it_about_as_often_as_it_says():
    # 95 % of 100 is 95; four standard errors of a binomial below that are 86.3.
    ranges = [fit_law(X, runs(3, 0.5, 0.2, 0.004, s), n_boot=1).floor_range for s in range(100)]
    assert sum(low <= 0.2 <= high for low, high in ranges) >= 87


def test_it_warns_far_beyond_the_data_only_when_the_floor_is_unknown(recwarn):
    known = fit_law(X, runs(3, 0.5, 0.2, 0.001, 2))
    known.predict(1e7)
    unknown = fit_law(X[:4], runs(3, 0.5, 0.05, 0.05, 2, X[:4]))
    assert not unknown.floor_known
    unknown.predict(8000)
    assert not recwarn.list
    with pytest.warns(UserWarning, match="not identified"):
        unknown.predict(8001)


@pytest.mark.parametrize(
    ("x", "errors", "message"),
    [
        ([1, 2, 3], np.ones((3, 2)), "at least four"),
        ([1, 2, 3, 4], np.ones(4), "wanted are"),
        ([1, 2, 3, 4], np.arange(4.0)[:, None], "do not fall"),
        ([0, 2, 3, 4], np.ones((4, 1)), "above 0"),
        ([1, 2, 3, 4], np.full((4, 1), np.nan), "not finite"),
    ],
)
def test_data_without_a_law_are_refused(x, errors, message):
    with pytest.raises(MedaiError, match=message):
        fit_law(x, errors)


# ---- several workers ----------------------------------------------------------------


@pytest.mark.parametrize("workers", [1, 2, 3, 7, 50])
def test_shards_have_the_gradient_of_the_batch_even_when_they_are_unequal(workers):
    rng = np.random.default_rng(0)
    x, w = rng.normal(size=(50, 6)), rng.normal(size=6)
    y = (rng.random(50) < 0.3).astype(float)
    full = logistic_gradient(w, x, y)
    np.testing.assert_allclose(sharded_gradient(w, x, y, workers), full, rtol=0, atol=1e-15)
    # against a difference quotient of the loss
    loss = lambda w: np.mean(np.logaddexp(0, x @ w) - y * (x @ w))  # noqa: E731
    step = 1e-6 * np.eye(6)
    numeric = [(loss(w + s) - loss(w - s)) / 2e-6 for s in step]
    np.testing.assert_allclose(full, numeric, atol=1e-8)


def test_too_many_workers_and_amdahl():
    with pytest.raises(MedaiError, match="3 workers cannot share 2 rows"):
        sharded_gradient([0.0], [[1.0], [2.0]], [0, 1], 3)
    # 80 % on 5 workers: 1 / (.2 + .16) = 2.78; all of it: 5; nothing: 1
    assert speedup(0.8, 5) == pytest.approx(1 / 0.36)
    assert list(speedup(1, [1, 5])) == [1, 5]
    assert speedup(0, 100) == 1
    with pytest.raises(MedaiError, match=r"share=1\.5"):
        speedup(1.5, 2)


@pytest.fixture(scope="module", autouse=True)
def two_devices():
    """Start the comparison, a process of its own, while the other tests run."""
    with ThreadPoolExecutor(1) as pool:
        yield pool.submit(compare)


def test_two_devices_of_jax_train_as_one(two_devices):
    pytest.importorskip("jax")
    found = two_devices.result()
    assert found["devices"] == 2
    assert found["one"][-1] < found["one"][0]  # it learns
    np.testing.assert_allclose(found["two"], found["one"], rtol=1e-5)  # sums in another order
    stored = json.loads(data_path("results/38_two_devices.json").read_text())
    np.testing.assert_allclose(found["two"], stored["two"], rtol=1e-3)  # another processor
