"""Training that forgets whom it learnt from: DP-SGD by hand, and by opacus.

DP-SGD (Abadi et al. 2016; Equation 33.5): each patient's gradient is cut to a length of at most
C, the sum gets Gaussian noise of standard deviation σC, and the accountant says what all steps
together cost.  Patients enter a step independently, each with the chance `sample_rate`
(Poisson sampling): the accounting rests on that.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

from medai.runtime.errors import MedaiError

if TYPE_CHECKING:
    import torch


# Orders of Rényi divergence that are tried; opacus' own end at 63, too few for a small ε.
ORDERS = [
    1.5,
    2,
    2.5,
    3,
    3.5,
    4,
    5,
    6,
    7,
    8,
    10,
    12,
    14,
    16,
    20,
    24,
    32,
    48,
    *(2**k for k in range(6, 13)),
]


def clip_rows(gradients: np.ndarray, clip: float) -> np.ndarray:
    """Return each row shortened to a Euclidean length of at most `clip`; shorter rows stay.

    Parameters
    ----------
    gradients : numpy.ndarray
        One patient a row, shape (n, parameters).
    clip : float
        C, above 0.

    Raises
    ------
    MedaiError
        When C is not above 0.

    Examples
    --------
    >>> import numpy as np
    >>> from medai.trust.privacy.training import clip_rows
    >>> clip_rows(np.array([[3.0, 4.0], [0.3, 0.4]]), clip=1.0)
    array([[0.6, 0.8],
           [0.3, 0.4]])
    """
    if not clip > 0:
        raise MedaiError(f"clip={clip}: a length above 0 is wanted.")
    length = np.linalg.norm(gradients, axis=1, keepdims=True)
    return gradients * np.minimum(1.0, clip / np.maximum(length, 1e-12))


def logistic_gradients(w: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return each patient's gradient of the log-loss, shape (n, features + 1), intercept last."""
    ones = np.c_[x, np.ones(len(x))]
    return (1 / (1 + np.exp(-ones @ w)) - y)[:, None] * ones


def dp_logistic(
    x: np.ndarray,
    y: np.ndarray,
    *,
    noise: float,
    clip: float = 1.0,
    sample_rate: float = 0.1,
    steps: int = 200,
    rate: float = 0.5,
    seed: int = 33,
) -> np.ndarray:
    """Fit a logistic regression by DP-SGD.

    Parameters
    ----------
    x, y : numpy.ndarray
        Features, shape (n, features), and outcomes 0/1, shape (n,).  One row a patient: what is
        protected is a row.
    noise : float
        σ, the noise in units of `clip`; 0 trains without privacy (but still clips).
    clip, sample_rate, steps, rate
        C; the chance that a patient enters a step; steps; step width.
    seed : int
        A seeded generator is for teaching.

    Returns
    -------
    numpy.ndarray
        Weights, shape (features + 1,), the intercept last.

    Raises
    ------
    MedaiError
        For negative noise, a rate outside (0, 1], fewer than one step, or C not above 0.
    """
    if noise < 0:
        raise MedaiError(f"noise={noise}: it must be at least 0.")
    _check_plan(sample_rate, steps)
    rng = np.random.default_rng([seed, 0xD9])
    w = np.zeros(x.shape[1] + 1)
    for _ in range(steps):
        rows = rng.random(len(x)) < sample_rate
        total = clip_rows(logistic_gradients(w, x[rows], y[rows]), clip).sum(0)
        total += rng.normal(0, noise * clip, len(w)) if noise else 0
        w -= rate * total / (sample_rate * len(x))
    return w


