"""The index of names by meaning, on a small ontology; opposites are never an answer."""

import pytest
from tiny_hpo import Row, write_hpoa

from medai.knowledge import link
from medai.knowledge.graph import KnowledgeGraph
from medai.knowledge.leftovers import NEAR_ENOUGH, is_sure
from medai.knowledge.rewording import reword
from medai.llm import names as module
from medai.llm.names import NameIndex, Neighbour
from medai.runtime import MedaiError

pytestmark = pytest.mark.once
TERMS = {
    "HP:0000001": ("All", "", ()),
    "HP:0000118": ("Phenotypic abnormality", "HP:0000001", ()),
    "HP:0000010": ("Hyperglycemia", "HP:0000118", ("High blood sugar",)),
    "HP:0000011": ("Hypoglycemia", "HP:0000118", ()),
    "HP:0000012": ("Ocular pain", "HP:0000118", ("Eye pain",)),
    "HP:0000013": ("Abnormal pharynx morphology", "HP:0000118", ()),
    "HP:0000014": ("Short 2nd finger", "HP:0000118", ()),
    "HP:0000015": ("Short 3rd finger", "HP:0000118", ()),
    "HP:0000016": ("Abdominal cramps", "HP:0000118", ()),
    "HP:0000017": ("Epistaxis", "HP:0000118", ("Bleeding from the nose",)),
    "HP:0000018": ("Tachycardia", "HP:0000118", ("Fast heart rate",)),
    "HP:0000019": ("Bradycardia", "HP:0000118", ("Slow heart rate",)),
    "HP:0000020": ("Autism", "HP:0000118", ()),
}


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("home")


@pytest.fixture(autouse=True)
def own_home(home, monkeypatch):
    monkeypatch.setenv("MEDAI_DATA_HOME", str(home))


@pytest.fixture(scope="module")
def graph(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hpo")
    lines = ["format-version: 1.2", "data-version: hp/releases/2025-01-01", ""]
    for term, (name, parent, synonyms) in TERMS.items():
        lines += ["[Term]", f"id: {term}", f"name: {name}"]
        lines += [f'synonym: "{text}" EXACT layperson []' for text in synonyms]
        lines += [f"is_a: {parent}", ""] if parent else [""]
    (folder / "hp.obo").write_text("\n".join(lines), encoding="utf-8")
    write_hpoa(folder / "phenotype.hpoa", [Row("OMIM:1", "HP:0000010", "1/2")])
    return KnowledgeGraph.from_files(folder / "hp.obo", folder / "phenotype.hpoa")


@pytest.fixture
def index(graph):
    return NameIndex(graph, progress=False)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("innermost bone of index finger", "proximal phalanx of 2nd finger"),
        ("kidney stone", "renal stone"),
        ("big toe", "hallux"),
        ("pinky finger", "little finger"),
        ("tummy ache", "abdominal pain"),
    ],
)  # fmt: skip
def test_one_wording(one, other):
    assert reword(one) == reword(other)


def test_rewording_keeps_opposites_apart():
    for one, other in [("high", "low"), ("proximal", "distal"), ("upper jaw", "lower jaw"),
                       ("2nd toe", "3rd toe"), ("large", "small"), ("finger", "toe")]:  # fmt: skip
        assert reword(one) != reword(other)


@pytest.mark.parametrize(
    ("phrase", "name"),
    [
        ("ache in the eyes", "Ocular pain"),
        ("bleeding nose", "Epistaxis"),
        ("raised glucose in the blood", "Hyperglycemia"),
        ("belly cramps", "Abdominal cramps"),
        ("small index finger", "Short 2nd finger"),
    ],
)
def test_nearest(index, phrase, name):
    ((best, *rest),) = index.nearest([phrase], k=3)
    assert best.name == name
    assert not best.opposite
    assert len({best.hpo_id, *(one.hpo_id for one in rest)}) == 3, "one for each term"
    assert all(one.opposite or one.score <= best.score for one in rest)


