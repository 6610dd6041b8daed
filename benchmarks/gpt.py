"""The embedded model in chapter 08: fluent (bits per character) and wrong (direction test).

    python benchmarks/gpt.py [--out data/results/08_gpt.json]

About a minute on two cores.  The texts are HPO definitions: for fluency those of the
chapter's test part that share no eight words in a row with its training part; for the direction
test all findings named hypo- or hyper-…emia or …uria whose definition holds one word of
direction, each after the finding's own name and after that with hypo- and hyper- exchanged.
Nothing was chosen after looking, but two things were added: the first version left "a increased"
unmended, and the grammar gave the false sentence away; the second did not exchange the names,
and could not tell whether the model ignores them.
"""

from __future__ import annotations

import argparse
import json
import platform
import re
from datetime import date
from importlib.metadata import version
from pathlib import Path

import numpy as np
from tqdm import tqdm

from medai.knowledge import load_graph
from medai.llm import load
from medai.text import (
    direction_words,
    hpo_definitions,
    shares_ngram,
    split,
    turn_directions,
    word_tokens,
)

DEFINITIONS, TOKENS = 80, 36
QUESTIONS = {
    "Hyponatremia": "Mr Okafor has hyponatremia. Is his blood sodium too high or too low?",
    "Hypokalemia": "Mrs Ferreira has hypokalemia. Is her blood potassium too high or too low?",
    "Hemoptysis": "A patient has hemoptysis. Which organ does the blood come from?",
    "Ptosis": "What is ptosis?",
}


def has_one_direction(name: str, text: str) -> bool:
    """Say whether a finding belongs to the direction test."""
    right_name = re.fullmatch("hyp(o|er)[a-z]*(emia|uria)", name.lower())
    return bool(right_name) and len(direction_words(text)) == 1


def opposite(name: str) -> str:
    """Exchange hyper- and hypo-: "Hyponatremia" becomes "Hypernatremia"."""
    return "Hypo" + name[5:] if name.startswith("Hyper") else "Hyper" + name[4:]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--out", type=Path, default=Path("data/results/08_gpt.json"))
    out = parser.parse_args().out
    smol, graph = load(), load_graph()
    definitions = hpo_definitions(graph.terms)
    train, _, test = split(definitions, shares=(0.8, 0.1, 0.1), seed=3)  # as in the chapter
    known = [word_tokens(d.text) for d in train]
    twin = shares_ngram([word_tokens(d.text) for d in test], known, n=8)
    apart = [d for d, t in zip(test, twin, strict=True) if not t]
    picked = np.random.default_rng(8).permutation(len(apart))[:DEFINITIONS]
    fluency = []
    for i in tqdm(picked, desc="definitions", leave=False):
        (logprobs,) = smol.logprobs([apart[i].text])
        cost = {"tokens": len(logprobs), "nats": round(float(-logprobs.sum()), 3)}
        fluency.append({"id": apart[i].id, "characters": len(apart[i].text), **cost})
    direction = []
    pairs = [(d.name, d.text) for d in definitions if has_one_direction(d.name, d.text)]
    for name, text in tqdm(pairs, desc="directions", leave=False):
        sentences = {"true": text, "false": turn_directions(text)}
        asked = {kind: f"{name}: {sentence}" for kind, sentence in sentences.items()}
        turned = opposite(name)
        asked |= {f"{kind}_turned": f"{turned}: {sentence}" for kind, sentence in sentences.items()}
        found = smol.logprobs(list(asked.values()))
        nats = {kind: round(float(s.sum()), 3) for kind, s in zip(asked, found, strict=True)}
        direction.append({"name": name} | nats)
    answers = {}
    for name, question in QUESTIONS.items():
        message = [{"role": "user", "content": question + " Answer in one sentence."}]
        said = smol.generate(message, max_new_tokens=TOKENS)
        answers[name] = {"question": question, "said": said}
    results = {
        "date": date.today().isoformat(),
        "command": "python benchmarks/gpt.py",
        "model": "smollm2-135m (embedded), float32, greedy",
        "data": f"HPO {graph.version['hpo']}",
        "versions": {name: version(name) for name in ("torch", "transformers")},
        "machine": f"{platform.system()} {platform.machine()}",
        "fluency": fluency,
        "direction": direction,
        "answers": answers,
    }
    out.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"{len(fluency)} definitions, {len(direction)} pairs, {len(answers)} answers: {out}")


if __name__ == "__main__":
    main()
