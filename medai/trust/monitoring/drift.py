"""Whether the input has moved: two samples of a variable, or of several, compared by a test.

A rule of thumb such as "a population stability index above 0.25 is a major shift" takes no
account of how many patients were seen.  Here each comparison returns a p-value, so that whoever
runs it every month knows how often it will cry wolf.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from medai.metrics._binary import vector
from medai.runtime import MedaiError

MOST_CELLS = 2_000_000  # of drawn tables in memory at once: 16 MB
SHUFFLES = 9999  # tables drawn where counts are too small for the chi-square distribution


@dataclass(frozen=True)
class DriftTest:
    """What one comparison of two samples found.

    Attributes
    ----------
    test
        ``psi``, ``ks``, ``categories``, ``missing`` or ``mmd``.
    statistic
        Its value: larger is farther apart.
    p_value
        How often a statistic at least as large comes about when nothing has moved.
    alpha
        The false-alarm rate that was asked for.
    reference, new
        Rows in either sample.
    note
        What else to know, in words; often empty.
    """

    test: str
    statistic: float
    p_value: float
    alpha: float
    reference: int
    new: int
    note: str = ""

    @property
    def drift(self) -> bool:
        """Whether the p-value is at most alpha."""
        return self.p_value <= self.alpha


def bin_edges(reference: ArrayLike, bins: int = 10) -> np.ndarray:
    """Return the inner edges of `bins` groups that hold equally many reference values.

    Ties can make fewer groups.

    Parameters
    ----------
    reference : array_like
        Values, shape (n,).
    bins : int
        Groups wanted, at least 2.

    Returns
    -------
    numpy.ndarray
        Edges, sorted, shape (at most ``bins - 1``,).

    Raises
    ------
    MedaiError
        When all values are equal, or `bins` is below 2.
    """
    values = vector(reference, "reference")
    if isinstance(bins, bool) or not isinstance(bins, int | np.integer) or bins < 2:
        raise MedaiError(f"bins={bins!r}: a whole number from 2 up is wanted, such as 10.")
    edges = np.unique(np.quantile(values, np.arange(1, bins) / bins))
    edges = edges[edges > values.min()]  # np.digitize puts a value equal to an edge above it
    if not len(edges):
        raise MedaiError(
            "the reference values fall into one group: nothing can be compared by groups. Use "
            "category_drift, or look at the column."
        )
    return edges


def psi(reference: ArrayLike, new: ArrayLike, bins: int = 10) -> float:
    r"""Return the population stability index of two samples.

    :math:`\sum_b (q_b - p_b) \ln (q_b / p_b)` over groups b that hold equally many reference
    values; p and q are the shares of the reference and of the new sample.  Half a patient is added
    to every group of both, so that an empty group does not make it infinite.

    Parameters
    ----------
    reference, new : array_like
        Values then and now, shapes (n,) and (m,).
    bins : int
        Groups.

    Returns
    -------
    float
        0 when the shares are equal.

    Raises
    ------
    MedaiError
        On bad input.

    Examples
    --------
    >>> import numpy as np
    >>> now = np.random.default_rng(0).normal(size=1000)
    >>> round(psi(now, now + 0.1), 2), round(psi(now, now + 1), 2)
    (0.01, 0.99)
    """
    return _psi(reference, new, bins)[0]


def _psi(reference: ArrayLike, new: ArrayLike, bins: int) -> tuple[float, int]:
    edges = bin_edges(reference, bins)
    groups = len(edges) + 1
    shares = []
    for values, name in ((reference, "reference"), (new, "new")):
        counts = np.bincount(np.digitize(vector(values, name), edges), minlength=groups) + 0.5
        shares.append(counts / counts.sum())
    p, q = shares
    return float(((q - p) * np.log(q / p)).sum()), groups


def psi_drift(
    reference: ArrayLike, new: ArrayLike, *, alpha: float = 0.05, bins: int = 10
) -> DriftTest:
    r"""Test the population stability index against what chance alone would give.

    When nothing has moved, :math:`\mathrm{PSI} / (1/n + 1/m)` is distributed about as chi-square
    with one degree of freedom fewer than there are groups: PSI is, for small differences,
    Pearson's statistic of two samples.  The tests check the false-alarm rate by simulation.

    Parameters
    ----------
    reference, new : array_like
        Shapes (n,) and (m,); at least five a group on average in either.
    alpha : float
        False-alarm rate.
    bins : int
        Groups.

    Returns
    -------
    DriftTest
        ``statistic`` is the index itself.

    Raises
    ------
    MedaiError
        On bad input or too few values.
    """
    from scipy.stats import chi2

    value, groups = _psi(reference, new, bins)
    n, m = len(vector(reference, "reference")), len(vector(new, "new"))
    if min(n, m) < 5 * groups:
        raise MedaiError(
            f"{min(n, m)} values in {groups} groups: the test needs five a group. Use fewer "
            "groups (bins=), more patients, or ks_drift."
        )
    p_value = float(chi2.sf(value / (1 / n + 1 / m), groups - 1))
    return DriftTest("psi", value, p_value, checked_alpha(alpha), n, m)


def ks_drift(reference: ArrayLike, new: ArrayLike, *, alpha: float = 0.05) -> DriftTest:
    """Compare two samples by the largest distance of their distributions (Kolmogorov-Smirnov).

    With many ties it raises fewer false alarms than `alpha`, never more.

    Parameters
    ----------
    reference, new : array_like
        Shapes (n,) and (m,).
    alpha : float
        False-alarm rate.

    Returns
    -------
    DriftTest
        ``statistic`` is the distance, 0 to 1.

    Raises
    ------
    MedaiError
        On bad input.
    """
    import warnings

    from scipy.stats import ks_2samp

    a, b = vector(reference, "reference"), vector(new, "new")
    with warnings.catch_warnings():  # where the exact p-value fails, the asymptotic one stands
        warnings.filterwarnings("ignore", "ks_2samp: Exact calculation", RuntimeWarning)
        found = ks_2samp(a, b)
    return DriftTest(
        "ks", float(found.statistic), float(found.pvalue), checked_alpha(alpha), len(a), len(b)
    )


def category_drift(
    reference: Sequence[Any], new: Sequence[Any], *, alpha: float = 0.05
) -> DriftTest:
    """Compare how often each category stands in two samples (Pearson's chi-square).

    Where a cell expects fewer than five, the p-value comes from 9,999 seeded tables with the same
    totals.  A category that the reference never had is named in the note.

    Parameters
    ----------
    reference, new
        Categories, n and m of them.
    alpha : float
        False-alarm rate.

    Returns
    -------
    DriftTest
        ``statistic`` is chi-square.

    Raises
    ------
    MedaiError
        When a sample is empty or `alpha` is no share.
    """
    first, second = [str(v) for v in reference], [str(v) for v in new]
    for values, name in ((first, "reference"), (second, "new")):
        if not values:
            raise MedaiError(f"{name} is empty: nothing can be compared with no rows.")
    levels = sorted(set(first) | set(second))
    unseen = [level for level in levels if level not in set(first)]
    note = f"never seen before: {', '.join(unseen[:5])}" if unseen else ""
    counts = np.array(
        [[found[level] for level in levels] for found in map(Counter, (first, second))]
    )
    statistic, p_value = _chi_square(counts) if len(levels) > 1 else (0.0, 1.0)
    return DriftTest(
        "categories", statistic, p_value, checked_alpha(alpha), len(first), len(second), note
    )


def _chi_square(counts: np.ndarray) -> tuple[float, float]:
    """Return Pearson's statistic of a table (2, levels) without empty columns, and its p-value."""
    from scipy.stats import chi2, random_table

    rows, columns = counts.sum(axis=1), counts.sum(axis=0)
    expected = np.outer(rows, columns) / counts.sum()
    value = float(((counts - expected) ** 2 / expected).sum())
    if expected.min() >= 5:
        return value, float(chi2.sf(value, counts.shape[1] - 1))
    draw, rng, extreme = random_table(rows, columns), np.random.default_rng(0), 0
    some = max(1, min(SHUFFLES, MOST_CELLS // counts.size))  # a column of names has many levels
    for start in range(0, SHUFFLES, some):
        tables = draw.rvs(min(some, SHUFFLES - start), random_state=rng)
        chance = ((tables - expected) ** 2 / expected).sum(axis=(1, 2))
        extreme += int(np.count_nonzero(chance >= value - 1e-9))
    return value, (1 + extreme) / (SHUFFLES + 1)


def checked_alpha(alpha: float) -> float:
    """Return a false-alarm rate, or say what is wrong with it."""
    if not 0 < alpha < 1:
        raise MedaiError(f"alpha={alpha}: a false-alarm rate lies strictly between 0 and 1.")
    return float(alpha)
