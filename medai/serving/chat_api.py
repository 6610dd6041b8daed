"""Patients' questions over the web: an answer that streams in, and a page to ask on.

``POST /chat`` answers as server-sent events (``text/event-stream``):

``text``
    ``{"text": "..."}``: the next piece of the answer.
``answer``
    The whole answer with its kind and citations; the page shows this one in the end.
``error``
    ``{"message": "..."}``: no answer; the log has the request id.

The question is neither kept nor logged.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any, Protocol

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import FileResponse, StreamingResponse
from pydantic import BaseModel, ConfigDict, Field, field_validator

from medai.runtime.errors import MedaiError
from medai.serving.errors import request_id_of
from medai.serving.logs import log_failure

STATIC = Path(__file__).with_name("static")
LONGEST_QUESTION = 1_000
#: How many questions may wait for their turn before the next is told to come back later.
MOST_WAITING = 8


class Answers(Protocol):
    """What answers questions, such as :class:`medai.llm.rag.Answerer`."""

    def answer(self, question: str) -> Any:
        """Return the answer: ``text``, ``kind``, ``lang`` and ``citations``."""

    def stream(self, question: str) -> Iterator[str]:
        """Yield the answer's text in pieces; may return the answer at the end."""


class ChatQuestion(BaseModel):
    """A question of a patient."""

    model_config = ConfigDict(extra="forbid")
    question: str = Field(min_length=1, max_length=LONGEST_QUESTION)

    @field_validator("question")
    @classmethod
    def not_blank(cls, text: str) -> str:
        """Refuse a question of spaces."""
        if not text.strip():
            raise ValueError("blank")
        return text.strip()


def event(name: str, value: dict[str, Any]) -> str:
    """Return one server-sent event.  JSON has no line breaks, so one data line will do.

    Examples
    --------
    >>> from medai.serving.chat_api import event
    >>> print(event("text", {"text": "多喝水。"}).strip())
    event: text
    data: {"text": "多喝水。"}
    """
    return f"event: {name}\ndata: {json.dumps(value, ensure_ascii=False)}\n\n"


def as_dict(answer: Any) -> dict[str, Any]:
    """Return what the page shows of an answer.  A link that isn't http(s) is dropped."""
    citations = []
    for cited in answer.citations:
        url = cited.url if str(cited.url).startswith(("https://", "http://")) else ""
        citations.append({"number": cited.number, "title": cited.title, "url": url})
    return {
        "kind": answer.kind,
        "text": answer.text,
        "lang": answer.lang,
        "citations": citations,
    }


def events(answerer: Answers, question: str, request_id: str) -> Iterator[str]:
    """Yield the events of one answer."""
    try:
        pieces = iter(answerer.stream(question))
        answer = None
        while True:
            try:
                piece = next(pieces)
            except StopIteration as stop:
                answer = stop.value
                break
            yield event("text", {"text": piece})
        yield event("answer", as_dict(answer or answerer.answer(question)))
    except MedaiError as error:  # such as: no question; says how to ask
        yield event("error", {"message": str(error), "request_id": request_id})
    except Exception as error:
        log_failure(error, request_id)
        yield event("error", {"message": "No answer could be made.", "request_id": request_id})


def router(answerer: Answers, *, at_once: int = 2) -> APIRouter:
    """Return the routes of the chat.

    Parameters
    ----------
    answerer : Answers
        Called from threads, `at_once` of them at the same time.
    at_once : int
        How many answers are made at the same time; further ones wait their turn.

    Returns
    -------
    APIRouter
        ``POST /chat``, the page ``GET /chat``, and its script and style.
    """
    import anyio
    from starlette.concurrency import iterate_in_threadpool

    routes = APIRouter(tags=["chat"])
    turns = anyio.CapacityLimiter(at_once)

    @routes.post(
        "/chat",
        summary="Answer a patient's question",
        response_class=StreamingResponse,
        responses={
            200: {
                "description": "Events text, answer, error.",
                "content": {"text/event-stream": {"schema": {"type": "string"}}},
            },
            503: {"description": "Too many questions are waiting."},
        },
    )
    async def chat(asked: ChatQuestion, request: Request) -> StreamingResponse:
        if turns.statistics().tasks_waiting >= MOST_WAITING:
            raise HTTPException(503, "Too many questions are waiting.", {"Retry-After": "10"})
        request_id = request_id_of(request.scope)

        async def taking_turns() -> AsyncIterator[str]:
            yield ": your question has arrived\n\n"  # a comment: begins the answer
            async with turns:
                async for line in iterate_in_threadpool(
                    events(answerer, asked.question, request_id)
                ):
                    yield line

        return StreamingResponse(taking_turns(), media_type="text/event-stream")

    @routes.get("/chat", summary="The page to ask on", response_class=FileResponse)
    async def page() -> FileResponse:
        return FileResponse(STATIC / "chat.html", media_type="text/html; charset=utf-8")

    @routes.get("/chat.js", include_in_schema=False)
    async def script() -> FileResponse:
        return FileResponse(STATIC / "chat.js", media_type="text/javascript; charset=utf-8")

    @routes.get("/chat.css", include_in_schema=False)
    async def style() -> FileResponse:
        return FileResponse(STATIC / "chat.css", media_type="text/css; charset=utf-8")

    return routes
