"""From a patient's words to an explained differential: :func:`assess`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from medai.datasets.common import SETTINGS, common_conditions
from medai.diagnosis.assessment import Assessment, Test
from medai.diagnosis.candidates import RareCandidate, common_list, rare_list
from medai.diagnosis.doubts import doubts
from medai.diagnosis.flags import near_flags, red_flags
from medai.diagnosis.posterior import Posterior, posterior, priors
from medai.diagnosis.questions import (
    Answer,
    Question,
    below,
    chance_of_yes,
    information_gain,
    most_informative,
    related,
)
from medai.diagnosis.reading import Reading, read
from medai.diagnosis.sources import source_of
from medai.diagnosis.suspected import suspected_flags
from medai.diagnosis.wording import question, question_zh
from medai.knowledge.common import common_graph, most_specific
from medai.knowledge.findings import Findings
from medai.knowledge.graph import KnowledgeGraph
from medai.knowledge.implied import closure
from medai.knowledge.load import load_graph
from medai.knowledge.query import Query, make_query
from medai.knowledge.rerank import rerank
from medai.runtime import MedaiError

if TYPE_CHECKING:
    from medai.knowledge.leftovers import Names

COMMON, RARE, QUESTIONS, SAFETY, TESTS = 10, 10, 5, 5, 6  # lengths of the lists
TESTED = 3  # the tests of so many conditions are listed
LEAST_TESTED = 0.05  # if they are at least this probable
ANSWER_TOP = 3  # conditions shown for each answer


def assess(
    patient: str | Findings | Mapping[str, Iterable[str]] | Iterable[str],
    age: float | None = None,
    sex: str | None = None,
    setting: str = "general practice",
    *,
    lang: str = "auto",
    names: Names | None = None,
    source: str = "omim",
    reorder: bool = True,
    graph: KnowledgeGraph | None = None,
) -> Assessment:
    """Assess one patient: findings, red flags, a differential, what to test and to ask.

    Parameters
    ----------
    patient : str, Findings, list or mapping
        A text in English or Chinese; or findings: what
        :func:`medai.knowledge.linking.link` returns, a list of the HPO ids that are present,
        or a mapping of ``present``, ``absent``, ``uncertain``, ``history`` and ``family`` to
        lists of HPO ids.
    age : float, optional
        In years, from 0 to 120.
    sex : {"female", "male"}, optional
        Which organs the patient has.
    setting : {"general practice", "emergency"}
        Where the patient is seen: it decides about the priors.
    lang : {"auto", "en", "zh"}
        The language of the text.
    names : NameIndex, optional
        For English, an index of names by meaning (:class:`medai.llm.names.NameIndex`), which
        finds paraphrases.
    source : {"omim", "orpha", "all"}
        Which rare diseases compete.
    reorder : bool
        Whether the rare list is put in the learned order of :mod:`medai.knowledge.rerank`.
    graph : KnowledgeGraph, optional
        By default :func:`medai.knowledge.load_graph`.

    Returns
    -------
    Assessment
        Not medical advice.

    Raises
    ------
    MedaiError
        When the text is empty or too long, no finding was given, an id is malformed, unknown
        or no finding, one is both present and absent, or age, sex, setting or language is
        none of those above.

    Examples
    --------
    >>> answer = assess("Cough, sputum and fever for three days.", age=45, reorder=False)
    >>> [(one.name, round(one.probability, 2)) for one in answer.common[:2]]
    [('Common cold', 0.27), ('Acute bronchitis', 0.19)]
    """
    check_patient(age, sex, setting)
    graph = load_graph() if graph is None else graph
    reading = read(patient, graph, lang=lang, names=names, age=age)
    more = {"source": source, "reorder": reorder, "graph": graph}
    return assess_reading(reading, age, sex, setting, **more)


def check_patient(age: float | None, sex: str | None, setting: str) -> None:
    """Refuse an age, a sex or a setting that is unknown."""
    if not isinstance(setting, str) or setting not in SETTINGS:
        raise MedaiError(f"setting={setting!r}: choose one of {', '.join(map(repr, SETTINGS))}.")
    if sex is not None and not isinstance(sex, str):
        raise MedaiError(f"sex={sex!r}: write 'female' or 'male', or None if it is not known.")
    priors(setting, age, sex)


def assess_reading(
    reading: Reading,
    age: float | None = None,
    sex: str | None = None,
    setting: str = "general practice",
    *,
    source: str = "omim",
    reorder: bool = True,
    graph: KnowledgeGraph | None = None,
) -> Assessment:
    """Assess what was already read; the parameters are those of :func:`assess`."""
    graph = load_graph() if graph is None else graph
    case = _Case(reading, age, sex, setting, graph, common_graph(graph))
    query, found = case.query, case.posterior
    names = case.common.term_ids
    # what is stated and denied may be there: a flag must not be lost by it
    stated = (*reading.present, *reading.contradictory)
    flags = red_flags(graph, stated, age, sex)
    denied = case.ruled_out()
    chance, suspected = suspected_flags(case.common, stated, denied, found, age, sex)
    return Assessment(
        reading=reading,
        used_present=tuple(names[i] for i in query.present),
        used_absent=tuple(names[i] for i in query.excluded),
        overruled=query.overruled,
        red_flags=flags,
        flag_chance=chance,
        suspected_flags=suspected,
        common=common_list(case.common, query, found, setting, COMMON),
        other=found.other,
        rare=_rare(case, source, reorder),
        tests=_tests(found),
        questions=case.questions(),
        safety_questions=case.safety_questions({flag for one in flags for flag in one.hpo_ids}),
        doubts=doubts(case.common, case.present, found, reading),
        age=age,
        sex=sex,
        setting=setting,
        versions={
            "hpo": graph.version["hpo"],
            "rare": graph.version["annotations"],
            "common": case.common.version["annotations"],
        },
    )


def query_of(graph: KnowledgeGraph, present: Iterable[str], absent: Iterable[str]) -> Query:
    """Return the query of findings none of which implies another; none at all is allowed."""
    present = most_specific(graph, present)
    if present:
        there = closure(graph, present)
        return make_query(graph, present, [hpo for hpo in absent if hpo not in set(present)])
    there = {graph.term_number(hpo): None for hpo in absent}
    return Query((), tuple(there), {})


@dataclass(frozen=True)
class _Case:
    """One patient: what is known, and what answers would change."""

    reading: Reading
    age: float | None
    sex: str | None
    setting: str
    graph: KnowledgeGraph
    common: KnowledgeGraph

    def __post_init__(self) -> None:
        query = query_of(self.common, self.reading.present, self.reading.absent)
        ids = self.common.term_ids
        object.__setattr__(self, "query", query)
        object.__setattr__(self, "present", tuple(ids[i] for i in query.present))
        object.__setattr__(self, "posterior", self._posterior(query))

    def ruled_out(self) -> set[str]:
        """Return what is denied: the findings, what is more special, and what is the same."""
        absent = self.reading.absent
        result = set().union(*(below(self.common, hpo) for hpo in absent), set())
        return result.union(*(common_conditions().same_as(hpo) for hpo in result))

    def _posterior(self, query: Query) -> Posterior:
        return posterior(query, self.setting, self.age, self.sex, graph=self.common)

    def known(self) -> set[str]:
        """Return what is not asked about: what is known, and all above and below it."""
        known = (*self.reading.present, *self.reading.absent)
        return set().union(*(related(self.common, hpo) for hpo in known)) if known else set()

    def answer(self, hpo_id: str, yes: bool, chance: float) -> Answer:
        """Return what an answer would do to the probabilities."""
        present, absent = self.reading.present, self.reading.absent
        if yes:
            query = query_of(self.common, (*present, hpo_id), [x for x in absent if x != hpo_id])
        else:
            query = query_of(self.common, present, (*absent, hpo_id))
        after = self._posterior(query)
        top = tuple((after.ids[i], float(after.p[i])) for i in after.order[:ANSWER_TOP])
        return Answer(chance, top, after.other)

    def ask(self, kind: str, hpo_id: str, gain: float, why: tuple = ()) -> Question:
        """Return the question about a finding."""
        yes = float(chance_of_yes(self.common, (hpo_id,))[0] @ self.posterior.all())
        return Question(
            *(kind, hpo_id, self.graph.term(hpo_id).name),
            *(question(self.graph, hpo_id), question_zh(hpo_id), gain),
            *(self.answer(hpo_id, True, yes), self.answer(hpo_id, False, 1 - yes)),
            why,
        )

    def questions(self, most: int = QUESTIONS) -> tuple[Question, ...]:
        """Return the questions that tell most."""
        best = most_informative(self.common, self.posterior.all(), self.known(), most)
        return tuple(self.ask("informative", hpo, gain) for hpo, gain in best)

    def safety_questions(self, done: set[str], most: int = SAFETY) -> tuple[Question, ...]:
        """Return the questions that would complete a red flag, the most urgent first.

        Of flags with the same urgency those come first whose conditions are most probable.
        """
        reading, ruled_out = self.reading, self.ruled_out()
        doubtful = (*reading.doubtful, *reading.past)
        near = near_flags(self.graph, reading.present, ruled_out, doubtful, self.age, self.sex)
        by_finding: dict[str, list] = {}
        for one in near:
            by_finding.setdefault(one.missing, []).append(one)
        p = dict(zip(self.posterior.ids, self.posterior.p.tolist(), strict=True))

        def order(item: tuple[str, list]) -> tuple:
            urgent = min(one.urgency for one in item[1])
            rows = {one.row.condition for one in item[1] if one.urgency == urgent}
            return urgent, -sum(p[name] for name in rows), item[0]

        chosen = sorted(by_finding.items(), key=order)[:most]
        result = []
        for hpo, flags in chosen:
            yes = chance_of_yes(self.common, (hpo,))
            gain = float(information_gain(self.posterior.all(), yes)[0])
            flags = sorted(flags, key=lambda one: (one.urgency, -p[one.row.condition]))
            why = dict.fromkeys((one.row.flag, one.row.action) for one in flags)
            result.append(self.ask("safety", hpo, gain, tuple(why)))
        return tuple(result)


def _rare(case: _Case, source: str, reorder: bool) -> tuple[RareCandidate, ...]:
    """Return the rare list; earlier findings count, since rare diseases last for life."""
    graph, reading = case.graph, case.reading
    ever = most_specific(graph, reading.ever)
    if not ever:
        return ()
    query = make_query(graph, ever, [hpo for hpo in reading.absent if hpo not in ever])
    if not reorder:
        return rare_list(
            graph.rank(ever, [graph.term_ids[i] for i in query.excluded], RARE, source)
        )
    simple = graph.scorer.scores(query)
    return rare_list(
        rerank(graph, query, RARE, source, age=case.age, sex=case.sex), simple.tolist()
    )


def _tests(found: Posterior) -> tuple[Test, ...]:
    """Return the first tests of the conditions that come first, each test once."""
    table = common_conditions()
    chosen: dict[str, Test] = {}
    for i in found.order[:TESTED]:
        if found.p[i] < LEAST_TESTED:
            break
        for row in table[found.ids[i]].first_tests:
            known = chosen.get(row.test)
            if known is None:
                source = source_of(row.source, row.basis)
                chosen[row.test] = Test(row.test, row.why, (row.condition,), source)
            elif row.condition not in known.conditions:
                both = (*known.conditions, row.condition)
                chosen[row.test] = Test(known.test, known.why, both, known.source)
    return tuple(chosen.values())[:TESTS]
