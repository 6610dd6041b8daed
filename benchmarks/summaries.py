"""Summaries: overlap with references, and what the factual check catches.

    OMP_NUM_THREADS=1 python benchmarks/summaries.py [--llm N | --corpus] [--no-write]

Three measurements, all on texts invented for the book (``data/summaries``):

overlap
    ROUGE-1, -2 and -L (F1) of two-sentence summaries of 20 abstracts against a reference: the
    first two sentences, the last two, TextRank, embeddings with MMR, SmolLM2 as it wrote, and the
    same behind the check (what did not pass is dropped).  "best pair" is the pair of sentences with
    the highest ROUGE-1: the ceiling of every extractive way.  Intervals: bootstrap over documents;
    differences from the first two sentences are of the same documents.
check
    Recall for each kind of corruption and false alarms on faithful sentences, with Wilson's
    intervals.  The rules were written on the dev half and run on the test half when they were
    finished ("first run").  Then the model's sentences were read, most of whose errors passed; the
    rules were extended on the dev half of "read" and the test half was run a second time.
    Baseline: refuse a sentence whose ROUGE-L
    precision against the source lies below a threshold, chosen on dev for the highest recall minus
    false alarms.
read
    The embedded model's own sentences, judged by one reader before the check was run on them
    (``read.csv``): of those that are false, how many does the check refuse, and of those that are
    true?  Halves by abstract.  This is the figure nearest to use; corruptions made by hand
    resemble the errors of models only in part.  "strict" also refuses new words.

corpus
    With ``--corpus`` only this is measured and put into the same file: overlap on the abstracts
    of data/literature that have a reference, which another writer wrote, and how many of those
    references the check refuses.  The rules were never changed after a look at them.

Writes data/results/summaries.json.
"""

from __future__ import annotations

import argparse
import datetime
import itertools
import json
import platform
import statistics
import sys
import time
from importlib.metadata import version
from pathlib import Path

import numpy as np

TARGET = Path(__file__).resolve().parents[1] / "data" / "results" / "summaries.json"
K, DRAWS, SEED = 2, 2000, 0
KINDS = ("rouge1", "rouge2", "rougeL")
MODES = ("plain", "strict")
# On the test half of the pairs, before the model's errors were read and the rules extended.
FIRST = {"caught": [82, 84], "false alarms": [1, 24]}


def share(hits) -> dict:
    """Return a share with Wilson's interval."""
    from medai.metrics import wilson

    hits = np.asarray(hits, dtype=bool)
    if not len(hits):
        return {"n": 0}
    low, high = wilson(hits.sum(), len(hits))
    ends = [round(float(low), 3), round(float(high), 3)]
    return {"k": int(hits.sum()), "n": len(hits), "share": round(float(hits.mean()), 3),
            "interval": ends}  # fmt: skip


def mean(values) -> dict:
    """Return a mean over documents with a bootstrap interval."""
    values = np.asarray(values, dtype=float)
    draws = np.random.default_rng(SEED).integers(0, len(values), (DRAWS, len(values)))
    ends = np.quantile(values[draws].mean(1), (0.025, 0.975))
    return {"mean": round(float(values.mean()), 3), "interval": [round(float(e), 3) for e in ends]}


def last(text: str, k: int) -> str:
    """Return the last sentences: abstracts end with their conclusion."""
    from medai.preprocess.text import sentences

    return " ".join(sentences(text)[-k:])


def best_pair(text: str, reference: str) -> str:
    """Return the two sentences that share most with the reference."""
    from medai.metrics.generated import rouge
    from medai.preprocess.text import sentences

    pairs = [" ".join(pair) for pair in itertools.combinations(sentences(text), K)]
    scores = rouge([reference] * len(pairs), pairs, ["rouge1"], each=True)["rouge1"].f1
    return pairs[int(np.argmax(scores))]


