"""The same function over many items: in one process, on threads, on Dask, or on Ray.

:func:`map_batches` is the one door.  Whatever runs behind it, the rows come back in the order of
the items, an item that fails becomes a row with its reason and takes nobody with it, only a few
chunks are in memory at a time, and with a folder the work goes on where it was interrupted.

``serial``
    This process.
``threads``
    Threads of this process: for functions that wait, such as calls to a language model's server.
``dask``
    Processes of this machine, or a cluster, given by its scheduler's address or a ``Client``.
``ray``
    Ray Data with one lasting process a worker, which can hold a GPU.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from medai.runtime import MedaiError
from medai.scale.backends import BACKENDS, Settings
from medai.scale.parts import Parts, digest


@dataclass(frozen=True)
class Row:
    """What became of one item.

    Attributes
    ----------
    index : int
        Its place among the items, from 0.
    value : object
        What the function returned for it; None if it failed.
    error : str or None
        Why it failed.  It may quote the item: keep it where patients' data may be kept.
    """

    index: int
    value: Any = None
    error: str | None = None


def map_batches(
    function: Callable[[list], Sequence],
    items: Iterable,
    *,
    backend: str = "serial",
    chunk: int = 64,
    workers: int | None = None,
    client: Any = None,
    gpus: float = 0,
    out: str | Path | None = None,
    job: str | None = None,
    progress: Callable[[int], None] = lambda rows: None,
) -> Iterator[Row]:
    """Apply a function to chunks of items and yield one row for each item, in order.

    Parameters
    ----------
    function : callable
        Takes a list and returns a list of the same length.  When it raises an error, its items
        are tried one by one, and those that fail alone become rows with an error.  What is
        costly to load (a graph, a model) it should load itself, once in a process, for example
        behind ``functools.lru_cache``: what is sent to workers is the function's name and items.
    items : iterable
        Read as they are needed; all at once only by ``ray``.
    backend : {"serial", "threads", "dask", "ray"}
        Where it runs.  A script that starts processes needs ``if __name__ == "__main__":``.
    chunk : int
        Items in one call.
    workers : int, optional
        Threads or processes; by default the cores of this machine.
    client : distributed.Client or str, optional
        A Dask cluster, or its scheduler's address, instead of processes of this machine.
    gpus : float
        GPUs that each Ray worker holds.
    out : path, optional
        A folder: each chunk is written there when it is done, and a later call with the same
        function, items and chunk goes on where this one ended.  Items and values must be JSON.
    job : str, optional
        Names the work in `out`; by default the function's name and bound arguments.
    progress : callable
        Called with the number of rows after each chunk.

    Yields
    ------
    Row
        One for each item, in order.

    Raises
    ------
    MedaiError
        At once for bad arguments; while it runs when the function returns another number of
        values than it got items, `out` belongs to other work, or the cluster is lost.

    Examples
    --------
    >>> from medai.scale.batch import map_batches
    >>> def milligrams(grams):
    ...     return [1000 * float(one) for one in grams]
    >>> for row in map_batches(milligrams, ["0.5", "1", "one tablet"], chunk=2):
    ...     print(row.index, row.value, row.error)
    0 500.0 None
    1 1000.0 None
    2 None ValueError: could not convert string to float: 'one tablet'
    """
    if backend not in BACKENDS:
        raise MedaiError(f"backend={backend!r}: choose one of {', '.join(BACKENDS)}.")
    for name, value in (("chunk", chunk), ("workers", 1 if workers is None else workers)):
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise MedaiError(f"{name}={value!r}: give a whole number of at least 1.")
    if client is not None and backend != "dask":
        raise MedaiError(f'client is a Dask cluster, so backend must be "dask", not {backend!r}.')
    if gpus and backend != "ray":
        raise MedaiError(f"gpus={gpus}: only the backend ray hands out GPUs, not {backend!r}.")
    if isinstance(items, str | bytes | dict):
        raise MedaiError(f"items is one {type(items).__name__}: pass a list or another iterable.")
    parts = None if out is None else Parts(Path(out), job or name_of(function), chunk)
    settings = Settings(workers, client, gpus)
    return _rows(functools.partial(BACKENDS[backend], settings=settings), function, items, chunk,
                 parts, progress)  # fmt: skip


def _rows(
    run: Callable,
    function: Callable,
    items: Iterable,
    chunk: int,
    parts: Parts | None,
    progress: Callable[[int], None],
) -> Iterator[Row]:
    """Run what is not stored yet, and put stored and new chunks in order."""
    stored: set[int] = set()
    digests: dict[int, str] = {}

    def missing() -> Iterator[tuple[int, list]]:
        for number, some in enumerate(chunks(items, chunk)):
            if parts is not None:
                digests[number] = digest(some)
                if parts.has(number, digests[number]):
                    stored.add(number)
                    continue
            yield number, some

    def rows(number: int, found: list[tuple[Any, str | None]]) -> Iterator[Row]:
        for place, (value, error) in enumerate(found):
            yield Row(number * chunk + place, value, error)
        progress(len(found))

    following = 0
    total = 0
    for number, found in run(function, missing()):
        if parts is not None:
            parts.save(number, digests[number], found)
            found = parts.load(number)  # as a later call will read it: tuples become lists
        while following < number:
            before = parts.load(following)
            total += len(before)
            yield from rows(following, before)
            following += 1
        total += len(found)
        yield from rows(number, found)
        following = number + 1
    while following in stored:
        before = parts.load(following)
        total += len(before)
        yield from rows(following, before)
        following += 1
    if parts is not None:
        parts.finish([digests[number] for number in range(following)], total)


def chunks(items: Iterable, size: int) -> Iterator[list]:
    """Yield lists of `size` items; the last may be shorter."""
    iterator = iter(items)
    while some := list(itertools.islice(iterator, size)):
        yield some


def name_of(function: Callable) -> str:
    """Return a name that tells one function with its bound arguments from another.

    Raises
    ------
    MedaiError
        When it has none, such as a lambda.
    """
    bound = ""
    while isinstance(function, functools.partial):
        bound += f"{function.args!r}{sorted(function.keywords.items())!r}"
        function = function.func
    name = getattr(function, "__qualname__", "")
    if not name or "<" in name or " at 0x" in bound:
        raise MedaiError(
            "The function has no name by which its stored results could be known again (a lambda, "
            "an inner function, a bound object): pass job='a name that changes with the work'."
        )
    return f"{function.__module__}.{name}{bound}"
