"""Feedback on cards, and used tokens, in one SQLite file that survives a crash.

An item that was answered with 200 is on the disk: each request is one transaction, in
write-ahead mode with ``synchronous=FULL``, and :meth:`FeedbackStore.add` returns only after
the commit.  A process that is killed in the middle leaves all items of a request or none.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sqlite3
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from medai.runtime.errors import MedaiError

#: Marks a file as ours (``PRAGMA application_id``), and the form of its tables.
APPLICATION_ID = 0x6D656461  # "meda"
SCHEMA_VERSION = 1
SCHEMA = """
CREATE TABLE feedback (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    key TEXT NOT NULL UNIQUE,
    service TEXT NOT NULL,
    card TEXT NOT NULL,
    outcome TEXT NOT NULL,
    outcome_timestamp TEXT NOT NULL,
    item TEXT NOT NULL,
    received TEXT NOT NULL
);
CREATE TABLE used_tokens (
    iss TEXT NOT NULL,
    jti TEXT NOT NULL,
    expires INTEGER NOT NULL,
    PRIMARY KEY (iss, jti)
) WITHOUT ROWID;
CREATE INDEX used_tokens_expires ON used_tokens (expires);
CREATE TABLE heartbeat (id INTEGER PRIMARY KEY CHECK (id = 1), at REAL NOT NULL);
"""


class StoreError(MedaiError):
    """The store can't do its work now; the caller is told 503 and may try again."""

    status = 503
    code = "store_unavailable"


def open_database(path: Path | None, *, durable: bool, wait_s: float = 5.0) -> sqlite3.Connection:
    """Open the store's file, make its tables when it is new, and check that it is whole.

    Parameters
    ----------
    path : Path or None
        The file; None keeps everything in memory.
    durable : bool
        Whether a commit waits for the disk (``synchronous=FULL``), so that it outlives a
        power cut.  Without it a commit outlives the process, but not the machine.
    wait_s : float
        How long to wait for a lock that another process holds.

    Raises
    ------
    StoreError
        When the file can't be opened, is damaged, or is not such a store.
    """
    with reported(path):
        if path is not None and not path.exists():
            # Comments of clinicians may name patients: for the owner's eyes only.
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        database = sqlite3.connect(
            ":memory:" if path is None else path,
            timeout=wait_s,
            isolation_level=None,
            check_same_thread=False,
        )
        try:
            prepare(database, path, durable)
        except BaseException:
            database.close()
            raise
    return database


def prepare(database: sqlite3.Connection, path: Path | None, durable: bool) -> None:
    """Check the file behind a fresh connection, and make its tables when it is empty."""
    found = database.execute("PRAGMA quick_check(1)").fetchone()[0]
    if found != "ok":
        raise StoreError(f"The store {path} is damaged ({found}). Restore it from a backup.")
    mode = database.execute("PRAGMA journal_mode=WAL").fetchone()[0]
    if path is not None and mode != "wal":
        raise StoreError(
            f"The store {path} can't use write-ahead logging. Keep it on a local disk."
        )
    database.execute(f"PRAGMA synchronous={'FULL' if durable else 'NORMAL'}")
    database.execute("PRAGMA fullfsync=ON")  # macOS only; elsewhere nothing changes
    with transaction(database):
        # Asked inside the transaction: of two processes that start at once, one makes the tables.
        version = database.execute("PRAGMA user_version").fetchone()[0]
        mark = database.execute("PRAGMA application_id").fetchone()[0]
        tables = database.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        if tables == 0 and version == 0:
            for statement in SCHEMA.split(";")[:-1]:
                database.execute(statement)
            database.execute(f"PRAGMA application_id={APPLICATION_ID}")
            database.execute(f"PRAGMA user_version={SCHEMA_VERSION}")
        elif mark != APPLICATION_ID:
            raise StoreError(f"{path} is a database of another program. Name another store.")
        elif version != SCHEMA_VERSION:
            raise StoreError(
                f"The store {path} has schema {version}, but this medai reads {SCHEMA_VERSION}. "
                "Use the medai that wrote it, or name a new store."
            )


@contextlib.contextmanager
def transaction(database: sqlite3.Connection) -> Iterator[None]:
    """Run the block as one transaction that can write: all of it or nothing."""
    database.execute("BEGIN IMMEDIATE")
    try:
        yield
        database.execute("COMMIT")
    except BaseException:
        if database.in_transaction:
            database.execute("ROLLBACK")
        raise


