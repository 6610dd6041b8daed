"""Temperature scaling: one number that makes probabilities honest (Guo et al., 2017)."""

from __future__ import annotations

import numpy as np


def softmax(logits: np.ndarray) -> np.ndarray:
    """Return the softmax of each row, computed without overflow."""
    e = np.exp(logits - logits.max(1, keepdims=True))
    return e / e.sum(1, keepdims=True)


def fit_temperature(logits: np.ndarray, y: np.ndarray) -> float:
    """Return T > 0 that minimises the log loss of ``softmax(logits / T)``, within 0.05 to 20.

    Parameters
    ----------
    logits : numpy.ndarray, shape (n, K)
    y : numpy.ndarray, shape (n,)
        The right class of each row.
    """
    from scipy.optimize import minimize_scalar

    def loss(log_t: float) -> float:
        z = logits / np.exp(log_t)
        z = z - z.max(1, keepdims=True)
        return float(np.mean(np.log(np.exp(z).sum(1)) - z[np.arange(len(y)), y]))

    limits = (np.log(0.05), np.log(20))
    return float(np.exp(minimize_scalar(loss, bounds=limits, method="bounded").x))
