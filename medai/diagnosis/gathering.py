"""Gather the facts about a patient: from the table, from HPO's annotations, from an assessment.

Only what bears on the patient is gathered: of a condition, the findings that the patient has or
denies, what speaks against it, how common it is, its red flags and its first tests.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from medai.datasets.common import SETTINGS, CommonConditions, common_conditions
from medai.diagnosis.facts import PATIENT, Fact, Facts
from medai.diagnosis.phrases import chinese_names
from medai.knowledge.explain import Explanation, explain
from medai.knowledge.graph import KnowledgeGraph
from medai.knowledge.query import make_query
from medai.knowledge.words import normalise
from medai.runtime import MedaiError

if TYPE_CHECKING:
    from medai.diagnosis.assessment import Assessment

TESTS = 2  # first tests of a condition that are told
_CLASS_OF = {"obligate": 1.0, "very frequent": 0.8, "frequent": 0.3, "occasional": 0.05}
_BY_HPO_CLASS = {
    "HP:0040280": "obligate",
    "HP:0040281": "very frequent",
    "HP:0040282": "frequent",
    "HP:0040283": "occasional",
    "HP:0040284": "very rare",
}
ESTIMATE = "teaching estimate of this book's table of common conditions"
# HPO calls these exact synonyms, but they say less, or something else.
_NOT_THE_SAME = frozenset(
    (
        "hyperthermia", "abnormal breathing", "abnormal heart rate", "heart rate abnormality",
        "inability to produce voice sounds", "abnormality of lens position", "edema",
    )
)  # fmt: skip


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

    column = SETTINGS[setting]
    basis = getattr(one, f"{column}_basis")
    yield Fact(
        **about,
        relation="prior",
        object=setting,
        source=_source(table, one.prior_source if basis != "teaching estimate" else ""),
        basis=basis,
        value=one_in(getattr(one, column)),
        key=condition,
    )
    name = normalise(one.name.split(" (")[0])
    for row in one.findings:
        if row.hpo in asked and normalise(row.finding) != name:  # constipation has constipation
            share = f"{100 * row.share:g} %" if row.share is not None else ""
            fact = Fact(
                **about, relation="finding", object=row.finding, source=_source(table, row.source),
                basis=row.basis, value=row.frequency, share=share, denied=row.hpo not in has,
            )  # fmt: skip
            yield _with_names(graph, fact, row.hpo)
    for row in one.excludes:
        if row.hpo in has:
            fact = Fact(
                **about, relation="against", object=row.finding, source=_source(table, row.source),
                basis=row.basis,
            )  # fmt: skip
            yield _with_names(graph, fact, row.hpo)
    for row in one.red_flags:
        if set(row.hpo) <= has:
            yield Fact(
                **about, relation="red flag", object=row.flag, source=_source(table, row.source),
                basis=row.basis, value=row.action, key=condition,
            )  # fmt: skip
    for row in one.first_tests[:TESTS]:
        yield Fact(
            **about, relation="first test", object=row.test, source=_source(table, row.source),
            basis=row.basis, key=condition,
        )  # fmt: skip


def _source(table: CommonConditions, key: str) -> str:
    """Return a source of the table as it is printed."""
    known = table.sources.get(key)
    return f"{known.title}. {known.publisher}. {known.url}" if known else ESTIMATE


def rare_facts(graph: KnowledgeGraph, explanation: Explanation) -> Iterator[Fact]:
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
        names=tuple(
            s.text
            for s in term.synonyms
            if s.scope == "EXACT" and len(s.text) > 3 and s.text.lower() not in _NOT_THE_SAME
        ),
        object_zh=chinese_names().get(hpo_id, ""),
    )


def _graph(graph: KnowledgeGraph | None) -> KnowledgeGraph:
    if graph is None:
        from medai.knowledge import load_graph

        graph = load_graph()
    return graph


def assessment_facts(
    assessment: Assessment, top: int = 3, graph: KnowledgeGraph | None = None
) -> Facts:
    """Return the facts behind an assessment: the patient, red flags, the first conditions.

    Parameters
    ----------
    assessment : medai.diagnosis.assessment.Assessment
        What :func:`medai.diagnosis.assess` returns.
    top : int
        How many common conditions are told; rare diseases only where none of these has one of
        the patient's findings.
    graph : KnowledgeGraph, optional
        Gives the ontology; by default :func:`medai.knowledge.load_graph`.
    """
    graph = _graph(graph)
    present, absent = list(assessment.used_present), list(assessment.used_absent)
    facts = Facts(patient_facts(graph, present, absent))
    for flag in assessment.red_flags:
        source, basis = _printed(flag.source), flag.source.basis
        facts.add(Fact(PATIENT, "red flag", flag.flag, source, basis, value=flag.action))
    for one in assessment.common[:top]:
        about = list(condition_facts(graph, one.id, present, absent, assessment.setting))
        if not any(fact.relation == "finding" and not fact.denied for fact in about):
            continue
        facts.add(_probability(one))
        for fact in about:
            if fact.relation != "red flag":
                facts.add(fact)
    if not facts.subjects:
        for one in assessment.rare[:top]:
            query = make_query(graph, [fact.key for fact in facts if fact.relation == "has"])
            for fact in rare_facts(graph, explain(graph, graph.disease_number(one.id), query)):
                facts.add(fact)
    return facts


def _probability(candidate: Any) -> Fact:
    """Return the fact that holds a candidate's probability; it is rounded, and never 0 or 100."""
    percent = round(100 * candidate.probability)
    return Fact(
        candidate.name,
        "probability",
        "probability",
        "computed by medai.diagnosis from the priors and frequencies of the table",
        "computed",
        value=f"{percent} %" if 1 <= percent <= 99 else "below 1 %" if percent < 1 else "over 99 %",
        key=candidate.id,
        subject_zh=candidate.name_zh,
    )


def _printed(source: Any) -> str:
    """Return a source as it is printed."""
    parts = [part for part in (source.title, source.url) if part]
    return ". ".join(parts) or ESTIMATE
