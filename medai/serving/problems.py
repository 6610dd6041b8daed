"""Requests that are not served: the statuses of the hook endpoints, and their exception."""

from __future__ import annotations

from medai.serving.auth import Refused

STATUSES = {
    400: "The body is no JSON.",
    401: "The token is missing, wrong, expired, or was used before.",
    404: "There is no such service.",
    412: "Data that the service needs were not prefetched; it fetches nothing itself.",
    413: "The body is too long.",
    415: "The body is not application/json.",
    421: "The service is not known by that host name.",
    422: "The JSON is not what the hook asks for, or its FHIR resources cannot be read.",
    429: "Too many requests.",
    431: "The Authorization header is too long.",
    503: "The store, or the time that a request may take, gave out.",
}


class Refusal(Refused):
    """A request that is let in and cannot be served; it is answered like a :class:`Refused`.

    The message says the way out.  It goes to the caller only, who sent what it may name, and
    never to the log.
    """
