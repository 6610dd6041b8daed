"""Red flags: combinations of findings that must not be missed, whatever the ranking says.

They are computed from the findings alone, over all conditions of the table.  The posterior
can't hide one.  A finding that is uncertain, past or a relative's fires nothing; nor does one
that is denied.  One that the text both states and denies does: it may be there.  A flag of
which all but one finding is there becomes a question.
"""

from __future__ import annotations

import functools
from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass

from medai.datasets.common import RedFlag as Row
from medai.datasets.common import common_conditions
from medai.diagnosis.sources import Source, source_of
from medai.knowledge.common import age_group
from medai.knowledge.graph import KnowledgeGraph
from medai.knowledge.implied import closure

URGENCY = {1: "ambulance", 2: "emergency department", 3: "same day", 4: "within days or weeks"}
_WORDS = (  # the most urgent word in the action decides
    (1, ("ambulance",)),
    (2, ("now", "at once", "within hours", "in hours")),
    (3, ("today", "same day", "same-day", "same working day", "within 24 hours")),
)


@dataclass(frozen=True)
class RedFlag:
    """A red flag that the findings complete.

    Attributes
    ----------
    flag, action
        What it is, and what should happen how fast.
    urgency
        1 (ambulance) to 4 (days or weeks), from the words of the action.
    hpo_ids, findings
        The findings that complete it.
    conditions
        Ids of the conditions whose row it is.
    source
        What it rests on.
    """

    flag: str
    action: str
    urgency: int
    hpo_ids: tuple[str, ...]
    findings: tuple[str, ...]
    conditions: tuple[str, ...]
    source: Source

    def to_dict(self) -> dict:
        """Return JSON-ready values."""
        return {**asdict(self), "urgency_words": URGENCY[self.urgency]}


@dataclass(frozen=True)
class NearFlag:
    """A flag that one more finding would complete.

    Attributes
    ----------
    missing
        The HPO id of that finding.
    row
        The row of the table.
    urgency
        As for :class:`~medai.diagnosis.flags.RedFlag`.
    """

    missing: str
    row: Row
    urgency: int


def urgency(action: str) -> int:
    """Return 1 (ambulance), 2 (emergency department), 3 (same day) or 4 (days or weeks).

    The most urgent word counts: "ambulance when it lasts over 15 minutes" is 1.

    Examples
    --------
    >>> urgency("ambulance when it lasts over 15 minutes")
    1
    """
    text = action.lower()
    return next((level for level, words in _WORDS if any(w in text for w in words)), 4)


@functools.lru_cache(maxsize=64)
def _rows(group: str | None, sex: str | None) -> tuple[Row, ...]:
    """Return the flags, but for those of conditions that this body can't have (factor 0)."""
    return tuple(
        row
        for one in common_conditions().values()
        if one.factor("age", group) > 0 and one.factor("sex", sex) > 0
        for row in one.red_flags
    )


def flag_rows(age: float | None = None, sex: str | None = None) -> tuple[Row, ...]:
    """Return the rows of red flags of all conditions that age and sex leave possible."""
    return _rows(None if age is None else age_group(age), sex)


def red_flags(
    graph: KnowledgeGraph,
    present: Iterable[str],
    age: float | None = None,
    sex: str | None = None,
) -> tuple[RedFlag, ...]:
    """Return every flag whose findings the patient has, the most urgent first.

    Parameters
    ----------
    graph
        Gives the ancestors.
    present
        HPO ids of present findings; what they imply counts as present.
    age, sex
        Only to leave out what is anatomically impossible, such as a pregnancy of a man.
    """
    there = closure(graph, present)
    merged: dict[frozenset[str], list[Row]] = {}
    for row in flag_rows(age, sex):
        if there.issuperset(row.hpo):
            merged.setdefault(frozenset(row.hpo), []).append(row)
    found = [_made(graph, rows) for rows in merged.values()]
    return tuple(sorted(found, key=lambda flag: (flag.urgency, -len(flag.hpo_ids), flag.flag)))


def _made(graph: KnowledgeGraph, rows: list[Row]) -> RedFlag:
    """Make one flag of the rows with the same findings, the best founded first."""
    rows = sorted(rows, key=lambda row: (urgency(row.action), row.basis != "opened"))
    first = rows[0]
    names = tuple(graph.term(hpo).name for hpo in first.hpo)
    conditions = tuple(dict.fromkeys(row.condition for row in rows))
    source = source_of(first.source, first.basis)
    return RedFlag(
        first.flag, first.action, urgency(first.action), first.hpo, names, conditions, source
    )


def near_flags(
    graph: KnowledgeGraph,
    present: Iterable[str],
    ruled_out: Collection[str],
    doubtful: Iterable[str] = (),
    age: float | None = None,
    sex: str | None = None,
) -> tuple[NearFlag, ...]:
    """Return the flags that one more finding would complete.

    Parameters
    ----------
    graph
        Gives the ancestors.
    present
        HPO ids of present findings.
    ruled_out
        Everything that was denied, with what that implies; such a finding is not missing.
    doubtful
        Findings that are uncertain, past or contradictory: a flag that needs nothing else
        becomes a question too.
    """
    present = tuple(present)
    there = closure(graph, present)
    maybe = closure(graph, doubtful) - there
    found = []
    for row in flag_rows(age, sex):
        missing = [hpo for hpo in row.hpo if hpo not in there]
        # one of two or three is missing; or the missing one stands in the text, but in doubt
        some = len(missing) < len(row.hpo) or set(missing) <= maybe
        if len(missing) == 1 and some and missing[0] not in ruled_out:
            found.append(NearFlag(missing[0], row, urgency(row.action)))
    return tuple(found)
