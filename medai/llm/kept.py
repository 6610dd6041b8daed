"""Vectors of many texts, made once with a progress bar and kept on the disk."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from medai.runtime.files import replacing
from medai.runtime.locks import file_lock

Tensors = dict[str, np.ndarray]


def embed_many(
    texts: Sequence[str], what: str, progress: bool, batch: int = 512, batch_size: int = 128
) -> np.ndarray:
    """Return MiniLM's vectors of many texts, float32 of shape (texts, 384).

    Parameters
    ----------
    texts
        Any texts; those of like length are embedded together.
    what
        What they are, for the progress bar: "names".
    progress
        Whether to show it.
    batch, batch_size
        Texts between two steps of the bar, and texts at once in the model.
    """
    from tqdm import tqdm

    from medai.llm.embeddings import embed

    order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
    vectors = np.empty((len(texts), 384), dtype=np.float32)
    options = {"desc": what, "leave": False, "disable": not progress}
    with tqdm(total=len(order), unit=f" {what}", **options) as bar:
        for start in range(0, len(order), batch):
            rows = order[start : start + batch]
            vectors[rows] = embed([texts[i] for i in rows], batch_size=batch_size)
            bar.update(len(rows))
    return vectors


def kept_tensors(path: Path, rows: int, build: Callable[[], Tensors]) -> Tensors:
    """Return the tensors of a file; where it is absent, damaged or of another size, make it.

    Parameters
    ----------
    path
        A ``.safetensors`` file; one process makes it while others wait.
    rows
        How many rows the tensor ``vectors`` must have.
    build
        Makes the tensors, ``vectors`` of shape (rows, 384) among them.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load_file, save

    path.parent.mkdir(parents=True, exist_ok=True)
    with file_lock(path.with_suffix(".lock")):
        if path.exists():
            try:
                tensors = load_file(path)
                if tensors["vectors"].shape == (rows, 384):
                    return tensors
            except (SafetensorError, KeyError, OSError):
                pass  # damaged: made again
        tensors = build()
        with replacing(path) as file:
            file.write(save({name: np.ascontiguousarray(a) for name, a in tensors.items()}))
    return tensors
