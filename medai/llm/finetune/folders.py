"""Folders that hold models: read without running code, replaced in one step."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from medai.llm.finetune.checks import safe_folder
from medai.runtime import MedaiError

if TYPE_CHECKING:
    import torch


@contextlib.contextmanager
def quiet_transformers() -> Iterator[None]:
    """Load without progress bars and loading reports; restore the caller's settings after."""
    from transformers.utils import logging

    level, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(level)
        if bars:
            logging.enable_progress_bar()


def load_base(folder: str | Path) -> tuple[torch.nn.Module, Any]:
    """Return encoder and tokeniser from a local folder with safetensors."""
    folder = safe_folder(folder, "a base model", ["config.json", "model.safetensors"])
    from transformers import AutoModel, AutoTokenizer

    safe = {"local_files_only": True, "trust_remote_code": False}
    with quiet_transformers():
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
def replacing_folder(folder: Path, format_name: str) -> Iterator[Path]:
    """Fill a new folder that takes the place of `folder` only when it is complete."""
    if folder.exists():
        if not folder.is_dir():
            raise MedaiError(f"{folder} is a file; name a folder")
        if any(folder.iterdir()) and format_name not in _formats(folder):
            raise MedaiError(
                f"{folder} is not empty and holds no model of this kind, so nothing is written "
                "over it; name a new folder"
            )
    folder.parent.mkdir(parents=True, exist_ok=True)
    new = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}."))
    try:
        yield new
        new.chmod(0o755)
        if folder.exists():
            old = new.with_name(new.name + ".old")
            os.replace(folder, old)
            os.replace(new, folder)
            shutil.rmtree(old)
        else:
            os.replace(new, folder)
    finally:
        shutil.rmtree(new, ignore_errors=True)


def _formats(folder: Path) -> str:
    return " ".join(p.read_text("utf-8", errors="replace")[:200] for p in folder.glob("*.json"))
