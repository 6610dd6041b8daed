"""Choose the next token, for any language model: greedy, temperature, top-k, top-p."""

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
        Divides the logits: 0 leaves only the best token, 1 changes nothing, more flattens;
        at infinity all tokens that are possible at all are equally likely.
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
    if z.max() == -np.inf:
        raise MedaiError("all logits are -inf: no token is possible; mask fewer of them")
    if not temperature >= 0:
        raise MedaiError(f"temperature={temperature}: 0 (greedy) or more; 1 changes nothing")
    if top_k is not None and top_k < 1:
        raise MedaiError(f"top_k={top_k}: keep at least 1 token, or None for all")
    if top_p is not None and not 0 < top_p <= 1:
        raise MedaiError(f"top_p={top_p}: above 0, at most 1 (1 keeps all)")
    order = np.argsort(-z, kind="stable")  # best first
    if temperature == 0:
        order, z = order[:1], np.zeros_like(z)
    else:
        possible = z > -np.inf
        z = np.where(possible, z - z.max(), 0.0) / temperature
        z[~possible] = -np.inf
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


def apply_temperature(
    probabilities: np.ndarray, temperature: float, top_k: int | None = None
) -> np.ndarray:
    r"""Sharpen or flatten a distribution: :math:`p_i^{1/T} / \sum_j p_j^{1/T}`.

    Parameters
    ----------
    probabilities : numpy.ndarray, shape (V,)
        A distribution.
    temperature : float
        0: all mass on the most probable entry (the first of equals). 1: unchanged.
        Infinity: even over all entries that have any probability.
    top_k : int, optional
        Keep the ``top_k`` most probable entries only (the first of equals).

    Returns
    -------
    numpy.ndarray, shape (V,)
        The new distribution; entries of probability 0 stay 0.
    """
    if not temperature >= 0:
        raise MedaiError(
            f"temperature = {temperature}, but it must be 0 (greedy) or more; 1 changes nothing"
        )
    with np.errstate(divide="ignore"):
        return distribution(np.log(np.asarray(probabilities, dtype=float)), temperature, top_k)
