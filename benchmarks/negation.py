"""Who has the finding, and is it there?  Measured on labelled sentences written for the book.

    python benchmarks/negation.py data/notes/notes.csv [--part test] [--no-write]

The table has the columns ``split`` (dev or test), ``sentence`` and ``findings``: surface texts
with their labels, ``fever|absent; cough|present``.  The labelled words are given; what is
measured is the label that `medai.knowledge.statements` gives them: present, absent, uncertain
(labels possible and hypothetical), history or family.  Baselines: everything present, and the
rules without those of time (negation and family only).  Intervals: Wilson's for precision and
recall, bootstrap by sentence for F1.  Rules were written on the development sentences only.
Writes data/results/15_negation.json.
"""

from __future__ import annotations

import argparse
import csv
import datetime
import hashlib
import json
import platform
from collections.abc import Sequence
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "data" / "results" / "15_negation.json"
LABELS = ("present", "absent", "uncertain", "history", "family")
SAME = {"possible": "uncertain", "hypothetical": "uncertain"}
STATUS = {"present": "present", "excluded": "absent", "uncertain": "uncertain"}
Labelled = tuple[str, list[tuple[int, int]], list[str]]


def read_notes(path: Path, part: str) -> list[Labelled]:
    """Return sentence, spans and labels of each sentence of one part."""
    notes = []
    with open(path, encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["split"] != part:
                continue
            found = []
            for one in row["findings"].split("; "):
                words, label = one.rsplit("|", 1)
                start = row["sentence"].index(words)
                found.append((start, start + len(words), SAME.get(label, label)))
            found.sort()
            spans = [(a, b) for a, b, _ in found]
            notes.append((row["sentence"], spans, [label for *_, label in found]))
    return notes


def ours(sentence: str, spans: list[tuple[int, int]]) -> list[str]:
    """Label with negation, doubt, family and time."""
    from medai.knowledge.statements import statements

    labels = []
    for one in statements(sentence, spans):
        if one.family and one.status != "excluded":
            labels.append("family")
        else:
            labels.append("history" if one.history else STATUS[one.status])
    return labels


def without_time(sentence: str, spans: list[tuple[int, int]]) -> list[str]:
    """Label with negation, doubt and family only."""
    from medai.knowledge.negation import contexts

    return [
        "family" if one.family and one.status != "excluded" else STATUS[one.status]
        for one in contexts(sentence, spans)
    ]


def all_present(sentence: str, spans: list[tuple[int, int]]) -> list[str]:
    """Label everything as present."""
    return ["present"] * len(spans)


def f1(gold: np.ndarray, said: np.ndarray, label: str) -> float:
    """Return F1 of one label; 0 where it was never said."""
    both = np.sum((gold == label) & (said == label))
    return float(2 * both / max(1, np.sum(gold == label) + np.sum(said == label)))


def scores(notes: Sequence[Labelled], label_all: object, draws: int = 1000) -> dict:
    """Measure one way of labelling."""
    from medai.metrics.calibration import wilson

    gold = np.array([label for _, _, labels in notes for label in labels])
    said = np.array([one for sentence, spans, _ in notes for one in label_all(sentence, spans)])
    sentence_of = np.array([i for i, (_, spans, _) in enumerate(notes) for _ in spans])
    places = [np.flatnonzero(sentence_of == i) for i in range(len(notes))]
    rng = np.random.default_rng(15)
    samples = [
        np.concatenate([places[i] for i in rng.integers(0, len(notes), len(notes))])
        for _ in range(draws)
    ]
    low, high = wilson(np.sum(gold == said), len(gold))
    result: dict = {
        "n": len(gold),
        "right": int(np.sum(gold == said)),
        "accuracy": [round(float(np.mean(gold == said)), 3), round(float(low), 3),
                     round(float(high), 3)],
        "labels": {},
    }  # fmt: skip
    for label in LABELS:
        hit = int(np.sum((gold == label) & (said == label)))
        found: dict = {"n": int(np.sum(gold == label))}
        for name, total in (("precision", int(np.sum(said == label))), ("recall", found["n"])):
            if total:
                low, high = wilson(hit, total)
                found[name] = [round(hit / total, 3), round(float(low), 3), round(float(high), 3)]
        drawn = np.quantile([f1(gold[s], said[s], label) for s in samples], [0.025, 0.975])
        found["f1"] = [round(f1(gold, said, label), 3), *(round(float(x), 3) for x in drawn)]
        result["labels"][label] = found
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("notes", type=Path, help="labelled sentences")
    parser.add_argument("--part", choices=("dev", "test"), default="test")
    parser.add_argument("--no-write", action="store_true", help="print only")
    args = parser.parse_args()
    notes = read_notes(args.notes, args.part)
    full = args.notes.resolve()
    place = full.relative_to(ROOT).as_posix() if full.is_relative_to(ROOT) else args.notes.name
    result = {
        "measured": datetime.date.today().isoformat(),
        "command": f"python benchmarks/negation.py {place} --part {args.part}",
        "python": platform.python_version(),
        "notes_sha256": hashlib.sha256(args.notes.read_bytes()).hexdigest(),
        "part": args.part,
        "sentences": len(notes),
        "ways": {
            "all rules": scores(notes, ours),
            "without time": scores(notes, without_time),
            "all present": scores(notes, all_present),
        },
    }
    print(json.dumps(result, indent=1))
    if not args.no_write:
        TARGET.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
