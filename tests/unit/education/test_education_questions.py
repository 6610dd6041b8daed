"""Questions: fair by the graph, parallel, seeded, sourced; distractors nearer than random ones."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from medai.education import guards
from medai.education._drug_items import acts_alike, may_interact, quiet
from medai.education._graph_items import TOO_LIKE, graphs, likeness
from medai.education.leaks import leaks
from medai.education.question import Option, Question
from medai.education.questions import TOPICS, centrality_rank, make_questions, nearness
from medai.runtime import MedaiError

GRAPH_TOPICS = ("common", "rare", "common-findings", "rare-findings")


@pytest.fixture(scope="module")
def made() -> dict[str, tuple[Question, ...]]:
    return {topic: make_questions(12, topic=topic, seed=5) for topic in TOPICS}


def fake(texts, key=0, stem="Which?"):
    options = tuple(Option(t, i == key, "why", t) for i, t in enumerate(texts))
    return Question("q", "common", stem, options, ("source",))


@pytest.mark.parametrize("topic", TOPICS)
def test_every_question_has_a_source_reasons_and_parallel_options(made, topic):
    for question in made[topic]:
        assert len(question.options) == 4
        assert all(o.why for o in question.options)
        assert question.sources
        assert all(question.sources)
        assert guards.parallel([o.text for o in question.options])
        assert not guards.gives_away(question.stem, question.options[question.key].text)


@pytest.mark.parametrize("topic", TOPICS)
def test_the_key_stands_in_every_position_equally_often(made, topic):
    assert Counter(q.key for q in made[topic]) == {0: 3, 1: 3, 2: 3, 3: 3}


def stem_terms(graph, question):
    """The findings that a stem names, by exact name."""
    names = {graph.term_names[i].casefold(): t for t, i in graph.term_index.items()}
    words = question.stem.split("A patient has ")[1].split(". For which")[0]
    parts = [p for piece in words.split(", ") for p in piece.split(" and ")]
    return [names[p.casefold()] for p in parts if p.casefold() in names]


@pytest.mark.parametrize("topic", ["common", "rare"])
def test_only_the_key_has_all_findings_even_by_ancestors_and_descendants(made, topic):
    graph = graphs()[topic]
    checked = 0
    for question in made[topic]:
        terms = stem_terms(graph, question)
        if len(terms) < 4:
            continue  # a finding whose name holds "and" or a comma
        checked += 1
        for option in question.options:
            # written anew: walk the annotations, not the guard
            direct = {
                a.term_id
                for a in graph.disease(option.concept).annotations
                if not a.excluded and not a.frequency.startswith("0/")
            }
            covered = [
                any(t in graph.ancestors(d) or d in graph.ancestors(t) for d in direct)
                for t in terms
            ]
            assert all(covered) == option.correct, (question.stem, option.text)
    assert checked >= 8


@pytest.mark.parametrize("topic", ["common-findings", "rare-findings"])
def test_no_wrong_finding_is_given_for_the_disease(made, topic):
    graph = graphs()[topic.split("-")[0]]
    for question in made[topic]:
        name = question.stem.split("patients with ")[1].split(" have, according")[0]
        disease = graph.disease_ids[list(graph.disease_names).index(name)]
        for option in question.options:
            assert (graph.frequency(disease, option.concept) >= 0.8) == option.correct
            if not option.correct:
                assert graph.frequency(disease, option.concept) == 0.0


def test_no_wrong_medicine_has_a_rule_or_acts_like_the_key(made):
    for question in made["interactions"]:
        taken = question.stem.split("takes ")[1].split(".")[0]
        key = question.options[question.key].concept
        assert may_interact(taken, key)
        for option in question.options:
            if not option.correct:
                assert not may_interact(taken, option.concept)
                assert not acts_alike(key, option.concept)


def test_a_wrong_common_condition_lacks_two_findings_and_a_wrong_finding_is_like_none(made):
    graph = graphs()["common"]
    names = {graph.term_names[i].casefold(): t for t, i in graph.term_index.items()}
    for question in made["common"]:
        for option in question.options:
            lacks = option.why.partition("does not give it ")[2].rstrip(".")
            assert option.correct or (lacks and " or " in lacks)
    assert likeness(graph, names["conjunctivitis"], names["conjunctival hyperemia"]) > TOO_LIKE
    for question in make_questions(40, topic="common-findings", seed=7):
        if "Kawasaki" in question.stem:
            assert "Conjunctivitis" not in [o.text for o in question.options]
            break
    else:
        pytest.fail("seed 7 asks about Kawasaki disease no more: choose another seed")


def test_wrong_medicines_that_truly_interact_are_never_offered():
    # pairs that a reader found in forty questions; the table has a row for none of them
    for taken, falsely_safe in (
        ("ergotamine", "efavirenz"), ("warfarin", "azithromycin"), ("clozapine", "clobazam"),
        ("clozapine", "sulfamethoxazole"), ("ivabradine", "imipramine"),
        ("rizatriptan", "furazolidone"), ("apixaban", "boceprevir"),
        ("phenprocoumon", "mercaptopurine"), ("sacubitril", "candesartan"),
        ("lithium", "acetazolamide"), ("warfarin", "cefixime"), ("allopurinol", "amoxicillin"),
        ("ergometrine", "misoprostol"), ("valproic acid", "pivmecillinam"),
    ):  # fmt: skip
        assert falsely_safe not in quiet(taken)
    for question in make_questions(40, topic="interactions", seed=7):
        taken = question.stem.split("takes ")[1].split(".")[0]
        assert {o.concept for o in question.options if not o.correct} <= quiet(taken)


def test_siblings_that_an_incomplete_table_lacks_are_kept_apart():
    # the table has ticagrelor with itraconazole, not with posaconazole, which acts the same way
    assert acts_alike("itraconazole", "posaconazole")
    assert not acts_alike("itraconazole", "levetiracetam")


@pytest.mark.parametrize("topic", GRAPH_TOPICS)
def test_distractors_are_nearer_the_key_than_random_ones(made, topic):
    near = [nearness(q) for q in made[topic]]
    far = [nearness(q) for q in make_questions(12, topic=topic, seed=5, distractors="random")]
    difference = np.mean(near) - np.mean(far)
    error = np.sqrt(np.var(near, ddof=1) / 12 + np.var(far, ddof=1) / 12)
    assert difference > 1.96 * error


def test_the_same_seed_gives_the_same_exam_and_another_seed_another(made):
    again = make_questions(12, topic="common", seed=5)
    assert again == made["common"]
    assert make_questions(12, topic="common", seed=6) != again


def test_mixed_takes_the_topics_in_turn():
    assert [q.topic for q in make_questions(7, topic="mixed", seed=1)] == [*TOPICS, TOPICS[0]]


def test_bad_arguments_are_refused_with_a_way_out():
    for arguments in ({"number": 0}, {"number": 301}, {"number": True}, {"topic": "x"}):
        with pytest.raises(MedaiError, match=r"must be|unknown"):
            make_questions(**arguments)
    with pytest.raises(MedaiError, match="must be one of"):
        make_questions(2, distractors="good")
    with pytest.raises(MedaiError, match="Ask for fewer"):
        make_questions(300, topic="genes")


def test_a_question_needs_one_key_reasons_a_source_and_different_options():
    good = fake(["a", "b"])
    assert good.key == 0
    for change in (
        {"options": (Option("a", True, "w"), Option("b", True, "w"))},
        {"options": (Option("a", False, "w"), Option("b", False, "w"))},
        {"options": (Option("a", True, "w"), Option(" A", False, "w"))},
        {"options": (Option("a", True, ""), Option("b", False, "w"))},
        {"sources": ()},
        {"stem": " "},
    ):
        with pytest.raises(MedaiError, match="Correct it"):
            Question(**{**vars(good), **change})


def test_guards_by_hand():
    assert guards.gives_away("An asthmatic child wheezes", "Asthma")
    assert not guards.gives_away("A child wheezes", "Asthma")
    assert guards.same_family("Stickler syndrome 1", "Stickler syndrome 2")
    assert not guards.same_family("Measles", "Mumps")
    assert not guards.parallel(["short", "a very much longer option"])
    assert not guards.parallel(["Word, one", "Word two"])
    assert guards.parallel(["Word one", "Word two"])


def test_lin_likeness_is_one_for_itself_and_grows_with_a_common_ancestor():
    graph = graphs()["rare"]
    seizure, focal, toe = "HP:0001250", "HP:0007359", "HP:0001780"
    assert likeness(graph, seizure, seizure) == pytest.approx(1)
    assert likeness(graph, seizure, focal) > likeness(graph, seizure, toe)


def test_centrality_rank_by_hand():
    table = {frozenset("ab"): 0.9, frozenset("ac"): 0.8, frozenset("bc"): 0.1}
    alike = lambda x, y: table[frozenset((x, y))]  # noqa: E731
    # sums: a 1.7, b 1.0, c 0.9
    assert centrality_rank(["a", "b", "c"], alike) == 0
    assert centrality_rank(["c", "a", "b"], alike) == 2
    assert centrality_rank(["a", "b"], alike) == 0.5  # a tie


def test_a_planted_leak_is_found_and_a_fair_exam_is_not_accused():
    rng = np.random.default_rng(0)
    words = ["alpha", "bravo", "carol", "delta"]
    planted, fair = [], []
    for _ in range(60):
        key = int(rng.integers(4))
        planted.append(fake([w + "long" * (i == key) for i, w in enumerate(words)], key))
        fair.append(fake(words, key))
    embed = lambda texts: np.eye(4)[np.arange(len(texts)) % 4]  # noqa: E731
    found = {leak.guesser: leak for leak in leaks(planted, embed)}
    assert found["longest"].right == 60
    assert found["longest"].above_chance
    assert found["shortest"].right == 15 or not found["shortest"].above_chance
    assert not any(leak.above_chance for leak in leaks(fair, embed))
    with pytest.raises(MedaiError, match="options"):
        leaks([])
