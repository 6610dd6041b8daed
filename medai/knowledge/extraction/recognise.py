"""Turn a tagger, which scores tags, into a recogniser, which returns mentions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from medai.knowledge.extraction.mentions import Mention, Recogniser, to_mentions, tokens_of
from medai.knowledge.extraction.viterbi import legal_steps, viterbi


class Tagger(Protocol):
    """What scores each tag of each token: shape (T, K) for T words.

    The perceptron also has ``steps``, learnt scores of going from tag to tag; for a tagger
    without them only the rules of BIO count.
    """

    def scores(self, words: Sequence[str]) -> np.ndarray:
        """Return the scores of one sentence."""


class SequenceRecogniser:
    """Recognise mentions with any tagger, such as ``medai.nn.tagger.TransformerTagger``.

    Parameters
    ----------
    tagger : Tagger
        Trained.
    """

    def __init__(self, tagger: Tagger) -> None:
        self.tagger = tagger
        self.start, legal = legal_steps()
        self.steps = getattr(tagger, "steps", legal)

    def recognise(self, text: str) -> list[Mention]:
        """Return the mentions of `text`, in order, without overlaps."""
        tokens = tokens_of(text)
        if not tokens:
            return []
        scores = self.tagger.scores([token.text for token in tokens])
        return to_mentions(text, tokens, viterbi(scores, self.steps, self.start))


class Combined:
    """Ask several recognisers; where two mentions overlap, the earlier recogniser is believed.

    Parameters
    ----------
    recognisers : sequence of Recogniser
        The most trusted first, such as the dictionary and then a tagger for the rest.
    """

    def __init__(self, recognisers: Sequence[Recogniser]) -> None:
        self.recognisers = tuple(recognisers)

    def recognise(self, text: str) -> list[Mention]:
        """Return the mentions of all, in order, without overlaps."""
        kept: list[Mention] = []
        for recogniser in self.recognisers:
            new = recogniser.recognise(text)
            kept += [m for m in new if not any(m.start < k.end and k.start < m.end for k in kept)]
        return sorted(kept)
