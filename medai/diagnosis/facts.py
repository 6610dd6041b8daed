"""What may be said about a patient: facts, each with a number, a source and what it rests on.

An explanation is made of these and of nothing else (:mod:`medai.diagnosis.explain`), and a text
that a language model wrote is held against them (:mod:`medai.diagnosis.grounding`).  The words
of the patient are not among them: what the patient said enters as the names of findings, so
nothing that somebody writes into a complaint can reach an explanation or a prompt.

Examples
--------
>>> book = common_facts("influenza", present=["HP:0012735"])            # doctest: +SKIP
>>> print(book[1])                                                     # doctest: +SKIP
[2] Influenza | finding | Cough | very frequent | listed
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from medai.datasets.common import SETTINGS, CommonConditions, common_conditions
from medai.knowledge.graph import KnowledgeGraph
from medai.runtime import MedaiError

# What the basis of a fact obliges a citation to say.
MARKS = {
    "opened": "",
    "listed": "frequency estimated",
    "teaching estimate": "teaching estimate",
    "stated": "",  # by the patient
    "annotated": "",  # by HPO
}
RELATIONS = {
    "has": "the patient has a finding",
    "has not": "the patient does not have it",
    "finding": "patients with the condition have a finding, how often",
    "against": "a finding speaks against the condition",
    "prior": "how common the condition is among new complaints",
    "red flag": "what must not be missed, and what to do",
    "first test": "a first test for the condition",
}
PATIENT = "the patient"
TESTS = 2  # first tests of a condition that are told
_CLASS_OF = {"obligate": 1.0, "very frequent": 0.8, "frequent": 0.3, "occasional": 0.05}
_BY_HPO_CLASS = {
    "HP:0040280": "obligate",
    "HP:0040281": "very frequent",
    "HP:0040282": "frequent",
    "HP:0040283": "occasional",
    "HP:0040284": "very rare",
}


@dataclass(frozen=True)
class Fact:
    """One thing that may be said.

    Attributes
    ----------
    subject, relation, object
        Who, a key of :data:`RELATIONS`, and what: a finding, a test, a setting, a warning.
    source
        Where it comes from, for printing.
    basis
        A key of :data:`MARKS`.
    value
        ``finding``: the frequency class, "" where none is stated; ``prior``: one in how many;
        ``red flag``: what to do.
    share
        ``finding``: the share of patients as it is printed ("33 %", "3 of 7"), or "".
    key
        Id of the condition or the HPO id of the finding: which names may stand for it.
    names
        Other names of the object.
    subject_zh, object_zh
        Chinese names; "" where none is known.
    denied
        ``finding``: the patient was asked and does not have it.
    id
        The number in the citation; 0 until it stands in a list.
    """

    subject: str
    relation: str
    object: str
    source: str
    basis: str
    value: str = ""
    share: str = ""
    key: str = ""
    names: tuple[str, ...] = ()
    subject_zh: str = ""
    object_zh: str = ""
    denied: bool = False
    id: int = 0

    def __post_init__(self) -> None:
        if self.relation not in RELATIONS:
            raise MedaiError(f"relation={self.relation!r}: choose one of {', '.join(RELATIONS)}.")
        if self.basis not in MARKS:
            raise MedaiError(f"basis={self.basis!r}: choose one of {', '.join(MARKS)}.")

    @property
    def citation(self) -> str:
        """The citation: ``[3]``, or with what a reader must know: ``[3, teaching estimate]``."""
        mark = MARKS[self.basis]
        if mark == "frequency estimated" and (self.relation != "finding" or self.share):
            mark = "teaching estimate" if self.relation != "finding" else ""
        return f"[{self.id}, {mark}]" if mark else f"[{self.id}]"

    def __str__(self) -> str:
        parts = [self.subject, self.relation, self.object, self.share or self.value, self.basis]
        return f"[{self.id}] " + " | ".join(part for part in parts if part)


class Facts(Sequence[Fact]):
    """A numbered list of facts; a fact that is added twice keeps its first number."""

    def __init__(self, facts: Iterable[Fact] = ()) -> None:
        self._facts: list[Fact] = []
        for fact in facts:
            self.add(fact)

    def add(self, fact: Fact) -> Fact:
        """Add a fact and return it with its number."""
        for known in self._facts:
            if replace(known, id=0) == replace(fact, id=0):
                return known
        self._facts.append(replace(fact, id=len(self._facts) + 1))
        return self._facts[-1]

    def __len__(self) -> int:
        return len(self._facts)

    def __getitem__(self, index):
        return self._facts[index]

    def __iter__(self) -> Iterator[Fact]:
        return iter(self._facts)

    def by_id(self, number: int) -> Fact | None:
        """Return the fact with this number in its citation, None if there is none."""
        return self._facts[number - 1] if 1 <= number <= len(self._facts) else None

    def about(self, subject: str) -> list[Fact]:
        """Return the facts about a condition, or about :data:`PATIENT`."""
        return [fact for fact in self._facts if fact.subject == subject]

    @property
    def subjects(self) -> list[str]:
        """The conditions, in the order of their first fact."""
        return list(dict.fromkeys(f.subject for f in self._facts if f.subject != PATIENT))

    def sources(self, numbers: Iterable[int] | None = None) -> list[str]:
        """Return the lines of the list of sources, for all facts or those with these numbers."""
        chosen = None if numbers is None else set(numbers)
        return [f"[{f.id}] {f.source}" for f in self._facts if chosen is None or f.id in chosen]


def one_in(log10: float) -> str:
    """Return a prior of the table in words: -1.5 is ``"30"``, one in about thirty."""
    return f"{(3 if log10 % 1 else 1) * 10 ** int(-log10):,}"


def class_of(share: float) -> str:
    """Return HPO's frequency class of a share of patients."""
    return next((name for name, least in _CLASS_OF.items() if share >= least), "very rare")


