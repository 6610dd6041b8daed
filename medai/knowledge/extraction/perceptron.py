"""A linear sequence tagger: features, weights, Viterbi; learnt from its own mistakes.

Each token is described by features (:func:`features_of`); a tag's score is the sum of the
weights of the features that hold.  Training reads one sentence at a time.  Where the best
sequence is wrong, the weights of the right tags go up by one and those of the wrong tags
down.  In the end the mean of the weights over all moments counts: it is far steadier than
the last one.

Source: Collins 2002, Discriminative Training Methods for Hidden Markov Models (the averaged
structured perceptron).
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Sequence

import numpy as np

from medai.knowledge.extraction.mentions import TAGS
from medai.knowledge.extraction.viterbi import legal_steps, viterbi
from medai.runtime import MedaiError


def shape_of(word: str) -> str:
    """Return the look of a word: ``Xx`` for "Fever", ``X`` for "ECG", ``d`` for "39", ...

    >>> [shape_of(word) for word in ("Fever", "ECG", "39", "B12", ",")]
    ['Xx', 'X', 'd', 'Xd', ',']
    """
    marks = (
        "d" if c.isdigit() else "X" if c.isupper() else "x" if c.isalpha() else c for c in word
    )
    shape = ""
    for mark in marks:
        shape += mark if not shape.endswith(mark) else ""
    return shape


def features_of(words: Sequence[str], i: int, known: frozenset[str] | None = None) -> list[str]:
    """Describe token `i` of a sentence.

    ===========  =============================================  ================
    feature      what                                           for "gout" in "his gout ."
    ===========  =============================================  ================
    ``bias``     always there                                   ``bias``
    ``w=``       the word, or ``?`` where it is not known          ``w=gout``
    ``e3= e4=``  its last three and four letters                ``e3=out``
    ``b3=``      its first three letters                        ``b3=gou``
    ``shape=``   capitals, digits, punctuation                  ``shape=x``
    ``p1= p2=``  the words before                               ``p1=his``
    ``n1= n2=``  the words behind                               ``n1=.``
    ``pp=``      the two words before together                  ``pp=<s> his``
    ``pe=``      the last three letters of the word before      ``pe=his``
    ``ne=``      the last three letters of the word behind      ``ne=.``
    ===========  =============================================  ================

    Rare words are not `known`, so that the tagger must learn from endings and neighbours what
    an unknown word may be.
    """

    def at(k: int) -> str:
        if not 0 <= k < len(words):
            return "<s>" if k < 0 else "</s>"
        word = words[k].casefold()
        return word if known is None or word in known else "?"

    def end(k: int) -> str:
        return words[k].casefold()[-3:] if 0 <= k < len(words) else ""

    word = words[i].casefold()
    return [
        "bias", f"e3={word[-3:]}", f"e4={word[-4:]}", f"b3={word[:3]}",
        f"shape={shape_of(words[i])}", f"p1={at(i - 1)}", f"p2={at(i - 2)}", f"n1={at(i + 1)}",
        f"n2={at(i + 2)}", f"pp={at(i - 2)} {at(i - 1)}", f"pe={end(i - 1)}", f"ne={end(i + 1)}",
        f"w={at(i)}",
    ]  # fmt: skip


class StructuredPerceptron:
    """The averaged structured perceptron over BIO tags.

    Parameters
    ----------
    min_count : int
        Words that occur less often in training are treated as unknown.
    seed : int
        Of the order in which sentences are read.

    Attributes
    ----------
    weights : numpy.ndarray, shape (features, K)
        One weight for each feature and tag.
    steps : numpy.ndarray, shape (K, K)
        Learnt score of each step from tag to tag; -inf where BIO forbids it.
    mistakes : list of int
        Sentences with a wrong tag, in each round of training.
    """

    def __init__(self, min_count: int = 3, seed: int = 0) -> None:
        if min_count < 1:
            raise MedaiError(f"min_count={min_count}: from 1, which knows every word.")
        self.min_count, self.seed = min_count, seed
        self.start, self.legal = legal_steps()
        self.number: dict[str, int] = {}
        self.known: frozenset[str] = frozenset()
        self.weights = np.zeros((0, len(TAGS)))
        self.steps = self.legal
        self.mistakes: list[int] = []

    def fit(
        self, sentences: Sequence[Sequence[str]], tags: Sequence[Sequence[int]], epochs: int = 5
    ) -> StructuredPerceptron:
        """Learn from sentences (lists of words) and their tag numbers.

        Raises
        ------
        MedaiError
            When there is no sentence, or words and tags differ in number.
        """
        check_tagged(sentences, tags)
        counts = Counter(word.casefold() for words in sentences for word in words)
        self.known = frozenset(word for word, n in counts.items() if n >= self.min_count)
        self.number = {}
        rows = [self._rows(words, learn=True) for words in sentences]  # each (T, features)
        weights = np.zeros((len(self.number), len(TAGS)))
        steps = np.zeros_like(self.legal)
        late_weights, late_steps = np.zeros_like(weights), np.zeros_like(steps)
        rng, moment, self.mistakes = np.random.default_rng(self.seed), 1, []
        for _ in range(epochs):
            wrong = 0
            for k in rng.permutation(len(rows)):
                gold = tags[k]
                scores = weights[rows[k]].sum(axis=1)  # (T, K)
                guess = viterbi(scores, steps + self.legal, self.start)
                if guess != list(gold):
                    wrong += 1
                    for row, right, bad in zip(rows[k], gold, guess, strict=True):
                        if right != bad:
                            weights[row, right] += 1
                            weights[row, bad] -= 1
                            late_weights[row, right] += moment
                            late_weights[row, bad] -= moment
                    for path, sign in ((gold, 1), (guess, -1)):
                        for i, j in itertools.pairwise(path):
                            steps[i, j] += sign
                            late_steps[i, j] += sign * moment
                moment += 1
            self.mistakes.append(wrong)
        # The mean over all moments, from the last weights and the sum of moment * change.
        self.weights = weights - late_weights / moment
        self.steps = steps - late_steps / moment + self.legal
        return self

    def scores(self, words: Sequence[str]) -> np.ndarray:
        """Return how well each tag suits each token, shape (T, K)."""
        padded = np.vstack([self.weights, np.zeros(len(TAGS))])  # row -1: a feature never seen
        return padded[self._rows(words)].sum(axis=1)

    def _rows(self, words: Sequence[str], learn: bool = False) -> np.ndarray:
        """Return the numbers of the features of each token, shape (T, features)."""
        number, result = self.number, []
        for i in range(len(words)):
            names = features_of(words, i, self.known)
            if learn:
                result.append([number.setdefault(name, len(number)) for name in names])
            else:
                result.append([number.get(name, -1) for name in names])
        return np.array(result, dtype=int).reshape(len(words), -1)


def check_tagged(sentences: Sequence[Sequence[str]], tags: Sequence[Sequence[int]]) -> None:
    """Refuse training data that does not fit together."""
    if len(sentences) == 0 or len(sentences) != len(tags):
        raise MedaiError(f"{len(sentences)} sentences, {len(tags)} lists of tags: one list each.")
    for words, numbers in zip(sentences, tags, strict=True):
        if len(words) != len(numbers):
            raise MedaiError(f"{list(words)[:6]} …: {len(words)} words, {len(numbers)} tags.")
