"""One process at a time: a lock on a file, for caches that two processes may fill at once."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from medai.runtime.errors import MedaiError


@contextmanager
def file_lock(path: Path | str, timeout: float = 600.0) -> Iterator[None]:
    """Hold an exclusive lock on the file `path` while the block runs.

    The operating system releases the lock when the process ends, however it ends, so a
    crash leaves no stale lock.  The (empty) lock file stays.

    Parameters
    ----------
    path
        The lock file; its folder is made if needed.
    timeout
        Seconds to wait for another process.

    Raises
    ------
    MedaiError
        When another process still holds the lock after `timeout` seconds.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    deadline = time.monotonic() + timeout
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    try:
        while not _try_lock(handle):
            if time.monotonic() > deadline:
                raise MedaiError(
                    f"Another process has held {path} for more than {timeout:.0f} s. "
                    "Wait for it or end it, then try again."
                )
            time.sleep(0.05)
        try:
            yield
        finally:
            _unlock(handle)
    finally:
        os.close(handle)


if os.name == "nt":  # pragma: no cover - proven by the Windows job
    import msvcrt

    def _try_lock(handle: int) -> bool:
        os.lseek(handle, 0, os.SEEK_SET)
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _unlock(handle: int) -> None:
        os.lseek(handle, 0, os.SEEK_SET)
        msvcrt.locking(handle, msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _try_lock(handle: int) -> bool:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _unlock(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_UN)
