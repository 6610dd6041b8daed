"""From what is given (a text, or HPO ids) to the findings that are used."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace

from medai.diagnosis.instructions import Order, without_orders
from medai.knowledge.findings import Finding, Findings
from medai.knowledge.graph import KnowledgeGraph
from medai.runtime import MedaiError

LANGUAGES = ("auto", "en", "zh")
STATUSES = ("present", "absent", "uncertain", "history", "family")
EXAMPLE = 'Write what the patient has, such as "cough, sputum, fever".'


@dataclass(frozen=True)
class Reading:
    """What was understood.

    Attributes
    ----------
    findings : Findings
        Each with its place; for ids that were given, the places are 0.
    present, absent, doubtful, past, family : tuple of str
        HPO ids: what the patient has, has not, perhaps has (or both stated and denied), had,
        and what relatives have.
    orders : tuple of Order
        Words meant for the program, which were not read.
    language : str
        ``en``, ``zh``, ``other`` (a script that is not read) or ``ids``.
    """

    findings: Findings
    present: tuple[str, ...]
    absent: tuple[str, ...]
    doubtful: tuple[str, ...]
    past: tuple[str, ...]
    family: tuple[str, ...]
    orders: tuple[Order, ...]
    language: str

    @property
    def ever(self) -> tuple[str, ...]:
        """What the patient has or had, for illnesses that last for life."""
        return tuple(dict.fromkeys([*self.present, *self.past]))

    @property
    def contradictory(self) -> tuple[str, ...]:
        """What the text both states and denies, and no answer has settled."""
        settled = {*self.present, *self.absent}
        return tuple(hpo for hpo in self.findings.contradictory if hpo not in settled)

    def with_answer(self, graph: KnowledgeGraph, hpo_id: str, yes: bool) -> Reading:
        """Return the reading after the patient answered a question about a finding."""
        one = _given(graph, hpo_id, "present" if yes else "excluded", "answer")
        group = "present" if yes else "excluded"
        findings = replace(self.findings, **{group: (*getattr(self.findings, group), one)})
        doubtful = tuple(hpo for hpo in self.doubtful if hpo != one.hpo_id)
        kept = {"findings": findings, "doubtful": doubtful}
        if yes:
            absent = tuple(hpo for hpo in self.absent if hpo != one.hpo_id)
            return replace(self, **kept, absent=absent, present=_add(self.present, one.hpo_id))
        present = tuple(hpo for hpo in self.present if hpo != one.hpo_id)
        return replace(self, **kept, present=present, absent=_add(self.absent, one.hpo_id))

    def rows(self) -> list[dict]:
        """Return all findings as JSON-ready values, in the order of the text."""
        groups = {
            "present": self.findings.present,
            "absent": self.findings.excluded,
            "uncertain": self.findings.uncertain,
            "history": self.findings.history,
            "family": self.findings.family,
        }
        rows = [{**asdict(one), "status": name} for name, all_ in groups.items() for one in all_]
        return sorted(rows, key=lambda row: (row["start"], row["end"]))


def _add(ids: tuple[str, ...], one: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys([*ids, one]))


def read(
    patient: str | Findings | Mapping[str, Iterable[str]] | Iterable[str],
    graph: KnowledgeGraph,
    *,
    lang: str = "auto",
    names=None,
    age: float | None = None,
) -> Reading:
    """Understand what is given about a patient; see :func:`medai.diagnosis.assess`."""
    if lang not in LANGUAGES:
        raise MedaiError(f"lang={lang!r}: choose one of {', '.join(map(repr, LANGUAGES))}.")
    if isinstance(patient, str):
        if not patient.strip():
            raise MedaiError(f"The text is empty. {EXAMPLE}")
        return _read_text(patient, graph, lang, names, age)
    if isinstance(patient, Findings):
        return _reading(patient, (), "ids")
    return _reading(_from_ids(patient, graph), (), "ids")


def _read_text(text: str, graph: KnowledgeGraph, lang: str, names, age: float | None) -> Reading:
    plain, orders = without_orders(text)
    language = main_language(plain) if lang == "auto" else lang
    if language == "zh":
        from medai.knowledge.chinese import read_chinese

        findings = read_chinese(plain, graph, age=age)
    else:
        from medai.knowledge.linking import link

        findings = link(plain, graph, names=names, age=age)
    return _reading(findings, orders, language)


def main_language(text: str) -> str:
    """Return ``zh`` when a text holds Chinese, ``other`` for mostly foreign letters, or ``en``.

    Examples
    --------
    >>> main_language('Cough for three days.'), main_language('咳嗽三天')
    ('en', 'zh')
    """
    from medai.knowledge.chinese import is_chinese

    letters = (letter for letter in text[:10_000] if letter.isalpha())
    scripts = Counter(unicodedata.name(letter, "unknown").split()[0] for letter in letters)
    if any(name in scripts for name in ("HIRAGANA", "KATAKANA", "HANGUL")):
        return "other"
    if is_chinese(text):
        return "zh"
    main = scripts.most_common(1)[0][0] if scripts else "LATIN"
    return "en" if main in ("LATIN", "FULLWIDTH") else "other"


def _reading(findings: Findings, orders: tuple[Order, ...], language: str) -> Reading:
    present, absent = findings.present_ids, findings.excluded_ids
    doubtful = [*(one.hpo_id for one in findings.uncertain), *findings.contradictory]
    return Reading(
        findings,
        present,
        tuple(hpo for hpo in absent if hpo not in present),
        tuple(hpo for hpo in dict.fromkeys(doubtful) if hpo not in present),
        tuple(dict.fromkeys(one.hpo_id for one in findings.history)),
        tuple(dict.fromkeys(one.hpo_id for one in findings.family)),
        orders,
        language,
    )


def _from_ids(patient: Mapping[str, Iterable[str]] | Iterable[str], graph) -> Findings:
    """Make findings of ids: a list of present ones, or lists by status."""
    if not isinstance(patient, Mapping):
        patient = {"present": patient}
    if unknown := set(patient) - set(STATUSES):
        raise MedaiError(f"{sorted(unknown)[0]!r} is no status: use {', '.join(STATUSES)}.")
    groups: dict[str, tuple[Finding, ...]] = {}
    for status in STATUSES:
        ids = patient.get(status, ())
        if isinstance(ids, str) or not isinstance(ids, Iterable):
            raise MedaiError(f"{status}={ids!r}: pass a list of HPO ids, such as ['HP:0012735'].")
        how = "excluded" if status == "absent" else "uncertain" if status == "uncertain" else ""
        groups[status] = tuple(_given(graph, hpo, how or "present", "given") for hpo in ids)
    if not any(groups.values()):
        raise MedaiError(f"No finding was given. {EXAMPLE} Or pass HPO ids.")
    both = {f.hpo_id for f in groups["present"]} & {f.hpo_id for f in groups["absent"]}
    if both:
        raise MedaiError(f"Both present and absent: {', '.join(sorted(both))}. Keep one.")
    return Findings(
        groups["present"],
        groups["absent"],
        groups["uncertain"],
        tuple(replace(one, family=True) for one in groups["family"]),
        (),
        history=tuple(replace(one, history=True) for one in groups["history"]),
    )


def _given(graph: KnowledgeGraph, hpo_id: str, status: str, method: str) -> Finding:
    term = graph.term(hpo_id)
    if not graph.is_phenotype(term.id):
        raise MedaiError(f"{hpo_id} ({term.name}) is no finding of a patient: choose a sign.")
    return Finding(term.id, term.name, 0, 0, "", term.name, method, 1.0, status)
