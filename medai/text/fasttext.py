"""FastText: a word's vector is made of the vectors of its character n-grams (chapter 05).

So a word that was never seen, a misspelling for instance, has a vector too.
"""

from __future__ import annotations

import numpy as np
from scipy import sparse

from medai.runtime import MedaiError
from medai.text.vectors import whole
from medai.text.word2vec import SkipGram


def character_ngrams(word: str, shortest: int = 3, longest: int = 6) -> list[str]:
    """List the character n-grams of a word between the signs ``<`` and ``>``.

    Examples
    --------
    >>> character_ngrams("rash", 3, 4)
    ['<ra', 'ras', 'ash', 'sh>', '<ras', 'rash', 'ash>']
    """
    if not isinstance(word, str) or not word:
        raise MedaiError(f"{word!r} is no word; pass a str that is not empty")
    marked = f"<{word}>"
    return [
        marked[i : i + n]
        for n in range(shortest, longest + 1)
        for i in range(len(marked) - n + 1)
        if n < len(marked)  # the whole word has a row of its own
    ]


class FastText(SkipGram):
    """Skip-gram whose centre words are composed of character n-grams.

    The vector of a word is the sum of its own row (if it is in the vocabulary) and the rows
    of its n-grams, divided by the square root of their number, so that long and short words
    learn in steps of the same length.

    Parameters
    ----------
    dim : int
        Numbers per vector.
    shortest, longest : int
        Lengths of the character n-grams.
    **options
        As for :class:`medai.text.word2vec.SkipGram`.

    Notes
    -----
    Every n-gram of the vocabulary is listed and has a row of its own.  The original hashes
    them into a fixed number of rows, which bounds the memory and lets n-grams collide.  The
    paper adds up the rows, its program takes their mean.  Source: Bojanowski et al. (2017),
    "Enriching Word Vectors with Subword Information".
    """

    def __init__(self, dim: int = 64, *, shortest: int = 3, longest: int = 6, **options) -> None:
        super().__init__(dim, **options)
        self.shortest, self.longest = whole("shortest", shortest), whole("longest", longest)
        if longest < shortest:
            raise MedaiError(f"shortest = {shortest} is above longest = {longest}; swap them")

    def _parts(self, words: list[str]) -> sparse.csr_array:
        size = len(words)
        self._ngram: dict[str, int] = {}
        columns, ends = [], [0]
        for own, word in enumerate(words):
            grams = character_ngrams(word, self.shortest, self.longest)
            places = {self._ngram.setdefault(g, size + len(self._ngram)) for g in grams}
            columns += [own, *sorted(places)]
            ends.append(len(columns))
        each = np.diff(ends)
        values = np.repeat(1 / np.sqrt(each), each).astype(np.float32)
        return sparse.csr_array((values, columns, ends), shape=(size, size + len(self._ngram)))

    def _unknown(self, word: str) -> np.ndarray:
        """Compose the vector of a word outside the vocabulary from the n-grams it shares."""
        grams = set(character_ngrams(word, self.shortest, self.longest))
        known = sorted(self._ngram[g] for g in grams if g in self._ngram)
        if not known:
            raise MedaiError(
                f"{word!r} shares no character n-gram with the vocabulary, so no vector can be "
                "composed; check its spelling and script, or fit on text that looks like it"
            )
        return self._rows[known].sum(0) / np.sqrt(np.float32(len(known)))
