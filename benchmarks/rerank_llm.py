"""Measure whether a language model's likelihood improves the re-ranked differential.

    python benchmarks/rerank_llm.py CASES.jsonl.gz [--cases 120] [--scores FILE]

For one case of each of `--cases` diseases, the embedded model gives ``ln P(name | findings)``
for the names of the ten best candidates of the simple score, with all annotations (ALL) and
without the case's own paper (LOO).  That, or what the findings add to it (PMI), becomes one
more feature beside the cross-validated utility of ``benchmarks/rerank.py``; its one weight is
fitted in the same ten parts, so no case is scored by a weight that saw its group.  Names are
needed here, so this is no part of the re-ranker.  ``--scores`` keeps the model's numbers, and
goes on where an interrupted run stopped.  Writes ``data/results/rerank_llm.json``.
"""

from __future__ import annotations

import argparse
import datetime
import gzip
import json
import sys
import time
from pathlib import Path

import numpy as np
from scipy.optimize import minimize_scalar

sys.path.insert(0, str(Path(__file__).parent))
from rerank import BOOT, FOLDS, ROOT, SEED, collect, fit, groups, parts, usable, write

from medai.cli.benchmark import read_labelled
from medai.knowledge import load_graph
from medai.knowledge.benchmark import is_clean, public_version, sample_cases
from medai.knowledge.evidence import FEATURES
from medai.metrics.ranking import cluster_bootstrap

SHOWN = 10  # candidates
NEUTRAL = "The most likely diagnosis is"
MOST_FINDINGS = 25  # in the prompt


def ask(model, graph, case, query, pool: list[int]) -> tuple[list, list, float, float]:
    """Return ln P(name | findings), ln P(name | nothing), and the seconds of each."""
    names = ", ".join([graph.term_names[t] for t in query.present][:MOST_FINDINGS])
    sex = f"{case.sex} " if case.sex else ""
    prompt = f"A {sex}patient has these findings: {names}.\n{NEUTRAL}"
    texts = [" " + graph.disease_names[d].split(";")[0].strip() for d in pool]
    start = time.perf_counter()
    given = model.score(prompt, texts)
    middle = time.perf_counter()
    alone = model.score(NEUTRAL, texts)
    return given.tolist(), alone.tolist(), middle - start, time.perf_counter() - middle


