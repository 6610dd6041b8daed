"""Cross-entropy, perplexity and bits per character (book, chapter 03).

Everything here works on natural-log probabilities, one per predicted token.
Perplexity is the exponential of the mean *negative log* probability, which is the
geometric mean of the inverse probabilities.  The arithmetic mean of the inverse
probabilities, which circulates in tutorials, is never smaller (Jensen) and lets one
rare word decide everything.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from medai.runtime import MedaiError

_TOLERANCE = 1e-9  # rounding may lift a certain event's log probability just above 0


def _checked(logprobs: ArrayLike | Sequence[ArrayLike]) -> np.ndarray:
    if isinstance(logprobs, list | tuple) and any(np.ndim(part) for part in logprobs):
        logprobs = np.concatenate([np.ravel(part) for part in logprobs])
    values = np.asarray(logprobs, dtype=float).ravel()
    if values.size == 0:
        raise MedaiError(
            "no log probabilities were given, so nothing can be averaged; score at least one token"
        )
    if np.isnan(values).any():
        raise MedaiError(
            f"log probability {int(np.isnan(values).argmax())} is NaN; "
            "mend the model, or drop the padding before you average"
        )
    if values.max() > _TOLERANCE:
        raise MedaiError(
            f"log probability {values.max():.4g} is above 0, but no probability exceeds 1; "
            "pass log probabilities, not probabilities and not losses (their negative)"
        )
    return values


def cross_entropy(logprobs: ArrayLike | Sequence[ArrayLike]) -> float:
    r"""Compute the mean negative log probability, in nats per token.

    .. math:: H = -\frac{1}{N} \sum_{i=1}^{N} \ln P(w_i \mid h_i)

    Parameters
    ----------
    logprobs : array_like, or list of array_like
        Natural-log probability of each predicted token, any shape, or one array per text.

    Returns
    -------
    float
        Nats per token; infinite if a token had probability 0. Divide by ``ln 2`` for bits.

    Raises
    ------
    MedaiError
        If the array is empty, or holds NaN or a positive value.
    """
    return float(-_checked(logprobs).mean() + 0.0)


def perplexity(logprobs: ArrayLike | Sequence[ArrayLike]) -> float:
    r"""Compute :math:`\exp(-\frac1N\sum_i \ln P(w_i \mid h_i))`.

    Parameters
    ----------
    logprobs : array_like, or list of array_like
        Natural-log probability of each predicted token, any shape, or one array per text.

    Returns
    -------
    float
        Between 1 (never surprised) and infinity (a token was held impossible).
        A uniform model over ``V`` words has perplexity ``V``.

    Raises
    ------
    MedaiError
        As :func:`cross_entropy`.
    """
    return float(np.exp(cross_entropy(logprobs)))


def bits_per_character(logprobs: ArrayLike | Sequence[ArrayLike], n_characters: int) -> float:
    """Compute the code length of a text per character, comparable between tokenisers.

    Parameters
    ----------
    logprobs : array_like, or list of array_like
        Natural-log probability of each predicted token of the whole text.
    n_characters : int
        How many characters those tokens spell.

    Returns
    -------
    float
        Bits per character.

    Raises
    ------
    MedaiError
        As :func:`cross_entropy`, or if ``n_characters`` is below 1.

    Notes
    -----
    Comparable only if the tokens spell the *same* text: a model that writes ``<unk>``
    for a word has not paid for its letters.
    """
    if n_characters < 1:
        raise MedaiError(f"n_characters = {n_characters}, but a text has at least 1 character")
    return float(-_checked(logprobs).sum() / (n_characters * np.log(2)) + 0.0)


def perplexity_from_logits(
    logits: ArrayLike, targets: ArrayLike, mask: ArrayLike | None = None
) -> float:
    """Compute perplexity from a network's raw scores.

    Parameters
    ----------
    logits : array_like, shape (..., V)
        Unnormalised log probabilities, for instance ``(B, T, V)``.
    targets : array_like of int, shape (...)
        The token that came at each position, 0 to V - 1.
    mask : array_like of bool, shape (...), optional
        True where the position counts; padding is False.

    Returns
    -------
    float
        Perplexity over all positions that count, each with the same weight (not the mean
        over sequences, which would let a short sequence weigh as much as a long one).

    Raises
    ------
    MedaiError
        If shapes do not fit, a target that counts is outside 0 to V - 1, or no position counts.
    """
    scores = np.asarray(logits, dtype=float)
    wanted = np.asarray(targets)
    keep = np.ones(wanted.shape, bool) if mask is None else np.asarray(mask).astype(bool)
    if scores.ndim != wanted.ndim + 1 or scores.shape[:-1] != wanted.shape:
        raise MedaiError(
            f"logits {scores.shape} and targets {wanted.shape} do not fit: "
            "logits need the shape of targets and one more axis, the vocabulary"
        )
    if keep.shape != wanted.shape:
        raise MedaiError(f"mask {keep.shape} must have the shape of targets {wanted.shape}")
    scores, wanted = scores[keep], wanted[keep]
    if wanted.size == 0:
        raise MedaiError("the mask leaves no position; at least one must be True")
    if not np.issubdtype(wanted.dtype, np.integer):
        raise MedaiError(f"targets are {wanted.dtype}, but they are token ids: pass integers")
    outside = (wanted < 0) | (wanted >= scores.shape[-1])
    if outside.any():
        raise MedaiError(
            f"target {wanted[outside][0]} is outside 0 to {scores.shape[-1] - 1}; "
            "mask padding such as -100"
        )
    top = scores.max(axis=-1, keepdims=True)
    log_total = top[:, 0] + np.log(np.exp(scores - top).sum(axis=-1))
    chosen = np.take_along_axis(scores, wanted[:, None], axis=-1)[:, 0]
    return perplexity(np.minimum(chosen - log_total, 0.0))


def perplexity_interval(
    logprobs_by_text: Sequence[ArrayLike],
    rng: np.random.Generator,
    level: float = 0.95,
    resamples: int = 1000,
) -> tuple[float, float, float]:
    """Compute perplexity with a percentile bootstrap interval over texts.

    Whole texts are drawn, because the words of one text are not independent of each other.

    Parameters
    ----------
    logprobs_by_text : sequence of array_like
        One array of natural-log probabilities per text.
    rng : numpy.random.Generator
        Source of randomness.
    level : float
        Coverage, between 0 and 1.
    resamples : int
        Number of bootstrap samples.

    Returns
    -------
    estimate, low, high : float
        Perplexity of all texts together and the ends of its interval.

    Raises
    ------
    MedaiError
        As :func:`cross_entropy`, or if ``level`` or ``resamples`` is out of range.
    """
    if not 0 < level < 1:
        raise MedaiError(f"level = {level}, but it must lie between 0 and 1, for instance 0.95")
    if resamples < 1:
        raise MedaiError(f"resamples = {resamples}, but at least 1 is needed; 1000 is usual")
    if len(logprobs_by_text) == 0:
        raise MedaiError("no texts were given; score at least one text")
    arrays = [np.asarray(a, dtype=float).ravel() for a in logprobs_by_text]
    estimate = perplexity(arrays)
    # Not cluster_bootstrap: it multiplies by how often a text is drawn, and an impossible text
    # (infinite sum) that is drawn 0 times would give NaN.
    sums = np.array([a.sum() for a in arrays])
    sizes = np.array([a.size for a in arrays])
    draws = np.empty(resamples)
    for b in range(resamples):
        pick = rng.integers(0, len(arrays), len(arrays))
        draws[b] = np.exp(-sums[pick].sum() / sizes[pick].sum())
    low, high = np.quantile(draws, [(1 - level) / 2, (1 + level) / 2], method="inverted_cdf")
    return estimate, float(low), float(high)