@contextlib.contextmanager
def reported(path: Path | None) -> Iterator[None]:
    """Turn what SQLite and the disk report into a StoreError that names the cause."""
    try:
        yield
    except sqlite3.Error as error:
        name = getattr(error, "sqlite_errorname", "") or type(error).__name__
        causes = {
            "SQLITE_FULL": "the disk is full",
            "SQLITE_READONLY": "the disk or the file is read-only",
            "SQLITE_BUSY": "another process holds it",
            "SQLITE_LOCKED": "another process holds it",
            "SQLITE_CANTOPEN": "it can't be opened",
            "SQLITE_NOTADB": "it is no SQLite file",
            "SQLITE_CORRUPT": "it is damaged; restore it from a backup",
            "SQLITE_IOERR": "the disk reports an error",
        }
        cause = next((text for code, text in causes.items() if name.startswith(code)), name)
        raise StoreError(f"The store {path or 'in memory'} is not available: {cause}.") from error
    except OSError as error:
        raise StoreError(f"The store {path} is not available: {error.strerror}.") from error


class FeedbackStore:
    """What clinicians did with the cards they were shown.

    Safe to use from several threads, and from several processes on one file.

    Parameters
    ----------
    path : Path, str or None
        The SQLite file; its folder must exist.  None keeps feedback in memory.
    wait_s : float
        How long a write waits for a lock of another process.

    Raises
    ------
    StoreError
        When the file can't be opened, is damaged, or is not such a store.

    Examples
    --------
    >>> store = FeedbackStore(None)
    >>> item = {"card": "c1", "outcome": "overridden", "outcomeTimestamp": "2026-11-23T08:00:00Z"}
    >>> store.add("pgx", [item]), store.add("pgx", [item])
    (1, 0)
    """

    def __init__(self, path: Path | str | None, *, wait_s: float = 5.0):
        self.path = None if path is None else Path(path)
        self._lock = threading.Lock()
        self._health = (float("-inf"), False)
        self._database = open_database(self.path, durable=True, wait_s=wait_s)

    def add(self, service: str, items: Sequence[Mapping[str, Any]]) -> int:
        """Keep the items of one request: all of them, or none.

        An item that is already there, equal in every field, is not kept twice, so a client
        that got no answer may simply send the request again.  Another outcome of the same
        card, or the same at another time, is another row.

        Parameters
        ----------
        service : str
            The id of the CDS service.
        items : sequence of dict
            Feedback as CDS Hooks 2.0 gives it: ``card``, ``outcome``, ``outcomeTimestamp``
            and what belongs to the outcome.

        Returns
        -------
        int
            How many of them were new.

        Raises
        ------
        MedaiError
            When an item lacks one of the three fields or is not JSON.
        StoreError
            When the disk is full or read-only, or the file stays locked: nothing was kept.
        """
        received = datetime.now(UTC).isoformat(timespec="milliseconds")
        rows = [as_row(service, item, received) for item in items]
        with self._lock, reported(self.path), transaction(self._database):
            before = self._database.total_changes
            self._database.executemany(
                "INSERT INTO feedback (key, service, card, outcome, outcome_timestamp, item,"
                " received) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO NOTHING",
                rows,
            )
            return self._database.total_changes - before

    def all(self) -> list[dict[str, Any]]:
        """Return every item in the order of arrival, with ``service`` and ``received``."""
        with self._lock, reported(self.path):
            rows = self._database.execute(
                "SELECT service, item, received FROM feedback ORDER BY id"
            ).fetchall()
        return [{"service": s, **json.loads(item), "received": at} for s, item, at in rows]

    def healthy(self) -> bool:
        """Return whether a write goes through; asked often, it writes once a second at most."""
        asked, answer = self._health
        if time.monotonic() - asked < 1.0:
            return answer
        try:
            with self._lock, reported(self.path), transaction(self._database):
                self._database.execute(
                    "INSERT INTO heartbeat VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET at = ?",
                    (time.time(), time.time()),
                )
            answer = True
        except StoreError:
            answer = False
        self._health = (time.monotonic(), answer)
        return answer

    def close(self) -> None:
        """Close the file.  Later calls raise StoreError."""
        with self._lock:
            self._database.close()
            self._health = (float("-inf"), False)


def as_row(service: str, item: Mapping[str, Any], received: str) -> tuple[str, ...]:
    """Return the row of one item; its key is a digest of everything it says."""
    if not isinstance(item, Mapping):
        raise MedaiError(f"A feedback item is a {type(item).__name__}, but must be a JSON object.")
    fields = []
    for name in ("card", "outcome", "outcomeTimestamp"):
        value = item.get(name)
        if not isinstance(value, str) or not value:
            raise MedaiError(f"A feedback item needs the text {name}.")
        fields.append(value)
    try:
        text = json.dumps(item, sort_keys=True, ensure_ascii=False, allow_nan=False)
        key = hashlib.sha256(json.dumps([service, text]).encode()).hexdigest()
        text.encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise MedaiError("A feedback item is not JSON.") from error
    return (key, service, *fields, text, received)
