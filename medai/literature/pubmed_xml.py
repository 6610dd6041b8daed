"""PubMed's XML read into articles, its odd corners included.

The shape is that of NLM's PubMed DTD (``PubmedArticleSet`` with ``PubmedArticle`` and
``PubmedBookArticle``).  Parsed with defusedxml: entities are refused, nothing is fetched.
"""

from __future__ import annotations

import re
from typing import Any

from medai.literature.pubmed_records import Article, Mesh, Section
from medai.runtime.errors import MedaiError

RETRACTED = ("RetractionIn", "RetractedandRepublishedIn")
CONCERN = "ExpressionOfConcernIn"
_YEAR = re.compile(r"\b(1[5-9]\d\d|20\d\d)\b")


class Unreadable(Exception):
    """An answer that is not what PubMed sends when it is well; asking again may help."""


class Refused(MedaiError):
    """The service understood the request and reports an error of its own."""


def read_root(body: bytes) -> Any:
    """Parse an XML answer and return its root.

    Raises
    ------
    Unreadable
        For a web page, JSON, an empty or a truncated answer.
    Refused
        For the service's own ``<ERROR>``.
    """
    import xml.etree.ElementTree as ElementTree

    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    start = body[:300].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if not start:
        raise Unreadable("the answer is empty")
    if start.startswith((b"<!doctype html", b"<html")):
        raise Unreadable("the answer is a web page, not XML")
    if not start.startswith(b"<"):
        raise Unreadable("the answer is not XML")
    try:
        root = fromstring(body)
    except ElementTree.ParseError as error:
        raise Unreadable(f"the XML is damaged or cut off ({error})") from None
    except DefusedXmlException as error:
        raise Refused(
            f"The XML declares {type(error).__name__.removesuffix('Forbidden').lower()}, which "
            "PubMed never does and which can read files or fill the memory: it is not read. "
            "Check base_url."
        ) from None
    if root.tag == "ERROR" or (
        root.tag != "PubmedArticleSet" and root.find(".//ERROR") is not None
    ):
        error = root if root.tag == "ERROR" else root.find(".//ERROR")
        raise Refused(" ".join("".join(error.itertext()).split())[:300] or "an error without words")
    return root


def read_articles(body: bytes) -> list[Article]:
    """Read the articles of an efetch answer.

    Parameters
    ----------
    body : bytes
        A ``PubmedArticleSet``.

    Returns
    -------
    list of Article
        In the order of the answer; book chapters are among them.

    Raises
    ------
    Unreadable, Refused
        As :func:`read_root`.
    """
    root = read_root(body)
    if root.tag != "PubmedArticleSet":
        raise Unreadable(f"the XML is <{root.tag}>, not <PubmedArticleSet>")
    found = []
    for node in root:
        if node.tag == "PubmedArticle":
            found.append(_article(node))
        elif node.tag == "PubmedBookArticle":
            found.append(_book(node))
    return found


def plain(node: Any) -> str:
    """Return the text of an element without markup, blanks joined.

    A superscript after a digit becomes ``^``: ``10<sup>6</sup>`` is ``10^6``, not 106.
    """
    if node is None:
        return ""
    return " ".join("".join(_pieces(node)).split())


def _pieces(node: Any) -> list[str]:
    out = [node.text or ""]
    for child in node:
        inner = "".join(_pieces(child))
        before = "".join(out)
        if child.tag == "sup" and before[-1:].isdigit() and re.fullmatch(r"[-−+]?\d+", inner):
            inner = f"^{inner}"
        out += [inner, child.tail or ""]
    return out


