"""BM25: which texts have the words of a question, rare words and short texts first."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable

import numpy as np

from medai.runtime import MedaiError
from medai.text.bag import BagOfWords, Text, words


class BM25:
    r"""Okapi BM25 (Robertson & Zaragoza, 2009) over a fixed collection of texts.

    The score of text :math:`d` for a question is the sum over its words :math:`w` of
    :math:`\ln\!\bigl(1+\frac{n-n_w+.5}{n_w+.5}\bigr)\,
    \frac{c(d,w)\,(k_1+1)}{c(d,w)+k_1(1-b+b\,|d|/\overline{|d|})}`: the rarity of the word
    times its count, which saturates, and saturates earlier in a short text.

    Parameters
    ----------
    texts : iterable of str or of token lists
        The collection.
    k1 : float
        How slowly a repeated word saturates; 0 counts presence only.
    b : float
        How much the length of a text counts, 0 to 1.
    tokenizer : callable
        Text to list of tokens.
    stop_words : collection of str
        Tokens that are dropped.

    Raises
    ------
    MedaiError
        When there is no text, one is empty, or `k1` or `b` is out of range.
    """

    def __init__(
        self,
        texts: Iterable[Text],
        k1: float = 1.2,
        b: float = 0.75,
        tokenizer: Callable[[str], list[str]] = words,
        stop_words: Collection[str] = (),
    ) -> None:
        if not k1 >= 0 or not 0 <= b <= 1:
            raise MedaiError(f"k1={k1!r}, b={b!r}: k1 must be at least 0, b from 0 to 1.")
        self._bag = BagOfWords(tokenizer=tokenizer, stop_words=stop_words)
        counts = self._bag.fit_transform(texts).tocsr()
        n = counts.shape[0]
        found_in = np.bincount(counts.indices, minlength=counts.shape[1])
        idf = np.log(1 + (n - found_in + 0.5) / (found_in + 0.5))
        length = np.asarray(counts.sum(axis=1)).ravel()
        norm = k1 * (1 - b + b * length / max(length.mean(), 1e-9))
        rows = np.repeat(np.arange(n), np.diff(counts.indptr))
        counts.data = idf[counts.indices] * counts.data * (k1 + 1) / (counts.data + norm[rows])
        self._weights = counts.T.tocsr()  # (words, texts)
        self._row = {word: i for i, word in enumerate(self._bag.vocabulary)}

    def __len__(self) -> int:
        return self._weights.shape[1]

    def scores(self, question: Text) -> np.ndarray:
        """Return the score of every text, shape (texts,); a word that is asked twice counts twice.

        Words outside the collection count nothing; without a known word all scores are 0.
        """
        rows = [self._row[word] for word in self._bag.features(question) if word in self._row]
        if not rows:
            return np.zeros(len(self))
        return np.asarray(self._weights[rows].sum(axis=0)).ravel()
