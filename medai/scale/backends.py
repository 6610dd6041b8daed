"""Where chunks run: this process, threads, Dask or Ray.  Each yields results in order."""

from __future__ import annotations

import contextlib
import os
import uuid
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from medai.runtime import MedaiError

Found = list[tuple[Any, "str | None"]]  # value and error of each item of a chunk
AHEAD = 3  # chunks in flight for each worker


@dataclass(frozen=True)
class Settings:
    """How many workers, which cluster, how much of a GPU each."""

    workers: int | None = None
    client: Any = None
    gpus: float = 0

    @property
    def count(self) -> int:
        """Workers wanted, or the cores that this process may use."""
        if self.workers:
            return self.workers
        allowed = getattr(os, "sched_getaffinity", None)  # not on every system
        return len(allowed(0)) if allowed else os.cpu_count() or 1


class WrongLengthError(MedaiError):
    """A function broke its promise of one value for each item."""


def run_chunk(function: Callable, items: list) -> Found:
    """Apply a function to a chunk; when it fails, to each item alone.

    Raises
    ------
    WrongLengthError
        When it returns another number of values than it got items.
    """
    try:
        return [(value, None) for value in _values(function, items)]
    except WrongLengthError:
        raise
    except Exception as error:  # any error of the reader's function is that item's reason
        if len(items) == 1:
            return [(None, reason(error))]
    return [run_chunk(function, [item])[0] for item in items]


def reason(error: Exception) -> str:
    """Say in a line why an item failed."""
    text = str(error).strip()
    if isinstance(error, MedaiError):
        return text
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _values(function: Callable, items: list) -> list:
    values = list(function(items))
    if len(values) != len(items):
        raise WrongLengthError(
            f"The function returned {len(values)} values for {len(items)} items: it must return "
            "one for each, in order."
        )
    return values


def serial(function: Callable, tasks: Iterable, settings: Settings) -> Iterator:
    """Run chunk after chunk here."""
    for number, items in tasks:
        yield number, run_chunk(function, items)


def threads(function: Callable, tasks: Iterable, settings: Settings) -> Iterator:
    """Run chunks on threads of this process."""
    with ThreadPoolExecutor(settings.count, "medai-scale") as pool:
        try:
            yield from _window(
                tasks,
                AHEAD * settings.count,
                lambda items: pool.submit(run_chunk, function, items),
                lambda future, items: future.result(),
            )
        finally:
            pool.shutdown(cancel_futures=True)


def _window(tasks: Iterable, ahead: int, submit: Callable, collect: Callable) -> Iterator:
    """Keep `ahead` chunks in flight, and collect them in order."""
    flying: deque = deque()
    for number, items in tasks:
        flying.append((number, items, submit(items)))
        if len(flying) >= ahead:
            number, items, future = flying.popleft()
            yield number, collect(future, items)
    while flying:
        number, items, future = flying.popleft()
        yield number, collect(future, items)


# ---- Dask --------------------------------------------------------------------------


def dask(function: Callable, tasks: Iterable, settings: Settings) -> Iterator:
    """Run chunks on a Dask cluster, by default one of this machine's processes."""
    try:
        import distributed
    except ImportError:
        raise MedaiError(
            "The backend dask needs Dask: pip install 'medai[scale]', or backend='serial'."
        ) from None
    with dask_client(settings) as client:
        job = uuid.uuid4().hex[:8]  # keys of two runs on one cluster must differ
        sent = 0
        flying: set = set()  # futures that are not collected yet

        def submit(items: list) -> Any:
            nonlocal sent
            sent += 1
            key = f"medai-{job}-{sent}"
            future = client.submit(run_chunk, function, items, key=key, pure=False)
            flying.add(future)
            return future

        def collect(future: Any, items: list) -> Found:
            flying.discard(future)
            try:
                try:
                    return future.result()
                except distributed.KilledWorker:
                    # Whatever waited in that process died with it.  So let everything else end,
                    # then try one item after the other: who dies alone is to blame.
                    if flying:
                        distributed.wait(list(flying))
                    return [alone(item) for item in items]
            except (CancelledError, OSError):  # what Dask raises when its scheduler is gone
                raise MedaiError(
                    "The Dask cluster was lost. With out=, the same call goes on from there."
                ) from None

        def alone(item: Any) -> tuple[Any, str | None]:
            future = submit([item])
            flying.discard(future)
            try:
                return future.result()[0]
            except distributed.KilledWorker:
                return None, "the process died of it (out of memory, or a crash)"

        cores = sum(client.ncores().values())
        yield from _window(tasks, AHEAD * max(cores, 1), submit, collect)


