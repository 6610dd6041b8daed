"""Chapter 8 in numbers: the small GPT trained for longer, beside counting models.

    python benchmarks/gpt.py [--steps 5000] [--seed 8] [--out data/results/08_gpt.json]

The tokens, the split and the recipe are those of the chapter (without marks for organ systems);
only the number of steps differs.  Perplexity on the way is that of the tuning part; the test
part is looked at once, at the end.
"""

from __future__ import annotations

import argparse
import json
import platform
import time
from datetime import date
from pathlib import Path

import keras
import numpy as np
from tokenizers import Tokenizer, models, pre_tokenizers, trainers

import medai.nn  # noqa: F401  (loads Keras quietly)
from medai.knowledge import load_graph
from medai.metrics import perplexity, perplexity_interval
from medai.nn.gpt import GPT, next_token_pairs
from medai.nn.language import start_from_counts, text_logprobs, train_language_model
from medai.text import NGramModel, hpo_definitions, shares_ngram, split, word_tokens

V, CONTEXT = 8192, 48


def tokens(parts: list) -> tuple[Tokenizer, list]:
    """Learn byte-pair encoding on the first part; return all parts as ids between <eos>."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    trainer = trainers.BpeTrainer(
        vocab_size=V,
        special_tokens=["<eos>"],
        show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
    )
    tokenizer.train_from_iterator([d.text for d in parts[0]], trainer)
    ids = [[[0, *tokenizer.encode(d.text).ids, 0] for d in part] for part in parts]
    return tokenizer, ids


def main() -> None:
    """Run and write the results."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--steps", type=int, default=5000)
    parser.add_argument("--width", type=int, default=96)
    parser.add_argument("--seed", type=int, default=8)
    parser.add_argument("--out", type=Path, default=Path("data/results/08_gpt.json"))
    options = parser.parse_args()
    parts = split(hpo_definitions(load_graph().terms), shares=(0.8, 0.1, 0.1), seed=3)
    tokenizer, (train, tuning, test) = tokens(parts)
    keras.utils.set_random_seed(options.seed)
    model = GPT(V, CONTEXT, options.width, depth=2, heads=4)
    x, y = next_token_pairs([text[:-1] for text in train], CONTEXT)
    start_from_counts(model, np.bincount(y.ravel(), minlength=V))
    rng = np.random.default_rng(options.seed)
    some = [tuning[i] for i in rng.permutation(len(tuning))[:300]]
    cpu, looking = time.process_time(), 0.0
    marks = []

    def look(m: GPT) -> float:
        nonlocal looking
        began = time.process_time()
        marks.append(began - cpu - looking)
        value = perplexity(text_logprobs(m, some))
        looking += time.process_time() - began
        return value

    history = train_language_model(
        model, x, y, steps=options.steps, candidates=256, look=look, looks=10, seed=options.seed
    )
    known = [word_tokens(d.text) for d in parts[0]]
    twin = shares_ngram([word_tokens(d.text) for d in parts[2]], known, n=8)

    def spelt(texts: list) -> list:
        return [[tokenizer.id_to_token(i) for i in t[1:-1]] for t in texts]

    words = set(tokenizer.get_vocab()) - {"<eos>"}
    scores = {"GPT": text_logprobs(model, test)}
    for order, name in ((1, "unigram"), (2, "bigram"), (3, "trigram")):
        counting = NGramModel(order, vocabulary=words).fit(spelt(train))
        scores[name] = counting.logprobs(spelt(test))
    results = {}
    for name, s in scores.items():
        kinds = {"all": s, "without a twin": [a for a, t in zip(s, twin, strict=True) if not t]}
        results[name] = {
            kind: [round(v, 1) for v in perplexity_interval(a, np.random.default_rng(0))]
            for kind, a in kinds.items()
        }
    out = {
        "measured": date.today().isoformat(),
        "command": f"python benchmarks/gpt.py --steps {options.steps} --width {options.width}",
        "keras": keras.__version__,
        "backend": keras.backend.backend(),
        "python": platform.python_version(),
        "weights": model.count_params(),
        "epochs": round(history[-1]["tokens"] / x.size, 2),
        "learning": [
            {"cpu_seconds": round(c, 1), "tokens": int(h["tokens"]), "tuning": round(h["look"], 1)}
            for c, h in zip(marks, history, strict=True)
        ],
        "test": results,
    }
    options.out.write_text(json.dumps(out, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(out, indent=1))


if __name__ == "__main__":
    main()
