"""Onset, duration and course; what has resolved; earlier illnesses.

Expected values are what a reader takes from the phrase.
"""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medai.knowledge import link
from medai.knowledge.statements import statements
from medai.knowledge.temporal import timings

NAMES = ("fever", "cough", "headache", "rash", "asthma", "vomiting", "seizures", "kidney stones")
FINDING = re.compile("|".join(NAMES), re.IGNORECASE)


def read(text):
    return timings(text, [match.span() for match in FINDING.finditer(text)])


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("Fever for three days", [3]),
        ("fever, cough and headache for 3 days", [3, 3, 3]),
        ("3-day history of cough and fever", [3, 3]),
        ("two weeks of cough", [14]),
        ("cough 2/52, rash 3/7", [14, 3]),
        ("fever x 5 days", [5]),
        ("fever for a couple of days", [2]),
        ("fever for several days", [None]),
        ("cough over the last 2 months", [60.8]),
        ("cough since last week, fever since yesterday", [7, 1]),
        ("since last week cough and fever", [7, 7]),
        ("Fever. Cough for 2 days.", [None, 2]),
        ("rash, but cough for 2 days", [None, 2]),
        ("cough started 3 years ago", [1095.75]),
        ("headache for 12 hours", [0.5]),
        ("headache since last year", [365.25]),
    ],
)
def test_days(text, days):
    assert [timing.days for timing in read(text)] == pytest.approx(days)


def test_the_words_are_kept_as_written():
    assert read("Cough since Monday")[0].onset == "since Monday"
    assert read("asthma since the age of 5")[0].onset == "since the age of 5"
    assert read("3-day history of Cough")[0].onset == "3-day"


@pytest.mark.parametrize(
    ("text", "course"),
    [
        ("sudden onset of headache", "sudden"),
        ("sudden headache", "sudden"),
        ("headache came on gradually", "gradual"),
        ("worsening cough", "worsening"),
        ("The cough is getting worse", "worsening"),
        ("cough comes and goes", "intermittent"),
        ("recurrent fever", "recurrent"),
        ("the rash is improving", "improving"),
        ("the rash is not improving", ""),
        ("the fever has resolved", "resolved"),
        ("the fever has not resolved", ""),
        ("fever and cough have gone", "resolved"),
        ("vomiting stopped yesterday", "resolved"),
        ("no longer vomiting", "resolved"),
        ("cough since she stopped smoking", ""),
        ("cough", ""),
    ],
)
def test_course(text, course):
    assert {timing.course for timing in read(text)} == {course}


@pytest.mark.parametrize(
    ("text", "history"),
    [
        ("history of asthma", [True]),
        ("3-day history of cough", [False]),
        ("a short history of cough", [False]),
        ("History of asthma, presents with cough", [True, False]),
        ("Known history of asthma and seizures; now fever", [True, True, False]),
        ("asthma as a child", [True]),
        ("previous seizures, now rash", [True, False]),
        ("had vomiting in 2015", [True]),
        ("PMH: asthma, kidney stones 2012. Fever.", [True, True, False]),
        ("s/p kidney stones", [True]),
        ("seizures in her twenties", [True]),
        ("seizures last summer, cough", [True, False]),
        ("seizures since she was a child", [False]),
        ("history of presenting complaint: cough", [False]),
        ("family history of asthma", [False]),
        ("no history of asthma", [False]),
        ("kidney stones", [False]),
    ],
)
def test_history(text, history):
    assert [timing.history for timing in read(text)] == history


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("fever has resolved", "excluded"),
        ("no fever for 3 days", "excluded"),
        ("possible asthma as a child", "history"),
        ("no asthma as a child", "excluded"),
        ("Mother had asthma as a child", "family"),
        ("cough for 3 days", "present"),
        ("?fever", "uncertain"),
    ],
)
def test_what_is_stated(text, expected):
    (one,) = statements(text, [match.span() for match in FINDING.finditer(text)])
    said = "family" if one.family else "history" if one.history else one.status
    assert said == expected


def test_link_keeps_now_and_earlier_apart():
    text = "History of asthma. Fever for three days, worsening cough. The rash has resolved."
    found = link(text)
    assert [f.name for f in found.history] == ["Asthma"]
    assert [(f.name, f.days, f.course) for f in found.present] == [
        ("Fever", 3.0, ""),
        ("Cough", None, "worsening"),
    ]
    assert [(f.name, f.course, f.cue) for f in found.excluded] == [
        ("Skin rash", "resolved", "resolved")
    ]
    assert found.excluded_ids == ()  # it belongs to this illness: no disease loses by it
    assert set(found.ever_ids) == {"HP:0002099", "HP:0001945", "HP:0012735"}


def test_fever_that_came_and_went_is_no_contradiction():
    found = link("Fever on Monday. The fever has gone.")
    assert found.contradictory == ()
    assert found.present_ids == ("HP:0001945",)


PIECES = [*NAMES, "for", "3 days", "since", "Monday", "history of", "resolved", "sudden", "and",
          ",", ".", "as a child", "in 2015", "PMH:", "no longer", "3/7", "\n"]  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(PIECES)).map(" ".join))
def test_any_text(text):
    spans = [match.span() for match in FINDING.finditer(text)]
    assert len(timings(text, spans)) == len(statements(text, spans)) == len(spans)
