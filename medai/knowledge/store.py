"""Keep the knowledge graph's tables on disk, without pickle, and never trust a broken file.

The tables are a flat dictionary of NumPy arrays.  A list of strings becomes two arrays,
the UTF-8 bytes of all strings in a row and the offsets at which each one ends, so that the
file can be read with ``allow_pickle=False``: a pickle could run code, plain arrays cannot.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np

from medai.runtime.files import replacing

FORMAT = 2  # raise it whenever the tables change: old caches are then rebuilt

MANIFEST = "_manifest"  # the names of all tables, so that a missing one is noticed

Tables = dict[str, np.ndarray]


class Strings(Sequence[str]):
    """A read-only list of strings that is decoded one string at a time.

    Parameters
    ----------
    data : numpy.ndarray
        All strings as UTF-8, shape (bytes,), dtype uint8.
    offsets : numpy.ndarray
        String ``i`` is ``data[offsets[i]:offsets[i + 1]]``; shape (n + 1,).
    """

    def __init__(self, data: np.ndarray, offsets: np.ndarray) -> None:
        self._data = data.tobytes()
        self._offsets = offsets.tolist()

    def __len__(self) -> int:
        return len(self._offsets) - 1

    def __getitem__(self, index):
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        if not 0 <= index < len(self):
            raise IndexError(index)
        return self._data[self._offsets[index] : self._offsets[index + 1]].decode()


def pack_strings(tables: Tables, name: str, strings: Iterable[str]) -> None:
    """Store `strings` in `tables` under ``name.data`` and ``name.offsets``."""
    encoded = [text.encode() for text in strings]
    tables[f"{name}.data"] = np.frombuffer(b"".join(encoded), dtype=np.uint8)
    tables[f"{name}.offsets"] = offsets_of([len(text) for text in encoded])


def unpack_strings(tables: Tables, name: str) -> Strings:
    """Return the strings that :func:`pack_strings` stored under `name`."""
    return Strings(tables[f"{name}.data"], tables[f"{name}.offsets"])


def pack_lists(tables: Tables, name: str, lists: Iterable[Sequence[int]]) -> None:
    """Store lists of integers, end to end, under ``name.values`` and ``name.offsets``."""
    lists = list(lists)
    tables[f"{name}.values"] = np.array([x for one in lists for x in one], dtype=np.int32)
    tables[f"{name}.offsets"] = offsets_of([len(one) for one in lists])


def offsets_of(lengths: Sequence[int]) -> np.ndarray:
    """Return ``[0, l0, l0 + l1, ...]`` for pieces of these lengths; shape (n + 1,)."""
    return np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)]).astype(np.int64)


def fingerprint(*paths: Path) -> str:
    """Return a short name for the content of some source files.

    The size and the first 4 KiB (where release dates stand) of each file are hashed, which
    is quick and the same in every environment that holds the same release.
    """
    digest = hashlib.sha256()
    for path in paths:
        digest.update(str(path.stat().st_size).encode())
        with open(path, "rb") as file:
            digest.update(file.read(4096))
    return digest.hexdigest()[:12]


def save_tables(path: Path, tables: Tables) -> None:
    """Write `tables` to the npz file `path` in one atomic step.

    Raises
    ------
    OSError
        When the folder cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    names = np.frombuffer("\n".join(sorted(tables)).encode(), dtype=np.uint8)
    with replacing(path) as file:
        np.savez(file, **tables, **{MANIFEST: names})


def load_tables(path: Path) -> Tables | None:
    """Read the tables back, or return None when the file is absent or damaged.

    Every array is read to its end, so the checksum (CRC-32) of each one is verified, and
    the list of names that was written last must agree with what is there.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            tables = {name: file[name] for name in file.files}
        manifest = tables.pop(MANIFEST).tobytes().decode().split("\n")
    except Exception:  # damage anywhere in a zip file shows as almost any kind of error
        return None
    return tables if manifest == sorted(tables) else None


def cached_tables(path: Path, build: Callable[[], Tables]) -> Tables:
    """Return the tables in `path`; where they are absent or damaged, build and keep them."""
    tables = load_tables(path)
    if tables is None:
        tables = build()
        with contextlib.suppress(OSError):  # read-only or full disk: the next start is slow
            save_tables(path, tables)
    return tables
