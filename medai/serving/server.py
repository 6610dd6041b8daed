"""Start uvicorn as the service needs it: quiet, bounded, and without waiting for packets."""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

from medai.runtime.errors import MedaiError
from medai.serving.logs import setup_logs
from medai.serving.settings import Settings

#: More connections than these at a time are answered with 503 by uvicorn itself.
MOST_CONNECTIONS = 500
#: What headers other than Authorization may take, in bytes.
OTHER_HEADERS = 16_384
#: Seconds that requests which have begun are given when the service is stopped.
GRACE_S = 10


def listening_socket(host: str, port: int) -> socket.socket:
    """Return a bound socket whose connections send each answer at once.

    Uvicorn writes the head and the body of an answer one after the other.  Without
    ``TCP_NODELAY`` the system holds the body back until the head is acknowledged, 40 ms on
    Linux.  asyncio sets the option only on sockets that say they are TCP, which uvicorn's own
    socket for several workers does not.

    Raises
    ------
    MedaiError
        When the address is not ours or the port is taken.
    """
    try:
        family, kind, _, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listening = socket.socket(family, kind, socket.IPPROTO_TCP)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        listening.bind(address)
    except OSError as error:
        raise MedaiError(
            f"The service can't listen on {host}, port {port}: {error.strerror}. Choose another "
            "port, or end what uses it."
        ) from error
    listening.set_inheritable(True)
    return listening


def bounded_http(most: int) -> Any:
    """Return uvicorn's protocol by httptools with a limit on headers, or "h11" without httptools.

    httptools is written in C and faster, but collects the head of a request, and what follows
    the last chunk of a body, without an end.

    Parameters
    ----------
    most : int
        Bytes that may come before the head is complete.
    """
    try:
        from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
    except ImportError:
        return "h11"

    class Bounded(HttpToolsProtocol):
        """Counts what has come since the parser last got on: to a body, or through a head."""

        waiting = 0

        def data_received(self, data: bytes) -> None:
            self.waiting += len(data)
            super().data_received(data)
            if self.waiting > most and not self.transport.is_closing():
                self.send_400_response("The head of the request is too long.")

        def on_headers_complete(self) -> None:
            self.waiting = 0
            super().on_headers_complete()

        def on_chunk_header(self) -> None:
            self.waiting = 0

        def on_body(self, body: bytes) -> None:
            self.waiting = 0
            super().on_body(body)

        def on_message_complete(self) -> None:
            self.waiting = 0
            super().on_message_complete()

    return Bounded


def options(settings: Settings) -> dict[str, Any]:
    """Return the options of :class:`uvicorn.Config`.

    Examples
    --------
    >>> from medai.serving.server import options
    >>> from medai.serving.settings import Settings
    >>> found = options(Settings.development())
    >>> found["host"], found["access_log"], found["limit_concurrency"]
    ('127.0.0.1', False, 500)
    """
    return {
        "host": settings.host,
        "port": settings.port,
        # Uvicorn's own lines would hold paths and queries; the service writes its own.
        "log_config": None,
        "access_log": False,
        "server_header": False,
        "proxy_headers": False,
        "limit_concurrency": MOST_CONNECTIONS,
        "loop": "auto",  # uvloop where it is installed
        "http": bounded_http(settings.max_token_bytes + OTHER_HEADERS),
        "h11_max_incomplete_event_size": settings.max_token_bytes + OTHER_HEADERS,
        "timeout_keep_alive": 30,
        "timeout_graceful_shutdown": GRACE_S,
    }


def serve(
    settings: Settings,
    *,
    workers: int = 1,
    file: Path | None = None,
    create: Callable[[Settings], Any] | None = None,
) -> None:
    """Serve until Ctrl-C or SIGTERM; requests that have begun are answered.

    Parameters
    ----------
    settings : Settings
    workers : int
        Processes.  More than one need `file`.
    file : Path, optional
        The settings file, which each worker reads by itself.
    create : callable, optional
        Makes the application; :func:`medai.serving.app.create_app` when None.

    Raises
    ------
    MedaiError
        When uvicorn is missing, the port is taken, or several workers have no file or no store
        in common.
    """
    try:
        import uvicorn  # noqa: F401
    except ImportError:
        raise MedaiError("The service needs uvicorn: pip install 'medai[serve,fhir]'.") from None
    if workers > 1 and (file is None or settings.store is None):
        raise MedaiError("Several workers need a settings file and a store, which they share.")
    listening = listening_socket(settings.host, settings.port)
    if workers == 1:
        work(settings, listening, create)
    else:
        from medai.serving.workers import share

        share(work, Path(file), listening, workers, create)


def work(
    settings: Settings | Path,
    source: socket.socket,
    create: Callable[[Settings], Any] | None = None,
) -> None:
    """Serve in this process.

    Parameters
    ----------
    settings : Settings or Path
        A path is read here.
    source : socket.socket
        A bound socket, or the channel of :mod:`medai.serving.workers`.
    create : callable, optional
        Makes the application; :func:`medai.serving.app.create_app` when None.
    """
    import uvicorn

    from medai.serving.workers import Dealt

    if create is None:
        from medai.serving.app import create_app as create

    setup_logs()
    if isinstance(settings, Path):
        settings = Settings.from_file(settings)
    config = uvicorn.Config(create(settings), **options(settings))
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
    if is_channel(source):
        Dealt(config, source).run()
    else:
        uvicorn.Server(config).run(sockets=[source])


def is_channel(source: socket.socket) -> bool:
    """Return whether connections come through this socket from another process."""
    return source.family == getattr(socket, "AF_UNIX", None)
