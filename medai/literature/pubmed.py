"""A client of PubMed: search, fetch, and keep what was fetched.

It speaks NCBI's E-utilities (ESearch with the history server, EFetch), at most three requests
a second without a key and ten with one, as NCBI asks.  Answers are kept on the disk, so that a
chapter that ran once runs again without a network::

    from medai.literature.pubmed import PubMed

    found = PubMed(email="you@example.org").search("fish oil AND Raynaud", most=50)
    articles = PubMed().fetch(found)

Nothing is asked when this module is imported, and nothing under ``MEDAI_OFFLINE=1``.
"""

from __future__ import annotations

import datetime
import os
import re
import urllib.parse
import warnings
from collections.abc import Iterable
from pathlib import Path

from medai.literature.pubmed_http import Cache, Clock, Transport
from medai.literature.pubmed_records import Article, Mesh, Section
from medai.literature.pubmed_search import SearchResult, read_search
from medai.literature.pubmed_xml import Refused, read_articles
from medai.runtime import MedaiError, data_home

__all__ = ["Article", "Clock", "Mesh", "PubMed", "SearchResult", "Section"]

BASE = "https://eutils.ncbi.nlm.nih.gov/entrez/eutils/"
MOST = 9_999  # PubMed gives no more of one search
BATCH = 200
_LOCAL = ("localhost", "127.0.0.1", "::1")
_DATE = re.compile(r"\d{4}(/(0[1-9]|1[0-2])(/(0[1-9]|[12]\d|3[01]))?)?")
Day = int | str | datetime.date | None