def test_an_opposite_is_marked_and_comes_later(index):
    (found,) = index.nearest(["fast heart beat"], k=11)
    by_name = {one.name: one for one in found}
    assert by_name["Bradycardia"].opposite
    assert not by_name["Tachycardia"].opposite
    assert found[0].name == "Tachycardia"


def test_many_at_once_and_none(index):
    assert index.nearest([]) == []
    together = index.nearest(["bleeding nose", "belly cramps"], 1)
    assert [one[0].name for one in together] == ["Epistaxis", "Abdominal cramps"]
    assert index.nearest(["", "?!"], 1)  # nothing to compare: low scores, no error
    assert "11 wordings" in repr(index) or "wordings" in repr(index)


@pytest.mark.parametrize(("phrases", "k"), [("fever", 5), (["fever"], 0), (["fever"], 1.5)])
def test_wrong_questions(index, phrases, k):
    with pytest.raises(MedaiError):
        index.nearest(phrases, k)


def test_made_once_and_a_damaged_file_is_made_again(index, graph, home, monkeypatch):
    (path,) = (home / "names").glob("hpo-*.safetensors")
    monkeypatch.setattr(module, "embed_many", lambda *_: pytest.fail("made a second time"))
    NameIndex(graph, progress=False)
    monkeypatch.undo()
    monkeypatch.setenv("MEDAI_DATA_HOME", str(home))
    whole = path.read_bytes()
    path.write_bytes(whole[:-100])
    assert NameIndex(graph, progress=False).vectors.shape == index.vectors.shape
    assert path.read_bytes() == whole


def test_link_asks_it_only_about_what_is_left(graph, index):
    asked = []

    class Spy:
        def nearest(self, phrases, k=5):
            asked.extend(phrases)
            return index.nearest(phrases, k)

    text = "Eye pain, no crampy abdomen, epistaxis."
    assert [u.text for u in link(text, graph).unrecognised] == ["crampy abdomen"]
    found = link(text, graph, names=Spy())
    assert asked == ["crampy abdomen"]
    assert [(f.name, f.text, f.method) for f in found.excluded] == [
        ("Abdominal cramps", "crampy abdomen", "neighbour")
    ]
    assert found.excluded[0].score >= NEAR_ENOUGH
    assert found.unrecognised == ()


def test_a_phrase_across_small_words(graph, index):
    (finding,) = link("ache in the eyes", graph, names=index).present
    assert (finding.name, finding.text) == ("Ocular pain", "ache in the eyes")


@pytest.mark.parametrize("text", ["the throat", "the eyes", "fingers", "blood", "her nose"])
def test_a_part_of_the_body_is_no_finding(graph, index, text):
    assert link(text, graph, names=index).present == ()


def answer(name, score, opposite=False):
    return Neighbour("HP:0000010", name, name.lower(), score, opposite)


@pytest.mark.parametrize(
    ("phrase", "found", "sure"),
    [
        ("two words", [answer("Some name", 0.9)], True),
        ("two words", [answer("Some name", NEAR_ENOUGH - 0.01)], False),
        ("word", [answer("Some name", 0.9)], False),
        ("word", [answer("Some name", 0.99)], True),
        ("two words", [answer("Some name", 0.9, True)], False),
        ("two words", [answer("Some name", 0.9), answer("Other", 0.85)], False),
        ("two words", [answer("Some name", 0.9), answer("Other", 0.89, True)], True),
        ("neck muscles", [answer("Abnormal neck muscle", 0.9)], False),
        ("odd neck abnormality", [answer("Abnormal neck muscle", 0.9)], True),
    ],
)
def test_when_a_neighbour_is_taken(phrase, found, sure):
    assert is_sure(phrase, found) is sure


def test_a_refused_opposite_is_a_question(graph):
    class Opposite:
        def nearest(self, phrases, k=5):
            return [[answer("Hyperglycemia", 0.95, True)] for _ in phrases]

    found = link("little blood honey", graph, names=Opposite())
    assert found.present == ()
    (unknown,) = found.unrecognised
    assert unknown.reason == "opposite"
    assert unknown.suggestions[0] == ("HP:0000010", "Hyperglycemia")
