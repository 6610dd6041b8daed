"""What all word vectors share: reading sentences, pairs in a window, and finding neighbours."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import NamedTuple, Self

import numpy as np
from scipy import sparse

from medai.runtime import MedaiError

Sentences = Iterable[Sequence[str]]


class Corpus(NamedTuple):
    """Sentences as numbers.

    ``words`` is the vocabulary, the most frequent first; ``counts`` how often each was seen,
    shape (V,); ``ids`` the words of all sentences in a row, shape (N,), and ``sentence`` the
    number of the sentence that each belongs to.  Words too rare for the vocabulary are gone.
    """

    words: list[str]
    counts: np.ndarray
    ids: np.ndarray
    sentence: np.ndarray


def read_sentences(sentences: Sentences, min_count: int = 3) -> Corpus:
    """Build the vocabulary and turn sentences into numbers.

    Parameters
    ----------
    sentences : iterable of lists of str
        Tokens, for instance from :func:`medai.text.word_tokens`.
    min_count : int
        Words seen less often are left out.

    Raises
    ------
    MedaiError
        If a sentence is a string, a token is not, or no word is frequent enough.

    Examples
    --------
    >>> notes = [["chest", "pain"], ["no", "chest", "pain"], ["pain", "at", "night"]]
    >>> corpus = read_sentences(notes, min_count=2)
    >>> corpus.words, corpus.counts.tolist()
    (['pain', 'chest'], [3, 2])
    >>> corpus.ids.tolist(), corpus.sentence.tolist()  # rare words are gone
    ([1, 0, 1, 0, 0], [0, 0, 1, 1, 2])
    """
    if isinstance(sentences, str):
        raise MedaiError("got one str where a list of tokenised sentences is needed")
    read = []
    for number, sentence in enumerate(sentences):
        if isinstance(sentence, str):
            raise MedaiError(
                f"sentence {number} is the text {sentence[:40]!r}, but a list of tokens is "
                "needed; pass [word_tokens(text) for text in texts]"
            )
        read.append(list(sentence))
        wrong = next((t for t in read[-1] if not isinstance(t, str) or not t), None)
        if wrong is not None:
            raise MedaiError(f"sentence {number} holds {wrong!r}, but a token is a str, not empty")
    seen = Counter(chain.from_iterable(read))
    words = [w for w in sorted(seen, key=lambda w: (-seen[w], w)) if seen[w] >= min_count]
    if len(words) < 2:
        raise MedaiError(
            f"{len(read)} sentences hold {len(words)} words that occur {min_count} times or "
            "more, and two are the least; pass more text or a smaller min_count"
        )
    place = {w: i for i, w in enumerate(words)}
    kept = [[place[t] for t in tokens if t in place] for tokens in read]
    ids = np.fromiter(chain.from_iterable(kept), dtype=np.int64)
    sentence = np.repeat(np.arange(len(kept)), [len(tokens) for tokens in kept])
    return Corpus(words, np.array([seen[w] for w in words]), ids, sentence)


def window_pairs(
    ids: np.ndarray, sentence: np.ndarray, window: int, reach: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """List every (centre, context) pair of words at most `window` places apart.

    Parameters
    ----------
    ids, sentence : numpy.ndarray of int, shape (N,)
        Words in a row, and the sentence of each; a window never leaves its sentence.
    window : int
        How far a context word may be.
    reach : numpy.ndarray of int, shape (N,), optional
        The window of each centre word, 1 to `window`; `window` for all if None.

    Returns
    -------
    tuple of three numpy.ndarray of int, shape (pairs,)
        Centre, context, and how far apart they are.
    """
    reach = np.full(len(ids), window) if reach is None else reach
    centre, context, apart = [], [], []
    for far in range(1, min(window, len(ids) - 1) + 1):
        same = sentence[far:] == sentence[:-far]
        for here, there in ((slice(far, None), slice(-far)), (slice(-far), slice(far, None))):
            take = same & (reach[here] >= far)
            centre.append(ids[here][take])
            context.append(ids[there][take])
            apart.append(np.full(len(centre[-1]), far))
    if not centre or not sum(map(len, centre)):
        raise MedaiError(
            "no two words of the vocabulary stand in one window, so there is nothing to learn; "
            "pass longer sentences, a smaller min_count, or (for a tiny text) subsample=0"
        )
    return np.concatenate(centre), np.concatenate(context), np.concatenate(apart)


def cooccurrence(corpus: Corpus, window: int = 5, by_distance: bool = False) -> sparse.csr_array:
    """Count how often each word has each other within `window` places of it.

    Parameters
    ----------
    corpus : Corpus
        From :func:`read_sentences`.
    window : int
        How far a context word may be.
    by_distance : bool
        Count a pair that is *m* places apart as 1 / *m*, as GloVe does.

    Returns
    -------
    scipy.sparse.csr_array, shape (V, V)
        Symmetric; cells of pairs never seen are not stored.
    """
    centre, context, apart = window_pairs(corpus.ids, corpus.sentence, window)
    size = len(corpus.words)
    weight = 1 / apart if by_distance else np.ones(len(apart))
    return sparse.coo_array((weight, (centre, context)), shape=(size, size)).tocsr()


def unit(rows: np.ndarray) -> np.ndarray:
    """Scale each row to length 1; a row of zeros stays."""
    length = np.linalg.norm(rows, axis=-1, keepdims=True)
    return rows / np.where(length > 0, length, 1)


def whole(name: str, value: float, least: int = 1) -> int:
    """Return a parameter that must be a whole number, or say what is wrong with it."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least:
        raise MedaiError(f"{name} = {value!r}, but it must be a whole number, {least} or more")
    return int(value)


