"""Classes by the rules, and questions where a fact is missing."""

import itertools

import pytest

from medai.datasets import regulation
from medai.runtime.errors import MedaiError
from medai.trust.governance import intended
from medai.trust.governance.deciding import Question, decide
from medai.trust.governance.intended import (
    AI_QUESTIONS,
    CDS_NO,
    CDS_YES,
    MDR_QUESTIONS,
    NO_DEVICE,
    ORDER,
    IntendedUse,
    ai_act,
    fda_cds,
    guidance_class,
    mdr_class,
)

OWN = {"medical": True, "processes": True, "individual": True}
NOTHING_MORE = {"informs": False, "monitors": False, "drives": "none"}


@pytest.mark.parametrize(
    ("more", "answer", "passage"),
    [
        # Rule 11, first part, read line by line
        ({"informs": True, "worst": "less", "monitors": False}, "IIa", "eu-rule-11a"),
        ({"informs": True, "worst": "serious", "monitors": False}, "IIb", "eu-rule-11a"),
        ({"informs": True, "worst": "death"}, "III", "eu-rule-11a"),
        # second part
        ({"informs": False, "monitors": True, "danger": False}, "IIa", "eu-rule-11b"),
        ({"informs": False, "monitors": True, "danger": True}, "IIb", "eu-rule-11b"),
        # third part
        ({"informs": False, "monitors": False}, "I", "eu-rule-11c"),
        # the highest of two
        (
            {"informs": True, "worst": "less", "monitors": True, "danger": True},
            "IIb",
            "eu-rule-11b",
        ),
        ({"informs": False, "monitors": False, "drives": "III"}, "III", "eu-drives"),
    ],
)
def test_rule_11(more, answer, passage):
    found = mdr_class({**OWN, "drives": "none", **more})
    assert found.answer == answer
    assert passage in found.passages
    assert not found.questions


@pytest.mark.parametrize("fact", ["medical", "processes", "individual"])
def test_one_no_is_no_device(fact):
    found = mdr_class({fact: False, "drives": "none"})
    assert found.answer == NO_DEVICE
    assert found.passages == ("eu-device", "eu-qualifies")


def test_software_that_drives_a_device_is_one_without_a_purpose_of_its_own():
    assert mdr_class({"medical": False, "drives": "IIb"}).answer == "IIb"


def test_what_is_missing_is_asked_and_nothing_else():
    found = mdr_class({**OWN, "informs": True, "monitors": False, "drives": "none"})
    assert found.answer == ""
    assert found.possible == ("IIa", "IIb", "III")
    assert [question.fact for question in found.questions] == ["worst"]
    assert "death" in str(found)


def test_nothing_is_asked_that_cannot_change_the_answer():
    found = mdr_class({**OWN, "informs": True, "worst": "death"})  # no more than III
    assert found.answer == "III"
    assert found.questions == ()


def test_an_empty_product_may_be_anything():
    found = mdr_class({})
    assert set(found.possible) == {NO_DEVICE, *ORDER}
    assert len(found.questions) == len(MDR_QUESTIONS)


def test_a_worse_decision_never_lowers_the_class():
    rank = (NO_DEVICE, *ORDER).index
    free = [q for q in MDR_QUESTIONS if q.fact != "worst"]
    for values in itertools.product(*(q.choices for q in free)):
        facts = dict(zip([q.fact for q in free], values, strict=True))
        answers = [mdr_class({**facts, "worst": w}).answer for w in ("less", "serious", "death")]
        assert sorted(answers, key=rank) == answers


@pytest.mark.parametrize(
    "facts",
    [{"inform": True}, {"worst": "fatal"}, {"medical": 1}, {"medical": "yes"}, {"x": None}],
)  # fmt: skip
def test_a_fact_that_is_none_is_refused(facts):
    with pytest.raises(MedaiError, match=r"is no fact here|must be one of"):
        mdr_class(facts)


def test_every_criterion_of_the_cures_act_counts():
    yes = {
        "image_or_signal": False,
        "medical_information": True,
        "professionals": True,
        "reviewable": True,
    }
    assert fda_cds(yes).answer == CDS_YES
    for fact, value in yes.items():
        assert fda_cds({fact: not value}).answer == CDS_NO, "one failure decides"
        rest = {k: v for k, v in yes.items() if k != fact}
        assert [q.fact for q in fda_cds(rest).questions] == [fact]


PLAIN = {
    "ai": True,
    "banned": False,
    "in_house": False,
    "emergency_triage": False,
    "other_annex_iii": False,
    "excepted": False,
}


