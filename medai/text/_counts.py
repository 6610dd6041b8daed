"""Counts of n-grams in sorted arrays, so that thousands are looked up at once."""

from __future__ import annotations

import numpy as np


class NGramCounts:
    """How often each n-gram of one length was seen, and what is known of its context.

    An n-gram is a row of ``n`` token ids, its context the first ``n - 1``.  Contexts get
    consecutive numbers by adding one token at a time, so a key never outgrows 64 bits
    whatever the order.

    Parameters
    ----------
    rows : numpy.ndarray of int, shape (N, n)
        The n-grams.
    counts : numpy.ndarray, shape (N,), or None
        How often each row counts; 1 if None. Equal rows are added up.
    base : int
        A number above every token id.
    """

    def __init__(self, rows: np.ndarray, counts: np.ndarray | None, base: int) -> None:
        self.n = rows.shape[1]
        self.base = base
        self._keys: list[np.ndarray] = []
        ids = np.zeros(len(rows), dtype=np.int64)
        for j in range(self.n):
            parents = len(self._keys[-1]) if j else 1
            keys, ids = np.unique(ids * base + rows[:, j], return_inverse=True)
            self._keys.append(keys)
        self.counts = np.bincount(ids, weights=counts, minlength=len(keys))
        self._context_of = keys // base
        self.total = np.bincount(self._context_of, weights=self.counts, minlength=parents)
        self.types = np.bincount(self._context_of, minlength=parents).astype(float)

    def rows(self) -> np.ndarray:
        """Spell the distinct n-grams, one per entry of ``counts``, shape (K, n)."""
        out = np.empty((len(self._keys[-1]), self.n), dtype=np.int64)
        node = np.arange(len(out))
        for j in range(self.n - 1, -1, -1):
            keys = self._keys[j][node]
            out[:, j], node = keys % self.base, keys // self.base
        return out

    def lookup(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Find counts for many n-grams.

        Parameters
        ----------
        rows : numpy.ndarray of int, shape (N, n)
            The n-grams to look up.

        Returns
        -------
        count, total, types : numpy.ndarray of float, shape (N,)
            How often the n-gram was seen, how often its context, and with how many
            different last tokens; 0 where unseen.
        """
        ids = np.zeros(len(rows), dtype=np.int64)
        for j in range(self.n):
            context = ids
            wanted = ids * self.base + rows[:, j]
            wanted[ids < 0] = -1
            keys = self._keys[j]
            at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
            ids = np.where(keys[at] == wanted, at, -1)
        count = np.where(ids >= 0, self.counts[ids], 0.0)
        total = np.where(context >= 0, self.total[context], 0.0)
        types = np.where(context >= 0, self.types[context], 0.0)
        return count, total, types


def continuation(levels: list[NGramCounts], bos: int) -> list[NGramCounts]:
    """Replace the counts below the highest order by the number of different left neighbours."""
    out = [levels[-1]]
    for plain, longer in zip(levels[-2::-1], levels[:0:-1], strict=True):
        shorter = longer.rows()[:, 1:]  # each distinct (m+1)-gram without its first token
        inner = shorter[shorter[:, 0] != bos]
        opening = plain.rows()[:, 0] == bos
        rows = np.concatenate([inner, plain.rows()[opening]])
        counts = np.concatenate([np.ones(len(inner)), plain.counts[opening]])
        out.append(NGramCounts(rows, counts, plain.base))
    return out[::-1]


def estimate_discount(counts: np.ndarray) -> float:
    """Estimate the discount n1 / (n1 + 2 n2) from the counts of one order."""
    once, twice = (counts == 1).sum(), (counts == 2).sum()
    return float(once / (once + 2 * twice)) if once else 0.5
