"""The web service: :func:`create_app` puts endpoints, guards, health and the page together."""

from __future__ import annotations

import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from medai.runtime.errors import MedaiError
from medai.serving.settings import Settings

if TYPE_CHECKING:
    from fastapi import FastAPI

DESCRIPTION = (
    "Decision support by CDS Hooks 2.0 for the book *Large Models in Medicine*: "
    "pharmacogenomic advice, interactions and risks, each card with its source. "
    "For teaching; not medical advice and not a medical device."
)


def create_app(settings: Settings) -> FastAPI:
    """Return the service as an ASGI application.

    Parameters
    ----------
    settings : Settings
        Mode, callers, limits and the store; see :mod:`medai.serving.settings`.

    Returns
    -------
    FastAPI
        Its tables are read when it starts, so that the first caller does not wait for them.

    Raises
    ------
    MedaiError
        When FastAPI is not installed, a key cannot be read, or the store cannot be opened.

    Examples
    --------
    >>> from medai.serving.settings import Settings
    >>> create_app(Settings.development()).title
    'medai decision support'
    """
    try:
        from fastapi import FastAPI
    except ImportError:
        raise MedaiError("The service needs FastAPI: pip install 'medai[serve,fhir]'.") from None
    from medai import __version__
    from medai.serving import api, health, page
    from medai.serving.auth import Verifier
    from medai.serving.guards import add_guards
    from medai.serving.store import FeedbackStore

    verifier, store = Verifier(settings), FeedbackStore(settings.store)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        warm()
        gc.collect()
        gc.freeze()  # the tables stay: the collector need not walk through them again and again
        yield
        gc.unfreeze()
        verifier.close()
        store.close()

    app = FastAPI(
        title="medai decision support",
        version=__version__,
        description=DESCRIPTION,
        lifespan=lifespan,
        openapi_url="/openapi.json" if settings.is_development or settings.openapi else None,
        docs_url=None,  # they load scripts from a content delivery network
        redoc_url=None,
    )
    app.state.settings, app.state.store = settings, store
    app.include_router(api.cds_router(verifier, store))
    app.include_router(health.router)
    if settings.is_development:
        app.include_router(page.router)
    if settings.chat:
        _add_chat(app)
    add_guards(app, settings)
    health.add_check(app, "store", store.healthy)
    return app


def _add_chat(app: FastAPI) -> None:
    """Add the chat of Chapter 25."""
    from medai.llm.rag import Answerer
    from medai.serving import chat_api

    app.include_router(chat_api.router(Answerer()))


def warm() -> None:
    """Read all tables, by answering one call of each hook; about a second."""
    from medai.serving import examples, hooks
    from medai.serving.models import OrderSelectRequest, OrderSignRequest, PatientViewRequest

    hooks.services()
    hooks.patient_view(PatientViewRequest.model_validate(examples.patient_view()))
    hooks.order_hook(OrderSelectRequest.model_validate(examples.order_select()))
    hooks.order_hook(OrderSignRequest.model_validate(examples.order_sign()))
