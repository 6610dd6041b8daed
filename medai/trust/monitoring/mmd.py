"""Several variables at once: the maximum mean discrepancy of two samples."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from medai.runtime import MedaiError
from medai.trust.monitoring.drift import DriftTest, checked_alpha

MOST_ROWS = 4000  # of both samples together, for the kernel matrix: 128 MB


def mmd_drift(
    reference: ArrayLike,
    new: ArrayLike,
    *,
    alpha: float = 0.05,
    permutations: int = 499,
    seed: int = 0,
) -> DriftTest:
    r"""Compare several variables at once by the maximum mean discrepancy (Gretton et al., 2012).

    Each column is divided by its standard deviation in both samples together; the kernel is
    Gaussian, its width the median distance.  The statistic is :math:`w^\top K w` with weights
    1/n on the reference and -1/m on the new rows; the p-value comes from shuffling which row is
    whose, so the false-alarm rate is at most `alpha` at any size.  It sees what single columns do
    not: two variables that no longer go together.

    Parameters
    ----------
    reference, new : array_like
        Shapes (n, d) and (m, d), no missing values, n + m at most 4,000.
    alpha : float
        False-alarm rate; at least ``1 / (permutations + 1)``.
    permutations, seed : int
        Shuffles, and the seed of their random numbers.

    Returns
    -------
    DriftTest
        ``statistic`` is the squared discrepancy (biased estimate).

    Raises
    ------
    MedaiError
        On bad input, or too many rows.

    Examples
    --------
    >>> import numpy as np
    >>> from medai.trust.monitoring.mmd import mmd_drift
    >>> a, b = np.random.default_rng(0).normal(size=(2, 100))
    >>> together, apart = np.c_[a, a + b / 5], np.c_[a, -a + b / 5]  # each column looks the same
    >>> for new in (together[50:], apart[50:]):
    ...     print(f"p = {mmd_drift(together[:50], new).p_value:.3f}")
    p = 0.480
    p = 0.002
    """
    a, b = (_matrix(values, name) for values, name in ((reference, "reference"), (new, "new")))
    if a.shape[1] != b.shape[1]:
        raise MedaiError(f"reference has {a.shape[1]} columns, new has {b.shape[1]}.")
    if len(a) + len(b) > MOST_ROWS:
        raise MedaiError(
            f"{len(a) + len(b)} rows: the kernel matrix of more than {MOST_ROWS} is too large. "
            "Draw rows from both samples at random."
        )
    if alpha * (permutations + 1) < 1:
        raise MedaiError(f"alpha={alpha} cannot be reached with {permutations} permutations.")
    kernel = _gaussian(np.vstack([a, b]))
    weights = np.r_[np.full(len(a), 1 / len(a)), np.full(len(b), -1 / len(b))]
    rng = np.random.default_rng(seed)
    shuffled = np.array([rng.permutation(weights) for _ in range(permutations)])
    value = float(weights @ kernel @ weights)
    chance = np.einsum("pi,pi->p", shuffled @ kernel, shuffled)
    p_value = (1 + np.count_nonzero(chance >= value - 1e-12)) / (permutations + 1)
    return DriftTest("mmd", value, float(p_value), checked_alpha(alpha), len(a), len(b))


def _gaussian(rows: np.ndarray) -> np.ndarray:
    """Return the Gaussian kernel matrix of standardised rows, shape (rows, rows)."""
    from scipy.spatial.distance import pdist, squareform

    spread = rows.std(axis=0)
    rows = rows[:, spread > 0] / spread[spread > 0]  # a constant column tells nothing
    if not rows.shape[1]:
        raise MedaiError("every column is constant in both samples: nothing can be compared.")
    squared = pdist(rows, "sqeuclidean")
    width = np.median(squared) or squared.mean()  # over half of the rows may be equal
    return np.exp(-squareform(squared) / width)


def _matrix(values: ArrayLike, name: str) -> np.ndarray:
    try:
        found = np.asarray(values, dtype=float)
    except (TypeError, ValueError) as error:
        raise MedaiError(f"{name} cannot be read as numbers ({error}).") from error
    if found.ndim != 2 or not found.size:
        raise MedaiError(f"{name} has shape {found.shape}; rows and columns are wanted: (n, d).")
    if not np.isfinite(found).all():
        raise MedaiError(f"{name} holds missing or infinite values: fill them or drop the rows.")
    return found
