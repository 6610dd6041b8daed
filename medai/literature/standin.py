"""A stand-in for NCBI's E-utilities on this machine, with the book's own abstracts in it.

It lets a chapter run search, fetch, the history server and a retry without a network.  It knows
only ``AND`` between words or phrases, and years.  Its PMIDs are made up (nine digits, from
900000001), so that none of them is a record of PubMed.
"""

from __future__ import annotations

import json
import threading
import urllib.parse
from collections.abc import Iterable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from xml.sax.saxutils import escape

from medai.datasets.literature import Abstract

FIRST = 900_000_000


class StandIn:
    """Serve abstracts as PubMed serves records; use it as a context.

    Parameters
    ----------
    abstracts
        What the server holds.
    busy
        How many requests are refused with status 429 before the first answer.

    Attributes
    ----------
    base_url
        For ``PubMed(base_url=…)``.
    log
        One line for each request: the utility, how it asked, and the status.

    Examples
    --------
    >>> from medai.datasets.literature import abstracts
    >>> with StandIn(abstracts()[:3], busy=1) as server:
    ...     for _ in range(2):  # refused once, then answered
    ...         status, body = server.answer("efetch.fcgi", {"id": "900000001"})
    ...
    >>> server.log
    ['efetch.fcgi by ids: 429', 'efetch.fcgi by ids: 200']
    >>> body[:70]
    b'<PubmedArticleSet><PubmedArticle><MedlineCitation><PMID>900000001</PMI'
    """

    def __init__(self, abstracts: Iterable[Abstract], busy: int = 0) -> None:
        self.held = {str(FIRST + n): one for n, one in enumerate(abstracts, 1)}
        self.busy = busy
        self.history: list[list[str]] = []
        self.log: list[str] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.base_url = f"http://127.0.0.1:{self._server.server_port}/"

    def __enter__(self) -> StandIn:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer(self, what: str, form: dict[str, str]) -> tuple[int, bytes]:
        """Return the status and the body for one request."""
        how = "history" if "WebEnv" in form else "ids" if "id" in form else "term"
        if self.busy:
            self.busy -= 1
            status, body = 429, b'{"error":"API rate limit exceeded"}'
        elif what == "esearch.fcgi":
            status, body = 200, self._search(form)
        else:
            status, body = 200, self._fetch(form)
        self.log.append(f"{what} by {how}: {status}")
        return status, body

    def _search(self, form: dict[str, str]) -> bytes:
        words = [word.strip(' "').lower() for word in form["term"].split(" AND ")]
        low, high = form.get("mindate", "0")[:4], form.get("maxdate", "3000")[:4]
        ids = [
            pmid
            for pmid, one in self.held.items()
            if all(word in f"{one.title} {one.text}".lower() for word in words)
            and int(low) <= one.year <= int(high)
        ]
        self.history.append(ids)
        found = {
            **{"count": str(len(ids)), "idlist": ids[: int(form["retmax"])], "querykey": "1"},
            **{"webenv": f"STANDIN_{len(self.history)}", "querytranslation": form["term"]},
        }
        return json.dumps({"esearchresult": found}).encode()

    def _fetch(self, form: dict[str, str]) -> bytes:
        if "WebEnv" in form:
            start = int(form["retstart"])
            ids = self.history[int(form["WebEnv"].rpartition("_")[2]) - 1]
            ids = ids[start : start + int(form["retmax"])]
        else:
            ids = form["id"].split(",")
        records = "".join(_record(one, self.held[one]) for one in ids if one in self.held)
        return f"<PubmedArticleSet>{records}</PubmedArticleSet>".encode()


def _record(pmid: str, one: Abstract) -> str:
    return (
        f"<PubmedArticle><MedlineCitation><PMID>{pmid}</PMID><Article><Journal><JournalIssue>"
        f"<PubDate><Year>{one.year}</Year></PubDate></JournalIssue><Title>Written for this book"
        f"</Title></Journal><ArticleTitle>{escape(one.title)}</ArticleTitle><Abstract>"
        f"<AbstractText>{escape(one.text)}</AbstractText></Abstract></Article></MedlineCitation>"
        "</PubmedArticle>"
    )


def _handler(server: StandIn) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            size = int(self.headers.get("Content-Length", 0))
            form = dict(urllib.parse.parse_qsl(self.rfile.read(size).decode()))
            status, body = server.answer(self.path.rpartition("/")[2], form)
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            if status == 429:
                self.send_header("Retry-After", "1")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    return Handler
