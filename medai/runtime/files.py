"""Write a file so that nobody ever sees half of it."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """Open a binary file that appears under its name only when the block is done.

    It is written beside the old file under a name of its own and then renamed.  Renaming is
    atomic, so a reader sees the old file or the new one, and of two processes that write at
    the same time the later one wins.  If the block fails, the old file stays as it was.

    Parameters
    ----------
    path : Path
        The file; its folder must exist.

    Raises
    ------
    OSError
        When the folder cannot be written.
    """
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
        os.chmod(name, 0o644)  # mkstemp makes files that only their owner can read
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
