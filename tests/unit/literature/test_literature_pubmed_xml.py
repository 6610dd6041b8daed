"""PubMed's XML: the fields of a record, and the corners that are often read wrongly."""

import contextlib
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pubmed_server import BOOK, RECORDS, article, article_set, error

from medai.literature.pubmed_records import Mesh, Section
from medai.literature.pubmed_xml import Refused, Unreadable, read_articles


def read(pmid):
    (found,) = read_articles(article_set([RECORDS[pmid]]))
    return found


def test_a_full_record():
    one = read("90000001")
    assert one.pmid == "90000001"
    assert one.title == "Fish oil in Raynaud’s phenomenon: 10^6 cells and CO2."
    assert one.journal == "Journal of Invented Trials"
    assert (one.year, one.date) == (2020, "2020 Mar")
    assert one.authors == ("Müller-Öz ÅB", "King M Jr", "Cold Hands Study Group")
    assert one.doi == "10.1000/invented.1"  # the valid ELocationID before the list
    assert one.pmcid == "PMC9000001"  # not that of a reference
    assert one.types == ("Journal Article",)
    assert one.mesh == (
        Mesh("Raynaud Disease", "D011928", ("drug therapy",), major=True),
        Mesh("Humans", "D006801", (), major=False),
    )
    assert not one.retracted
    assert not one.concern
    assert one.kind == "article"
    assert one.url.endswith("/90000001/")


def test_a_structured_abstract_keeps_its_labels():
    one = read("90000001")
    assert one.abstract == (
        Section("BACKGROUND", "Cold fingers hurt.", "BACKGROUND"),
        Section(
            "METHODS AND RESULTS", "We gave 3.96 g a day to 32 patients (P < 0.05).", "RESULTS"
        ),
        Section("", "Nothing else."),
    )
    assert one.text.splitlines()[0] == "BACKGROUND: Cold fingers hurt."
    assert "Otro" not in one.text
    assert "Nobody" not in one.text


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("10<sup>6</sup> cells", "10^6 cells"),  # joined it would be 106
        ("10<sup>-3</sup>", "10^-3"),
        ("m<sup>2</sup>", "m2"),
        ("Ca<sup>2+</sup>", "Ca2+"),
        ("<sup>18</sup>F", "18F"),
        ("CO<sub>2</sub>", "CO2"),
        ("<b>No</b> <i>in <u>vivo</u></i> data", "No in vivo data"),
        ("Seen in 2019<sup>a</sup>", "Seen in 2019a"),
    ],
)
def test_markup_in_titles(markup, text):
    assert read_articles(article_set([article(1, markup)]))[0].title == text


@pytest.mark.parametrize(
    ("date", "year", "written"),
    [
        ("<MedlineDate>1998 Dec-1999 Jan</MedlineDate>", 1998, "1998 Dec-1999 Jan"),
        ("<MedlineDate>Winter 2001-2002</MedlineDate>", 2001, "Winter 2001-2002"),
        ("<MedlineDate>Unknown</MedlineDate>", None, "Unknown"),
        ("<Year>1987</Year><Season>Summer</Season>", 1987, "1987 Summer"),
        ("", None, ""),
    ],
)
def test_dates(date, year, written):
    (one,) = read_articles(article_set([article(1, date=date)]))
    assert (one.year, one.date) == (year, written)


def test_without_title_abstract_and_year_the_electronic_date_stands_in():
    one = read("90000003")
    assert (one.title, one.abstract, one.text, one.year) == ("", (), "", 2011)
    assert one.authors == one.mesh == ()


def test_retractions_and_doubts():
    retracted, doubted = read("90000004"), read("90000005")
    assert retracted.retracted
    assert retracted.notices == ("90000099",)
    assert doubted.concern
    assert not doubted.retracted
    assert doubted.notices == ("J Inv Tr. 2022;3:4",)


def test_the_type_alone_or_the_link_alone_marks_a_retraction():
    by_type = article(1, types="<PublicationType>Retracted Publication</PublicationType>")
    link = '<CommentsCorrectionsList><CommentsCorrections RefType="RetractionIn"/>'
    by_link = article(2, comments=f"{link}</CommentsCorrectionsList>")
    # the notice itself is no retracted article, and a link "RetractionOf" marks the notice
    notice = article(
        3,
        types="<PublicationType>Retraction of Publication</PublicationType>",
        comments=f"{link}</CommentsCorrectionsList>".replace("RetractionIn", "RetractionOf"),
    )
    found = read_articles(article_set([by_type, by_link, notice]))
    assert [one.retracted for one in found] == [True, True, False]


def test_a_book_chapter_is_a_record_too():
    chapter, after = read_articles(article_set([BOOK, RECORDS["90000002"]]))
    assert (chapter.pmid, chapter.kind, chapter.title) == ("90000006", "book", "A chapter")
    assert (chapter.journal, chapter.year) == ("Invented Reviews", 1993)
    assert chapter.authors == ("Writer W",)  # not the editor of the book
    assert chapter.abstract == (Section("CLINICAL CHARACTERISTICS", "Rare."),)
    assert chapter.types == ("Review",)
    assert after.pmid == "90000002"


def test_a_whole_book_has_the_title_of_the_book():
    whole = BOOK.replace('<ArticleTitle book="x" part="y">A chapter</ArticleTitle>', "")
    whole = whole.replace('Type="authors"', 'Type="nobody"').replace("Writer", "Someone")
    (one,) = read_articles(article_set([whole]))
    assert one.title == "Invented Reviews"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "empty"),
        (b"<!DOCTYPE html><html><body>Log in</body></html>", "web page"),
        (b"\n  <HTML></HTML>", "web page"),
        (b'{"error":"API rate limit exceeded"}', "not XML"),
        (article_set([RECORDS["90000001"]])[:-200], "cut off"),
        (b"<PubmedArticleSet><PubmedArticle></PubmedArticleSet>", "damaged"),
        (b"<eSummaryResult/>", "eSummaryResult"),
        (b"<PubmedArticleSet><PubmedArticle/></PubmedArticleSet>", "MedlineCitation"),
    ],
)
def test_what_is_no_answer_is_unreadable(body, words):
    with pytest.raises(Unreadable, match=words):
        read_articles(body)


def test_an_error_of_the_service_is_its_own_words():
    with pytest.raises(Refused, match="ID list is empty"):
        read_articles(error("ID list is empty! Possibly it has no correct IDs."))


def test_entities_are_refused():
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
    with pytest.raises(Refused, match="entities"):
        read_articles(bomb + b"<PubmedArticleSet>&b;</PubmedArticleSet>")
    outside = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    with pytest.raises(Refused):
        read_articles(outside + b"<PubmedArticleSet>&a;</PubmedArticleSet>")


@given(
    st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="<>&"), max_size=40)
)
def test_any_title_comes_through_with_its_blanks_joined(title):
    (one,) = read_articles(article_set([article(1, title)]))
    assert one.title == " ".join(title.split())


@given(st.binary(max_size=60) | st.text(string.printable, max_size=60).map(str.encode))
def test_no_bytes_give_a_traceback(body):
    with contextlib.suppress(Unreadable, Refused):
        read_articles(body)


@given(st.integers(0, 2000))
def test_a_cut_at_any_place_is_seen(cut):
    body = article_set([RECORDS["90000001"], BOOK])
    cut = min(cut, len(body) - 1 - len("</PubmedArticleSet>"))
    with pytest.raises(Unreadable):
        read_articles(body[:cut])
