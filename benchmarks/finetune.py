"""Chapter 09 in numbers: three regimes over a growing number of labels, and LoRA, one core.

    python benchmarks/finetune.py [--out data/results/09_finetune.json] [--parts curve lora]

Task: a phrase for a sign or symptom to its organ system (``medai.text.symptoms``), split by
term.  For each number of labels: TF-IDF of words and character n-grams with logistic
regression, frozen MiniLM with logistic regression (C chosen on validation phrases for both),
and MiniLM fine-tuned (epochs fixed beforehand).  Results are written after each fit, and a run
that was killed goes on where it was.
"""

from __future__ import annotations

import argparse
import json
import platform
import re
import time
from datetime import date
from importlib.metadata import version
from pathlib import Path

import numpy as np
import torch
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline, make_union

from medai.knowledge import load_graph
from medai.llm import embed
from medai.llm.finetune import fine_tune_classifier
from medai.metrics import cluster_bootstrap, perplexity
from medai.text import hpo_definitions, split
from medai.text.symptoms import split_phrases, symptom_phrases

SIZES = (100, 300, 1000, 3000)
EPOCHS = {100: 12, 300: 8, 1000: 5, 3000: 3}
TUNING = {"batch_size": 16, "learning_rate": 1e-4, "head_learning_rate": 5e-3, "layers": 6}
C_GRID = (1.0, 10.0, 100.0)
SEED, N_VALIDATION, N_TEST = 9, 400, 1500


def data() -> tuple[list, list, list]:
    """Return shuffled training, validation and test phrases."""
    phrases = symptom_phrases(load_graph().terms, min_terms=150)
    parts = split_phrases(phrases, (0.7, 0.15, 0.15), seed=SEED)
    rng = np.random.default_rng(SEED)
    train, validation, test = ([part[i] for i in rng.permutation(len(part))] for part in parts)
    return train, validation[:N_VALIDATION], test[:N_TEST]


def columns(phrases: list) -> tuple[list[str], np.ndarray]:
    """Return texts and labels."""
    return [p.text for p in phrases], np.array([p.system for p in phrases])


def tfidf(c: float):
    """TF-IDF of words and of character n-grams, then logistic regression."""
    words = TfidfVectorizer(sublinear_tf=True, ngram_range=(1, 2))
    pieces = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True)
    return make_pipeline(make_union(words, pieces), LogisticRegression(C=c, max_iter=500))


def best(fit, x, y, x_val, y_val):
    """Return the model whose C does best on validation."""
    models = [fit(c).fit(x, y) for c in C_GRID]
    return max(models, key=lambda m: m.score(x_val, y_val))


def curve(found: dict, save) -> None:
    """Accuracy, lay accuracy and seconds of each regime at each size."""
    train, validation, test = data()
    texts, labels = columns(test)
    t_val, y_val = columns(validation)
    lay = np.array([p.kind == "lay" for p in test])
    terms = [p.term_id for p in test]
    e_val, e_test = embed(t_val), embed(texts)
    found["test"] = {"phrases": len(test), "lay": int(lay.sum()), "terms": len(set(terms))}
    rows = found.setdefault("curve", [])
    for n in SIZES:
        t, y = columns(train[:n])
        for regime in ("scratch", "frozen", "fine-tuned"):
            if any(r["labels"] == n and r["regime"] == regime for r in rows):
                continue
            start = time.perf_counter()
            if regime == "scratch":
                said = best(tfidf, t, y, t_val, y_val).predict
                spent = time.perf_counter() - start
                answers = said(texts)
            elif regime == "frozen":
                e = embed(t)
                model = best(lambda c: LogisticRegression(C=c, max_iter=500), e, y, e_val, y_val)
                spent = time.perf_counter() - start
                answers = model.predict(e_test)
            else:
                model = fine_tune_classifier(
                    t, y, epochs=EPOCHS[n], seed=SEED, progress=False, **TUNING
                )
                spent = time.perf_counter() - start
                answers = np.array(model.predict(texts))
            ok = (answers == labels).astype(float)
            interval = cluster_bootstrap(ok, terms, seed=SEED)
            lay_terms = [g for g, is_lay in zip(terms, lay, strict=True) if is_lay]
            lay_interval = cluster_bootstrap(ok[lay], lay_terms, seed=SEED)
            row = {"labels": n, "regime": regime, "seconds": round(spent, 1)}
            row |= {"accuracy": ok.mean(), "interval": list(map(float, interval))}
            row |= {"lay": ok[lay].mean(), "lay_interval": list(map(float, lay_interval))}
            row["right"] = "".join(str(int(v)) for v in ok)
            rows.append({k: round(v, 4) if isinstance(v, float) else v for k, v in row.items()})
            save()
            print(n, regime, f"{ok.mean():.3f} lay {ok[lay].mean():.3f} {spent:.1f} s", flush=True)


