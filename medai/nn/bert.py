"""A BERT on one screen: read a text in both directions, guess hidden words (book, Chapter 7).

Shapes: B texts, T positions, D width, V vocabulary, M hidden positions per text.

Source: Devlin et al. 2019: token, position and segment vectors, blocks with the norm after
each part, 15 % of the tokens chosen, of which 80 % become [MASK], 10 % another token and
10 % stay.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from keras import layers, ops

from medai.nn.attention import TransformerBlock, dense, padding_mask
from medai.runtime import MedaiError

Tensor = Any  # a tensor of the backend in use


class BertEncoder(keras.Model):
    """Token ids (B, T) to one vector per position (B, T, D), each seen in its whole context.

    Parameters
    ----------
    vocabulary : int
        V, number of tokens.
    context : int
        The longest input.
    width, depth, heads : int
        D, number of blocks, heads per block.
    hidden : int, optional
        Width of the network inside the blocks; 4 · width if not given.
    dropout : float
        In training.
    pad : int
        Id of the padding token; nobody looks at it.
    """

    def __init__(
        self,
        vocabulary: int,
        context: int = 64,
        width: int = 128,
        depth: int = 2,
        heads: int = 4,
        hidden: int | None = None,
        dropout: float = 0.0,
        pad: int = 0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.vocabulary, self.context, self.width, self.pad = vocabulary, context, width, pad
        start = keras.initializers.RandomNormal(stddev=0.02)
        self.tokens = layers.Embedding(vocabulary, width, start, name="tokens")
        self.positions = layers.Embedding(context, width, start, name="positions")
        self.segments = layers.Embedding(2, width, start, name="segments")
        self.norm = layers.LayerNormalization(epsilon=1e-12, name="norm")
        self.drop = layers.Dropout(dropout)
        options = {"hidden": hidden, "dropout": dropout, "epsilon": 1e-12}
        self.blocks = [
            TransformerBlock(width, heads, "post", name=f"block_{i}", **options)
            for i in range(depth)
        ]

    def build(self, shape: tuple | None = None) -> None:
        """Make all weights."""
        for layer in (self.tokens, self.positions, self.segments):
            layer.build(None)
        for layer in (self.norm, *self.blocks):
            layer.build((None, None, self.width))
        self.built = True

    def call(self, ids: Tensor, segments: Tensor | None = None, training: bool = False) -> Tensor:
        """Return the vectors, (B, T, D); `segments` (B, T) is 0 or 1, 0 if not given."""
        segments = ops.zeros_like(ids) if segments is None else segments
        x = self.tokens(ids) + self.segments(segments)  # (B, T, D)
        x = self.norm(x + self.positions(ops.arange(ids.shape[1])))
        x = self.drop(x, training=training)
        mask = padding_mask(ids, self.pad)
        for block in self.blocks:
            x = block(x, attention_mask=mask, training=training)
        return x

    def mean(self, ids: Tensor) -> Tensor:
        """Return one vector per text, (B, D): the mean over the positions that are not padding."""
        keep = ops.cast(ops.not_equal(ids, self.pad), "float32")[:, :, None]  # (B, T, 1)
        return ops.sum(self(ids) * keep, axis=1) / ops.maximum(ops.sum(keep, axis=1), 1.0)


class MaskedLanguageModel(keras.Model):
    """Guess hidden tokens: (ids (B, T), positions (B, M)) to logits (B, M, V).

    Only the hidden positions pass through the last, widest step.  Given ids alone, every
    position does, and the logits are (B, T, V).  The table that reads tokens also writes them.
    """

    def __init__(self, encoder: BertEncoder, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.encoder = encoder
        self.transform = dense(encoder.width, 0.02, "transform")
        self.norm = layers.LayerNormalization(epsilon=1e-12, name="norm")

    def build(self, shape: tuple | None = None) -> None:
        """Make all weights."""
        self.encoder.build()
        for layer in (self.transform, self.norm):
            layer.build((None, None, self.encoder.width))
        self.bias = self.add_weight((self.encoder.vocabulary,), "zeros", name="bias")
        self.built = True

    def call(self, inputs: Any, training: bool = False) -> Tensor:
        """Return logits; see the class."""
        ids, at = inputs if isinstance(inputs, (list, tuple)) else (inputs, None)
        x = self.encoder(ids, training=training)  # (B, T, D)
        if at is not None:
            x = ops.take_along_axis(x, ops.cast(at, "int32")[:, :, None], axis=1)  # (B, M, D)
        x = self.norm(ops.gelu(self.transform(x), approximate=False))
        return ops.matmul(x, ops.transpose(self.encoder.tokens.embeddings)) + self.bias


def mask_tokens(
    ids: np.ndarray,
    rng: np.random.Generator,
    *,
    mask: int,
    vocabulary: int,
    special: Sequence[int],
    share: float = 0.15,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Hide tokens as BERT does.

    Parameters
    ----------
    ids : numpy.ndarray of int, shape (B, T)
        Token ids.
    rng : numpy.random.Generator
        Source of randomness.
    mask : int
        Id of [MASK].
    vocabulary : int
        V; replacements are drawn evenly from it, special tokens aside.
    special : sequence of int
        Ids that are never chosen: padding, [CLS], [SEP], [MASK].
    share : float
        Share of the other tokens that is chosen, at least one per text that has any.

    Returns
    -------
    hidden : numpy.ndarray, shape (B, T)
        The ids to read: of the chosen ones 80 % are [MASK], 10 % another token, 10 % unchanged.
    positions : numpy.ndarray, shape (B, M)
        Where the chosen ones stand, in rising order, filled up with 0.
    targets : numpy.ndarray, shape (B, M)
        What stood there.
    weights : numpy.ndarray of float32, shape (B, M)
        1 for a chosen token, 0 for filling.

    Raises
    ------
    MedaiError
        For ids that are not (B, T) or outside the vocabulary, or a share outside 0 to 1.

    Examples
    --------
    >>> ids = np.array([[1, 20, 21, 22, 2, 0], [1, 30, 31, 2, 0, 0]])  # one row a text
    >>> rng = np.random.default_rng(0)
    >>> hidden, positions, targets, weights = mask_tokens(
    ...     ids, rng, mask=3, vocabulary=100, special=(0, 1, 2, 3), share=0.3
    ... )
    >>> bool((targets == np.take_along_axis(ids, positions, 1)).all())  # what stood there
    True
    >>> weights.sum(1).tolist()  # one word of each is asked
    [1.0, 1.0]
    """
    ids = np.asarray(ids)
    if ids.ndim != 2 or ids.size == 0 or ids.min() < 0 or ids.max() >= vocabulary:
        raise MedaiError(
            f"ids of shape {ids.shape}: a table (texts, positions) of 0–{vocabulary - 1}"
        )
    if not 0 < share < 1:
        raise MedaiError(f"share={share}: between 0 and 1; BERT hides 0.15")
    ordinary = np.setdiff1d(np.arange(vocabulary), np.asarray([*special, mask]))
    if not len(ordinary):
        raise MedaiError("every token is special; nothing is left to hide or to put in its place")
    free = np.isin(ids, ordinary)
    count = np.where(free.any(1), np.maximum(1, np.round(share * free.sum(1))), 0).astype(int)
    width = max(1, count.max())
    rank = np.argsort(np.where(free, rng.random(ids.shape), 2.0), axis=1)[:, :width]
    weights = (np.arange(width) < count[:, None]).astype("float32")
    positions = np.where(weights > 0, rank, 0)
    order = np.argsort(np.where(weights > 0, positions, ids.shape[1]), axis=1, kind="stable")
    positions = np.take_along_axis(positions, order, axis=1)  # weights are in this order already
    targets = np.take_along_axis(ids, positions, axis=1)
    dice = rng.random(positions.shape)
    other = rng.choice(ordinary, positions.shape)
    new = np.where(dice < 0.8, mask, np.where(dice < 0.9, other, targets))
    hidden = ids.copy()
    row, column = np.nonzero(weights)
    hidden[row, positions[row, column]] = new[row, column]
    return hidden, positions.astype("int32"), targets, weights
