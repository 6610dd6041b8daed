"""200 explanations by the embedded model behind the coverage check: does anything get through?

    python benchmarks/explanations.py generate FOLDER   # long; goes on where it stopped
    python benchmarks/explanations.py summary FOLDER [--read 30] [--no-write]

The patients are development vignettes of the common conditions: their findings as HPO ids, not
their words.  Each is explained for its true condition, then for those that the table's graph
ranks highest, until there are 200 explanations.  The model says each fact in other words; the
check (:mod:`medai.diagnosis.grounding`) keeps a sentence or lets the template stand.

What was kept is judged a second time by :func:`independent`, which shares no code with the check
but the record of a fact: it links the sentence against the whole ontology, and accepts only
sentences whose findings, conditions, frequency, number and negation are those of the fact.
Writes data/results/24_explanations.json.
"""

from __future__ import annotations

import argparse
import csv
import datetime
import json
import platform
import random
import re
import sys
import time
from collections import Counter
from importlib.metadata import version
from pathlib import Path

TARGET = Path(__file__).resolve().parents[1] / "data" / "results" / "24_explanations.json"
VIGNETTES = Path(__file__).resolve().parents[1] / "data" / "vignettes" / "vignettes.csv"
WANTED, SEED = 200, 24


def cases(path: Path) -> list[tuple[dict, str]]:
    """Return 200 pairs of a development vignette and the id of a condition."""
    from medai.knowledge.common import PREFIX, common_graph

    with path.open(encoding="utf-8") as lines:
        vignettes = [row for row in csv.DictReader(lines) if row["split"] == "dev"]
    graph = common_graph()
    ranked = {}
    for row in vignettes:
        ids = [one.disease_id.removeprefix(PREFIX) for one in _ranking(graph, row)]
        ranked[row["id"]] = list(dict.fromkeys([row["condition"], *ids]))
    pairs = [(row, ranked[row["id"]][k]) for k in range(5) for row in vignettes]
    return pairs[:WANTED]


def _ranking(graph, row: dict):
    present = row["present"].split("+")
    absent = [hpo for hpo in row["absent"].split("+") if hpo]
    return graph.rank(present, absent, top=5, source="all")


def facts_of(row: dict, condition: str):
    """Return the facts of one case."""
    from medai.diagnosis.facts import common_facts

    absent = [hpo for hpo in row["absent"].split("+") if hpo]
    return common_facts(condition, row["present"].split("+"), absent, setting=row["setting"])


class Kept:
    """A model whose answers are kept on disk: the same prompt is asked once."""

    def __init__(self, folder: Path, model=None) -> None:
        self.path, self.model = folder / "answers.jsonl", model
        self.answers, self.seconds = {}, 0.0
        if self.path.exists():
            for line in self.path.read_text(encoding="utf-8").splitlines():
                one = json.loads(line)
                self.answers[one["prompt"]] = one["said"]
                self.seconds += one["seconds"]

    def generate(self, prompt: str, **settings) -> str:
        """Answer from the disk, or ask the model and write its answer down."""
        if prompt not in self.answers:
            if self.model is None:
                raise KeyError(prompt)
            start = time.perf_counter()
            said = self.model.generate(prompt, **settings)
            seconds = time.perf_counter() - start
            self.answers[prompt] = said
            with self.path.open("a", encoding="utf-8") as out:
                line = {"prompt": prompt, "said": said, "seconds": round(seconds, 2)}
                out.write(json.dumps(line, ensure_ascii=False) + "\n")
        return self.answers[prompt]


def generate(folder: Path, vignettes: Path) -> None:
    """Ask the model for every sentence that is not on the disk yet."""
    import medai.llm
    from medai.diagnosis.write import write_explanation

    folder.mkdir(parents=True, exist_ok=True)
    kept = Kept(folder, medai.llm.load())
    for i, (row, condition) in enumerate(cases(vignettes), start=1):
        write_explanation(facts_of(row, condition), kept)
        print(f"{i} {row['id']} {condition}: {len(kept.answers)} answers", flush=True)


def main(arguments: list[str] | None = None) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("action", choices=("generate", "summary"))
    parser.add_argument("folder", type=Path)
    parser.add_argument("--vignettes", type=Path, default=VIGNETTES)
    parser.add_argument("--read", type=int, default=0)
    parser.add_argument("--no-write", action="store_true")
    chosen = parser.parse_args(arguments)
    if chosen.action == "generate":
        generate(chosen.folder, chosen.vignettes)
        return 0
    return summary(chosen.folder, chosen.vignettes, chosen.read, not chosen.no_write)


if __name__ == "__main__":
    sys.exit(main())
