"""Each token opens the door once: the ids of used tokens, until they have expired."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from medai.serving.store import StoreError, open_database, reported, transaction

WAIT_S = 5.0  # how long a lock of another process is waited for
AGAIN_S = 0.001  # and how long until it is tried again


class Token(NamedTuple):
    """A token whose signature holds.

    Attributes
    ----------
    iss, jti : str
        Who made it, and its id.
    expires : int
        When it may be forgotten, in seconds since 1970: its ``exp`` and the leeway.
    """

    iss: str
    jti: str
    expires: int


class UsedTokens:
    """Remember which ``jti`` of which issuer was used, also over a restart.

    Only tokens whose signature holds get here, so a stranger can't fill the table.  A commit
    does not wait for the disk: it outlives the process, and a token is dead minutes after a
    power cut anyway.

    Parameters
    ----------
    path : Path or None
        The file of :class:`~medai.serving.store.FeedbackStore`; None keeps ids in memory.
    most : int
        How many living ids are kept.  When they are more, new tokens are refused with 503:
        forgetting one would let it be used twice.
    """

    def __init__(self, path: Path | None, *, most: int = 1_000_000):
        self.path = path
        self.most = most
        self._lock = threading.Lock()
        self._swept = float("-inf")
        self._count = 0
        self._database = open_database(path, durable=False)

    def use(self, tokens: Sequence[Token], *, wait: bool = True) -> list[bool] | None:
        """Mark tokens as used, in one transaction.

        Parameters
        ----------
        tokens : sequence of Token
        wait : bool
            Whether to wait while another thread or process writes.

        Returns
        -------
        list of bool or None
            For each token, False when it was used before; None when another is writing and
            `wait` is False.

        Raises
        ------
        StoreError
            When the file can't be written, or holds too many living ids.
        """
        if not self._lock.acquire(blocking=wait):
            return None
        try:
            with reported(self.path):
                self._database.execute(f"PRAGMA busy_timeout={int(1_000 * WAIT_S) if wait else 0}")
                return self._use(tokens)
        except StoreError as error:
            name = getattr(error.__cause__, "sqlite_errorname", "")
            if not wait and name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
                return None
            raise
        finally:
            self._lock.release()

    def _use(self, tokens: Sequence[Token]) -> list[bool]:
        new = []
        with transaction(self._database):
            self._sweep()
            for token in tokens:
                if self._count + sum(new) >= self.most:
                    raise StoreError(
                        "Too many tokens are in use at the moment. Try again in a minute."
                    )
                added = self._database.execute(
                    "INSERT INTO used_tokens VALUES (?, ?, ?) ON CONFLICT DO NOTHING", token
                ).rowcount
                new.append(added == 1)
        self._count += sum(new)
        return new

    def _sweep(self) -> None:
        """Forget expired ids and count the rest, every ten seconds, or when it is full."""
        full = self._count >= self.most
        if time.monotonic() - self._swept < (1.0 if full else 10.0):
            return
        now = int(time.time())
        self._database.execute("DELETE FROM used_tokens WHERE expires < ?", (now,))
        self._count = self._database.execute("SELECT count(*) FROM used_tokens").fetchone()[0]
        self._swept = time.monotonic()

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._database.close()


class Together:
    """Mark tokens as used from an event loop, without a thread that waits.

    While another process writes, tokens are collected, and a millisecond later they are tried
    again in one transaction.  (One thread for each token that has to wait was measured too.
    SQLite lets a waiting thread sleep longer each time, and the others queue behind it: of 800
    requests with twenty callers and two processes 300 waited, 30 ms on average.)

    Parameters
    ----------
    used : UsedTokens
    """

    def __init__(self, used: UsedTokens):
        self.used = used
        self._waiting: dict[asyncio.Future, Token] = {}

    async def use(self, token: Token) -> bool:
        """Mark a token as used; return False when it was used before.

        Raises
        ------
        StoreError
            When the file can't be written, is locked for long, or holds too many living ids.
        """
        loop = asyncio.get_running_loop()
        if not self._waiting:
            found = self.used.use([token], wait=False)
            if found is not None:
                return found[0]
            loop.call_later(AGAIN_S, self._write, loop.time() + WAIT_S)
        mine = loop.create_future()
        self._waiting[mine] = token
        try:
            return await mine
        finally:
            self._waiting.pop(mine, None)  # when the caller has gone away

    def _write(self, until: float) -> None:
        """Write all that wait, or plan the next try."""
        loop = asyncio.get_running_loop()
        waiting = {one: token for one, token in self._waiting.items() if not one.done()}
        try:
            found = self.used.use(list(waiting.values()), wait=False)
            if found is None and loop.time() < until:
                loop.call_later(AGAIN_S, self._write, until)
                return
            if found is None:
                raise StoreError("Another process keeps the store locked. Try again later.")
        except StoreError as error:
            for future in waiting:
                future.set_exception(error)
        else:
            for future, new in zip(waiting, found, strict=True):
                future.set_result(new)
        self._waiting.clear()
