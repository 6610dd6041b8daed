"""A small server on loopback that speaks as NCBI's E-utilities do.

The records are invented; their shape is that of NLM's PubMed DTD, and the errors are those that
clients of PubMed have met (``ERROR`` in an answer of status 200, a web page, a cut-off answer).
"""

from __future__ import annotations

import json
import threading
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HEAD = """<?xml version="1.0" ?>
<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle, 1st January 2025//EN"
 "https://dtd.nlm.nih.gov/ncbi/pubmed/out/pubmed_250101.dtd">
"""


def article(pmid, title="A title", date="<Year>2020</Year><Month>Mar</Month>", **parts) -> str:
    """Return a ``PubmedArticle``; `parts` are XML for the places that matter."""
    return f"""<PubmedArticle><MedlineCitation Status="MEDLINE" Owner="NLM">
<PMID Version="1">{pmid}</PMID>
<Article PubModel="Print"><Journal><ISSN IssnType="Print">0000-0000</ISSN>
<JournalIssue CitedMedium="Print"><Volume>1</Volume><PubDate>{date}</PubDate></JournalIssue>
<Title>Journal of Invented Trials</Title><ISOAbbreviation>J Inv Tr</ISOAbbreviation></Journal>
<ArticleTitle>{title}</ArticleTitle>{parts.get("location", "")}
{parts.get("abstract", "<Abstract><AbstractText>One sentence.</AbstractText></Abstract>")}
{parts.get("authors", "")}<Language>eng</Language>
<PublicationTypeList><PublicationType UI="D016428">Journal Article</PublicationType>
{parts.get("types", "")}</PublicationTypeList>{parts.get("epub", "")}</Article>
{parts.get("mesh", "")}{parts.get("comments", "")}{parts.get("other", "")}</MedlineCitation>
<PubmedData><PublicationStatus>ppublish</PublicationStatus><ArticleIdList>
<ArticleId IdType="pubmed">{pmid}</ArticleId>{parts.get("ids", "")}</ArticleIdList>
{parts.get("references", "")}</PubmedData></PubmedArticle>"""


STRUCTURED = article(
    "90000001",
    "Fish oil in <i>Raynaud</i>&#x2019;s phenomenon: 10<sup>6</sup> cells and CO<sub>2</sub>.",
    location='<ELocationID EIdType="pii" ValidYN="Y">S1</ELocationID>'
    '<ELocationID EIdType="doi" ValidYN="N">10.1000/wrong</ELocationID>'
    '<ELocationID EIdType="doi" ValidYN="Y">10.1000/invented.1</ELocationID>',
    abstract='<Abstract><AbstractText Label="BACKGROUND" NlmCategory="BACKGROUND">Cold fingers '
    'hurt.</AbstractText><AbstractText Label="METHODS AND RESULTS" NlmCategory="RESULTS">We gave '
    "3.96&#xa0;g a day to 32 patients (<i>P</i> &lt; 0.05).</AbstractText>"
    '<AbstractText Label="UNLABELLED" NlmCategory="UNASSIGNED">Nothing else.</AbstractText>'
    '<AbstractText Label="FUNDING"/><CopyrightInformation>Nobody</CopyrightInformation></Abstract>',
    authors='<AuthorList CompleteYN="Y"><Author ValidYN="Y"><LastName>Müller-Öz</LastName>'
    '<ForeName>Åsa Britt</ForeName><Initials>ÅB</Initials></Author><Author ValidYN="N">'
    "<LastName>Muler</LastName><Initials>A</Initials></Author><Author ValidYN='Y'>"
    "<LastName>King</LastName><Initials>M</Initials><Suffix>Jr</Suffix></Author>"
    "<Author ValidYN='Y'><CollectiveName>Cold Hands Study Group</CollectiveName></Author>"
    "</AuthorList>",
    mesh='<MeshHeadingList><MeshHeading><DescriptorName UI="D011928" MajorTopicYN="N">Raynaud '
    'Disease</DescriptorName><QualifierName UI="Q000188" MajorTopicYN="Y">drug therapy'
    "</QualifierName></MeshHeading><MeshHeading><DescriptorName UI='D006801' MajorTopicYN='N'>"
    "Humans</DescriptorName></MeshHeading></MeshHeadingList>",
    ids='<ArticleId IdType="doi">10.1000/other</ArticleId><ArticleId IdType="pmc">PMC9000001'
    "</ArticleId>",
    references="<ReferenceList><Reference><Citation>Somebody</Citation><ArticleIdList>"
    '<ArticleId IdType="pmc">PMC1</ArticleId></ArticleIdList></Reference></ReferenceList>',
    other='<OtherAbstract Type="Publisher" Language="spa"><AbstractText>Otro.</AbstractText>'
    "</OtherAbstract>",
)
MEDLINE_DATE = article("90000002", date="<MedlineDate>1998 Dec-1999 Jan</MedlineDate>")
NO_YEAR = article(
    "90000003",
    "",
    "<Season>Winter</Season>",
    abstract="",
    epub='<ArticleDate DateType="Electronic"><Year>2011</Year><Month>02</Month><Day>03</Day>'
    "</ArticleDate>",
)
RETRACTED = article(
    "90000004",
    types='<PublicationType UI="D016441">Retracted Publication</PublicationType>',
    comments='<CommentsCorrectionsList><CommentsCorrections RefType="RetractionIn"><RefSource>J '
    'Inv Tr. 2021</RefSource><PMID Version="1">90000099</PMID></CommentsCorrections>'
    '<CommentsCorrections RefType="Cites"><PMID Version="1">1</PMID></CommentsCorrections>'
    "</CommentsCorrectionsList>",
)
DOUBTED = article(
    "90000005",
    comments='<CommentsCorrectionsList><CommentsCorrections RefType="ExpressionOfConcernIn">'
    "<RefSource>J Inv Tr. 2022;3:4</RefSource></CommentsCorrections></CommentsCorrectionsList>",
)
BOOK = """<PubmedBookArticle><BookDocument><PMID Version="1">90000006</PMID><ArticleIdList>
<ArticleId IdType="bookaccession">NBK000000</ArticleId></ArticleIdList><Book><Publisher>
<PublisherName>Nobody</PublisherName></Publisher><BookTitle book="x">Invented <i>Reviews</i>
</BookTitle><PubDate><Year>1993</Year></PubDate><AuthorList Type="editors" CompleteYN="Y"><Author>
<LastName>Editor</LastName><Initials>E</Initials></Author></AuthorList></Book>
<ArticleTitle book="x" part="y">A chapter</ArticleTitle><AuthorList Type="authors" CompleteYN="Y">
<Author><LastName>Writer</LastName><ForeName>W</ForeName></Author></AuthorList>
<PublicationType UI="D016454">Review</PublicationType><Abstract><AbstractText
 Label="CLINICAL CHARACTERISTICS">Rare.</AbstractText></Abstract></BookDocument><PubmedBookData>
<PublicationStatus>ppublish</PublicationStatus></PubmedBookData></PubmedBookArticle>"""
RECORDS = {
    "90000001": STRUCTURED,
    "90000002": MEDLINE_DATE,
    "90000003": NO_YEAR,
    "90000004": RETRACTED,
    "90000005": DOUBTED,
    "90000006": BOOK,
    **{str(n): article(str(n), f"Number {n}") for n in range(91000000, 91000450)},
}


