"""Skip-gram with negative sampling, the algorithm of word2vec (book, chapter 05).

Each word has two vectors: ``u`` when it stands in the centre of a window and ``v`` when it
stands in the context.  The model tells true pairs from pairs whose context was drawn at random.
"""

from __future__ import annotations

from typing import Self

import numpy as np
from scipy import sparse

from medai.runtime import MedaiError
from medai.text.vectors import (
    Corpus,
    Sentences,
    WordVectors,
    positive,
    read_sentences,
    whole,
    window_pairs,
)

NOISE = 128  # noise words drawn for each batch, shared by all of its pairs


def negative_sampling(
    u: np.ndarray,
    v: np.ndarray,
    pairs: tuple[np.ndarray, np.ndarray],
    noise: np.ndarray,
    weight: np.ndarray,
) -> tuple[float, np.ndarray, np.ndarray, np.ndarray]:
    r"""Compute the loss of skip-gram with negative sampling on a batch, and its gradient.

    .. math:: L = -\sum_{(c,o)} \Bigl[\ln\sigma(u_c \cdot v_o)
              + \sum_n r_n \ln\sigma(-u_c \cdot v_n)\Bigr]

    Parameters
    ----------
    u : numpy.ndarray, shape (C, d)
        Vectors of the centre words of the batch, each once.
    v : numpy.ndarray, shape (O, d)
        Vectors of the context words of the batch, each once.
    pairs : two numpy.ndarray of int, shape (B,)
        The pairs, as row numbers of `u` and of `v`.
    noise : numpy.ndarray, shape (K, d)
        Context vectors of noise words.
    weight : numpy.ndarray, shape (K,)
        How much each noise word counts for each pair, :math:`r_n`; with *k* negatives per
        pair the weights add up to *k*.

    Returns
    -------
    tuple
        Loss, and its gradients with respect to `u`, `v` and `noise`.
    """
    centre, context = pairs
    right = _sigmoid(np.einsum("bd,bd->b", u[centre], v[context]))  # P(true pair), (B,)
    errors = sparse.coo_array((right - 1, (centre, context)), shape=(len(u), len(v))).tocsr()
    refused = _sigmoid(-u @ noise.T)  # P(noise pair is noise), (C, K)
    times = np.bincount(centre, minlength=len(u)).astype(u.dtype)
    blame = (1 - refused) * (times[:, None] * weight)
    loss = -np.log(right).sum() - times @ np.log(refused) @ weight
    return float(loss), errors @ v + blame @ noise, errors.T @ u, blame.T @ u


def _sigmoid(x: np.ndarray) -> np.ndarray:
    """Compute 1 / (1 + exp(-x)), never exactly 0; faster than SciPy's on float32."""
    return 1 / (1 + np.exp(np.minimum(-x, 60)))


def shifted_pmi(counts: np.ndarray, negative: float, noise_power: float = 1.0) -> np.ndarray:
    r"""Compute what ``u · v`` tends to when the vectors are long enough to fit every pair.

    .. math:: u_c \cdot v_o = \ln \frac{\#(c,o)}{\#(c)\,P_{\text{noise}}(o)} - \ln k

    With noise drawn in proportion to the counts (`noise_power` 1) this is the pointwise
    mutual information less :math:`\ln k` (Levy and Goldberg, 2014).

    Parameters
    ----------
    counts : numpy.ndarray, shape (V, V)
        How often each centre (row) has each context (column).
    negative : float
        *k*, noise words per pair.
    noise_power : float
        Noise is drawn in proportion to the columns' totals to this power.

    Returns
    -------
    numpy.ndarray, shape (V, V)
        ``-inf`` where a pair was never seen.

    Examples
    --------
    >>> shifted_pmi([[4, 1], [1, 4]], negative=1).round(2).tolist()
    [[0.47, -0.92], [-0.92, 0.47]]
    """
    counts = np.asarray(counts, dtype=float)
    noise = counts.sum(0) ** noise_power
    with np.errstate(divide="ignore"):
        expected = counts.sum(1, keepdims=True) * (noise / noise.sum())
        return np.log(counts / expected) - np.log(negative)


