"""Laplace and Gaussian noise, DP-SGD and its accounting, against closed forms."""

import math

import numpy as np
import pytest

from medai.runtime.errors import MedaiError
from medai.trust.privacy.noise import gaussian_delta, gaussian_sigma, laplace_count, most_power
from medai.trust.privacy.training import (
    clip_rows,
    dp_logistic,
    logistic_gradients,
    noise_for,
    spent_epsilon,
    train_private,
)


def test_laplace_noise_has_its_spread_and_keeps_its_promise():
    rng = np.random.default_rng(0)
    n, epsilon = 400_000, 0.8
    with_her = laplace_count(8, epsilon, rng, n)
    without = laplace_count(7, epsilon, rng, n)
    # standard deviation of Laplace: sqrt(2) * scale
    assert np.std(with_her) == pytest.approx(math.sqrt(2) / epsilon, rel=0.02)
    for limit in (5.0, 7.5, 8.0, 10.0):
        p, q = (with_her > limit).mean(), (without > limit).mean()
        error = 4 * math.sqrt(p / n)
        assert p <= math.exp(epsilon) * q + 3 * error
        # above both counts the bound is met exactly
        if limit >= 8:
            assert p == pytest.approx(math.exp(epsilon) * q, abs=3 * error * math.exp(epsilon))


def test_gaussian_delta_by_numerical_integration():
    x = np.linspace(-60, 60, 600_001)
    for epsilon, sigma in ((0.5, 2.0), (1.0, 1.0), (3.0, 0.7)):
        one, other = (np.exp(-0.5 * ((x - m) / sigma) ** 2) for m in (1, 0))
        scale = sigma * math.sqrt(2 * math.pi)
        excess = np.maximum(one - math.exp(epsilon) * other, 0) / scale
        by_sum = float(excess.sum() * (x[1] - x[0]))
        assert gaussian_delta(epsilon, sigma) == pytest.approx(by_sum, rel=1e-4)


def test_gaussian_sigma_inverts_delta_and_scales():
    sigma = gaussian_sigma(1.0, 1e-5)
    assert gaussian_delta(1.0, sigma) == pytest.approx(1e-5, rel=1e-6)
    assert gaussian_sigma(1.0, 1e-5, sensitivity=3.0) == pytest.approx(3 * sigma, rel=1e-9)
    # the classical bound sqrt(2 ln(1.25/δ))/ε is larger than what is needed
    assert sigma < math.sqrt(2 * math.log(1.25 / 1e-5))


def test_most_power_by_hand():
    assert most_power(np.array([0.2]), 0.0)[0] == pytest.approx(0.2)  # no better than a coin
    assert most_power(np.array([0.0]), 1.0, 0.01)[0] == pytest.approx(0.01)
    assert most_power(np.array([0.01]), math.log(3))[0] == pytest.approx(0.03)
    # where the other direction binds: 1 - (1 - 0.5)/3
    assert most_power(np.array([0.5]), math.log(3))[0] == pytest.approx(1 - 0.5 / 3)
    with pytest.raises(MedaiError, match="between 0 and 1"):
        most_power(np.array([2.0]), 1.0)


def test_clipping_by_hand():
    rows = clip_rows(np.array([[3.0, 4.0], [0.3, 0.4], [0.0, 0.0]]), 1.0)
    assert rows == pytest.approx(np.array([[0.6, 0.8], [0.3, 0.4], [0.0, 0.0]]))
    with pytest.raises(MedaiError, match="clip=0"):
        clip_rows(rows, 0)


def test_gradients_by_differences():
    rng = np.random.default_rng(1)
    x, y, w = rng.normal(size=(5, 3)), np.array([0, 1, 1, 0, 1]), rng.normal(size=4)

    def loss(v):
        z = x @ v[:-1] + v[-1]
        return np.logaddexp(0, z) - y * z

    step = 1e-6
    by_difference = np.stack(
        [(loss(w + step * e) - loss(w - step * e)) / (2 * step) for e in np.eye(4)], axis=1
    )
    assert logistic_gradients(w, x, y) == pytest.approx(by_difference, abs=1e-7)


def test_one_patient_moves_a_step_by_no_more_than_clip():
    """The sensitivity that the noise is made for, on all patients and on all but one."""
    rng = np.random.default_rng(2)
    x, y = 50 * rng.normal(size=(30, 3)), rng.integers(0, 2, 30)
    plan = {"noise": 0, "clip": 0.7, "sample_rate": 1.0, "steps": 1, "rate": 30.0}
    one = dp_logistic(x, y, **plan)
    # with rate = n the step is minus the sum of the clipped gradients
    other = dp_logistic(x[1:], y[1:], **{**plan, "rate": 29.0})
    assert 0 < np.linalg.norm(one - other) <= 0.7 + 1e-12