def article_set(records) -> bytes:
    """Return an efetch answer."""
    return f"{HEAD}<PubmedArticleSet>{''.join(records)}</PubmedArticleSet>".encode()


def error(text: str) -> bytes:
    """Return an efetch error, which NCBI sends with status 200."""
    return f'<?xml version="1.0"?><eFetchResult><ERROR>{text}</ERROR></eFetchResult>'.encode()


class Server:
    """Answers requests and remembers them.

    Attributes
    ----------
    requests
        (name of the utility, parameters), in order.
    script
        Answers to give first: (status, headers, body), or "reset" to break the connection.
    history
        What the history server holds: WebEnv to PMIDs.
    """

    def __init__(self) -> None:
        self.requests: list[tuple[str, dict[str, str]]] = []
        self.script: list = []
        self.history: dict[str, list[str]] = {}
        self.results: dict[str, list[str]] = {}
        self.extra: dict = {}
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                size = int(self.headers.get("Content-Length", 0))
                form = dict(urllib.parse.parse_qsl(self.rfile.read(size).decode()))
                what = self.path.rsplit("/", 1)[-1]
                outer.requests.append((what, form))
                answer = outer.script.pop(0) if outer.script else outer.answer(what, form)
                if answer == "reset":
                    self.close_connection = True
                    self.connection.close()
                    return
                status, headers, body = answer
                self.send_response(status)
                for name, value in {"Content-Length": str(len(body)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST

            def log_message(self, *_) -> None:
                pass

        class Quiet(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_) -> None:
                pass

        self.server = Quiet(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/entrez/eutils/"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True)
        self.thread.start()

    def close(self) -> None:
        """Stop."""
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def answer(self, what: str, form: dict[str, str]) -> tuple[int, dict, bytes]:
        """Answer as NCBI does."""
        if what == "esearch.fcgi":
            ids = self.results.get(form["term"], [])
            web = f"MCID_{len(self.history) + 1}"
            self.history[web] = ids
            result = {
                "count": str(len(ids)),
                "retmax": form["retmax"],
                "retstart": "0",
                "querykey": "1",
                "webenv": web,
                "idlist": ids[: int(form["retmax"])],
                "translationset": [],
                "querytranslation": f'"{form["term"]}"[All Fields]',
                **self.extra,
            }
            header = {"type": "esearch", "version": "0.3"}
            return 200, {}, json.dumps({"header": header, "esearchresult": result}).encode()
        if "id" in form:
            ids = form["id"].split(",")
        elif form["WebEnv"] in self.history:
            start = int(form["retstart"])
            ids = self.history[form["WebEnv"]][start : start + int(form["retmax"])]
        else:
            return 200, {}, error("Cannot retrieve history data. query_key: 1")
        return 200, {}, article_set(RECORDS[one] for one in ids if one in RECORDS)
