"""Ask NCBI politely: not too often, again where that helps, and never twice for the same thing.

The key travels in the body of a POST request, so it stands in no address and in no log of
addresses; it is in no cache entry and in no message either.
"""

from __future__ import annotations

import hashlib
import http.client
import json
import random
import re
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from medai.literature.pubmed_xml import Refused, Unreadable
from medai.runtime import MedaiError, offline
from medai.runtime.files import replacing
from medai.runtime.paths import tilde

INTERVAL = {False: 0.35, True: 0.11}  # seconds between requests, without and with a key
AGAIN = (429, 500, 502, 503, 504)
FIRST_WAIT, LONGEST_WAIT, LONGEST_RETRY_AFTER = 1.0, 16.0, 60.0  # seconds
MOST_BYTES = 64_000_000
SECRET = ("api_key", "email", "tool")  # who asks is no part of what is asked


class Clock:
    """Time that passes; tests hand in one that does not."""

    def now(self) -> float:
        """Return seconds since some moment."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)


class Limiter:
    """Hand out moments at least `interval` seconds apart, to all threads together."""

    def __init__(self, interval: float, clock: Clock) -> None:
        self.interval, self.clock = interval, clock
        self._next = clock.now()
        self._lock = threading.Lock()

    def wait(self) -> None:
        """Sleep until this thread's turn."""
        with self._lock:
            now = self.clock.now()
            turn = max(now, self._next)
            self._next = turn + self.interval
        if turn > now:
            self.clock.sleep(turn - now)

    def pause(self, seconds: float) -> None:
        """Let nobody ask for so many seconds: the server asked for a rest."""
        with self._lock:
            self._next = max(self._next, self.clock.now() + seconds)


_shared: dict[tuple[str, bool], Limiter] = {}
_shared_lock = threading.Lock()


def limiter_for(host: str, has_key: bool, clock: Clock | None) -> Limiter:
    """Return the limiter of a host: one for the whole process, or an own one for an own clock."""
    if clock is not None:
        return Limiter(INTERVAL[has_key], clock)
    with _shared_lock:
        if (host, has_key) not in _shared:
            _shared[host, has_key] = Limiter(INTERVAL[has_key], Clock())
        return _shared[host, has_key]


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect would carry the key and the question elsewhere."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


