"""Do the generated questions leak their key?  Guessers without the stem, on 564 questions.

Run ``python -m benchmarks.education`` from the repository's root; about two minutes on one core.
Writes ``data/results/26_leaks.json``.
"""

from __future__ import annotations

import datetime
import json
import platform
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from medai.education.leaks import GUESSERS, leaks
from medai.education.question import Question
from medai.education.questions import make_questions, similarity
from medai.metrics import wilson

NUMBERS = {
    "common": 60,
    "rare": 60,
    "common-findings": 60,
    "rare-findings": 60,
    "interactions": 30,
    "genes": 12,
}
BY_GRAPH = "most alike, by graph"
SEEDS = (101, 102)
TARGET = Path("data/results/26_leaks.json")


def by_graph(question: Question, alike: Callable[[str, str], float]) -> bool:
    """Tell whether the key is the option most like the others, of ties the first."""
    concepts = [option.concept for option in question.options]
    centre = [sum(alike(a, b) for b in concepts if b != a) for a in concepts]
    return centre.index(max(centre)) == question.key


def count(way: str) -> list[dict]:
    """Return for each guesser how many keys it found, over all topics and seeds."""
    right: Counter = Counter()
    n = 0
    for topic, number in NUMBERS.items():
        for seed in SEEDS:
            questions = make_questions(number, topic=topic, seed=seed, distractors=way)
            n += number
            for leak in leaks(questions):
                right[leak.guesser] += leak.right
            alike = similarity(topic)
            right[BY_GRAPH] += sum(by_graph(question, alike) for question in questions)
    rows = []
    for guesser in (*GUESSERS, BY_GRAPH):
        low, high = wilson(right[guesser], n)
        row = {"guesser": guesser, "right": right[guesser], "n": n}
        rows.append({**row, "low": round(float(low), 4), "high": round(float(high), 4)})
    return rows


def main() -> None:
    """Count and write."""
    result = {
        "what": "keys found by guessers that do not read the stem; chance is 0.25",
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "command": "python -m benchmarks.education",
        "python": platform.python_version(),
        "questions": NUMBERS,
        "seeds": list(SEEDS),
        "ways": {way: count(way) for way in ("near", "closest")},
    }
    TARGET.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(TARGET)


if __name__ == "__main__":
    main()
