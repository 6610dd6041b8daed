"""medai: the package beneath the book *Large Models in Medicine*.

Importing :mod:`medai` is cheap; each room (``medai.knowledge``, ``medai.text``, ...)
is loaded when it is first used.
"""

from __future__ import annotations

import importlib
from types import ModuleType

__version__ = "0.1.0"

_ROOMS = (
    "runtime",
    "datasets",
    "preprocess",
    "metrics",
    "nn",
    "text",
    "knowledge",
    "llm",
    "diagnosis",
    "personalised",
    "literature",
    "education",
    "labels",
    "trust",
    "serving",
    "scale",
    "plots",
    "cli",
)

__all__ = ["__version__", *_ROOMS]


def __getattr__(name: str) -> ModuleType:
    if name in _ROOMS:
        return importlib.import_module(f"medai.{name}")
    raise AttributeError(f"module 'medai' has no attribute {name!r}; its rooms are {_ROOMS}")


def __dir__() -> list[str]:
    return sorted([*globals(), *_ROOMS])
