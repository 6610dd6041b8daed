"""Limits that hold before any of our code reads a request, as plain ASGI middleware.

Plain ASGI rather than Starlette's ``BaseHTTPMiddleware``: it neither buffers a streamed
answer nor adds a task for each layer.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from medai.serving.errors import answer
from medai.serving.settings import LOOPBACK_HOSTS, Settings

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

#: Asked often by machines that watch the service, so without a limit on their number.
UNLIMITED = ("/healthz", "/readyz")
#: Of a body that is too long this many times the limit is read and thrown away, so that
#: its sender gets the answer instead of a broken connection.
DRAIN = 4


def headers_of(scope: Scope, name: bytes) -> list[bytes]:
    """Return the values of a header, which may come several times."""
    return [value for key, value in scope["headers"] if key == name]


def has_body(scope: Scope) -> bool:
    """Return whether a body follows, as RFC 9112 (6.3) tells it."""
    if headers_of(scope, b"transfer-encoding"):
        return True
    return any(value.strip() not in (b"", b"0") for value in headers_of(scope, b"content-length"))


class HostAndType:
    """Refuse a wrong ``Host`` (421), doubled headers (400) and bodies that aren't JSON (415).

    The host is checked against DNS rebinding: a web page on another name that resolves to
    this machine.  The media type is checked against forms of other web pages, which a
    browser sends without asking first.
    """

    def __init__(self, app: App, hosts: tuple[str, ...]):
        self.app, self.hosts = app, hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        for name in (b"authorization", b"content-type", b"content-length", b"host"):
            if len(headers_of(scope, name)) > 1:
                message = f"The header {name.decode()} came more than once."
                return await answer(send, scope, 400, "doubled_header", message)
        host = b"".join(headers_of(scope, b"host")).decode("latin-1").lower()
        own = scope["path"] == "/metrics" and name_of(host) in LOOPBACK_HOSTS
        if name_of(host) not in self.hosts and scope["path"] not in UNLIMITED and not own:
            message = "This service is not known by that name."
            return await answer(send, scope, 421, "wrong_host", message)
        if has_body(scope):
            if b"".join(headers_of(scope, b"content-encoding")).lower() not in (b"", b"identity"):
                message = "Send the body as it is, without Content-Encoding."
                return await answer(send, scope, 415, "wrong_encoding", message)
            kind = b"".join(headers_of(scope, b"content-type")).decode("latin-1").lower()
            if kind.partition(";")[0].strip() != "application/json":
                message = "Send JSON, with Content-Type: application/json."
                return await answer(send, scope, 415, "wrong_content_type", message)
        return await self.app(scope, receive, send)


def name_of(host: str) -> str:
    """Return the name in a ``Host`` header, without its port: ``[::1]:80`` is ``::1``."""
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0]


class RateLimit:
    """Let each client in `per_minute` times a minute, `burst` at once (a token bucket).

    Clients are told apart by address (of IPv6 the first 64 bits, since one customer has
    them all).  Only the `most` latest are remembered, so memory is bounded.
    """

    def __init__(self, app: App, per_minute: int, burst: int, most: int = 10_000):
        self.app, self.rate, self.burst, self.most = app, per_minute / 60, burst, most
        self.clients: OrderedDict[str, tuple[float, float]] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 429 with Retry-After."""
        if scope["type"] != "http" or self.rate == 0 or scope["path"] in UNLIMITED:
            return await self.app(scope, receive, send)
        wait = self.take(client_of(scope), time.monotonic())
        if wait > 0:
            headers = {"Retry-After": str(int(wait) + 1)}
            message = "Too many requests. Wait as long as Retry-After says."
            return await answer(send, scope, 429, "too_many_requests", message, headers)
        return await self.app(scope, receive, send)

    def take(self, client: str, now: float) -> float:
        """Take one from a client's bucket; return the seconds to wait, 0 when it had one."""
        left, since = self.clients.pop(client, (float(self.burst), now))
        left = min(self.burst, left + (now - since) * self.rate)
        enough = left >= 1
        self.clients[client] = (left - 1 if enough else left, now)
        if len(self.clients) > self.most:
            self.clients.popitem(last=False)
        return 0.0 if enough else (1 - left) / self.rate


