"""All pairs of a drug and an event at once: counts, shrinkage, copies and masking.

Empirical Bayes shrinkage is the gamma-Poisson model of DuMouchel 1999 (*The American
Statistician* 53:177–190; the abstract and the documentation of the R package openEBGM were
read): the count of a pair is Poisson with mean λE, and λ comes from a mixture of two gamma
distributions that is fitted to all pairs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from typing import TYPE_CHECKING

from medai.personalised.signals.disproportionality import SHRINKAGE, Z95
from medai.runtime import MedaiError

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd


@dataclass(frozen=True)
class GammaMixture:
    """Prior of λ: with chance `weight` a gamma(shape1, rate1), else a gamma(shape2, rate2)."""

    shape1: float
    rate1: float
    shape2: float
    rate2: float
    weight: float


START = GammaMixture(0.2, 0.1, 2.0, 4.0, 1 / 3)  # DuMouchel's starting values, as openEBGM has


def counts(drugs: np.ndarray, events: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Count observed and expected reports of every pair.

    Parameters
    ----------
    drugs, events : numpy.ndarray of bool
        One row a report, shapes (n, D) and (n, E).

    Returns
    -------
    observed, expected : numpy.ndarray
        Shape (D, E) each; expected is n(drug) · n(event) / n.

    Raises
    ------
    MedaiError
        When the two differ in length or there is no report.

    Examples
    --------
    >>> import numpy as np
    >>> from medai.personalised.signals.screening import counts
    >>> drug = np.array([[1], [1], [0], [0], [0], [0]], bool)
    >>> rash = np.array([[1], [1], [1], [0], [0], [0]], bool)
    >>> observed, expected = counts(drug, rash)
    >>> print(f"{observed[0, 0]:.0f} reports name both, {expected[0, 0]:.1f} were expected")
    2 reports name both, 1.0 were expected
    """
    import numpy as np

    drugs, events = np.asarray(drugs, bool), np.asarray(events, bool)
    if drugs.ndim != 2 or events.ndim != 2 or len(drugs) != len(events) or not len(drugs):
        raise MedaiError(
            f"drugs {drugs.shape} and events {events.shape}: one row a report in both, at least 1."
        )
    observed = drugs.T.astype(float) @ events.astype(float)
    expected = np.outer(drugs.sum(axis=0), events.sum(axis=0)) / len(drugs)
    return observed, expected


def screen(
    drugs: np.ndarray,
    events: np.ndarray,
    drug_names: Sequence[str],
    event_names: Sequence[str],
) -> pd.DataFrame:
    """Measure every pair that is reported at least once.

    Returns
    -------
    pandas.DataFrame
        One row a pair in the order of the names, with ``drug``, ``event``, ``a``,
        ``expected``, ``ror``, ``ror_low``, ``prr``, ``chi2`` (with Yates' correction), ``ic``,
        ``ic025``, ``ebgm`` and ``eb05``.  ``ror`` is infinite, and ``ror_low`` 0, where a cell
        of the table is empty.

    Raises
    ------
    MedaiError
        When the names do not fit the columns, or as in :func:`counts`.
    """
    import numpy as np
    import pandas as pd
    from scipy.special import gammaincinv

    observed, expected = counts(drugs, events)
    if observed.shape != (len(drug_names), len(event_names)):
        raise MedaiError(
            f"{len(drug_names)} drug names and {len(event_names)} event names for "
            f"{observed.shape[0]} and {observed.shape[1]} columns: give one name a column."
        )
    i, j = np.nonzero(observed)
    a, e, n = observed[i, j], expected[i, j], float(len(drugs))
    n_drug, n_event = np.sum(drugs, axis=0)[i], np.sum(events, axis=0)[j]
    b, c = n_drug - a, n_event - a
    d = n - a - b - c
    with np.errstate(divide="ignore", invalid="ignore"):
        ror = a * d / (b * c)
        half = Z95 * np.sqrt(1 / a + 1 / b + 1 / c + 1 / d)
        ror_low = np.where(b * c * d > 0, ror * np.exp(-half), 0.0)
        prr = (a / n_drug) / (c / (n - n_drug))
        gap = np.maximum(0.0, np.abs(a * d - b * c) - n / 2)
        margins = n_drug * (n - n_drug) * n_event * (n - n_event)
        chi2 = np.where(margins > 0, n * gap**2 / margins, 0.0)
    shape, rate = a + SHRINKAGE, e + SHRINKAGE
    prior = fit_prior(observed, expected)
    middle, low = shrink(a, e, prior)
    return pd.DataFrame(
        {
            "drug": np.asarray(drug_names)[i],
            "event": np.asarray(event_names)[j],
            "a": a.astype(int),
            "expected": e,
            "ror": ror,
            "ror_low": ror_low,
            "prr": prr,
            "chi2": chi2,
            "ic": np.log2(shape / rate),
            "ic025": np.log2(gammaincinv(shape, 0.025) / rate),
            "ebgm": middle,
            "eb05": low,
        }
    )


