"""Misspelt and reworded words in longer names, short typos, and real words that are none."""

import pytest

from medai.knowledge import link, load_graph
from medai.knowledge.extraction.edges import Node
from medai.knowledge.extraction.ids import link_node
from medai.knowledge.lexicon import lexicon_of
from medai.knowledge.misspelt import corrections


@pytest.fixture(scope="module")
def graph():
    return load_graph()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("abdomnial pain", "Abdominal pain"),
        ("abdominal pian", "Abdominal pain"),
        ("chst pain", "Chest pain"),
        ("chest pian", "Chest pain"),
        ("low back pian", "Low back pain"),
        ("sore throt", "Pharyngalgia"),
        ("wieght loss", "Weight loss"),
        ("nigth sweats", "Night sweats"),
        ("blurred visoin", "Blurred vision"),
        ("swollen ankels", "Pedal edema"),
        ("short of breth", "Dyspnea"),
        ("loss of apetite", "Poor appetite"),
        ("fevr", "Fever"),
        ("feve", "Fever"),
        ("fver", "Fever"),
        ("cogh", "Cough"),
        ("chesty cogh", "Productive cough"),
        ("vomting", "Vomiting"),
    ],
)
def test_the_longest_name_with_a_typo(graph, text, expected):
    """The whole of the words is taken, so that no site is lost; denial holds as always."""
    (finding,) = link(f"She has {text}.", graph).present
    assert (finding.name, finding.text, finding.method) == (expected, text, "ngram")
    assert 0 < finding.score < 1
    (denied,) = link(f"He has a rash, no {text}.", graph).excluded
    assert denied.name == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("kidney failure", "Renal insufficiency"),
        ("gum overgrowth", "Gingival overgrowth"),
        ("enlarged liver", "Hepatomegaly"),
    ],
)
def test_the_longest_name_in_other_words(graph, text, expected):
    found = link(f"She has {text}.", graph)
    assert [(f.name, f.text) for f in found.present] == [(expected, text)]
    assert found.unrecognised == ()


@pytest.mark.parametrize(
    "text",
    [
        "never", "lever", "ever", "fewer", "fiver", "couch", "coach", "rush", "swimming", "tried",
        "heading", "tutor", "wait", "seat", "boating", "stock", "strip", "cancel", "sock", "paid",
        "back pan", "chest pair", "abdominal plain", "goat", "harm", "inch", "page", "painting",
        "slivers", "lived", "blandness", "swearing", "bowl",
    ],
)  # fmt: skip
def test_a_real_word_is_no_typo(graph, text):
    assert link(f"It was the {text}.", graph).present == ()


@pytest.mark.parametrize("text", ["hyprtension", "hypoglycaema", "shrt toe", "uper limb weakness"])
def test_opposites_are_not_made_of_typos(graph, text):
    """With one letter more or less these are two opposite names, or take a side unasked."""
    names = {f.name for f in link(text, graph).present}
    assert not names & {"Hypertension", "Hypotension", "Hyperglycemia", "Short toe"}


def test_corrections_keep_first_letter_and_direction(graph):
    lexicon = lexicon_of(graph)
    assert corrections(lexicon, "fevr") == ("fever",)
    assert corrections(lexicon, "rever") == ()
    assert corrections(lexicon, "fever") == ()
    assert "high" not in corrections(lexicon, "hihg")  # takes a side: more
    assert corrections(lexicon, "pin") == ()


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("gum overgrowth", "Gingival overgrowth"),
        ("the gum overgrowth", "Gingival overgrowth"),
        ("fever", "Fever"),
        ("a fever", "Fever"),
        ("odd overgrowth", None),
        ("zinc fever", None),
        ("new fever", None),
    ],
)
def test_a_node_is_linked_as_a_whole_or_not_at_all(graph, text, name):
    linked = link_node(Node(text, "finding"), graph)
    assert linked.id == (None if name is None else graph.term(_id(graph, name)).id)


def _id(graph, name):
    return next(t.id for t in graph.terms if t.name == name)
