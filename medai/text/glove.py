"""GloVe: word vectors fitted to the logarithms of co-occurrence counts (book, chapter 05).

It is weighted least squares over the cells that were seen.  It is not a singular value
decomposition (SVD) of the counts: the counts enter as logarithms, each cell with a weight,
empty cells not at all, and every word has a bias.
"""

from __future__ import annotations

from typing import Self

import numpy as np
from scipy import sparse

from medai.runtime import MedaiError
from medai.text.vectors import (
    Sentences,
    WordVectors,
    cooccurrence,
    positive,
    read_sentences,
    whole,
)


def glove_weight(counts: np.ndarray, x_max: float = 100.0, power: float = 0.75) -> np.ndarray:
    r"""Compute how much each cell counts, :math:`f(x) = \min(1, (x / x_{\max})^{3/4})`.

    Examples
    --------
    >>> glove_weight([1, 10, 100, 1000], x_max=100).round(2).tolist()
    [0.03, 0.18, 1.0, 1.0]
    """
    return np.minimum(1.0, (np.asarray(counts) / x_max) ** power)


def _errors(w, v, b, c, cells) -> np.ndarray:
    row, column, log_count, _ = cells
    return np.einsum("nd,nd->n", w[row], v[column]) + b[row] + c[column] - log_count


def _cells(counts, x_max: float, power: float = 0.75) -> tuple[np.ndarray, ...]:
    """Return row, column, log count and weight of the cells above 0."""
    table = sparse.coo_array(counts)
    if table.data.size and not (np.isfinite(table.data).all() and table.data.min() >= 0):
        raise MedaiError("counts must be finite and not negative; pass numbers of co-occurrences")
    seen = table.data > 0
    if not seen.any():
        raise MedaiError("all counts are 0, so there is no cell to fit; count some text first")
    x = table.data[seen]
    return table.row[seen], table.col[seen], np.log(x), glove_weight(x, x_max, power)


def glove_loss(
    counts: np.ndarray | sparse.sparray,
    w: np.ndarray,
    v: np.ndarray,
    b: np.ndarray,
    c: np.ndarray,
    x_max: float = 100.0,
    power: float = 0.75,
) -> float:
    r"""Compute GloVe's loss, the sum over the cells with :math:`X_{ij} > 0` of
    :math:`f(X_{ij})\,(w_i \cdot v_j + b_i + c_j - \ln X_{ij})^2`.

    Parameters
    ----------
    counts : array, shape (V, V)
        Co-occurrence counts, dense or sparse.
    w, v : numpy.ndarray, shape (V, d)
        Word and context vectors.
    b, c : numpy.ndarray, shape (V,)
        Their biases.
    x_max, power : float
        See :func:`glove_weight`.
    """  # noqa: D205
    cells = _cells(counts, x_max, power)
    return float(cells[3] @ _errors(w, v, b, c, cells) ** 2)


def glove_gradient(
    w: np.ndarray, v: np.ndarray, b: np.ndarray, c: np.ndarray, cells: tuple[np.ndarray, ...]
) -> tuple[float, tuple[np.ndarray, ...]]:
    """Compute the loss on some cells and its gradient with respect to w, v, b and c.

    Parameters
    ----------
    w, v : numpy.ndarray, shape (V, d)
        Word and context vectors.
    b, c : numpy.ndarray, shape (V,)
        Biases.
    cells : four numpy.ndarray, shape (n,)
        Row, column, logarithm of the count, weight.
    """
    row, column, _, weight = cells
    error = _errors(w, v, b, c, cells)
    pull = 2 * weight * error
    table = sparse.csr_array((pull, (row, column)), shape=(len(w), len(v)))
    gradient = (table @ v, table.T @ w, table.sum(1), table.sum(0))
    return float(weight @ error**2), gradient


class GloVe(WordVectors):
    """Word vectors by weighted least squares on log co-occurrence counts.

    Parameters
    ----------
    dim : int
        Numbers per vector.
    window : int
        Longest distance of a context word; a pair *m* places apart counts 1 / *m*.
    epochs : int
        Passes over the cells.
    learning_rate : float
        Step of AdaGrad.
    x_max : float
        Count from which a cell has its full weight. The paper's 100 is for billions of
        words; a small text needs a smaller one.
    power : float
        Power of the weight below `x_max`.
    min_count : int
        Words seen less often are left out.
    batch_size : int
        Cells per step.
    seed : int
        The same seed and text give the same vectors.

    Notes
    -----
    ``vectors`` is the sum of word and context vectors, as in the source: Pennington, Socher
    and Manning (2014), "GloVe: Global Vectors for Word Representation".
    """

    def __init__(
        self,
        dim: int = 64,
        *,
        window: int = 5,
        epochs: int = 15,
        learning_rate: float = 0.05,
        x_max: float = 10.0,
        power: float = 0.75,
        min_count: int = 3,
        batch_size: int = 20_000,
        seed: int = 0,
    ) -> None:
        super().__init__()
        self.dim, self.window = whole("dim", dim), whole("window", window)
        self.epochs, self.batch_size = whole("epochs", epochs), whole("batch_size", batch_size)
        self.min_count, self.seed = whole("min_count", min_count), whole("seed", seed, least=0)
        self.learning_rate = positive("learning_rate", learning_rate)
        self.x_max, self.power = positive("x_max", x_max), positive("power", power)
        self.losses: list[float] = []

    def fit(self, sentences: Sentences) -> Self:
        """Count the words in windows and fit the vectors; returns the model itself."""
        corpus = read_sentences(sentences, self.min_count)
        self.counts = cooccurrence(corpus, self.window, by_distance=True)
        return self.fit_counts(self.counts, corpus.words)

    def fit_counts(self, counts: np.ndarray | sparse.sparray, words: list[str]) -> Self:
        """Fit the vectors to a table of counts.

        Parameters
        ----------
        counts : array, shape (V, V)
            Co-occurrence counts, dense or sparse, not negative.
        words : list of str
            The word of each row.

        Returns
        -------
        GloVe
            The model itself: ``w``, ``v`` (vectors of words and contexts), ``b``, ``c``
            (biases) and ``losses`` (one per epoch, before its steps have ended).
        """
        if counts.shape != (len(words), len(words)):
            raise MedaiError(
                f"counts have shape {counts.shape} for {len(words)} words; one row and one "
                "column per word are needed"
            )
        row, column, log_count, weight = _cells(counts, self.x_max, self.power)
        log_count, weight = log_count.astype(np.float32), weight.astype(np.float32)
        rng = np.random.default_rng(self.seed)
        shapes = [(len(words), self.dim)] * 2 + [(len(words),)] * 2
        values = [rng.uniform(-0.5, 0.5, s).astype(np.float32) / self.dim for s in shapes]
        squares = [np.ones_like(value) for value in values]  # of the gradients so far
        self.losses = []
        for _ in range(self.epochs):
            order, total = rng.permutation(len(row)), 0.0
            for start in range(0, len(order), self.batch_size):
                take = order[start : start + self.batch_size]
                cells = (row[take], column[take], log_count[take], weight[take])
                loss, gradients = glove_gradient(*values, cells)
                total += loss
                for value, square, gradient in zip(values, squares, gradients, strict=True):
                    square += gradient**2
                    value -= np.float32(self.learning_rate) * gradient / np.sqrt(square)
            if not np.isfinite(total):
                raise MedaiError(
                    f"the loss grew beyond all bounds; use a learning_rate below "
                    f"{self.learning_rate}"
                )
            self.losses.append(total)
        self.w, self.v, self.b, self.c = values
        return self._keep(words, self.w + self.v)
