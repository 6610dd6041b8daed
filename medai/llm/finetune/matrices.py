"""The arithmetic of LoRA and of row-wise quantisation, for NumPy arrays and tensors alike."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from medai.llm.finetune.checks import number
from medai.runtime import MedaiError


def lora_weight(weight: Any, a: Any, b: Any, alpha: float) -> Any:
    r"""Compute the weight that LoRA stands for, :math:`W + \frac{\alpha}{r} B A`.

    Parameters
    ----------
    weight : array, shape (out, in)
        The frozen weight W.
    a : array, shape (r, in)
        What reads: drawn at random at the start.
    b : array, shape (out, r)
        What writes: zero at the start, so that training begins at W.
    alpha : float
        Above 0.

    Returns
    -------
    array, shape (out, in)
        A new array; `weight` stays as it was.

    Raises
    ------
    MedaiError
        When the shapes do not fit.

    Notes
    -----
    Hu et al. (2021), LoRA: Low-Rank Adaptation of Large Language Models, arXiv:2106.09685.
    """
    number("alpha", alpha, 0, above=True)
    shapes = tuple(weight.shape), tuple(a.shape), tuple(b.shape)
    (rows, columns), r = shapes[0] if len(shapes[0]) == 2 else (0, 0), shapes[1][0]
    if shapes[1] != (r, columns) or shapes[2] != (rows, r) or not r:
        raise MedaiError(
            f"shapes W {shapes[0]}, A {shapes[1]}, B {shapes[2]}; they must be (out, in), "
            "(r, in) and (out, r)"
        )
    return weight + (alpha / r) * (b @ a)


def lora_size(shapes: Iterable[tuple[int, int]], rank: int) -> int:
    """Count the numbers that LoRA trains for weights of these shapes: r (out + in) each.

    >>> lora_size([(576, 576)], rank=8)
    9216
    """
    rank = number("rank", rank, 1, whole=True)
    return sum(rank * (rows + columns) for rows, columns in shapes)


def quantize_rows(weight: np.ndarray, bits: int = 8) -> tuple[np.ndarray, np.ndarray]:
    """Round each row of a matrix to whole numbers, with one scale per row.

    Parameters
    ----------
    weight : array, shape (out, in)
        Finite numbers.
    bits : int
        2 to 8; the whole numbers go from -(2^(bits-1) - 1) to 2^(bits-1) - 1.

    Returns
    -------
    q : numpy.ndarray of int8, shape (out, in)
    scale : numpy.ndarray of float32, shape (out, 1)
        ``q * scale`` is within half a scale of the weight.

    Raises
    ------
    MedaiError
        For anything but a matrix of finite numbers.
    """
    bits = number("bits", bits, 2, 8, whole=True)
    weight = np.asarray(weight, dtype=np.float32)
    if weight.ndim != 2 or not np.isfinite(weight).all():
        raise MedaiError(f"shape {weight.shape}; a matrix of finite numbers is needed")
    top = 2 ** (bits - 1) - 1
    scale = np.abs(weight).max(axis=1, keepdims=True) / top
    scale[scale == 0] = 1.0
    return np.rint(weight / scale).astype(np.int8), scale.astype(np.float32)
