"""The template: every sentence cites, nothing is said that is no fact."""

import re

import pytest
from tiny_facts import book

from medai.datasets.common import common_conditions
from medai.diagnosis.explain import HOW_OFTEN, groups, lower, sentence, template
from medai.diagnosis.facts import Fact, Facts
from medai.diagnosis.gathering import common_facts
from medai.diagnosis.grammar import CLASSES
from medai.diagnosis.grounding import check
from medai.runtime import MedaiError

CITATION = re.compile(r"\[\d+(, (teaching estimate|frequency estimated|computed))?\]")


def test_sentences_word_for_word():
    said = [sentence(group) for group in groups(book())]
    assert said == [
        "The patient has cough [1] and fever [2].",
        "The patient does not have vomiting [3].",
        "Warning sign: Fever with confusion: Go now [11].",
        "People with influenza often have fever [5, frequency estimated].",
        "About 93 % of people with influenza have cough [4].",
        "Against this: people with influenza sometimes have vomiting [6, teaching estimate].",
        "In general practice, about 1 in 100 new complaints is influenza [7, teaching estimate].",
        "First test for influenza: Rapid antigen test, nasal swab [8].",
        "People with chickenpox (varicella) always have fever [9].",
        "Cough speaks against chickenpox (varicella) [10].",
    ]


def test_three_findings_make_one_sentence():
    facts = Facts(
        Fact("Gout", "finding", name, "s", "opened", "frequent")
        for name in ("Pain", "Fever", "ECG")
    )
    assert sentence(facts) == "People with gout often have pain [1], fever [2] and ECG [3]."
    assert sentence(facts, "zh") == "Gout患者常有Pain [1]、Fever [2]、ECG [3]。"


def test_every_sentence_cites_and_passes_the_check():
    for lang in ("en", "zh"):
        coverage = check(template(book(), lang), book())
        assert coverage.ok, coverage.why
        assert all(one.facts for one in coverage.statements)
    text = template(book())
    assert len(CITATION.findall(text)) == len(book())
    assert text.count("\n") == 2  # a paragraph each: the patient, two conditions


def test_every_condition_of_the_table_passes_the_check():
    """All findings of all conditions, in both languages: nothing of ours is refused."""
    table = common_conditions()
    for condition in list(table)[::4]:
        present = [row.hpo for row in table[condition].findings]
        facts = common_facts(condition, present, setting="emergency")
        for lang in ("en", "zh"):
            assert check(template(facts, lang), facts).ok


@pytest.mark.parametrize(
    ("name", "inside"),
    [
        ("Cough", "cough"),
        ("ECG", "ECG"),
        ("COVID-19", "COVID-19"),
        ("ST segment elevation", "ST segment elevation"),
        ("Lyme disease", "Lyme disease"),
        ("Parkinson disease", "Parkinson disease"),
        ("Heberden's node", "Heberden's node"),
        ("Non-specific low back pain", "non-specific low back pain"),
        ("Type 2 diabetes mellitus", "type 2 diabetes mellitus"),
    ],
)
def test_names_inside_a_sentence(name, inside):
    assert lower(name) == inside


def test_a_word_for_every_class():
    assert set(HOW_OFTEN) == {*CLASSES, ""}
    assert len(set(HOW_OFTEN.values())) == 6


def test_facts_that_do_not_belong_together_are_refused():
    facts = book()
    with pytest.raises(MedaiError, match="one sentence"):
        sentence([facts[3], facts[4]])
    with pytest.raises(MedaiError, match="lang"):
        sentence([facts[3]], "fr")


def test_an_action_of_several_sentences_stays_one():
    flag = Facts([Fact("Gout", "red flag", "Fever", "s", "opened", "Go now. Do not wait.")])
    said = sentence(flag)
    assert said == "Warning sign of gout: Fever: Go now; Do not wait [1]."
    assert check(said, flag).ok
