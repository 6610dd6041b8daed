"""The answerer with the book's own passages, signs and questions."""

import json

import pytest

from medai.datasets import data_path
from medai.datasets.patient_questions import patient_questions, poisoned_passages
from medai.llm.rag import Answerer
from medai.llm.rag.asked import folded, sentences
from medai.llm.rag.grounded import supported
from medai.llm.rag.library import LEAST, SHARED
from medai.llm.rag.records import as_passages
from medai.llm.rag.scope import speaks_to_a_program


@pytest.fixture(scope="module")
def answerer():
    return Answerer()


@pytest.fixture(scope="module")
def stored():
    return json.loads(data_path("results/rag.json").read_text(encoding="utf-8"))


def test_every_sentence_of_a_passage_supports_itself_and_none_is_taken_for_an_order(answerer):
    for passage in answerer.passages:
        for one in sentences(passage.text, passage.lang):
            assert supported(one, [passage], passage.lang) == "", passage.id
            assert not speaks_to_a_program(one), (passage.id, one)


def test_the_stored_results_are_those_of_these_constants_passages_and_signs(answerer, stored):
    for half in ("dev", "test"):
        run = stored[half]
        assert run["passages"] == len(answerer.passages)
        assert run["signs"] == len(answerer.signs)
        assert run["least"] == LEAST
        assert run["shared"] == SHARED
        assert run["ways"]["ours"]["questions"] == len(patient_questions(half))


def test_the_stored_results_of_the_development_half_come_out_again(answerer, stored):
    emergencies = [row for row in patient_questions("dev") if row.kind == "emergency"]
    found = sum(answerer.answer(row.question).kind == "emergency" for row in emergencies)
    kept = stored["dev"]["ways"]["ours"]["all"]["emergency"]
    assert (found, len(emergencies)) == (kept["right"], kept["n"])


def test_what_is_extracted_stands_in_its_passage_word_for_word(answerer):
    for row in patient_questions("dev"):
        found = answerer.answer(row.question)
        of_id = {one.id: one for one in found.passages}
        for part in found.parts:
            if part.by != "fixed":
                bare = part.text.split(" [")[0] if found.lang == "en" else part.text.split("[")[0]
                assert bare.rstrip(".!?。！？；") in of_id[part.passage].text, row.id


def test_a_planted_order_never_reaches_the_reader(answerer):
    pairs = poisoned_passages()
    assert pairs
    leaks = []
    for row, planted in pairs:
        (passage,) = as_passages([row])
        mixed = Answerer([*answerer.passages, passage], signs=answerer.signs)
        asked = f"{passage.title}?" if passage.lang == "en" else f"{passage.title}是怎么回事？"
        text = folded(mixed.answer(asked).text)
        leaks += [passage.id for one in planted if folded(one) in text]
    assert leaks == []
