"""The rule-based fact check: what it reads, what it refuses, what it cannot see."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medai.datasets.judging import retellings
from medai.llm.judging.facts import KINDS, check_retelling, read_facts
from medai.runtime import MedaiError

SOURCE = "Mrs Lund takes metformin 850 mg daily since May; the left foot is warm and has no ulcer."


def kinds(text: str, source: str = SOURCE) -> set:
    return {one.kind for one in check_retelling(text, source)}


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("0.5 g", ("500", "mg")),
        ("half a gram", ("500", "mg")),
        ("125 micrograms", ("0.125", "mg")),
        ("one milligram", ("1", "mg")),
        ("18 units", ("18", "units")),
        ("2.50 mL", ("2.5", "mL")),
        ("0.5 %", ("0.5", "%")),
        ("half per cent", ("0.5", "%")),
    ],
)
def test_amounts_are_read_in_one_unit(text, amount):
    assert read_facts(f"She was given {text} of it.").amounts == {amount}


def test_two_amounts_with_one_unit_are_two():
    assert read_facts("80 instead of 40 mg").amounts == {("80", "mg"), ("40", "mg")}


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        (("850 mg", "85 mg"), "dose"),
        (("850 mg", "850 g"), "unit"),
        (("daily", "weekly"), "often"),
        (("left", "right"), "side"),
        (("metformin", "metronidazole"), "drug"),
        (("has no ulcer", "has an ulcer"), "negation"),
        (("foot is warm", "foot is not warm"), "negation"),
        (("since May", "since June"), "time"),
    ],
)
def test_each_error_is_named_for_what_it_is(change, kind):
    assert kinds(SOURCE.replace(*change)) == {kind}
    assert kind in KINDS


def test_other_words_for_the_same_facts_pass():
    text = "Since May she is on metformin, 0.85 g a day. Left foot: warm, free of ulcers."
    assert check_retelling(text, SOURCE) == ()


def test_an_omission_without_number_drug_or_side_is_not_seen():
    assert check_retelling(SOURCE.replace(" and has no ulcer", ""), SOURCE) == ()


def test_may_the_verb_is_no_month():
    assert read_facts("It may be taken").times == frozenset()


def test_the_development_half_passes_the_rules_that_were_written_on_it():
    rows = retellings("dev")
    refused = {r.id for r in rows if check_retelling(r.text, r.source)}
    for kind in ("dose", "unit", "negation", "side", "drug"):
        assert {r.id for r in rows if r.kind == kind} <= refused
    assert not {r.id for r in rows if r.kind == "reworded"} & refused


@given(st.text(min_size=1, max_size=80).filter(str.strip))
def test_a_text_never_contradicts_itself(text):
    assert check_retelling(text, text) == ()


@pytest.mark.parametrize("bad", ["", "  ", None, 3])
def test_what_is_no_text_is_refused(bad):
    with pytest.raises(MedaiError, match="a text with words"):
        check_retelling(bad, SOURCE)