def logistic_score(w: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Return the log-odds of the weights of :func:`dp_logistic`, shape (n,)."""
    return x @ w[:-1] + w[-1]


def spent_epsilon(noise: float, sample_rate: float, steps: int, delta: float) -> float:
    """Return the ε that a run of DP-SGD costs, by opacus' Rényi accountant (an upper bound).

    Raises
    ------
    MedaiError
        For noise or δ not above 0, δ not below 1, a bad rate, or fewer than one step.
    """
    from opacus.accountants import RDPAccountant

    _check_plan(sample_rate, steps)
    if not noise > 0 or not 0 < delta < 1:
        raise MedaiError(f"noise={noise}, delta={delta}: noise above 0, delta between 0 and 1.")
    accountant = RDPAccountant()
    accountant.history = [(noise, sample_rate, steps)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it suggests other orders when the bound is loose
        return float(accountant.get_epsilon(delta=delta, alphas=ORDERS))


def noise_for(epsilon: float, sample_rate: float, steps: int, delta: float) -> float:
    """Return the noise σ with which a run costs at most ε, to within half a percent of σ.

    Raises
    ------
    MedaiError
        When ε is not above 0, or as :func:`spent_epsilon`.
    """
    if not epsilon > 0:
        raise MedaiError(f"epsilon={epsilon}: a number above 0 is wanted.")
    low, high = 0.2, 1.0
    while spent_epsilon(high, sample_rate, steps, delta) > epsilon:
        low, high = high, 2 * high
        if high > 1e6:
            raise MedaiError(f"epsilon={epsilon} cannot be reached: take fewer steps.")
    while high / low > 1.005:
        middle = (low * high) ** 0.5
        if spent_epsilon(middle, sample_rate, steps, delta) > epsilon:
            low = middle
        else:
            high = middle
    return high


def train_private(
    model: torch.nn.Module,
    x: np.ndarray,
    y: np.ndarray,
    *,
    noise: float,
    delta: float,
    clip: float = 1.0,
    sample_rate: float = 0.1,
    steps: int = 200,
    rate: float = 0.5,
    seed: int = 33,
) -> float:
    """Train a torch model of one logit by opacus' DP-SGD, in place, and return the ε spent.

    opacus gets each patient's gradient from the layers, clips, adds noise and keeps account.
    Its noise here comes from torch's ordinary generator: for real patients turn on opacus'
    ``secure_mode``.

    Parameters
    ----------
    model : torch.nn.Module
        Maps (n, features) to (n, 1).  Layers that mix patients (batch normalisation) are
        refused by opacus.
    x, y, clip, sample_rate, steps, rate, seed
        As :func:`dp_logistic`.
    noise : float
        σ, above 0.
    delta : float
        δ, between 0 and 1.

    Raises
    ------
    MedaiError
        As :func:`spent_epsilon`, or when opacus cannot train the model.
    """
    import torch
    from opacus import GradSampleModule
    from opacus.optimizers import DPOptimizer
    from opacus.validators import ModuleValidator

    epsilon = spent_epsilon(noise, sample_rate, steps, delta)
    if ModuleValidator.validate(model, strict=False):
        raise MedaiError("a layer of the model mixes patients: use group or layer normalisation.")
    generator = torch.Generator().manual_seed(seed)
    with _Ignoring():
        wrapped = GradSampleModule(model)
        optimiser = DPOptimizer(
            torch.optim.SGD(wrapped.parameters(), lr=rate),
            noise_multiplier=noise,
            max_grad_norm=clip,
            expected_batch_size=sample_rate * len(x),
            generator=generator,
        )
        data = torch.as_tensor(x, dtype=torch.float32), torch.as_tensor(y, dtype=torch.float32)
        for _ in range(steps):
            rows = torch.rand(len(x), generator=generator) < sample_rate
            if not rows.any():
                rows[torch.randint(len(x), (1,), generator=generator)] = True
            private_step(wrapped, optimiser, data[0][rows], data[1][rows])
        wrapped.remove_hooks()
    return epsilon


def private_step(wrapped: Any, optimiser: Any, x: torch.Tensor, y: torch.Tensor) -> None:
    """Take one step of opacus on a batch (opacus undoes the mean of the loss by itself)."""
    import torch

    optimiser.zero_grad()
    loss = torch.nn.functional.binary_cross_entropy_with_logits(wrapped(x)[:, 0], y)
    loss.backward()
    optimiser.step()


class _Ignoring(warnings.catch_warnings):
    """Hides what opacus and torch say about hooks."""

    def __enter__(self) -> Any:
        log = super().__enter__()
        warnings.simplefilter("ignore")
        return log


def _check_plan(sample_rate: float, steps: int) -> None:
    if not 0 < sample_rate <= 1 or steps < 1:
        raise MedaiError(
            f"sample_rate={sample_rate}, steps={steps}: a chance above 0 and at most 1, and at "
            "least one step."
        )
