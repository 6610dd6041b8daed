"""How much of a text was understood, and that little is a reason for "I don't know"."""

import json

import pytest

from medai.datasets import data_path
from medai.diagnosis import assess
from medai.diagnosis.doubts import UNDERSTOOD
from medai.diagnosis.reading import read
from medai.diagnosis.suspected import LEAST
from medai.diagnosis.understood import understood
from medai.knowledge import load_graph


@pytest.mark.parametrize(
    ("text", "share"),
    [
        ("cough, sputum, fever", 1),
        ("The patient has a cough and no fever since two days.", 1),
        ("cough, frumious slithy toves", 1 / 4),
        ("cough and fever, frumious", 2 / 3),
        ("Mother: migraine. Asthma as a child.", 1),
        ("temp 39.5 °C, frumious", 2 / 3),  # temp, C
        ("咳嗽，发热", 1),
        ("the day before", 1),
    ],
)
def test_the_share_counts_words_that_say_something(text, share):
    found, left = understood(read(text, load_graph()))
    assert found == pytest.approx(share)
    assert bool(left) == (share < 1)


def test_given_findings_are_understood():
    assert understood(read(["HP:0012735"], load_graph())) == (1.0, [])


def test_two_thirds_not_understood_is_decisive_and_half_is_a_warning():
    known = "cough, sputum, fever, headache"
    codes = {}
    for extra in (3, 5, 9):
        nonsense = ", ".join(f"{a}orb{b}y" for a, b in zip("gfbmnktvz", "lrwqxpdhs", strict=True))
        text = f"{known}, {', '.join(nonsense.split(', ')[:extra])}"
        doubts = {one.code: one for one in assess(text, 40).doubts}
        codes[extra] = doubts["unread"].decisive if "unread" in doubts else None
    assert codes == {3: None, 5: False, 9: True}


def test_the_reason_names_the_share_and_the_words():
    answer = assess("cough, glorbing at noon, frumious, then slithy toves, mimsy and uffish")
    reason = next(one.reason for one in answer.doubts if one.code == "unread")
    assert "12% of the words" in reason
    assert "glorbing" in reason
    assert reason in answer.unsure


def test_the_stored_measurement_is_of_these_limits():
    stored = json.loads(data_path("results/24_doubts_dev.json").read_text(encoding="utf-8"))
    assert stored["used"] == {"least understood": round(UNDERSTOOD, 3), "least chance": LEAST}
    said = stored["ways"]["text"]["doubts"]["says I don't know"]
    wrong, right = said["of wrong answers"], said["of right answers"]
    assert wrong[0] / wrong[1] > right[0] / right[1], "it abstains more often when it is wrong"
    before = said["before, of wrong answers"]
    assert wrong[0] > before[0], "and more often than without this doubt"
