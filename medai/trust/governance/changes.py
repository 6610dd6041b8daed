"""A predetermined change control plan: which changes are allowed, and how each is judged.

A change is inside the plan if it is of a listed kind, keeps the intended use, and the new model is
*shown* to lose no more than the margin, in every group that the plan names.  Shown means that
the lower end of the interval of the difference (new minus old, same patients) lies above minus
the margin; a wide interval shows nothing, and so refuses.
"""

from __future__ import annotations

import functools
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from medai.runtime.errors import MedaiError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

METRICS = ("sensitivity", "specificity")
SHOWN, WORSE, OPEN, FEW = "shown", "worse", "not shown", "too few"


@dataclass(frozen=True)
class ChangePlan:
    """What may change, and what a change must show.

    Attributes
    ----------
    name
        Of the model.
    kinds
        The kinds of change that are allowed, each with how it is made.
    margins
        For ``sensitivity`` and ``specificity``, how much may be lost, above 0 and below 1.
    groups
        Names of groups in which the margins hold, besides all patients.
    least
        Patients with and without the finding that a group needs to be judged.
    level
        Of the two-sided intervals.
    """

    name: str
    kinds: Mapping[str, str]
    margins: Mapping[str, float]
    groups: tuple[str, ...] = ()
    least: int = 30
    level: float = 0.95

    def __post_init__(self) -> None:
        if not self.kinds or not all(self.kinds.values()):
            raise MedaiError(f"The plan of {self.name!r} allows no change, or does not say how.")
        wrong = [name for name in self.margins if name not in METRICS]
        if wrong or not self.margins:
            raise MedaiError(f"margins name {wrong or 'nothing'}: give {' or '.join(METRICS)}.")
        for name, margin in self.margins.items():
            if not 0 < margin < 1:
                raise MedaiError(
                    f"margins[{name!r}]={margin}: what may be lost lies above 0 and below 1; "
                    "a margin of 0 can be shown by no finite sample of equal models."
                )
        if self.least < 1 or not 0 < self.level < 1:
            raise MedaiError("least must be at least 1, and level lie between 0 and 1.")


@dataclass(frozen=True)
class Judged:
    """One criterion: group, metric, difference (new minus old) with interval, and the word."""

    group: str
    metric: str
    patients: int
    difference: float
    low: float
    high: float
    margin: float
    word: str


@dataclass(frozen=True)
class ChangeReport:
    """Whether a change lies inside the plan, and why.

    Attributes
    ----------
    inside
        True where the plan covers it.
    why
        In words.
    rows
        The criteria that were judged; empty where the kind or the use already decided.
    """

    inside: bool
    why: str
    rows: tuple[Judged, ...] = ()


def check_change(
    plan: ChangePlan,
    kind: str,
    y: ArrayLike = (),
    old: ArrayLike = (),
    new: ArrayLike = (),
    patients: Sequence[Hashable] | None = None,
    groups: Sequence[str] | None = None,
    *,
    same_use: bool,
    n_boot: int = 1000,
    seed: int = 0,
) -> ChangeReport:
    """Judge a proposed change by a plan.

    Parameters
    ----------
    plan
        Written before the change.
    kind
        Which of the plan's kinds it is.
    y
        Truth of held-out rows that neither model was trained on, 0 or 1, shape (n,).
    old, new
        What the two models say of the same rows, 0 or 1, shape (n,).
    patients
        Whose row it is, shape (n,); rows of a patient are resampled together.
    groups
        To which group a row belongs, shape (n,); needed where the plan names groups.
    same_use
        Whether the intended use stays as it was, with its users and patients.  A new kind of input
        is a kind of change, and needs its place in the plan.
    n_boot, seed
        Of the bootstrap.

    Raises
    ------
    MedaiError
        For shapes that do not fit, values other than 0 and 1, and missing groups.
    """
    if kind not in plan.kinds:
        allowed = ", ".join(plan.kinds)
        return ChangeReport(False, f"{kind!r} is not in the plan, which allows: {allowed}.")
    if not same_use:
        return ChangeReport(False, "The intended use changes; no plan covers that.")
    import numpy as np

    y, old, new = (_calls(v, n) for v, n in ((y, "y"), (old, "old"), (new, "new")))
    who = np.arange(len(y)) if patients is None else np.asarray(patients)
    where = np.full(len(y), "") if groups is None else np.asarray(groups, dtype=str)
    if not len(y) == len(old) == len(new) == len(who) == len(where):
        raise MedaiError("y, old, new, patients and groups must have one entry for each row.")
    absent = [name for name in plan.groups if name not in set(where.tolist())]
    if absent:
        raise MedaiError(
            f"The plan names {', '.join(absent)}, and no row belongs to it: a group that is not "
            "measured cannot be shown to keep. Collect such patients, or do not make the change."
        )
    rows = []
    for group in ("all", *plan.groups):
        mask = np.ones(len(y), dtype=bool) if group == "all" else where == group
        for metric, margin in plan.margins.items():
            data = (y[mask], old[mask], new[mask], who[mask])
            rows.append(_judge(plan, group, metric, margin, *data, n_boot, seed))
    failed = [row for row in rows if row.word != SHOWN]
    if not failed:
        return ChangeReport(True, "Every criterion of the plan is shown.", tuple(rows))
    why = "; ".join(f"{row.metric} in {row.group}: {row.word}" for row in failed)
    return ChangeReport(False, why + ".", tuple(rows))


def _calls(values: ArrayLike, name: str) -> ArrayLike:
    import numpy as np

    array = np.asarray(values)
    if array.ndim != 1 or not len(array) or not np.isin(array, (0, 1)).all():
        raise MedaiError(f"{name} must be a non-empty row of 0 and 1: apply the threshold first.")
    return array.astype(int)


def _judge(plan, group, metric, margin, y, old, new, who, n_boot, seed) -> Judged:
    """Judge one metric in one group."""
    import numpy as np

    from medai.metrics import compare, sensitivity, specificity

    wanted = 1 if metric == "sensitivity" else 0
    count = len(np.unique(who[y == wanted]))
    if count < plan.least or len(np.unique(y)) < 2:
        nan = float("nan")
        return Judged(group, metric, count, nan, nan, nan, margin, FEW)
    function = {"sensitivity": sensitivity, "specificity": specificity}[metric]
    measured = functools.partial(function, threshold=0.5)
    found = compare(measured, y, new, old, groups=who, n_boot=n_boot, level=plan.level, seed=seed)
    word = word_for(found["low"], found["high"], margin)
    ends = (found["difference"], found["low"], found["high"])
    return Judged(group, metric, count, *ends, margin, word)


def word_for(low: float, high: float, margin: float) -> str:
    """Return what an interval of new minus old shows: shown, worse or not shown.

    >>> word_for(-0.03, 0.02, 0.05), word_for(-0.09, 0.01, 0.05), word_for(-0.2, -0.06, 0.05)
    ('shown', 'not shown', 'worse')
    """
    if low > -margin:
        return SHOWN
    return WORSE if high < -margin else OPEN
