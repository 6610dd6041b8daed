"""The learned stage of the emergency guard: messages that it was not fitted to."""

import json

import pytest

from medai.datasets import data_path
from medai.datasets.patient_questions import training_messages
from medai.llm.rag import Answerer, urgent_learned
from medai.llm.rag.urgent_learned import CUT_OFF, Learned, learned, learned_alarm, pieces
from medai.runtime.errors import MedaiError


@pytest.mark.parametrize(
    "message",
    [
        "my son hit his head on the ice and keeps throwing up",
        "grandma is choking on a piece of meat and can't talk",
        "acid splashed into my eye, it burns and I can't open it",
        "我儿子摔到头，一直吐，迷迷糊糊",
        "我妈吃饭卡在喉咙里，脸都紫了",
    ],
)
def test_an_emergency_that_is_in_no_table(message):
    assert learned_alarm(message)
    assert Answerer().answer(message).kind == "emergency"


@pytest.mark.parametrize(
    "message",
    [
        "what are the symptoms of concussion",
        "where can I book a first aid course",
        "what is an ectopic pregnancy",
        "什么是睾丸扭转",
        "哪里可以报名急救课",
    ],
)
def test_a_question_about_one_is_none(message):
    assert learned_alarm(message) is None


def test_the_same_message_gets_the_same_chance_from_a_second_fit():
    rows = training_messages("zh")
    again = Learned("zh").fit([r.message for r in rows], [r.label == "emergency" for r in rows])
    asked = ["孩子被烫伤了", "什么是痔疮"]
    assert again.chance(asked).tolist() == learned("zh").chance(asked).tolist()


def test_a_sentence_is_also_read_by_itself():
    assert pieces("My knee is fine. He can't talk!") == [
        "My knee is fine. He can't talk!", "My knee is fine", "He can't talk"]  # fmt: skip
    assert learned_alarm("12 ?") is None


def test_without_minilm_characters_still_judge(monkeypatch):
    def gone(texts):
        raise MedaiError("no weights")

    monkeypatch.setattr(urgent_learned, "kept_vectors", gone)
    learned.cache_clear()
    try:
        assert not learned("en").meaning
        assert learned_alarm("my son hit his head and keeps throwing up")
    finally:
        learned.cache_clear()


def test_the_cut_offs_are_those_of_the_stored_cross_validation():
    stored = json.loads(data_path("results/urgent.json").read_text(encoding="utf-8"))
    assert {lang: stored[lang]["cut_off"] for lang in CUT_OFF} == CUT_OFF