def positive(name: str, value: float) -> float:
    """Return a parameter that must be a number above 0, or say what is wrong with it."""
    number = isinstance(value, int | float | np.number) and not isinstance(value, bool)
    if not number or not math.isfinite(value) or value <= 0:
        raise MedaiError(f"{name} = {value!r}, but it must be a number above 0")
    return float(value)


class WordVectors:
    """A vocabulary with one vector per word.

    Attributes
    ----------
    vocabulary : list of str
        The words, the most frequent first.
    vectors : numpy.ndarray, shape (V, dim)
        Their vectors, in the same order.
    """

    def __init__(self) -> None:
        self.vocabulary: list[str] = []
        self.vectors: np.ndarray = np.zeros((0, 0))
        self._place: dict[str, int] = {}
        self._units: np.ndarray | None = None

    @classmethod
    def of(cls, vocabulary: Sequence[str], vectors: np.ndarray) -> WordVectors:
        """Wrap vectors that were computed elsewhere."""
        out = WordVectors()
        vectors = np.asarray(vectors, dtype=float)
        if vectors.ndim != 2 or len(vectors) != len(vocabulary) or not np.isfinite(vectors).all():
            raise MedaiError(
                f"{len(vocabulary)} words and vectors of shape {vectors.shape}: one row of "
                "finite numbers per word is needed"
            )
        return out._keep(vocabulary, vectors)

    def _keep(self, vocabulary: Sequence[str], vectors: np.ndarray) -> Self:
        self.vocabulary, self.vectors, self._units = list(vocabulary), vectors, None
        self._place = {word: i for i, word in enumerate(self.vocabulary)}
        return self

    def __contains__(self, word: str) -> bool:
        return word in self._place

    def __len__(self) -> int:
        return len(self.vocabulary)

    def _need_fit(self) -> None:
        if not self.vocabulary:
            raise MedaiError("there are no vectors yet; call fit(sentences) first")

    def vector(self, word: str) -> np.ndarray:
        """Return the vector of a word, shape (dim,).

        Raises
        ------
        MedaiError
            If nothing has been learned yet, or the word is not in the vocabulary.
        """
        self._need_fit()
        if word not in self._place:
            return self._unknown(word)
        return self.vectors[self._place[word]]

    def _unknown(self, word: str) -> np.ndarray:
        folded = word.lower() if isinstance(word, str) else word
        hint = f"; {folded!r} is known" if folded in self._place else ""
        raise MedaiError(
            f"{word!r} is not among the {len(self):,} words of the vocabulary{hint}; fit on text "
            "that holds it often enough (min_count), or use FastText, which composes a vector"
        )

    def similarity(self, one: str, other: str) -> float:
        """Return the cosine of the angle between two words' vectors, -1 to 1."""
        return float(unit(self.vector(one)) @ unit(self.vector(other)))

    def nearest(self, word: str | np.ndarray, k: int = 10) -> list[tuple[str, float]]:
        """List the words whose vectors point most nearly the same way.

        Parameters
        ----------
        word : str or numpy.ndarray, shape (dim,)
            A word (which is left out of the answer) or any vector.
        k : int
            How many neighbours.

        Returns
        -------
        list of (str, float)
            Word and cosine, the nearest first; ties in the order of the vocabulary.
        """
        self._need_fit()
        k = whole("k", k)
        vector = self.vector(word) if isinstance(word, str) else np.asarray(word, dtype=float)
        if vector.shape != self.vectors.shape[1:] or not np.isfinite(vector).all():
            raise MedaiError(
                f"a vector of shape {vector.shape} was given; {self.vectors.shape[1:]} finite "
                "numbers are needed"
            )
        if self._units is None:
            self._units = unit(self.vectors)
        cosine = self._units @ unit(vector)
        order = np.argsort(-cosine, kind="stable")[: k + 1]
        found = [(self.vocabulary[i], float(cosine[i])) for i in order]
        return [pair for pair in found if not (isinstance(word, str) and pair[0] == word)][:k]

    def mean(self, tokens: Sequence[str]) -> np.ndarray:
        """Average the unit vectors of the words of a text, shape (dim,).

        Words outside the vocabulary are skipped; a text without a known word gives zeros.
        """
        self._need_fit()
        if isinstance(tokens, str):
            raise MedaiError("got one str where a list of tokens is needed; use word_tokens(text)")
        if self._units is None:
            self._units = unit(self.vectors)
        rows = [self._place[t] for t in tokens if t in self._place]
        return self._units[rows].mean(0) if rows else np.zeros(self.vectors.shape[1])
