"""Measure what Chapter 21 prints: the regimes, and what excluded findings give away.

    python benchmarks/leakage.py CASES.jsonl.gz

CASES are published cases (see the data card "phenopacket-store").  Only numbers are
written, to data/results/21_diagnosis.json, with the date, the checksum of CASES and this
command; the cases themselves stay where they are.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from medai.cli.benchmark import read_labelled
from medai.knowledge import load_graph
from medai.knowledge.benchmark import run_benchmark, sample_cases, statistics
from medai.knowledge.graph import KnowledgeGraph
from medai.knowledge.jsonl import read_lines
from medai.knowledge.query import make_query
from medai.knowledge.rank import candidates
from medai.metrics.ranking import cluster_bootstrap, pessimistic_rank

TARGET = Path(__file__).resolve().parent.parent / "data" / "results" / "21_diagnosis.json"


def excluded_findings(path: Path) -> dict[str, list[str]]:
    """Return the excluded findings of each case that has some."""
    records = [json.loads(line) for _, line in read_lines(path)]
    return {record["id"]: record["excluded"] for record in records if record["excluded"]}


def sign_experiment(graph: KnowledgeGraph, labelled: list, excluded: dict, seed: int = 0) -> dict:
    """Score the same cases three times: excluded findings ignored, used right, used wrong.

    ``right`` is what medai does: a disease that has an excluded finding falls.  ``minus``
    and ``plus`` take a flat nat from, or give it to, such a disease; ``plus`` is the
    clinically absurd sign.  Beside it stands how many excluded findings are annotated to
    the true disease, and to other diseases drawn at random.
    """
    part = candidates(graph, "omim")
    rng = np.random.default_rng(seed)
    chosen = sample_cases([x for x in labelled if x.case.id in excluded], 10, seed)
    ranks, owners, shares = defaultdict(list), [], defaultdict(list)
    for case, query in chosen:
        number = graph.disease_index.get(case.disease_id)
        known = [t for t in excluded[case.id] if t in graph.term_index and graph.is_phenotype(t)]
        known = [t for t in known if t not in {graph.term_ids[i] for i in query.present}]
        if number is None or not known:
            continue
        full = make_query(graph, case.present, known)
        base = graph.scorer.scores(query)
        absent = graph.scorer.scores(full) - base
        flat = np.zeros_like(base)
        for term in full.excluded:
            flat[graph.scorer.entries(term)[0]] += 1.0
        for name, extra in [("ignored", 0), ("right", absent), ("minus", -flat), ("plus", flat)]:
            ranks[name].append(pessimistic_rank((base + extra)[part], number))
        owners.append(case.disease_id)
        others = rng.choice(part.stop, 20)
        for term in full.excluded:
            diseases, _ = graph.scorer.entries(term)
            has = np.isin([number, *others], diseases)
            shares["true disease"].append(bool(has[0]))
            shares["random disease"].append(float(has[1:].mean()))
    result = {"cases": len(owners), "excluded_findings": len(shares["true disease"])}
    result["share"] = {name: float(np.mean(x)) for name, x in shares.items()}
    for name, x in ranks.items():
        top1 = statistics(x)[:, :1]
        low, high = cluster_bootstrap(top1, owners, 1000, seed=seed)
        result[name] = [float(top1.mean()), float(low[0]), float(high[0])]
    return result


def main(argument: str) -> int:
    path = Path(argument)
    graph = load_graph()
    labelled = read_labelled(graph, [path])
    report = run_benchmark(graph, labelled, progress=lambda regime: print(regime, flush=True))
    report["excluded"] = sign_experiment(graph, labelled, excluded_findings(path))
    report["made"] = {
        "command": f"python benchmarks/leakage.py {path.name}",
        "date": datetime.now(UTC).strftime("%Y-%m-%d"),
        "cases_sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
    }
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    print(f"wrote {TARGET}")
    return 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1]))
