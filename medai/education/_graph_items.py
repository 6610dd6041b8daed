"""Drafts of questions about findings and diseases, from a knowledge graph."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from medai.datasets.common import common_conditions
from medai.education.guards import direct, gives_away, lacking, may_have, related, same_family
from medai.knowledge.common import common_graph
from medai.knowledge.graph import KnowledgeGraph
from medai.knowledge.load import load_graph

USUAL = 0.8  # a finding is usual from this frequency on
FREQUENT = 0.3
N_FINDINGS = 4
N_NEIGHBOURS = 60
SPECIFIC = 2.5  # nats: a finding that tells little is not asked
# The lists of the common conditions are short, so one missing finding proves little: by one, a
# polymyalgia "lacked" a finding that it has.  A wrong condition lacks two; a wrong finding is
# not like any stated one (conjunctivitis beside Kawasaki's red eyes).
N_LACKING = 2
TOO_LIKE = 0.55


@dataclass(frozen=True)
class Draft:
    """A stem with its key and everything that could stand beside it.

    Attributes
    ----------
    key, others
        ``(text, why, concept, nearness)``; of the others every one is safely wrong.
    """

    topic: str
    stem: str
    key: tuple[str, str, str]
    others: tuple[tuple[str, str, str, float], ...]
    sources: tuple[str, ...]


def shown(name: str) -> str:
    """Return a finding as it is read within a sentence."""
    return name[:1].lower() + name[1:] if name[1:2].islower() else name


@functools.lru_cache(maxsize=1)
def _stated() -> dict[tuple[str, str], tuple[str, str]]:
    """Return for each common condition and finding its basis and its source."""
    table = common_conditions()
    return {
        (f"COMMON:{name}", row.hpo): (row.basis, row.source)
        for name, condition in table.items()
        for row in condition.findings
    }


def _usable(graph: KnowledgeGraph, common: bool, disease: str, least: float) -> list[str]:
    """Return the findings of a disease that may carry a question, telling ones first."""
    found = []
    for term in sorted(direct(graph, disease)[0]):
        if graph.frequency(disease, term) < least:
            continue
        if common and _stated().get((disease, term), ("", ""))[0] not in ("opened", "listed"):
            continue
        if not common and least >= USUAL and not _counted(graph, disease, term):
            continue
        if graph.information_content(term) < (0.7 if common else SPECIFIC):
            continue
        found.append(term)
    return found


def _counted(graph: KnowledgeGraph, disease: str, term: str) -> bool:
    """Tell whether a source says how often: HPO's two highest classes, or 8 of at least 10."""
    for row in graph.disease(disease).annotations:
        if row.term_id == term and not row.excluded:
            if row.frequency in ("HP:0040280", "HP:0040281"):
                return True
            seen, _, of = row.frequency.partition("/")
            if of.isdigit() and int(of) >= 10 and int(seen) >= USUAL * int(of):
                return True
    return False


def _sources(graph: KnowledgeGraph, common: bool, disease: str, terms: list[str]) -> tuple:
    if common:
        table = common_conditions()
        keys = sorted({_stated()[disease, term][1] for term in terms})
        return tuple(f"{table.sources[key].title}, {table.sources[key].url}" for key in keys)
    rows = graph.disease(disease).annotations
    references = sorted({r for row in rows if row.term_id in terms for r in row.references})
    return (f"HPO annotations {graph.version['annotations']}, {disease}", *references)


def _neighbours(graph, terms, rng, wide: bool) -> Iterator[tuple[str, str]]:
    """Yield id and name of the diseases that fit the findings best, or of any (`wide`)."""
    if not wide:
        yield from ((one.disease_id, one.name) for one in graph.rank(terms, top=N_NEIGHBOURS))
        return
    for number in rng.permutation(len(graph.disease_ids))[: 4 * N_NEIGHBOURS]:
        if not graph.disease_ids[number].startswith("ORPHA"):
            yield graph.disease_ids[number], graph.disease_names[number]


