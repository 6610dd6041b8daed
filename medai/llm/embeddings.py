"""Sentence embeddings with all-MiniLM-L6-v2, offline."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Iterable
from typing import Any

import numpy as np

from medai.llm._prompts import check_texts
from medai.llm._quiet import quiet
from medai.llm.weights import minilm_folder
from medai.runtime import MedaiError

MAX_PIECES = 256  # word pieces, [CLS] and [SEP] included; from the model's own settings
_loaded: tuple[Any, Any] | None = None
_lock = threading.Lock()


def embed(texts: Iterable[str], batch_size: int = 64) -> np.ndarray:
    """Turn texts into vectors of unit length, so that a dot product is the cosine.

    The last hidden states are averaged over the real word pieces (the padding is masked) and
    scaled to length 1, as sentence-transformers does.

    Parameters
    ----------
    texts : iterable of str
        English texts; each is read up to 256 word pieces.
    batch_size : int
        Texts read at once.

    Returns
    -------
    numpy.ndarray, shape (texts, 384)
        float32, rows of unit length, in the order of the texts.

    Raises
    ------
    MedaiError
        For no texts, an empty text, or missing weights.

    Warns
    -----
    UserWarning
        When a text is longer than 256 word pieces: the rest is not read.

    Examples
    --------
    >>> vectors = embed(['a fever', 'high temperature', 'a broken leg'])
    >>> vectors.shape, bool(vectors[0] @ vectors[1] > vectors[0] @ vectors[2])
    ((3, 384), True)
    """
    import torch

    texts = check_texts(texts)
    if isinstance(batch_size, bool) or not isinstance(batch_size, int) or batch_size < 1:
        raise MedaiError(f"batch_size={batch_size!r} must be a whole number from 1, e.g. 64.")
    model, tokenizer = _load()
    ids = tokenizer(texts, truncation=False, verbose=False)["input_ids"]
    long = [i for i, one in enumerate(ids) if len(one) > MAX_PIECES]
    if long:
        warnings.warn(
            f"{len(long)} of {len(texts)} texts have more than {MAX_PIECES} word pieces (the first "
            f"is number {long[0]}); only their beginning is read. Split them into sentences.",
            stacklevel=2,
        )
    ids = [one if len(one) <= MAX_PIECES else [*one[: MAX_PIECES - 1], one[-1]] for one in ids]
    order = sorted(range(len(ids)), key=lambda i: len(ids[i]))  # little padding
    vectors = np.empty((len(ids), model.config.hidden_size), dtype=np.float32)
    for at in range(0, len(order), batch_size):
        rows = order[at : at + batch_size]
        batch = tokenizer.pad({"input_ids": [ids[i] for i in rows]}, return_tensors="pt")
        with torch.inference_mode():
            hidden = model(**batch).last_hidden_state  # (B, T, 384)
            mask = batch["attention_mask"][..., None].to(hidden.dtype)  # (B, T, 1)
            mean = (hidden * mask).sum(1) / mask.sum(1)
            vectors[rows] = torch.nn.functional.normalize(mean, dim=1).numpy()
    return vectors


def _load() -> tuple[Any, Any]:
    """Return model and tokenizer, read once per process."""
    global _loaded
    with _lock:
        if _loaded is None:
            from transformers import AutoModel, AutoTokenizer

            folder = minilm_folder()
            safe = {"local_files_only": True, "trust_remote_code": False}
            with quiet():
                tokenizer = AutoTokenizer.from_pretrained(folder, **safe)
                model = AutoModel.from_pretrained(folder, use_safetensors=True, **safe)
            _loaded = model.eval(), tokenizer
        return _loaded
