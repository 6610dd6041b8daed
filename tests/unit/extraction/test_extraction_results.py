"""The stored results belong to the code and the sentences of today."""

import json

import pytest

from medai.datasets import data_path
from medai.knowledge.extraction import marked_sentences, read_relations, score_relations


@pytest.fixture(scope="module")
def results():
    return json.loads(data_path("results/16_extraction.json").read_text(encoding="utf-8"))


def test_the_sentences_are_the_ones_that_were_measured(results):
    sizes = {part: len(marked_sentences(part)) for part in ("dev", "test", "hard")}
    assert results["sizes"]["marked"] == sizes


@pytest.mark.parametrize(("part", "name"), [("test", "relations"), ("hard", "relations, hard")])
def test_relations_score_today_as_they_did(results, part, name):
    sentences = marked_sentences(part)
    gold = [[(r, a.text, b.text, status) for r, a, b, status in s.relations] for s in sentences]
    found = [
        [(e.relation, e.subject.text, e.object.text, e.status) for e in edges]
        for edges in (read_relations(s.text, s.mentions, s.id) for s in sentences)
    ]
    stored = results[name]["rules, marked mentions"]
    score = score_relations(found, gold)
    assert [score.right, score.predicted, score.gold] == [
        stored["right"], stored["predicted"], stored["gold"],
    ]  # fmt: skip
    assert list(score.f1) == pytest.approx(stored["f1"], abs=1e-4)


def test_every_value_lies_in_its_interval(results):
    def scores(part):
        if isinstance(part, dict):
            if "f1" in part:
                yield part
            else:
                for value in part.values():
                    yield from scores(value)

    every = list(scores(results))
    assert len(every) > 40
    for score in every:
        for name in ("precision", "recall", "f1"):
            value, low, high = score[name]
            assert not value < low - 1e-9
            assert not value > high + 1e-9
