"""Read files of JSON lines, packed or not, and write files that are never half there."""

from __future__ import annotations

import contextlib
import gzip
import io
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from medai.runtime import MedaiError
from medai.runtime.files import replacing


def read_lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """Yield the number and the bytes of every line that is not blank.

    A gzip file is recognised by its content.  The path is opened once, so a pipe works too;
    ``-`` is standard input.

    Raises
    ------
    MedaiError
        When the file is missing, cannot be read, or is a damaged gzip file.
    """
    try:
        with sys.stdin.buffer if str(path) == "-" else open(path, "rb") as raw:
            start = raw.peek(2)[:2]
            packed = start == b"\x1f\x8b"
            if start and not packed and path.suffix == ".gz":
                raise MedaiError(f"{path} is named .gz but is not a gzip file.")
            for number, line in enumerate(gzip.GzipFile(fileobj=raw) if packed else raw, start=1):
                if line.strip():
                    yield number, line
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise MedaiError(f"{path} is a damaged gzip file ({error}).") from error
    except OSError as error:
        raise MedaiError(f"{path} cannot be read: {error.strerror or error}.") from error


@contextlib.contextmanager
def atomic_text(path: Path | None) -> Iterator[IO[str]]:
    """Open a text file that appears under its name only when it is complete.

    Parameters
    ----------
    path : Path or None
        The file; gzip when its name ends in ``.gz``.  None is standard output.  A device
        or pipe is written to directly.

    Raises
    ------
    MedaiError
        When the file cannot be written.
    """
    if path is None:
        yield sys.stdout
        return
    path = path.resolve()
    if path.exists() and not path.is_file() and not path.is_dir():
        with open(path, "w", encoding="utf-8") as file:
            yield file
        return
    try:
        if path.is_dir():
            raise IsADirectoryError(21, "it is a folder")
        with replacing(path) as raw:
            packed = path.suffix == ".gz"
            plain = contextlib.nullcontext(raw)
            with gzip.GzipFile("", "wb", 6, raw, mtime=0) if packed else plain as binary:
                text = io.TextIOWrapper(binary, encoding="utf-8", newline="\n")
                yield text
                text.flush()
                text.detach()
    except OSError as error:
        raise MedaiError(f"{path} cannot be written: {error.strerror or error}.") from error
