"""The list of outside addresses: what it collects, what it knows, what it complains about."""

import json

import pytest

from tools import external

BIB = """@article{opened,
  title = {A},
  url = {https://a.org/x\\_y},
  note = {Opened: 2026-11-20 the page},
}
@article{elsewhere,
  doi = {10.1/abc},
  note = {Opened: abstract at PMC1},
}
@article{never,
  url = {https://c.org},
  note = {Not opened},
}
"""
SOURCES = """key,title,url,publisher,copy,opened,what,date
one,One,https://d.org/1(2)3,D,no,yes,x,2026-11-21
two,Two,https://e.org,E,no,no,x,2026-11-21
three,Three,data/x.csv,E,no,yes,x,2026-11-21
"""


@pytest.fixture
def book(tmp_path):
    for folder in ["book", "chapters/part1", "data/t", "medai/datasets"]:
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "_config.yml").write_text("repository:\n  url: https://github.com/own/book\n")
    (tmp_path / "book/references.bib").write_text(BIB)
    (tmp_path / "data/t/sources.csv").write_text(SOURCES)
    (tmp_path / "book/page.md").write_text(
        "See [f](https://f.org/p) and https://c.org. Not http://127.0.0.1:8000, https://host/v1, "
        "https://x.example or https://github.com/own/book/issues."
    )
    cells = [{"cell_type": "markdown", "source": ["See <https://d.org/1(2)3>."]}]
    cells.append({"cell_type": "code", "source": ["x = 'https://code.org'"]})
    (tmp_path / "chapters/part1/01_a.ipynb").write_text(json.dumps({"cells": cells}))
    return tmp_path


def test_collects_each_address_with_what_is_known(book):
    links = external.collect(book)
    assert {url: (link.how, link.last_known) for url, link in links.items()} == {
        "https://a.org/x_y": ("opened", "2026-11-20"),
        "https://doi.org/10.1/abc": ("source read elsewhere", ""),
        "https://c.org": ("not opened", ""),
        "https://d.org/1(2)3": ("opened", "2026-11-21"),
        "https://e.org": ("not opened", ""),
        "https://f.org/p": ("not opened", ""),
    }
    assert links["https://c.org"].places == ["reference never", "book/page.md"]


def test_complains_both_ways_and_renewing_mends_it(book):
    assert len(external.complaints(book)) == 6
    (book / external.LIST).write_text(external.written(external.collect(book), {}))
    assert external.complaints(book) == []
    (book / "book/page.md").write_text("[new](https://new.org)")
    first, second = external.complaints(book)
    assert "book/page.md: https://new.org is not in" in first
    assert "https://f.org/p stands nowhere" in second
    assert "tools.external --write" in first


def test_renewing_keeps_dates(book):
    old = {"https://f.org/p": {"last_known": "2026-11-01", "how": "opened"}}
    text = external.written(external.collect(book), old)
    assert "https://f.org/p,book/page.md,2026-11-01,opened" in text
    assert "https://a.org/x_y,reference opened,2026-11-20,opened" in text


def test_the_newest_and_best_knowledge_stays():
    link = external.Link([])
    link.learn("a", "opened", "2026-11-20")
    link.learn("b", "opened", "2026-11-22")
    link.learn("c", "opened", "2026-11-21")
    link.learn("d")
    assert (link.how, link.last_known) == ("opened", "2026-11-22")
    assert link.places == ["a", "b", "c", "d"]


def test_the_page_says_plainly_what_was_not_opened(book):
    (book / external.LIST).write_text(external.written(external.collect(book), {}))
    page = external.page(book)
    assert "6 addresses: 2 were opened" in page
    assert "**d.org**\n\n- [/1(2)3](<https://d.org/1(2)3>): 2026-11-21" in page
    assert "- [/x\\_y](<https://a.org/x_y>): 2026-11-20" in page
    assert "- [/p](<https://f.org/p>): not opened" in page


def test_the_books_own_list_is_complete():
    assert external.complaints() == []


def test_an_address_in_howpublished_counts():
    entry = "@misc{a,\n  howpublished = {\\url{https://g.org}},\n  note = {Opened: the page}\n}\n"
    assert external.of_bibliography(entry, {3: "2026-11-19"}) == [
        ("https://g.org", "a", "opened", "2026-11-19")
    ]


def test_the_links_of_the_glossary_count(book):
    (book / "data/glossary").mkdir()
    row = "term,also,zh,definition,chapter,link\na,,词,A.,1,https://h.org/a\n"
    (book / external.GLOSSARY).write_text(row)
    assert external.collect(book)["https://h.org/a"].places == [external.GLOSSARY]