def fit_prior(observed: np.ndarray, expected: np.ndarray) -> GammaMixture:
    """Fit the mixture of two gamma distributions to all pairs by maximum likelihood.

    Parameters
    ----------
    observed, expected : numpy.ndarray
        Counts of any equal shape; pairs without any expected report are left out.

    Raises
    ------
    MedaiError
        When the shapes differ or fewer than ten pairs are left.
    """
    import numpy as np
    from scipy.optimize import minimize
    from scipy.special import expit, logit

    observed, expected = np.asarray(observed, float), np.asarray(expected, float)
    if observed.shape != expected.shape:
        raise MedaiError(f"observed {observed.shape}, expected {expected.shape}: equal is wanted.")
    a, e = observed[expected > 0], expected[expected > 0]
    if len(a) < 10:
        raise MedaiError(f"{len(a)} pairs: a prior is fitted to many pairs, at least 10.")

    def loss(x: np.ndarray) -> float:
        prior = GammaMixture(*np.exp(x[:4]), float(expit(x[4])))
        first, second = _log_marginals(a, e, prior)
        return -float(np.logaddexp(first, second).mean())

    start = np.array([*np.log(astuple(START)[:4]), logit(START.weight)])
    limits = [(-6.0, 6.0)] * 5
    best = minimize(loss, start, method="L-BFGS-B", bounds=limits).x
    return GammaMixture(*(float(v) for v in np.exp(best[:4])), float(expit(best[4])))


def _log_marginals(a: np.ndarray, e: np.ndarray, prior: GammaMixture) -> tuple:
    """Log of weight times negative binomial, for either part of the mixture."""
    import numpy as np
    from scipy.special import gammaln

    def part(shape: float, rate: float) -> np.ndarray:
        return (
            gammaln(shape + a)
            - gammaln(shape)
            - gammaln(a + 1)
            + a * np.log(e / (rate + e))
            + shape * np.log(rate / (rate + e))
        )

    return (
        np.log(prior.weight) + part(prior.shape1, prior.rate1),
        np.log1p(-prior.weight) + part(prior.shape2, prior.rate2),
    )


def shrink(
    observed: np.ndarray, expected: np.ndarray, prior: GammaMixture
) -> tuple[np.ndarray, np.ndarray]:
    """Return EBGM, the geometric mean of λ after the count, and EB05, its 5 % quantile.

    Parameters
    ----------
    observed, expected : array_like
        Counts and expected counts above 0, shape (m,).
    prior : GammaMixture
        As :func:`fit_prior` returns it.

    Returns
    -------
    ebgm, eb05 : numpy.ndarray
        Shape (m,) each.
    """
    import numpy as np
    from scipy.special import expit, gammainc, psi

    a, e = np.asarray(observed, float), np.asarray(expected, float)
    first, second = _log_marginals(a, e, prior)
    q = expit(first - second)  # chance of the first part, after the count
    shapes, rates = (a + prior.shape1, a + prior.shape2), (e + prior.rate1, e + prior.rate2)
    logs = [psi(shape) - np.log(rate) for shape, rate in zip(shapes, rates, strict=True)]
    ebgm = np.exp(q * logs[0] + (1 - q) * logs[1])
    low, high = np.zeros_like(a), np.full_like(a, 2 * (a.max() + 50) / e.min())
    for _ in range(80):  # halve the interval that holds the quantile
        middle = (low + high) / 2
        below = q * gammainc(shapes[0], rates[0] * middle)
        below += (1 - q) * gammainc(shapes[1], rates[1] * middle)
        low, high = np.where(below < 0.05, middle, low), np.where(below < 0.05, high, middle)
    return ebgm, (low + high) / 2


def first_of_copies(*fields: np.ndarray) -> np.ndarray:
    """Return the rows to keep when reports that agree in every field count once.

    Parameters
    ----------
    *fields : numpy.ndarray
        Shapes (n,) or (n, k): drugs, events, sex, day of the event, …  A field that a copy has
        lost makes it look like another patient.

    Returns
    -------
    numpy.ndarray
        Row numbers in order, the first of each group.

    Raises
    ------
    MedaiError
        Without fields, or when they differ in length.
    """
    import numpy as np

    lengths = {len(field) for field in fields}
    if len(lengths) != 1:
        raise MedaiError(f"fields of lengths {sorted(lengths)}: give fields with one row a report.")
    columns = [np.asarray(field).reshape(len(field), -1) for field in fields]
    numbers = [np.unique(c, axis=0, return_inverse=True)[1].reshape(-1) for c in columns]
    _, first = np.unique(np.column_stack(numbers), axis=0, return_index=True)
    return np.sort(first)


def masking_ratio(drugs: np.ndarray, event: np.ndarray, drug: int, other: int) -> float:
    """How many times larger the PRR of `drug` is once all reports naming `other` are left out.

    Parameters
    ----------
    drugs : numpy.ndarray of bool
        Shape (n, D).
    event : numpy.ndarray of bool
        Shape (n,).
    drug, other : int
        Columns of the drug that may be hidden and of the one that may hide it.

    Raises
    ------
    MedaiError
        When the two are the same drug.
    """
    import numpy as np

    from medai.personalised.signals.disproportionality import count, proportional_reporting_ratio

    if drug == other:
        raise MedaiError(f"column {drug} cannot mask itself: name two different drugs.")
    drugs, event = np.asarray(drugs, bool), np.asarray(event, bool)
    rest = ~drugs[:, other]
    before = proportional_reporting_ratio(count(drugs[:, drug], event)).value
    after = proportional_reporting_ratio(count(drugs[rest, drug], event[rest])).value
    return after / before if before else float("nan")
