"""Summaries made of a text's own sentences: lead, TextRank, embeddings with MMR.

Every sentence that is returned stands word for word in the source, with its number and its
place, so that a reader can open it there.  What a language model writes is in
:func:`llm_summary`, behind the check of :mod:`medai.literature.checks`.

Sources: TextRank, Mihalcea and Tarau 2004; maximal marginal relevance, Carbonell and Goldstein
1998; PageRank, Brin and Page 1998.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from medai.runtime import MedaiError

if TYPE_CHECKING:
    from medai.literature.checks import Check

Embedder = Callable[[list[str]], np.ndarray]
DAMPING = 0.85
TRADE = 0.7  # share of relevance in MMR; the rest is novelty


@dataclass(frozen=True)
class Sentence:
    """One sentence of a source.

    Attributes
    ----------
    number
        Its place in the source, from 0.
    start, end
        ``text[start:end]`` of the source is the sentence.
    text
        The sentence itself.
    score
        How important a method thinks it is; comparable within one summary only.
    source
        Which document: an id, or "".
    """

    number: int
    start: int
    end: int
    text: str
    score: float = 0.0
    source: str = ""


@dataclass(frozen=True)
class Summary:
    """Sentences of a source, in the order of the source.

    Attributes
    ----------
    sentences
        Those chosen.
    method
        ``lead``, ``textrank`` or ``embeddings``.
    total
        How many sentences the source has.
    """

    sentences: tuple[Sentence, ...]
    method: str
    total: int

    @property
    def text(self) -> str:
        """The sentences as one text."""
        return " ".join(one.text for one in self.sentences)

    @property
    def numbers(self) -> tuple[int, ...]:
        """The places of the sentences in the source, from 0."""
        return tuple(one.number for one in self.sentences)


@dataclass(frozen=True)
class CheckedSummary:
    """What a language model wrote, and what of it the source carries.

    Attributes
    ----------
    text
        What may be shown: the model's sentences that passed, or the fallback's.
    written
        What the model wrote, unchanged.
    check
        Every statement of it, held against the source.
    fallback
        The extractive summary that stands in when nothing passed, else None.
    """

    text: str
    written: str
    check: Check
    fallback: Summary | None


def source_sentences(text: str, source: str = "") -> list[Sentence]:
    """Split a text into sentences with their places.

    Raises
    ------
    MedaiError
        For something other than a text, or a text without a sentence.
    """
    from medai.preprocess.text import sentence_spans

    spans = sentence_spans(text)
    if not spans:
        raise MedaiError("The text is empty, so it has no summary. Give at least one sentence.")
    return [Sentence(i, a, b, text[a:b], 0.0, source) for i, (a, b) in enumerate(spans)]


def _chosen(
    found: Sequence[Sentence], scores: Sequence[float], picked: Sequence[int], method: str
) -> Summary:
    """Return the picked sentences in the order of the source, each with its score."""
    kept = [
        Sentence(s.number, s.start, s.end, s.text, float(scores[s.number]), s.source)
        for s in (found[i] for i in sorted(picked))
    ]
    return Summary(tuple(kept), method, len(found))


def _count(k: int) -> int:
    if isinstance(k, bool) or not isinstance(k, int) or k < 1:
        raise MedaiError(f"k={k!r}: a summary has a whole number of sentences from 1, e.g. 2.")
    return k


def lead(text: str, k: int = 2, source: str = "") -> Summary:
    """Return the first `k` sentences: the baseline that news summaries seldom beat.

    Parameters
    ----------
    text : str
        English text.
    k : int
        Sentences wanted; a shorter text is returned whole.
    source : str
        Id of the document, copied into each sentence.
    """
    found = source_sentences(text, source)
    scores = [1 / (1 + s.number) for s in found]
    return _chosen(found, scores, range(min(_count(k), len(found))), "lead")


# -- TextRank ----------------------------------------------------------------------------------


def content_words(sentence: str) -> frozenset[str]:
    """Return the words of a sentence in lower case, without stop words and marks."""
    from medai.preprocess.text import STOP_WORDS, clinical_tokens

    words = clinical_tokens(sentence, lower=True)
    return frozenset(w for w in words if w not in STOP_WORDS and any(c.isalnum() for c in w))


def overlap_graph(sentences: Sequence[str]) -> np.ndarray:
    r"""Return how much each pair of sentences shares.

    .. math:: w_{ij} = \frac{|S_i \cap S_j|}{\ln|S_i| + \ln|S_j|}

    with the set :math:`S_i` of content words.  The logarithms keep long sentences from winning
    by length.  Two sentences of one word each have weight 0.

    Returns
    -------
    numpy.ndarray, shape (sentences, sentences)
        Symmetric, 0 on the diagonal.
    """
    bags = [content_words(one) for one in sentences]
    weights = np.zeros((len(bags), len(bags)))
    for i, first in enumerate(bags):
        for j in range(i):
            shared = len(first & bags[j])
            if shared and len(first) * len(bags[j]) > 1:
                weights[i, j] = shared / (np.log(len(first)) + np.log(len(bags[j])))
                weights[j, i] = weights[i, j]
    return weights


def pagerank(
    weights: np.ndarray, damping: float = DAMPING, tolerance: float = 1e-12, most: int = 1000
) -> np.ndarray:
    r"""Compute PageRank of a weighted graph by power iteration.

    .. math:: r_i = \frac{1-d}{n} + d \sum_j \frac{w_{ji}}{\sum_k w_{jk}} r_j

    A node without edges hands its rank to all nodes alike.

    Parameters
    ----------
    weights : numpy.ndarray, shape (n, n)
        ``weights[j, i]`` is the edge from j to i, not negative.
    damping : float
        :math:`d`, from 0 (all alike) to below 1.
    tolerance : float
        Stop when the ranks change by less in sum.
    most : int
        Steps after which an error is raised.

    Returns
    -------
    numpy.ndarray, shape (n,)
        Ranks that sum to 1.

    Raises
    ------
    MedaiError
        For weights that are no square, negative or not finite, or a damping out of range.
    """
    weights = np.asarray(weights, dtype=float)
    if weights.ndim != 2 or weights.shape[0] != weights.shape[1] or not len(weights):
        raise MedaiError(f"weights has shape {weights.shape}; a graph of n nodes needs (n, n).")
    if not np.isfinite(weights).all() or (weights < 0).any():
        raise MedaiError("weights holds a negative or infinite edge; use numbers from 0.")
    if not 0 <= damping < 1:
        raise MedaiError(f"damping={damping}: it lies from 0 to below 1; 0.85 is usual.")
    n = len(weights)
    out = weights.sum(axis=1)
    # (n, n): row j holds where the rank of j goes
    steps = np.where(out[:, None] > 0, weights / np.where(out > 0, out, 1)[:, None], 1 / n)
    rank = np.full(n, 1 / n)
    for _ in range(most):
        new = (1 - damping) / n + damping * rank @ steps
        if np.abs(new - rank).sum() < tolerance:
            return new
        rank = new
    raise MedaiError(f"PageRank has not settled after {most} steps: lower damping={damping}.")


def textrank(text: str, k: int = 2, damping: float = DAMPING, source: str = "") -> Summary:
    """Return the `k` sentences that share most with the others (TextRank).

    Parameters
    ----------
    text, k, source
        As for :func:`lead`.
    damping : float
        Of :func:`pagerank`.

    Notes
    -----
    Equal ranks are broken by the order of the text.
    """
    found = source_sentences(text, source)
    ranks = pagerank(overlap_graph([one.text for one in found]), damping)
    order = np.argsort(-np.round(ranks, 10), kind="stable")
    return _chosen(found, ranks, order[: _count(k)].tolist(), "textrank")


# -- embeddings --------------------------------------------------------------------------------


def mmr(vectors: np.ndarray, query: np.ndarray, k: int, trade: float = TRADE) -> list[int]:
    r"""Choose rows that are close to a query and unlike each other.

    Each step takes the row with the highest

    .. math:: \lambda \cos(v_i, q) - (1-\lambda) \max_{j \in C} \cos(v_i, v_j)

    where :math:`C` are the rows chosen already (the last term is 0 at the first step).

    Parameters
    ----------
    vectors : numpy.ndarray, shape (n, d)
        One row each; need not have unit length, but none may be 0.
    query : numpy.ndarray, shape (d,)
        What the rows should be close to.
    k : int
        Rows to choose, at most n.
    trade : float
        :math:`\lambda` from 0 (novelty only) to 1 (relevance only).

    Returns
    -------
    list of int
        In the order of choice; the first of equals wins.
    """
    if not 0 <= trade <= 1:
        raise MedaiError(f"trade={trade}: the share of relevance lies from 0 to 1, e.g. 0.7.")
    rows = np.vstack([np.asarray(vectors, float), np.asarray(query, float)[None]])
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    if not np.isfinite(rows).all() or (lengths == 0).any():
        raise MedaiError("A vector is zero or not finite, so it has no direction: leave it out.")
    rows = rows / lengths
    alike = rows[:-1] @ rows[:-1].T  # (n, n)
    near = rows[:-1] @ rows[-1]  # (n,)
    chosen: list[int] = []
    while len(chosen) < min(_count(k), len(near)):
        repeated = alike[:, chosen].max(axis=1) if chosen else np.zeros(len(near))
        gain = trade * near - (1 - trade) * repeated
        gain[chosen] = -np.inf
        chosen.append(int(np.argmax(np.round(gain, 6))))
    return chosen


def embedding_summary(
    text: str,
    k: int = 2,
    trade: float = TRADE,
    source: str = "",
    embed: Embedder | None = None,
) -> Summary:
    """Return the `k` sentences near the text's mean vector that repeat each other least.

    Parameters
    ----------
    text, k, source
        As for :func:`lead`.
    trade : float
        Share of relevance in :func:`mmr`.
    embed : callable, optional
        Turns n texts into vectors, shape (n, d); :func:`medai.llm.embed` (MiniLM) if None.
    """
    found = source_sentences(text, source)
    if embed is None:
        from medai.llm import embed
    vectors = np.asarray(embed([one.text for one in found]), dtype=float)
    centre = vectors.mean(axis=0)
    picked = mmr(vectors, centre, _count(k), trade)
    lengths = np.linalg.norm(vectors, axis=1) * np.linalg.norm(centre)
    return _chosen(found, vectors @ centre / lengths, picked, "embeddings")


# -- a language model, behind a check ------------------------------------------------------------

PROMPT = (
    "Summarise this abstract in {k} short sentences. Use only what it says and keep every number "
    "as it stands.\n\n{text}"
)


def llm_summary(text: str, llm: Any, k: int = 2, max_new_tokens: int = 96) -> CheckedSummary:
    """Let a language model write a summary, and keep only what the source carries.

    Parameters
    ----------
    text : str
        The source.
    llm
        What :func:`medai.llm.load` returns: it has ``generate``.
    k : int
        Sentences asked for.
    max_new_tokens : int
        Where the model stops; a sentence that is cut off there is dropped.

    Returns
    -------
    CheckedSummary
        Its ``text`` holds the sentences that passed
        :func:`medai.literature.checks.check_summary`; where none did, TextRank's.
    """
    from medai.literature.checks import check_summary

    source_sentences(text)
    prompt = [{"role": "user", "content": PROMPT.format(k=_count(k), text=text)}]
    written = llm.generate(prompt, max_new_tokens=max_new_tokens).strip()
    whole = " ".join(s for s in _finished(written))
    check = check_summary(whole, text)
    kept = [one.text for one in check.statements if one.supported][:k]
    fallback = None if kept else textrank(text, k)
    return CheckedSummary(" ".join(kept) or fallback.text, written, check, fallback)


def _finished(written: str) -> list[str]:
    """Return the sentences that end with a mark; the last one may have been cut off."""
    from medai.preprocess.text import sentences

    return [one for one in sentences(written) if one.rstrip("\"'”’)")[-1:] in ".!?"]
