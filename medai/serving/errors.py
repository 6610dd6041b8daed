"""One form for every error: ``{"error": {"code", "message", "request_id"}}``, no traceback."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from medai.runtime.errors import MedaiError
from medai.serving.auth import Refused
from medai.serving.store import StoreError

#: Plain words for the errors that the framework finds.
CODES = {
    400: "bad_request",
    401: "missing_token",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    412: "missing_data",
    413: "body_too_long",
    415: "wrong_content_type",
    422: "wrong_request",
    503: "unavailable",
}


def body_of(code: str, message: str, request_id: str, **more: Any) -> dict[str, Any]:
    """Return the JSON body of an error."""
    return {"error": {"code": code, "message": message, "request_id": request_id, **more}}


def request_id_of(scope: Mapping[str, Any]) -> str:
    """Return the id that the outermost layer gave to the request."""
    return scope.get("state", {}).get("request_id", "")


async def answer(
    send: Any,
    scope: Mapping[str, Any],
    status: int,
    code: str,
    message: str,
    headers: Mapping[str, str] | None = None,
) -> None:
    """Send an error straight from a middleware."""
    data = json.dumps(body_of(code, message, request_id_of(scope))).encode()
    raw = [(b"content-type", b"application/json"), (b"content-length", str(len(data)).encode())]
    raw += [(name.lower().encode(), value.encode()) for name, value in (headers or {}).items()]
    await send({"type": "http.response.start", "status": status, "headers": raw})
    await send({"type": "http.response.body", "body": data})


def add_error_forms(app: Any) -> None:
    """Give the errors that routes raise the one form.

    :class:`Refused` keeps its status and headers, :class:`StoreError` is 503, any other
    :class:`MedaiError` is 422 with its message (routes must not put patient text into one),
    and a body of the wrong shape is 422 with the places, without the values.
    """
    from fastapi.exceptions import RequestValidationError
    from fastapi.responses import JSONResponse
    from starlette.exceptions import HTTPException

    def respond(request, status, code, message, headers=None, **more):
        body = body_of(code, message, request_id_of(request.scope), **more)
        return JSONResponse(body, status, headers=headers)

    async def refused(request, error: Refused):
        return respond(request, error.status, error.code, error.message, error.headers)

    async def store_failed(request, error: StoreError):
        # The full message names a path on the server: for the log, not for the caller.
        message = "Nothing was kept: the store is not available. Send it again later."
        return respond(request, error.status, error.code, message, {"Retry-After": "5"})

    async def wrong_input(request, error: MedaiError):
        return respond(request, 422, "wrong_request", str(error))

    async def wrong_shape(request, error: RequestValidationError):
        # `ctx` and `input` of pydantic repeat what was sent; places and kinds do not.
        places = [
            {"at": place(found["loc"]), "kind": found["type"]} for found in error.errors()[:20]
        ]
        malformed = any(found["kind"].startswith("json_invalid") for found in places)
        status, code = (400, "malformed_json") if malformed else (422, "wrong_request")
        message = "The body is not JSON." if malformed else "The request does not fit the schema."
        return respond(request, status, code, message, where=places)

    async def http(request, error: HTTPException):
        code = CODES.get(error.status_code, f"http_{error.status_code}")
        message = HTTPStatus(error.status_code).phrase
        more = {}
        if isinstance(error.detail, dict):  # a route's own words
            code = str(error.detail.get("code", code))
            message = str(error.detail.get("message", message))
        elif isinstance(error.detail, str):
            message = error.detail
        return respond(request, error.status_code, code, message, error.headers, **more)

    app.add_exception_handler(Refused, refused)
    app.add_exception_handler(StoreError, store_failed)
    app.add_exception_handler(MedaiError, wrong_input)
    app.add_exception_handler(RequestValidationError, wrong_shape)
    app.add_exception_handler(HTTPException, http)


def place(loc: tuple[Any, ...]) -> str:
    """Return where a value is wrong, with names of ours only.

    The keys of free-form objects are the caller's words, so a name is shown only when it
    looks like a field's name; other names become ``*``.
    """
    shown = []
    for step in loc[:8]:
        plain = isinstance(step, int) or (step.isascii() and step.isidentifier() and len(step) < 30)
        shown.append(str(step) if plain else "*")
    return ".".join(shown)
