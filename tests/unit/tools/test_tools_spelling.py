"""Spelling: American forms and slips are found; names, code and quotations are left alone."""

import pytest

from tools import spelling

AMERICAN = {"tumor": "tumour", "randomized": "randomised"}
KNOWN = {"tumour", "potassium", "treatment", "measure", "patient", "drug"}


def found(text, **more):
    return [word for word, _ in spelling.slips([("a.md", text)], AMERICAN, KNOWN, **more)]


@pytest.mark.parametrize("slip", ["potasium", "potassiun", "pottassium", "potassuim", "treatmnet"])
def test_slips(slip):
    assert found(f"The {slip} falls.") == [slip]


@pytest.mark.parametrize(
    "right", ["potassium", "treatments", "measured", "measuring", "remeasured", "untreatments"]
)
def test_right_words_and_their_forms(right):
    assert found(f"The {right} rises.") == []


def test_a_new_word_unlike_any_other_passes():
    assert found("Hydroxychloroquine helps.") == []


def test_american_forms():
    ((word, complaint),) = spelling.slips([("a.md", "A Tumor.")], AMERICAN, KNOWN)
    assert word == "tumor"
    assert "a.md" in complaint
    assert "'tumour'" in complaint


def test_a_quotation_is_allowed_in_its_file_only():
    quoted = [("24", "tumor")]
    texts = [("chapters/p/24_x.ipynb", "tumor"), ("chapters/p/25_x.ipynb", "tumor")]
    ((_, complaint),) = spelling.slips(texts, AMERICAN, KNOWN, quoted)
    assert "25_x" in complaint


@pytest.mark.parametrize(
    "text",
    [
        "`potasium`",
        "```python\npotasium = 1\n```",
        "$potasium$",
        "$$\npotasium\n$$",
        "[here](https://a.org/potasium)",
        "https://a.org/potasium",
        "{footcite:p}`potasium`",
        "{numref}`potasium`",
        "(potasium)=",
        ":label: potasium",
        "<span class='potasium'>",
        "x_potasium potasium.py",
    ],
)
def test_not_prose(text):
    assert found(spelling.prose(text)) == []


def test_prose_in_directives_is_read():
    assert found(spelling.prose("```{note}\nThe potasium.\n```")) == ["potasium"]


def test_the_lists_are_sorted_and_agree():
    for name in [*spelling.LISTS, "american.txt", "quoted.txt"]:
        lines = (spelling.WORDS / name).read_text(encoding="utf-8").splitlines()
        assert lines == sorted(set(lines)), name
    american = dict(spelling.pairs("american.txt"))
    assert not set(american) & spelling.known_words()
    assert not set(american) & set(american.values())


def test_the_book():
    assert spelling.complaints() == []
