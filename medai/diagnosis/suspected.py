"""Red flags that are not complete but may well be, if more were said or understood.

A complete flag (:mod:`medai.diagnosis.flags`) needs every one of its findings.  Patients tell some
of them, in words of which a program understands some.  So for each condition, weighted by its
probability, it is asked how probable the findings are that its flags still lack, taken as
independent among its patients:

    chance = Σ_d p(d | Q) · max over the flags r of d of  Π_{x in r, not known} f(d, x)

A denied finding rules its flags out.  When the chance is at least :data:`LEAST`, the flags that
contribute most are shown apart from the complete ones.  They never replace or hide one of those.

The limit is one in twenty, a round figure read off the development vignettes
(``benchmarks/doubts.py``), before everyday English was read.  Then 13 of 28 patients who must be
flagged were, given their texts, instead of 4, and 1 of 32 who need not be instead of 0; given
their findings, 24 instead of 23, and 3 instead of 1.  ``data/results/24_common_dev.json`` has the
numbers of today.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass

from medai.datasets.common import RedFlag as Row
from medai.diagnosis.flags import URGENCY, flag_rows, urgency
from medai.diagnosis.posterior import Posterior
from medai.diagnosis.sources import Source, source_of
from medai.knowledge.graph import KnowledgeGraph
from medai.knowledge.implied import closure

LEAST = 0.05  # chance that some flag would be complete
URGENT = 3  # same day or sooner
UNLISTED = 0.01  # how often a condition has a finding that the table does not give it
SHOWN = 3
NOTED = 0.01  # of a flag that is shown after the first
GROWN = 18.0  # years; from then on, flags of children are not suspected
_OF_A_CHILD = re.compile(r"\b(child|infant|baby|newborn)\b", re.IGNORECASE)


@dataclass(frozen=True)
class SuspectedFlag:
    """A flag of which something is missing, of a condition that is probable enough.

    Attributes
    ----------
    flag, action, urgency
        As for :class:`medai.diagnosis.flags.RedFlag`.
    chance
        The probability of the condition times that of the missing findings.
    missing, findings
        HPO ids and names of what is missing: to be asked or measured.
    condition
        Id of the condition.
    source
        What it rests on.
    """

    flag: str
    action: str
    urgency: int
    chance: float
    missing: tuple[str, ...]
    findings: tuple[str, ...]
    condition: str
    source: Source

    def to_dict(self) -> dict:
        """Return JSON-ready values."""
        return {**asdict(self), "urgency_words": URGENCY[self.urgency]}


def suspected_flags(
    graph: KnowledgeGraph,
    present: Iterable[str],
    ruled_out: Collection[str],
    found: Posterior,
    age: float | None = None,
    sex: str | None = None,
) -> tuple[float, tuple[SuspectedFlag, ...]]:
    """Return the chance that an urgent flag would be complete, and which flags these are.

    Parameters
    ----------
    graph : KnowledgeGraph
        Of the common conditions.
    present : iterable of str
        HPO ids of present findings; without any the chance is 0.
    ruled_out : collection of str
        Everything that was denied, with what that implies.
    found : Posterior
        What the findings give.
    age, sex
        Only to leave out what is anatomically impossible, and flags of children.

    Returns
    -------
    float
        From 0 to 1; flags that are complete already do not count.
    tuple of SuspectedFlag
        The most probable first; empty when the chance is below :data:`LEAST`.

    Examples
    --------
    >>> from medai.diagnosis.posterior import posterior
    >>> from medai.knowledge.common import common_graph
    >>> from medai.knowledge.query import make_query
    >>> graph, pain = common_graph(), ["HP:0100749"]  # chest pain; nothing else was said
    >>> found = posterior(make_query(graph, pain), "emergency", age=60)
    >>> chance, flags = suspected_flags(graph, pain, set(), found, age=60)
    >>> round(chance, 2)
    0.07
    >>> for one in flags:
    ...     print(f"{one.chance:.2f} {one.condition}: {', '.join(one.findings)}?")
    0.03 acute-coronary-syndrome: Hyperhidrosis?
    0.01 rib-fracture: Fractured rib, Dyspnea?
    """
    present = tuple(present)
    if not present:
        return 0.0, ()
    there = closure(graph, present)
    p = dict(zip(found.ids, found.p.tolist(), strict=True))
    number = {name: k for k, name in enumerate(found.ids)}
    best: dict[str, tuple[float, Row, tuple[str, ...]]] = {}
    for row in flag_rows(age, sex):
        missing = tuple(hpo for hpo in row.hpo if hpo not in there)
        if not missing or _level(row.action) > URGENT or any(hpo in ruled_out for hpo in missing):
            continue
        if age is not None and age >= GROWN and _OF_A_CHILD.search(row.flag):
            continue
        chance = p[row.condition]
        for hpo in missing:
            chance *= max(_shares(graph, hpo).get(number[row.condition], 0.0), UNLISTED)
        if row.condition not in best or chance > best[row.condition][0]:
            best[row.condition] = (chance, row, missing)
    total = min(sum(chance for chance, _, _ in best.values()), 1.0)
    if total < LEAST:
        return total, ()
    order = sorted(best.values(), key=lambda one: (-one[0], _level(one[1].action), one[1].flag))
    shown = [one for one in order[:SHOWN] if one[0] >= NOTED or one is order[0]]
    return total, tuple(_made(graph, *one) for one in shown)


def _made(
    graph: KnowledgeGraph, chance: float, row: Row, missing: tuple[str, ...]
) -> SuspectedFlag:
    names = tuple(graph.term(hpo).name for hpo in missing)
    source = source_of(row.source, row.basis)
    level = _level(row.action)
    return SuspectedFlag(row.flag, row.action, level, chance, missing, names, row.condition, source)


_level = functools.lru_cache(maxsize=1024)(urgency)


@functools.lru_cache(maxsize=2048)
def _shares(graph: KnowledgeGraph, hpo: str) -> dict[int, float]:
    """Return how often each condition that has a finding has it."""
    rows, shares = graph.scorer.entries(graph.term_number(hpo))
    return dict(zip(rows.tolist(), shares.tolist(), strict=True))
