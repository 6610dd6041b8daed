"""A small network whose weights can travel: the target of the attacks of Chapter 33."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import torch


def make_network(features: int, width: int = 64, seed: int = 33) -> torch.nn.Module:
    """Return a network of one hidden layer, (n, features) to (n, 1) log-odds."""
    import torch

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return torch.nn.Sequential(
            torch.nn.Linear(features, width), torch.nn.ReLU(), torch.nn.Linear(width, 1)
        )


def fit(
    model: torch.nn.Module, x: np.ndarray, y: np.ndarray, steps: int, rate: float = 0.01
) -> torch.nn.Module:
    """Train in place by Adam on all patients at once, without any restraint, and return it."""
    import torch

    data = torch.as_tensor(x, dtype=torch.float32), torch.as_tensor(y, dtype=torch.float32)
    optimiser = torch.optim.Adam(model.parameters(), lr=rate)
    for _ in range(steps):
        optimiser.zero_grad()
        loss = torch.nn.functional.binary_cross_entropy_with_logits(model(data[0])[:, 0], data[1])
        loss.backward()
        optimiser.step()
    return model


def logits(model: torch.nn.Module, x: np.ndarray) -> np.ndarray:
    """Return the log-odds of each patient, shape (n,)."""
    import torch

    with torch.no_grad():
        return model(torch.as_tensor(x, dtype=torch.float32))[:, 0].double().numpy()


def get_weights(model: torch.nn.Module) -> list[np.ndarray]:
    """Return copies of the model's parameters, in order.

    Examples
    --------
    >>> from medai.trust.privacy.network import get_weights, make_network
    >>> [one.shape for one in get_weights(make_network(features=20))]
    [(64, 20), (64,), (1, 64), (1,)]
    """
    return [one.detach().numpy().copy() for one in model.parameters()]


def set_weights(model: torch.nn.Module, weights: list[np.ndarray]) -> torch.nn.Module:
    """Put weights into the model, in the order of :func:`get_weights`, and return it."""
    import torch

    with torch.no_grad():
        for one, new in zip(model.parameters(), weights, strict=True):
            one.copy_(torch.as_tensor(new))
    return model
