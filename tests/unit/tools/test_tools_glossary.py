"""The glossary: what the table refuses, what a chapter links, and what it leaves alone."""

import importlib.util
from pathlib import Path

import pytest
from docutils import nodes
from docutils.utils import new_document

from medai.datasets.glossary import Term, glossary, is_abbreviation
from medai.runtime import MedaiError

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def extension():
    spec = importlib.util.spec_from_file_location("x", ROOT / "book" / "_ext" / "glossary.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


HEAD = "term,also,zh,definition,chapter,link\n"


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ("token,,词元,A piece.,3,\nToken,,词元,A piece.,3,\n", "line 3"),
        ("token,piece,词元,A piece.,3,\nbit,Piece,片,A bit.,3,\n", "'token' has this name already"),
        ("token,,,A piece.,3,\n", "Chinese"),
        ("token,,token,A piece.,3,\n", "Chinese"),
        ("token,,词元,A piece.,40,\n", "1 to 39"),
        ("token,,词元,A piece.,0,\n", "1 to 39"),
        ("token,,词元,A piece.,three,\n", "1 to 39"),
        ("token,,词元,,3,\n", "empty"),
        (f"token,,词元,{'word ' * 40}word,3,\n", "41 words"),
        ("a b,,词元,A.,3,\na-b,,词,B.,3,\n", "anchor"),
        ("token,,词元,A piece.,3,two words\n", "without blanks"),
    ],
)
def test_refused(tmp_path, rows, says):
    (tmp_path / "terms.csv").write_text(HEAD + rows, encoding="utf-8")
    with pytest.raises(MedaiError, match=says):
        glossary(tmp_path)


def test_read(tmp_path):
    rows = (
        "β-blocker,,受体阻滞剂,Slows.,28,\nAUC,AUROC; c-statistic,面积,A chance.,2,https://a.org\n"
    )
    (tmp_path / "terms.csv").write_text(HEAD + rows, encoding="utf-8")
    first, second = glossary(tmp_path)
    assert first == Term("AUC", ("AUROC", "c-statistic"), "面积", "A chance.", 2, "https://a.org")
    assert (first.slug, second.slug) == ("auc", "beta-blocker")


def test_forty_words_are_allowed(tmp_path):
    (tmp_path / "terms.csv").write_text(HEAD + f"a,,词,{'w ' * 39}w,1,\n", encoding="utf-8")
    assert len(glossary(tmp_path)) == 1


def test_the_books_own_table():
    terms = glossary()
    assert len({term.slug for term in terms}) == len(terms) >= 12


@pytest.mark.parametrize("name", ["AUC", "mRNA", "GloVe", "eGFR", "DP-SGD", "ROC curve", "DP"])
def test_abbreviations(name):
    assert is_abbreviation(name)


@pytest.mark.parametrize("name", ["token", "Bayes' rule", "k-anonymity", "p-value", "F1 score"])
def test_words(name):
    assert not is_abbreviation(name)


def term(name, *also, chapter=2):
    return Term(name, also, "词", "What it is.", chapter)


TERMS = [
    term("vector"),
    term("vector space"),
    term("sensitivity", "found share"),
    term("anonymity"),
    term("area under the curve", "AUC"),
    term("therapy"),
    term("class"),
    term("Cohen's kappa"),
]


def marked(extension, *children):
    """Return the linked words of a document, and its text afterwards."""
    document = new_document("x")
    document += nodes.section("", *children)
    before = document.astext()
    count = extension.link_terms(document, extension.Index(TERMS), "../book/glossary.html")
    assert document.astext() == before
    links = [n for n in document.findall(nodes.reference) if "glossary-link" in n["classes"]]
    assert len(links) == count
    return [(n.astext(), n["refuri"].split("#term-")[1]) for n in links]


def test_first_mention_only_and_the_longest_name(extension):
    text = nodes.paragraph("", "Vector spaces hold a vector; a vector space has vectors.")
    assert marked(extension, text) == [
        ("Vector spaces", "vector-space"),
        ("vector", "vector"),
    ]


def test_a_synonym_is_the_same_term(extension):
    text = nodes.paragraph("", "Its found share, that is its sensitivity.")
    assert marked(extension, text) == [("found share", "sensitivity")]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("AUC and AUCs", ["AUC"]),
        ("the auc", []),
        ("Two AUCs", ["AUCs"]),
        ("therapies", ["therapies"]),
        ("classes", ["classes"]),
        ("k-anonymity", []),
        ("sensitivity-based", []),
        ("sensitivityness", []),
        ("the area under\nthe curve", ["area under\nthe curve"]),
        ("SENSITIVITY", ["SENSITIVITY"]),
        ("Cohen’s kappa", ["Cohen’s kappa"]),  # as smart quotes make it
        ("Cohen's kappa.", ["Cohen's kappa"]),
        ("area under the bed", []),
    ],
)
def test_forms(extension, text, found):
    assert [words for words, _ in marked(extension, nodes.paragraph("", text))] == found


def test_not_in_headings_code_formulas_links_captions_outputs(extension):
    word = "sensitivity"
    children = [
        nodes.title("", word),
        nodes.paragraph("", "", nodes.literal("", word)),
        nodes.literal_block("", word),
        nodes.paragraph("", "", nodes.math("", word)),
        nodes.math_block("", word),
        nodes.paragraph("", "", nodes.reference("", word, refuri="x")),
        nodes.figure("", nodes.image(uri="x"), nodes.caption("", word)),
        nodes.footnote("", nodes.paragraph("", word)),
        nodes.container("", nodes.paragraph("", word), classes=["cell_output"]),
    ]
    assert marked(extension, *children) == []
    listed = nodes.bullet_list("", nodes.list_item("", nodes.paragraph("", word)))
    assert marked(extension, *children, listed) == [("sensitivity", "sensitivity")]


def test_the_tree_stays_around_the_link(extension):
    document = new_document("x")
    document += nodes.paragraph("", "", nodes.Text("Good "), nodes.emphasis("", "sensitivity it"))
    extension.link_terms(document, extension.Index(TERMS), "g.html")
    (link,) = document.findall(nodes.reference)
    assert isinstance(link.parent, nodes.emphasis)
    assert link["refuri"] == "g.html#term-sensitivity"
    assert link["reftitle"] == "词: What it is."


def test_entry(extension):
    item = extension.entry(term("AUC", "AUROC"), ["chapters/p/02_metrics"], [nodes.Text("It is.")])
    name, text = item.children
    assert name["ids"] == ["term-auc"]
    assert '<span lang="zh">词</span>' in name.astext()
    (link,) = text.findall(lambda node: node.get("reftarget") if hasattr(node, "get") else False)
    assert link["reftarget"] == "/chapters/p/02_metrics"
    assert text.astext() == "It is. Chapter 2."


def test_a_chapter_that_does_not_exist_yet_is_named_without_link(extension):
    item = extension.entry(term("AUC", chapter=34), ["chapters/p/02_metrics"], [])
    assert "Chapter 34." in item.astext()
    assert not list(item.findall(lambda node: "reftarget" in getattr(node, "attributes", {})))


@pytest.mark.parametrize(("chapter", "links"), [(0, 0), (5, 0), (6, 1)])
def test_an_everyday_word_leads_to_its_entry_in_its_own_chapter_only(extension, chapter, links):
    document = new_document("x")
    document += nodes.paragraph("", "It nods its heads.")
    index = extension.Index([term("attention head", "head", chapter=6)])
    assert extension.link_terms(document, index, "g.html", chapter) == links
