"""A GPT on one screen: predict the next token from those before it (book, Chapter 8).

Shapes: B texts, T positions, D width, V vocabulary, C context (most positions it can see).

Source: Radford et al. 2019 (GPT-2): norms before each part and one at the end, learned
positions, and the table that reads tokens also writes them (tied weights).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import keras
import numpy as np
from keras import layers, ops

from medai.nn.attention import TransformerBlock, causal_mask
from medai.runtime import MedaiError
from medai.text.sampling import choose

Tensor = Any  # a tensor of the backend in use


class GPT(keras.Model):
    """A causal language model: token ids (B, T) to logits of the next token (B, T, V).

    Parameters
    ----------
    vocabulary : int
        V, number of tokens.
    context : int
        C, the longest input.
    width, depth, heads : int
        D, number of blocks, heads per block.
    dropout : float
        In training.
    """

    def __init__(
        self,
        vocabulary: int,
        context: int = 64,
        width: int = 128,
        depth: int = 2,
        heads: int = 4,
        dropout: float = 0.0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.vocabulary, self.context, self.width, self.heads = vocabulary, context, width, heads
        start = keras.initializers.RandomNormal(stddev=0.02)
        self.tokens = layers.Embedding(vocabulary, width, start, name="tokens")
        self.positions = layers.Embedding(context, width, start, name="positions")
        self.drop = layers.Dropout(dropout)
        self.blocks = [
            TransformerBlock(
                width, heads, "pre", dropout=dropout, exact_gelu=False, depth=depth, name=f"b{i}"
            )
            for i in range(depth)
        ]
        self.norm = layers.LayerNormalization(epsilon=1e-5, name="norm")

    def build(self, shape: tuple | None = None) -> None:
        """Make all weights."""
        self.tokens.build(None)
        self.positions.build(None)
        for layer in (*self.blocks, self.norm):
            layer.build((None, None, self.width))
        self.built = True

    def call(
        self, ids: Tensor, cache: list | None = None, start: int = 0, training: bool = False
    ) -> Any:
        """Return logits (B, T, V); with `cache`, (logits, new cache).

        `start` is the position of the first id; what came before it is in the cache.
        """
        x, new = self.states(ids, cache, start, training)
        logits = ops.matmul(x, ops.transpose(self.tokens.embeddings))  # (B, T, V)
        return logits if cache is None else (logits, new)

    def states(
        self, ids: Tensor, cache: list | None = None, start: int = 0, training: bool = False
    ) -> tuple[Tensor, list]:
        """Return what each position has gathered, (B, T, D), and the new cache."""
        length = ids.shape[1]
        x = self.tokens(ids) + self.positions(ops.arange(length) + start)  # (B, T, D)
        x = self.drop(x, training=training)
        if cache is None:
            mask, old = causal_mask(length), [None] * len(self.blocks)
        else:  # row i may see everything up to position start + i
            old = cache
            mask = np.arange(self.context) <= start + np.arange(length)[:, None]
        new = []
        for block, part in zip(self.blocks, old, strict=True):
            x = block(x, attention_mask=mask, cache=part, start=start, training=training)
            if part is not None:
                x, part = x
                new.append(part)
        return self.norm(x), new

    def empty_cache(self, batch: int = 1) -> list:
        """Return keys and values of nothing yet: per block two zeros (B, H, C, D/H)."""
        shape = (batch, self.heads, self.context, self.width // self.heads)
        return [(ops.zeros(shape), ops.zeros(shape)) for _ in self.blocks]

    def generate(
        self,
        ids: Sequence[int],
        n: int,
        *,
        temperature: float = 1.0,
        top_k: int | None = None,
        top_p: float | None = None,
        seed: int = 0,
        stop: int | None = None,
        cache: bool = True,
    ) -> list[int]:
        """Return `ids` and at most `n` more tokens; :func:`medai.text.choose` picks them.

        Parameters
        ----------
        ids : sequence of int
            The beginning, at least one token.
        n : int
            How many tokens to add; ids and they must fit the context.
        temperature, top_k, top_p
            As in :func:`medai.text.choose`; temperature 0 is greedy.
        seed : int
            Of the draws.
        stop : int, optional
            Ends the text, and is not part of it.
        cache : bool
            Keep keys and values instead of computing them anew at each step.  The text is the
            same, the time is not.

        Raises
        ------
        MedaiError
            For an empty beginning, an id outside the vocabulary, or a text beyond the context.
        """
        return [*map(int, ids), *self._tokens(ids, n, temperature, top_k, top_p, seed, stop, cache)]

    def _tokens(
        self, ids: Sequence[int], n: int, temperature: float, top_k: int | None,
        top_p: float | None, seed: int, stop: int | None, cache: bool,
    ) -> Iterator[int]:  # fmt: skip
        text = check_ids(ids, n, self.vocabulary, self.context)
        rng = np.random.default_rng(seed)
        kept, start = (self.empty_cache(), 0) if cache else (None, 0)
        for _ in range(n):
            new = np.asarray([text[start:]])  # (1, T): with a cache, only what it lacks
            if cache:
                logits, kept = self(new, cache=kept, start=start)
                start = len(text)
            else:
                logits = self(new)
            last = ops.convert_to_numpy(logits)[0, -1]  # (V,)
            token = choose(last, rng, temperature=temperature, top_k=top_k, top_p=top_p)
            if token == stop:
                return
            yield token
            text.append(token)


def next_token_pairs(texts: Sequence[Sequence[int]], context: int) -> tuple:
    """Join texts into one stream and cut it into inputs and targets, each (n, C).

    The target of each position is the token after it.  What is left over at the end is dropped.

    Examples
    --------
    >>> import numpy as np
    >>> x, y = next_token_pairs([[1, 2, 3, 4, 5]], context=4)[:2]
    >>> x.tolist(), y.tolist()
    ([[1, 2, 3, 4]], [[2, 3, 4, 5]])
    """
    stream = np.concatenate([np.asarray(text, dtype="int32") for text in texts])
    n = (len(stream) - 1) // context
    if n < 1:
        raise MedaiError(f"{len(stream)} tokens are too few for a context of {context}")
    x = stream[: n * context].reshape(n, context)
    return x, stream[1 : n * context + 1].reshape(n, context)


def check_ids(ids: Sequence[int], n: int, vocabulary: int, context: int) -> list[int]:
    """Return the ids as a list, or say what is wrong with them."""
    text = [int(token) for token in ids]
    if not text:
        raise MedaiError("the text is empty; begin with at least one token, such as <bos>")
    wrong = [token for token in text if not 0 <= token < vocabulary]
    if wrong:
        raise MedaiError(f"token {wrong[0]} is outside 0 to {vocabulary - 1}: another tokeniser?")
    if n < 0 or len(text) + n > context:
        raise MedaiError(
            f"{len(text)} tokens and n={n} more do not fit the context of {context} positions; "
            "shorten the beginning, ask for less, or build the model with a longer context"
        )
    return text
