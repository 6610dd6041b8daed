"""Join the parts of a record into one differential: :func:`assess_record`.

Findings from the words, the problem list and the laboratory are put together; what contradicts
itself is taken out and reported.  :mod:`medai.personalised.records.differential` then weighs them,
with what the medicines say.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

from medai.datasets.common import common_conditions
from medai.datasets.records import medicine_relations
from medai.diagnosis.assessment import Assessment
from medai.diagnosis.engine import assess_reading, check_patient
from medai.diagnosis.reading import Reading, read
from medai.knowledge.findings import Findings
from medai.knowledge.graph import KnowledgeGraph
from medai.knowledge.load import load_graph
from medai.personalised.records.differential import (
    RecordCandidate,
    differential,
    prior_factors,
)
from medai.personalised.records.labs import read_value
from medai.personalised.records.model import Record
from medai.runtime.errors import MedaiError

PARTS = ("text", "problems", "labs", "medicines")


@dataclass(frozen=True)
class RecordAssessment:
    """The differential of a record.

    Attributes
    ----------
    candidates : tuple of RecordCandidate
        Most probable first.
    other : float
        The probability of something that is not in the list.
    present, absent : dict of str to tuple of str
        HPO id to the parts that say so.
    existing : tuple of str
        Conditions that the problem list or a medicine says the patient has already.
    conflicts : tuple of str
        What contradicts itself; such findings were not used.
    questions : tuple of str
        What has to be asked before a value can be used.
    unknown : tuple of str
        Medicines that the table does not hold.
    assessment : Assessment or None
        Red flags, questions and rare diseases for the joined findings; None where there is no
        finding at all, or it was not asked for.
    """

    candidates: tuple[RecordCandidate, ...]
    other: float
    present: dict[str, tuple[str, ...]]
    absent: dict[str, tuple[str, ...]]
    existing: tuple[str, ...]
    conflicts: tuple[str, ...]
    questions: tuple[str, ...]
    unknown: tuple[str, ...]
    assessment: Assessment | None

    def rank_of(self, name: str) -> float:
        """Return the place of a condition; infinite where it is not in the list."""
        return next((float(one.rank) for one in self.candidates if one.id == name), math.inf)


@dataclass
class _Joined:
    """Findings by the part that states them, while they are collected."""

    present: dict[str, list[str]]
    absent: dict[str, list[str]]
    doubtful: list[str]
    past: list[str]
    conflicts: list[str]

    def add(self, part: str, present: Iterable[str], absent: Iterable[str]) -> None:
        for ids, into in ((present, self.present), (absent, self.absent)):
            for hpo in ids:
                into.setdefault(hpo, []).append(part)

    def settle(self, graph: KnowledgeGraph) -> None:
        """Take out what one part states and another rules out."""
        for shown in list(self.present):
            above = graph.ancestors(shown)
            for denied in [x for x in self.absent if x in above]:
                parts = set(self.present[shown]), set(self.absent[denied])
                if parts[0] == parts[1] == {"text"}:
                    continue  # the reader has settled what one text says
                names = graph.term(shown).name, graph.term(denied).name
                said = (" and ".join(sorted(one)) for one in parts)
                first, second = said
                self.conflicts.append(f"{names[0]} ({first}) against no {names[1]} ({second})")
                self.doubtful += [shown, denied]
        self.present = {x: p for x, p in self.present.items() if x not in self.doubtful}
        self.absent = {x: p for x, p in self.absent.items() if x not in self.doubtful}


def assess_record(
    record: Record,
    use: Iterable[str] = PARTS,
    *,
    full: bool = True,
    graph: KnowledgeGraph | None = None,
) -> RecordAssessment:
    """Assess a patient from a record.

    Parameters
    ----------
    record : Record
        The record.
    use : iterable of str
        Which parts, of ``text``, ``problems``, ``labs`` and ``medicines``: to see what each adds.
    full : bool
        Whether red flags, questions and rare diseases are worked out too.
    graph : KnowledgeGraph, optional
        By default the installed release.

    Returns
    -------
    RecordAssessment
        Not medical advice.

    Raises
    ------
    MedaiError
        For an unknown part, age, sex or setting.

    Examples
    --------
    >>> from medai.personalised.records import Record, read_lab
    >>> patient = Record(52, "female", labs=(read_lab("TSH=18 mIU/L"),))
    >>> assess_record(patient).candidates[0].name
    'Hypothyroidism'
    """
    use = tuple(use)
    if unknown := [part for part in use if part not in PARTS]:
        raise MedaiError(f"use={unknown[0]!r}: the parts are {', '.join(PARTS)}.")
    check_patient(record.age, record.sex, record.setting)
    graph = load_graph() if graph is None else graph
    joined, reading = _Joined({}, {}, [], [], []), None
    if "text" in use and record.text.strip():
        reading = read(record.text, graph, age=record.age)
        joined.add("text", reading.present, reading.absent)
        joined.doubtful += reading.doubtful
        joined.past += reading.past
    known: list[str] = []
    if "problems" in use:
        known = _read_problems(record, joined, graph)
    questions = []
    for lab in record.labs if "labs" in use else ():
        value = read_value(lab, record.sex)
        joined.add("labs", value.present, value.absent)
        if value.question:
            questions.append(value.question)
    joined.settle(graph)
    drugs = [name.strip().lower() for name in record.medicines] if "medicines" in use else []
    relations = [one for name in drugs for one in medicine_relations().get(name, ())]
    factors, why = prior_factors(relations, known)
    treated = [one.target for one in relations if one.role == "treats" and one.strength == "strong"]
    if record.problems and "problems" in use:
        for name in (name for name in treated if name not in known):
            drug = next(one.medicine for one in relations if one.target == name)
            missing = common_conditions()[name].name
            joined.conflicts.append(f"{drug} suggests {missing}, which no problem names")
    patient = (record.setting, record.age, record.sex)
    candidates, other = differential(
        patient, joined.present, joined.absent, relations, factors, why, graph=graph
    )
    assessment = None
    if full and (joined.present or joined.absent):
        found = _reading(reading, joined)
        assessment = assess_reading(found, record.age, record.sex, record.setting, graph=graph)
    return RecordAssessment(
        candidates,
        other,
        {hpo: tuple(parts) for hpo, parts in joined.present.items()},
        {hpo: tuple(parts) for hpo, parts in joined.absent.items()},
        tuple(dict.fromkeys([*known, *treated])),
        tuple(joined.conflicts),
        tuple(questions),
        tuple(name for name in drugs if name not in medicine_relations()),
        assessment,
    )


def _read_problems(record: Record, joined: _Joined, graph: KnowledgeGraph) -> list[str]:
    """Collect what the problem list says; return the common conditions that it names."""
    by_code = {one.icd10: name for name, one in common_conditions().items()}
    by_name = {one.name.lower(): name for name, one in common_conditions().items()}
    known = []
    for one in record.problems:
        match = by_code.get(one.icd) or by_code.get(one.icd[:3]) or by_name.get(one.text.lower())
        if match:
            known.append(match)
            continue
        ids = [graph.term(one.hpo).id] if one.hpo else []
        if not ids and one.text.strip():
            ids = list(read(one.text, graph, age=record.age).present)
        if one.status == "active":
            joined.add("problems", ids, ())
        else:
            joined.past += ids
    return known


def _reading(reading: Reading | None, joined: _Joined) -> Reading:
    """Return the reading of the text with the joined findings in the place of its own."""
    if reading is None:
        empty: tuple = ()
        reading = Reading(Findings(*(empty,) * 5), *(empty,) * 6, "ids")
    return replace(
        reading,
        present=tuple(joined.present),
        absent=tuple(joined.absent),
        doubtful=tuple(dict.fromkeys(joined.doubtful)),
        past=tuple(dict.fromkeys(joined.past)),
    )