def overlap(documents: list, written: dict[str, str], checked: dict[str, str]) -> dict:
    """Measure ROUGE of every way."""
    from medai.literature.summary import embedding_summary, lead, textrank
    from medai.metrics.generated import rouge

    ways = {
        "first two": lambda one: lead(one.text, K).text,
        "last two": lambda one: last(one.text, K),
        "TextRank": lambda one: textrank(one.text, K).text,
        "embeddings": lambda one: embedding_summary(one.text, K).text,
        "best pair": lambda one: best_pair(one.text, one.reference),
    }
    if written:
        ways["SmolLM2"] = lambda one: written[one.id]
        ways["SmolLM2, checked"] = lambda one: checked[one.id]
    scores, result = {}, {}
    for name, way in ways.items():
        some = [one for one in documents if "SmolLM2" not in name or one.id in written]
        texts = [way(one) for one in some]
        found = rouge([one.reference for one in some], texts, KINDS, each=True)
        scores[name] = {kind: found[kind].f1 for kind in KINDS}
        lengths = [len(text.split()) for text in texts]
        result[name] = {
            "documents": len(some),
            "words": round(statistics.mean(lengths), 1),
            **{kind: mean(scores[name][kind]) for kind in KINDS},
        }
        first = scores["first two"]
        result[name]["minus first two"] = {
            kind: mean(scores[name][kind] - first[kind][: len(some)]) for kind in KINDS
        }
    return result


def check_pairs() -> dict:
    """Measure the check and the ROUGE threshold."""
    from medai.datasets.summaries import CORRUPTIONS, summary_pairs
    from medai.literature.checks import check_summary
    from medai.metrics.generated import rouge

    pairs = summary_pairs()
    texts, said = [one.text for one in pairs], [one.summary for one in pairs]
    overlap_score = rouge(texts, said, ["rougeL"], each=True)["rougeL"].precision
    by_id = {one.id: one for one in pairs}
    twins = [(by_id[one.of].summary, one.summary) for one in pairs if one.of]
    twin = rouge(*zip(*twins, strict=True), ["rouge1", "rougeL"], each=True)
    refused = {one.id: not check_summary(one.summary, one.text).ok for one in pairs}
    faithful = np.array([one.faithful for one in pairs])
    dev = np.array([one.split == "dev" for one in pairs])

    def gain(threshold: float) -> float:
        low = overlap_score < threshold
        return low[dev & ~faithful].mean() - low[dev & faithful].mean()

    threshold = max([*sorted(set(overlap_score[dev])), 1.01], key=gain)
    result: dict = {
        "rouge threshold": round(float(threshold), 3),
        "rouge of a corrupted sentence against the faithful one": {
            kind: round(float(np.mean(twin[kind].f1)), 3) for kind in twin
        },
    }
    for split in ("dev", "test"):
        rows = [(one, s) for one, s in zip(pairs, overlap_score, strict=True) if one.split == split]
        ways = {
            "check": {one.id: refused[one.id] for one, _ in rows},
            "rouge": {one.id: bool(s < threshold) for one, s in rows},
        }
        result[split] = {}
        for way, no in ways.items():
            result[split][way] = {
                "caught": share([no[one.id] for one, _ in rows if not one.faithful]),
                "false alarms": share([no[one.id] for one, _ in rows if one.faithful]),
                "by kind": {
                    kind: share([no[one.id] for one, _ in rows if one.kind == kind])
                    for kind in CORRUPTIONS
                },
            }
        result[split]["missed"] = [o.id for o, _ in rows if not o.faithful and not refused[o.id]]
        result[split]["false alarms"] = [o.id for o, _ in rows if o.faithful and refused[o.id]]
    return result


def check_read() -> dict:
    """Measure the check on the model's sentences that a reader judged, and on the references."""
    return {f"{half}, {mode}": _read(half, mode) for half in ("dev", "test") for mode in MODES}


