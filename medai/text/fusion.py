"""Joining ranked lists whose scores have no common unit."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

RRF = 60  # the constant of the fusion, as in the paper; not tuned


def reciprocal_rank_fusion(lists: Sequence[np.ndarray], depth: int) -> np.ndarray:
    """Return the sum over the lists of 1 / (60 + rank) (Cormack et al., 2009).

    Parameters
    ----------
    lists : sequence of numpy.ndarray
        Scores of the same items, each of shape (n,); a score of 0 or less has no place.
    depth : int
        Places of each list that count.

    Returns
    -------
    numpy.ndarray
        Shape (n,); only the order means anything.
    """
    total = np.zeros(len(lists[0]))
    for scores in lists:
        order = np.argsort(-scores, kind="stable")[:depth]
        order = order[scores[order] > 0]
        total[order] += 1 / (RRF + 1 + np.arange(len(order)))
    return total
