"""A language model as judge of two retellings, asked in both orders.

The verdict is read from the probabilities of the two letters, so nothing has to be parsed and
the same weights give the same verdict up to rounding.  Asked once, a judge may prefer the first
place rather than the better text; asked in both orders, that can be seen, and averaged out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from medai.llm.model import Scorer
from medai.runtime import MedaiError

QUESTION = (
    "You compare two retellings of a sentence from a patient's record. A good retelling keeps "
    "every fact: drug, dose, unit, side, and what is denied.\n\n"
    "Sentence: {source}\n\nA: {first}\n\nB: {second}\n\n"
    "Which retelling keeps every fact? Answer with one letter, A or B."
)
PADDING = (
    " This retelling is complete and was written with care.",
    " It reports what the sentence says, in full and in good order, and is easy to read.",
)


@dataclass(frozen=True)
class Verdict:
    """What a judge says of two texts, as log-odds for the first of them.

    Attributes
    ----------
    shown_first, shown_second
        ln P(this text) - ln P(the other), when it stood first, and when it stood second.
    """

    shown_first: float
    shown_second: float

    @property
    def both(self) -> float:
        """The mean over the two orders; what the place alone adds cancels."""
        return (self.shown_first + self.shown_second) / 2

    @property
    def turns(self) -> bool:
        """Whether the preferred text changes with the order."""
        return (self.shown_first > 0) != (self.shown_second > 0)


def _odds(model: Scorer, source: str, first: str, second: str) -> float:
    text = QUESTION.format(source=source, first=first, second=second)
    a, b = model.score([{"role": "user", "content": text}], ["A", "B"])
    return float(a - b)


def compare(model: Scorer, source: str, one: str, other: str) -> Verdict:
    """Ask which of two texts keeps the facts of a source, in both orders.

    Parameters
    ----------
    model : Scorer
        From :func:`medai.llm.load`, or anything with its ``score``.
    source, one, other : str
        The sentence, and its two retellings.

    Returns
    -------
    Verdict
        For `one`.

    Raises
    ------
    MedaiError
        For a blank text.
    """
    for text in (source, one, other):
        if not isinstance(text, str) or not text.strip():
            raise MedaiError(f"A judge compares texts with words, not {text!r}.")
    return Verdict(_odds(model, source, one, other), -_odds(model, source, other, one))


def padded(text: str) -> str:
    """Return the text with two sentences that say nothing of the patient."""
    return text + "".join(PADDING)


def position_bias(shown_first: ArrayLike, shown_second: ArrayLike) -> dict[str, np.ndarray]:
    """Return what the place does to verdicts, one value a pair.

    Parameters
    ----------
    shown_first, shown_second : array_like of float
        Log-odds for one text of each pair, as in :class:`Verdict`, shape (pairs,).

    Returns
    -------
    dict of str to numpy.ndarray
        ``turns``: 1 where the preferred text changes with the order; ``first``: the share of the
        two verdicts that went to the text shown first, 0, ½ or 1.

    Raises
    ------
    MedaiError
        For unequal shapes or no pair.

    Examples
    --------
    >>> position_bias([1.2, 0.8], [-0.9, -1.1])
    {'turns': array([1., 1.]), 'first': array([1., 1.])}
    """
    a, b = np.asarray(shown_first, dtype=float), np.asarray(shown_second, dtype=float)
    if a.shape != b.shape or a.ndim != 1 or not len(a):
        raise MedaiError(f"Log-odds of shapes {a.shape} and {b.shape}: one of each a pair.")
    places = (a > 0).astype(float) + (b <= 0)
    return {"turns": ((a > 0) != (b > 0)).astype(float), "first": places / 2}


def likelihood(model: Scorer, source: str, text: str) -> float:
    """Return the mean log probability of a source's tokens after a retelling of it.

    A retelling that carries the facts should make its source likelier (Yuan et al. 2021, with a
    translation model; here with a causal one).

    Returns
    -------
    float
        Natural logarithm per token; higher is better.
    """
    prompt = f"{text}\n\nIn other words:"
    return float(model.score(prompt, [f" {source}"], method="length")[0])
