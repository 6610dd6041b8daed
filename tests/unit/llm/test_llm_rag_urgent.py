"""Signs of an emergency: found in other words, let go only by a guard that is sure."""

import pytest
from rag_passages import SIGNS

from medai.llm.rag.urgent import Sign, find_alarm
from medai.llm.rag.urgent_near import near_alarm

MORE = (
    *SIGNS,
    Sign("en", "coughing up blood"),
    Sign("en", "bleeding won't stop"),
    Sign("en", "took too many tablets"),
    Sign("zh", "大出血"),
)


@pytest.mark.parametrize(
    "question",
    [
        "I have chest pain",
        "I have a crushing pain in the middle of my chest",
        "my father is having chest pains right now",
        "chest pain, what do I do?",
        "My dad had chest pain last year and now it is back",
        "I can't breathe",
        "I cannot breathe properly",
        "she can’t breathe",
        "He says he coughed up a lot of blood",
        "the bleeding wont stop",
        "My son took far too many of my tablets",
        "What should I do, I have chest pain?",
        "Is this chest pain serious? It started ten minutes ago.",
        "I don't know if it is chest pain",
        "It's not only a cough, I have chest pain",
        "I have no fever but chest pain",
        "I want to kill myself",
        "我胸痛",
        "我现在胸口很痛",
        "我爸爸突然喘不过气来了",
        "孩子大量出血，大出血了",
        "我没有发烧，但是胸痛",
    ],
)
def test_an_emergency(question):
    signs = (*MORE, Sign("zh", "胸口痛"))
    assert find_alarm(question, signs) is not None


@pytest.mark.parametrize(
    "question",
    [
        "What causes chest pain?",
        "Which diseases can lead to chest pain in adults?",
        "My uncle had chest pain ten years ago. Is it hereditary?",
        "I had chest pain in 2015 and recovered.",
        "I have no chest pain. Is my cough a cold?",
        "I don't have chest pain",
        "Is chest pain a symptom of reflux?",
        "胸痛的原因是什么？",
        "胸痛有哪些原因？",
        "我没有胸痛",
        "我爷爷十年前胸痛过",
    ],
)
def test_no_emergency(question):
    assert find_alarm(question, MORE) is None


def test_a_guard_in_one_sentence_does_not_cover_the_next():
    assert find_alarm("What causes chest pain? I have chest pain.", MORE)
    assert find_alarm("I had chest pain years ago. I can't breathe.", MORE)


def test_without_signs_nothing_is_an_emergency():
    assert find_alarm("I have chest pain", ()) is None


def test_an_exact_sign_lets_nothing_stand_between():
    sign = (Sign("en", "blue lips", exact=True), Sign("zh", "嘴唇发紫", exact=True))
    assert find_alarm("my baby has blue lips", sign)
    assert not find_alarm("my baby has blue eyes and dry lips", sign)
    assert find_alarm("宝宝嘴唇发紫", sign)
    assert find_alarm("宝宝嘴唇有点发紫", sign)  # Chinese puts a character or two between
    assert not find_alarm("宝宝嘴唇干，脸上发紫", sign)


def test_words_and_parts_stand_in_any_order_and_may_be_misspelt():
    signs = (Sign("en", "sleeping pills all"), Sign("zh", "花生 肿"))
    assert find_alarm("my wife took all her sleeping pils", signs)
    assert find_alarm("孩子脸肿了，刚吃过花生", signs)
    assert not find_alarm("孩子喜欢花生", signs)


def test_a_sign_in_other_words_is_found_by_its_meaning_but_not_a_denied_or_past_one():
    signs = (Sign("en", "tongue swelling after a sting"), Sign("en", "chest pain"))
    told = "My tongue is swelling, a wasp has stung me"
    assert near_alarm(told, signs, 0.7).sign == signs[0]
    assert near_alarm("My tongue is not swelling after the sting", signs, 0.5) is None
    assert near_alarm("Years ago my tongue was swelling after a sting", signs, 0.5) is None
    assert near_alarm("What is a tongue swelling after a sting?", signs, 0.5) is None
    assert near_alarm("我的舌头肿了", signs, 0.1) is None  # MiniLM reads no Chinese
    assert near_alarm("My knee hurts", (), 0.1) is None
