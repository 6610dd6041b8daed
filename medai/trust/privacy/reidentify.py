"""Who is in a table without names?  Uniqueness, k-anonymity, l-diversity, and the attack itself.

A *quasi-identifier* is a set of columns that another source has, too: birth date, sex, postcode.
Rows that agree in all of them form a class.  Sources: Sweeney 2000 for the attack,
Machanavajjhala et al. 2007 for l-diversity.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from medai.metrics import wilson
from medai.runtime.errors import MedaiError

if TYPE_CHECKING:
    import pandas as pd


def class_sizes(table: pd.DataFrame, quasi: Sequence[str]) -> np.ndarray:
    """Return for each row how many rows agree with it in all columns `quasi`, itself included.

    Parameters
    ----------
    table : pandas.DataFrame
        One row a person.
    quasi : sequence of str
        The quasi-identifier, at least one column.  A missing value agrees with missing ones.

    Returns
    -------
    numpy.ndarray
        Shape (rows,), integers from 1 on.

    Raises
    ------
    MedaiError
        For an empty table, no column, or one that the table does not have.
    """
    return _groups(table, quasi).transform("size").to_numpy()


def uniqueness(table: pd.DataFrame, quasi: Sequence[str]) -> tuple[float, float, float]:
    """Return the share of rows that nobody shares the quasi-identifier with, and its interval.

    Returns
    -------
    share, low, high : float
        With the 95 % Wilson interval, each row a person.

    Raises
    ------
    MedaiError
        As :func:`class_sizes`.
    """
    alone = class_sizes(table, quasi) == 1
    low, high = wilson(alone.sum(), len(alone))
    return float(alone.mean()), float(low), float(high)


def k_anonymity(table: pd.DataFrame, quasi: Sequence[str]) -> int:
    """Return k, the size of the smallest class: each row hides among at least k.

    Raises
    ------
    MedaiError
        As :func:`class_sizes`.
    """
    return int(class_sizes(table, quasi).min())


def l_diversity(table: pd.DataFrame, quasi: Sequence[str], sensitive: str) -> int:
    """Return l, the fewest different values of `sensitive` in any class ("distinct" l-diversity).

    With l = 1 somebody's value is known without knowing which row is theirs.

    Raises
    ------
    MedaiError
        As :func:`class_sizes`; or when `sensitive` is missing, or one of `quasi`.
    """
    _known(table, [sensitive])
    if sensitive in quasi:
        raise MedaiError(f"{sensitive!r} cannot be both sensitive and a quasi-identifier.")
    return int(_groups(table, quasi, sensitive).nunique(dropna=False).min())


def suppress(table: pd.DataFrame, quasi: Sequence[str], k: int) -> pd.DataFrame:
    """Return the table without the rows whose class has fewer than `k` members.

    Raises
    ------
    MedaiError
        As :func:`class_sizes`, or for k below 1.
    """
    if k < 1:
        raise MedaiError(f"k={k}: a class has at least one member.")
    return table[class_sizes(table, quasi) >= k]


@dataclass(frozen=True)
class Link:
    """What an attacker claims: for a released row, which row of the register is the same person.

    Attributes
    ----------
    matches : numpy.ndarray
        Rows of the register that fit each released row, shape (released,).
    claim : numpy.ndarray
        Index in the register where exactly one fits (and the released row is alone in its
        class), else None; shape (released,).
    """

    matches: np.ndarray
    claim: np.ndarray

    @property
    def claimed(self) -> np.ndarray:
        """Where a claim is made, shape (released,), boolean."""
        return np.array([one is not None for one in self.claim], dtype=bool)

    def success(self, truth: Sequence[object]) -> dict[str, float]:
        """Compare the claims with the truth.

        Parameters
        ----------
        truth : sequence
            The index that each released row has in the register, or would have.

        Returns
        -------
        dict
            ``rows``, ``claims``, ``right``; ``found`` (right among all rows) and ``precision``
            (right among claims, NaN without a claim), each with 95 % Wilson ends ``_low`` and
            ``_high``.

        Raises
        ------
        MedaiError
            When there is not one truth a row.
        """
        if len(truth) != len(self.claim):
            raise MedaiError(f"{len(truth)} truths for {len(self.claim)} rows: give one a row.")
        right = sum(
            one is not None and bool(one == real)
            for one, real in zip(self.claim, truth, strict=True)
        )
        claims, rows = int(self.claimed.sum()), len(self.claim)
        out = {"rows": rows, "claims": claims, "right": right}
        for name, n in (("found", rows), ("precision", claims)):
            low, high = wilson(right, n) if n else (np.nan, np.nan)
            out |= {name: right / n if n else np.nan, f"{name}_low": float(low)}
            out[f"{name}_high"] = float(high)
        return out


def link(released: pd.DataFrame, register: pd.DataFrame, on: Sequence[str]) -> Link:
    """Attack: find each released row in a register that has names.

    A claim is made when the row is alone in the release and exactly one person of the register
    fits.  It can be wrong: the true person may not be registered, and somebody else fits.

    Parameters
    ----------
    released, register : pandas.DataFrame
        Both with the columns `on`, written in the same way.
    on : sequence of str
        The quasi-identifier.

    Raises
    ------
    MedaiError
        As :func:`class_sizes`, for either table.
    """
    alone = class_sizes(released, on) == 1
    _known(register, on)
    found: dict[tuple, list] = {}
    for index, key in zip(register.index, _keys(register, on), strict=True):
        found.setdefault(key, []).append(index)
    fits = [found.get(key, []) for key in _keys(released, on)]
    claim = np.empty(len(fits), dtype=object)
    for row, (one, single) in enumerate(zip(fits, alone, strict=True)):
        claim[row] = one[0] if single and len(one) == 1 else None
    return Link(np.array([len(one) for one in fits]), claim)


def expected_unique(people: int, cells: int) -> float:
    """Return the expected share of unique people when `cells` combinations are equally likely.

    (1 - 1/cells)^(people - 1), Equation 33.2: real combinations are unequal, so it is a sketch.

    Raises
    ------
    MedaiError
        For fewer than one person or cell.

    Examples
    --------
    >>> expected_unique(1, 10)
    1.0
    """
    if people < 1 or cells < 1:
        raise MedaiError(f"people={people}, cells={cells}: both are at least 1.")
    return float((1 - 1 / cells) ** (people - 1))


def _keys(table: pd.DataFrame, on: Sequence[str]) -> list[tuple]:
    return list(table[list(on)].itertuples(index=False, name=None))


def _known(table: pd.DataFrame, columns: Sequence[str]) -> None:
    missing = [one for one in columns if one not in table.columns]
    if missing:
        raise MedaiError(
            f"the table has no column {missing[0]!r}; it has {', '.join(map(str, table.columns))}."
        )


def _groups(table: pd.DataFrame, quasi: Sequence[str], column: str | None = None):
    if isinstance(quasi, str) or not len(quasi):
        raise MedaiError(f"quasi={quasi!r}: a list of at least one column is wanted.")
    _known(table, quasi)
    if not len(table):
        raise MedaiError("the table has no rows: nothing can be said about nobody.")
    return table.groupby(list(quasi), dropna=False, sort=False)[column or quasi[0]]
