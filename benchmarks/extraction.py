"""Chapter 16 in numbers: recognise, relate, link and score, on sentences kept for the test.

    python benchmarks/extraction.py [--out data/results/16_extraction.json]

Rules and settings were chosen on the definitions of the development terms and on the marked
sentences for development; the test parts are measured here.  The author of the rules
had seen the test half of the marked sentences when writing them, so the scores on it are an upper
bound.  The hard sentences were written after the rules were fixed; nothing was changed after.
"""

from __future__ import annotations

import argparse
import json
import platform
import time
from collections import Counter
from datetime import date
from pathlib import Path

import numpy as np

import medai.nn  # noqa: F401  (Keras, quietly)
from medai.knowledge import load_graph
from medai.knowledge.extraction import (
    TAGS,
    Combined,
    DefinitionReader,
    Dictionary,
    SequenceRecogniser,
    StructuredPerceptron,
    definition_sentences,
    link_edges,
    marked_sentences,
    name_baseline,
    read_relations,
    score_entities,
    score_is_a,
    score_part_of,
    score_relations,
    split_by_term,
    training_sentences,
)
from medai.knowledge.extraction.scoring import Score
from medai.nn.tagger import TransformerTagger

EPOCHS = {"perceptron": 4, "transformer": 4}


def plain(score: Score) -> dict:
    """Return a score as numbers that JSON can hold."""
    values = {k: [round(x, 4) for x in getattr(score, k)] for k in ("precision", "recall", "f1")}
    counts = {k: getattr(score, k) for k in ("right", "predicted", "gold")}
    return {**values, **counts}


def recognisers(graph, definitions) -> tuple[dict, dict]:
    """Train the taggers; return all recognisers and the seconds that training took."""
    dictionary = Dictionary.from_graph(graph)
    words, tags = training_sentences(graph, dictionary, definitions)
    seconds = {}
    start, cpu = time.time(), time.process_time()
    perceptron = StructuredPerceptron().fit(words, tags, EPOCHS["perceptron"])
    seconds["perceptron"] = [time.time() - start, time.process_time() - cpu]
    start, cpu = time.time(), time.process_time()
    network = TransformerTagger(len(TAGS))
    network.fit(words, tags, EPOCHS["transformer"])
    seconds["transformer"] = [time.time() - start, time.process_time() - cpu]
    linear, deep = SequenceRecogniser(perceptron), SequenceRecogniser(network)
    return {
        "dictionary": dictionary,
        "perceptron": linear,
        "transformer": deep,
        "dictionary, then perceptron": Combined([dictionary, linear]),
        "dictionary, then transformer": Combined([dictionary, deep]),
    }, {k: {"wall": round(a, 1), "cpu": round(b, 1)} for k, (a, b) in seconds.items()}


def entities(found: dict, sentences: list) -> dict:
    """Score every recogniser; and how many of the names that the dictionary lacks it finds."""
    dictionary, result = found["dictionary"], {}
    known = {(s.id, m) for s in sentences for m in dictionary.recognise(s.text)}
    new = {(s.id, m) for s in sentences for m in s.mentions} - known
    for name, one in found.items():
        mine = {(s.id, m) for s in sentences for m in one.recognise(s.text)}
        result[name] = {
            "exact": plain(score_entities(one, sentences)),
            "relaxed": plain(score_entities(one, sentences, relaxed=True)),
            "new names": [len(new & mine), len(new)],
        }
    for kind in ("finding", "disease", "drug", "anatomy"):
        score = score_entities(dictionary, sentences, only=lambda m, k=kind: m.kind == k)
        result["dictionary"][kind] = plain(score)
    return result


def spans(edges: list) -> list:
    """Return edges of one sentence as what the scoring compares."""
    return [(e.relation, e.subject.text, e.object.text, e.status) for e in edges]


def relations(found: dict, sentences: list) -> dict:
    """Score relations on marked mentions and on recognised ones, against co-occurrence."""
    gold = [[(r, a.text, b.text, s) for r, a, b, s in one.relations] for one in sentences]
    marked = [spans(read_relations(s.text, s.mentions, s.id)) for s in sentences]
    read = [
        spans(read_relations(s.text, found["dictionary"].recognise(s.text), s.id))
        for s in sentences
    ]
    together = [
        [
            ("causes" if a.kind == "drug" else "has_finding", a.text, b.text, "asserted")
            for a in s.mentions
            for b in s.mentions
            if (a.kind == "drug" and b.kind in ("finding", "disease"))
            or (a.kind == "disease" and b.kind == "finding")
        ]
        for s in sentences
    ]
    return {
        "rules, marked mentions": plain(score_relations(marked, gold)),
        "rules, marked mentions, status ignored": plain(score_relations(marked, gold, False)),
        "rules, dictionary's mentions": plain(score_relations(read, gold)),
        "every pair in a sentence": plain(score_relations(together, gold)),
    }


def hierarchy(graph, part: list) -> dict:
    """Score is-a edges read from definitions, and the baseline that reads the name only."""
    part = [s for s in part if graph.is_phenotype(s.term_id)]
    terms = list(dict.fromkeys(s.term_id for s in part))
    reader = DefinitionReader(graph)
    edges, names = reader.read(part), name_baseline(reader, terms)
    sets = {"definitions": edges, "end of the name": names, "both": [*edges, *names]}
    result = {
        name: {
            "direct parent": plain(score_is_a(one, graph, terms)),
            "any ancestor": plain(score_is_a(one, graph, terms, exact=False)),
        }
        for name, one in sets.items()
    }
    result["patterns"] = {
        pattern: plain(score_is_a([e for e in edges if e.pattern == pattern], graph, terms, False))
        for pattern in sorted({e.pattern for e in edges if e.relation == "is_a"})
    }
    result["terms"] = len(terms)
    result["edges"] = dict(sorted(Counter(e.relation for e in edges).items()))
    return result


def main() -> None:
    """Measure everything and write it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("data/results/16_extraction.json"))
    args = parser.parse_args()
    graph = load_graph()
    train, dev, test = split_by_term(definition_sentences(graph))
    found, seconds = recognisers(graph, train)
    sentences = marked_sentences("test")
    edges = [e for s in marked_sentences() for e in read_relations(s.text, s.mentions, s.id)]
    nodes = {n for e in link_edges(edges, graph) for n in (e.subject, e.object)}
    findings = [n for n in nodes if n.kind in ("finding", "disease")]
    out = {
        "date": date.today().isoformat(),
        "command": "python benchmarks/extraction.py",
        "versions": {"python": platform.python_version(), "numpy": np.__version__,
                     "hpo": graph.version["hpo"]},
        "sizes": {"definitions": {"train": len(train), "dev": len(dev), "test": len(test)},
                  "marked": {"dev": len(marked_sentences("dev")), "test": len(sentences),
                             "hard": len(marked_sentences("hard"))}},
        "seconds of training": seconds,
        "entities": entities(found, sentences),
        "entities, development": entities(found, marked_sentences("dev")),
        "entities, hard": entities(found, marked_sentences("hard")),
        "relations": relations(found, sentences),
        "relations, hard": relations(found, marked_sentences("hard")),
        "hierarchy": hierarchy(graph, test),
        "hierarchy, development": hierarchy(graph, dev),
        "linked": [sum(n.id is not None for n in findings), len(findings)],
        "part_of (pairs, both in the ontology, borne out)": list(
            score_part_of(DefinitionReader(graph).read([*train, *dev, *test]), graph)
        ),
    }  # fmt: skip
    args.out.write_text(json.dumps(out, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(out, indent=1))


if __name__ == "__main__":
    main()
