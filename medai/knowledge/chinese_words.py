"""What is left of a Chinese text, cut into words by jieba."""

from __future__ import annotations

import contextlib
import functools
import logging
import re
import warnings
from collections.abc import Iterator
from typing import Any

from medai.runtime import MedaiError, data_home

_RUN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]+|[A-Za-z]{2,}")
_SHORTEST = 2  # characters; a single one that is left over says too little


def cut(sentence: str, covered: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Cut what the lexicon left over into words.

    Parameters
    ----------
    sentence
        In comparable form.
    covered
        Places ``(start, end)`` that were understood.

    Yields
    ------
    tuple of int
        Where a word of at least two characters stands.

    Raises
    ------
    MedaiError
        When jieba is not installed.
    """
    letters = list(sentence)
    for start, end in covered:
        letters[start:end] = " " * (end - start)
    for run in _RUN.finditer("".join(letters)):
        if len(run[0]) < _SHORTEST:
            continue
        for word, start, end in _tokenizer().tokenize(run[0]):
            if len(word) >= _SHORTEST:
                yield run.start() + start, run.start() + end


@functools.lru_cache(maxsize=1)
def _tokenizer() -> Any:
    """Return jieba's tokenizer, silent, with its cache in medai's folder."""
    try:
        with warnings.catch_warnings():  # jieba 0.42 imports pkg_resources, which is deprecated
            warnings.simplefilter("ignore")
            import jieba
    except ImportError:
        raise MedaiError(
            "Reading Chinese needs jieba, which is not installed: run `pip install jieba`."
        ) from None
    jieba.setLogLevel(logging.CRITICAL + 1)
    tokenizer = jieba.Tokenizer()
    folder = data_home() / "jieba"
    with contextlib.suppress(OSError):  # a folder that cannot be written: no cache
        folder.mkdir(parents=True, exist_ok=True)
    tokenizer.tmp_dir = str(folder)
    return tokenizer
