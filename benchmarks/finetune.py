"""Chapter 09 in numbers: three regimes over a growing number of labels, and LoRA, one core.

    python benchmarks/finetune.py [--out data/results/09_finetune.json] [--parts curve forms lora]

Task: a phrase for a sign or symptom to its organ system (``medai.text.symptoms``), split by
term.  For each number of labels: TF-IDF of words and character n-grams with logistic
regression, frozen MiniLM with logistic regression, and MiniLM fine-tuned.  Each regime may try
three settings and keeps the one that does best on the same validation phrases: three C for the
first two, three learning rates for the third (one only on 3,000 labels; its epochs were fixed
beforehand).  Results are written after each fit, and a run that was killed goes on where it was.

Forms: the chapter's classifier (300 labels, two layers) stored in four ways, on the same test
phrases: who is right, and who answers as float32 does.

LoRA: SmolLM2 on the definitions of HPO's training part.  Held-out definitions share no eight
words in a row with it.  Those of the direction test hold exactly one word of direction, so
that turning it makes them false, and fit into 96 tokens with it.
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
from medai.llm.finetune import fine_tune_classifier, quantized
from medai.metrics import cluster_bootstrap, perplexity
from medai.text import hpo_definitions, split
from medai.text.symptoms import split_phrases, symptom_phrases

SIZES = (100, 300, 1000, 3000)
EPOCHS = {100: 12, 300: 8, 1000: 5, 3000: 3}
TUNING = {"batch_size": 16, "head_learning_rate": 5e-3, "layers": 6}
C_GRID, RATES = (1.0, 10.0, 100.0), (1e-4, 3e-4, 3e-5)
TRIED = {100: 3, 300: 3, 1000: 3, 3000: 1}  # how many of the rates; a fit on 3,000 takes minutes
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


def fine_tuned(x, y, x_val, y_val, n: int):
    """Return the fine-tuned model whose learning rate does best on validation, and that rate."""
    found = []
    for rate in RATES[: TRIED[n]]:
        model = fine_tune_classifier(
            x, y, epochs=EPOCHS[n], learning_rate=rate, seed=SEED, progress=False, **TUNING
        )
        found.append((np.mean(np.array(model.predict(x_val)) == y_val), rate, model))
    _, rate, model = max(found, key=lambda item: item[0])
    return model, rate


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
            start, rate = time.perf_counter(), None
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
                model, rate = fine_tuned(t, y, t_val, y_val, n)
                spent = time.perf_counter() - start
                answers = np.array(model.predict(texts))
            ok = (answers == labels).astype(float)
            interval = cluster_bootstrap(ok, terms, seed=SEED)
            lay_terms = [g for g, is_lay in zip(terms, lay, strict=True) if is_lay]
            lay_interval = cluster_bootstrap(ok[lay], lay_terms, seed=SEED)
            row = {"labels": n, "regime": regime, "seconds": round(spent, 1)}
            row |= {"accuracy": ok.mean(), "interval": list(map(float, interval))}
            row |= {"lay": ok[lay].mean(), "lay_interval": list(map(float, lay_interval))}
            row |= {"learning_rate": f"{rate:g}"} if rate else {}
            row["right"] = "".join(str(int(v)) for v in ok)
            rows.append({k: round(v, 4) if isinstance(v, float) else v for k, v in row.items()})
            save()
            print(n, regime, f"{ok.mean():.3f} lay {ok[lay].mean():.3f} {spent:.1f} s", flush=True)


PAGE = {"layers": 2, "epochs": 3, "batch_size": 32, "learning_rate": 4e-4}  # as the chapter has it


def forms(found: dict) -> None:
    """Answers of the chapter's classifier in four forms."""
    train, _, test = data()
    texts, labels = columns(test)
    model = fine_tune_classifier(
        *columns(train[:300]), head_learning_rate=1e-2, seed=SEED, progress=False, **PAGE
    )
    answers = {"float32": np.array(model.predict(texts))}
    for kind in ("bfloat16", "int8-weights", "int8-dynamic"):
        answers[kind] = np.array(quantized(model, kind).predict(texts))
        print(kind, np.mean(answers[kind] == answers["float32"]), flush=True)
    found["forms"] = {
        kind: {
            "right": "".join(str(int(v)) for v in given == labels),
            "same": "".join(str(int(v)) for v in given == answers["float32"]),
        }
        for kind, given in answers.items()
    }