def test_no_noise_and_a_wide_clip_is_logistic_regression():
    sklearn = pytest.importorskip("sklearn.linear_model")
    rng = np.random.default_rng(3)
    x = rng.normal(size=(400, 2))
    y = (rng.random(400) < 1 / (1 + np.exp(-(x @ [1.0, -0.5] + 0.3)))).astype(int)
    w = dp_logistic(x, y, noise=0, clip=100, sample_rate=1.0, steps=400, rate=1.0)
    fitted = sklearn.LogisticRegression(C=1e6, tol=1e-8).fit(x, y)
    assert w == pytest.approx(np.r_[fitted.coef_[0], fitted.intercept_], abs=1e-3)


def test_accounting_of_one_full_step_bounds_the_exact_gaussian():
    pytest.importorskip("opacus")
    for sigma in (1.0, 2.0, 5.0):
        epsilon = spent_epsilon(sigma, 1.0, 1, 1e-5)
        exact = gaussian_delta(epsilon, sigma)
        assert exact <= 1e-5  # what opacus claims is true
        assert gaussian_delta(0.7 * epsilon, sigma) > 1e-5  # and not idle


def test_noise_for_inverts_and_orders():
    pytest.importorskip("opacus")
    noise = [noise_for(e, 0.1, 50, 1e-5) for e in (0.1, 1.0, 10.0)]
    assert noise[0] > noise[1] > noise[2]
    for epsilon, sigma in zip((0.1, 1.0, 10.0), noise, strict=True):
        assert 0.97 * epsilon < spent_epsilon(sigma, 0.1, 50, 1e-5) <= epsilon
    # fewer patients a step cost less
    assert spent_epsilon(1.0, 0.01, 50, 1e-5) < spent_epsilon(1.0, 0.1, 50, 1e-5)


def test_opacus_takes_our_step():
    """Without noise a step of opacus on a linear layer is the step by hand."""
    torch = pytest.importorskip("torch")
    pytest.importorskip("opacus")
    from opacus import GradSampleModule
    from opacus.optimizers import DPOptimizer

    from medai.trust.privacy.training import private_step

    rng = np.random.default_rng(4)
    x, y = rng.normal(size=(12, 3)), rng.integers(0, 2, 12)
    layer = torch.nn.Linear(3, 1).double()
    torch.nn.init.zeros_(layer.weight)
    torch.nn.init.zeros_(layer.bias)
    wrapped = GradSampleModule(layer)
    optimiser = DPOptimizer(
        torch.optim.SGD(wrapped.parameters(), lr=0.5),
        noise_multiplier=0.0, max_grad_norm=0.4, expected_batch_size=12,
    )  # fmt: skip
    private_step(wrapped, optimiser, torch.tensor(x), torch.tensor(y, dtype=torch.float64))
    w = dp_logistic(x, y, noise=0, clip=0.4, sample_rate=1.0, steps=1, rate=0.5)
    theirs = np.r_[layer.weight.detach().numpy()[0], layer.bias.detach().numpy()]
    assert theirs == pytest.approx(w, abs=1e-6)


def test_training_by_opacus_spends_what_it_says_and_is_repeatable():
    torch = pytest.importorskip("torch")
    pytest.importorskip("opacus")
    rng = np.random.default_rng(5)
    x, y = rng.normal(size=(60, 2)), rng.integers(0, 2, 60)

    def run(seed):
        layer = torch.nn.Linear(2, 1)
        torch.nn.init.zeros_(layer.weight)
        torch.nn.init.zeros_(layer.bias)
        epsilon = train_private(layer, x, y, noise=2.0, delta=1e-4, steps=5, seed=seed)
        return epsilon, layer.weight.detach().numpy().copy()

    (spent, one), (_, again), (_, other) = run(1), run(1), run(2)
    assert spent == spent_epsilon(2.0, 0.1, 5, 1e-4)
    assert (one == again).all()
    assert (one != other).any()


def test_a_layer_that_mixes_patients_is_refused():
    torch = pytest.importorskip("torch")
    pytest.importorskip("opacus")
    model = torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.BatchNorm1d(2))
    with pytest.raises(MedaiError, match="mixes patients"):
        train_private(model, np.zeros((4, 2)), np.zeros(4), noise=1.0, delta=1e-4)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: laplace_count(3, 0, np.random.default_rng(0)), "epsilon=0"),
        (lambda: gaussian_delta(1, -1), "sigma=-1"),
        (lambda: gaussian_sigma(1, 1), "delta=1"),
        (lambda: dp_logistic(np.zeros((2, 1)), np.zeros(2), noise=-1), "noise=-1"),
        (lambda: dp_logistic(np.zeros((2, 1)), np.zeros(2), noise=1, steps=0), "steps=0"),
        (lambda: noise_for(0, 0.1, 10, 1e-5), "epsilon=0"),
        (lambda: spent_epsilon(1.0, 0.1, 10, 0), "delta=0"),
    ],
)
def test_what_is_refused(call, message):
    with pytest.raises(MedaiError, match=message):
        call()