@pytest.mark.parametrize(
    ("more", "answer"),
    [
        # the table of MDCG 2025-6
        ({"mdr": "I", "assessed": False}, "not high-risk"),
        ({"mdr": "I", "assessed": True}, "high-risk by Annex I"),
        ({"mdr": "IIa"}, "high-risk by Annex I"),
        ({"mdr": "IIb"}, "high-risk by Annex I"),
        ({"mdr": "III"}, "high-risk by Annex I"),
        ({"mdr": "III", "in_house": True}, "not high-risk"),
        ({"mdr": NO_DEVICE, "emergency_triage": True}, "high-risk by Annex III"),
        ({"mdr": NO_DEVICE, "emergency_triage": True, "excepted": True}, "not high-risk"),
        # found by a second reader: other points of the Annex, and both roads at once
        ({"mdr": NO_DEVICE, "other_annex_iii": True}, "high-risk by Annex III"),
        ({"mdr": NO_DEVICE, "other_annex_iii": True, "excepted": True}, "not high-risk"),
        ({"mdr": "IIb", "emergency_triage": True}, "high-risk by Annexes I and III"),
        ({"mdr": "IIb", "emergency_triage": True, "excepted": True}, "high-risk by Annex I"),
        ({"mdr": "IIb", "emergency_triage": True, "in_house": True}, "high-risk by Annex III"),
        ({"mdr": "IIa", "excepted": True}, "high-risk by Annex I"),
        ({"mdr": "IIa", "banned": True}, "prohibited"),
        ({"ai": False}, "no AI system"),
    ],
)
def test_ai_act(more, answer):
    assert ai_act({**PLAIN, **more}).answer == answer


def test_the_class_of_the_device_is_worked_out_or_asked():
    words = dict.fromkeys(("name", "purpose", "users", "patients", "setting"), "words")
    use = IntendedUse(
        **words, input="text", output="a list", not_for=("emergencies",),
        facts={**OWN, **NOTHING_MORE, "informs": True, **PLAIN},
    )  # fmt: skip
    assert mdr_class(use).answer == "", "what a decision may cause was not said"
    assert ai_act(use).answer == "high-risk by Annex I", "each class that is left says the same"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"purpose": " "}, "purpose is empty"),
        ({"not_for": ()}, "not_for is empty"),
        ({"not_for": "emergencies"}, "must be a tuple"),
        ({"patients": "all patients"}, "limits nothing"),
        ({"users": "TBD"}, "limits nothing"),
        ({"facts": {"inform": True}}, "is no fact"),
        ({"facts": {"mdr": "I"}}, "worked out"),
    ],
)
def test_an_intended_use_that_says_nothing_is_refused(change, words):
    good = dict.fromkeys(("name", "purpose", "users", "patients", "setting"), "a word")
    good |= {"input": "text", "output": "a list", "not_for": ("emergencies",)}
    assert "must not be used for**: emergencies" in IntendedUse(**good).to_markdown()
    with pytest.raises(MedaiError, match=words):
        IntendedUse(**good | change)


def test_the_table_of_the_guidance():
    rows = [
        [guidance_class(s, i) for i in ("treat or diagnose", "drive", "inform")]
        for s in ("critical", "serious", "non-serious")
    ]
    assert rows == [["III", "IIb", "IIa"], ["IIb", "IIa", "IIa"], ["IIa", "IIa", "IIa"]]
    with pytest.raises(MedaiError, match="one of critical"):
        guidance_class("urgent", "inform")


def test_every_passage_of_a_decision_is_in_the_table():
    keys = {rule.key for rule in regulation.rules()}
    for function, questions in (
        (intended._mdr, MDR_QUESTIONS),
        (intended._cds, intended.CDS_QUESTIONS),
        (intended._ai, AI_QUESTIONS),
    ):
        names = [question.fact for question in questions]
        for values in itertools.product(*(question.choices for question in questions)):
            _, passages = function(dict(zip(names, values, strict=True)))
            assert passages
            assert set(passages) <= keys


def test_a_question_matters_by_hand():
    asked = (Question("a", "a?", (True, False)), Question("b", "b?", (True, False)))
    both = decide(lambda f: (str(f["a"] and f["b"]), ("x",)), {}, asked, ("True", "False"))
    assert [q.fact for q in both.questions] == ["a", "b"]
    one = decide(lambda f: (str(f["a"]), ("x",)), {}, asked, ("True", "False"))
    assert [q.fact for q in one.questions] == ["a"], "b changes nothing"
