"""For every pytest run of this repository, on ``tests/`` and on ``chapters/`` alike.

Sockets are blocked except loopback, in this process and in every child (notebook kernels
too): see ``tests/_offline/sitecustomize.py``.
"""

import importlib.util
import os
from pathlib import Path

OFFLINE = Path(__file__).parent / "tests" / "_offline"


def block_network() -> None:
    """Block this process, and hand the block down to its children through PYTHONPATH."""
    entries = [p for p in os.environ.get("PYTHONPATH", "").split(os.pathsep) if p]
    if str(OFFLINE) not in entries:
        os.environ["PYTHONPATH"] = os.pathsep.join([str(OFFLINE), *entries])
    spec = importlib.util.spec_from_file_location("medai_offline", OFFLINE / "sitecustomize.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)


block_network()