class PubMed:
    """A client of PubMed.

    Parameters
    ----------
    base_url : str
        Of the E-utilities; https, or http on this machine.
    email, tool : str
        Who asks; NCBI wishes to know whom to write to before it blocks an address.
    api_key : str, optional
        Key of an NCBI account; ``NCBI_API_KEY`` if None.  It is never shown or kept.
    cache : path, optional
        Folder of kept answers; ``pubmed`` in :func:`medai.runtime.data_home` if None, nothing
        is kept if False.
    timeout : float
        Seconds to wait for an answer.
    retries : int
        How often to ask again after 429, 5xx, a broken connection or an unreadable answer.
    clock : Clock, optional
        Time, for tests.

    Raises
    ------
    MedaiError
        For an address, e-mail, key, time-out or number of retries that cannot be.

    Examples
    --------
    >>> from medai.datasets.literature import abstracts
    >>> from medai.literature.standin import StandIn
    >>> with StandIn(abstracts()) as server:  # on this machine; PMIDs are made up
    ...     client = PubMed(server.base_url, cache=False)
    ...     found = client.search("blood viscosity AND raynaud", most=2, until=1985)
    ...     articles = client.fetch(found)
    ...
    >>> found.count, found.ids
    (5, ('900000015', '900000022'))
    >>> [(one.year, one.title) for one in articles]
    [(1976, 'Cold hands and thick blood'), (1981, 'Plasma exchange')]
    """

    def __init__(
        self,
        base_url: str = BASE,
        email: str | None = None,
        tool: str = "medai",
        api_key: str | None = None,
        cache: Path | str | bool | None = None,
        timeout: float = 30.0,
        retries: int = 4,
        clock: Clock | None = None,
    ) -> None:
        key = (os.environ.get("NCBI_API_KEY", "") if api_key is None else api_key).strip()
        if key and not re.fullmatch(r"[A-Za-z0-9]{8,64}", key):
            raise MedaiError(
                "The API key is not 8 to 64 letters and digits. Copy it again from the settings "
                "of your NCBI account, or unset NCBI_API_KEY."
            )
        if email is not None and not re.fullmatch(r"[^@\s]+@[^@\s]+", email):
            raise MedaiError(f"email={email!r} is no address. Give one, or leave it out.")
        if not re.fullmatch(r"[\w.-]{1,64}", tool):
            raise MedaiError(f"tool={tool!r}: one word that names your program, e.g. medai.")
        if not 0 < timeout <= 600:
            raise MedaiError(f"timeout={timeout}: seconds, above 0 and at most 600.")
        if isinstance(retries, bool) or not isinstance(retries, int) or not 0 <= retries <= 10:
            raise MedaiError(f"retries={retries!r}: a whole number from 0 to 10.")
        who = {"tool": tool, "email": email or "", "api_key": key}
        who = {name: value for name, value in who.items() if value}
        if cache is None or cache is True:
            cache = data_home(create=False) / "pubmed"
        kept = Cache(Path(cache)) if cache else None
        self._transport = Transport(_address(base_url), who, kept, timeout, retries, clock)

    def __repr__(self) -> str:
        how = "with" if "api_key" in self._transport.who else "without"
        return f"<PubMed {self._transport.base_url}, {how} a key>"

    def search(
        self,
        term: str,
        *,
        most: int = 100,
        since: Day = None,
        until: Day = None,
        sort: str = "relevance",
        strict: bool = True,
        refresh: bool = False,
    ) -> SearchResult:
        """Search PubMed.

        Parameters
        ----------
        term : str
            In PubMed's language: words, ``AND``, ``OR``, ``NOT``, ``"a phrase"``, fields such
            as ``Raynaud Disease[mh]``.
        most : int
            Records wanted, from 0 (the count only) to 9,999.
        since, until : int, str or date, optional
            Dates of publication: 1985, ``"1985/06"``, ``"1985/06/30"`` or a date.
        sort : {"relevance", "pub_date"}
            Order of the ids.
        strict : bool
            Refuse a result for less than was asked: a field that does not exist, or a word that
            PubMed did not find and left out.  If False these are warnings.
        refresh : bool
            Ask anew although the answer is kept; PubMed grows every day.

        Raises
        ------
        MedaiError
            For a term or number that cannot be, an error of PubMed, no network.
        """
        if not isinstance(term, str) or not term.strip():
            raise MedaiError(f"term={term!r}: say what to search, e.g. 'fish oil AND Raynaud'.")
        if isinstance(most, bool) or not isinstance(most, int) or not 0 <= most <= MOST:
            raise MedaiError(
                f"most={most!r}: PubMed gives 0 to {MOST:,} records of one search. For more, split "
                "it by since= and until=."
            )
        if sort not in ("relevance", "pub_date"):
            raise MedaiError(f"sort={sort!r}: choose relevance or pub_date.")
        asked = {
            **{"db": "pubmed", "term": " ".join(term.split()), "retmode": "json"},
            **{"usehistory": "y", "retmax": str(most), "sort": sort},
        }
        low, high = _day(since, "since"), _day(until, "until")
        if low or high:  # PubMed wants both ends
            low, high = low or "1000", high or "3000"
            if low > high and not low.startswith(high):
                raise MedaiError(f"since={low} is after until={high}: swap them.")
            asked |= {"datetype": "pdat", "mindate": low, "maxdate": high}
        found, when, kept = self._transport.ask("esearch.fcgi", asked, read_search, refresh)
        ids, count = found["ids"][:most], found["count"]
        notes = list(found["notes"])
        if found["fields"] or (found["phrases"] and count):
            lost = ", ".join(map(repr, [*found["fields"], *found["phrases"]]))
            if strict:
                raise MedaiError(
                    f"PubMed did not understand {lost} and searched for {found['translation']!r} "
                    "instead. Correct the term, or pass strict=False to take that result."
                )
            notes.insert(0, f"left out: {lost}")
        elif found["phrases"]:
            notes.insert(0, f"not found: {', '.join(map(repr, found['phrases']))}")
        return SearchResult(
            *(term, count, tuple(ids), found["translation"], tuple(notes)),
            *(found["webenv"], found["query_key"], when, kept),
        )

    def fetch(
        self, wanted: SearchResult | Iterable[str | int], *, batch: int = BATCH
    ) -> list[Article]:
        """Fetch the records of a search or of PMIDs.

        Parameters
        ----------
        wanted : SearchResult or iterable of PMIDs
            A result is fetched from the history server, and by its PMIDs where that has
            forgotten it.
        batch : int
            Records asked for at once, 1 to 500.

        Returns
        -------
        list of Article
            In the order of the PMIDs; each once.

        Raises
        ------
        MedaiError
            For something that is no PMID, an error of PubMed, no network.

        Warns
        -----
        UserWarning
            When PubMed has no record for some PMIDs.
        """
        if isinstance(batch, bool) or not isinstance(batch, int) or not 1 <= batch <= 500:
            raise MedaiError(f"batch={batch!r}: a whole number from 1 to 500.")
        history = isinstance(wanted, SearchResult) and wanted.webenv and wanted.query_key
        ids = list(wanted.ids) if isinstance(wanted, SearchResult) else _pmids(wanted)
        found: dict[str, Article] = {}
        for start in range(0, len(ids), batch):
            part = ids[start : start + batch]
            articles = None
            if history:
                place = {"WebEnv": wanted.webenv, "query_key": wanted.query_key}
                place |= {"retstart": str(start), "retmax": str(len(part))}
                try:
                    articles = self._fetch(part, place)
                except Refused:  # the history server keeps a result for some hours only
                    history = False
            if articles is None:
                articles = self._fetch(part)
            found |= {one.pmid: one for one in articles}
        missing = [pmid for pmid in ids if pmid not in found]
        if missing:
            some = ", ".join(missing[:5]) + (" …" if len(missing) > 5 else "")
            warnings.warn(f"PubMed sent no record for {len(missing)} PMIDs: {some}", stacklevel=2)
        return [found[pmid] for pmid in ids if pmid in found]

    def _fetch(self, ids: list[str], place: dict[str, str] | None = None) -> list[Article]:
        """Fetch records by PMID, or from their place on the history server."""
        same = {"db": "pubmed", "retmode": "xml"}
        by_id = {**same, "id": ",".join(ids)}

        def read(body: bytes) -> list[Article]:
            articles = read_articles(body)
            if place and {one.pmid for one in articles} != set(ids):
                raise Refused("the history server holds something else by now")
            return articles

        asked = {**same, **place} if place else by_id
        return self._transport.ask("efetch.fcgi", asked, read, key=by_id)[0]


