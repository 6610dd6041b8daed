"""Four wishes for a decision that is fair between groups, and why they do not all come true.

Demographic parity wants the same share called; equal opportunity the same share of the ill found;
equalised odds that and the same share of the well called (Hardt, Price and Srebro 2016);
predictive parity the same share ill among the called.  With different prevalence the last three
exclude each other (Chouldechova 2017; Kleinberg, Mullainathan and Raghavan 2016 for scores).
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from medai.metrics._binary import checked, share
from medai.metrics.intervals import draws, ends, usable
from medai.runtime import MedaiError
from medai.trust.fairness.within import calls, group_of, inside, rate

if TYPE_CHECKING:
    import pandas as pd


def false_positive_rate(prevalence: ArrayLike, ppv: ArrayLike, tpr: ArrayLike) -> Any:
    r"""Return the false positive rate that prevalence, PPV and sensitivity leave.

    .. math:: \mathrm{FPR} = \frac{p}{1-p} \cdot \frac{1-\mathrm{PPV}}{\mathrm{PPV}} \mathrm{TPR}

    An identity between counts, not a model (Chouldechova 2017): two groups with equal PPV and
    TPR and different prevalence have different FPR.

    Parameters
    ----------
    prevalence, ppv, tpr : float or array_like
        Between 0 and 1; arrays are broadcast.

    Returns
    -------
    float or numpy.ndarray
        Above 1 where no test has these three values.

    Raises
    ------
    MedaiError
        When a value lies outside [0, 1], the prevalence is 1 or the PPV 0.

    Examples
    --------
    >>> round(false_positive_rate(prevalence=0.2, ppv=0.5, tpr=0.8), 3)
    0.2
    """
    p, v, t = share("prevalence", prevalence), share("ppv", ppv), share("tpr", tpr)
    if (p == 1).any() or (v == 0).any():
        raise MedaiError(
            f"prevalence={prevalence}, ppv={ppv}: nobody is well, or nobody called is ill, so the "
            "false positive rate does not follow from them."
        )
    found = p / (1 - p) * (1 - v) / v * t
    return float(found) if found.ndim == 0 else found


def criteria(y: np.ndarray, called: np.ndarray) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Return for each criterion who is counted and among whom, as 0/1, shape (n,) each."""
    well = 1 - y
    return {
        "selected": (called, np.ones_like(y)),
        "tpr": (called * y, y),
        "fpr": (called * well, well),
        "ppv": (called * y, called),
    }


def parity(
    y: ArrayLike,
    called: ArrayLike,
    groups: Any,
    reference: str,
    *,
    patients: Sequence[Hashable] | None = None,
    n_boot: int = 1000,
    level: float = 0.95,
    seed: int = 0,
) -> pd.DataFrame:
    """Compare the rates of each group with those of a reference group.

    Demographic parity is a gap of 0 in ``selected``, equal opportunity in ``tpr``, equalised
    odds in ``tpr`` and ``fpr``, predictive parity in ``ppv``.

    Parameters
    ----------
    y, called : array_like
        Labels and decisions, 0/1, shape (n,).
    groups : sequence, mapping or pandas.DataFrame
        As in :func:`medai.trust.fairness.audit`.
    reference : str
        The group that the others are compared with; it is a choice, not a norm.
    patients, n_boot, level, seed
        As in :func:`medai.trust.fairness.audit`.

    Returns
    -------
    pandas.DataFrame
        One row a group and criterion: ``group``, ``criterion``, ``value``, ``reference``,
        ``gap`` (value minus reference), ``low``, ``high`` (each interval alone).

    Raises
    ------
    MedaiError
        On bad input, an unknown reference, or a rate that is undefined in a group.
    """
    import pandas as pd

    called = calls(called)
    y, called = checked(y, called, "called")
    names = group_of(groups, len(y))
    others = sorted(set(names) - {reference})
    if not (names == reference).any() or not others:
        raise MedaiError(
            f"reference={reference!r}: the groups are {sorted(set(names))}; two are needed, "
            "the reference among them."
        )
    parts = criteria(y, called)
    asked = [(name, what) for name in [reference, *others] for what in parts]
    pairs = [(inside_rate(parts[what], names == name), y) for name, what in asked]
    values = dict(zip(asked, [float(f(y, y)) for f, _ in pairs], strict=True))
    spread = dict(zip(asked, draws(pairs, y, patients, n_boot, seed), strict=True))
    rows = []
    for name in others:
        for what in parts:
            value, base = values[name, what], values[reference, what]
            if np.isnan(value) or np.isnan(base):
                raise MedaiError(
                    f"{what} is undefined in {name!r} or {reference!r}: nobody stands in its "
                    "denominator. Leave this group out and report its counts."
                )
            change = usable(spread[name, what] - spread[reference, what], f"gap in {what}")
            rows.append((name, what, value, base, value - base, *ends(change, level)))
    columns = ["group", "criterion", "value", "reference", "gap", "low", "high"]
    return pd.DataFrame(rows, columns=columns)


def inside_rate(part: tuple[np.ndarray, np.ndarray], rows: np.ndarray) -> Any:
    """Return the rate of a criterion among the rows of a mask, as a weighted metric."""
    top, bottom = part
    return inside(rate(top[rows], bottom[rows]), rows)
