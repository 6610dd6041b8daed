"""Relations in clinical sentences and definitions, linking, networks, and their scores."""

import math
from types import SimpleNamespace

import numpy as np
import pytest

from medai.knowledge import load_graph
from medai.knowledge.extraction import (
    DefinitionReader,
    Edge,
    Node,
    Sentence,
    link_node,
    marked_sentences,
    name_baseline,
    path_between,
    read_relations,
    score_entities,
    score_is_a,
    score_relations,
    to_networkx,
    why,
)
from medai.knowledge.extraction.corpus import parse_marked
from medai.knowledge.extraction.scoring import score_counts
from medai.runtime import MedaiError


@pytest.fixture(scope="module")
def graph():
    return load_graph()


@pytest.fixture(scope="module")
def reader(graph):
    return DefinitionReader(graph)


def read(marked):
    text, mentions = parse_marked(marked)
    edges = read_relations(text, mentions, "x")
    for edge in edges:
        assert edge.sentence == text
        assert edge.subject.text in edge.evidence
        assert edge.object.text in edge.evidence
    return [(e.subject.text, e.relation, e.object.text, e.status) for e in edges]


@pytest.mark.parametrize(
    ("marked", "wanted"),
    [
        ("[Hives](finding) caused by [aspirin](drug).", ("causes", "asserted")),
        ("[Hives](finding) relieved by [aspirin](drug).", ("relieves", "asserted")),
        ("[Hives](finding) not caused by [aspirin](drug).", ("causes", "negated")),
        ("[Hives](finding) not relieved by [aspirin](drug).", ("relieves", "negated")),
        ("After starting [aspirin](drug) he developed [hives](finding).", ("causes", "asserted")),
        ("No [hives](finding) were seen after [aspirin](drug).", ("causes", "negated")),
        ("If [hives](finding) appear on [aspirin](drug), call us.", ("causes", "hypothetical")),
        ("[Aspirin](drug) may cause [hives](finding).", ("causes", "hypothetical")),
        ("[Aspirin](drug) was prescribed for [hives](finding).", ("relieves", "asserted")),
    ],
)
def test_drug_and_event(marked, wanted):
    ((drug, relation, event, status),) = read(marked)
    assert (drug.casefold(), event.casefold()) == ("aspirin", "hives")
    assert (relation, status) == wanted


def test_disease_and_findings_in_a_list():
    assert read(
        "[Gout](disease) causes [pain](finding), [fever](finding) and [heat](finding)."
    ) == [("Gout", "has_finding", name, "asserted") for name in ("pain", "fever", "heat")]
    assert read("[Pain](finding) is typical of [gout](disease).") == [
        ("gout", "has_finding", "Pain", "asserted")
    ]


def test_names_in_one_sentence_are_no_evidence():
    assert read("[Gout](disease) in 2010; today [cough](finding).") == []
    assert read("[Cough](finding) and [fever](finding).") == []
    assert read("Nothing.") == []


def test_every_edge_of_the_marked_sentences_keeps_its_words():
    n = 0
    for s in marked_sentences():
        for edge in read_relations(s.text, s.mentions, s.id):
            assert edge.evidence == s.text[edge.start : edge.end]
            assert edge.subject.text in edge.evidence
            assert edge.object.text in edge.evidence
            assert edge.source == s.id
            n += 1
    assert n > 50


# -- definitions ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("term", "text", "parent", "evidence", "pattern"),
    [
        ("HP:0003265", "A type of hyperbilirubinemia with neonatal onset.", "HP:0002904",
         "A type of hyperbilirubinemia", "kind-of"),
        ("HP:0200020", "An abnormality of the cornea.", "HP:0000481",
         "An abnormality of the cornea", "abnormality-of"),
    ],
)  # fmt: skip
def test_is_a(reader, term, text, parent, evidence, pattern):
    (edge,) = reader.is_a(Sentence(term, 0, text))
    assert (edge.subject.id, edge.relation, edge.object.id) == (term, "is_a", parent)
    assert (edge.evidence, edge.pattern, edge.source) == (evidence, pattern, term)


def test_a_definition_that_repeats_its_own_name_says_nothing(reader):
    assert reader.is_a(Sentence("HP:0000481", 0, "An abnormality of the cornea.")) == []
    assert reader.is_a(Sentence("HP:0000481", 0, "")) == []


def test_part_of_and_located_in(reader):
    sentence = Sentence("HP:0000481", 0, "A spot on the nail of the thumb.")
    (edge,) = reader.part_of(sentence)
    assert (edge.subject.text, edge.object.text) == ("nail", "thumb")
    assert edge.evidence == "nail of the thumb"
    assert [e.object.text for e in reader.located_in(sentence)] == ["nail"]


def test_the_baseline_reads_the_end_of_the_name(reader, graph):
    (edge,) = name_baseline(reader, ["HP:0003265"])
    assert (graph.term("HP:0003265").name, edge.object.id) == (
        "Neonatal hyperbilirubinemia",
        "HP:0002904",
    )


# -- linking -------------------------------------------------------------------------------


