"""Log lines that say how the service does and nothing about any patient.

One JSON object a line: method, *template* of the route (never the path, which may hold an
id), status, milliseconds, request id.  No body, no query, no token, no text of an error:
each of them may name somebody.
"""

from __future__ import annotations

import json
import logging
import sys
import traceback
from datetime import UTC, datetime
from typing import Any

LOGGER = logging.getLogger("medai.serving")
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
#: What a request that fits no route is called, so that its path is not kept.
UNMATCHED = "unmatched"


class JsonLines(logging.Formatter):
    """Write a record as one JSON object; fields come from ``extra={"fields": {...}}``.

    Examples
    --------
    >>> import logging
    >>> from medai.serving.logs import JsonLines
    >>> quoting = {"name": "a.library", "levelname": "ERROR", "msg": "bad value: Wang Fang"}
    >>> JsonLines().format(logging.makeLogRecord(quoting))
    '{"time": "...", "level": "error", "logger": "a.library", "event": "library"}'
    """

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, without the traceback that a record may carry."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line = {"time": at, "level": record.levelname.lower(), "logger": record.name}
        fields = getattr(record, "fields", None)
        # A library's message may quote what it choked on; its name and level must do.
        if fields is None and record.name.startswith(("medai.serving", "uvicorn.error")):
            fields = {"event": record.getMessage() if not record.exc_info else "error"}
        return json.dumps(line | (fields or {"event": "library"}), ensure_ascii=True)


def setup_logs(level: int = logging.INFO, stream: Any = None) -> None:
    """Send the service's own lines, and uvicorn's, as JSON to one stream.

    uvicorn's access log writes paths with their queries, so it is switched off: the service
    writes a line of its own for each request.

    Parameters
    ----------
    level : int
        The lowest level that is written.
    stream : file, optional
        Where to; standard error when None.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    for name in ("medai.serving", "uvicorn", "uvicorn.error", "uvicorn.access"):
        logger = logging.getLogger(name)
        logger.handlers[:] = []
        logger.propagate = True
        logger.setLevel(level)
    access = logging.getLogger("uvicorn.access")
    access.propagate, access.disabled = False, True


def route_of(scope: dict[str, Any]) -> str:
    """Return the template of the route that took the request, such as ``/cds-services/{id}``."""
    path = getattr(scope.get("route"), "path", None)
    if isinstance(path, str) and path:
        return path
    return "static" if "endpoint" in scope else UNMATCHED


def method_of(scope: dict[str, Any]) -> str:
    """Return the method, or ``OTHER`` for one that somebody made up."""
    return scope["method"] if scope["method"] in METHODS else "OTHER"


def log_request(scope: dict[str, Any], status: int, seconds: float, request_id: str) -> None:
    """Write the line of one request."""
    fields = {
        "event": "request",
        "method": method_of(scope),
        "route": route_of(scope),
        "status": status,
        "ms": round(seconds * 1_000, 1),
        "request_id": request_id,
    }
    LOGGER.info("request", extra={"fields": fields})


def log_failure(error: BaseException, request_id: str) -> None:
    """Write where an error arose: its kind and lines of code, not its text."""
    frames = traceback.extract_tb(error.__traceback__)[-4:]
    fields = {
        "event": "failure",
        "kind": type(error).__name__,
        "at": [f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno}" for frame in frames],
        "request_id": request_id,
    }
    LOGGER.error("failure", extra={"fields": fields})
