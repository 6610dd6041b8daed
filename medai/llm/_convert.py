"""A GGUF file as a transformers model: converted once, kept on disk, checked at each load.

Reading a GGUF file through transformers unpacks every weight, which takes many seconds.  The
unpacked model is kept as safetensors under ``medai.runtime.data_home()/llm``, in a folder
named after the file's checksum and the version of transformers, and is used only while the
checksums of all its files agree with the list written beside them.
"""

from __future__ import annotations

import contextlib
import functools
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from medai.datasets.datacard import sha256_of
from medai.llm._quiet import quiet
from medai.runtime import MedaiError, data_home
from medai.runtime.files import replacing_folder
from medai.runtime.locks import file_lock
from medai.runtime.paths import tilde

LIST = "files.json"


def read_folder(folder: Path, dtype: Any) -> tuple[Any, Any]:
    """Return model and tokenizer of a folder with safetensors; nothing is downloaded or run."""
    from transformers import AutoModelForCausalLM, AutoTokenizer

    safe = {"local_files_only": True, "trust_remote_code": False}
    with quiet():
        tokenizer = AutoTokenizer.from_pretrained(folder, **safe)
        model = AutoModelForCausalLM.from_pretrained(
            folder, dtype=dtype, use_safetensors=True, **safe
        )
    return model.eval(), tokenizer


def read_gguf(path: Path, dtype: Any) -> tuple[Any, Any]:
    """Return model and tokenizer of a GGUF file, from the cache if it is there and whole."""
    import safetensors
    import torch
    import transformers

    checksum = sha256_of(path)
    name = f"{path.stem}-{checksum[:16]}-transformers-{transformers.__version__}"
    with contextlib.ExitStack() as stack:
        try:
            home = data_home() / "llm"
            home.mkdir(exist_ok=True)
            stack.enter_context(file_lock(home / f"{name}.lock"))
        except (OSError, MedaiError) as error:
            _say_not_kept(path, error)
            return _unpack(path, dtype)
        folder = home / name
        if not is_whole(folder):
            model, tokenizer = _unpack(path, torch.float32)
            try:
                _keep(folder, model, tokenizer)
            except (OSError, safetensors.SafetensorError) as error:
                _say_not_kept(path, error)
                return model.to(dtype), tokenizer
            del model, tokenizer
        return read_folder(folder, dtype)


def _say_not_kept(path: Path, error: Exception) -> None:
    reason = getattr(error, "strerror", None) or error
    print(
        f"{path.name} cannot be kept unpacked ({reason}), so each load takes long. "
        "Set MEDAI_DATA_HOME to a folder that you may write to.",
        file=sys.stderr,
    )


def _keep(folder: Path, model: Any, tokenizer: Any) -> None:
    """Save under the name `folder`, which appears only when all of it is written."""
    with replacing_folder(folder) as draft:
        with quiet():
            model.save_pretrained(draft)
            tokenizer.save_pretrained(draft)
        sums = {file.name: sha256_of(file) for file in sorted(draft.iterdir())}
        (draft / LIST).write_text(json.dumps(sums, indent=1), encoding="utf-8")


@contextlib.contextmanager
def _parsed_once() -> Iterator[None]:
    """Let transformers parse a GGUF file once, not three times, and show one bar on a terminal."""
    import gguf
    from tqdm import tqdm
    from transformers import modeling_gguf_pytorch_utils as reading

    before = gguf.GGUFReader, gguf.get_tensor_name_map, reading.tqdm
    gguf.GGUFReader = functools.lru_cache(maxsize=1)(before[0])
    gguf.get_tensor_name_map = functools.lru_cache(maxsize=8)(before[1])
    reading.tqdm = functools.partial(tqdm, leave=False, disable=None)
    try:
        yield
    finally:
        gguf.GGUFReader, gguf.get_tensor_name_map, reading.tqdm = before


def _unpack(path: Path, dtype: Any) -> tuple[Any, Any]:
    from transformers import AutoModelForCausalLM, AutoTokenizer

    options = {"gguf_file": path.name, "local_files_only": True, "trust_remote_code": False}
    try:
        with quiet(), _parsed_once():
            tokenizer = AutoTokenizer.from_pretrained(path.parent, **options)
            model = AutoModelForCausalLM.from_pretrained(path.parent, dtype=dtype, **options)
    except ImportError as error:
        raise MedaiError(
            f"Reading {path.name} needs the package gguf: pip install gguf."
        ) from error
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        raise MedaiError(
            f"{tilde(path)} cannot be read as a GGUF language model ({error}). "
            "Take another file, or a folder with safetensors."
        ) from error
    model.hf_quantizer = None  # the weights are plain numbers from here on
    with contextlib.suppress(AttributeError):
        del model.config.quantization_config
    return model.eval(), tokenizer


def is_whole(folder: Path) -> bool:
    """Tell whether every file of the list is there with its checksum."""
    try:
        sums = json.loads((folder / LIST).read_text(encoding="utf-8"))
        return bool(sums) and all(sha256_of(folder / name) == known for name, known in sums.items())
    except (OSError, ValueError, AttributeError):
        return False
