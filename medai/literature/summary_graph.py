"""What summaries are made with: a graph of sentences, PageRank, maximal marginal relevance."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from medai.runtime import MedaiError

DAMPING = 0.85
TRADE = 0.7  # share of relevance in MMR; the rest is novelty


def check_count(k: int) -> int:
    """Return `k`, or refuse what is no number of sentences."""
    if isinstance(k, bool) or not isinstance(k, int) or k < 1:
        raise MedaiError(f"k={k!r}: a summary has a whole number of sentences from 1, e.g. 2.")
    return k


def content_words(sentence: str) -> frozenset[str]:
    """Return the words of a sentence in lower case, without stop words and marks."""
    from medai.preprocess.text import STOP_WORDS, clinical_tokens

    words = clinical_tokens(sentence, lower=True)
    return frozenset(w for w in words if w not in STOP_WORDS and any(c.isalnum() for c in w))


def overlap_graph(sentences: Sequence[str]) -> np.ndarray:
    r"""Return how much each pair of sentences shares.

    .. math:: w_{ij} = \frac{|S_i \cap S_j|}{\ln|S_i| + \ln|S_j|}

    with the set :math:`S_i` of content words.  The logarithms keep long sentences from winning
    by length.  Two sentences of one word each have weight 0.  (TextRank counts every word of a
    sentence; stop words and repetitions are left out here.)

    Returns
    -------
    numpy.ndarray, shape (sentences, sentences)
        Symmetric, 0 on the diagonal.
    """
    bags = [content_words(one) for one in sentences]
    weights = np.zeros((len(bags), len(bags)))
    for i, first in enumerate(bags):
        for j in range(i):
            shared = len(first & bags[j])
            if shared and len(first) * len(bags[j]) > 1:
                weights[i, j] = shared / (np.log(len(first)) + np.log(len(bags[j])))
                weights[j, i] = weights[i, j]
    return weights


def pagerank(
    weights: np.ndarray, damping: float = DAMPING, tolerance: float = 1e-12, most: int = 1000
) -> np.ndarray:
    r"""Compute PageRank of a weighted graph by power iteration.

    .. math:: r_i = \frac{1-d}{n} + d \sum_j \frac{w_{ji}}{\sum_k w_{jk}} r_j

    A node without edges hands its rank to all nodes alike.

    Parameters
    ----------
    weights : numpy.ndarray, shape (n, n)
        ``weights[j, i]`` is the edge from j to i, not negative.
    damping : float
        :math:`d`, from 0 (all alike) to below 1.
    tolerance : float
        Stop when the ranks change by less in sum.
    most : int
        Steps after which an error is raised.

    Returns
    -------
    numpy.ndarray, shape (n,)
        Ranks that sum to 1.

    Raises
    ------
    MedaiError
        For weights that are no square, negative or not finite, or a damping out of range.
    """
    weights = np.asarray(weights, dtype=float)
    if weights.ndim != 2 or weights.shape[0] != weights.shape[1] or not len(weights):
        raise MedaiError(f"weights has shape {weights.shape}; a graph of n nodes needs (n, n).")
    if not np.isfinite(weights).all() or (weights < 0).any():
        raise MedaiError("weights holds a negative or infinite edge; use numbers from 0.")
    if not 0 <= damping < 1:
        raise MedaiError(f"damping={damping}: it lies from 0 to below 1; 0.85 is usual.")
    n = len(weights)
    out = weights.sum(axis=1)
    # (n, n): row j holds where the rank of j goes
    steps = np.where(out[:, None] > 0, weights / np.where(out > 0, out, 1)[:, None], 1 / n)
    rank = np.full(n, 1 / n)
    for _ in range(most):
        new = (1 - damping) / n + damping * rank @ steps
        if np.abs(new - rank).sum() < tolerance:
            return new
        rank = new
    raise MedaiError(f"PageRank has not settled after {most} steps: lower damping={damping}.")


def mmr(vectors: np.ndarray, query: np.ndarray, k: int, trade: float = TRADE) -> list[int]:
    r"""Choose rows that are close to a query and unlike each other.

    Each step takes the row with the highest

    .. math:: \lambda \cos(v_i, q) - (1-\lambda) \max_{j \in C} \cos(v_i, v_j)

    where :math:`C` are the rows chosen already (the last term is 0 at the first step).

    Parameters
    ----------
    vectors : numpy.ndarray, shape (n, d)
        One row each; need not have unit length, but none may be 0.
    query : numpy.ndarray, shape (d,)
        What the rows should be close to.
    k : int
        Rows to choose, at most n.
    trade : float
        :math:`\lambda` from 0 (novelty only) to 1 (relevance only).

    Returns
    -------
    list of int
        In the order of choice; the first of equals wins.
    """
    if not 0 <= trade <= 1:
        raise MedaiError(f"trade={trade}: the share of relevance lies from 0 to 1, e.g. 0.7.")
    rows = np.vstack([np.asarray(vectors, float), np.asarray(query, float)[None]])
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    if not np.isfinite(rows).all() or (lengths == 0).any():
        raise MedaiError("A vector is zero or not finite, so it has no direction: leave it out.")
    rows = rows / lengths
    alike = rows[:-1] @ rows[:-1].T  # (n, n)
    near = rows[:-1] @ rows[-1]  # (n,)
    chosen: list[int] = []
    while len(chosen) < min(check_count(k), len(near)):
        repeated = alike[:, chosen].max(axis=1) if chosen else np.zeros(len(near))
        gain = trade * near - (1 - trade) * repeated
        gain[chosen] = -np.inf
        chosen.append(int(np.argmax(np.round(gain, 6))))
    return chosen