def patient_facts(
    graph: KnowledgeGraph, present: Iterable[str] = (), excluded: Iterable[str] = ()
) -> list[Fact]:
    """Return what the patient has and has not, by the names of the ontology."""
    return [
        _with_names(
            graph, Fact(PATIENT, relation, graph.term(i).name, "the patient's words", "stated"), i
        )
        for relation, ids in (("has", present), ("has not", excluded))
        for i in dict.fromkeys(ids)
    ]


def common_facts(
    condition: str,
    present: Iterable[str] = (),
    excluded: Iterable[str] = (),
    *,
    setting: str = "general practice",
    graph: KnowledgeGraph | None = None,
    table: CommonConditions | None = None,
) -> Facts:
    """Return the facts that explain how a common condition fits a patient.

    Parameters
    ----------
    condition : str
        Its id in the table, such as ``influenza``.
    present, excluded : iterable of str
        HPO ids of the patient's findings.
    setting : str
        ``general practice`` or ``emergency``.
    graph : KnowledgeGraph, optional
        Gives the ontology; by default :func:`medai.knowledge.load_graph`.
    table : CommonConditions, optional
        By default the book's own.
    """
    graph, present, excluded = _graph(graph), list(present), list(excluded)
    facts = Facts(patient_facts(graph, present, excluded))
    for fact in condition_facts(graph, condition, present, excluded, setting, table):
        facts.add(fact)
    return facts


def condition_facts(
    graph: KnowledgeGraph,
    condition: str,
    present: Sequence[str],
    excluded: Sequence[str],
    setting: str,
    table: CommonConditions | None = None,
) -> Iterator[Fact]:
    """Yield the facts about one common condition that bear on a patient."""
    table = common_conditions() if table is None else table
    if setting not in SETTINGS:
        raise MedaiError(f"setting={setting!r}: choose one of {', '.join(map(repr, SETTINGS))}.")
    one = table[condition]
    has = _widened(graph, table, present)
    asked = has | {graph.resolve(i) for i in excluded}
    about = {"subject": one.name, "subject_zh": one.name_zh}

    def source(row: Any) -> str:
        known = table.sources.get(row.source)
        if known is None:
            return "teaching estimate of this book's table of common conditions"
        return f"{known.title}. {known.publisher}. {known.url}"

    column = SETTINGS[setting]
    basis = getattr(one, f"{column}_basis")
    known = table.sources.get(one.prior_source) if basis != "teaching estimate" else None
    yield Fact(
        **about,
        relation="prior",
        object=setting,
        source=f"{known.title}. {known.publisher}. {known.url}"
        if known
        else "teaching estimate of this book's table of common conditions",
        basis=basis,
        value=one_in(getattr(one, column)),
        key=condition,
    )
    for row in one.findings:
        if row.hpo in asked:
            share = f"{100 * row.share:g} %" if row.share is not None else ""
            fact = Fact(
                **about, relation="finding", object=row.finding, source=source(row),
                basis=row.basis, value=row.frequency, share=share, denied=row.hpo not in has,
            )  # fmt: skip
            yield _with_names(graph, fact, row.hpo)
    for row in one.excludes:
        if row.hpo in has:
            fact = Fact(
                **about, relation="against", object=row.finding, source=source(row),
                basis=row.basis,
            )  # fmt: skip
            yield _with_names(graph, fact, row.hpo)
    for row in one.red_flags:
        if set(row.hpo) <= has:
            yield Fact(
                **about, relation="red flag", object=row.flag, source=source(row),
                basis=row.basis, value=row.action, key=condition,
            )  # fmt: skip
    for row in one.first_tests[:TESTS]:
        yield Fact(
            **about, relation="first test", object=row.test, source=source(row),
            basis=row.basis, key=condition,
        )  # fmt: skip


