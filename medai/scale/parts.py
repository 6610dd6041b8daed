"""A folder of finished chunks, so that a long run goes on where it was interrupted.

``job.json`` says what the work is; ``part-000000.jsonl`` and so on hold one chunk each, with a
checksum of its items in the first line.  Each file appears whole or not at all.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import medai
from medai.runtime import MedaiError
from medai.runtime.files import replacing


def digest(items: list) -> str:
    """Return the SHA-256 of a list as JSON.

    Raises
    ------
    MedaiError
        When an item cannot be written as JSON.
    """
    return hashlib.sha256(_json(items, "items").encode()).hexdigest()


class Parts:
    """The finished chunks of one job.

    Parameters
    ----------
    folder : Path
        Made if it is missing.
    job : str
        What the work is; another job's folder is refused.
    chunk : int
        Items in a chunk.

    Raises
    ------
    MedaiError
        When the folder belongs to other work, or cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from medai.scale.parts import Parts, digest, read_parts
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     parts = Parts(Path(folder), job="doubling", chunk=2)
    ...     parts.save(0, digest([1, 2]), [(2, None), (4, None)])
    ...     parts.finish([digest([1, 2])], rows=2)
    ...     print(list(read_parts(folder)))
    [(2, None), (4, None)]
    """

    def __init__(self, folder: Path, job: str, chunk: int) -> None:
        self.folder = folder
        self.job = {"format": 1, "job": job, "chunk": chunk, "medai": medai.__version__}
        try:
            folder.mkdir(parents=True, exist_ok=True)
            if not (folder / "job.json").exists():
                if any(file.suffix != ".part" for file in folder.iterdir()):  # .part: a kill
                    raise MedaiError(
                        f"out={folder.name} holds files but no job.json, so it is not a folder of "
                        "finished chunks: give a new or an empty folder."
                    )
                self._write("job.json", self.job)
        except OSError as error:
            raise MedaiError(f"out={folder} cannot be written: {error.strerror}.") from error
        found = _read_job(folder)
        for key, value in self.job.items():
            if found.get(key) != value:
                raise MedaiError(
                    f"out={folder.name} was begun with {key}={found.get(key)!r}, and this is "
                    f"{key}={value!r}: results of two jobs must not mix. Give another folder."
                )

    def has(self, number: int, checksum: str) -> bool:
        """Tell whether a chunk is there and whole.

        Raises
        ------
        MedaiError
            When the chunk was made from other items.
        """
        header = _header(self._path(number))
        if header is None:
            return False
        if header["items"] != checksum:
            raise MedaiError(
                f"chunk {number} in {self.folder.name} was made from other items: the input has "
                "changed since. Give another folder, or the old input."
            )
        return True

    def save(self, number: int, checksum: str, found: list[tuple[Any, str | None]]) -> None:
        """Write a chunk."""
        lines = [_json({"items": checksum, "rows": len(found)}, "header")]
        for value, error in found:
            lines.append(_json({"value": value} if error is None else {"error": error}, "values"))
        self._replace(self._path(number), "\n".join(lines) + "\n")

    def load(self, number: int) -> list[tuple[Any, str | None]]:
        """Read a chunk."""
        return _load(self._path(number))

    def finish(self, checksums: list[str], rows: int) -> None:
        """Note that all is there."""
        every = hashlib.sha256("".join(checksums).encode()).hexdigest()
        self._write("done.json", {"parts": len(checksums), "rows": rows, "items": every})

    def _path(self, number: int) -> Path:
        return self.folder / f"part-{number:06d}.jsonl"

    def _write(self, name: str, content: dict) -> None:
        self._replace(self.folder / name, json.dumps(content) + "\n")

    @staticmethod
    def _replace(path: Path, text: str) -> None:
        try:
            with replacing(path) as file:
                file.write(text.encode())
        except OSError as error:
            raise MedaiError(f"{path} cannot be written: {error.strerror}.") from error


def read_parts(folder: str | Path) -> Iterator[tuple[Any, str | None]]:
    """Yield value and error of every row of a finished folder, in order.

    Raises
    ------
    MedaiError
        When the folder holds no finished job.
    """
    folder = Path(folder)
    try:
        done = json.loads((folder / "done.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise MedaiError(
            f"{folder.name} holds no finished job: call again with the same out= to finish it."
        ) from None
    for number in range(done["parts"]):
        yield from _load(folder / f"part-{number:06d}.jsonl")


def _load(path: Path) -> list[tuple[Any, str | None]]:
    lines = path.read_text(encoding="utf-8").split("\n")[1:-1]
    return [(row.get("value"), row.get("error")) for row in map(json.loads, lines)]


def _header(path: Path) -> dict | None:
    """Return the first line of a chunk; None when the chunk is missing or damaged."""
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
        header = json.loads(lines[0])
        whole = len(lines) == header["rows"] + 2 and all(json.loads(line) for line in lines[1:-1])
    except (OSError, ValueError, TypeError, KeyError):
        return None
    return header if whole and "items" in header else None


def _read_job(folder: Path) -> dict:
    try:
        return dict(json.loads((folder / "job.json").read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        raise MedaiError(f"{folder.name}/job.json cannot be read: give another folder.") from None


def _json(value: Any, what: str) -> str:
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False)
        text.encode()  # half a character (a lone surrogate) is no text
        return text
    except (TypeError, ValueError) as error:
        raise MedaiError(
            f"With out=, {what} must be JSON (texts, numbers, lists, dicts), and they are not: "
            f"{error}."
        ) from None
