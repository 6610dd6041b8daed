"""Is the process alive, can it work, and how has it done: for machines that watch it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import JSONResponse, Response

from medai.serving.settings import is_loopback

#: Upper bounds of the histogram's buckets, in seconds.
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

router = APIRouter(tags=["health"])


class Metrics:
    """Counters of one application, in a registry of its own.

    Labels are the method, the route's template and the status, each from a short list, so a
    stranger who calls a million paths makes one series and not a million.
    """

    def __init__(self):
        from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

        self.registry = CollectorRegistry()
        self.requests = Counter(
            "medai_requests",
            "Requests answered (499: the client left first).",
            ("method", "route", "status"),
            registry=self.registry,
        )
        self.seconds = Histogram(
            "medai_request_seconds",
            "Seconds until the answer was complete.",
            ("route",),
            buckets=BUCKETS,
            registry=self.registry,
        )
        self.in_flight = Gauge(
            "medai_requests_in_flight", "Requests being answered.", registry=self.registry
        )

    def count(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one answered request."""
        self.requests.labels(method, route, str(status)).inc()
        self.seconds.labels(route).observe(seconds)


def add_check(app: Any, name: str, check: Callable[[], bool]) -> None:
    """Name something that must hold before the service is ready.

    Parameters
    ----------
    app : FastAPI
    name : str
        Shown by ``/readyz``, such as ``"store"``.
    check : callable
        Returns whether it holds; an exception counts as no.  It must be quick, such as
        :meth:`medai.serving.store.FeedbackStore.healthy`.

    Examples
    --------
    >>> from fastapi import FastAPI
    >>> from fastapi.testclient import TestClient
    >>> from medai.serving.health import add_check, router
    >>> app = FastAPI()
    >>> app.include_router(router)
    >>> add_check(app, "store", lambda: False)
    >>> answer = TestClient(app).get("/readyz")
    >>> answer.status_code, answer.json()
    (503, {'status': 'not ready', 'checks': {'store': False}})
    """
    if not hasattr(app.state, "checks"):
        app.state.checks = {}
    app.state.checks[name] = check


@router.get("/healthz", summary="Is the process alive?")
async def healthz() -> dict[str, str]:
    """Answer as long as the process runs; a restart is due when this fails."""
    return {"status": "alive"}


@router.get(
    "/readyz",
    summary="Can it work?",
    responses={503: {"description": "Not ready: send no requests here."}},
)
def readyz(request: Request) -> JSONResponse:
    """Answer 200 when every check holds, else 503 with the names of those that don't."""
    checks = getattr(request.app.state, "checks", {})
    found = {name: holds(check) for name, check in checks.items()}
    ready = bool(found) and all(found.values())
    body = {"status": "ready" if ready else "not ready", "checks": found}
    return JSONResponse(body, 200 if ready else 503)


def holds(check: Callable[[], bool]) -> bool:
    """Return whether a check holds; one that breaks does not."""
    try:
        return bool(check())
    except Exception:
        return False


def from_this_machine(request: Request) -> bool:
    """Return whether a request was made on this machine, and not passed on by a proxy here.

    A proxy passes on the name of the service as ``Host``, or says whom it speaks for; a program
    that asks by itself calls 127.0.0.1 and has no such header.
    """
    if request.client is None or not is_loopback(request.client.host):
        return False
    if any(
        name in request.headers for name in ("forwarded", "x-forwarded-for", "x-real-ip", "via")
    ):
        return False
    return request.url.hostname in ("127.0.0.1", "localhost", "::1")


@router.get("/metrics", summary="Counters for Prometheus", response_class=Response)
def metrics(request: Request) -> Response:
    """Return the counters in the text form of Prometheus; they name no patient.

    In production a caller from elsewhere gets 404, unless the setting ``metrics`` opens them.
    """
    if not (request.app.state.metrics_for_all or from_this_machine(request)):
        raise HTTPException(404)
    from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

    registry = request.app.state.metrics.registry
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)
