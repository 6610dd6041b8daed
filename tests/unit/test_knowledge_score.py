"""The score, against hand calculations and against a literal transcription of the formula."""

import json
import math

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tiny_hpo import (
    EXTRA_STANZAS,
    ROOT,
    TINY_PARENTS,
    TINY_ROWS,
    hp,
    literal_scores,
    random_world,
    write_hpoa,
    write_obo,
)

from medai.knowledge import KnowledgeGraph
from medai.runtime import MedaiError


def make_graph(folder, parents, rows, extra=""):
    write_obo(folder / "hp.obo", parents, extra)
    write_hpoa(folder / "phenotype.hpoa", rows)
    return KnowledgeGraph.from_files(folder / "hp.obo", folder / "phenotype.hpoa", "0.0.0")


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    return make_graph(tmp_path_factory.mktemp("tiny"), TINY_PARENTS, TINY_ROWS, EXTRA_STANZAS)


@pytest.fixture(scope="module")
def worlds(tmp_path_factory):
    made = {}
    for seed in range(12):
        parents, rows = random_world(seed)
        graph = make_graph(tmp_path_factory.mktemp(f"world{seed}"), parents, rows)
        made[seed] = parents, rows, graph
    return made


def findings(parents):
    return sorted(t for t in parents if t not in (hp(1), hp(5)))


def all_scores(graph, present, excluded=()):
    ranking = graph.rank(present, excluded, top=1000, source="all")
    return {result.disease_id: result.score for result in ranking}


def test_frequency_by_hand(tiny):
    # 3/7 -> (3 + 1/4) / (7 + 1/2); carried up from febrile seizure to seizure and to the root
    assert tiny.frequency("OMIM:1", hp(12)) == pytest.approx(3.25 / 7.5)
    assert tiny.frequency("OMIM:1", hp(11)) == pytest.approx(3.25 / 7.5)
    assert tiny.frequency("OMIM:1", hp(21)) == 0.98  # not stated: 1, clipped
    assert tiny.frequency("OMIM:1", ROOT) == 0.98
    assert tiny.frequency("OMIM:2", hp(11)) == 0.545  # "frequent", 30-79 %
    assert tiny.frequency("OMIM:2", hp(12)) == 0.0  # not carried down
    assert tiny.frequency("OMIM:2", hp(21)) == 0.0  # a NOT row is not an annotation
    # 1/2 and 2/4 pooled: (3 + 1/4) / (6 + 1/2) = 0.5, more than the 45 % of its child
    assert tiny.frequency("OMIM:3", hp(20)) == pytest.approx(0.5)
    assert tiny.frequency("OMIM:3", hp(10)) == 0.45


def test_information_content_by_hand(tiny):
    # four diseases; seizure: 3.25/7.5 + 0.545 + 0 + 0.895 for the ORPHA disease
    bg = (3.25 / 7.5 + 0.545 + 0.895 + 0.3) / 5
    assert tiny.information_content(hp(11)) == pytest.approx(-math.log(bg))
    # nobody has inheritance as a finding: (0 + 0.3) / 5
    assert tiny.information_content(hp(6)) == pytest.approx(-math.log(0.06))


def test_score_by_hand(tiny):
    # Patient: febrile seizure.  OMIM:2 has "seizure" (0.545) and excludes short stature, which
    # the patient is not said to have.
    bg12 = (3.25 / 7.5 + 0.895 + 0.3) / 5
    bg11 = (3.25 / 7.5 + 0.545 + 0.895 + 0.3) / 5
    s = math.log(0.545) - math.log(bg11) - 1.2 - 0.3 * (-math.log(bg12) + math.log(bg11))
    # "seizure" is in the closure of the patient's finding, so it is not silent
    expected = math.log(0.05 + 0.95 * math.exp(s))
    assert all_scores(tiny, [hp(12)])["OMIM:2"] == pytest.approx(expected, abs=1e-12)
    # OMIM:1 has it itself; short stature (0.98) is silent
    expected = math.log(0.05 + 0.95 * (3.25 / 7.5) / bg12) + math.log(1 - 0.1 * 0.98)
    assert all_scores(tiny, [hp(12)])["OMIM:1"] == pytest.approx(expected, abs=1e-12)


