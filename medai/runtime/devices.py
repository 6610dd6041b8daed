"""What the machine offers: cores, accelerators, loaded array libraries.

Nothing here imports a heavy library.  A library that is already loaded is asked; for the
rest the operating system is.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from types import ModuleType


def cpu_cores() -> int:
    """Return how many CPU cores this process may use (not how many the machine has)."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def loaded(name: str) -> ModuleType | None:
    """Return module `name` if some other code has already imported it, else None."""
    return sys.modules.get(name)


def gpus() -> list[str]:
    """Return the names of the accelerators that can be seen, possibly none.

    PyTorch, TensorFlow and JAX are asked if they are loaded; otherwise ``nvidia-smi`` is,
    where it exists.  A driver that fails counts as no accelerator.
    """
    for ask in (_torch_gpus, _tensorflow_gpus, _jax_gpus):
        try:
            found = ask()
        except Exception:  # a broken driver must not stop a CPU-only chapter
            found = []
        if found:
            return found
    return _nvidia_smi()


def _torch_gpus() -> list[str]:
    torch = loaded("torch")
    if torch is None:
        return []
    if torch.cuda.is_available():
        return [torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count())]
    mps = getattr(torch.backends, "mps", None)
    return ["Apple GPU (MPS)"] if mps is not None and mps.is_available() else []


def _tensorflow_gpus() -> list[str]:
    tensorflow = loaded("tensorflow")
    if tensorflow is None:
        return []
    devices = tensorflow.config.list_physical_devices("GPU")
    details = tensorflow.config.experimental.get_device_details
    return [details(device).get("device_name", device.name) for device in devices]


def _jax_gpus() -> list[str]:
    jax = loaded("jax")
    if jax is None:
        return []
    return [device.device_kind for device in jax.devices() if device.platform != "cpu"]


def _nvidia_smi() -> list[str]:
    program = shutil.which("nvidia-smi")
    if program is None:
        return []
    command = [program, "--query-gpu=name", "--format=csv,noheader"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=10, check=True)
    except (OSError, subprocess.SubprocessError):
        return []
    return [line.strip() for line in done.stdout.splitlines() if line.strip()]


def device_name() -> str:
    """Return cores and accelerators in words, e.g. ``2 CPU cores, no GPU``."""
    cores = cpu_cores()
    names = gpus()
    kinds = {name: names.count(name) for name in names}
    gpu = " + ".join(f"{n} x {kind}" if n > 1 else kind for kind, n in kinds.items())
    return f"{cores} CPU core{'s' if cores != 1 else ''}, {'GPU ' + gpu if gpu else 'no GPU'}"


def backend_name() -> str:
    """Return the array library in use, e.g. ``Keras 3.15.1 on tensorflow`` or ``NumPy``."""
    parts = []
    keras = loaded("keras")
    if keras is not None and hasattr(keras, "backend"):
        parts.append(f"Keras {keras.__version__} on {keras.backend.backend()}")
    torch = loaded("torch")
    if torch is not None and hasattr(torch, "__version__"):
        parts.append(f"PyTorch {torch.__version__}")
    if not parts:
        import numpy as np

        parts.append(f"NumPy {np.__version__}")
    return ", ".join(parts)
