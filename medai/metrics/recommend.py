"""Recommending what is missing from a list: recall@k, and two baselines that are hard to beat.

Rows are patients and columns are items (drugs, codes); 1 means "on the list".  A model
scores every item, the items that are already known are excluded, and the first k of the
rest are shown.

References
----------
Steck H. Embarrassingly shallow autoencoders for sparse data. WWW 2019, arXiv:1905.03375.
"""

from __future__ import annotations

import numpy as np

from medai.runtime import MedaiError

TIE = 1e-9  # scores closer than this are a tie: equal columns differ by rounding only


def recall_at_k(
    scores: np.ndarray, targets: np.ndarray, k: int, exclude: np.ndarray | None = None
) -> np.ndarray:
    """Return, for each row, the share of its targets among the first `k` recommendations.

    Ties count against the model: an item that is no target goes before a target of the same
    score.  A model that gives every item the same score thus finds nothing.

    Parameters
    ----------
    scores : numpy.ndarray
        Larger is better, shape (rows, items), or (items,) for one list shown to every row.
        ``-inf`` marks an item that is never shown.
    targets : numpy.ndarray
        What should be found, 0/1 or bool, shape (rows, items); at least one in each row.
    k : int
        The length of the list, at least 1.
    exclude : numpy.ndarray, optional
        Items that are known already and so are not shown, 0/1 or bool, shape (rows, items).

    Returns
    -------
    numpy.ndarray
        Shape (rows,), each between 0 and 1.  The share is taken of all targets of the row,
        so a row with more than `k` targets cannot reach 1.

    Raises
    ------
    MedaiError
        When shapes differ, a score is NaN, a row has no target (its recall is undefined;
        leave such rows out), an item is both target and excluded, or `k` is below 1.

    Examples
    --------
    >>> recall_at_k([[0.9, 0.8, 0.1]], [[0, 1, 1]], k=1, exclude=[[1, 0, 0]]).tolist()
    [0.5]
    """
    k = _length(k)
    return np.array([np.mean(ranks <= k) for ranks in target_ranks(scores, targets, exclude)])


def ndcg_at_k(
    scores: np.ndarray, targets: np.ndarray, k: int, exclude: np.ndarray | None = None
) -> np.ndarray:
    """Return each row's normalised discounted cumulative gain at `k`.

    A target at rank r adds 1 / log2(r + 1); the sum is divided by what the best possible
    list would have.  Arguments, ties and errors as in :func:`recall_at_k`.

    Returns
    -------
    numpy.ndarray
        Shape (rows,), 1 when the targets fill the first places.
    """
    k = _length(k)
    values = []
    for ranks in target_ranks(scores, targets, exclude):
        best = np.arange(1, min(k, len(ranks)) + 1)
        gain = np.sum(1 / np.log2(ranks[ranks <= k] + 1))
        values.append(gain / np.sum(1 / np.log2(best + 1)))
    return np.array(values)


def target_ranks(
    scores: np.ndarray, targets: np.ndarray, exclude: np.ndarray | None = None
) -> list[np.ndarray]:
    """Return the ranks of each row's targets, best first; ties as in :func:`recall_at_k`.

    Returns
    -------
    list of numpy.ndarray
        One array per row, one rank per target, from 1; ``inf`` for a score of ``-inf``.
    """
    scores, targets, exclude = _checked(scores, targets, exclude)
    found = []
    for row, wanted, known in zip(scores, targets, exclude, strict=True):
        own = np.sort(row[wanted])[::-1]
        others = np.sort(row[~wanted & ~known])
        above = len(others) - np.searchsorted(others, own - TIE, side="left")
        ranks = above + np.arange(1.0, len(own) + 1)
        ranks[own == -np.inf] = np.inf
        found.append(ranks)
    return found


def popularity(x: np.ndarray) -> np.ndarray:
    """Return the share of rows that have each item: the list that everybody gets.

    Parameters
    ----------
    x : numpy.ndarray
        0/1, shape (rows, items).

    Returns
    -------
    numpy.ndarray
        Shape (items,), between 0 and 1.
    """
    return (_matrix(x) > 0).mean(axis=0)


