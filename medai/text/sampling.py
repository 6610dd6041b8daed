"""What temperature and top-k do to a distribution, for any language model."""

from __future__ import annotations

import numpy as np

from medai.runtime import MedaiError


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
    p = np.asarray(probabilities, dtype=float)
    if not temperature >= 0:
        raise MedaiError(
            f"temperature = {temperature}, but it must be 0 (greedy) or more; 1 changes nothing"
        )
    if top_k is not None and top_k < len(p):
        kept = np.zeros_like(p)
        best = np.argsort(-p, kind="stable")[:top_k]
        kept[best] = p[best]
        p = kept
    if temperature == 0:
        out = np.zeros_like(p)
        out[p.argmax()] = 1.0
        return out
    with np.errstate(divide="ignore"):
        scaled = np.log(p / p.max()) / temperature if np.isfinite(temperature) else np.log(p > 0)
    out = np.exp(scaled)
    return out / out.sum()
