"""When the honest answer is "I don't know", and why.

The lists are shown all the same: a doubt says how far to trust them.  The limits were chosen on
the development vignettes (``benchmarks/common.py``, ``benchmarks/doubts.py``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from medai.diagnosis.phrases import LANGUAGES, listed, say
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
    reason_zh
        The reason in Chinese; not part of the JSON.
    """

    code: str
    reason: str
    decisive: bool = True
    reason_zh: str = ""

    def to_dict(self) -> dict:
        """Return JSON-ready values."""
        return {"code": self.code, "reason": self.reason, "decisive": self.decisive}


def _doubt(
    code: str,
    decisive: bool = True,
    *,
    phrase: str = "",
    findings: Mapping[str, Mapping[str, str]] | None = None,
    left: Sequence[str] = (),
    **values: object,
) -> Doubt:
    """Make a doubt in both languages; ``findings`` fill placeholders with names by HPO id.

    ``left`` are words of the text, put in a row.
    """
    reasons = {}
    for lang in LANGUAGES:
        names = {k: listed(v, v.values(), lang) for k, v in (findings or {}).items()}
        joined = ("、" if lang == "zh" else ", ").join(left)
        reasons[lang] = say(f"doubt.{phrase or code}", lang, left=joined, **names, **values)
    return Doubt(code, reasons["en"], decisive, reasons["zh"])


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

    Examples
    --------
    >>> from medai.diagnosis.posterior import posterior
    >>> from medai.diagnosis.reading import read
    >>> from medai.knowledge.common import common_graph
    >>> from medai.knowledge.query import make_query
    >>> graph, tired = common_graph(), ["HP:0012378"]
    >>> found = posterior(make_query(graph, tired), age=45)
    >>> for one in doubts(graph, tired, found, read(tired, graph)):
    ...     print(f"{one.code}: {one.reason}")
    few: Only one finding is known: Fatigue.
    flat: No condition stands out: the most probable one has 6%.
    """
    result = [_doubt("language")] if reading.language == "other" else []
    result += _unread(reading)
    result += _contradictory(graph, reading)
    result += [
        _doubt("measurement", False, text=one.text, message=one.message)
        for one in reading.findings.measurements
        if one.verdict in ("impossible", "question") and not one.findings and one.message
    ]
    if not present:
        return (*result, _doubt("nothing"))
    information = float(sum(-np.log(graph.background[graph.term_number(h)]) for h in present))
    names = {hpo: graph.term(hpo).name for hpo in present}
    if len(present) < FEWEST:
        result.append(_doubt("few", findings={"names": names}))
    elif information < LEAST_INFORMATION:
        result.append(_doubt("unspecific", findings={"names": names}))
    top = max(found.p.max(initial=0.0), 0.0)
    if found.other > OTHER:
        result.append(_doubt("outside", share=found.other))
    elif top < FLAT:
        result.append(_doubt("flat", share=top))
    if alone := unexplained(graph, present, found):
        names = {hpo: graph.term(hpo).name for hpo in alone}
        result.append(_doubt("unexplained", False, findings={"names": names}))
    return tuple(result)


def _contradictory(graph: KnowledgeGraph, reading: Reading) -> list[Doubt]:
    """Say what the text both states and denies: it counts for no list, and is not forgotten."""
    both = set(reading.contradictory)
    names = {one.hpo_id: one.name for one in reading.findings.present if one.hpo_id in both}
    result = []
    if names:
        result.append(_doubt("contradictory", False, findings={"names": names}))
    for hpo in reading.present:
        for above in graph.ancestors(hpo).intersection(reading.absent) - {hpo}:
            pair = {key: {h: graph.term(h).name} for key, h in (("above", above), ("names", hpo))}
            result.append(_doubt("contradictory", False, phrase="above", findings=pair))
    return result


def _unread(reading: Reading) -> list[Doubt]:
    """Say when most of a text was not understood: the lists then stand on a part of it."""
    share, left = understood(reading)
    if share >= HALF:
        return []
    return [_doubt("unread", share < UNDERSTOOD, share=share, left=left[:5])]


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
