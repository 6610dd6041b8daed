"""Fit the re-ranker's weights and measure them on cases that they have not seen.

    python benchmarks/rerank.py CASES.jsonl.gz

Cross-validation in ten parts.  Cases that share a disease, a gene or a paper, directly or
through other cases, stay in one part.  At most ten cases per disease, drawn as in ``medai
benchmark diagnosis``, so that the simple score's numbers are the same.  Both the annotations as
shipped (ALL) and without the case's own paper (LOO) train, with equal weight.  The features
and the penalty were chosen on these same cases, by cross-validated likelihood: expect a
little less elsewhere.  Writes ``data/rerank/weights.json`` (fitted to all) and
``data/results/rerank.json``.
"""

from __future__ import annotations

import argparse
import datetime
import gzip
import hashlib
import json
from pathlib import Path

import numpy as np

from medai.cli.benchmark import read_labelled
from medai.knowledge import load_graph
from medai.knowledge.benchmark import COLUMNS, is_clean, public_version, sample_cases, statistics
from medai.knowledge.evidence import FEATURES, features
from medai.knowledge.leave_out import leave_out, left_scores
from medai.knowledge.rank import best
from medai.knowledge.rerank import POOL
from medai.metrics.ranking import cluster_bootstrap, pessimistic_rank

FOLDS, PENALTY, SEED, BOOT = 10, 0.02, 0, 1000
ROOT = Path(__file__).parents[1]
VARIANTS = {
    "re-ranked": {},
    "without papers": {"drop": ("papers",)},
    "without age and sex": {"drop": ("too_young", "too_old", "woman_x")},
    "trained on ALL only": {"train": ("ALL",)},
    "trained on LOO only": {"train": ("LOO",)},
}


def collect(graph, cases: list, regime: str) -> dict[str, np.ndarray]:
    """Return features (n, POOL, p), which are real, the diseases, the truth's place and rank.

    The place is -1 and the rank that of the simple score where the truth is not in the pool.
    """
    x = np.zeros((len(cases), POOL, len(FEATURES)))
    real = np.zeros((len(cases), POOL), dtype=bool)
    member = np.full((len(cases), POOL), -1)
    truth, rank = np.full(len(cases), -1), np.full(len(cases), np.inf)
    for i, (case, query) in enumerate(cases):
        left = leave_out(graph, case.paper) if regime == "LOO" and case.paper else None
        scores = left_scores(graph, query, left)[: graph.first_orpha]
        pool = best(scores, POOL)
        pool = pool[np.isfinite(scores[pool])]
        person = {"age": case.age, "sex": case.sex}
        x[i, : len(pool)] = features(graph, query, pool, left=left, **person)
        real[i, : len(pool)], member[i, : len(pool)] = True, pool
        number = graph.disease_index.get(case.disease_id, graph.first_orpha)
        if number < graph.first_orpha:
            rank[i] = pessimistic_rank(scores, number)
        truth[i] = next(iter(np.flatnonzero(pool == number)), -1)
    return {"x": x, "real": real, "pool": member, "truth": truth, "rank": rank}


