"""One call for every kind of language model: embedded, Hugging Face, or a server."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from medai.llm._convert import read_folder, read_gguf
from medai.llm._quiet import quiet
from medai.llm.local import LocalModel
from medai.llm.weights import smollm2_file
from medai.runtime import MedaiError, offline
from medai.runtime.paths import tilde

DTYPES = ("float32", "bfloat16", "float16")
EMBEDDED = ("smollm2", "smollm2-135m")
_HUB = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*")
_CLOSED = re.compile(
    r"((openai|anthropic|google)/)?"  # of anybody else it is another model with a like name
    r"(gpt-?[345]|chatgpt|o[134](-|$)|text-davinci|claude|gemini)[^/]*",
    re.I,
)


def load(
    name: str = "smollm2",
    *,
    dtype: str = "float32",
    device: str | None = None,
    revision: str | None = None,
    api_key: str | None = None,
    timeout: float = 120.0,
    retries: int = 4,
) -> Any:
    """Load a language model; all kinds have ``generate`` and ``score``.

    Parameters
    ----------
    name : str
        ``"smollm2"``: the embedded SmolLM2-135M-Instruct, offline.  The first call unpacks
        it into a cache (some seconds), later calls take a second or two.
        ``"org/name"``: a model of the Hugging Face hub.
        A path: a folder with ``config.json`` and safetensors, or a ``.gguf`` file.
        ``"openai:MODEL@http://host:port/v1"``: a server that speaks OpenAI's protocol.
    dtype : {"float32", "bfloat16", "float16"}
        How the weights of a local model are held.
    device : str, optional
        Where a local model runs, e.g. ``"cuda"``; the CPU if None.
    revision : str, optional
        Commit, tag or branch of a hub model; pin a commit to get the same weights tomorrow.
    api_key : str, optional
        Key of a server; ``OPENAI_API_KEY`` if None.  It is never shown.
    timeout : float
        Seconds without an answer after which a server is given up.
    retries : int
        How often a busy or failing server is asked again.

    Returns
    -------
    LocalModel or ServerModel
        With ``generate(prompt, ...)`` and ``score(prompt, continuations, ...)``.

    Raises
    ------
    MedaiError
        When there is no such model, its weights are missing or not safetensors, or the hub
        cannot be reached; the message says what to do.

    Notes
    -----
    Code that comes with a model is never run, and pickled weights are never opened.

    Examples
    --------
    >>> load("gpt-4")
    Traceback (most recent call last):
        ...
    medai.runtime.errors.MedaiError: 'gpt-4' names a model whose weights are not ...
    >>> load("no/such/folder")
    Traceback (most recent call last):
        ...
    medai.runtime.errors.MedaiError: 'no/such/folder' is not the name of a model ...
    """
    if not isinstance(name, str) or not name.strip():
        raise MedaiError(f"name={name!r} must be a text, e.g. load('smollm2').")
    if dtype not in DTYPES:
        raise MedaiError(f"dtype={dtype!r}; choose one of {', '.join(DTYPES)}.")
    if name.startswith("openai:"):
        from medai.llm.server import connect

        return connect(name, api_key=api_key, timeout=timeout, retries=retries)
    if api_key is not None:
        raise MedaiError(f"api_key is for servers only, and {name!r} is none; leave it out.")
    if name.lower() in EMBEDDED:
        return _local("smollm2", smollm2_file(), dtype, device)
    path = Path(name).expanduser()
    if path.exists() or name.startswith((".", "/", "~")) or path.suffix == ".gguf":
        return _local(path.name or name, path, dtype, device)
    return _local(name, _from_hub(name, revision), dtype, device)


def _local(name: str, path: Path, dtype: str, device: str | None) -> LocalModel:
    import torch
    from safetensors import SafetensorError

    kind = getattr(torch, dtype)
    if path.is_file() and path.suffix == ".gguf":
        model, tokenizer = read_gguf(path, kind)
    else:
        _check_folder(path)
        try:
            model, tokenizer = read_folder(path, kind)
        except (
            OSError,
            ValueError,
            ImportError,
            LookupError,
            RuntimeError,
            SafetensorError,
        ) as error:
            raise MedaiError(
                f"{tilde(path)} cannot be loaded as a language model: {_first_line(error)} "
                "Code from the folder is never run (trust_remote_code=False); the architecture "
                "must be one that transformers knows."
            ) from error
    if device is not None:
        try:
            model = model.to(device)
        except (RuntimeError, AssertionError) as error:
            raise MedaiError(
                f"device={device!r} cannot be used: {_first_line(error)} Leave it out for the CPU."
            ) from error
    return LocalModel(name, model, tokenizer)


def _check_folder(path: Path) -> None:
    """Say what a folder lacks before transformers tries to guess."""
    if not path.exists():
        raise MedaiError(f"There is no folder {tilde(path)}; check the path.")
    if not path.is_dir():
        raise MedaiError(
            f"{tilde(path)} is one file; pass the folder that holds config.json and safetensors, "
            "or a .gguf file."
        )
    if not (path / "config.json").is_file():
        raise MedaiError(
            f"{tilde(path)} has no config.json, so it is not a model saved by transformers; "
            "save one there with save_pretrained(folder)."
        )
    if not any(path.glob("*.safetensors")):
        pickles = sorted(
            p.name for pattern in ("*.bin", "*.pt", "*.pth") for p in path.glob(pattern)
        )
        found = f" (found {pickles[0]}: a pickle can run code when opened)" if pickles else ""
        raise MedaiError(
            f"{tilde(path)} holds no safetensors weights{found}. Save the model with "
            "save_pretrained(folder), or take a repository that offers safetensors."
        )


def _from_hub(name: str, revision: str | None) -> Path:
    """Return the folder of a hub model, downloaded once into Hugging Face's own cache."""
    if _CLOSED.fullmatch(name):
        raise MedaiError(
            f"{name!r} names a model whose weights are not published, so nobody can load it. Its "
            'maker\'s server can be asked: load("openai:MODEL@https://host/v1"). For open weights '
            'use load("smollm2") or load("org/name").'
        )
    if not _HUB.fullmatch(name):
        raise MedaiError(
            f"{name!r} is not the name of a model here. Use 'smollm2' (embedded), 'org/name' "
            "(hub), a folder, or 'openai:MODEL@http://host:port/v1' (server)."
        )
    from huggingface_hub import constants, snapshot_download
    from huggingface_hub import errors as hub

    local = offline() or constants.is_offline_mode()
    try:
        with quiet():
            folder = snapshot_download(
                name,
                revision=revision,
                allow_patterns=["*.safetensors", "*.json", "*.txt", "*.model", "*.jinja"],
                ignore_patterns=["*/*"],
                local_files_only=local,
                endpoint=os.environ.get("HF_ENDPOINT") or None,
            )
    except hub.GatedRepoError:
        why = "asks you to accept its terms first: open its page on the hub, then `hf auth login`."
    except hub.RepositoryNotFoundError:
        why = "is not on the hub, or is private. Check the spelling of 'org/name'; for a private "
        why += "model log in with `hf auth login`."
    except hub.RevisionNotFoundError:
        why = f"has no revision {revision!r}; take a commit, tag or branch from its page."
    except hub.LocalEntryNotFoundError:
        why = "is not in the local cache, and "
        why += (
            "the network is switched off (MEDAI_OFFLINE or HF_HUB_OFFLINE). Download it once "
            "where there is a network"
            if local
            else "the hub cannot be reached. Check the network"
        )
        why += ", or use the embedded model: load('smollm2')."
    except Exception as error:  # time-outs, proxies, a full disk: many types, one message
        why = f"could not be fetched: {_first_line(error)} Try again later, or use a local folder."
    else:
        return Path(folder)
    raise MedaiError(f"The model {name!r} {why}")


def _first_line(error: BaseException) -> str:
    text = str(error).strip().split("\n")[0] or type(error).__name__
    return text[:300].rstrip(".") + "."
