"""What a record of PubMed is, once it is read."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Section:
    """One part of an abstract.

    Attributes
    ----------
    label
        The journal's heading, such as ``METHODS``; "" in an abstract without headings.
    text
        What stands under it.
    category
        NLM's own class of the heading: BACKGROUND, OBJECTIVE, METHODS, RESULTS, CONCLUSIONS,
        or "".
    """

    label: str
    text: str
    category: str = ""


@dataclass(frozen=True)
class Mesh:
    """A Medical Subject Heading of an article.

    Attributes
    ----------
    name
        The descriptor.
    ui
        Its identifier, such as ``D003924``.
    qualifiers
        Subheadings, such as ``drug therapy``.
    major
        Whether the heading, or a subheading of it, is a main topic of the article.
    """

    name: str
    ui: str = ""
    qualifiers: tuple[str, ...] = ()
    major: bool = False


@dataclass(frozen=True)
class Article:
    """One record of PubMed.

    Attributes
    ----------
    pmid, title, journal
        Identifier; title without markup; journal, or the book of a chapter.
    abstract
        Its parts in order; empty where there is none.
    year
        Of publication; None where the record gives none.
    date
        As PubMed writes it, such as ``1998 Dec-1999 Jan``.
    authors
        ``Lund AB``, or the name of a group.
    mesh, types
        Subject headings; publication types.
    doi, pmcid
        "" where absent.
    retracted, concern
        Whether the record says that the article was retracted, or that its editors doubt it.
    notices
        PMIDs (or citations) of the notices that say so.
    kind
        ``article`` or ``book``.

    Examples
    --------
    >>> parts = Section("METHODS", "We asked 40 people."), Section("RESULTS", "Pain fell.")
    >>> one = Article("900000001", "Pain in the clinic", parts)
    >>> print(one.text)
    METHODS: We asked 40 people.
    RESULTS: Pain fell.
    >>> one.url, one.year, one.retracted
    ('https://pubmed.ncbi.nlm.nih.gov/900000001/', None, False)
    """

    pmid: str
    title: str
    abstract: tuple[Section, ...] = ()
    journal: str = ""
    year: int | None = None
    date: str = ""
    authors: tuple[str, ...] = ()
    mesh: tuple[Mesh, ...] = ()
    types: tuple[str, ...] = ()
    doi: str = ""
    pmcid: str = ""
    retracted: bool = False
    concern: bool = False
    notices: tuple[str, ...] = ()
    kind: str = "article"

    @property
    def text(self) -> str:
        """The abstract as one text; headings stand before their parts."""
        parts = (f"{one.label}: {one.text}" if one.label else one.text for one in self.abstract)
        return "\n".join(parts)

    @property
    def url(self) -> str:
        """Where PubMed shows the record."""
        return f"https://pubmed.ncbi.nlm.nih.gov/{self.pmid}/"