def test_linking_takes_the_whole_mention_or_none(graph):
    assert link_node(Node("fever", "finding"), graph).id == "HP:0001945"
    assert link_node(Node("gum overgrowth of Tuesday", "finding"), graph).id is None
    assert link_node(Node("aspirin", "drug"), graph).id is None


# -- networks ------------------------------------------------------------------------------


def edge(a, relation, b, status="asserted"):
    sentence = f"{a} {relation} {b}."
    ends = Node(a, "finding"), Node(b, "finding")
    return Edge(ends[0], relation, ends[1], sentence, 0, len(sentence), "hand", "s", status)


def test_paths_use_asserted_edges_in_either_direction():
    network = to_networkx(
        [edge("a", "causes", "b"), edge("c", "causes", "b"), edge("a", "causes", "c", "negated")]
    )
    assert [e.sentence for e in path_between(network, "A", "c")] == ["a causes b.", "c causes b."]
    every = ("asserted", "negated", "hypothetical")
    assert [e.status for e in path_between(network, "a", "c", every)] == ["negated"]
    said = why(network, "a", "c")
    assert '"a causes b." (s, hand)' in said
    assert said.count("causes b.") == 2
    assert network.number_of_edges() == 3


def test_no_path_and_no_node():
    network = to_networkx([edge("a", "is_a", "b"), edge("c", "is_a", "d")])
    assert path_between(network, "a", "d") == path_between(network, "a", "a") == []
    assert why(network, "a", "d").startswith("No asserted path")
    with pytest.raises(MedaiError, match="no node"):
        path_between(network, "a", "z")


# -- scores --------------------------------------------------------------------------------


def test_entity_scores_equal_a_count_by_hand():
    # Gold: 5 mentions in two sentences; found: fever (right), cough for "dry cough" (relaxed
    # only), rash (wrong kind).  Exact 1 of 3 and 1 of 5; relaxed 2 of 3 and 2 of 5.
    texts = ["[fever](finding) and [dry cough](finding)",
             "[rash](finding) [gout](disease) [knee](anatomy)"]  # fmt: skip
    sentences = [SimpleNamespace(text=t, mentions=m) for t, m in map(parse_marked, texts)]
    found = {
        sentences[0].text: [sentences[0].mentions[0], (14, 19, "finding", "cough")],
        sentences[1].text: [(0, 4, "disease", "rash")],
    }
    from medai.knowledge.extraction import Mention

    def recognise(text):
        return [Mention(*m) for m in found[text]]

    exact = score_entities(recognise, sentences)
    assert (exact.right, exact.predicted, exact.gold) == (1, 3, 5)
    assert exact.precision[0] == pytest.approx(1 / 3)
    assert exact.f1[0] == pytest.approx(2 / 8)
    relaxed = score_entities(recognise, sentences, relaxed=True)
    assert relaxed.recall[0] == pytest.approx(2 / 5)
    assert relaxed == score_entities(recognise, sentences, relaxed=True)


def test_is_a_scores_equal_a_count_by_hand():
    # t has parents p (above it g); u has parent q.  Guesses: t→g, u→q, u→g.
    # Direct: 1 of 3 right, 1 of 2 parents found.  Ancestors: 2 of 3 right, both terms reached.
    parents = {"t": ("p",), "u": ("q",)}
    above = {"t": {"t", "p", "g", "HP:0000118"}, "u": {"u", "q", "HP:0000118"}}
    toy = SimpleNamespace(
        term=lambda t: SimpleNamespace(parents=parents[t]), ancestors=above.__getitem__
    )

    def guess(a, b, status="asserted"):
        return Edge(Node(a, "f", a), "is_a", Node(b, "f", b), "", 0, 0, "", a, status)

    edges = [guess("t", "g"), guess("u", "q"), guess("u", "g"), guess("t", "p", "negated")]
    direct = score_is_a(edges, toy, ["t", "u"])
    assert (direct.right, direct.predicted, direct.gold) == (1, 3, 2)
    loose = score_is_a(edges, toy, ["t", "u"], exact=False)
    assert (loose.precision[0], loose.recall[0]) == (pytest.approx(2 / 3), 1.0)


def test_relation_scores_count_the_status_or_not():
    gold = [[("causes", "a", "b", "negated")], []]
    found = [[("causes", "a", "b", "asserted")], [("causes", "c", "d", "asserted")]]
    assert score_relations(found, gold).right == 0
    assert score_relations(found, gold).f1[0] == 0.0
    assert score_relations(found, gold, with_status=False).precision[0] == 0.5
    with pytest.raises(MedaiError, match="sentences"):
        score_relations(found, gold[:1])


def test_intervals_hold_the_value_and_nothing_is_nan():
    counts = np.array([[1, 2, 1, 1], [0, 1, 0, 1], [2, 2, 2, 3]] * 5)
    score = score_counts(counts)
    for value, low, high in score[:3]:
        assert low <= value <= high
    nothing = score_counts(np.array([[0, 0, 0, 1]] * 3))
    assert math.isnan(nothing.precision[0])
    assert nothing.recall[0] == 0.0
    with pytest.raises(MedaiError, match="two units"):
        score_counts(counts[:1])
