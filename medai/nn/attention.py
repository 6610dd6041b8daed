"""Attention and the Transformer block, written out (book, Chapter 6).

Shapes: B texts, T positions, D numbers per position (the width), H heads of D/H numbers.
A mask is True where a position *may* be looked at.

Sources: Vaswani et al. 2017 (attention, positions, the block with the norm after each part);
Xiong et al. 2020 (the norm before each part, as GPT-2 has it).
"""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import layers, ops

from medai.runtime import MedaiError

Tensor = Any  # a tensor of the backend in use


def scaled_dot_product_attention(
    query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None = None
) -> tuple[Tensor, Tensor]:
    """Let every query take a weighted mean of the values (equation ``eq-06-attention``).

    Parameters
    ----------
    query : tensor, shape (..., Tq, d)
        What each position looks for.
    key : tensor, shape (..., Tk, d)
        What each position offers to be found by.
    value : tensor, shape (..., Tk, dv)
        What each position hands over when it is found.
    mask : tensor of bool, optional
        Broadcastable to (..., Tq, Tk); True where the query may look.

    Returns
    -------
    output : tensor, shape (..., Tq, dv)
        Zeros for a query that may look nowhere.
    weights : tensor, shape (..., Tq, Tk)
        Each row sums to 1, or to 0 where nothing may be looked at.

    Raises
    ------
    MedaiError
        When the sizes do not fit.
    """
    d = query.shape[-1]
    if key.shape[-1] != d or value.shape[-2] != key.shape[-2]:
        raise MedaiError(
            f"query {tuple(query.shape)}, key {tuple(key.shape)}, value {tuple(value.shape)}: "
            "query and key need the same last size, key and value the same number of positions"
        )
    scores = ops.matmul(query, ops.swapaxes(key, -1, -2)) / d**0.5  # (..., Tq, Tk)
    if mask is not None:
        scores = ops.where(mask, scores, -1e9)
    weights = ops.softmax(scores, axis=-1)
    if mask is not None:
        weights = ops.where(mask, weights, 0.0)  # matters only where nothing may be seen
    return ops.matmul(weights, value), weights


def causal_mask(length: int) -> np.ndarray:
    """Return the mask (T, T) that lets position i look at 0 … i and at nothing later.

    Examples
    --------
    >>> causal_mask(3).astype(int).tolist()  # row: who looks; column: at whom
    [[1, 0, 0], [1, 1, 0], [1, 1, 1]]
    """
    return np.tril(np.ones((length, length), dtype=bool))


def padding_mask(ids: Tensor, pad: int = 0) -> Tensor:
    """Return the mask (B, 1, 1, T) that hides padding from every head and every query."""
    return ops.not_equal(ids, pad)[:, None, None, :]


def sinusoidal_positions(length: int, width: int) -> np.ndarray:
    """Return the position vectors of Vaswani et al., float32, shape (T, D).

    Even columns hold sines, odd ones cosines, of wavelengths from 2π to 2π · 10,000.
    """
    if length < 1 or width < 2 or width % 2:
        raise MedaiError(f"length={length}, width={width}: length from 1, width even, from 2")
    angle = np.arange(length)[:, None] / 10_000 ** (np.arange(0, width, 2) / width)
    return np.stack([np.sin(angle), np.cos(angle)], axis=-1).reshape(length, width).astype("f4")


