"""Chapter 7 in numbers: MiniLM fine-tuned on symptom text against TF-IDF, on a split of its own.

    python benchmarks/bert.py [--seeds 1] [--texts 2000 4000] [--out data/results/07_bert.json]

The task is phrase to organ system (`medai.text.symptoms`), split by term; a seed draws the
split, the training phrases and the new layer.  Learning rate and epochs were fixed before on
another split; the kind and strength of TF-IDF, and the strength of the logistic regression on
MiniLM's frozen vectors, are chosen on validation phrases in each run.
A run that is already in the file is not repeated.
"""

from __future__ import annotations

import argparse
import json
import platform
import time
from datetime import date
from pathlib import Path

import numpy as np

from medai.knowledge import load_graph
from medai.llm import embed
from medai.llm.finetune import fine_tune_classifier, fit_temperature
from medai.llm.finetune.temperature import softmax
from medai.metrics import (
    brier_score,
    calibration_error,
    calibration_table,
    cluster_bootstrap,
    compare,
)
from medai.text.symptoms import split_phrases, symptom_phrases

MIN_TERMS, EPOCHS, RATE, BATCH = 100, 3, 2e-4, 32
STRENGTHS, ON_VECTORS = (10, 100, 1000), (1, 3, 10, 30, 100)


def tfidf_models(texts: list[str], labels: list[str], strengths=STRENGTHS) -> dict:
    """Fit logistic regressions on TF-IDF of words and pairs, and of character n-grams."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    kinds = {
        "words": {"ngram_range": (1, 2)},
        "characters": {"analyzer": "char_wb", "ngram_range": (2, 5)},
    }
    found = {}
    for kind, options in kinds.items():
        for c in strengths:
            bag = TfidfVectorizer(sublinear_tf=True, **options)
            model = make_pipeline(bag, LogisticRegression(C=c, max_iter=300))
            found[kind, c] = model.fit(texts, labels)
    return found


def on_frozen_vectors(texts: list[str], labels: list[str], strengths=ON_VECTORS) -> dict:
    """Fit logistic regressions on the vectors of MiniLM as it was published."""
    from sklearn.linear_model import LogisticRegression

    x = embed(texts)
    return {c: LogisticRegression(C=c, max_iter=1000).fit(x, labels) for c in strengths}


def reliability(right: np.ndarray, sure: np.ndarray) -> dict:
    """Return ten groups of like confidence: mean, share right and Wilson's 95 % interval."""
    table = calibration_table(right, sure, bins=10)
    names = ("predicted", "observed", "low", "high")
    return {name: np.asarray(getattr(table, name)).round(4).tolist() for name in names}


def summary(p: np.ndarray, y: np.ndarray, lay: np.ndarray, terms: list[str]) -> dict:
    """Return accuracy with interval by term, the lay phrases, and calibration of the top class."""
    right, sure = p.argmax(1) == y, p.max(1)
    low, high = cluster_bootstrap(right, terms)
    return {
        "accuracy": float(right.mean()), "low": float(low), "high": float(high),
        "lay": float(right[lay].mean()), "confidence": float(sure.mean()),
        "log_loss": float(-np.log(p[np.arange(len(y)), y]).mean()),
        "brier": brier_score(right.astype(int), sure),
        "ece": calibration_error(right.astype(int), sure),
    }  # fmt: skip


