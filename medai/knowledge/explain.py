"""Explain a score: which findings count for and against, by how much, and who says so."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from dataclasses import dataclass

from medai.knowledge.graph import KnowledgeGraph
from medai.knowledge.profile import Part, Profile, disease_rows, make_profile, score_parts
from medai.knowledge.query import Query
from medai.knowledge.records import Annotation

KINDS = {
    "present": "the patient has the finding",
    "excluded_by_disease": "the patient has it, but patients with the disease do not",
    "silent": "typical of the disease, not mentioned for the patient",
    "absent": "looked for in the patient and not found",
}


@dataclass(frozen=True)
class Contribution:
    """One finding's share of a score.

    Attributes
    ----------
    kind : str
        A key of :data:`KINDS`.
    term_id, term_name : str
        The finding.
    value : float
        Nats added to the score; positive speaks for the disease.
    via_id, via_name : str
        The term at which patient and disease meet: the finding itself, or the ancestor
        through which it matched; ``""`` when the disease has nothing like it.
    frequency : float
        f(d, via), the frequency that was used; 0 when nothing matched.
    annotations : tuple of Annotation
        The rows that give this frequency, with their references.  Where an ancestor
        matched, these are the disease's own findings below that ancestor.
    """

    kind: str
    term_id: str
    term_name: str
    value: float
    via_id: str
    via_name: str
    frequency: float
    annotations: tuple[Annotation, ...]

    @property
    def direct(self) -> bool:
        """Whether the finding matched itself, not through an ancestor."""
        return self.via_id == self.term_id

    def to_dict(self) -> dict:
        """Return the contribution as JSON-ready values."""
        return {
            "kind": self.kind,
            "meaning": KINDS[self.kind],
            "term_id": self.term_id,
            "term_name": self.term_name,
            "value": self.value,
            "via_id": self.via_id,
            "via_name": self.via_name,
            "frequency": self.frequency,
            "annotations": [annotation.to_dict() for annotation in self.annotations],
        }

    def __str__(self) -> str:
        text = f"{self.value:+6.2f}  {self.term_name}"
        if self.kind == "present" and not self.via_id:
            return f"{text}: not annotated to the disease"
        if self.kind == "present" and not self.direct:
            text += f", through {self.via_name}"
        if self.kind in ("excluded_by_disease", "absent"):
            text += f" ({KINDS[self.kind]})"
        shown = "; ".join(str(annotation) for annotation in self.annotations[:2])
        more = len(self.annotations) - 2
        return f"{text}: {shown}" + (f"; and {more} more" if more > 0 else "")


@dataclass(frozen=True)
class Explanation:
    """Why a disease has its score for a patient; the contributions sum to the score.

    Attributes
    ----------
    disease_id, name : str
        The disease.
    contributions : tuple of Contribution
        All of them; :attr:`supporting`, :attr:`opposing` and :attr:`silent` select.
    """

    disease_id: str
    name: str
    contributions: tuple[Contribution, ...]

    @property
    def score(self) -> float:
        """The score, as the sum of all contributions."""
        return sum(contribution.value for contribution in self.contributions)

    @functools.cached_property
    def supporting(self) -> tuple[Contribution, ...]:
        """What speaks for the disease, strongest first."""
        chosen = (c for c in self.contributions if c.value > 0)
        return tuple(sorted(chosen, key=lambda c: -c.value))

    @functools.cached_property
    def opposing(self) -> tuple[Contribution, ...]:
        """What the patient's present and excluded findings say against it, strongest first."""
        chosen = (c for c in self.contributions if c.value <= 0 and c.kind != "silent")
        return tuple(sorted(chosen, key=lambda c: c.value))

    @functools.cached_property
    def silent(self) -> tuple[Contribution, ...]:
        """What the disease has and nobody mentioned, most costly first: worth looking for."""
        chosen = (c for c in self.contributions if c.kind == "silent")
        return tuple(sorted(chosen, key=lambda c: c.value))

    def to_dict(self) -> dict:
        """Return the explanation as JSON-ready values."""
        return {
            "disease_id": self.disease_id,
            "name": self.name,
            "score": self.score,
            "supporting": [c.to_dict() for c in self.supporting],
            "opposing": [c.to_dict() for c in self.opposing],
            "silent": [c.to_dict() for c in self.silent],
        }

    def __str__(self) -> str:
        lines = [f"{self.name} ({self.disease_id}), score {self.score:.2f}"]
        if self.supporting:
            lines += ["  for:", *(f"    {c}" for c in self.supporting)]
        if self.opposing:
            lines += ["  against:", *(f"    {c}" for c in self.opposing)]
        if self.silent:
            total = sum(c.value for c in self.silent)
            names = ", ".join(c.term_name for c in self.silent[:3])
            lines.append(
                f"  not mentioned: {total:+.2f} from {len(self.silent)} findings, such as {names}"
            )
        return "\n".join(lines)