def _article(node: Any) -> Article:
    citation = node.find("MedlineCitation")
    if citation is None:
        raise Unreadable("a <PubmedArticle> has no <MedlineCitation>")
    article = citation.find("Article")
    if article is None:
        raise Unreadable("a <MedlineCitation> has no <Article>")
    issue = article.find("Journal/JournalIssue/PubDate")
    date, year = _date(issue)
    if year is None:
        year = _date(article.find("ArticleDate"))[1]
    links = citation.findall("CommentsCorrectionsList/CommentsCorrections")
    types = tuple(plain(one) for one in article.findall("PublicationTypeList/PublicationType"))
    kinds = {one.get("RefType") for one in links}
    notices = [one for one in links if one.get("RefType") in (*RETRACTED, CONCERN)]
    ids = node.findall("PubmedData/ArticleIdList/ArticleId")
    locations = [e for e in article.findall("ELocationID") if e.get("ValidYN", "Y") == "Y"]
    dois = [plain(e) for e in locations if e.get("EIdType") == "doi"]
    return Article(
        pmid=_pmid(citation),
        title=plain(article.find("ArticleTitle")) or plain(article.find("VernacularTitle")),
        abstract=_abstract(article.find("Abstract")),
        journal=plain(article.find("Journal/Title"))
        or plain(article.find("Journal/ISOAbbreviation")),
        year=year,
        date=date,
        authors=_authors(article.findall("AuthorList/Author")),
        mesh=tuple(_mesh(one) for one in citation.findall("MeshHeadingList/MeshHeading")),
        types=types,
        doi=dois[0] if dois else _id(ids, "doi"),
        pmcid=_id(ids, "pmc"),
        retracted="Retracted Publication" in types or bool(kinds & set(RETRACTED)),
        concern=CONCERN in kinds,
        notices=tuple(plain(o.find("PMID")) or plain(o.find("RefSource")) for o in notices),
    )


def _book(node: Any) -> Article:
    document = node.find("BookDocument")
    if document is None:
        raise Unreadable("a <PubmedBookArticle> has no <BookDocument>")
    book = document.find("Book")
    of_book = "" if book is None else plain(book.find("BookTitle"))
    date, year = ("", None) if book is None else _date(book.find("PubDate"))
    if year is None:
        date, year = _date(document.find("ContributionDate"))
    authors = _authors(document.findall("AuthorList[@Type='authors']/Author")) or _authors(
        document.findall("AuthorList/Author")
    )
    if not authors and book is not None:
        authors = _authors(book.findall("AuthorList/Author"))
    ids = document.findall("ArticleIdList/ArticleId")
    ids += node.findall("PubmedBookData/ArticleIdList/ArticleId")
    return Article(
        pmid=_pmid(document),
        title=plain(document.find("ArticleTitle")) or of_book,
        abstract=_abstract(document.find("Abstract")),
        journal=of_book,
        year=year,
        date=date,
        authors=authors,
        types=tuple(plain(one) for one in document.findall("PublicationType")),
        doi=_id(ids, "doi"),
        kind="book",
    )


def _pmid(node: Any) -> str:
    pmid = plain(node.find("PMID"))
    if not re.fullmatch(r"\d{1,9}", pmid):
        raise Unreadable(f"a record has the PMID {pmid!r}")
    return pmid


def _abstract(node: Any) -> tuple[Section, ...]:
    if node is None:
        return ()
    found = []
    for one in node.findall("AbstractText"):
        label, category = one.get("Label", "").strip(), one.get("NlmCategory", "").strip()
        found.append(
            Section(
                "" if label == "UNLABELLED" else label,
                plain(one),
                "" if category == "UNASSIGNED" else category,
            )
        )
    return tuple(one for one in found if one.text)


def _date(node: Any) -> tuple[str, int | None]:
    """Return a date as it is written and its year; the first year of a span."""
    if node is None:
        return "", None
    free = plain(node.find("MedlineDate"))
    if free:
        year = _YEAR.search(free)
        return free, int(year[1]) if year else None
    parts = [plain(node.find(tag)) for tag in ("Year", "Season", "Month", "Day")]
    year = _YEAR.fullmatch(parts[0])
    return " ".join(part for part in parts if part), int(year[1]) if year else None


def _authors(nodes: list[Any]) -> tuple[str, ...]:
    names = []
    for one in nodes:
        if one.get("ValidYN", "Y") != "Y":  # a name that was corrected; the right one follows
            continue
        parts = [plain(one.find(tag)) for tag in ("LastName", "Initials", "Suffix")]
        if parts[0] and not parts[1]:
            parts[1] = plain(one.find("ForeName"))
        name = " ".join(part for part in parts if part) or plain(one.find("ForeName"))
        names.append(plain(one.find("CollectiveName")) or name)
    return tuple(name for name in names if name)


def _mesh(node: Any) -> Mesh:
    head = node.find("DescriptorName")
    below = node.findall("QualifierName")
    parts = [part for part in (head, *below) if part is not None]
    major = any(part.get("MajorTopicYN") == "Y" for part in parts)
    ui = "" if head is None else head.get("UI", "")
    return Mesh(plain(head), ui, tuple(plain(one) for one in below), major)


def _id(nodes: list[Any], kind: str) -> str:
    return next((plain(one) for one in nodes if one.get("IdType") == kind and plain(one)), "")