class MultiHeadAttention(layers.Layer):
    """Several attentions side by side, each in a space of its own.

    Parameters
    ----------
    width : int
        Numbers per position, D.
    heads : int
        H, a divisor of D.
    dropout : float
        Share of the output that is dropped in training.
    spread : float
        Standard deviation of the initial weights; `out_spread` that of the last matrix.
    """

    def __init__(
        self,
        width: int,
        heads: int,
        dropout: float = 0.0,
        spread: float = 0.02,
        out_spread: float | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if heads < 1 or width % heads:
            raise MedaiError(f"width={width} cannot be shared by {heads} heads: give a divisor")
        self.width, self.heads = width, heads
        self.query = dense(width, spread, "query")
        self.key = dense(width, spread, "key")
        self.value = dense(width, spread, "value")
        self.out = dense(width, out_spread or spread, "out")
        self.drop = layers.Dropout(dropout)

    def build(self, shape: tuple) -> None:
        """Make the four matrices."""
        for layer in (self.query, self.key, self.value, self.out):
            layer.build(shape)

    def call(
        self,
        x: Tensor,
        context: Tensor | None = None,
        attention_mask: Tensor | None = None,
        cache: tuple[Tensor, Tensor] | None = None,
        start: int = 0,
        training: bool = False,
    ) -> Any:
        """Look from `x` (B, T, D) at `context` (at `x` itself if None).

        With ``cache=(keys, values)``, each (B, H, C, D/H), the new keys and values are written
        at position `start` and every position of the cache can be looked at; the result is
        then (output, new cache).  Otherwise it is the output, (B, T, D).
        """
        context = x if context is None else context
        q = self.split(self.query(x))  # (B, H, T, D/H)
        k, v = self.split(self.key(context)), self.split(self.value(context))
        if cache is not None:
            k = ops.slice_update(cache[0], (0, 0, start, 0), k)
            v = ops.slice_update(cache[1], (0, 0, start, 0), v)
        y, _ = scaled_dot_product_attention(q, k, v, attention_mask)  # (B, H, T, D/H)
        y = self.drop(self.out(self.join(y)), training=training)
        return y if cache is None else (y, (k, v))

    def weights_of(self, x: Tensor, attention_mask: Tensor | None = None) -> Tensor:
        """Return who looks at whom: shape (B, H, T, T)."""
        q, k, v = (self.split(part(x)) for part in (self.query, self.key, self.value))
        return scaled_dot_product_attention(q, k, v, attention_mask)[1]

    def split(self, x: Tensor) -> Tensor:
        """Cut each position into heads: (B, T, D) to (B, H, T, D/H)."""
        x = ops.reshape(x, (-1, x.shape[1], self.heads, self.width // self.heads))
        return ops.transpose(x, (0, 2, 1, 3))

    def join(self, x: Tensor) -> Tensor:
        """Lay the heads side by side again: (B, H, T, D/H) to (B, T, D)."""
        x = ops.transpose(x, (0, 2, 1, 3))
        return ops.reshape(x, (-1, x.shape[1], self.width))


class TransformerBlock(layers.Layer):
    """Attention, then a small network at each position; both only *add* to what came in.

    Parameters
    ----------
    width, heads : int
        As in :class:`MultiHeadAttention`.
    norm : {"pre", "post"}
        Normalise before each part (GPT-2) or after it (the first Transformer, BERT).
    hidden : int, optional
        Width of the small network; 4 · width if not given.
    dropout : float
        Share dropped after each part, in training.
    exact_gelu : bool
        GELU by the error function (BERT) or by the hyperbolic tangent (GPT-2).
    epsilon : float
        Added to the variance by the norms.
    depth : int
        Blocks in the whole model: the last matrix of each part starts smaller by √(2 · depth).
    """

    def __init__(
        self,
        width: int,
        heads: int,
        norm: str = "pre",
        hidden: int | None = None,
        dropout: float = 0.0,
        exact_gelu: bool = True,
        epsilon: float = 1e-5,
        depth: int = 1,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if norm not in ("pre", "post"):
            raise MedaiError(f'norm={norm!r}: "pre" (as GPT-2) or "post" (as BERT)')
        small = 0.02 / (2 * depth) ** 0.5
        self.norm, self.exact_gelu, self.hidden = norm, exact_gelu, hidden or 4 * width
        self.attention = MultiHeadAttention(width, heads, dropout, out_spread=small)
        self.up = dense(self.hidden, 0.02, "up")
        self.down = dense(width, small, "down")
        self.norm_1 = layers.LayerNormalization(epsilon=epsilon)
        self.norm_2 = layers.LayerNormalization(epsilon=epsilon)
        self.drop = layers.Dropout(dropout)

    def build(self, shape: tuple) -> None:
        """Make all weights."""
        for layer in (self.attention, self.up, self.norm_1, self.norm_2):
            layer.build(shape)
        self.down.build((*shape[:-1], self.hidden))

    def call(
        self,
        x: Tensor,
        attention_mask: Tensor | None = None,
        cache: tuple[Tensor, Tensor] | None = None,
        start: int = 0,
        training: bool = False,
    ) -> Any:
        """Map (B, T, D) to (B, T, D); with `cache`, to (output, new cache)."""
        seen = self.norm_1(x) if self.norm == "pre" else x
        options = {"cache": cache, "start": start, "training": training}
        y = self.attention(seen, attention_mask=attention_mask, **options)
        y, cache = y if cache is not None else (y, None)
        if self.norm == "pre":
            x = x + y
            x = x + self.network(self.norm_2(x), training)
        else:
            x = self.norm_1(x + y)
            x = self.norm_2(x + self.network(x, training))
        return x if cache is None else (x, cache)

    def network(self, x: Tensor, training: bool = False) -> Tensor:
        """Apply the small network, the same one at each position."""
        x = ops.gelu(self.up(x), approximate=not self.exact_gelu)
        return self.drop(self.down(x), training=training)


def dense(units: int, spread: float, name: str) -> layers.Dense:
    """Return a matrix with bias; weights start normal with standard deviation `spread`."""
    start = keras.initializers.RandomNormal(stddev=spread)
    return layers.Dense(units, kernel_initializer=start, name=name)