def one_run(seed: int, n_texts: int) -> dict:
    """Train both on one split and measure them on its test phrases."""
    phrases = symptom_phrases(load_graph().terms, min_terms=MIN_TERMS)
    train, check, test = split_phrases(phrases, seed=seed)
    rows = np.random.default_rng(seed).permutation(len(train))[:n_texts]
    train = [train[i] for i in rows]
    (xa, ya), (xb, yb), (xc, yc) = (
        ([p.text for p in part], [p.system for p in part]) for part in (train, check, test)
    )
    start = time.time()
    bert = fine_tune_classifier(
        xa, ya, epochs=EPOCHS, batch_size=BATCH, learning_rate=RATE, max_length=32, seed=seed
    )
    seconds = time.time() - start
    y, y_check = bert.label_numbers(yc), bert.label_numbers(yb)
    logits = bert.logits(xc)
    temperature = fit_temperature(bert.logits(xb), y_check)
    bags = tfidf_models(xa, ya)
    best = {
        kind: max((key for key in bags if key[0] == kind), key=lambda k: bags[k].score(xb, yb))
        for kind in ("words", "characters")
    }
    chosen = max(best.values(), key=lambda key: bags[key].score(xb, yb))
    terms, lay = [p.term_id for p in test], np.array([p.kind == "lay" for p in test])
    out = {"seed": seed, "train": len(train), "test": len(test), "test_terms": len(set(terms)),
           "lay": int(lay.sum()), "classes": len(bert.classes), "seconds": round(seconds),
           "temperature": temperature, "chosen": list(chosen),
           "strengths": {kind: key[1] for kind, key in best.items()}}  # fmt: skip
    probabilities = {"bert": softmax(logits), "bert calibrated": softmax(logits / temperature)}
    frozen = on_frozen_vectors(xa, ya)
    vectors = embed(xb)
    strength = max(frozen, key=lambda c: frozen[c].score(vectors, yb))
    assert list(frozen[strength].classes_) == bert.classes
    probabilities["frozen MiniLM"] = frozen[strength].predict_proba(embed(xc))
    for kind, key in best.items():
        assert list(bags[key].classes_) == bert.classes
        probabilities[f"TF-IDF {kind}"] = bags[key].predict_proba(xc)
    out["models"] = {name: summary(p, y, lay, terms) for name, p in probabilities.items()}
    out["strengths"]["frozen"] = strength
    out["difference"] = {}
    right = probabilities["bert"].argmax(1) == y
    for kind in (*best, "frozen"):
        rival = "frozen MiniLM" if kind == "frozen" else f"TF-IDF {kind}"
        gain = right * 1.0 - (probabilities[rival].argmax(1) == y)
        for name, keep in (("all", np.ones(len(y), bool)), ("lay", lay)):
            ends = cluster_bootstrap(gain[keep], np.array(terms)[keep].tolist())
            out["difference"][f"{kind}, {name}"] = [float(gain[keep].mean()), *map(float, ends)]
    sure = {name: probabilities[name].max(1) for name in ("bert", "bert calibrated")}
    out["reliability"] = {name: reliability(right.astype(int), p) for name, p in sure.items()}
    less = compare(calibration_error, right.astype(int), *sure.values(), terms, n_boot=500)
    out["ECE before minus after"] = [float(less[k]) for k in ("difference", "low", "high")]
    return out


def main() -> None:
    """Run what the file does not hold yet; write it after each run."""
    import sklearn
    import torch
    import transformers

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--texts", type=int, nargs="+", default=[2000, 4000])
    parser.add_argument("--out", type=Path, default=Path("data/results/07_bert.json"))
    args = parser.parse_args()
    torch.set_num_threads(1)
    done = json.loads(args.out.read_text())["runs"] if args.out.exists() else []
    for seed, texts in ((seed, texts) for texts in args.texts for seed in range(args.seeds)):
        if any((run["seed"], run["asked"]) == (seed, texts) for run in done):
            continue
        done.append({"asked": texts} | one_run(seed, texts))
        print(json.dumps(done[-1], indent=1), flush=True)
        results = {
            "date": date.today().isoformat(),
            "command": "python benchmarks/bert.py",
            "data": f"HPO {load_graph().version['hpo']}, symptom phrases",
            "versions": {"python": platform.python_version(), "torch": torch.__version__,
                         "transformers": transformers.__version__,
                         "scikit-learn": sklearn.__version__},
            "settings": {"epochs": EPOCHS, "learning rate": RATE, "batch": BATCH,
                         "min_terms": MIN_TERMS, "strengths of TF-IDF": STRENGTHS,
                         "strengths on frozen vectors": ON_VECTORS},
            "interval": "95 %, percentile, resampling terms",
            "runs": sorted(done, key=lambda run: (run["asked"], run["seed"])),
        }  # fmt: skip
        args.out.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
        print("wrote", args.out)


if __name__ == "__main__":
    main()
