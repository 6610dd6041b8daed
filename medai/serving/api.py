"""The endpoints of CDS Hooks: discovery, one per service, and feedback.

A hook call is a few milliseconds of pure Python, and checking its token less than one, so both
run where they arrive: threads would only wait for each other.  A long record goes to a thread, so
that it does not hold up the rest, and so does feedback, which waits for the disk.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine
from typing import Annotated, Any

from fastapi import APIRouter, Body, HTTPException, Path, Request, Response
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool

from medai.serving import examples, hooks
from medai.serving.auth import Claims, Verifier
from medai.serving.models import (
    Card,
    Cards,
    Discovery,
    FeedbackRequest,
    Kept,
    OrderSelectRequest,
    OrderSignRequest,
    PatientViewRequest,
    Problem,
)
from medai.serving.problems import STATUSES, Refusal
from medai.serving.store import FeedbackStore

LONG = 200_000  # bytes from which on a request is worked on in a thread
GET_PROBLEMS = (401, 421, 429, 431, 503)


class OnceEach(Request):
    """A request whose JSON names each key of an object once.

    Parsers differ on a doubled key: the last one counts here, the first one in another program,
    and a guard between the two may have read the other one.
    """

    async def json(self) -> Any:
        """Return the parsed body, or refuse it with 400."""
        if not hasattr(self, "_json"):
            self._json = json.loads(await self.body(), object_pairs_hook=once_each)
        return self._json


def once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object, or refuse it: 400 with the code ``doubled_key``."""
    found = dict(pairs)
    if len(found) < len(pairs):
        message = "An object of the body has one key twice. Send each key once."
        raise HTTPException(400, {"code": "doubled_key", "message": message})
    return found


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the documentation of error answers."""
    return {one: {"model": Problem, "description": STATUSES[one]} for one in statuses}


def cds_router(verifier: Verifier, store: FeedbackStore) -> APIRouter:
    """Return the router of the endpoints.

    Parameters
    ----------
    verifier : Verifier
        Asked on every call, the discovery too.
    store : FeedbackStore
        Keeps feedback.
    """

    async def caller(request: Request) -> Claims:
        header = request.headers.get("authorization")
        claims = verifier.judge(header, url=str(request.url))
        await verifier.use_soon(claims)
        return claims

    class Signed(APIRoute):
        """A route that asks who calls before it looks into the body."""

        def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
            handle = super().get_route_handler()

            async def signed(request: Request) -> Response:
                await caller(request)
                return await handle(OnceEach(request.scope, request.receive))

            return signed

    router = APIRouter(tags=["CDS Hooks 2.0"], route_class=Signed)
    answers = problems(*STATUSES)
    known = set(hooks.IDS.values())

    @router.get(
        "/cds-services",
        response_model=Discovery,
        responses=problems(*GET_PROBLEMS),
        summary="Which services are there?",
    )
    async def discover() -> JSONResponse:
        """List the services, their hooks, and what to prefetch for them."""
        return JSONResponse(Discovery(services=hooks.services()).sent())

    async def served(request: Request, work: Any, body: Any) -> JSONResponse:
        length = request.headers.get("content-length", "")
        if not length.isdigit() or int(length) > LONG:
            cards = await run_in_threadpool(work, body)
        else:
            cards = work(body)
        return JSONResponse(sent(cards))

    @router.post(
        f"/cds-services/{hooks.IDS['patient-view']}",
        response_model=Cards,
        responses=answers,
        summary=hooks.TEXTS["patient-view"][0],
    )
    async def patient_view(
        request: Request,
        body: Annotated[PatientViewRequest, Body(examples=[examples.patient_view()])],
    ) -> JSONResponse:
        """Answer the hook patient-view."""
        return await served(request, hooks.patient_view, body)

    @router.post(
        f"/cds-services/{hooks.IDS['order-select']}",
        response_model=Cards,
        responses=answers,
        summary=hooks.TEXTS["order-select"][0],
    )
    async def order_select(
        request: Request,
        body: Annotated[OrderSelectRequest, Body(examples=[examples.order_select()])],
    ) -> JSONResponse:
        """Answer the hook order-select."""
        return await served(request, hooks.order_hook, body)

    @router.post(
        f"/cds-services/{hooks.IDS['order-sign']}",
        response_model=Cards,
        responses=answers,
        summary=hooks.TEXTS["order-sign"][0],
    )
    async def order_sign(
        request: Request,
        body: Annotated[OrderSignRequest, Body(examples=[examples.order_sign()])],
    ) -> JSONResponse:
        """Answer the hook order-sign."""
        return await served(request, hooks.order_hook, body)

    @router.post("/cds-services/{service_id}", include_in_schema=False)
    async def nothing(service_id: str) -> JSONResponse:
        raise unknown_service()

    @router.post(
        "/cds-services/{service_id}/feedback",
        response_model=Kept,
        responses=problems(*(one for one in STATUSES if one != 412)),
        summary="What became of the cards?",
    )
    def feedback(
        service_id: Annotated[str, Path(examples=[hooks.IDS["order-select"]])],
        body: Annotated[FeedbackRequest, Body(examples=[examples.feedback()])],
    ) -> JSONResponse:
        """Keep feedback; when this answers 200, it is on the disk."""
        if service_id not in known:
            raise unknown_service()
        items = [one.model_dump(mode="json", exclude_none=True) for one in body.feedback]
        return JSONResponse(Kept(kept=store.add(service_id, items)).sent())

    return router


def sent(cards: list[Card]) -> dict[str, Any]:
    """Return the JSON-ready answer."""
    return {"cards": [one.sent() for one in cards]}


def unknown_service() -> Refusal:
    """Return the refusal of an id that no service has."""
    return Refusal(
        404, "unknown_service", "There is no such service. GET /cds-services lists their ids."
    )