def test_exclusion_by_the_disease_costs_two(tiny):
    parts = {r.disease_id: r.explanation for r in tiny.rank([hp(21)], source="all")}
    costs = [c for c in parts["OMIM:2"].contributions if c.kind == "excluded_by_disease"]
    assert [c.value for c in costs] == [-2.0]
    assert costs[0].annotations[0].references == ("PMID:3",)
    assert costs[0].annotations[0].excluded
    assert not any(c.kind == "excluded_by_disease" for c in parts["OMIM:1"].contributions)


def test_excluded_finding_by_hand(tiny):
    before, after = all_scores(tiny, [hp(21)]), all_scores(tiny, [hp(21)], [hp(11)])
    bg11 = (3.25 / 7.5 + 0.545 + 0.895 + 0.3) / 5  # 0.4347
    # OMIM:2 has a seizure in 0.545: ln (1 - 0.545) / (1 - bg)
    fall = math.log((1 - 0.545) / (1 - bg11))
    assert fall < 0
    assert after["OMIM:2"] - before["OMIM:2"] == pytest.approx(fall)
    # OMIM:1 has one in 0.4333, less than the background: the ratio is above 1 and is capped
    assert after["OMIM:1"] == before["OMIM:1"]
    assert after["OMIM:3"] == before["OMIM:3"]  # without seizures: unchanged, not rewarded


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_equals_the_literal_formula(worlds, data):
    parents, rows, graph = worlds[data.draw(st.integers(0, 11))]
    terms = findings(parents)
    present = data.draw(st.lists(st.sampled_from(terms), min_size=1, max_size=6, unique=True))
    closure = {a for h in present for a in graph.ancestors(h)}
    allowed = [t for t in terms if t not in closure]
    excluded = data.draw(st.lists(st.sampled_from(allowed or terms), max_size=4, unique=True))
    excluded = [t for t in excluded if t in allowed]
    expected = literal_scores(parents, rows, present, excluded)
    actual = all_scores(graph, present, excluded)
    assert actual.keys() == expected.keys()
    for disease, score in expected.items():
        assert actual[disease] == pytest.approx(score, abs=1e-9)


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_an_excluded_finding_never_raises_a_disease(worlds, data):
    parents, _, graph = worlds[data.draw(st.integers(0, 11))]
    terms = findings(parents)
    present = data.draw(st.lists(st.sampled_from(terms), min_size=1, max_size=4, unique=True))
    others = [t for t in terms if t not in present]
    excluded = data.draw(st.lists(st.sampled_from(others), max_size=3, unique=True))
    one_more = data.draw(st.sampled_from(others))
    before = all_scores(graph, present, excluded)
    after = all_scores(graph, present, [*excluded, one_more])
    assert all(after[d] <= before[d] for d in before)
    implied = {a for h in present for a in graph.ancestors(h)}
    if one_more not in implied and one_more not in excluded:
        for disease in before:
            f = graph.frequency(disease, one_more)
            if f > math.exp(-graph.information_content(one_more)):
                assert after[disease] < before[disease]  # more frequent than background: it falls


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_explanations_sum_to_the_score(worlds, data):
    parents, _, graph = worlds[data.draw(st.integers(0, 11))]
    terms = findings(parents)
    present = data.draw(st.lists(st.sampled_from(terms), min_size=1, max_size=5, unique=True))
    others = [t for t in terms if t not in present]
    excluded = data.draw(st.lists(st.sampled_from(others), max_size=3, unique=True))
    for result in graph.rank(present, excluded, top=1000, source="all"):
        explanation = result.explanation
        assert explanation.score == pytest.approx(result.score, abs=1e-9)
        chosen = (explanation.supporting, explanation.opposing, explanation.silent)
        assert sum(map(len, chosen)) == len(explanation.contributions)
        for c in explanation.contributions:
            if c.via_id:  # whatever matched has a source, and the frequency is the graph's
                assert c.annotations
                assert all(a.references for a in c.annotations)
                if c.kind != "excluded_by_disease":
                    assert c.frequency == graph.frequency(result.disease_id, c.via_id)
                    assert all(c.via_id in graph.ancestors(a.term_id) for a in c.annotations)


