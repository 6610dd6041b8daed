"""Exams: what is written is read back, whatever the letters; the command line."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medai.cli import main
from medai.cli.exam import FORMATS, TOPICS
from medai.education import exams, questions
from medai.education.question import Option, Question
from medai.runtime import MedaiError

READERS = {"moodle": exams.read_moodle, "gift": exams.read_gift, "csv": exams.read_csv}
NASTY = [
    "a < b & c > d", "{~%50%x = y # z: \\n}", "::name::", "[html]x", "%100%", "// not a comment",
    "\\", "a\\\\", "####", "&lt;b&gt; &amp;&amp;035;", "]]>", "发热 咳嗽，是；否", "$CATEGORY: x",
    "'apostrophe", "=SUM(A1)", "-1", 'say "yes"', "->", "<br>", "line\nbreak", "é😀", "T", "TRUE",
]  # fmt: skip
text = st.one_of(
    st.sampled_from(NASTY),
    st.text(st.characters(blacklist_categories=("Cs", "Cc", "Zs", "Zl", "Zp", "Cn")), min_size=1),
    st.lists(st.sampled_from([*"~=#{}:\\%[]<>&;'\" \n", "a", "热"]), min_size=1, max_size=12).map(
        "".join
    ),
).filter(lambda x: x.strip() and not any(c in x for c in "\x85\xa0\ufffe\uffff"))


@st.composite
def question(draw):
    words = draw(st.lists(text, min_size=2, max_size=5, unique_by=lambda x: x.strip().casefold()))
    key = draw(st.integers(0, len(words) - 1))
    options = tuple(Option(w.strip(), i == key, draw(text).strip()) for i, w in enumerate(words))
    return Question(
        "q-1", "common", draw(text).strip(), options, ("A source, https://x.y/?a=1&b=2",)
    )


def bare(one: Question) -> Question:
    """Without concepts, which no format carries."""
    return Question(
        one.id, one.topic, one.stem, tuple(Option(o.text, o.correct, o.why) for o in one.options),
        ("; ".join(one.sources),),
    )  # fmt: skip


@pytest.mark.parametrize("form", FORMATS)
@settings(max_examples=150, deadline=None)
@given(one=question())
def test_whatever_the_letters_it_is_read_back(form, one):
    assert READERS[form](exams.render([one], form)) == (one,)


@pytest.fixture(scope="module")
def made():
    return questions.make_questions(6, topic="mixed", seed=3)


@pytest.mark.parametrize("form", FORMATS)
def test_a_generated_exam_is_read_back(made, form):
    assert READERS[form](exams.render(made, form)) == tuple(bare(q) for q in made)


def test_the_xml_has_the_structure_that_moodle_reads(made):
    quiz = ElementTree.fromstring(exams.render(made, "moodle", penalty=0.5, shuffle=False))
    assert quiz.tag == "quiz"
    assert quiz[0].get("type") == "category"
    assert quiz[0].findtext("category/text") == "$course$/medai"
    for node in quiz[1:]:
        assert node.get("type") == "multichoice"
        assert node.find("questiontext").get("format") == "html"
        assert node.findtext("single") == "true"
        assert node.findtext("shuffleanswers") == "false"
        assert float(node.findtext("penalty")) == 0.5
        assert node.findtext("name/text")
        assert node.findtext("questiontext/text")
        fractions = [a.get("fraction") for a in node.iterfind("answer")]
        assert sorted(fractions) == ["0", "0", "0", "100"]
        assert all(a.findtext("feedback/text") for a in node.iterfind("answer"))


def test_markup_is_escaped_for_the_page_and_for_the_file():
    options = (Option("<script>", True, "w"), Option("b", False, "w"))
    xml = exams.render([Question("q", "common", "a < b", options, ("s",))], "moodle")
    assert "&amp;lt;script&amp;gt;" in xml
    assert "a &amp;lt; b" in xml


def test_gift_escapes_by_hand():
    options = (Option("x=1", True, "y#2"), Option("%50%", False, "{z}"))
    gift = exams.render([Question("q", "common", "Is it ~5: {or}?", options, ("s",))], "gift")
    assert r"::q::[html]Is it \~5\: \{or\}? {" in gift
    assert r"=[html]x\=1#[html]y\#2" in gift
    assert r"~%0%[html]%50%#[html]\{z\}" in gift  # its own %50% is no weight


def test_no_cell_of_the_csv_is_a_formula():
    options = (Option("=HYPERLINK(1)", True, "+1"), Option("@x", False, "-2"))
    text = exams.render([Question("q", "common", "=1+1", options, ("s",))], "csv")
    assert text.startswith("\ufeff")
    assert ",'=1+1," in text
    assert "'=HYPERLINK" in text


def test_entities_and_damage_are_refused():
    bomb = '<!DOCTYPE q [<!ENTITY a "x">]><quiz>&a;</quiz>'
    for bad in (bomb, "<quiz>", ""):
        with pytest.raises(MedaiError, match="no safe"):
            exams.read_moodle(bad)
    with pytest.raises(MedaiError, match="no question in GIFT"):
        exams.read_gift("What? {")
    with pytest.raises(MedaiError, match="first columns"):
        exams.read_csv("a,b\n")


def test_what_cannot_be_exported_is_refused(made):
    bell = Question("q", "t", "a\x07b", made[0].options, ("s",))
    for bad, options in (
        ([], {}), ([made[0], made[0]], {}), ([bell], {}), (made, {"penalty": 2}),
        (made, {"category": "$x/../y"}),
    ):  # fmt: skip
        with pytest.raises(MedaiError):
            exams.render(bad, "moodle", **options)
    with pytest.raises(MedaiError, match="must be one of"):
        exams.render(made, "qti")
    odd = Question("a b", "t", "s", made[0].options, ("s",))
    with pytest.raises(MedaiError, match="letters, digits"):
        exams.render([odd], "gift")


def test_the_command_writes_the_same_exam_as_the_package(tmp_path, capsys):
    target = tmp_path / "exam.xml"
    genes = ["exam", "--topic", "genes", "--number", "2", "--seed", "4"]
    assert main([*genes, "--out", str(target)]) == 0
    written = target.read_text(encoding="utf-8")
    assert written == exams.render(questions.make_questions(2, topic="genes", seed=4), "moodle")
    assert main(genes) == 0
    out = capsys.readouterr()
    assert written in out.out
    assert "teacher" in out.err


def test_a_failed_export_leaves_the_old_file(tmp_path, capsys):
    target = tmp_path / "exam.xml"
    target.write_text("old", encoding="utf-8")
    assert main(["exam", "--number", "0", "--out", str(target)]) == 2
    assert target.read_text(encoding="utf-8") == "old"
    assert main(["exam", "--number", "1", "--seed", "-1"]) == 2
    assert main(["exam", "--number", "1", "--out", str(tmp_path)]) == 2
    assert main(["exam", "--topic", "genes", "--number", "1", "--out", "/nowhere/x.xml"]) == 2
    assert "Traceback" not in capsys.readouterr().err


def test_the_command_knows_the_package_s_topics_and_formats():
    assert ("mixed", *questions.TOPICS) == TOPICS
    assert FORMATS == exams.FORMATS
