"""Several processes behind one port: the first accepts connections and deals them out in turn.

Processes that accept from one socket by themselves share badly: the system wakes whom it likes,
and of twenty callers one worker got 4 and the other 16 (measured on Linux), so that each answer
of the busy one took four times as long.  A connection is dealt once and then stays where it is.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import signal
import socket
import time
from collections.abc import Callable, Sequence
from multiprocessing.connection import wait
from pathlib import Path
from typing import Any

import uvicorn

from medai.runtime.errors import MedaiError

#: Connections that the system queues until the first process takes them.
QUEUE = 500
#: Seconds after which a worker that was told to end is left to the system.
LAST_S = 15


class Dealt(uvicorn.Server):
    """Serve connections that come through a channel, until the channel is closed.

    Parameters
    ----------
    config : uvicorn.Config
    channel : socket.socket
        The end of a pair of Unix sockets; each byte carries one accepted connection.
    """

    def __init__(self, config: uvicorn.Config, channel: socket.socket):
        super().__init__(config)
        self.channel = channel
        self.beginning: set[asyncio.Task] = set()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start the application, and listen to the channel instead of a port."""
        await super().startup(sockets=[])
        self.channel.setblocking(False)
        asyncio.get_running_loop().add_reader(self.channel.fileno(), self.take)

    def take(self) -> None:
        """Take the connections that wait; no channel any more means the end."""
        loop = asyncio.get_running_loop()
        while not self.should_exit:
            try:
                data, found, _, _ = socket.recv_fds(self.channel, 1, 1)
            except BlockingIOError:
                return
            if not data:  # the first process is gone
                self.should_exit = True
                loop.remove_reader(self.channel.fileno())
            for one in found:
                connection = socket.socket(fileno=one)
                connection.setblocking(False)
                task = loop.create_task(loop.connect_accepted_socket(self.protocol, connection))
                self.beginning.add(task)
                task.add_done_callback(self.beginning.discard)

    def protocol(self) -> asyncio.Protocol:
        """Return what speaks HTTP on one connection, as uvicorn itself makes it."""
        return self.config.http_protocol_class(
            config=self.config, server_state=self.server_state, app_state=self.lifespan.state
        )

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take no more, and let what has begun be answered."""
        asyncio.get_running_loop().remove_reader(self.channel.fileno())
        await super().shutdown()


def share(
    work: Callable[..., None],
    file: Path,
    listening: socket.socket,
    workers: int,
    create: Callable[..., Any] | None = None,
) -> None:
    """Serve in several processes; when one of them ends, end all.

    Starting again is left to what started this process (a container engine, systemd): it
    also sees when that does not help.

    Parameters
    ----------
    work : callable
        What each process runs: ``work(file, channel, create)``.
    file : Path
        The settings.
    listening : socket.socket
        Bound, not yet listening.
    workers : int
    create : callable, optional
        Makes the application.

    Raises
    ------
    MedaiError
        When a worker ends by itself, or the system can't pass connections on.
    """
    if not hasattr(socket, "send_fds"):
        raise MedaiError("Several workers need Linux, macOS or another Unix. Use one worker.")
    processes = multiprocessing.get_context("spawn")
    pairs = [socket.socketpair() for _ in range(workers)]
    running = [
        processes.Process(target=work, args=(file, theirs, create), daemon=True)
        for _, theirs in pairs
    ]
    stopping = False

    def stop(*_: Any) -> None:
        nonlocal stopping
        stopping = True
        for one in running:
            one.terminate()  # SIGTERM: answers what has begun, and ends

    for one, (ours, theirs) in zip(running, pairs, strict=True):
        one.start()
        ours.setblocking(False)
        theirs.close()
    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    ended = [one.sentinel for one in running]
    listening.setblocking(False)
    listening.listen(QUEUE)
    channels, turn = [ours for ours, _ in pairs], 0
    while not stopping:
        ready = wait([listening, *ended])
        if stopping or ready != [listening]:  # told to end meanwhile, or a worker has ended
            break
        turn += deal(listening, channels, turn)
    listening.close()
    stop()
    for one in running:
        one.join(LAST_S)
    if any(one.exitcode not in (0, -signal.SIGTERM) for one in running):
        raise MedaiError("A worker ended by itself; its log says why. The service was stopped.")


def deal(listening: socket.socket, channels: Sequence[socket.socket], turn: int) -> int:
    """Accept one connection and hand it to the worker whose turn it is.

    A worker whose channel is full has hung, and the next one gets it; when all are full the
    caller is sent away.

    Returns
    -------
    int
        How far the turn goes on; 0 when nothing came.

    Examples
    --------
    >>> import socket
    >>> from medai.serving.workers import deal
    >>> ours, workers = socket.socketpair()
    >>> with ours, workers, socket.create_server(("127.0.0.1", 0)) as port:
    ...     with socket.create_connection(port.getsockname()):
    ...         print("dealt:", deal(port, [ours], turn=0), "sent:", workers.recv(1))
    dealt: 1 sent: b'c'
    """
    try:
        connection, _ = listening.accept()
    except (BlockingIOError, ConnectionAbortedError):  # it has gone away again
        return 0
    except OSError:  # no more open files: let it wait in the queue of the system
        time.sleep(0.05)
        return 0
    with connection:
        for step in range(len(channels)):
            try:
                channel = channels[(turn + step) % len(channels)]
                socket.send_fds(channel, [b"c"], [connection.fileno()])
            except OSError:
                continue
            return step + 1
    return 0
