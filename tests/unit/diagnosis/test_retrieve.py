"""BM25 by hand, fusion by hand, and a retriever on a few passages."""

import csv
import math
from pathlib import Path

import numpy as np
import pytest

from medai.diagnosis.retrieve import Passage, Retriever, passages_of
from medai.knowledge import load_graph
from medai.runtime import MedaiError
from medai.text.bm25 import BM25
from medai.text.fusion import reciprocal_rank_fusion

ROOT = Path(__file__).resolve().parents[3]
FEW = [
    Passage("a", "Hemoptysis", "Hemoptysis: coughing up blood from the lungs", "here"),
    Passage("b", "Hematemesis", "Hematemesis: vomiting of blood", "here"),
    Passage("c", "Anemia", "Anaemia: too few red blood cells", "here"),
    Passage("d", "Gout", "First tests of gout: serum urate", "here"),
]


def test_bm25_by_hand():
    """Three texts of 3, 1 and 2 words, mean length 2; "a" stands in two of them."""
    bm25 = BM25([["a", "a", "b"], ["c"], ["a", "c"]], k1=1.2, b=0.75)
    idf_a = math.log(1 + (3 - 2 + 0.5) / (2 + 0.5))

    def weight(idf, count, length):
        return idf * count * 2.2 / (count + 1.2 * (0.25 + 0.75 * length / 2))

    idf_b = math.log(1 + (3 - 1 + 0.5) / (1 + 0.5))
    expected = [weight(idf_a, 2, 3) + weight(idf_b, 1, 3), 0.0, weight(idf_a, 1, 2)]
    assert bm25.scores(["a", "b", "unknown"]) == pytest.approx(expected)
    assert bm25.scores(["a", "a"]) == pytest.approx(2 * bm25.scores(["a"]))
    assert bm25.scores(["unknown"]).tolist() == [0, 0, 0]
    assert len(bm25) == 3


def test_bm25_without_saturation_and_length_counts_words():
    bm25 = BM25([["a", "b"], ["a", "a", "b"]], k1=1e9, b=0)
    scores = bm25.scores(["a"])
    assert scores[1] / scores[0] == pytest.approx(2, rel=1e-6)


@pytest.mark.parametrize("wrong", [{"k1": -1}, {"b": 2}, {"b": -0.1}, {"k1": float("nan")}])
def test_bm25_refuses_odd_constants(wrong):
    with pytest.raises(MedaiError, match="k1="):
        BM25(["a b"], **wrong)


def test_fusion_by_hand():
    """First of one list and third of the other: 1/61 + 1/63; what has no score gets nothing."""
    lists = [np.array([3.0, 2.0, 1.0, 0.0]), np.array([0.1, 0.9, 0.5, 0.0])]
    fused = reciprocal_rank_fusion(lists, depth=100)
    expected = [1 / 61 + 1 / 63, 1 / 62 + 1 / 61, 1 / 63 + 1 / 62, 0]
    assert fused == pytest.approx(expected)


def test_by_words():
    look = Retriever(passages=FEW, meaning=False)
    found = look.search("What is haemoptysis?")  # British here, American there
    assert [one.id for one in found.passages] == ["a"]
    assert found.passages[0].source == "here"
    assert {one.id for one in look.search("blood", k=9).passages} == {"a", "b", "c"}
    assert [one.id for one in look.search("tests for gout", k=1).passages] == ["d"]


def test_nothing_near_is_no_answer():
    look = Retriever(passages=FEW, meaning=False)
    found = look.search("What is the capital of France?")
    assert found.passages == ()
    assert "no passage is near enough" in found.why


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ({"question": " "}, "ask something"),
        ({"question": None}, "ask something"),
        ({"question": "x", "k": 0}, "at least 1"),
        ({"question": "x", "k": True}, "at least 1"),
        ({"question": "x", "method": "magic"}, "choose one of"),
        ({"question": "x", "method": "minilm"}, "meaning=True"),
    ],
)
def test_bad_questions_are_refused(arguments, why):
    with pytest.raises(MedaiError, match=why):
        Retriever(passages=FEW, meaning=False).search(**arguments)


def test_no_passage_is_refused():
    with pytest.raises(MedaiError, match="no passage"):
        Retriever(passages=[], meaning=False)


def test_the_passages_and_the_questions():
    passages = {one.id: one for one in passages_of(load_graph())}
    assert len(passages) == len(passages_of(load_graph()))
    assert all(one.text and one.source for one in passages.values())
    assert "About 1 in 100 new complaints" in passages["COMMON:influenza#prior"].text
    assert "teaching estimate" in passages["COMMON:influenza#prior"].source
    with (ROOT / "data/retrieval/questions.csv").open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    answers = [name for row in rows for name in row["answers"].split("+") if name]
    assert set(answers) <= passages.keys()
    assert sum(bool(row["answers"]) for row in rows) >= 40
    half = {}
    for row in rows:
        if row["answers"]:
            half.setdefault(row["answers"], set()).add(row["split"])
    assert all(len(splits) == 1 for splits in half.values())


@pytest.mark.once
def test_by_meaning(tmp_path, monkeypatch):
    monkeypatch.setenv("MEDAI_DATA_HOME", str(tmp_path))
    look = Retriever(passages=FEW, progress=False)
    found = look.search("spitting blood when coughing")
    assert found.passages[0].id == "a"
    assert look.search("Who won the football world cup?", method="minilm").passages == ()
    (file,) = (tmp_path / "passages").glob("*.safetensors")
    file.write_bytes(b"damaged")
    again = Retriever(passages=FEW, progress=False)
    assert np.array_equal(again.vectors, look.vectors)
