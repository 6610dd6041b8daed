"""Is an event reported with one drug more often than with the others?  One pair at a time.

====================  ==============  =============
reports               with the event  other reports
====================  ==============  =============
with the drug         a               b
without the drug      c               d
====================  ==============  =============

A disproportion is a statement about *reports*: nobody counted who took the drug, so none of
these numbers is a risk or a ratio of risks.

Sources: PRR and its usual criteria, Evans and colleagues 2001 (doi 10.1002/pds.677); the
measures compared, van Puijenbroek and colleagues 2002 (doi 10.1002/pds.668); the information
component with its shrinkage, Norén, Hopstadius and Bate 2013 (doi 10.1177/0962280211403604).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from medai.runtime import MedaiError

Z95 = 1.959963984540054  # 97.5 % quantile of the normal distribution
SHRINKAGE = 0.5  # reports added to the observed and to the expected number


@dataclass(frozen=True)
class Estimate:
    """A number with its 95 % interval; the interval is NaN or infinite where none exists."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        """Return ``2.31 [1.20–4.45]``."""
        return f"{self.value:.2f} [{self.low:.2f}–{self.high:.2f}]"


@dataclass(frozen=True)
class Table:
    """Counts of reports of one drug and one event.

    Attributes
    ----------
    a, b : int
        Reports with the drug: with the event, and others.
    c, d : int
        Reports without the drug: with the event, and others.

    Raises
    ------
    MedaiError
        When a count is negative or not a whole number, or there is no report at all.
    """

    a: int
    b: int
    c: int
    d: int

    def __post_init__(self) -> None:
        """Refuse what cannot be a table of counts."""
        for name in "abcd":
            count = getattr(self, name)
            if isinstance(count, bool) or not math.isfinite(count) or count != int(count):
                raise MedaiError(f"{name}={count!r}: a count of reports is a whole number.")
            if count < 0:
                raise MedaiError(f"{name}={count!r}: a count of reports is at least 0.")
            object.__setattr__(self, name, int(count))
        if self.n == 0:
            raise MedaiError("the table has no reports: pass at least one count above 0.")

    @property
    def n(self) -> int:
        """Number of reports."""
        return self.a + self.b + self.c + self.d

    @property
    def expected(self) -> float:
        """Reports of drug and event if the two had nothing to do with each other."""
        return (self.a + self.b) * (self.a + self.c) / self.n


def count(drug: Sequence[bool], event: Sequence[bool]) -> Table:
    """Count a 2×2 table from two yes/no columns of the same reports, each of shape (n,).

    Raises
    ------
    MedaiError
        When the columns have different lengths or hold something other than yes and no.
    """
    import numpy as np

    drug, event = np.asarray(drug), np.asarray(event)
    if drug.ndim != 1 or drug.shape != event.shape:
        raise MedaiError(
            f"drug has shape {drug.shape} and event {event.shape}: one value a report is wanted."
        )
    for name, column in (("drug", drug), ("event", event)):
        if not np.isin(column, (0, 1)).all():
            raise MedaiError(f"{name} holds values other than 0 and 1: pass yes/no columns.")
    drug, event = drug.astype(bool), event.astype(bool)
    a = int(np.count_nonzero(drug & event))
    b, c = int(np.count_nonzero(drug)) - a, int(np.count_nonzero(event)) - a
    return Table(a, b, c, len(drug) - a - b - c)


def _around(log_value: float, variance: float) -> Estimate:
    half = Z95 * math.sqrt(variance)
    return Estimate(math.exp(log_value), math.exp(log_value - half), math.exp(log_value + half))


def _undefined(numerator: int, denominator: int) -> Estimate:
    """Return 0, infinity or NaN, with an interval that says nothing."""
    if numerator == 0 and denominator == 0:
        return Estimate(math.nan, math.nan, math.nan)
    return Estimate(math.inf if denominator == 0 else 0.0, 0.0, math.inf)


def reporting_odds_ratio(table: Table) -> Estimate:
    """Return the reporting odds ratio ad/bc with Woolf's 95 % interval (book, Chapter 30).

    With an empty cell no interval exists: the value is then 0, infinite or NaN, and the ends
    are 0 and infinity or NaN.  Nothing is added to the cells silently.

    Examples
    --------
    >>> drug = [True] * 30 + [False] * 70
    >>> event = [True] * 20 + [False] * 40 + [True] * 10 + [False] * 30
    >>> round(reporting_odds_ratio(count(drug, event)).value, 1)
    12.0
    """
    a, b, c, d = table.a, table.b, table.c, table.d
    if 0 in (a, b, c, d):
        return _undefined(a * d, b * c)
    return _around(math.log(a * d / (b * c)), 1 / a + 1 / b + 1 / c + 1 / d)


def proportional_reporting_ratio(table: Table) -> Estimate:
    """Return the proportional reporting ratio with its 95 % interval (book, Chapter 30).

    Where the event is not reported with the drug, or never without it, no interval exists, as
    in :func:`reporting_odds_ratio`.
    """
    with_drug, without = table.a + table.b, table.c + table.d
    if 0 in (with_drug, without) or 0 in (table.a, table.c):
        return _undefined(table.a * without, table.c * with_drug)
    ratio = (table.a / with_drug) / (table.c / without)
    variance = 1 / table.a - 1 / with_drug + 1 / table.c - 1 / without
    return _around(math.log(ratio), variance)


def chi_squared(table: Table, *, correction: bool = True) -> float:
    """Return chi-squared with one degree of freedom, by default with Yates' correction.

    A table with an empty row or column says nothing: 0.
    """
    a, b, c, d, n = table.a, table.b, table.c, table.d, table.n
    margins = (a + b) * (c + d) * (a + c) * (b + d)
    if margins == 0:
        return 0.0
    gap = abs(a * d - b * c)
    if correction:
        gap = max(0.0, gap - n / 2)
    return n * gap**2 / margins


def meets_prr_criteria(table: Table) -> bool:
    """Three reports or more, PRR at least 2, chi-squared at least 4 (Evans 2001)."""
    ratio = proportional_reporting_ratio(table).value
    return table.a >= 3 and ratio >= 2 and chi_squared(table) >= 4


def information_component(observed: float, expected: float) -> Estimate:
    """Return the shrunken information component in bits (book, Chapter 30).

    ``log2((O + ½) / (E + ½))``; the interval is that of a gamma distribution with shape O + ½
    and rate E + ½.  Its lower end is called IC025.

    Parameters
    ----------
    observed : float
        Reports of drug and event, at least 0.
    expected : float
        Reports expected without an association, at least 0; of a table, ``table.expected``.

    Raises
    ------
    MedaiError
        When a number is negative or not finite.

    Examples
    --------
    >>> round(information_component(observed=20, expected=5).value, 2)
    1.9
    """
    from scipy.special import gammaincinv

    for name, number in (("observed", observed), ("expected", expected)):
        if not (math.isfinite(number) and number >= 0):
            raise MedaiError(f"{name}={number!r}: a finite number of reports, at least 0.")
    shape, rate = observed + SHRINKAGE, expected + SHRINKAGE
    low, high = (math.log2(gammaincinv(shape, p) / rate) for p in (0.025, 0.975))
    return Estimate(math.log2(shape / rate), low, high)


def mantel_haenszel(tables: Sequence[Table]) -> Estimate:
    """Return the common odds ratio over strata with the Robins–Breslow–Greenland interval.

    Each stratum is compared within itself, so what differs *between* strata (age, sex, the
    disease for which a drug is given) no longer counts (book, Chapter 30).  A stratum in
    which nobody or everybody had the drug adds nothing.

    Parameters
    ----------
    tables : sequence of Table
        One table a stratum.

    Raises
    ------
    MedaiError
        Without a stratum.
    """
    if not tables:
        raise MedaiError("there are no strata: pass at least one table.")
    r = [t.a * t.d / t.n for t in tables]
    s = [t.b * t.c / t.n for t in tables]
    big_r, big_s = math.fsum(r), math.fsum(s)
    if big_r == 0 or big_s == 0:
        return _undefined(int(big_r > 0), int(big_s > 0))
    p = [(t.a + t.d) / t.n for t in tables]
    q = [(t.b + t.c) / t.n for t in tables]
    variance = (
        math.fsum(pi * ri for pi, ri in zip(p, r, strict=True)) / (2 * big_r**2)
        + math.fsum(pi * si + qi * ri for pi, qi, ri, si in zip(p, q, r, s, strict=True))
        / (2 * big_r * big_s)
        + math.fsum(qi * si for qi, si in zip(q, s, strict=True)) / (2 * big_s**2)
    )
    return _around(math.log(big_r / big_s), variance)


def strata(
    drug: Sequence[bool], event: Sequence[bool], stratum: Sequence[object]
) -> dict[object, Table]:
    """Count one table for each value of `stratum`, in sorted order; all of shape (n,).

    Raises
    ------
    MedaiError
        When the columns have different lengths.
    """
    import numpy as np

    drug, event, stratum = np.asarray(drug), np.asarray(event), np.asarray(stratum)
    if not drug.shape == event.shape == stratum.shape:
        raise MedaiError(
            f"shapes {drug.shape}, {event.shape} and {stratum.shape}: one value a report each."
        )
    return {
        value: count(drug[stratum == value], event[stratum == value])
        for value in np.unique(stratum).tolist()
    }
