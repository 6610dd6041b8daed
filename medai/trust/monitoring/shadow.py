"""Shadow deployment: the candidate sees every patient, and nobody sees the candidate.

:class:`Shadow` answers with the model in use and keeps what the candidate would have said; a
candidate that fails costs nobody an answer.  :func:`compare_shadow` judges both once the outcomes
are known, by a rule that is fixed beforehand.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from medai.metrics import brier_score, compare
from medai.metrics._binary import checked
from medai.runtime import MedaiError

FEWEST_EVENTS = 10  # of events and of patients without one, over all and in a subgroup


class Shadow:
    """Serve one model and watch another.

    The candidate is asked only when :meth:`catch_up` is called, after the answer has gone out, so
    that it can neither delay nor break an answer.

    Parameters
    ----------
    current, candidate : callable
        Input of one patient to a risk.
    most_waiting : int
        Patients kept for the candidate; when it lags further behind, the newest are not kept and
        are counted.

    Attributes
    ----------
    records : list of dict
        ``id``, ``current``, ``candidate`` of each patient whom both have judged.
    failures : list of dict
        ``id`` and ``error``, the kind of exception (its text may hold patient data).
    dropped : int
        Patients not kept.

    Examples
    --------
    >>> from medai.trust.monitoring.shadow import Shadow
    >>> shadow = Shadow(lambda age: age / 200, lambda age: age / 100)
    >>> shadow.answer("Hanna", 60), shadow.catch_up()
    (0.3, 1)
    >>> shadow.records
    [{'id': 'Hanna', 'current': 0.3, 'candidate': 0.6}]
    """

    def __init__(
        self,
        current: Callable[[Any], float],
        candidate: Callable[[Any], float],
        *,
        most_waiting: int = 1000,
    ) -> None:
        self._current, self._candidate, self._most = current, candidate, most_waiting
        self._waiting: list[tuple[Hashable, Any, float]] = []
        self.records: list[dict[str, Any]] = []
        self.failures: list[dict[str, Any]] = []
        self.dropped = 0

    def answer(self, patient: Hashable, given: Any) -> float:
        """Return the answer of the model in use, and note the patient for the candidate."""
        said = float(self._current(given))
        if len(self._waiting) < self._most:
            self._waiting.append((patient, given, said))
        else:
            self.dropped += 1
        return said

    def catch_up(self) -> int:
        """Ask the candidate about the waiting patients; return how many were asked."""
        waiting, self._waiting = self._waiting, []
        for patient, given, said in waiting:
            try:
                would = float(self._candidate(given))
            except Exception as error:  # whatever the candidate does, it stays in the shadow
                self.failures.append({"id": patient, "error": type(error).__name__})
            else:
                self.records.append({"id": patient, "current": said, "candidate": would})
        return len(waiting)


@dataclass(frozen=True)
class ShadowReport:
    """Two models on the same patients.

    Attributes
    ----------
    patients, events
        Rows, and outcomes of 1.
    current, candidate
        Their Brier scores.
    difference, low, high
        Brier score of the candidate minus that of the model in use, with its interval by patient;
        below 0 the candidate is better.
    changed
        Share of patients who are on the other side of the threshold.
    subgroups
        One dict a subgroup: ``group``, ``patients``, ``events``, ``difference``, ``low``, ``high``
        (NaN where too few events), ``verdict``.
    decision
        ``promote``, ``wait`` or ``keep``.
    reasons
        Why, in words.
    """

    patients: int
    events: int
    current: float
    candidate: float
    difference: float
    low: float
    high: float
    changed: float
    subgroups: tuple[dict[str, Any], ...]
    decision: str
    reasons: tuple[str, ...] = field(default=())


def compare_shadow(
    y: ArrayLike,
    current: ArrayLike,
    candidate: ArrayLike,
    *,
    margin: float,
    threshold: float,
    groups: Sequence[Hashable] | None = None,
    subgroups: Sequence[Hashable] | None = None,
    n_boot: int = 1000,
    seed: int = 0,
) -> ShadowReport:
    """Judge a candidate against the model in use; look once, at the size planned beforehand.

    It is promoted when the interval of the difference of Brier scores lies below 0 over all
    patients and in no subgroup reaches above `margin`; kept out when the interval lies above 0, or
    a subgroup's interval lies above `margin`; otherwise more patients are needed.  Fewer than 10
    events, or 10 patients without, cannot clear a candidate, over all or in a subgroup.  Looking
    again and again until it is promoted makes the interval too narrow.

    Parameters
    ----------
    y : array_like
        Outcomes 0/1, shape (n,).
    current, candidate : array_like
        Risks that both stated, shape (n,).
    margin : float
        The loss of Brier score in a subgroup that would still be borne; at least 0.
    threshold : float
        The risk at which something is done, to count whose treatment would change.
    groups : sequence, optional
        The patient of each row.
    subgroups : sequence, optional
        The subgroup of each row, such as the ward.
    n_boot, seed
        Draws of the bootstrap, seed.

    Returns
    -------
    ShadowReport

    Raises
    ------
    MedaiError
        On bad input.
    """
    y, a = checked(y, current, "current", probability=True)
    b = checked(y, candidate, "candidate", probability=True)[1]
    if not margin >= 0:
        raise MedaiError(f"margin={margin}: the loss that would be borne is 0 or more.")
    if not 0 < threshold < 1:
        raise MedaiError(f"threshold={threshold}: a risk lies strictly between 0 and 1.")
    for name, values in (("groups", groups), ("subgroups", subgroups)):
        if values is not None and len(values) != len(y):
            raise MedaiError(f"{name} has {len(values)} entries for {len(y)} rows: pass one a row.")

    def difference(rows: np.ndarray) -> dict[str, float]:
        who = None if groups is None else [groups[row] for row in rows]
        return compare(brier_score, y[rows], b[rows], a[rows], who, n_boot=n_boot, seed=seed)

    overall = difference(np.arange(len(y)))
    parts = []
    if subgroups is not None:
        names = np.array([str(name) for name in subgroups])
        for name in sorted(set(names)):
            rows = np.flatnonzero(names == name)
            parts.append(_subgroup(name, y[rows], rows, difference, margin))
    few = min(y.sum(), len(y) - y.sum()) < FEWEST_EVENTS
    decision, reasons = _decide(overall, parts, few)
    return ShadowReport(
        patients=len(y),
        events=int(y.sum()),
        current=brier_score(y, a),
        candidate=brier_score(y, b),
        difference=overall["difference"],
        low=overall["low"],
        high=overall["high"],
        changed=float(np.mean((a >= threshold) != (b >= threshold))),
        subgroups=tuple(parts),
        decision=decision,
        reasons=reasons,
    )


def _subgroup(
    name: str,
    y: np.ndarray,
    rows: np.ndarray,
    difference: Callable[[np.ndarray], dict[str, float]],
    margin: float,
) -> dict[str, Any]:
    row = {"group": name, "patients": len(y), "events": int(y.sum())}
    if min(y.sum(), len(y) - y.sum()) < FEWEST_EVENTS:
        nan = float("nan")
        return {**row, "difference": nan, "low": nan, "high": nan, "verdict": "too few"}
    found = difference(rows)
    verdict = (
        "worse" if found["low"] > margin else "fine" if found["high"] <= margin else "not shown"
    )
    return {**row, **{key: found[key] for key in ("difference", "low", "high")}, "verdict": verdict}


def _decide(
    overall: dict[str, float], parts: list[dict[str, Any]], few: bool
) -> tuple[str, tuple[str, ...]]:
    worse = [part["group"] for part in parts if part["verdict"] == "worse"]
    open_ = [part["group"] for part in parts if part["verdict"] in ("not shown", "too few")]
    reasons = []
    if overall["low"] > 0 and not few:
        reasons.append("over all patients the candidate is worse")
    if worse:
        reasons.append(f"worse by more than the margin in: {', '.join(worse)}")
    if reasons:
        return "keep", tuple(reasons)
    if few:
        reasons.append(f"fewer than {FEWEST_EVENTS} events, or patients without one")
    if not overall["high"] < 0:
        reasons.append("over all patients no gain is shown")
    if open_:
        reasons.append(f"not shown to be within the margin in: {', '.join(open_)}")
    return ("wait", tuple(reasons)) if reasons else ("promote", ("better, and no subgroup loses",))