def _read(half: str, mode: str) -> dict:
    """Measure one half of the abstracts, with or without the check of new words."""
    from medai.datasets.summaries import read_sentences, summarised_abstracts
    from medai.literature.checks import check_summary
    from medai.preprocess.text import sentences

    abstracts = [one for one in summarised_abstracts() if one.split == half]
    texts = {one.id: one.text for one in abstracts}
    rows = [one for one in read_sentences() if one.abstract in texts]

    def no(text: str, abstract: str) -> bool:
        return not check_summary(text, texts[abstract], strict=mode == "strict").ok

    refused = {one.id: no(one.text, one.abstract) for one in rows}
    own = [one for one in rows if one.text not in sentences(texts[one.abstract])]
    references = [no(part, one.id) for one in abstracts for part in sentences(one.reference)]
    return {
        "sentences": len(rows),
        "faithful by the reader": share([one.faithful for one in rows]),
        "copied word for word": len(rows) - len(own),
        "faithful of those not copied": share([one.faithful for one in own]),
        "refused of the false": share([refused[one.id] for one in rows if not one.faithful]),
        "refused of the faithful": share([refused[one.id] for one in rows if one.faithful]),
        "refused of the faithful that are not copied": share(
            [refused[one.id] for one in own if one.faithful]
        ),
        "false of what passed": share([not one.faithful for one in rows if not refused[one.id]]),
        "false and passed": [o.id for o in rows if not o.faithful and not refused[o.id]],
        "refused of the reference summaries": share(references),
    }


def corpus() -> dict:
    """Measure on the abstracts of the literature chapter, written by somebody else."""
    from medai.datasets.literature import abstracts
    from medai.literature.checks import check_summary

    documents = [one for one in abstracts() if one.reference]
    no = {
        mode: [
            not check_summary(one.reference, one.text, strict=mode == "strict").ok
            for one in documents
        ]
        for mode in MODES
    }
    return {
        "documents": len(documents),
        "overlap": overlap(documents, {}, {}),
        "references refused": {mode: share(no[mode]) for mode in MODES},
    }


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--llm", type=int, default=20, help="documents for the language model")
    parser.add_argument("--no-write", action="store_true", help="print only")
    parser.add_argument("--corpus", action="store_true", help="data/literature only")
    args = parser.parse_args()
    if args.corpus:
        stored = json.loads(TARGET.read_text("utf-8"))
        stored["corpus"] = {"measured": datetime.date.today().isoformat(), **corpus()}
        print(json.dumps(stored["corpus"], indent=1))
        if not args.no_write:
            TARGET.write_text(json.dumps(stored, indent=1, ensure_ascii=False) + "\n", "utf-8")
        return
    from medai.datasets.summaries import summarised_abstracts

    documents = list(summarised_abstracts())
    written, checked, seconds, fallbacks = {}, {}, [], 0
    if args.llm:
        from medai.literature.summary import llm_summary
        from medai.llm import load

        llm = load()
        for one in documents[: args.llm]:
            start = time.process_time()
            made = llm_summary(one.text, llm, K)
            seconds.append(time.process_time() - start)
            written[one.id], checked[one.id] = made.written, made.text
            fallbacks += made.fallback is not None
    result = {
        "measured": datetime.date.today().isoformat(),
        "command": " ".join(["python benchmarks/summaries.py", *sys.argv[1:]]),
        "python": platform.python_version(),
        "versions": {n: version(n) for n in ("numpy", "rouge-score", "torch", "transformers")},
        "overlap": overlap(documents, written, checked),
        "check": {**check_pairs(), "first run on test": FIRST},
        "read": check_read(),
        "llm": {"documents": len(written), "nothing passed": fallbacks, "written": written},
    }
    if seconds:
        result["llm"]["processor seconds a document"] = round(statistics.median(seconds), 1)
    for name, one in result["overlap"].items():
        print(f"{name:18}", one["words"], *(f"{kind} {one[kind]['mean']:.3f}" for kind in KINDS))
    print(json.dumps({key: result[key] for key in ("check", "read")}, indent=1))
    if not args.no_write:
        TARGET.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", "utf-8")


if __name__ == "__main__":
    main()
