"""Folders that hold models: read without running code, replaced in one step."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from medai.llm._quiet import quiet
from medai.llm.finetune.checks import safe_folder
from medai.runtime import MedaiError
from medai.runtime.files import replacing_folder

if TYPE_CHECKING:
    import torch


def load_base(folder: str | Path) -> tuple[torch.nn.Module, Any]:
    """Return encoder and tokeniser from a local folder with safetensors."""
    folder = safe_folder(folder, "a base model", ["config.json", "model.safetensors"])
    from transformers import AutoModel, AutoTokenizer

    safe = {"local_files_only": True, "trust_remote_code": False}
    with quiet():
        try:
            tokenizer = AutoTokenizer.from_pretrained(str(folder), **safe)
            encoder = AutoModel.from_pretrained(
                str(folder), use_safetensors=True, dtype="float32", **safe
            )
        except (OSError, ValueError, KeyError) as error:
            raise MedaiError(f"The base model in {folder} cannot be read: {error}") from None
    if hasattr(encoder, "pooler"):
        encoder.pooler = None  # a layer of another task, not used here
    return encoder, tokenizer


@contextlib.contextmanager
def replacing_model(folder: Path, format_name: str) -> Iterator[Path]:
    """Fill a folder as :func:`replacing_folder` does, but never over something foreign."""
    if folder.exists():
        if not folder.is_dir():
            raise MedaiError(f"{folder} is a file; name a folder")
        if any(folder.iterdir()) and format_name not in _formats(folder):
            raise MedaiError(
                f"{folder} is not empty and holds no model of this kind, so nothing is written "
                "over it; name a new folder"
            )
    with replacing_folder(folder) as new:
        yield new


def _formats(folder: Path) -> str:
    return " ".join(p.read_text("utf-8", errors="replace")[:200] for p in folder.glob("*.json"))
