"""Each token opens the door once: the ids of used tokens, until they have expired."""

from __future__ import annotations

import threading
import time
from pathlib import Path

from medai.serving.store import StoreError, open_database, reported, transaction

WAIT_MS = 5_000  # how long a lock of another process is waited for


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

    def use(self, iss: str, jti: str, expires: int, *, wait: bool = True) -> bool | None:
        """Mark a token as used.

        Parameters
        ----------
        iss, jti : str
            Who made the token, and its id.
        expires : int
            When it may be forgotten, in seconds since 1970: its ``exp`` and the leeway.
        wait : bool
            Whether to wait while another thread or process writes.

        Returns
        -------
        bool or None
            False when it was used before; None when another is writing and `wait` is False.

        Raises
        ------
        StoreError
            When the file can't be written, or holds too many living ids.
        """
        if not self._lock.acquire(blocking=wait):
            return None
        try:
            with reported(self.path):
                self._database.execute(f"PRAGMA busy_timeout={WAIT_MS if wait else 0}")
                return self._use(iss, jti, expires)
        except StoreError as error:
            name = getattr(error.__cause__, "sqlite_errorname", "")
            if not wait and name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
                return None
            raise
        finally:
            self._lock.release()

    def _use(self, iss: str, jti: str, expires: int) -> bool:
        with transaction(self._database):
            self._sweep()
            if self._count >= self.most:
                raise StoreError("Too many tokens are in use at the moment. Try again in a minute.")
            added = self._database.execute(
                "INSERT INTO used_tokens VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                (iss, jti, expires),
            ).rowcount
        self._count += added
        return added == 1

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