def rare_facts(graph: KnowledgeGraph, explanation: Any) -> Iterator[Fact]:
    """Yield the facts about a rare disease from its explanation.

    Parameters
    ----------
    graph : KnowledgeGraph
        The graph in which the disease was ranked.
    explanation : medai.knowledge.explain.Explanation
        Its supporting and opposing contributions are told, the rows behind each.
    """
    seen = set()
    for part in (*explanation.supporting, *explanation.opposing):
        for row in part.annotations:
            relation = "against" if row.excluded else "finding"
            if (row.term_id, relation) in seen or row.frequency.startswith("0/"):
                continue
            seen.add((row.term_id, relation))
            value, share = read_frequency(row.frequency)
            fact = Fact(
                explanation.name,
                relation,
                row.term_name,
                f"Human Phenotype Ontology, {explanation.disease_id}: {', '.join(row.references)}",
                "annotated",
                *((value, share) if relation == "finding" else ("", "")),
            )
            yield _with_names(graph, fact, row.term_id)


def read_frequency(text: str) -> tuple[str, str]:
    """Return class and printed share of a frequency as HPO writes it.

    >>> read_frequency("3/7"), read_frequency("45%"), read_frequency("HP:0040283")
    (('frequent', '3 of 7'), ('frequent', '45 %'), ('occasional', ''))
    """
    if "/" in text:
        seen, looked = map(int, text.split("/"))
        return class_of(seen / looked), f"{seen} of {looked}"
    if text.endswith("%"):
        value = float(text.removesuffix("%"))
        return class_of(value / 100), f"{value:g} %"
    return _BY_HPO_CLASS.get(text, ""), ""


def _widened(graph: KnowledgeGraph, table: CommonConditions, ids: Iterable[str]) -> set[str]:
    """Return ids with all that they imply, and with what patients do not separate from them."""
    found = set()
    for one in ids:
        current = graph.resolve(one)
        found |= graph.ancestors(current) | {current}
        for other in table.same_as(current):
            found |= graph.ancestors(other) | {other}
    return found


def _with_names(graph: KnowledgeGraph, fact: Fact, hpo_id: str) -> Fact:
    """Add the exact synonyms of a finding and its Chinese name."""
    term = graph.term(hpo_id)
    return replace(
        fact,
        key=hpo_id,
        names=tuple(s.text for s in term.synonyms if s.scope == "EXACT" and len(s.text) > 3),
        object_zh=chinese_names().get(hpo_id, ""),
    )


@functools.lru_cache(maxsize=1)
def chinese_names() -> dict[str, str]:
    """Return a Chinese expression for each finding: of those that fit, the first with a source."""
    from medai.datasets.zh import read_zh_findings

    best: dict[str, tuple[tuple, str]] = {}
    for row in read_zh_findings()["findings"]:
        if row["fit"] != "exact":
            continue
        rank = ("traditional" in row["note"], len(row["zh"]) > 4, not row["source"])
        if row["hpo"] not in best or rank < best[row["hpo"]][0]:
            best[row["hpo"]] = (rank, row["zh"])
    return {hpo: zh for hpo, (_, zh) in best.items()}


def _graph(graph: KnowledgeGraph | None) -> KnowledgeGraph:
    if graph is None:
        from medai.knowledge import load_graph

        graph = load_graph()
    return graph


def assessment_facts(assessment: Any, top: int = 3, graph: KnowledgeGraph | None = None) -> Facts:
    """Return the facts behind an assessment: the patient, red flags, the first conditions.

    Parameters
    ----------
    assessment : medai.diagnosis.assessment.Assessment
        What :func:`medai.diagnosis.assess` returns.
    top : int
        How many common conditions are told; a rare disease only where no common one is.
    graph : KnowledgeGraph, optional
        Gives the ontology; by default :func:`medai.knowledge.load_graph`.
    """
    graph = _graph(graph)
    present, absent = list(assessment.used_present), list(assessment.used_absent)
    facts = Facts(patient_facts(graph, present, absent))
    for flag in assessment.red_flags:
        facts.add(
            Fact(
                PATIENT,
                "red flag",
                flag.flag,
                _printed(flag.source),
                flag.source.basis,
                value=flag.action,
            )  # fmt: skip
        )
    for one in assessment.common[:top]:
        for fact in condition_facts(graph, one.id, present, absent, assessment.setting):
            if fact.relation != "red flag":
                facts.add(fact)
    if not assessment.common:
        for one in assessment.rare[:top]:
            for fact in rare_facts(graph, one.explanation):
                facts.add(fact)
    return facts


def _printed(source: Any) -> str:
    """Return a source as it is printed."""
    parts = [part for part in (source.title, source.url) if part]
    return ". ".join(parts) or "teaching estimate of this book's table of common conditions"
