"""When the honest answer is "I don't know", and why.

The lists are shown all the same: a doubt says how far to trust them.  The limits were chosen on
the development vignettes (``benchmarks/common.py``, ``benchmarks/doubts.py``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np

from medai.diagnosis.posterior import Posterior
from medai.diagnosis.reading import Reading
from medai.diagnosis.understood import understood
from medai.knowledge.graph import KnowledgeGraph

FEWEST = 2  # present findings
LEAST_INFORMATION = 4.0  # nats, the sum of -ln bg over the present findings
FLAT = 0.20  # the most probable condition is below this
OTHER = 0.5  # something that is not in the table is above this
EXPLAINED_BY = 5  # the conditions that are looked at for a finding that none explains
UNDERSTOOD = 1 / 3  # of the words that say something, so many must be understood
HALF = 1 / 2  # below this there is a warning
LEAST_SHARE = 0.01  # a condition that has the finding in fewer patients does not explain it


@dataclass(frozen=True)
class Doubt:
    """A reason to say "I don't know".

    Attributes
    ----------
    code
        ``language``, ``nothing``, ``few``, ``unspecific``, ``flat``, ``outside``,
        ``unexplained``, ``contradictory``, ``measurement`` or ``unread``.
    reason
        In words.
    decisive
        Whether it alone means "I don't know"; ``unexplained``, ``measurement`` and
        ``contradictory`` are only warnings, and so is ``unread`` unless two thirds of the words
        were not understood.
    """

    code: str
    reason: str
    decisive: bool = True

    def to_dict(self) -> dict:
        """Return JSON-ready values."""
        return asdict(self)


def doubts(
    graph: KnowledgeGraph, present: Sequence[str], found: Posterior, reading: Reading
) -> tuple[Doubt, ...]:
    """Return why the lists can't be trusted; empty when they can.

    Parameters
    ----------
    graph : KnowledgeGraph
        Of the common conditions.
    present : sequence of str
        HPO ids of the present findings, none of which implies another.
    found : Posterior
        What they give.
    reading : Reading
        What was understood of the text, and what was not.
    """
    result = []
    if reading.language == "other":
        result.append(
            Doubt("language", "The text is in a script that is not read: write English or Chinese.")
        )
    result += _unread(reading)
    result += _contradictory(graph, reading)
    result += [
        Doubt("measurement", f'"{one.text}" is not used: {one.message}', False)
        for one in reading.findings.measurements
        if one.verdict in ("impossible", "question") and not one.findings and one.message
    ]
    if not present:
        result.append(Doubt("nothing", "No finding was recognised as present."))
        return tuple(result)
    information = float(sum(-np.log(graph.background[graph.term_number(h)]) for h in present))
    names = [graph.term(hpo).name for hpo in present]
    if len(present) < FEWEST:
        result.append(Doubt("few", f"Only one finding is known: {names[0]}."))
    elif information < LEAST_INFORMATION:
        shown = ", ".join(names)
        result.append(Doubt("unspecific", f"These findings occur in many conditions: {shown}."))
    top = max(found.p.max(initial=0.0), 0.0)
    if found.other > OTHER:
        result.append(
            Doubt("outside", f"Probably none of the listed conditions ({found.other:.0%}).")
        )
    elif top < FLAT:
        result.append(
            Doubt("flat", f"No condition stands out: the most probable one has {top:.0%}.")
        )
    if alone := unexplained(graph, present, found):
        shown = ", ".join(graph.term(hpo).name for hpo in alone)
        result.append(
            Doubt("unexplained", f"None of the first conditions explains: {shown}.", False)
        )
    return tuple(result)


def _contradictory(graph: KnowledgeGraph, reading: Reading) -> list[Doubt]:
    """Say what the text both states and denies: it counts for no list, and is not forgotten."""
    both = set(reading.contradictory)
    names = dict.fromkeys(one.name for one in reading.findings.present if one.hpo_id in both)
    result = []
    if names:
        shown = ", ".join(names)
        reason = f"The text both states and denies: {shown}. The lists leave it out; please ask."
        result.append(Doubt("contradictory", reason, False))
    for hpo in reading.present:
        for above in graph.ancestors(hpo).intersection(reading.absent) - {hpo}:
            said = f"The text denies {graph.term(above).name} and states a kind of it"
            reason = f"{said}: {graph.term(hpo).name}. It counts as present; please ask."
            result.append(Doubt("contradictory", reason, False))
    return result


def _unread(reading: Reading) -> list[Doubt]:
    """Say when most of a text was not understood: the lists then stand on a part of it."""
    share, left = understood(reading)
    if share >= HALF:
        return []
    shown = ", ".join(left[:5])
    reason = (
        f"Most of the text was not understood ({share:.0%} of the words that may matter was), "
        f"such as: {shown}."
    )
    return [Doubt("unread", reason, share < UNDERSTOOD)]


def unexplained(
    graph: KnowledgeGraph, present: Sequence[str], found: Posterior, first: int = EXPLAINED_BY
) -> tuple[str, ...]:
    """Return the findings that none of the first conditions of a posterior has."""
    rows = set(found.order[:first])
    result = []
    for hpo in present:
        conditions, f = graph.scorer.entries(graph.term_number(hpo))
        if not rows & set(conditions[f >= LEAST_SHARE].tolist()):
            result.append(hpo)
    return tuple(result)