def client_of(scope: Scope) -> str:
    """Return what tells one client from another."""
    if not scope.get("client"):
        return "local"
    try:
        address = ipaddress.ip_address(scope["client"][0])
    except ValueError:
        return "local"
    if address.version == 6:
        return str(ipaddress.ip_network((int(address) >> 64 << 64, 64)))
    return str(address)


class BodyLimit:
    """Read the body before the application does, up to a limit and within a time.

    Works without ``Content-Length`` too (chunked bodies): 413 when it is longer than
    `most` bytes, 400 when the length is nonsense, 408 when it does not arrive in time.
    """

    def __init__(self, app: App, most: int, seconds: float):
        self.app, self.most, self.seconds = app, most, seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with its body in one piece, or refuse it."""
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        declared = b"".join(headers_of(scope, b"content-length")) or b"0"
        if not declared.isdigit() or len(declared) > 18:
            message = "Content-Length must be a number."
            return await answer(send, scope, 400, "wrong_length", message)
        message = f"A body may have {self.most} bytes."
        if int(declared) > self.most * DRAIN:
            return await answer(send, scope, 413, "body_too_long", message)
        try:
            async with asyncio.timeout(self.seconds):
                body = await self.read(receive)
        except TimeoutError:
            return await answer(
                send, scope, 408, "body_too_slow", "The body did not arrive in time."
            )
        if body is None:
            return None  # the client is gone
        if len(body) > self.most:
            return await answer(send, scope, 413, "body_too_long", message)
        pieces = [{"type": "http.request", "body": body, "more_body": False}]

        async def replay() -> MutableMapping[str, Any]:
            return pieces.pop() if pieces else await receive()

        return await self.app(scope, replay, send)

    async def read(self, receive: Receive) -> bytes | None:
        """Return the body; when it is too long, its beginning, one byte over the limit."""
        chunks, size = [], 0
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return None
            chunk = message.get("body", b"")
            if size <= self.most:
                chunks.append(chunk[: self.most + 1 - size])
            size += len(chunk)
            if not message.get("more_body", False) or size > self.most * DRAIN:
                return b"".join(chunks)


class TimeLimit:
    """Answer 503 when the application has not begun to answer in time.

    A thread can't be stopped from outside, so the work may go on; the caller, whose
    clinician is waiting, is told at once.  A streamed answer may then take `stream_s`.
    """

    def __init__(self, app: App, seconds: float, stream_s: float = 300.0):
        self.app, self.seconds, self.stream_s = app, seconds, stream_s
        self.left_behind: set[asyncio.Task] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and watch the clock."""
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        begun, given_up = False, False

        async def watched(message: MutableMapping[str, Any]) -> None:
            nonlocal begun
            if not given_up:
                begun = True
                await send(message)

        task = asyncio.ensure_future(self.app(scope, receive, watched))
        try:
            done, _ = await asyncio.wait({task}, timeout=self.seconds)
            if not done and begun:
                done, _ = await asyncio.wait({task}, timeout=self.stream_s)
        except asyncio.CancelledError:
            self.leave(task)
            raise
        if done:
            return task.result()
        given_up = True
        self.leave(task)
        if begun:
            raise TimeoutError("a streamed answer took too long")
        headers = {"Retry-After": "5"}
        message = "The service took too long. Go on without it, or try again."
        return await answer(send, scope, 503, "timeout", message, headers)

    def leave(self, task: asyncio.Task) -> None:
        """Cancel a task and keep it until it has ended, without a word in the log."""
        task.cancel()
        self.left_behind.add(task)

        def ended(task: asyncio.Task) -> None:
            self.left_behind.discard(task)
            with contextlib.suppress(asyncio.CancelledError):
                task.exception()

        task.add_done_callback(ended)


def add_limits(app: Any, settings: Settings) -> None:
    """Put the limits around an application; the last one added is met first."""
    app.add_middleware(TimeLimit, seconds=settings.timeout_s)
    app.add_middleware(BodyLimit, most=settings.max_body_bytes, seconds=settings.timeout_s)
    app.add_middleware(HostAndType, hosts=settings.accepted_hosts)
    app.add_middleware(RateLimit, per_minute=settings.rate_per_minute, burst=settings.rate_burst)
