"""Look-alike search: which name in the ontology is spelt most like a phrase.

Each phrase is a bag of character n-grams (3 to 5 characters, word borders included),
weighted by TF-IDF and scaled to length 1; likeness is the cosine.  It finds inflected and
misspelt words.  It does not know what words mean: a phrase and its opposite look alike, which
is why :mod:`medai.knowledge.opposites` has the last word.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

SIZES = (3, 4, 5)
_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
_BASE = len(_LETTERS) + 3  # a border, any other character, and 0 for "nothing"
_BORDER, _OTHER = _BASE - 2, _BASE - 1
_CODE = np.full(256, _OTHER, dtype=np.int64)
_CODE[[ord(letter) for letter in _LETTERS]] = np.arange(1, len(_LETTERS) + 1)
_CODE[ord(" ")] = _BORDER
_CODE[ord("\n")] = 0


def gram_codes(phrases: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Return the n-grams of many phrases as numbers.

    Parameters
    ----------
    phrases
        Normalised phrases: lower-case words with single spaces.

    Returns
    -------
    tuple of (numpy.ndarray, numpy.ndarray)
        For every n-gram of every phrase: the number of the phrase, and the code of the
        n-gram; both of shape (n-grams,).  Other letters than a-z and 0-9 share one code.
    """
    text = "\n".join(f" {phrase} " for phrase in phrases)
    data = _CODE[np.frombuffer(text.encode("latin-1", "replace"), dtype=np.uint8)]
    phrase_of = np.cumsum(data == 0)
    rows, codes = [], []
    for size in SIZES:
        if len(data) < size:
            continue
        windows = np.lib.stride_tricks.sliding_window_view(data, size)
        inside = (windows != 0).all(axis=1)
        powers = _BASE ** np.arange(size, dtype=np.int64)
        codes.append(windows[inside] @ powers)  # leading digits are never 0: sizes differ
        rows.append(phrase_of[: len(windows)][inside])
    if not rows:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    return np.concatenate(rows), np.concatenate(codes)


def count_grams(rows: np.ndarray, columns: np.ndarray, shape: tuple) -> sparse.csr_matrix:
    """Return how often each n-gram (a column) stands in each phrase (a row)."""
    return sparse.csr_matrix((np.ones(len(rows)), (rows, columns)), shape=shape)


def unit_rows(
    counts: sparse.csr_matrix, idf: np.ndarray, unknown: np.ndarray | float = 0.0
) -> sparse.csr_matrix:
    """Turn counts into TF-IDF rows of length 1; `unknown` is what else their squares hold."""
    weights = counts.copy()
    weights.data = (1 + np.log(counts.data)) * idf[counts.indices]
    squares = np.asarray(weights.multiply(weights).sum(axis=1)).ravel() + unknown
    squares[squares == 0] = 1.0  # an empty row stays empty
    return sparse.diags(1 / np.sqrt(squares)) @ weights


@dataclass(frozen=True)
class NgramIndex:
    """TF-IDF vectors of many phrases, searched by cosine; results refer to them by position.

    Make one with :meth:`of`.

    Attributes
    ----------
    codes : numpy.ndarray
        The n-grams that occur, sorted, shape (n-grams,).
    idf : numpy.ndarray
        Their weights, shape (n-grams,).
    matrix : scipy.sparse.csr_matrix
        Vectors of length 1, shape (n-grams, phrases).
    """

    codes: np.ndarray
    idf: np.ndarray
    matrix: sparse.csr_matrix

    @classmethod
    def of(cls, phrases: Sequence[str]) -> NgramIndex:
        """Index normalised phrases."""
        rows, occurring = gram_codes(phrases)
        codes, columns = np.unique(occurring, return_inverse=True)
        shape = (len(phrases), len(codes))
        counts = count_grams(rows, columns, shape)
        frequency = np.bincount(counts.indices, minlength=shape[1])
        idf = np.log((1 + shape[0]) / (1 + frequency)) + 1.0
        return cls(codes, idf, unit_rows(counts, idf).T.tocsr().astype(np.float32))

    def vectors(self, phrases: Sequence[str]) -> sparse.csr_matrix:
        """Return the TF-IDF vectors of `phrases`, shape (phrases, n-grams of the index).

        N-grams that the index has never seen count in the length of a vector, as if each
        were as rare as possible: a phrase of mostly unknown letters is like nothing.
        """
        rows, codes = gram_codes(phrases)
        columns = np.searchsorted(self.codes, codes)
        columns[columns == len(self.codes)] = 0
        known = self.codes[columns] == codes if len(self.codes) else np.zeros(len(codes), bool)
        shape = (len(phrases), len(self.codes))
        counts = count_grams(rows[known], columns[known], shape)
        rarest = np.log(1 + self.matrix.shape[1]) + 1.0
        unknown = np.bincount(rows[~known], minlength=shape[0]) * rarest**2
        return unit_rows(counts, self.idf, unknown)

    def best(self, phrases: Sequence[str], top: int = 20) -> list[list[tuple[int, float]]]:
        """Return for each phrase the `top` most alike, as (position, cosine), best first."""
        results = []
        for start in range(0, len(phrases), 64):  # small batches keep the memory small
            scores = (self.vectors(phrases[start : start + 64]) @ self.matrix).tocsr()
            for i in range(scores.shape[0]):
                data = scores.data[scores.indptr[i] : scores.indptr[i + 1]]
                where = scores.indices[scores.indptr[i] : scores.indptr[i + 1]]
                likely = np.arange(len(data))
                if len(data) > 4 * top:  # sorting all of them takes most of the time
                    least = np.partition(data, len(data) - top)[len(data) - top]
                    likely = np.flatnonzero(data >= least)
                keep = likely[np.argsort(-data[likely], kind="stable")[:top]]
                results.append([(int(where[k]), float(data[k])) for k in keep])
        return results