def groups(cases: list, genes: dict) -> np.ndarray:
    """Return the group of each case: cases that share a disease, gene or paper, directly or not."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    numbers: dict[tuple, int] = {}
    pairs = []
    for i, (case, _) in enumerate(cases):
        keys = [("disease", case.disease_id), ("gene", genes.get(case.id)), ("paper", case.paper)]
        pairs += [(i, numbers.setdefault(key, len(numbers))) for key in keys if key[1]]
    row, column = np.array(pairs).T
    size = len(cases) + len(numbers)
    links = coo_matrix((np.ones(len(row)), (row, len(cases) + column)), shape=(size, size))
    labels = connected_components(links, directed=False)[1]
    return np.unique(labels[: len(cases)], return_inverse=True)[1]


def parts(group: np.ndarray) -> np.ndarray:
    """Deal the groups out to the folds, large ones first, each to the smallest fold."""
    size = np.bincount(group)
    load, fold = np.zeros(FOLDS), np.zeros(len(size), dtype=int)
    for g in np.argsort(-size, kind="stable"):
        fold[g] = load.argmin()
        load[fold[g]] += size[g]
    return fold[group]


def fit(blocks: list[tuple], penalty: float = PENALTY, steps: int = 15) -> np.ndarray:
    """Fit a conditional logit by Newton's method; features are scaled, weights are not.

    The objective is the mean of ``-ln P(truth | pool)`` plus ``penalty`` times the squared
    length of the weights of the scaled features.
    """
    x, real, y = (np.concatenate(columns) for columns in zip(*blocks, strict=True))
    mean = x.sum(axis=1, keepdims=True) / real.sum(axis=1)[:, None, None]
    spread = np.sqrt((np.where(real[..., None], x - mean, 0) ** 2).sum((0, 1)) / real.sum())
    scale = np.where(spread > 0, spread, 1.0)
    z, row = x / scale, np.arange(len(x))
    flat, w = z.reshape(-1, z.shape[2]), np.zeros(z.shape[2])

    def objective(w: np.ndarray) -> tuple[float, np.ndarray]:
        u = np.where(real, z @ w, -np.inf)
        u = u - u.max(axis=1, keepdims=True)
        p = np.exp(u) / np.exp(u).sum(axis=1, keepdims=True)
        return -np.log(p[row, y]).mean() + penalty * w @ w, p

    value, p = objective(w)
    for _ in range(steps):
        expected = np.einsum("nk,nkp->np", p, z)
        gradient = (expected - z[row, y]).mean(axis=0) + 2 * penalty * w
        second = (flat * p.reshape(-1, 1)).T @ flat - expected.T @ expected
        second = second / len(x) + 2 * penalty * np.eye(len(w))
        step, length = np.linalg.solve(second, gradient), 1.0
        while objective(w - length * step)[0] > value and length > 1e-4:
            length /= 2
        w = w - length * step
        before, (value, p) = value, objective(w)
        if before - value < 1e-9:
            break
    return w / scale


def usable(data: dict, rows: np.ndarray, keep: list[int]) -> tuple:
    """Return what trains: the cases of `rows` whose disease is in the pool."""
    rows = rows & (data["truth"] >= 0)
    return data["x"][rows][..., keep], data["real"][rows], data["truth"][rows]


def cross_validate(data: dict, fold: np.ndarray, drop: tuple = (), train: tuple = ("ALL", "LOO")):
    """Return the rank of every truth, by regime, under weights that never saw its group."""
    keep = [i for i, name in enumerate(FEATURES) if name not in drop]
    ranks = {regime: d["rank"].copy() for regime, d in data.items()}
    for k in range(FOLDS):
        w = fit([usable(data[regime], fold != k, keep) for regime in train])
        for regime, d in data.items():
            for i in np.flatnonzero((fold == k) & (d["truth"] >= 0)):
                utility = d["x"][i][d["real"][i]][:, keep] @ w
                ranks[regime][i] = pessimistic_rank(utility, d["truth"][i])
    return ranks


def summarise(values: np.ndarray, diseases: list[str]) -> dict:
    """Return estimate and interval of every column."""
    low, high = cluster_bootstrap(values, diseases, BOOT, seed=SEED)
    rows = zip(COLUMNS, values.mean(axis=0), low, high, strict=True)
    return {
        name: {"estimate": float(m), "low": float(lo), "high": float(hi)}
        for name, m, lo, hi in rows
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("cases", type=Path)
    args = parser.parse_args()
    graph = load_graph()
    every = read_labelled(graph, [args.cases])
    with gzip.open(args.cases, "rt", encoding="utf-8") as file:
        genes = {r["id"]: r.get("gene") for r in map(json.loads, file)}
    sample = sample_cases(every, 10, SEED)
    chosen = {id(x) for x in sample}
    clean_sample = sample_cases([x for x in every if is_clean(graph, x.case)], 10, SEED)
    clean = {id(x) for x in clean_sample}
    cases = [x for x in every if id(x) in chosen | clean]
    data = {regime: collect(graph, cases, regime) for regime in ("ALL", "LOO")}
    group = groups(cases, genes)
    fold = parts(group)
    of_regime = {
        "ALL": ("ALL", np.array([id(x) in chosen for x in cases])),
        "CLEAN": ("ALL", np.array([id(x) in clean for x in cases])),
        "LOO": ("LOO", np.array([id(x) in chosen for x in cases])),
    }
    results, differences = [], []
    ranks = {"simple": {regime: d["rank"] for regime, d in data.items()}}
    ranks |= {name: cross_validate(data, fold, **how) for name, how in VARIANTS.items()}
    for regime, (source, rows) in of_regime.items():
        diseases = [x.case.disease_id for x, used in zip(cases, rows, strict=True) if used]
        simple = statistics(ranks["simple"][source][rows])
        for name in ranks:
            values = statistics(ranks[name][source][rows])
            head = {"regime": regime, "cases": len(diseases), "diseases": len(set(diseases))}
            results.append(head | {"method": name} | summarise(values, diseases))
            if name != "simple":
                gap = {"method": f"{name} - simple"} | summarise(values - simple, diseases)
                differences.append(head | gap)
                one, ten = (100 * gap[k]["estimate"] for k in ("top-1", "top-10"))
                at = 100 * values.mean(axis=0)
                print(f"{regime:6s} {name:22s} {at[0]:5.1f} {at[3]:5.1f} {one:+5.1f} {ten:+5.1f}")
    everything = np.ones(len(cases), dtype=bool)
    keep = list(range(len(FEATURES)))
    weights = fit([usable(data[regime], everything, keep) for regime in data])
    provenance = {
        "command": f"python benchmarks/rerank.py {args.cases.name}",
        "date": datetime.date.today().isoformat(),
        "cases_sha256": hashlib.sha256(args.cases.read_bytes()).hexdigest(),
        "collection": "Monarch phenopacket-store (BSD-3-Clause), development part",
        "cases": len(cases),
        "diseases": len({x.case.disease_id for x in cases}),
        "groups": int(group.max()) + 1,
        "sampled_all": len(sample),
        "versions": public_version(graph),
        "settings": {"pool": POOL, "penalty": PENALTY, "folds": FOLDS, "per_disease": 10},
    }
    named = dict(zip(FEATURES, (float(f"{w:.6g}") for w in weights), strict=True))
    record = {"weights": named, "meaning": FEATURES, "provenance": provenance}
    write(ROOT / "data" / "rerank" / "weights.json", record)
    report = provenance | {
        "interval": f"95 %, percentile, {BOOT} resamplings of the diseases",
        "results": results,
        "differences": differences,
    }
    write(ROOT / "data" / "results" / "rerank.json", report)


def write(path: Path, record: dict) -> None:
    """Write JSON, one value a line."""
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