@contextlib.contextmanager
def dask_client(settings: Settings) -> Iterator[Any]:
    """Open a Dask client: the one given, one for an address, or one of this machine.

    On this machine each worker is a process with one thread, so that it has the interpreter and
    its core for itself, and ``distributed`` starts it with one thread for linear algebra.

    Raises
    ------
    MedaiError
        When no cluster answers at the address.
    """
    import dask
    import distributed

    if settings.client is not None and not isinstance(settings.client, str):
        yield settings.client
        return
    with contextlib.ExitStack() as stack:
        if isinstance(settings.client, str):
            where = settings.client
        else:
            # A chunk whose worker dies is tried again item by item, by us; and Dask's own
            # profiler, which looks at every worker a hundred times a second, is not wanted.
            settled = {
                "distributed.scheduler.allowed-failures": 0,
                "distributed.worker.profile.enabled": False,
            }
            stack.enter_context(dask.config.set(settled))
            where = stack.enter_context(
                distributed.LocalCluster(
                    n_workers=settings.count,
                    threads_per_worker=1,
                    processes=True,
                    host="127.0.0.1",
                    dashboard_address="127.0.0.1:0",
                    silence_logs=50,
                )
            )
        try:
            client = stack.enter_context(distributed.Client(where, timeout=30))
            client.wait_for_workers(1, timeout=60)
        except (OSError, TimeoutError, ValueError) as error:
            raise MedaiError(
                f"No Dask cluster answers at {settings.client!r}: {error}. Start one with "
                "`dask scheduler` and `dask worker ADDRESS`, or leave client out."
            ) from None
        yield client


# ---- Ray ---------------------------------------------------------------------------


class _RayWorker:
    """One lasting process; the chunk travels as bytes, which Arrow does not look into."""

    def __init__(self, function: Callable) -> None:
        self.function = function

    def __call__(self, row: dict) -> dict:
        import cloudpickle

        found = run_chunk(self.function, cloudpickle.loads(row["data"]))
        return {"number": row["number"], "data": cloudpickle.dumps(found)}


def ray(function: Callable, tasks: Iterable, settings: Settings) -> Iterator:
    """Run chunks on Ray Data; a Ray that is running already is used and left running."""
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # reports to its makers otherwise
    # Off a cluster, this keeps Ray's own servers on 127.0.0.1; it is read at import.
    os.environ.setdefault("RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER", "0")
    try:
        import cloudpickle
        import ray as library
        import ray.data
    except ImportError:
        raise MedaiError(
            "The backend ray needs Ray: pip install 'medai[ray]', or backend='dask'."
        ) from None
    rows = [{"number": number, "data": cloudpickle.dumps(items)} for number, items in tasks]
    if not rows:
        return
    count = min(settings.count, len(rows))
    own = not library.is_initialized()
    if own:
        library.init(
            num_cpus=settings.count,
            include_dashboard=False,
            _node_ip_address="127.0.0.1",
            log_to_driver=False,
            logging_level="ERROR",
        )
    try:
        context = ray.data.DataContext.get_current()
        context.execution_options.preserve_order = True
        context.enable_progress_bars = False
        found = ray.data.from_items(rows, override_num_blocks=len(rows)).map(
            _RayWorker,
            fn_constructor_args=(function,),
            compute=ray.data.ActorPoolStrategy(size=count),
            num_gpus=settings.gpus or None,
        )
        for row in found.iter_rows():
            yield int(row["number"]), cloudpickle.loads(row["data"])
    finally:
        if own:
            library.shutdown()


BACKENDS = {"serial": serial, "threads": threads, "dask": dask, "ray": ray}
