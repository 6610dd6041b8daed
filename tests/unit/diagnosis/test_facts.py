"""Facts: numbers, citations, and where they come from."""

import pytest
from tiny_facts import book

from medai.datasets.common import common_conditions
from medai.diagnosis import assess
from medai.diagnosis.facts import MARKS, PATIENT, Fact
from medai.diagnosis.gathering import (
    assessment_facts,
    class_of,
    common_facts,
    one_in,
    rare_facts,
    read_frequency,
)
from medai.knowledge import load_graph
from medai.runtime import MedaiError

COUGH, FEVER, HEMOPTYSIS, OPACITY = "HP:0012735", "HP:0001945", "HP:0002105", "HP:0031457"


@pytest.fixture(scope="module")
def graph():
    return load_graph()


def test_numbers_follow_the_order_and_a_fact_stands_once():
    facts = book()
    assert [fact.id for fact in facts] == list(range(1, 12))
    again = Fact("Influenza", "finding", "Fever", "A page", "listed", "frequent")
    assert facts.add(again).id == 5
    assert len(facts) == 11
    assert facts.by_id(5) is facts[4]
    assert facts.by_id(0) is facts.by_id(12) is None
    assert facts.subjects == ["Influenza", "Chickenpox (varicella)"]
    assert facts.sources([4]) == ["[4] A study"]


@pytest.mark.parametrize(
    ("number", "citation"),
    [
        (1, "[1]"),
        (4, "[4]"),
        (5, "[5, frequency estimated]"),
        (6, "[6, teaching estimate]"),
        (7, "[7, teaching estimate]"),
    ],
)
def test_a_citation_says_what_is_an_estimate(number, citation):
    assert book().by_id(number).citation == citation


def test_a_listed_share_is_no_estimate_but_a_listed_test_is():
    share = Fact("Gout", "finding", "Fever", "s", "listed", "frequent", "50 %", id=1)
    flag = Fact("Gout", "red flag", "Fever", "s", "listed", id=2)
    assert (share.citation, flag.citation) == ("[1]", "[2, teaching estimate]")


@pytest.mark.parametrize("wrong", [{"relation": "cures"}, {"basis": "heard"}])
def test_unknown_words_are_refused(wrong):
    with pytest.raises(MedaiError, match="choose one of"):
        Fact(**{"subject": "a", "relation": "has", "object": "b", "source": "", "basis": "stated"}
             | wrong)  # fmt: skip


def test_every_basis_of_the_table_is_known():
    assert {row.basis for row in common_conditions().rows("findings")} <= set(MARKS)


@pytest.mark.parametrize(
    ("log10", "words"),
    [(-0.5, "3"), (-1, "10"), (-1.5, "30"), (-3, "1,000"), (-4.5, "30,000"), (-5, "100,000")],
)
def test_priors_in_words(log10, words):
    assert one_in(log10) == words
    assert abs(10**-log10 / float(words.replace(",", "")) - 1) < 0.06  # 10^.5 is 3.16


def test_classes_and_frequencies():
    assert [class_of(x) for x in (1, 0.9, 0.8, 0.79, 0.3, 0.29, 0.05, 0.01)] == [
        *("obligate", "very frequent", "very frequent", "frequent", "frequent"),
        *("occasional", "occasional", "very rare"),
    ]
    assert read_frequency("3/7") == ("frequent", "3 of 7")
    assert read_frequency("HP:0040284") == ("very rare", "")
    assert read_frequency("") == ("", "")


def test_only_what_bears_on_the_patient(graph):
    facts = common_facts("acute-bronchitis", [COUGH, OPACITY], [FEVER], graph=graph)
    told = {(f.relation, f.object) for f in facts if f.subject == "Acute bronchitis"}
    row = {row.hpo: row for row in common_conditions()["acute-bronchitis"].findings}
    assert ("finding", "Cough") in told
    assert ("against", "Pulmonary opacity") in told
    assert ("finding", "Wheezing") not in told  # annotated, but nobody spoke of it
    fever = next(f for f in facts if f.relation == "finding" and f.object == "Fever")
    assert fever.denied
    assert fever.value == row[FEVER].frequency
    cough = next(f for f in facts if f.relation == "finding" and f.object == "Cough")
    assert cough.names  # synonyms of the ontology
    assert not cough.denied


def test_a_special_finding_brings_the_general_one(graph):
    facts = common_facts("influenza", ["HP:0031246"], graph=graph)  # nonproductive cough
    assert "Cough" in {f.object for f in facts if f.subject == "Influenza"}


def test_the_facts_of_an_assessment(graph):
    found = assess("Cough, sputum and fever, no blood.", age=45, graph=graph)
    facts = assessment_facts(found, graph=graph)
    assert facts.subjects == [one.name for one in found.common[:3]]
    assert {f.key for f in facts.about(PATIENT)} == {*found.used_present, *found.used_absent}
    probability = next(f for f in facts if f.relation == "probability")
    assert probability.value == f"{round(100 * found.common[0].probability)} %"


def test_red_flags_come_whatever_is_first(graph):
    found = assess("Sore throat and drooling.", setting="emergency", graph=graph)
    flags = [f.object for f in assessment_facts(found, top=1, graph=graph).about(PATIENT)
             if f.relation == "red flag"]  # fmt: skip
    assert flags == [flag.flag for flag in found.red_flags]
    assert flags


def test_a_rare_disease_is_told_where_no_common_one_has_the_findings(graph):
    found = assess(["HP:0001166", "HP:0001083"], graph=graph)  # arachnodactyly, ectopia lentis
    facts = assessment_facts(found, graph=graph)
    assert facts.subjects == [one.name for one in found.rare[:3]]
    assert all(f.basis == "annotated" for f in facts if f.subject != PATIENT)


def test_a_rare_fact_keeps_its_frequency_and_reference(graph):
    from medai.knowledge.explain import explain
    from medai.knowledge.query import make_query

    number = list(graph.disease_names).index("Marfan syndrome")
    query = make_query(graph, ["HP:0001166"])
    (fact,) = rare_facts(graph, explain(graph, number, query))
    assert (fact.object, fact.value) == ("Arachnodactyly", "frequent")
    seen, looked = map(int, fact.share.split(" of "))
    assert 0.3 <= seen / looked < 0.8
    assert "PMID" in fact.source


def test_another_setting_is_refused(graph):
    with pytest.raises(MedaiError, match="setting"):
        common_facts("influenza", [COUGH], setting="ward", graph=graph)