class EASE:
    """Linear regression of every item on all the others, in closed form.

    Minimises ``||X - X B||² + regularisation · ||B||²`` with a zero diagonal, so no item may
    explain itself.  With ``P = (XᵀX + regularisation · I)⁻¹`` the solution is
    ``B = I - P · diagMat(1 / diag(P))``.

    Parameters
    ----------
    regularisation : float
        Above 0.  Larger pulls the weights towards zero.

    Attributes
    ----------
    weights : numpy.ndarray
        B, shape (items, items); column j holds the weights that score item j.

    References
    ----------
    Steck H. Embarrassingly shallow autoencoders for sparse data. WWW 2019, equation 8.
    """

    def __init__(self, regularisation: float) -> None:
        if not (np.isfinite(regularisation) and regularisation > 0):
            raise MedaiError(
                f"regularisation={regularisation}: it must be above 0, or XᵀX may have no "
                "inverse. Try 1 to 1000 and choose on validation rows."
            )
        self.regularisation = float(regularisation)
        self.weights: np.ndarray | None = None

    def fit(self, x: np.ndarray) -> EASE:
        """Learn the weights from a 0/1 matrix, shape (rows, items), and return self."""
        x = _matrix(x)
        gram = x.T @ x
        gram[np.diag_indices_from(gram)] += self.regularisation
        precision = np.linalg.inv(gram)
        weights = -precision / np.diag(precision)  # divides column j by P[j, j]
        weights[np.diag_indices_from(weights)] = 0
        self.weights = weights
        return self

    def scores(self, x: np.ndarray) -> np.ndarray:
        """Return ``X B``, shape (rows, items): larger means more expected beside the rest."""
        if self.weights is None:
            raise MedaiError("EASE has no weights yet: call fit(X) with the training rows first.")
        x = _matrix(x)
        if x.shape[1] != len(self.weights):
            raise MedaiError(
                f"{x.shape[1]} items, but EASE was fitted on {len(self.weights)}: give the "
                "same columns in the same order."
            )
        return x @ self.weights


def hide_some(
    x: np.ndarray, n: int = 1, seed: int = 0, columns: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Hide `n` known items of each row at random, and say which.

    Parameters
    ----------
    x : numpy.ndarray
        0/1, shape (rows, items).  Each row needs more than `n` items, so that something
        remains to recommend from.
    n : int
        How many to hide, at least 1.
    seed : int
        Seed of the random numbers.
    columns : numpy.ndarray, optional
        Which items may be hidden: bool of shape (items,), or positions.  All by default.

    Returns
    -------
    visible, hidden : numpy.ndarray
        float32 0/1, of the shape of `x`; their sum is `x`.

    Raises
    ------
    MedaiError
        When the matrix is not 0/1, `n` is below 1, or a row has too few items.

    Examples
    --------
    >>> visible, hidden = hide_some([[1, 1, 0, 1]], n=1, seed=0)
    >>> hidden.sum(axis=1).tolist(), (visible + hidden).tolist()
    ([1.0], [[1.0, 1.0, 0.0, 1.0]])
    """
    x = _matrix(x)
    if not np.isin(x, (0, 1)).all():
        raise MedaiError("hide_some needs a 0/1 matrix: turn counts into X > 0 first.")
    n = _length(n, "n")
    allowed = np.ones(x.shape[1], dtype=bool)
    if columns is not None:
        allowed[:] = False
        allowed[np.asarray(columns)] = True
    may = (x > 0) & allowed
    short = np.flatnonzero((may.sum(axis=1) < n) | (x.sum(axis=1) <= n))
    if len(short):
        raise MedaiError(
            f"{len(short)} rows (first: {short[:3].tolist()}) have fewer than {n} items to "
            f"hide, or none would remain: leave out rows with at most {n}."
        )
    draw = np.where(may, np.random.default_rng(seed).random(x.shape), np.inf)
    hidden = np.zeros(x.shape, dtype="float32")
    np.put_along_axis(hidden, np.argsort(draw, axis=1)[:, :n], 1, axis=1)
    return (x - hidden).astype("float32"), hidden


def _length(k: int, name: str = "k") -> int:
    if not float(k).is_integer() or k < 1:
        raise MedaiError(f"{name}={k}: it must be a whole number, at least 1.")
    return int(k)


def _matrix(x: np.ndarray) -> np.ndarray:
    x = np.asarray(x, dtype=float)
    if x.ndim != 2 or 0 in x.shape:
        raise MedaiError(f"The matrix has shape {x.shape}: need (rows, items), at least 1 × 1.")
    if not (np.isfinite(x).all() and (x >= 0).all()):
        raise MedaiError("The matrix holds NaN, infinite or negative values: 0 or 1 is expected.")
    return x


def _checked(
    scores: np.ndarray, targets: np.ndarray, exclude: np.ndarray | None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    targets = _matrix(targets) > 0
    scores = np.asarray(scores, dtype=float)
    if scores.shape not in (targets.shape, targets.shape[1:]):
        raise MedaiError(
            f"scores {scores.shape} and targets {targets.shape}: need one score per row and "
            "item, or one per item."
        )
    if np.isnan(scores).any() or (scores == np.inf).any():
        raise MedaiError("scores hold NaN or +inf; use -inf for an item that is never shown.")
    scores = np.broadcast_to(scores, targets.shape)
    known = np.zeros(targets.shape, dtype=bool) if exclude is None else _matrix(exclude) > 0
    if known.shape != targets.shape:
        raise MedaiError(f"exclude {known.shape} and targets {targets.shape} differ in shape.")
    both = np.argwhere(known & targets)
    if len(both):
        raise MedaiError(
            f"{len(both)} items are target and excluded at once (first: row, item "
            f"{both[0].tolist()}): they could never be found. Exclude what is visible only."
        )
    empty = np.flatnonzero(~targets.any(axis=1))
    if len(empty):
        raise MedaiError(
            f"{len(empty)} rows have no target (first: {empty[:3].tolist()}): their recall is "
            "undefined. Leave them out."
        )
    return scores, targets, known