WORDS = re.compile(r"\b(increas|decreas|reduc|elevat|excess|diminish|(high|low)(er)?\b)", re.I)
LORA = {"rank": 8, "alpha": 16, "steps": 40, "batch_size": 4, "max_length": 96, "seed": SEED}


def how_told(name: str) -> str:
    """Say how a name gives its direction away: with a word, with hypo- or hyper-, or not."""
    if WORDS.search(name):
        return "word"
    return "prefix" if re.search("hypo|hyper", name, re.I) else "silent"


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

    def fits(name: str, text: str) -> bool:
        rows = (name + turned for turned in (text, turn_directions(text)))
        return all(len(model.tokenizer(row)["input_ids"]) < LORA["max_length"] for row in rows)

    true = [(n, t) for n, t in ((f"{d.name}:", " " + d.text) for d in clean)
            if len(direction_words(t)) == 1 and fits(n, t)][:100]  # fmt: skip
    false = [(n, turn_directions(t)) for n, t in true]

    def measure() -> tuple[list, np.ndarray]:
        said = [
            token_logprobs(model.model, model.tokenizer, x, LORA["max_length"])
            for x in (held, true, false)
        ]
        return said[0], np.array([a.sum() - b.sum() for a, b in zip(*said[1:], strict=True)])

    before = measure()
    print("before", perplexity(before[0]), (before[1] > 0).mean(), flush=True)
    start = time.perf_counter()
    tuned = lora_tune(model, pairs, learning_rate=1e-3, progress=False, **LORA)
    spent = time.perf_counter() - start
    after = measure()
    print("after", perplexity(after[0]), (after[1] > 0).mean(), f"{spent:.0f} s", flush=True)
    nats = np.array([[-a.sum(), -b.sum()] for a, b in zip(before[0], after[0], strict=True)])
    found["lora"] = {
        "seconds": round(spent),
        "trainable": tuned.trainable,
        "total": tuned.total,
        "settings": LORA | {"learning_rate": 1e-3},
        "definitions": [
            {"name": name, "tokens": len(a), "before": round(x, 2), "after": round(y, 2)}
            for (name, _), a, (x, y) in zip(held, before[0], nats.tolist(), strict=True)
        ],
        "directions": [
            {
                "name": name,
                "told": how_told(name),
                "before": round(float(a), 3),
                "after": round(float(b), 3),
            }
            for (name, _), a, b in zip(true, before[1], after[1], strict=True)
        ],
    }


def main() -> None:
    """Run what is missing in the results file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("data/results/09_finetune.json"))
    parts = ["curve", "forms", "lora"]
    parser.add_argument("--parts", nargs="+", default=parts, choices=parts)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    found = json.loads(arguments.out.read_text()) if arguments.out.exists() else {}
    found |= {
        "command": "python benchmarks/finetune.py",
        "date": date.today().isoformat(),
        "settings": {
            **TUNING,
            "epochs": EPOCHS,
            "C": C_GRID,
            "rates": RATES,
            "tried": TRIED,
            "seed": SEED,
        },
        "versions": {p: version(p) for p in ("torch", "transformers", "scikit-learn", "peft")},
        "machine": f"{platform.machine()}, 1 thread of a shared 2-core machine",
    }

    def save() -> None:
        arguments.out.write_text(json.dumps(found, indent=1) + "\n")

    if "curve" in arguments.parts:
        curve(found, save)
    if "forms" in arguments.parts:
        forms(found)
    if "lora" in arguments.parts:
        lora(found)
    save()


if __name__ == "__main__":
    main()
