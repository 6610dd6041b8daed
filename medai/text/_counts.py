"""Counts of n-grams of all orders in sorted arrays, so that thousands are looked up at once."""

from __future__ import annotations

import numpy as np


class NGramCounts:
    """How often each n-gram was seen, and what is known of its context.

    The n-grams of each length are numbered.  One of length ``n`` is found by the key
    ``number of its first n - 1 tokens * base + last token``, so a key never outgrows
    64 bits, whatever the order.

    Parameters
    ----------
    stream : numpy.ndarray of int, shape (S,)
        All texts in a row, each with ``order - 1`` times the token ``base - 1`` before it.
    predicted : numpy.ndarray of int
        The positions of the tokens that count.
    order : int
        The longest n-gram.
    base : int
        A number above every token id.
    """

    def __init__(self, stream: np.ndarray, predicted: np.ndarray, order: int, base: int) -> None:
        self.order, self.base = order, base
        self._keys: list[np.ndarray] = []
        self.counts: list[np.ndarray] = []
        self._suffix: list[np.ndarray] = []  # number of the n-gram without its first token
        self._opens: list[np.ndarray] = []  # whether its first token marks the beginning
        ids = np.zeros(len(stream), dtype=np.int64)
        for n in range(order):
            before = np.concatenate([[0], ids[:-1]])  # the n tokens before this one
            keys, new = np.unique(before * base + stream, return_inverse=True)
            suffix = np.empty(len(keys), dtype=np.int64)
            suffix[new] = ids
            self._keys.append(keys)
            self._suffix.append(suffix)
            self._opens.append(self._opens[-1][keys // base] if n else keys == base - 1)
            self.counts.append(np.bincount(new[predicted], minlength=len(keys)).astype(float))
            ids = new
        self._sum_contexts()

    def _sum_contexts(self) -> None:
        self.total, self.types = [], []
        for n, (keys, count) in enumerate(zip(self._keys, self.counts, strict=True)):
            contexts = len(self._keys[n - 1]) if n else 1
            context = keys // self.base
            self.total.append(np.bincount(context, weights=count, minlength=contexts))
            self.types.append(np.bincount(context[count > 0], minlength=contexts).astype(float))

    def count_left_neighbours(self) -> None:
        """Below the highest order, count different left neighbours in place of occurrences.

        N-grams that begin a text have only the beginning on their left; they keep their count.
        """
        for n in range(self.order - 1):
            seen = self.counts[n + 1] > 0  # still plain counts: the loop goes upwards
            left = np.bincount(self._suffix[n + 1][seen], minlength=len(self.counts[n]))
            self.counts[n] = np.where(self._opens[n], self.counts[n], left)
        self._sum_contexts()

    def lookup(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Find counts for many n-grams of one length.

        Parameters
        ----------
        rows : numpy.ndarray of int, shape (N, n)
            The n-grams to look up, ``n`` at most ``order``.

        Returns
        -------
        count, total, types : numpy.ndarray of float, shape (N,)
            How often the n-gram was counted, how often its context, and with how many
            different last tokens; 0 where unseen.
        """
        n = rows.shape[1] - 1
        ids = np.zeros(len(rows), dtype=np.int64)
        for j in range(n + 1):
            context = ids
            wanted = np.where(ids < 0, -1, ids * self.base + rows[:, j])
            keys = self._keys[j]
            at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
            ids = np.where(keys[at] == wanted, at, -1)
        count = np.where(ids >= 0, self.counts[n][ids], 0.0)
        total = np.where(context >= 0, self.total[n][context], 0.0)
        types = np.where(context >= 0, self.types[n][context], 0.0)
        return count, total, types

    def followers(self, context: list[int], size: int) -> tuple[np.ndarray, float, float]:
        """Find counts for every token after one context; see :meth:`lookup`.

        Parameters
        ----------
        context : list of int
            Fewer than ``order`` token ids.
        size : int
            How many tokens there are.

        Returns
        -------
        count : numpy.ndarray of float, shape (size,)
            How often each token was counted after the context.
        total, types : float
            How often the context, and with how many different tokens.
        """
        n, node = len(context), 0
        count = np.zeros(size)
        for keys, token in zip(self._keys, context, strict=False):
            wanted = node * self.base + token
            node = int(np.searchsorted(keys, wanted))
            if node == len(keys) or keys[node] != wanted:
                return count, 0.0, 0.0
        keys = self._keys[n]
        first, end = np.searchsorted(keys, [node * self.base, node * self.base + size])
        count[keys[first:end] % self.base] = self.counts[n][first:end]
        return count, self.total[n][node], self.types[n][node]


def estimate_discount(counts: np.ndarray) -> float:
    """Estimate the discount n1 / (n1 + 2 n2) from the counts of one order."""
    once, twice = (counts == 1).sum(), (counts == 2).sum()
    return float(once / (once + 2 * twice)) if once else 0.5
