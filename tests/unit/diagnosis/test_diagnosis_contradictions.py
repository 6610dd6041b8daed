"""What a text both states and denies: it reaches the red flags, and is said as a doubt."""

import pytest

from medai.diagnosis import assess
from medai.diagnosis.reading import read
from medai.knowledge import load_graph

CHEST, SWEAT, FEVER = "HP:0100749", "HP:0000975", "HP:0001945"
TEXTS = [
    "Chest pain and sweating. Cough. No chest pain.",
    "No chest pain. Cough, sweating, and later chest pain.",
    "Chest pain, sweating, cough; he denies chest pain.",
    "胸痛，大汗，咳嗽。否认胸痛。",
]


@pytest.mark.parametrize("text", TEXTS)
def test_the_flag_fires_and_the_doubt_is_said(text):
    answer = assess(text, 60)
    assert answer.reading.contradictory == (CHEST,)
    assert "Chest pain with sweating" in [flag.flag for flag in answer.red_flags]
    (doubt,) = [one for one in answer.doubts if one.code == "contradictory"]
    assert "both states and denies: Chest pain" in doubt.reason
    assert not doubt.decisive
    assert CHEST not in answer.used_present
    assert CHEST not in answer.used_absent
    assert "both states and denies" in answer.to_markdown()


def test_a_plain_denial_fires_nothing_and_is_no_contradiction():
    answer = assess("Sweating and cough. No chest pain.", 60)
    assert "Chest pain with sweating" not in [flag.flag for flag in answer.red_flags]
    assert not [one for one in answer.doubts if one.code == "contradictory"]
    answer = assess("Chest pain has resolved. Sweating, cough.", 60)
    assert not [one for one in answer.doubts if one.code == "contradictory"]


def test_a_denied_finding_of_which_a_kind_is_stated():
    answer = assess("Pleuritic chest pain, sweating. No chest pain.", 60)
    assert "Chest pain with sweating" in [flag.flag for flag in answer.red_flags]
    (doubt,) = [one for one in answer.doubts if one.code == "contradictory"]
    assert "denies Chest pain" in doubt.reason
    assert "Pleuritic chest pain" in doubt.reason


def test_an_answer_settles_it():
    graph = load_graph()
    reading = read("Fever, cough. No fever.", graph)
    assert reading.contradictory == (FEVER,)
    assert reading.with_answer(graph, FEVER, True).contradictory == ()
    assert reading.with_answer(graph, FEVER, False).contradictory == ()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Cough, T 45 C.", "hardly survived"),
        ("Cough, temp 48 °C.", "impossible"),
        ("A woman of 104 F with a cough.", "104 years"),
        ("Cough, BP 95/150.", "the higher one"),
    ],
)
def test_a_value_that_was_not_used_is_said_as_a_doubt(text, words):
    answer = assess(text)
    (doubt,) = [one for one in answer.doubts if one.code == "measurement"]
    assert words in doubt.reason
    assert not doubt.decisive
    assert answer.reading.present == ("HP:0012735",)


def test_a_plausible_value_is_no_doubt():
    answer = assess("Cough, temp 39.5 °C, BP 120/80.")
    assert not [one for one in answer.doubts if one.code == "measurement"]