def weight_of(blocks: list[tuple[np.ndarray, np.ndarray, int]]) -> float:
    """Fit the one weight of the model's feature beside a utility that stays as it is."""

    def loss(b: float) -> float:
        total = 0.0
        for utility, feature, truth in blocks:
            u = utility + b * feature
            total += np.log(np.exp(u - u.max()).sum()) + u.max() - u[truth]
        return total / len(blocks) + 0.002 * b * b

    return float(minimize_scalar(loss, bounds=(-2, 2), method="bounded").x)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("cases", type=Path)
    parser.add_argument("--cases", dest="count", type=int, default=120)
    parser.add_argument("--scores", type=Path, default=Path("llm-scores.json"))
    args = parser.parse_args()
    graph = load_graph()
    every = read_labelled(graph, [args.cases])
    with gzip.open(args.cases, "rt", encoding="utf-8") as file:
        genes = {r["id"]: r.get("gene") for r in map(json.loads, file)}
    sample = {id(x) for x in sample_cases(every, 10, SEED)}
    clean = sample_cases([x for x in every if is_clean(graph, x.case)], 10, SEED)
    cases = [x for x in every if id(x) in sample | {id(x) for x in clean}]
    first: dict[str, int] = {}  # one case a disease
    rng = np.random.default_rng(SEED)
    for i in rng.permutation([i for i, x in enumerate(cases) if id(x) in sample]).tolist():
        first.setdefault(cases[i].case.disease_id, i)
    chosen = rng.permutation(list(first.values()))[: args.count].tolist()
    data = {regime: collect(graph, cases, regime) for regime in ("ALL", "LOO")}
    fold = parts(groups(cases, genes))
    scores = json.loads(args.scores.read_text()) if args.scores.exists() else {}
    model = None
    for i in chosen:
        case, query = cases[i]
        pool = sorted({int(d) for r in data.values() for d in r["pool"][i][:SHOWN] if d >= 0})
        if case.id in scores and set(pool) <= set(scores[case.id]["pool"]):
            continue
        if model is None:
            import medai.llm

            model = medai.llm.load()
        given, alone, *seconds = ask(model, graph, case, query, pool)
        scores[case.id] = {"pool": pool, "given": given, "alone": alone, "seconds": seconds}
        args.scores.write_text(json.dumps(scores))

    keep = list(range(len(FEATURES)))
    utilities = {regime: np.zeros(r["real"].shape) for regime, r in data.items()}
    for k in range(FOLDS):
        w = fit([usable(r, fold != k, keep) for r in data.values()])
        for regime, r in data.items():
            utilities[regime][fold == k] = r["x"][fold == k] @ w
    results = []
    for regime, r in data.items():
        for method in ("total", "pmi"):
            blocks, folds, diseases = [], [], []
            for i in chosen:
                pool, place = r["pool"][i][:SHOWN], int(r["truth"][i])
                if not 0 <= place < SHOWN:
                    continue  # nothing to gain among the ten
                kept = scores[cases[i].case.id]
                at = [kept["pool"].index(int(d)) for d in pool]
                feature = np.array(kept["given"])[at]
                if method == "pmi":
                    feature = feature - np.array(kept["alone"])[at]
                blocks.append((utilities[regime][i][:SHOWN], feature, place))
                folds.append(fold[i])
                diseases.append(cases[i].case.disease_id)
            folds = np.array(folds)
            rows, weights = [], []
            for k in np.unique(folds):
                b = weight_of([x for x, f in zip(blocks, folds, strict=True) if f != k])
                weights.append(b)
            of_fold = dict(zip(np.unique(folds).tolist(), weights, strict=True))
            for (u, feature, place), f in zip(blocks, folds.tolist(), strict=True):
                ranks = [(v >= v[place]).sum() for v in (u, u + of_fold[f] * feature, feature)]
                rows.append([x for rank in ranks for x in (rank == 1, 1 / rank)])
            rows = np.array(rows, dtype=float)
            gap = rows[:, 2:4] - rows[:, :2]
            low, high = cluster_bootstrap(gap, diseases, BOOT, seed=SEED)
            results.append(
                {
                    "regime": regime,
                    "method": method,
                    "cases_with_truth_among_ten": len(rows),
                    "weight": float(np.mean(weights)),
                    **dict(
                        zip(
                            ("top-1 re-ranked", "MRR re-ranked", "top-1 with model"),
                            rows.mean(axis=0)[:3].tolist(),
                            strict=True,
                        )
                    ),
                    "MRR with model": float(rows[:, 3].mean()),
                    "top-1 model alone": float(rows[:, 4].mean()),
                    "difference": {
                        name: {"estimate": float(m), "low": float(lo), "high": float(hi)}
                        for name, m, lo, hi in zip(
                            ("top-1", "MRR"), gap.mean(axis=0), low, high, strict=True
                        )
                    },
                }
            )
            print(json.dumps(results[-1]))
    used = [scores[cases[i].case.id] for i in chosen]
    timed = [s["seconds"] for s in used if s.get("seconds")]
    report = {
        "command": f"python benchmarks/rerank_llm.py {args.cases.name} --cases {args.count}",
        "date": datetime.date.today().isoformat(),
        "model": "SmolLM2-135M-Instruct",
        "versions": public_version(graph),
        "cases": len(chosen),
        "candidates": sum(len(s["pool"]) for s in used),
        "seconds_per_case": dict(
            zip(("total", "more for PMI"), np.mean(timed, axis=0).tolist(), strict=True)
        ),
        "machine": "one shared, loaded CPU core: an upper bound",
        "results": results,
    }
    write(ROOT / "data" / "results" / "rerank_llm.json", report)


if __name__ == "__main__":
    main()
