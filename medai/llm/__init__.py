"""One interface over language models, sentence embeddings, and fine-tuning.

Importing this room is cheap: torch, transformers and openai are loaded by the first call
that needs them.
"""

from __future__ import annotations

from typing import Any

from medai.llm.weights import minilm_folder, smollm2_file

__all__ = ["embed", "load", "minilm_folder", "smollm2_file"]

_LATER = {"load": "medai.llm.loading", "embed": "medai.llm.embeddings"}


def __getattr__(name: str) -> Any:
    if name in _LATER:
        import importlib

        return getattr(importlib.import_module(_LATER[name]), name)
    raise AttributeError(f"module 'medai.llm' has no attribute {name!r}")