class Cache:
    """Answers on the disk: one file per request, a line about it and then the answer itself."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, what: str, asked: Mapping[str, str]) -> Path:
        """Return the file of a request."""
        text = json.dumps([what, sorted(asked.items())], ensure_ascii=True)
        return self.folder / f"{hashlib.sha256(text.encode()).hexdigest()[:40]}.answer"

    def get(self, what: str, asked: Mapping[str, str]) -> tuple[bytes, str] | None:
        """Return the answer and when it was given; None if absent or damaged."""
        try:
            head, _, body = self.path(what, asked).read_bytes().partition(b"\n")
            about = json.loads(head)
            if about["sha256"] == hashlib.sha256(body).hexdigest():
                return body, str(about["when"])
        except (OSError, ValueError, KeyError, TypeError):
            pass
        return None

    def put(self, what: str, asked: Mapping[str, str], body: bytes, when: str) -> None:
        """Keep an answer.

        Raises
        ------
        MedaiError
            When the folder cannot be written.
        """
        digest = hashlib.sha256(body).hexdigest()
        about = {"what": what, "asked": dict(asked), "when": when, "sha256": digest}
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with replacing(self.path(what, asked)) as file:
                file.write(json.dumps(about, ensure_ascii=True).encode() + b"\n" + body)
        except OSError as error:
            raise MedaiError(
                f"The cache {tilde(self.folder)} cannot be written ({error.strerror or error}). "
                "Give PubMed(cache=FOLDER) a folder that you may write to, or cache=False."
            ) from error


class Transport:
    """Requests to one E-utilities server."""

    def __init__(
        self,
        base_url: str,
        who: Mapping[str, str],
        cache: Cache | None,
        timeout: float,
        retries: int,
        clock: Clock | None,
    ) -> None:
        self.base_url, self.who, self.cache = base_url, dict(who), cache
        self.timeout, self.retries = timeout, retries
        self.clock = clock or Clock()
        host = urllib.parse.urlsplit(base_url).netloc
        self.limiter = limiter_for(host, "api_key" in who, clock)
        self._open = urllib.request.build_opener(_NoRedirect).open

    def ask(
        self,
        what: str,
        asked: Mapping[str, str],
        read: Callable[[bytes], Any],
        refresh: bool = False,
        key: Mapping[str, str] | None = None,
    ) -> tuple[Any, str, bool]:
        """Return what `read` makes of an answer, when it was given, and whether it was kept.

        Parameters
        ----------
        what
            ``esearch.fcgi`` or ``efetch.fcgi``.
        asked
            Parameters, without those that say who asks.
        read
            Reads the body; raises Unreadable where asking again may help.
        refresh
            Ask anew although an answer is kept.
        key
            Under what the answer is kept, if not under `asked`: a place on the history server
            is forgotten, the PMIDs are not.

        Raises
        ------
        MedaiError
            When there is no answer that can be read; never with the key in it.
        """
        place = {"server": self.base_url, **(key or asked)}
        kept = self.cache.get(what, place) if self.cache and not refresh else None
        if kept:
            try:
                return read(kept[0]), kept[1], True
            except Unreadable:
                pass  # kept by an older version; asked again
        if offline():
            raise MedaiError(
                f"MEDAI_OFFLINE is set, and no answer to this request is kept{self._where()}. "
                "Unset it to ask PubMed, or use the abstracts written for the book "
                "(data/literature)."
            )
        body, found = self._until_read(what, asked, read)
        when = datetime.now(UTC).isoformat(timespec="seconds")
        if self.cache:
            self.cache.put(what, place, body, when)
        return found, when, False

    def _where(self) -> str:
        return f" in {tilde(self.cache.folder)}" if self.cache else " (cache=False)"

    def _until_read(
        self, what: str, asked: Mapping[str, str], read: Callable[[bytes], Any]
    ) -> tuple[bytes, Any]:
        for attempt in range(self.retries + 1):
            self.limiter.wait()
            try:
                body = self._post(what, asked)
                return body, read(body)
            except Refused as error:
                said = self._say(what, f"reports an error: {error}", "Check term, ids and dates.")
                failure, wait = Refused(str(said)), None
            except Exception as error:
                failure, wait = self._explain(what, error), wait_before_next(error, attempt)
            if wait is None or attempt == self.retries:
                break  # raised outside the handler: the request, with its key, is not attached
            self.limiter.pause(wait)
        raise type(failure)(f"{failure} (Asked {attempt + 1} times.)" if attempt else str(failure))

    def _post(self, what: str, asked: Mapping[str, str]) -> bytes:
        form = urllib.parse.urlencode({**asked, **self.who}).encode("ascii")
        request = urllib.request.Request(
            self.base_url + what,
            form,
            {"User-Agent": f"medai ({self.who.get('tool', 'medai')})"},
        )
        with self._open(request, timeout=self.timeout) as answer:
            body = answer.read(MOST_BYTES + 1)
            length = answer.headers.get("Content-Length", "")
        if len(body) > MOST_BYTES:
            raise MedaiError(f"The answer has more than {MOST_BYTES:,} bytes; fetch fewer at once.")
        if length.isdigit() and len(body) < int(length):
            raise Unreadable(f"the answer ends after {len(body)} of {length} bytes")
        return body

    def _explain(self, what: str, error: Exception) -> MedaiError:
        """Turn any failure into words and a way out."""
        if isinstance(error, MedaiError):
            return error
        if isinstance(error, urllib.error.HTTPError):
            code, said = error.code, self._said(error)
            if code == 429:
                way = "Ask less often, or set NCBI_API_KEY (a free key: ten requests a second)."
                return self._say(what, f"says that too many requests came (429){said}", way)
            if 300 <= code < 400:
                way = "Give the final address as base_url; nothing is sent elsewhere."
                return self._say(what, f"redirects to another address ({code})", way)
            if code == 400:  # EFetch says so of a history that it has forgotten, too
                way = "Check term, ids and dates, and NCBI_API_KEY if it is set."
                return Refused(str(self._say(what, f"refuses the request (400){said}", way)))
            if code in (401, 403):
                way = "Check term, dates and NCBI_API_KEY (unset it to ask without a key)."
                return self._say(what, f"refuses the request ({code}){said}", way)
            way = "Try again later." if code >= 500 else "Check base_url."
            return self._say(what, f"answered with status {code}{said}", way)
        if isinstance(error, Unreadable):
            way = "A proxy or a log-in page may stand in between; else try again later."
            return self._say(what, f"sent what cannot be read: {error}", way)
        reason = error.reason if isinstance(error, urllib.error.URLError) else error
        if isinstance(reason, TimeoutError):
            way = "Raise timeout=, or fetch fewer at once."
            return self._say(what, f"did not answer within {self.timeout:g} s", way)
        if isinstance(error, OSError | http.client.HTTPException):
            word = getattr(reason, "strerror", None) or type(reason).__name__
            way = "Check the network, or set MEDAI_OFFLINE=1 to use kept answers only."
            return self._say(what, f"cannot be reached ({word})", way)
        raise error

    def _say(self, what: str, happened: str, way: str) -> MedaiError:
        return MedaiError(self.hide(f"{self.base_url}{what} {happened.rstrip('.')}. {way}".strip()))

    def _said(self, error: urllib.error.HTTPError) -> str:
        """Return the server's own words, if it says them as NCBI does."""
        try:
            body = error.read(2000).decode("utf-8", "replace")
        except (OSError, http.client.HTTPException):
            return ""
        found = re.search(r"<ERROR>(.*?)</ERROR>|\"error\"\s*:\s*\"([^\"]*)\"", body, re.S)
        text = " ".join((found[1] or found[2] or "").split())[:200] if found else ""
        return f": {text}" if text else ""

    def hide(self, text: str) -> str:
        """Return a text without the key."""
        key = self.who.get("api_key", "")
        return text.replace(key, "…") if key else text


def wait_before_next(error: Exception, attempt: int) -> float | None:
    """Return the seconds to wait before asking again; None if that is no use.

    Twice as long at each try, times a random number between one half and one; a
    ``Retry-After`` of up to a minute is kept to, a longer one ends the tries.
    """
    if isinstance(error, urllib.error.HTTPError):
        if error.code not in AGAIN:
            return None
        from medai.llm._http import retry_after

        asked = retry_after(error.headers.get("Retry-After", "") or "")
        if asked is not None:
            return asked if asked <= LONGEST_RETRY_AFTER else None
    elif not isinstance(error, Unreadable | OSError | http.client.HTTPException):
        return None
    return min(FIRST_WAIT * 2**attempt, LONGEST_WAIT) * random.uniform(0.5, 1.0)