TELLS = re.compile("increas|decreas|reduc|elevat|high|low|hypo|hyper|excess|diminish", re.I)
LORA = {"rank": 8, "alpha": 16, "steps": 40, "batch_size": 4, "max_length": 96, "seed": SEED}


def lora(found: dict) -> None:
    """Held-out perplexity of definitions, and who is right about up and down."""
    from medai.llm import load
    from medai.llm.finetune import lora_tune
    from medai.llm.finetune.tokens import token_logprobs
    from medai.text import direction_words, shares_ngram, turn_directions, word_tokens

    model = load("smollm2")
    train, _, test = split(hpo_definitions(load_graph().terms), (0.8, 0.1, 0.1), seed=3)
    words = [[word_tokens(d.text) for d in part] for part in (train, test)]
    twin = shares_ngram(words[1], words[0], n=8)
    clean = [d for d, t in zip(test, twin, strict=True) if not t]
    pairs = [(f"{d.name}:", " " + d.text) for d in train]
    held = [(f"{d.name}:", " " + d.text) for d in clean[:60]]
    turned = [(n, t) for n, t in ((f"{d.name}:", " " + d.text) for d in clean)
              if direction_words(t)][:60]  # fmt: skip
    false = [(n, turn_directions(t)) for n, t in turned]

    def measure() -> dict:
        said = [token_logprobs(model.model, model.tokenizer, x, 96) for x in (held, turned, false)]
        right = np.array([a.sum() > b.sum() for a, b in zip(*said[1:], strict=True)], float)
        interval = cluster_bootstrap(right, range(len(right)), seed=SEED)
        return {
            "perplexity": round(perplexity(said[0]), 1),
            "direction": round(right.mean(), 3),
            "interval": [round(float(v), 3) for v in interval],
        }

    before = measure()
    print("before", before, flush=True)
    start = time.perf_counter()
    tuned = lora_tune(model, pairs, learning_rate=1e-3, progress=False, **LORA)
    spent = time.perf_counter() - start
    after = measure()
    print("after", after, f"{spent:.0f} s", flush=True)
    found["lora"] = {
        "before": before,
        "after": after,
        "seconds": round(spent),
        "definitions": len(held),
        "directions": len(turned),
        "names_that_tell": sum(bool(TELLS.search(name)) for name, _ in turned),
        "trainable": tuned.trainable,
        "total": tuned.total,
        "settings": LORA,
    }


def main() -> None:
    """Run what is missing in the results file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("data/results/09_finetune.json"))
    parser.add_argument("--parts", nargs="+", default=["curve", "lora"], choices=["curve", "lora"])
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    found = json.loads(arguments.out.read_text()) if arguments.out.exists() else {}
    found |= {
        "command": "python benchmarks/finetune.py",
        "date": date.today().isoformat(),
        "settings": {**TUNING, "epochs": EPOCHS, "C": C_GRID, "seed": SEED},
        "versions": {p: version(p) for p in ("torch", "transformers", "scikit-learn", "peft")},
        "machine": f"{platform.machine()}, 1 thread of a shared 2-core machine",
    }

    def save() -> None:
        arguments.out.write_text(json.dumps(found, indent=1) + "\n")

    if "curve" in arguments.parts:
        curve(found, save)
    if "lora" in arguments.parts:
        lora(found)
    save()


if __name__ == "__main__":
    main()
