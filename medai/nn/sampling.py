"""Choose the next token from a model's logits: greedy, temperature, top-k, top-p."""

from __future__ import annotations

import numpy as np

from medai.runtime import MedaiError


def distribution(
    logits: np.ndarray,
    temperature: float = 1.0,
    top_k: int | None = None,
    top_p: float | None = None,
) -> np.ndarray:
    """Return the probabilities from which the next token is drawn.

    Parameters
    ----------
    logits : numpy.ndarray, shape (V,)
        Unnormalised log probabilities.
    temperature : float
        Divides the logits: 0 leaves only the best token, 1 changes nothing, more flattens.
    top_k : int, optional
        Only the k best tokens stay.
    top_p : float, optional
        Only the smallest set of best tokens stays whose probability reaches p (nucleus
        sampling, Holtzman et al. 2020).  The best token always stays.

    Returns
    -------
    numpy.ndarray, float64, shape (V,)
        Sums to 1.  Of equal logits the lower id counts as better.

    Raises
    ------
    MedaiError
        For logits that are not one row of numbers, or a setting out of range.
    """
    z = np.asarray(logits, dtype=float)
    if z.ndim != 1 or not z.size or np.isnan(z).any():
        raise MedaiError(f"logits of shape {z.shape}: one row of numbers is needed, without NaN")
    if not 0 <= temperature < np.inf:
        raise MedaiError(f"temperature={temperature}: 0 (greedy) or more; 1 changes nothing")
    if top_k is not None and top_k < 1:
        raise MedaiError(f"top_k={top_k}: keep at least 1 token, or None for all")
    if top_p is not None and not 0 < top_p <= 1:
        raise MedaiError(f"top_p={top_p}: above 0, at most 1 (1 keeps all)")
    order = np.argsort(-z, kind="stable")  # best first
    if temperature == 0:
        order, z = order[:1], np.zeros_like(z)
    else:
        z = (z - z.max()) / temperature
    order = order[:top_k]
    p = np.exp(z[order])
    p /= p.sum()
    if top_p is not None:
        before = np.cumsum(p) - p  # probability of the better ones
        p = np.where(before < top_p - 1e-12, p, 0.0)
    out = np.zeros(len(z))
    out[order] = p / p.sum()
    return out


def choose(
    logits: np.ndarray,
    rng: np.random.Generator,
    temperature: float = 1.0,
    top_k: int | None = None,
    top_p: float | None = None,
) -> int:
    """Draw the next token from :func:`distribution`; temperature 0 draws nothing at random."""
    p = distribution(logits, temperature, top_k, top_p)
    return int(p.argmax()) if temperature == 0 else int(rng.choice(len(p), p=p))
