"""The first call of every chapter: seeds, threads, and two lines about the machine."""

from __future__ import annotations

import os
import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from medai.runtime.devices import backend_name, cpu_cores, device_name, loaded
from medai.runtime.errors import MedaiError
from medai.runtime.paths import data_home, offline, tilde

if TYPE_CHECKING:
    import numpy as np

_THREAD_VARIABLES = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "TF_NUM_INTRAOP_THREADS",
    "TF_NUM_INTEROP_THREADS",
)


@dataclass(frozen=True)
class Session:
    """What :func:`setup` did and found.

    Attributes
    ----------
    seed
        The seed given to every generator.
    threads
        Threads that numerical libraries may use; None when they were left alone.
    device
        Cores and accelerators, in words.
    backend
        The array libraries in use, in words.
    data_source
        Where data come from, in words.
    rng
        A NumPy generator of its own, seeded with `seed`: prefer it to ``np.random``.
    """

    seed: int
    threads: int | None
    device: str
    backend: str
    data_source: str
    rng: np.random.Generator = field(repr=False, compare=False)


def setup(seed: int = 0, threads: int | None = None, quiet: bool = False) -> Session:
    """Seed the generators, limit the threads and say what the machine offers.

    Python and NumPy are always seeded.  Keras, TensorFlow and PyTorch are seeded if they
    are already imported, and are never imported from here: import them first, then call
    `setup`.  Setting threads also writes the usual environment variables, so that a
    library that is imported later obeys them.

    Parameters
    ----------
    seed
        From 0 to 2**32 - 1.
    threads
        Threads per numerical library, at least 1; None leaves them as they are.
    quiet
        Print nothing.

    Returns
    -------
    Session
        What was set and found, with a NumPy generator ``rng``.

    Raises
    ------
    MedaiError
        For a seed or a number of threads out of range, or an unclear ``MEDAI_OFFLINE``.

    Examples
    --------
    >>> session = setup(seed=21, quiet=True)
    >>> session.rng.integers(10, size=3).shape
    (3,)
    """
    seed = _whole_number("seed", seed, 0, 2**32 - 1)
    if threads is not None:
        threads = _whole_number("threads", threads, 1, 1024)
        _limit_threads(threads)
    rng = _seed_everything(seed)
    session = Session(
        seed=seed,
        threads=threads,
        device=device_name(),
        backend=backend_name(),
        data_source=_data_source(),
        rng=rng,
    )
    if not quiet:
        limit = f" · {threads} thread{'s' if threads != 1 else ''}" if threads else ""
        print(f"Device: {session.device}{limit} · {session.backend} · seed {seed}")
        print(f"Data:   {session.data_source}")
    return session


def _whole_number(name: str, value: object, low: int, high: int) -> int:
    try:
        number = value.__index__()  # accepts NumPy integers, refuses 1.5 and "1"
    except AttributeError:
        number = None
    if number is None or isinstance(value, bool) or not low <= number <= high:
        raise MedaiError(
            f"{name}={value!r} is not a whole number from {low} to {high}. "
            f"Give {name} such a number, e.g. {name}={max(low, min(1, high))}."
        )
    return number


def _seed_everything(seed: int) -> np.random.Generator:
    import numpy as np

    random.seed(seed)
    np.random.seed(seed)  # libraries still draw from the global state
    keras, tensorflow, torch = loaded("keras"), loaded("tensorflow"), loaded("torch")
    if keras is not None and hasattr(keras, "utils"):
        keras.utils.set_random_seed(seed)  # its backend too
    if tensorflow is not None and hasattr(tensorflow, "random"):
        tensorflow.random.set_seed(seed)
    if torch is not None and hasattr(torch, "manual_seed"):
        torch.manual_seed(seed)
    return np.random.default_rng(seed)


def _limit_threads(threads: int) -> None:
    for variable in _THREAD_VARIABLES:
        os.environ[variable] = str(threads)
    torch = loaded("torch")
    if torch is not None and hasattr(torch, "set_num_threads"):
        torch.set_num_threads(threads)
    tensorflow = loaded("tensorflow")
    if tensorflow is not None and hasattr(tensorflow, "config"):
        try:
            tensorflow.config.threading.set_intra_op_parallelism_threads(threads)
            tensorflow.config.threading.set_inter_op_parallelism_threads(threads)
        except RuntimeError:  # TensorFlow has already started: its threads are fixed
            pass
    try:
        from threadpoolctl import threadpool_limits
    except ImportError:  # it comes with scikit-learn; without it BLAS keeps its threads
        return
    threadpool_limits(min(threads, cpu_cores()))


def _data_source() -> str:
    if offline():
        return "embedded files only (MEDAI_OFFLINE is set, nothing is downloaded)"
    return f"embedded files; downloads, if any, go to {tilde(data_home(create=False))}"