def test_order_and_repeats_do_not_matter(tiny):
    once = all_scores(tiny, [hp(12), hp(21)], [hp(20)])
    again = all_scores(tiny, [hp(21), hp(12), hp(12), hp(21)], [hp(20), hp(20)])
    assert again == pytest.approx(once, abs=1e-12)


def test_explanation_names_ancestor_and_source(tiny):
    result = next(r for r in tiny.rank([hp(12)]) if r.disease_id == "OMIM:2")
    (match,) = [c for c in result.explanation.contributions if c.kind == "present"]
    assert (match.term_id, match.via_id, match.direct) == (hp(12), hp(11), False)
    (row,) = match.annotations
    assert (row.frequency, row.references, row.evidence) == ("HP:0040282", ("PMID:2",), "PCS")
    assert row.frequency_text == "frequent (30-79 %)"
    text = str(result.explanation)
    assert "through term 11" in text
    assert "PMID:2" in text
    assert json.loads(json.dumps(result.to_dict()))["explanation"]["score"] == pytest.approx(
        result.score
    )


def test_old_ids_are_mapped(tiny):
    ranking = tiny.rank(["HP:0000099", "HP:0000090", hp(11)])  # alt_id, replaced_by, current
    assert ranking.present == (hp(11),)
    assert ranking.mapped == {"HP:0000099": hp(11), "HP:0000090": hp(11)}
    assert [r.score for r in ranking] == [r.score for r in tiny.rank([hp(11)])]


def test_sources(tiny):
    assert {r.disease_id for r in tiny.rank([hp(11)])} == {"OMIM:1", "OMIM:2", "OMIM:3"}
    assert [r.disease_id for r in tiny.rank([hp(11)], source="orpha")] == ["ORPHA:4"]
    assert len(tiny.rank([hp(11)], source="all")) == 4
    assert [r.rank for r in tiny.rank([hp(11)], source="all")] == [1, 2, 3, 4]
    assert len(tiny.rank([hp(11)], top=1)) == 1
    with pytest.raises(MedaiError, match="mondo"):
        tiny.rank([hp(11)], source="mondo")


def test_ties_keep_the_order_of_ids(tmp_path):
    rows = [r._replace(disease=f"OMIM:{i}") for i in (3, 1, 2) for r in TINY_ROWS[:1]]
    graph = make_graph(tmp_path, TINY_PARENTS, rows)
    assert [r.disease_id for r in graph.rank([hp(12)])] == ["OMIM:1", "OMIM:2", "OMIM:3"]
    assert [r.disease_id for r in graph.rank([hp(12)], top=2)] == ["OMIM:1", "OMIM:2"]


@pytest.mark.parametrize(
    ("present", "excluded", "words"),
    [
        (["HP:9999999", "HP:8888888"], [], ["HP:9999999", "HP:8888888"]),
        (["hp:1250"], [], ["hp:1250", "seven digits"]),
        (["HP:11"], [], ["seven digits"]),
        ([11], [], ["11"]),
        ([None], [], ["None"]),
        ([hp(6)], [], ["term 6", "not a phenotypic abnormality"]),
        ([hp(11)], [hp(6)], ["term 6"]),
        (["HP:0000091"], [], ["obsolete", "no replacement"]),
        ([], [], ["No present finding"]),
        ([], [hp(11)], ["No present finding"]),
        ([hp(11)], [hp(11)], ["Both present and excluded", hp(11)]),
        ([hp(11)], ["HP:0000099"], ["Both present and excluded"]),
        (hp(11), [], ["pass a list"]),
    ],
)
def test_bad_findings_are_refused_by_name(tiny, present, excluded, words):
    with pytest.raises(MedaiError) as error:
        tiny.rank(present, excluded)
    for word in words:
        assert word in str(error.value)


@pytest.mark.parametrize("top", [0, -1, 2.5, True, "3"])
def test_bad_top_is_refused(tiny, top):
    with pytest.raises(MedaiError, match="top"):
        tiny.rank([hp(11)], top=top)


def test_present_overrules_a_more_general_exclusion(tiny):
    ranking = tiny.rank([hp(12)], [hp(11)], source="all")  # "no seizure" but a febrile seizure
    assert ranking.overruled == (hp(11),)
    assert ranking.excluded == ()
    assert {r.disease_id: r.score for r in ranking} == all_scores(tiny, [hp(12)])
