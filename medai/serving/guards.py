"""Everything that stands between the network and the routes, in one call.

Order, from outside: request id, log line, metrics, security headers and the last catch of
errors; CORS; rate; host and media type; body; time; then the application.
"""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import MutableMapping
from typing import Any

from medai.serving.errors import add_error_forms, answer
from medai.serving.health import Metrics
from medai.serving.limits import App, Receive, Scope, Send, add_limits, headers_of
from medai.serving.logs import log_failure, log_request, method_of, route_of
from medai.serving.settings import Settings

#: Scripts, styles and calls from our own address only; nobody may put the page in a frame.
CONTENT_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
SECURITY_HEADERS = {
    "Content-Security-Policy": CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cache-Control": "no-store",
}
#: A caller's own id is kept only when it can't carry anything else.
UUID = re.compile(rb"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


class Outermost:
    """Name the request, time it, count it, log it, and let no error out as a traceback."""

    def __init__(self, app: App, metrics: Metrics, https: bool):
        self.app, self.metrics = app, metrics
        more = {"Strict-Transport-Security": "max-age=31536000"} if https else {}
        self.headers = [
            (name.lower().encode(), value.encode())
            for name, value in (SECURITY_HEADERS | more).items()
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        begun = time.perf_counter()
        request_id = self.name(scope)
        status = 0

        async def dressed(message: MutableMapping[str, Any]) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = self.dress(message.get("headers", []), request_id)
            await send(message)

        self.metrics.in_flight.inc()
        try:
            await self.app(scope, receive, dressed)
        except Exception as error:
            log_failure(error, request_id)
            if status:  # too late for another answer: cut it off, without the error's text
                raise RuntimeError("an answer was cut off; see the log") from None
            message = "The service failed. Go on without it; the log has the request id."
            await answer(dressed, scope, 500, "internal", message)
        finally:
            seconds = time.perf_counter() - begun
            self.metrics.in_flight.dec()
            self.metrics.count(method_of(scope), route_of(scope), status or 499, seconds)
            log_request(scope, status or 499, seconds, request_id)
        return None

    def name(self, scope: Scope) -> str:
        """Give the request an id: the caller's when it is a UUID, else a new one."""
        given = headers_of(scope, b"x-request-id")
        kept = given[0].decode().lower() if given and UUID.fullmatch(given[0]) else None
        request_id = kept or str(uuid.uuid4())
        scope.setdefault("state", {})["request_id"] = request_id
        return request_id

    def dress(self, headers: list[tuple[bytes, bytes]], request_id: str) -> list:
        """Return the headers with ours added; a route's own value stays."""
        there = {name.lower() for name, _ in headers}
        added = [pair for pair in self.headers if pair[0] not in there]
        return [*headers, *added, (b"x-request-id", request_id.encode())]


def add_guards(app: Any, settings: Settings) -> None:
    """Put every guard around a FastAPI application.

    Parameters
    ----------
    app : FastAPI
        Its routes may be added before or after.  ``app.state.metrics`` is set, and
        ``app.state.checks``, where :func:`medai.serving.health.add_check` puts what must
        hold before the service is ready.
    settings : Settings
        Limits, origins and hosts.

    Notes
    -----
    Guards do not ask for tokens: routes do, with
    :class:`medai.serving.auth.Verifier`, because the pages and ``/healthz`` need none.

    Examples
    --------
    >>> from fastapi import FastAPI
    >>> from fastapi.testclient import TestClient
    >>> from medai.serving.settings import Settings
    >>> app = FastAPI()
    >>> add_guards(app, Settings.development())
    >>> answer = TestClient(app, "http://127.0.0.1").get("/nowhere")
    >>> answer.status_code, answer.headers["x-frame-options"]
    (404, 'DENY')
    """
    from starlette.middleware.cors import CORSMiddleware

    app.state.metrics = Metrics()
    app.state.metrics_for_all = settings.metrics or settings.is_development
    if not hasattr(app.state, "checks"):
        app.state.checks = {}
    add_error_forms(app)
    add_limits(app, settings)
    app.add_middleware(
        CORSMiddleware,
        allow_origins=settings.origins,
        allow_methods=("GET", "POST"),
        allow_headers=("Authorization", "Content-Type", "X-Request-ID"),
        expose_headers=("X-Request-ID", "Retry-After", "WWW-Authenticate"),
    )
    https = settings.audience.startswith("https://")
    app.add_middleware(Outermost, metrics=app.state.metrics, https=https)
