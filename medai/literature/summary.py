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
from typing import TYPE_CHECKING

import numpy as np

from medai.literature.summary_graph import (
    DAMPING,
    TRADE,
    check_count,
    content_words,
    mmr,
    overlap_graph,
    pagerank,
)
from medai.llm.model import Writer
from medai.runtime import MedaiError

if TYPE_CHECKING:
    from medai.literature.checks import Check

__all__ = [
    "CheckedSummary",
    "Sentence",
    "Summary",
    "content_words",
    "embedding_summary",
    "lead",
    "llm_summary",
    "mmr",
    "overlap_graph",
    "pagerank",
    "source_sentences",
    "textrank",
]

Embedder = Callable[[list[str]], np.ndarray]


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
    return _chosen(found, scores, range(min(check_count(k), len(found))), "lead")


# -- TextRank ----------------------------------------------------------------------------------


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

    Examples
    --------
    >>> text = "We met. Aspirin lowers pain. Aspirin lowers fever and pain. Nobody bled."
    >>> lead(text, k=1).text, textrank(text, k=1).text
    ('We met.', 'Aspirin lowers pain.')
    >>> one = textrank(text, k=1).sentences[0]
    >>> one.number, text[one.start : one.end], round(one.score, 2)
    (1, 'Aspirin lowers pain.', 0.43)
    """
    found = source_sentences(text, source)
    ranks = pagerank(overlap_graph([one.text for one in found]), damping)
    order = np.argsort(-np.round(ranks, 10), kind="stable")
    return _chosen(found, ranks, order[: check_count(k)].tolist(), "textrank")


# -- embeddings --------------------------------------------------------------------------------


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
    picked = mmr(vectors, centre, check_count(k), trade)
    lengths = np.linalg.norm(vectors, axis=1) * np.linalg.norm(centre)
    return _chosen(found, vectors @ centre / lengths, picked, "embeddings")


# -- a language model, behind a check ------------------------------------------------------------

PROMPT = (
    "Summarise this abstract in {k} short sentences. Use only what it says and keep every number "
    "as it stands.\n\n{text}"
)


def llm_summary(text: str, llm: Writer, k: int = 2, max_new_tokens: int = 96) -> CheckedSummary:
    """Let a language model write a summary, and keep only what the source carries.

    Parameters
    ----------
    text : str
        The source.
    llm : medai.llm.model.Writer
        A model that writes; :func:`medai.llm.load` returns one.
    k : int
        Sentences asked for.
    max_new_tokens : int
        Where the model stops; a sentence that is cut off there is dropped.

    Returns
    -------
    CheckedSummary
        Its ``text`` holds the sentences that passed
        :func:`medai.literature.checks.check_summary`, strictly; where none did, TextRank's.
    """
    from medai.literature.checks import check_summary

    source_sentences(text)
    prompt = [{"role": "user", "content": PROMPT.format(k=check_count(k), text=text)}]
    written = llm.generate(prompt, max_new_tokens=max_new_tokens).strip()
    whole = " ".join(s for s in _finished(written))
    check = check_summary(whole, text, strict=True)
    kept = [one.text for one in check.statements if one.supported][:k]
    fallback = None if kept else textrank(text, k)
    return CheckedSummary(" ".join(kept) or fallback.text, written, check, fallback)


def _finished(written: str) -> list[str]:
    """Return the sentences that end with a mark; the last one may have been cut off."""
    from medai.preprocess.text import sentences

    return [one for one in sentences(written) if one.rstrip("\"'”’)")[-1:] in ".!?"]