def which_disease(
    graph: KnowledgeGraph, common: bool, rng: np.random.Generator, wide: bool = False
) -> Iterator[Draft]:
    """Yield drafts "these findings: which disease?", the diseases in random order."""
    for number in rng.permutation(len(graph.disease_ids)):
        disease = graph.disease_ids[number]
        if disease.startswith("ORPHA") or "," in graph.disease_names[number]:
            continue  # a name with a comma is turned round, or a list
        usable = _usable(graph, common, disease, FREQUENT)
        chosen = _apart(graph, usable, rng)
        if len(chosen) < N_FINDINGS:
            continue
        name = graph.disease_names[number]
        words = [shown(graph.term(t).name) for t in chosen]
        stem = (
            f"A patient has {', '.join(words[:-1])} and {words[-1]}. "
            "For which of these conditions does the source list all of them?"
        )
        if gives_away(stem, name):
            continue
        others = []
        for near, full in _neighbours(graph, chosen, rng, wide):
            other = full
            if near == disease or same_family(other, name) or gives_away(stem, other):
                continue
            if "," in full:
                continue
            missing = lacking(graph, near, chosen)
            if len(missing) < (N_LACKING if common else 1):
                continue
            share = 1 - len(missing) / len(chosen)
            has = [shown(graph.term(t).name) for t in chosen if t not in missing]
            lacks = [shown(graph.term(t).name) for t in missing]
            why = f"Shares {' and '.join(has)}" if has else "Shares none of the findings"
            why += f", but the source does not give it {' or '.join(lacks)}."
            others.append((other, why, near, share))
        why = f"The source gives it all of these: {', '.join(words)}."
        yield Draft(
            "which-disease", stem, (name, why, disease), tuple(others),
            _sources(graph, common, disease, chosen),
        )  # fmt: skip


def _apart(graph: KnowledgeGraph, terms: list[str], rng: np.random.Generator) -> list[str]:
    """Choose up to four findings of which none implies another."""
    chosen: list[str] = []
    for i in rng.permutation(len(terms)):
        if not any(related(graph, terms[i], other) for other in chosen):
            chosen.append(terms[i])
        if len(chosen) == N_FINDINGS:
            break
    return chosen


def likeness(graph: KnowledgeGraph, one: str, two: str) -> float:
    """Return how alike two findings are, in [0, 1]: Lin's measure on the ontology.

    ``2 ic(a) / (ic(one) + ic(two))`` with the most telling common ancestor *a*, as the manual of
    WordNet::Similarity (metacpan.org, opened as an excerpt) gives it; Lin's own paper was not
    opened.
    """
    ic = graph.information_content
    above = graph.ancestors(one) & graph.ancestors(two)
    best = max((ic(a) for a in above if graph.is_phenotype(a)), default=0.0)
    return 2 * best / max(ic(one) + ic(two), 1e-9)


def which_finding(
    graph: KnowledgeGraph, common: bool, rng: np.random.Generator, wide: bool = False
) -> Iterator[Draft]:
    """Yield drafts "this disease: which finding is usual?"."""
    for number in rng.permutation(len(graph.disease_ids)):
        disease = graph.disease_ids[number]
        if disease.startswith("ORPHA") or "," in graph.disease_names[number]:
            continue  # a name with a comma is turned round, or a list
        name = graph.disease_names[number]
        stem = (
            f"Which of these findings do at least 80 per cent of patients with {name} have, "
            "according to the source?"
        )
        usable = _usable(graph, common, disease, USUAL)
        usable = [t for t in usable if not gives_away(stem, graph.term(t).name)]
        if not usable or len(direct(graph, disease)[0]) < N_FINDINGS:
            continue
        key, stated = usable[rng.integers(len(usable))], sorted(direct(graph, disease)[0])
        pool: dict[str, str] = {}
        for near, full in _neighbours(graph, usable[:10], rng, wide):
            if near != disease and not same_family(full, name):
                for term in sorted(direct(graph, near)[0]):
                    pool.setdefault(term, full)
        others = []
        for term, owner in pool.items():
            text = graph.term(term).name
            if may_have(graph, disease, term) or gives_away(stem, text):
                continue
            if common and any(likeness(graph, term, one) > TOO_LIKE for one in stated):
                continue
            why = f"A finding of {owner}; the source does not give it for {name}."
            others.append((text, why, term, likeness(graph, key, term)))
        why = f"The source gives it for {name} in at least 80 per cent."
        yield Draft(
            "which-finding", stem, (graph.term(key).name, why, key), tuple(others),
            _sources(graph, common, disease, [key]),
        )  # fmt: skip


def graphs() -> dict[str, KnowledgeGraph]:
    """Return the graph of common conditions and that of rare diseases."""
    return {"common": common_graph(), "rare": load_graph()}
