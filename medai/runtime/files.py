"""Write a file or a folder so that nobody ever sees half of it."""

from __future__ import annotations

import contextlib
import os
import shutil
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


@contextlib.contextmanager
def replacing_folder(folder: Path) -> Iterator[Path]:
    """Fill a new folder that takes the place of `folder` only when the block is done.

    If the block fails, the old folder stays as it was.

    Parameters
    ----------
    folder : Path
        Made with the folders above it, or replaced with all that it holds.

    Raises
    ------
    OSError
        When the folder above cannot be written.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    new = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}."))
    try:
        yield new
        new.chmod(0o755)  # mkdtemp makes folders that only their owner can read
        if folder.exists():
            old = new.with_name(new.name + ".old")
            os.replace(folder, old)
            os.replace(new, folder)
            shutil.rmtree(old)
        else:
            os.replace(new, folder)
    finally:
        shutil.rmtree(new, ignore_errors=True)
