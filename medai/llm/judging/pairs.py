"""A true and a false retelling of one source, and which of them a judge puts higher.

A judge is whatever gives a text a number: overlap, an embedding, a count of broken facts, the
length.  Its share of wrong orders is the same quantity for all of them, 0.5 for a coin.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from medai.datasets.judging import Candidate
from medai.llm.judging.facts import check_retelling
from medai.metrics import bleu, cluster_bootstrap, rouge, wilson
from medai.runtime import MedaiError

TIE = 1e-9


class Share(NamedTuple):
    """A share with its interval, resampled by source."""

    value: float
    low: float
    high: float


def wrong_above(wrong: ArrayLike, true: ArrayLike) -> np.ndarray:
    """Return for each pair 1 where the false text scores higher, ½ for a tie, else 0.

    Parameters
    ----------
    wrong, true : array_like of float
        Scores of the false and of the true text of each pair, shape (pairs,).

    Raises
    ------
    MedaiError
        For unequal shapes, no pair, or a score that is not a number.

    Examples
    --------
    >>> wrong_above([0.9, 0.5, 0.1], [0.4, 0.5, 0.3]).tolist()
    [1.0, 0.5, 0.0]
    """
    wrong, true = np.asarray(wrong, dtype=float), np.asarray(true, dtype=float)
    if wrong.ndim != 1 or wrong.shape != true.shape or not len(wrong):
        raise MedaiError(
            f"Scores of shapes {wrong.shape} and {true.shape}: one pair of numbers a row is "
            "needed, and at least one pair."
        )
    if np.isnan(wrong).any() or np.isnan(true).any():
        raise MedaiError("A score is not a number: score every text, or leave its pair out.")
    return np.where(np.abs(wrong - true) <= TIE, 0.5, (wrong > true).astype(float))


def share(values: ArrayLike, groups: Sequence[Hashable], seed: int = 0) -> Share:
    """Return the mean of values with a 95 % interval that draws whole groups (sources).

    Parameters
    ----------
    values : array_like of float
        One value a row, shape (rows,).
    groups : sequence of hashable
        The source of each row; rows of one source resemble each other.
    seed : int
        Seed of the draws.

    Raises
    ------
    MedaiError
        For fewer than two groups, from which no interval can be found.

    Notes
    -----
    Where every value is 0, or every value is 1, all draws are alike and the bootstrap would
    claim to be certain; Wilson's interval for that many sources stands instead.
    """
    values = np.asarray(values, dtype=float)
    sources = len(set(groups))
    if sources < 2:
        raise MedaiError("All rows belong to one source: no interval can be found from one.")
    if (values == values[0]).all() and values[0] in (0, 1):
        low, high = wilson(int(values[0]) * sources, sources)
    else:
        low, high = cluster_bootstrap(values, list(groups), seed=seed)
    return Share(float(values.mean()), float(low), float(high))


def gain(new: ArrayLike, old: ArrayLike, groups: Sequence[Hashable], seed: int = 0) -> Share:
    """Return by how much a judge is more often right than another on the same rows.

    Parameters
    ----------
    new, old : array_like of float
        1 where the verdict is right, else 0, shape (rows,).
    groups : sequence of hashable
        The source of each row; whole sources are drawn.
    seed : int
        Seed of the draws.

    Examples
    --------
    >>> gain([1, 1, 1], [1, 0, 0], ["a", "b", "c"]).value
    0.6666666666666666
    """
    change = np.asarray(new, dtype=float) - np.asarray(old, dtype=float)
    low, high = cluster_bootstrap(change, list(groups), seed=seed)
    return Share(float(change.mean()), float(low), float(high))


def scores(rows: Sequence[Candidate], embedding: bool = True) -> dict[str, np.ndarray]:
    """Score retellings against their sources with every judge that needs no language model.

    Parameters
    ----------
    rows : sequence of Candidate
        From :func:`medai.datasets.judging.retellings`.
    embedding : bool
        Also the cosine of MiniLM's vectors (loads the model).

    Returns
    -------
    dict of str to numpy.ndarray
        Higher is better, shape (rows,): ``length`` (characters), ``BLEU`` (sentence, 0 to 100),
        ``ROUGE-1``, ``ROUGE-L`` (F1), ``MiniLM`` (cosine), ``facts`` (minus the number of
        problems of :func:`~medai.llm.judging.facts.check_retelling`).
    """
    sources, texts = [one.source for one in rows], [one.text for one in rows]
    overlap = rouge(sources, texts, ["rouge1", "rougeL"], each=True)
    found = {
        "length": np.array([len(text) for text in texts], dtype=float),
        "BLEU": np.array([bleu([s], [t]).score for s, t in zip(sources, texts, strict=True)]),
        "ROUGE-1": overlap["rouge1"].f1,
        "ROUGE-L": overlap["rougeL"].f1,
    }
    if embedding:
        from medai.llm import embed

        both = embed([*sources, *texts])
        found["MiniLM"] = (both[: len(rows)] * both[len(rows) :]).sum(1).astype(float)
    pairs = zip(texts, sources, strict=True)
    found["facts"] = np.array([-len(check_retelling(t, s)) for t, s in pairs], dtype=float)
    return found


def paired(
    rows: Sequence[Candidate], kind: str, true: str = "paraphrase"
) -> tuple[np.ndarray, np.ndarray]:
    """Return the rows of each source's false retelling of a kind, and of its true one.

    Returns
    -------
    tuple of numpy.ndarray
        Two arrays of row numbers, shape (sources,), in the same order of sources.

    Raises
    ------
    MedaiError
        When a source lacks one of the two.
    """
    place = {(one.reference, one.kind): i for i, one in enumerate(rows)}
    sources = list(dict.fromkeys(one.reference for one in rows))
    lost = [s for s in sources if (s, kind) not in place or (s, true) not in place]
    if lost or not sources:
        raise MedaiError(f"No pair of {kind!r} and {true!r} for the sources {lost[:3]}.")
    return (
        np.array([place[s, kind] for s in sources]),
        np.array([place[s, true] for s in sources]),
    )


def best_threshold(score: ArrayLike, faithful: ArrayLike) -> float:
    """Return the threshold with the highest mean of sensitivity and specificity.

    A text passes when its score is at least the threshold.  Choose it on development texts.

    Parameters
    ----------
    score : array_like of float
        Shape (texts,), higher is better.
    faithful : array_like of bool
        Whether the text is true; both kinds must occur.

    Raises
    ------
    MedaiError
        When only one kind occurs.
    """
    score, faithful = np.asarray(score, dtype=float), np.asarray(faithful, dtype=bool)
    if faithful.all() or not faithful.any():
        raise MedaiError("A threshold needs true and false texts; here all are of one kind.")
    cuts = np.unique(score)
    # half way between two scores, and below and above all of them
    cuts = np.r_[cuts[0] - 1, (cuts[1:] + cuts[:-1]) / 2, cuts[-1] + 1]
    balance = [
        (np.mean(score[faithful] >= cut) + np.mean(score[~faithful] < cut)) / 2 for cut in cuts
    ]
    return float(cuts[int(np.argmax(balance))])
