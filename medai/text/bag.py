"""Bags of words: how often each word or word pair occurs, as counts or as TF-IDF weights."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from medai.runtime import MedaiError
from medai.text.tokenize import word_tokens

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

Text = str | Sequence[str]


def words(text: str) -> list[str]:
    """Split a text into lower-case words and numbers; punctuation marks are dropped.

    >>> words("No fever; temp. 37.2")
    ['no', 'fever', 'temp', '37.2']
    """
    return [token for token in word_tokens(text) if any(c.isalnum() for c in token)]


def checked_texts(texts: Iterable[Text]) -> list[Text]:
    """Return the texts as a list; refuse one bare string, none at all, and blank ones."""
    if isinstance(texts, str):
        raise MedaiError("got one str where a list of texts is needed; wrap it: [text]")
    out = list(texts)
    if not out:
        raise MedaiError("got no texts; pass at least one")
    for i, text in enumerate(out):
        if not isinstance(text, str) and not (
            isinstance(text, list | tuple) and all(isinstance(t, str) for t in text)
        ):
            raise MedaiError(
                f"texts[{i}] is of type {type(text).__name__}; a text is a str or a list of "
                "tokens, so fill in or leave out missing ones first"
            )
        if not text or (isinstance(text, str) and not text.strip()):
            raise MedaiError(f"texts[{i}] is empty; leave it out, there is nothing to count")
    return out


class BagOfWords:
    """Count words (and runs of words); the order of the words is forgotten.

    Gives what scikit-learn's ``CountVectorizer`` gives with the same tokeniser.

    Parameters
    ----------
    ngrams : (int, int)
        Shortest and longest run: ``(1, 1)`` words, ``(1, 2)`` words and word pairs.
    min_df : int or float
        Leave out what occurs in fewer texts than this; a share of the texts if a float.
    tokenizer : callable
        Text to list of tokens, :func:`words` by default.  Texts given as lists are taken
        as tokens.
    stop_words : collection of str
        Tokens to drop before runs are formed; none by default, for good reason (chapter 04).

    Attributes
    ----------
    vocabulary : list of str
        The features in alphabetical order, one per column; runs are joined by a space.
    """

    def __init__(
        self,
        ngrams: tuple[int, int] = (1, 1),
        min_df: int | float = 1,
        tokenizer: Callable[[str], list[str]] = words,
        stop_words: Collection[str] = (),
    ) -> None:
        if len(ngrams) != 2 or not 1 <= ngrams[0] <= ngrams[1]:
            raise MedaiError(f"ngrams = {ngrams!r}; give shortest and longest, such as (1, 2)")
        share = isinstance(min_df, float)
        if isinstance(min_df, bool) or not (0 < min_df <= 1 if share else min_df >= 1):
            raise MedaiError(
                f"min_df = {min_df!r}; give a number of texts (an int from 1) or a share of "
                "them (a float above 0, at most 1)"
            )
        if isinstance(stop_words, str):
            raise MedaiError(f"stop_words = {stop_words!r} is one str; give a list of words")
        self.ngrams, self.min_df, self.tokenizer = tuple(ngrams), min_df, tokenizer
        self.stop_words = frozenset(stop_words)
        self.vocabulary: list[str] = []

    def features(self, text: Text) -> list[str]:
        """List the words and runs of one text, repeats included, in order."""
        tokens = self.tokenizer(text) if isinstance(text, str) else text
        tokens = [t for t in tokens if t not in self.stop_words]
        low, high = self.ngrams
        out = list(tokens) if low == 1 else []
        for n in range(max(low, 2), high + 1):
            out += [" ".join(tokens[i : i + n]) for i in range(len(tokens) - n + 1)]
        return out

    def fit(self, texts: Iterable[Text]) -> BagOfWords:
        """Learn the vocabulary.

        Raises
        ------
        MedaiError
            If a text is empty or missing, or no word is frequent enough.
        """
        self.fit_transform(texts)
        return self

    def fit_transform(self, texts: Iterable[Text]) -> csr_matrix:
        """Learn the vocabulary and return the matrix of the same texts."""
        split = [self.features(text) for text in checked_texts(texts)]
        found_in = Counter(chain.from_iterable(map(set, split)))
        least = self.min_df * len(split) if isinstance(self.min_df, float) else self.min_df
        kept = sorted(feature for feature, n in found_in.items() if n >= least)
        if not kept:
            raise MedaiError(
                f"no word occurs in {self.min_df} or more of the {len(split)} texts; lower min_df"
            )
        self.vocabulary = kept
        self._column = {feature: j for j, feature in enumerate(kept)}
        self._learn(np.array([found_in[feature] for feature in kept]), len(split))
        return self._weigh(self._count(split))

    def transform(self, texts: Iterable[Text]) -> csr_matrix:
        """Count the words of texts; words outside the vocabulary are ignored.

        Returns
        -------
        scipy.sparse.csr_matrix, shape (texts, vocabulary)
            Non-negative numbers; a row of zeros for a text without a known word.
        """
        if not self.vocabulary:
            raise MedaiError(f"{type(self).__name__} has seen no text yet; call fit(texts) first")
        return self._weigh(self._count([self.features(text) for text in checked_texts(texts)]))

    def _count(self, split: list[list[str]]) -> csr_matrix:
        from scipy.sparse import csr_matrix

        columns: list[int] = []
        values: list[int] = []
        starts = [0]
        for found in split:
            counts = Counter(self._column[f] for f in found if f in self._column)
            columns += sorted(counts)
            values += [counts[j] for j in sorted(counts)]
            starts.append(len(columns))
        shape = (len(split), len(self.vocabulary))
        return csr_matrix((np.array(values, dtype=float), columns, starts), shape=shape)

    def _learn(self, found_in: np.ndarray, n_texts: int) -> None:
        """Keep what weights need: in how many of the texts each feature occurs."""

    def _weigh(self, counts: csr_matrix) -> csr_matrix:
        return counts


class TfIdf(BagOfWords):
    r"""Counts times rarity, each text scaled to length 1.

    The weight of word :math:`w` in text :math:`d` is
    :math:`c(d,w)\,\bigl(\ln\frac{1+n}{1+n_w}+1\bigr)` for :math:`n` training texts of which
    :math:`n_w` have the word; then each row is divided by its Euclidean length.  Equal to
    scikit-learn's ``TfidfVectorizer``, whose smoothed formula this is.

    Parameters
    ----------
    ngrams, min_df, tokenizer, stop_words
        As for :class:`BagOfWords`.

    Attributes
    ----------
    vocabulary : list of str
        The features in alphabetical order.
    idf : numpy.ndarray, shape (vocabulary,)
        The rarity of each, 1 for a word that is in every text.
    """

    def _learn(self, found_in: np.ndarray, n_texts: int) -> None:
        self.idf = np.log((1 + n_texts) / (1 + found_in)) + 1

    def _weigh(self, counts: csr_matrix) -> csr_matrix:
        out = counts.multiply(self.idf).tocsr()
        length = np.sqrt(np.asarray(out.multiply(out).sum(axis=1)).ravel())
        out.data /= np.repeat(length, np.diff(out.indptr))
        return out