def explain(
    graph: KnowledgeGraph, disease: int, query: Query, *, silent: bool = True
) -> Explanation:
    """Explain the score of one disease for one patient.

    Parameters
    ----------
    graph : KnowledgeGraph
        The graph.
    disease : int
        The row number of the disease.
    query : Query
        The patient, from :func:`medai.knowledge.query.make_query`.
    silent : bool
        Whether to say what the disease has and nobody mentioned.  Without it the explanation
        is made faster, and its sum lacks what silence costs.

    Returns
    -------
    Explanation
        Its contributions sum to the score that :func:`medai.knowledge.rank.rank` gives.
    """
    profile, sources = _prepared(graph, disease)
    parts = score_parts(graph, profile, query, graph.background)
    parts = [part for part in parts if silent or part.kind != "silent"]
    contributions = tuple(_contribution(graph, sources, profile, part) for part in parts)
    return Explanation(graph.disease_ids[disease], graph.disease_names[disease], contributions)


@functools.lru_cache(maxsize=1024)
def _prepared(graph: KnowledgeGraph, disease: int) -> tuple[Profile, _Sources]:
    """Return what a disease has and the rows that say so; common ones are asked for often."""
    rows = disease_rows(graph, disease)
    return make_profile(graph, rows), _Sources(graph, rows)


class _Source:
    """An annotation row; most rows stand behind nothing and are never made a record."""

    def __init__(self, graph: KnowledgeGraph, row: int) -> None:
        self.graph, self.row = graph, row
        self.term = int(graph.tables["row_term"][row])

    @functools.cached_property
    def annotation(self) -> Annotation:
        """The row as a record."""
        return self.graph.annotation(self.row)


class _Sources:
    """The rows of a disease by the terms that they can stand behind."""

    def __init__(self, graph: KnowledgeGraph, rows: Iterable[int]) -> None:
        self.stating: dict[int, list[_Source]] = {}
        self.excluding: dict[int, list[_Source]] = {}
        for row in rows:
            one = _Source(graph, row)
            if graph.tables["row_negated"][row]:
                self.excluding.setdefault(one.term, []).append(one)
                continue
            for term in graph.ancestor_numbers(one.term):
                self.stating.setdefault(int(term), []).append(one)

    def of(self, part: Part, profile: Profile) -> Iterable[_Source]:
        """Return the rows that give the frequency, or the exclusion, that `part` used."""
        if part.kind == "excluded_by_disease":
            return self.excluding.get(part.via, ())
        stating = self.stating.get(part.via, ())
        return (one for one in stating if profile.stated.get(one.term) == part.f)


def _contribution(
    graph: KnowledgeGraph, sources: _Sources, profile: Profile, part: Part
) -> Contribution:
    """Add names and sources to a part of a score."""
    return Contribution(
        part.kind,
        graph.term_ids[part.term],
        graph.term_names[part.term],
        part.value,
        graph.term_ids[part.via] if part.via >= 0 else "",
        graph.term_names[part.via] if part.via >= 0 else "",
        part.f,
        tuple(source.annotation for source in sources.of(part, profile)),
    )
