"""Vectors by counting: positive pointwise mutual information, compressed by an SVD."""

from __future__ import annotations

from typing import Self

import numpy as np
from scipy import sparse

from medai.runtime import MedaiError
from medai.text.vectors import Sentences, WordVectors, cooccurrence, read_sentences, whole


def ppmi(counts: sparse.sparray, shift: float = 1.0, power: float = 0.75) -> sparse.csr_array:
    r"""Compute :math:`\max(0, \ln\frac{P(i,j)}{P(i)\,P(j)} - \ln \text{shift})` cell by cell.

    Parameters
    ----------
    counts : scipy.sparse array, shape (V, V)
        Co-occurrence counts.
    shift : float
        The *k* of "PMI less log k"; 1 takes nothing off.
    power : float
        The contexts' totals are raised to this power before they become probabilities, so
        that rare contexts do not look too special; 1 is the definition.

    Returns
    -------
    scipy.sparse.csr_array, shape (V, V)
        Cells that are 0 are not stored.

    Examples
    --------
    >>> counts = sparse.coo_array([[0, 8, 1], [8, 0, 1], [1, 1, 0]])  # chest, pain, night
    >>> ppmi(counts, power=1).toarray().round(2).tolist()
    [[0.0, 0.68, 0.11], [0.68, 0.0, 0.11], [0.11, 0.11, 0.0]]
    """
    table = sparse.coo_array(counts, dtype=float)
    if table.data.size == 0 or table.data.min() < 0 or not table.data.sum() > 0:
        raise MedaiError("counts must not be negative, and some must be above 0")
    rows, columns = table.sum(1), table.sum(0) ** power
    with np.errstate(divide="ignore"):
        expected = rows[table.row] * columns[table.col] / columns.sum()
        value = np.log(table.data / expected / shift)
    keep = value > 0
    cells = (value[keep], (table.row[keep], table.col[keep]))
    return sparse.coo_array(cells, shape=table.shape).tocsr()


class PPMI(WordVectors):
    """Word vectors without learning: count, take the PPMI, keep the strongest directions.

    Parameters
    ----------
    dim : int
        Numbers per vector.
    window : int
        Longest distance of a context word.
    min_count : int
        Words seen less often are left out.
    shift, power : float
        See :func:`ppmi`.
    spectrum : float
        Each direction is scaled by its singular value to this power; 0.5 by default, which
        Levy, Goldberg and Dagan (2015) found better than the 1 of the plain SVD.
    seed : int
        Seed of the start vector of the SVD.
    """

    def __init__(
        self,
        dim: int = 64,
        *,
        window: int = 5,
        min_count: int = 3,
        shift: float = 1.0,
        power: float = 0.75,
        spectrum: float = 0.5,
        seed: int = 0,
    ) -> None:
        super().__init__()
        self.dim, self.window = whole("dim", dim), whole("window", window)
        self.min_count, self.seed = whole("min_count", min_count), whole("seed", seed, least=0)
        self.shift, self.power, self.spectrum = shift, power, spectrum

    def fit(self, sentences: Sentences) -> Self:
        """Count and decompose; returns the model itself."""
        corpus = read_sentences(sentences, self.min_count)
        table = ppmi(cooccurrence(corpus, self.window), self.shift, self.power)
        if not 1 <= self.dim < len(corpus.words):
            raise MedaiError(
                f"dim = {self.dim}, but with {len(corpus.words)} words it must be below that; "
                "choose a smaller dim or pass more text"
            )
        start = np.random.default_rng(self.seed).uniform(0.5, 1, len(corpus.words))
        left, size, right = sparse.linalg.svds(table, k=self.dim, v0=start)
        order = np.argsort(-size)
        left, size, right = left[:, order], size[order], right[order]
        sign = np.sign(left[np.abs(left).argmax(0), range(self.dim)])  # an SVD leaves it open
        self.singular_values = size
        return self._keep(corpus.words, left * sign * size**self.spectrum)
