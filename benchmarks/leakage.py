"""Measure what Chapter 21 prints: the regimes, and what excluded findings give away.

    python benchmarks/leakage.py CASES.jsonl.gz

CASES are published cases (see the data card "phenopacket-store").  Only numbers are
written, to data/results/21_diagnosis.json, with the date, the checksum of CASES and this
command; the cases themselves stay where they are.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from medai.cli.benchmark import read_labelled
from medai.datasets.datacard import sha256_of
from medai.knowledge import load_graph
from medai.knowledge.benchmark import is_clean, run_benchmark, sample_cases, statistics
from medai.knowledge.graph import KnowledgeGraph
from medai.knowledge.jsonl import read_lines
from medai.knowledge.leave_out import leave_out, left_scores
from medai.knowledge.query import make_query
from medai.knowledge.rank import candidates
from medai.metrics.ranking import cluster_bootstrap, pessimistic_rank

SEED = 0
TARGET = Path(__file__).resolve().parent.parent / "data" / "results" / "21_diagnosis.json"


def excluded_findings(path: Path) -> dict[str, list[str]]:
    """Return the excluded findings of each case that has some."""
    records = [json.loads(line) for _, line in read_lines(path)]
    return {record["id"]: record["excluded"] for record in records if record["excluded"]}


def sign_experiment(graph: KnowledgeGraph, labelled: list, excluded: dict, regime: str) -> dict:
    """Score the same cases four times: excluded findings ignored, used right, and flat.

    ``right`` is what medai does: a disease that has an excluded finding falls.  ``minus``
    and ``plus`` take a flat nat from, or give it to, such a disease; ``plus`` is the
    clinically absurd sign.  Beside it stands how many excluded findings are annotated to
    the true disease, and to other diseases drawn at random, as far as the regime has read.
    """
    part = candidates(graph, "omim")
    rng = np.random.default_rng(SEED)
    eligible = [x for x in labelled if x.case.id in excluded]
    if regime == "CLEAN":
        eligible = [x for x in eligible if is_clean(graph, x.case)]
    ranks, owners, shares = defaultdict(list), [], defaultdict(list)
    for case, query in sample_cases(eligible, 10, SEED):
        number = graph.disease_index.get(case.disease_id)
        known = [t for t in excluded[case.id] if t in graph.term_index and graph.is_phenotype(t)]
        known = [t for t in known if t not in {graph.term_ids[i] for i in query.present}]
        if number is None or not known:
            continue
        left = leave_out(graph, case.paper) if regime == "LOO" and case.paper else None
        full = make_query(graph, case.present, known)
        base = left_scores(graph, query, left)
        with np.errstate(invalid="ignore"):  # -inf where only this paper describes the disease
            absent = np.nan_to_num(left_scores(graph, full, left) - base)
        flat, others = np.zeros_like(base), rng.choice(part.stop, 20)
        for term in full.excluded:
            diseases = {int(d) for d in graph.scorer.entries(term)[0]}
            for disease, profile in left.profiles.items() if left else ():
                diseases.discard(disease)
                if profile.f.get(term):
                    diseases.add(disease)
            diseases -= set(left.gone) if left else set()
            flat[list(diseases)] += 1.0
            shares["true disease"].append(number in diseases)
            shares["random disease"].append(np.mean([int(o) in diseases for o in others]))
        for name, extra in [("ignored", 0), ("right", absent), ("minus", -flat), ("plus", flat)]:
            ranks[name].append(pessimistic_rank((base + extra)[part], number))
        owners.append(case.disease_id)
    top1 = {name: statistics(x)[:, 0] for name, x in ranks.items()}
    top1["plus - ignored"] = top1["plus"] - top1["ignored"]
    result = {"regime": regime, "cases": len(owners)}
    result["excluded_findings"] = len(shares["true disease"])
    result["share"] = {name: float(np.mean(x)) for name, x in shares.items()}
    for name, x in top1.items():
        low, high = cluster_bootstrap(x[:, None], owners, 1000, seed=SEED)
        result[name] = [float(x.mean()), float(low[0]), float(high[0])]
    return result


def nothing_left(graph: KnowledgeGraph, labelled: list) -> float:
    """Return the share of the LOO cases whose paper was their disease's only source."""
    chosen = sample_cases(labelled, 10, SEED)
    gone = 0
    for case, _ in chosen:
        left = leave_out(graph, case.paper) if case.paper else None
        gone += bool(left) and graph.disease_index.get(case.disease_id) in left.gone
    return gone / len(chosen)


def main(argument: str) -> int:
    path = Path(argument)
    graph = load_graph()
    labelled = read_labelled(graph, [path])
    report = run_benchmark(graph, labelled, progress=lambda regime: print(regime, flush=True))
    excluded = excluded_findings(path)
    report["excluded"] = [
        sign_experiment(graph, labelled, excluded, regime) for regime in ("ALL", "CLEAN", "LOO")
    ]
    report["loo_nothing_left"] = nothing_left(graph, labelled)
    report["made"] = {
        "command": f"python benchmarks/leakage.py {path.name}",
        "date": datetime.now(UTC).strftime("%Y-%m-%d"),
        "cases_sha256": sha256_of(path),
    }
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    print(f"wrote {TARGET}")
    return 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1]))
