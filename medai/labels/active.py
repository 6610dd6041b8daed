"""Active learning: which items the expert should label next.

Four ways to spend a budget of labels: at random, on what the model is least sure of, on what
lies farthest from everything labelled so far (the greedy core-set), or on what looks most
positive.  None is best everywhere; compare with random at the same budget.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from medai.runtime import MedaiError

__all__ = ["STRATEGIES", "chance_of_none", "farthest", "least_sure", "spend"]

STRATEGIES = ("random", "uncertain", "core-set", "positive")


def chance_of_none(prevalence: float, n: int) -> float:
    """Return the chance that `n` random items hold no positive, ``(1 - prevalence)^n``.

    Examples
    --------
    >>> round(chance_of_none(0.08, 10), 2)
    0.43
    """
    if not 0 <= prevalence <= 1 or n < 0:
        raise MedaiError(f"prevalence={prevalence}, n={n}: a share and a count are wanted.")
    return float((1 - prevalence) ** n)


def least_sure(p: ArrayLike, k: int) -> np.ndarray:
    """Return the `k` rows whose highest probability is lowest, shape (k,); ties in row order."""
    top = np.asarray(p, dtype=float).max(axis=1)
    return np.argsort(top, kind="stable")[:k]


def farthest(features: ArrayLike, chosen: ArrayLike, k: int) -> np.ndarray:
    """Return `k` more rows, each the farthest from all that are chosen by then, shape (k,).

    Parameters
    ----------
    features : array_like
        Shape (rows, columns); Euclidean distance.
    chosen : array_like of int
        Rows chosen before, at least one.
    k : int
        How many more.
    """
    x = np.asarray(features, dtype=float)
    chosen = list(np.asarray(chosen, dtype=int))
    if not chosen or len(chosen) + k > len(x):
        raise MedaiError(
            f"{len(chosen)} chosen, {k} wanted of {len(x)} rows: start with one, end within them."
        )
    size = (x**2).sum(1)
    near = (size[:, None] + size[chosen] - 2 * x @ x[chosen].T).min(1)
    near[chosen] = -1.0
    new = []
    for _ in range(k):
        row = int(np.argmax(near))
        new.append(row)
        near = np.minimum(near, size + size[row] - 2 * x @ x[row])
        near[row] = -1.0
    return np.array(new)


def spend(
    model: object,
    features: np.ndarray,
    labels: ArrayLike,
    budget: int,
    strategy: str = "uncertain",
    start: int = 10,
    batch: int = 10,
    seed: int = 0,
) -> np.ndarray:
    """Return the rows that a strategy would have labelled, in order, shape (budget,).

    Parameters
    ----------
    model
        An unfitted scikit-learn classifier with ``predict_proba``; cloned each time.
    features : numpy.ndarray or sparse matrix
        The pool, shape (rows, columns).
    labels : array_like of int
        What the expert would answer, 0 or 1, shape (rows,).  Only the answers for chosen rows are
        looked at.
    budget : int
        Labels in all.
    strategy : {"random", "uncertain", "core-set", "positive"}
        How the rows after the start are chosen.
    start : int
        Random rows to begin with; the same for every strategy at one seed.
    batch : int
        Labels between two fits.
    seed : int
        Of the random numbers.

    Raises
    ------
    MedaiError
        For an unknown strategy or numbers out of range.

    Notes
    -----
    Until both classes were seen there is no model, so the next batch is random (the cold start).
    """
    from sklearn.base import clone

    y, n = np.asarray(labels), features.shape[0]
    if strategy not in STRATEGIES:
        raise MedaiError(f"strategy={strategy!r}: choose one of {', '.join(STRATEGIES)}.")
    if not 1 <= start <= budget <= n or batch < 1 or len(y) != n:
        raise MedaiError(
            f"start={start}, budget={budget}, batch={batch} for {n} rows and {len(y)} labels: "
            "1 <= start <= budget <= rows, batch >= 1 and one label a row are wanted."
        )
    order = np.random.default_rng([seed, 36]).permutation(n)
    chosen = order[:start].tolist()
    while len(chosen) < budget:
        k = min(batch, budget - len(chosen))
        left = order[~np.isin(order, chosen)]
        if strategy == "random":
            new = left[:k]
        elif strategy == "core-set":
            dense = features.toarray() if hasattr(features, "toarray") else features
            new = farthest(dense, chosen, k)
        elif len(set(y[chosen].tolist())) < 2:
            new = left[:k]
        else:
            p = clone(model).fit(features[chosen], y[chosen]).predict_proba(features[left])
            best = least_sure(p, k) if strategy == "uncertain" else np.argsort(-p[:, 1])[:k]
            new = left[best]
        chosen += [int(row) for row in new]
    return np.array(chosen)
