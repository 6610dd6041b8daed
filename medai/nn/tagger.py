"""A small Transformer that gives each word of a sentence a tag (book, Chapter 16).

A word comes in as the sum of four vectors: for the word itself (a shared one for rare words),
its ending, its beginning and its look.  So a word that was never seen, such as a new drug,
still says something.  The encoder is that of :mod:`medai.nn.bert`: each word sees all others.

Shapes: B sentences, T words, D width, K tags.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from keras import layers, ops

from medai.nn.attention import TransformerBlock, dense
from medai.nn.training.fit import fit
from medai.nn.training.schedules import one_cycle
from medai.runtime import MedaiError

PAD, UNKNOWN = 0, 1
VIEWS = ("word", "ending", "beginning", "look")
Tensor = Any


def views_of(word: str) -> tuple[str, str, str, str]:
    """Return a word as the network reads it: itself, its ending, its beginning, its look.

    >>> views_of("Ramipril")
    ('ramipril', 'ril', 'ram', 'Xx')
    """
    low = word.casefold()
    look = re.sub(r"[^\W\d_]+", lambda m: "X" if m[0].isupper() else "x", word)
    look = "Xx" if word[:1].isupper() and word[1:2].islower() else re.sub(r"\d+", "d", look)
    return low, low[-3:], low[:3], look


class TaggerNetwork(keras.Model):
    """Views of the words (B, T, 4) to scores of the tags (B, T, K)."""

    def __init__(
        self, sizes: Sequence[int], n_tags: int, width: int, depth: int, heads: int,
        context: int, dropout: float, seed: int, **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(**kwargs)
        self.width, self.hide = width, dropout
        start = keras.initializers.RandomNormal(stddev=0.05, seed=seed)
        self.tables = [layers.Embedding(size, width, start) for size in sizes]
        self.positions = layers.Embedding(context, width, start, name="positions")
        self.drop = layers.Dropout(dropout, seed=seed)
        self.blocks = [
            TransformerBlock(width, heads, "pre", hidden=2 * width, dropout=dropout, depth=depth)
            for _ in range(depth)
        ]
        self.norm = layers.LayerNormalization(epsilon=1e-5)
        self.out = dense(n_tags, 0.02, "out")
        self.seeds = keras.random.SeedGenerator(seed)

    def build(self, shape: tuple | None = None) -> None:
        """Make all weights."""
        for layer in (*self.tables, self.positions):
            layer.build(None)
        for layer in (*self.blocks, self.norm, self.out):
            layer.build((None, None, self.width))
        self.built = True

    def call(self, views: Tensor, training: bool = False) -> Tensor:
        """Score the tags; in training, words are hidden at random, so that endings count."""
        keep = ops.not_equal(views[:, :, 0], PAD)  # (B, T)
        words = views[:, :, 0]
        if training:
            drawn = keras.random.uniform(ops.shape(words), seed=self.seeds)
            words = ops.where(ops.logical_and(keep, drawn < 0.25), UNKNOWN, words)
        x = self.tables[0](words) + self.positions(ops.arange(views.shape[1]))
        for k in (1, 2, 3):
            x = x + self.tables[k](views[:, :, k])
        x = self.drop(x, training=training)
        for block in self.blocks:
            x = block(x, attention_mask=keep[:, None, None, :], training=training)
        return self.out(self.norm(x))


class TransformerTagger:
    """Learn tags of words from tagged sentences.

    It knows nothing of what the tags mean; ``medai.knowledge.extraction.SequenceRecogniser``
    makes mentions of its scores.

    Parameters
    ----------
    n_tags : int
        K.
    width, depth, heads : int
        Of the network.
    context : int
        Words that are seen together; a longer sentence is read in pieces of this length.
    min_count : int
        Words, endings and beginnings that occur less often are unknown.
    dropout : float
        In training.
    seed : int
        Of the first weights, of what is hidden, and of the order of the sentences.
    """

    def __init__(
        self, n_tags: int, width: int = 64, depth: int = 2, heads: int = 4, context: int = 32,
        min_count: int = 3, dropout: float = 0.1, seed: int = 0,
    ) -> None:  # fmt: skip
        if n_tags < 2 or context < 1 or min_count < 1:
            raise MedaiError(
                f"n_tags={n_tags}, context={context}, min_count={min_count}: at least 2, 1 and 1."
            )
        self.n_tags, self.context, self.min_count, self.seed = n_tags, context, min_count, seed
        self.shape = {"width": width, "depth": depth, "heads": heads, "dropout": dropout}
        self.numbers: list[dict[str, int]] = []
        self.network: TaggerNetwork | None = None

    def fit(
        self, sentences: Sequence[Sequence[str]], tags: Sequence[Sequence[int]],
        epochs: int = 5, batch_size: int = 64, learning_rate: float = 3e-3,
    ) -> Any:  # fmt: skip
        """Train, and return the history (pandas.DataFrame, one row per epoch).

        Raises
        ------
        MedaiError
            When there is no sentence, or words and tags do not fit together.
        """
        self._check(sentences, tags)
        counts = [Counter() for _ in VIEWS]
        for words in sentences:
            for word in words:
                for k, view in enumerate(views_of(word)):
                    counts[k][view] += 1
        self.numbers = [
            {v: i for i, v in enumerate(sorted(v for v in c if c[v] >= self.min_count), 2)}
            for c in counts
        ]
        y = np.full((len(tags), self.context), -1, dtype="int32")
        for row, numbers in zip(y, tags, strict=True):
            row[: len(numbers)] = numbers[: self.context]
        keras.utils.set_random_seed(self.seed)
        sizes = [len(numbers) + 2 for numbers in self.numbers]
        self.network = TaggerNetwork(
            sizes, self.n_tags, context=self.context, seed=self.seed, **self.shape
        )
        steps = epochs * -(-len(y) // batch_size)
        rate = one_cycle(learning_rate, steps)
        self.network.compile(keras.optimizers.Adam(rate), loss=tag_loss)
        x = self._arrays(sentences)
        return fit(self.network, x, y, epochs=epochs, batch_size=batch_size, seed=self.seed)

    def scores(self, words: Sequence[str]) -> np.ndarray:
        """Return how well each tag suits each word, shape (T, K): logarithms of chances."""
        return self.scores_of([words])[0]

    def scores_of(self, sentences: Sequence[Sequence[str]]) -> list[np.ndarray]:
        """Return the scores of many sentences, computed together.

        Raises
        ------
        MedaiError
            Before training.
        """
        if self.network is None:
            raise MedaiError("The tagger is not trained yet: call fit(sentences, tags) first.")
        n = self.context
        pieces = [words[i : i + n] for words in sentences for i in range(0, len(words), n)]
        if not pieces:
            return [np.zeros((0, self.n_tags)) for _ in sentences]
        found = self.network.predict(self._arrays(pieces), batch_size=64, verbose=0)
        found = found - np.logaddexp.reduce(found, axis=-1, keepdims=True)
        rows = np.concatenate([f[: len(p)] for f, p in zip(found, pieces, strict=True)])
        return np.split(rows, np.cumsum([len(words) for words in sentences])[:-1])

    def _arrays(self, sentences: Sequence[Sequence[str]]) -> np.ndarray:
        x = np.full((len(sentences), self.context, len(VIEWS)), PAD, dtype="int32")
        for row, words in zip(x, sentences, strict=True):
            for t, word in enumerate(words[: self.context]):
                views = zip(self.numbers, views_of(word), strict=True)
                row[t] = [numbers.get(view, UNKNOWN) for numbers, view in views]
        return x

    def _check(self, sentences: Sequence, tags: Sequence) -> None:
        if len(sentences) == 0 or len(sentences) != len(tags):
            raise MedaiError(f"{len(sentences)} sentences, {len(tags)} tag lists: one list each.")
        for words, numbers in zip(sentences, tags, strict=True):
            if len(words) != len(numbers):
                raise MedaiError(f"{list(words)[:6]} …: {len(words)} words, {len(numbers)} tags.")
            if len(numbers) and not 0 <= min(numbers) <= max(numbers) < self.n_tags:
                raise MedaiError(f"tags {sorted(set(numbers))}: from 0 to {self.n_tags - 1}.")


def tag_loss(y: Tensor, logits: Tensor) -> Tensor:
    """Return the mean cross-entropy of the words of each sentence, padding (-1) left out."""
    keep = ops.cast(ops.greater_equal(y, 0), "float32")  # (B, T)
    losses = keras.losses.sparse_categorical_crossentropy(
        ops.maximum(y, 0), logits, from_logits=True
    )
    return ops.sum(losses * keep, axis=-1) / ops.maximum(ops.sum(keep, axis=-1), 1.0)
