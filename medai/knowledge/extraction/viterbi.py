"""The best sequence of tags, not the best tag for each token (book, Chapter 16).

Source: Viterbi 1967, as every textbook of sequence models has it.
"""

from __future__ import annotations

import numpy as np

from medai.knowledge.extraction.mentions import TAGS
from medai.runtime import MedaiError


def legal_steps(tags: tuple[str, ...] = TAGS) -> tuple[np.ndarray, np.ndarray]:
    """Return what BIO allows as scores: 0 where a step is legal, -inf where it is not.

    ``I-drug`` may only follow ``B-drug`` or ``I-drug``.

    Returns
    -------
    start : numpy.ndarray, shape (K,)
        For the first tag.
    steps : numpy.ndarray, shape (K, K)
        For going from the tag of the row to that of the column.
    """
    start, steps = np.zeros(len(tags)), np.zeros((len(tags), len(tags)))
    for j, tag in enumerate(tags):
        if tag.startswith("I-"):
            start[j] = -np.inf
            for i, before in enumerate(tags):
                if before[1:] != tag[1:]:
                    steps[i, j] = -np.inf
    return start, steps


def viterbi(scores: np.ndarray, steps: np.ndarray, start: np.ndarray) -> list[int]:
    r"""Return the sequence of tags with the largest total score.

    .. math:: \hat y = \arg\max_y \; s(y_1) + \sum_t e_t(y_t) + \sum_{t>1} a(y_{t-1}, y_t)

    Parameters
    ----------
    scores : numpy.ndarray, shape (T, K)
        :math:`e_t(k)`, how well tag k suits token t.
    steps : numpy.ndarray, shape (K, K)
        :math:`a(i, j)`, the score of tag j after tag i.
    start : numpy.ndarray, shape (K,)
        :math:`s(k)`, the score of tag k at the beginning.

    Returns
    -------
    list of int
        T tags; of several best sequences, the one with the smaller tag numbers from the end.

    Raises
    ------
    MedaiError
        When the sizes do not fit or a score is NaN.
    """
    scores = np.asarray(scores, dtype=float)
    k = len(start)
    if scores.ndim != 2 or scores.shape[1] != k or steps.shape != (k, k):
        raise MedaiError(
            f"scores {scores.shape}, steps {steps.shape}, start {start.shape}: "
            "(T, K), (K, K) and (K,) are wanted."
        )
    if np.isnan(scores).any():
        raise MedaiError("scores hold NaN: the tagger that made them is broken.")
    if len(scores) == 0:
        return []
    best = start + scores[0]  # the best total of a sequence that ends here with tag k
    came_from = np.zeros(scores.shape, dtype=int)
    for t in range(1, len(scores)):
        totals = best[:, None] + steps  # from the row's tag to the column's
        came_from[t] = totals.argmax(axis=0)
        best = totals.max(axis=0) + scores[t]
    tags = [int(best.argmax())]
    for t in range(len(scores) - 1, 0, -1):
        tags.append(int(came_from[t, tags[-1]]))
    return tags[::-1]