def _address(url: str) -> str:
    """Return the address with a slash at its end."""
    try:
        parts = urllib.parse.urlsplit(url)
        good = bool(parts.hostname) and not parts.query and parts.username is None
        good = good and (parts.scheme == "https" or parts.hostname in _LOCAL)
        good = good and parts.scheme in ("http", "https")
    except ValueError:
        good = False
    if not good:
        raise MedaiError(
            f"base_url={url!r}: an https address (http on this machine only), e.g. {BASE}"
        )
    return url.rstrip("/") + "/"


def _day(value: Day, name: str) -> str:
    """Return a date as PubMed writes it, "" for none."""
    if value is None:
        return ""
    if isinstance(value, datetime.date):
        return value.strftime("%Y/%m/%d")
    text = str(value).strip().replace("-", "/")
    if isinstance(value, bool) or not _DATE.fullmatch(text):
        raise MedaiError(f"{name}={value!r}: write 1985, 1985/06 or 1985/06/30.")
    return text


def _pmids(wanted: Iterable[str | int]) -> list[str]:
    """Return PMIDs as texts, each once."""
    if isinstance(wanted, str | int):
        wanted = [wanted]
    ids = [str(one).strip() for one in wanted]
    for one in ids:
        if not re.fullmatch(r"[1-9]\d{0,8}", one, re.A):
            raise MedaiError(f"{one!r} is no PMID: digits only, e.g. 3797213 without 'PMID:'.")
    return list(dict.fromkeys(ids))
