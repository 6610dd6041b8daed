"""Ask a server, wait and ask again where that helps, and say clearly what went wrong."""

from __future__ import annotations

import datetime
import email.utils
import random
import re
import time
from collections.abc import Callable
from typing import Any

from medai.runtime import MedaiError

FIRST_WAIT, LONGEST_WAIT = 0.5, 8.0  # seconds; doubled at each try
LONGEST_RETRY_AFTER = 60.0  # a server that asks for more gets no second request
AGAIN = (408, 429, 500, 502, 503, 504, 529)
_LONG = re.compile(r"context|too many tokens|too long|maximum.{0,20}length", re.I)


def ask(
    call: Callable[[], Any],
    explain: Callable[[Exception], MedaiError],
    retries: int,
    sleep: Callable[[float], None] = time.sleep,
) -> Any:
    """Return ``call()``; ask again after 408, 429, 5xx and broken connections, and only then.

    The wait doubles from half a second to eight seconds, times a random number between one
    half and one, so that many clients do not come back at the same moment.  A ``Retry-After``
    of the server is kept to, up to a minute.  A time-out is not asked again: the server may
    still be at work on the first request.
    """
    for attempt in range(retries + 1):
        try:
            return call()
        except Exception as error:
            wait = wait_before_next(error, attempt)
            if wait is None or attempt == retries:
                message = str(explain(error))
                if attempt:
                    message += f" (Asked {attempt + 1} times.)"
                failure = MedaiError(message)
            else:
                sleep(wait)
                continue
        raise failure  # outside the handler: the request, with its key, is not attached
    raise AssertionError("unreachable")


def wait_before_next(error: Exception, attempt: int) -> float | None:
    """Return the seconds to wait before asking again, None if asking again is no use."""
    import openai

    if isinstance(error, openai.APITimeoutError):
        return None
    if isinstance(error, openai.APIStatusError):
        if error.status_code not in AGAIN or error.code == "insufficient_quota":
            return None
        asked = retry_after(error.response.headers.get("retry-after", ""))
        if asked is not None:
            return asked if asked <= LONGEST_RETRY_AFTER else None
    elif not isinstance(error, openai.APIConnectionError):
        return None
    return min(FIRST_WAIT * 2**attempt, LONGEST_WAIT) * random.uniform(0.5, 1.0)


def retry_after(header: str) -> float | None:
    """Read a ``Retry-After`` header: seconds, or a date; None if it is neither."""
    try:
        seconds = float(header)
    except ValueError:
        try:
            then = email.utils.parsedate_to_datetime(header)
        except (TypeError, ValueError):
            return None
        if then.tzinfo is None:
            then = then.replace(tzinfo=datetime.UTC)
        seconds = (then - datetime.datetime.now(datetime.UTC)).total_seconds()
    return max(seconds, 0.0) if seconds == seconds else None  # not a NaN


def explain(error: Exception, server: Any) -> MedaiError:
    """Turn an error of the client into one sentence about `server` and what to do."""
    import openai

    where = f"The server {server.url}"
    said = _said(error, server)
    if isinstance(error, openai.APITimeoutError):
        way = "Raise timeout=, lower max_new_tokens, or look whether the server is overloaded."
        return MedaiError(f"{where} did not answer within {server.timeout:g} s. {way}")
    if isinstance(error, openai.APIConnectionError):
        return MedaiError(
            f"{where} cannot be reached{said}. Start it, or check host, port and network."
        )
    if not isinstance(error, openai.APIStatusError):
        return MedaiError(
            f"{where} sent an answer that is not in OpenAI's format{said}. Check that the address "
            "is that of the API (it usually ends in /v1), not of a web page."
        )
    code = error.status_code
    if code == 401:
        if server.has_key:
            return MedaiError(
                f"{where} refuses the key (401){said}. Check OPENAI_API_KEY or api_key=."
            )
        return MedaiError(
            f"{where} asks for a key (401)"
            + f"{said}. Set OPENAI_API_KEY or pass api_key=; never write it in a notebook."
        )
    if code == 403:
        return MedaiError(f"{where} knows you but forbids this (403){said}. Ask who runs it.")
    if code == 404:
        names = server.models_or_none()
        known = f" It offers: {', '.join(names)}." if names else ""
        return MedaiError(
            f"{where} knows no model {server.model!r}, or no such path (404){said}.{known} "
            "Check the model's name, and that the address ends as the server's manual says (/v1)."
        )
    if code in (400, 413, 422) and (code == 413 or _LONG.search(said)):
        return MedaiError(
            f"{where} says that the text does not fit its context ({code}){said}. "
            "Shorten or split the text, or lower max_new_tokens."
        )
    if code == 429:
        wait = error.response.headers.get("retry-after", "")
        hint = f" It asks to wait {wait} s." if wait else ""
        return MedaiError(
            f"{where} is busy or your quota is used up (429){said}.{hint} "
            "Ask less often, or raise retries=."
        )
    if code >= 500:
        return MedaiError(f"{where} failed ({code}){said}. Look at its log, then try again.")
    if code < 400:
        return MedaiError(
            f"{where} redirects to another address ({code}), which is not followed, so that no "
            "text goes elsewhere. Give the final address."
        )
    return MedaiError(f"{where} refused the request ({code}){said}.")


def _said(error: Exception, server: Any) -> str:
    """Return the server's own words as ': words', short and without any key."""
    body = getattr(error, "body", None)
    text = body.get("message") if isinstance(body, dict) else None
    if not isinstance(text, str):
        text = str(error.__cause__ or "") if not hasattr(error, "status_code") else ""
    text = server.hide(" ".join(text.split())[:300]).rstrip(". ")
    return f": {text}" if text else ""
