"""Two drugs together, measured against the sum of what each does alone.

Without an interaction the risks that two drugs add should *add* (the additive scale).  Ω
compares the reports in which both drugs stand with what an additive model expects, shrunken as
the information component is (Norén, Sundberg, Bate and Edwards 2008, doi 10.1002/sim.3247).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from medai.personalised.signals.disproportionality import Estimate, information_component
from medai.runtime import MedaiError


@dataclass(frozen=True)
class Pair:
    """Reports by which of two drugs they name, and how many of each have the event.

    Attributes
    ----------
    n00, n10, n01, n11 : int
        Reports with neither, the first only, the second only, both.
    e00, e10, e01, e11 : int
        Those of them with the event.

    Raises
    ------
    MedaiError
        When a count is negative, or more reports have the event than there are.
    """

    n00: int
    n10: int
    n01: int
    n11: int
    e00: int
    e10: int
    e01: int
    e11: int

    def __post_init__(self) -> None:
        """Refuse counts that cannot be."""
        for which in ("00", "10", "01", "11"):
            reports, events = getattr(self, f"n{which}"), getattr(self, f"e{which}")
            if not 0 <= events <= reports:
                raise MedaiError(
                    f"e{which}={events} of n{which}={reports}: the reports with the event are a "
                    "part of the reports, and neither is negative."
                )

    def share(self, which: str) -> float:
        """Share of the reports ("00", "10", "01" or "11") that have the event, NaN if none."""
        reports = getattr(self, f"n{which}")
        return getattr(self, f"e{which}") / reports if reports else math.nan


def count_pair(first: Sequence[bool], second: Sequence[bool], event: Sequence[bool]) -> Pair:
    """Count reports by two drugs and an event, three yes/no columns of shape (n,).

    Raises
    ------
    MedaiError
        When the columns have different lengths.
    """
    import numpy as np

    first, second, event = (np.asarray(column, bool) for column in (first, second, event))
    if not first.shape == second.shape == event.shape:
        raise MedaiError(
            f"shapes {first.shape}, {second.shape} and {event.shape}: one value a report each."
        )
    groups = (~first & ~second, first & ~second, ~first & second, first & second)
    reports = [int(np.count_nonzero(g)) for g in groups]
    events = [int(np.count_nonzero(g & event)) for g in groups]
    return Pair(*reports, *events)


def interaction_contrast(pair: Pair) -> float:
    """Share of both, minus what the two would give by adding up (book, Chapter 30).

    ``f11 − f10 − f01 + f00``: 0 when the shares add, above 0 when the two do more together.
    NaN when a group has no reports.

    Examples
    --------
    >>> from medai.personalised.signals.twodrugs import Pair, interaction_contrast
    >>> pair = Pair(n00=900, n10=100, n01=100, n11=50, e00=9, e10=3, e01=4, e11=15)
    >>> round(pair.share("11"), 2), round(interaction_contrast(pair), 2)
    (0.3, 0.24)
    """
    f00, f10, f01, f11 = (pair.share(which) for which in ("00", "10", "01", "11"))
    return f11 - f10 - f01 + f00


def expected_additive(pair: Pair) -> float:
    """Return how many reports of both drugs with the event an additive model expects.

    Shares become odds o = f/(1 − f), which add up beyond the background o00; a drug that seems
    to protect counts as one that does nothing.  Back from odds to a share, times n11.

    Raises
    ------
    MedaiError
        When one of the groups without the other drug has no reports, or only the event.
    """
    odds = {}
    for which in ("00", "10", "01"):
        share = pair.share(which)
        if math.isnan(share) or share == 1:
            raise MedaiError(
                f"group {which!r} has {getattr(pair, 'n' + which)} reports and "
                f"{getattr(pair, 'e' + which)} with the event: it needs reports, and some "
                "without the event, for an expected number."
            )
        odds[which] = share / (1 - share)
    added = max(odds["00"], odds["10"]) + max(odds["00"], odds["01"]) - odds["00"]
    return pair.n11 * (1 - 1 / (added + 1))


def omega(pair: Pair) -> Estimate:
    """Return Ω in bits with its 95 % interval; the lower end is called Ω025 (book, Chapter 30).

    Raises
    ------
    MedaiError
        As in :func:`expected_additive`.
    """
    return information_component(pair.e11, expected_additive(pair))