class SkipGram(WordVectors):
    """Word vectors that predict the words around (word2vec's skip-gram, negative sampling).

    Parameters
    ----------
    dim : int
        Numbers per vector.
    window : int
        Longest distance of a context word; each centre draws its own from 1 to this.
    negative : int
        Noise words per true pair, *k*.
    epochs : int
        Passes over the text.
    learning_rate : float
        Step of AdaGrad: each row of numbers moves by this times its gradient, divided by
        the length of all its gradients so far. So rare words take longer steps.
    min_count : int
        Words seen less often are left out.
    subsample : float
        Share of the text above which a word is thinned out, as word2vec does: an occurrence
        stays with probability ``sqrt(s / f) + s / f`` where ``f`` is the word's share of the
        text. 0 keeps all.
    noise_power : float
        Noise words are drawn in proportion to their counts to this power.
    batch_size : int
        Pairs per step.
    seed : int
        Seed of everything random: the same seed and text give the same vectors.

    Notes
    -----
    The noise words are drawn once per batch and shared by its pairs, each with the weight
    that makes *k* per pair.  The expected gradient is that of the original, which draws them
    anew for every pair; matrices make it fast.  The original steps after every pair with one
    rate for all words; here a step is a batch, and AdaGrad keeps it stable.  Source: Mikolov
    et al. (2013), "Distributed Representations of Words and Phrases and their
    Compositionality".
    """

    def __init__(
        self,
        dim: int = 64,
        *,
        window: int = 5,
        negative: int = 5,
        epochs: int = 4,
        learning_rate: float = 1.0,
        min_count: int = 3,
        subsample: float = 1e-3,
        noise_power: float = 0.75,
        batch_size: int = 1024,
        seed: int = 0,
    ) -> None:
        super().__init__()
        self.dim, self.window = whole("dim", dim), whole("window", window)
        self.negative, self.epochs = whole("negative", negative), whole("epochs", epochs)
        self.learning_rate = positive("learning_rate", learning_rate)
        self.min_count, self.batch_size = whole("min_count", min_count), whole("batch", batch_size)
        if not 0 <= subsample < np.inf or not 0 <= noise_power < np.inf:
            raise MedaiError(f"subsample = {subsample}, noise_power = {noise_power}: 0 or more")
        self.subsample, self.noise_power = float(subsample), float(noise_power)
        self.seed = whole("seed", seed, least=0)
        self.losses: list[float] = []

    def _parts(self, words: list[str]) -> sparse.csr_array:
        """Say what each word's vector is made of, shape (V, rows); here of a row of its own."""
        return sparse.eye_array(len(words), format="csr", dtype=np.float32)

    def fit(self, sentences: Sentences) -> Self:
        """Learn the vectors.

        Parameters
        ----------
        sentences : iterable of lists of str
            Tokens; a window never leaves its sentence.

        Returns
        -------
        SkipGram
            The model itself; ``losses`` holds the mean loss per pair of every epoch and
            ``context_vectors`` the vectors ``v``.

        Raises
        ------
        MedaiError
            If the sentences cannot be used (see :func:`medai.text.vectors.read_sentences`).
        """
        corpus = read_sentences(sentences, self.min_count)
        rng = np.random.default_rng(self.seed)
        parts = self._parts(corpus.words)
        start = rng.uniform(-0.5, 0.5, (parts.shape[1], self.dim)) / self.dim
        tables = _Table(start), _Table(np.zeros((len(corpus.words), self.dim)))
        noise = np.cumsum(corpus.counts**self.noise_power)
        self.losses = []
        for _ in range(self.epochs):
            centre, context = self._pairs(corpus, rng)
            total = 0.0
            for first in range(0, len(centre), self.batch_size):
                batch = slice(first, first + self.batch_size)
                drawn = np.searchsorted(noise, rng.random(NOISE) * noise[-1], side="right")
                total += self._step(parts, *tables, centre[batch], context[batch], drawn)
            self.losses.append(total / len(centre))
        self._rows, self.context_vectors = tables[0].values, tables[1].values
        return self._keep(corpus.words, parts @ self._rows)

    def _pairs(self, corpus: Corpus, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Thin out frequent words, draw a window for each centre, and shuffle the sentences."""
        ids, sentence = corpus.ids, corpus.sentence
        if self.subsample:
            ratio = self.subsample * corpus.counts.sum() / corpus.counts
            stays = rng.random(len(ids)) < (np.sqrt(ratio) + ratio)[ids]
            ids, sentence = ids[stays], sentence[stays]
        turn = rng.permutation(sentence.max(initial=0) + 1)[sentence].argsort(kind="stable")
        ids, sentence = ids[turn], sentence[turn]
        reach = rng.integers(1, self.window + 1, len(ids))
        centre, context, _ = window_pairs(np.arange(len(ids)), sentence, self.window, reach)
        order = np.argsort(centre, kind="stable")
        return ids[centre[order]], ids[context[order]]

    def _step(
        self,
        parts: sparse.csr_array,
        rows: _Table,
        contexts: _Table,
        centre: np.ndarray,
        context: np.ndarray,
        drawn: np.ndarray,
    ) -> float:
        """Go one step down the gradient, in place; return the batch's loss."""
        words, centre = np.unique(centre, return_inverse=True)
        others, context = np.unique(context, return_inverse=True)
        noise, times = np.unique(drawn, return_counts=True)
        weight = (self.negative / len(drawn) * times).astype(np.float32)
        used, made_of = _compress(parts[words])
        u, v, n = made_of @ rows.values[used], contexts.values[others], contexts.values[noise]
        loss, of_u, of_v, of_n = negative_sampling(u, v, (centre, context), n, weight)
        rows.step(used, made_of.T @ of_u, self.learning_rate)
        contexts.step(others, of_v, self.learning_rate)
        contexts.step(noise, of_n, self.learning_rate)
        return loss


class _Table:
    """Rows of numbers that learn, each with the sum of its squared gradients (AdaGrad)."""

    def __init__(self, values: np.ndarray) -> None:
        self.values = values.astype(np.float32)
        self.squares = np.full(len(values), 1e-6, dtype=np.float32)

    def step(self, rows: np.ndarray, gradient: np.ndarray, rate: float) -> None:
        self.squares[rows] += np.einsum("nd,nd->n", gradient, gradient)
        self.values[rows] -= np.float32(rate) * gradient / np.sqrt(self.squares[rows])[:, None]


def _compress(parts: sparse.csr_array) -> tuple[np.ndarray, sparse.csr_array]:
    """Drop the columns that no row uses; return their numbers and the smaller matrix."""
    used, columns = np.unique(parts.indices, return_inverse=True)
    shape = (parts.shape[0], len(used))
    return used, sparse.csr_array((parts.data, columns, parts.indptr), shape=shape)
