"""Citations that lead nowhere, sources that nothing cites, pages without their list."""

import json

import pytest

from tools import citations


@pytest.fixture
def book(tmp_path):
    for folder in ["book", "chapters/part1", "medai", "data"]:
        (tmp_path / folder).mkdir(parents=True)

    def write(bib="", page="", chapter=""):
        (tmp_path / citations.BIB).write_text(bib)
        (tmp_path / "book" / "page.md").write_text(page)
        cells = [{"cell_type": "markdown", "source": [chapter]}]
        (tmp_path / "chapters/part1/01_a.ipynb").write_text(json.dumps({"cells": cells}))
        return citations.complaints(tmp_path)

    return write


LIST = "\n```{footbibliography}\n```\n"
BIB = "@article{one,\n title={A}}\n@misc{two,\n title={B}}\n@comment{three, x}\n"


def test_good_pages(book):
    page = "A {footcite}`one` in a page." + LIST
    assert book(BIB, page, "B {footcite:p}`one,two`." + LIST) == []


def test_unknown_key(book):
    (found,) = book(BIB, "", "{footcite:t}`one, two` {footcite:p}`thre`" + LIST)
    assert "01_a.ipynb: cites thre, which is not in" in found


def test_cited_nowhere(book):
    (found,) = book(BIB, "", "{footcite:p}`one`" + LIST)
    assert "two is cited nowhere" in found


def test_named_by_the_package_is_used(book, tmp_path):
    (tmp_path / "medai" / "a.py").write_text("SOURCE = 'two'")
    assert book(BIB, "", "{footcite:p}`one`" + LIST) == []


def test_twice(book):
    (found,) = book(BIB + "@book{one,\n}", "{cite:p}`one` and {cite:t}`two`")
    assert "one stands there twice" in found


def test_list_of_footnotes(book):
    assert "no {footbibliography}" in book(BIB, "", "{footcite:p}`one,two`")[0]
    assert "an empty {footbibliography}" in book("", "", "Nothing." + LIST)[0]


def test_code_that_shows_how_to_cite_does_not_cite(book):
    text = "```\n{footcite:p}`four`\n```\n````md\n```{note}\n{footcite}`five`\n```\n````\n"
    text += "```{note}\n{footcite:p}`one`\n```\n{footcite}`two`"
    assert book(BIB, "", text + LIST) == []


def test_the_books_own_citations():
    assert citations.complaints() == []
