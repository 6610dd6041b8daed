"""Generated text against references: BLEU, ROUGE, and entity F1 from its own file (chapter 02).

BLEU and ROUGE count words that a text shares with a reference.  They do not read: "no
fracture" and "a fracture" share half their words, and ROUGE drops signs and points, so that
"< 3.5" and "> 3 5" are the same to it.  Never take them for a measure of truth.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from medai.metrics.entities import EntityScore, entity_f1, listed, same_length
from medai.runtime import MedaiError

__all__ = ["Bleu", "EntityScore", "Overlap", "bleu", "entity_f1", "rouge"]

TOKENIZERS = ("13a", "intl", "zh", "char", "none")  # the others of sacrebleu download files


@dataclass(frozen=True)
class Bleu:
    """Corpus BLEU and its parts; :math:`score = 100 * brevity_penalty * (prod p_n)^{1/N}`."""

    score: float
    """0 to 100."""
    precisions: tuple[float, ...]
    """Clipped n-gram precisions for n = 1 to N, 0 to 1, as smoothed."""
    brevity_penalty: float
    """1 unless the candidates are shorter than the references, then exp(1 - r / c)."""
    candidate_length: int
    """Tokens of all candidates, c."""
    reference_length: int
    """Tokens of the references closest in length to their candidates, r."""
    signature: str
    """How sacrebleu counted; quote it with the score."""


class Overlap(NamedTuple):
    """Precision, recall and F1, floats 0 to 1, or one value a text, shape (texts,)."""

    precision: Any
    recall: Any
    f1: Any


def _texts(references: Any, candidates: Any) -> tuple[list[list[str]], list[str]]:
    """Return every candidate, and for each a list of at least one reference that is not blank."""
    references = listed(references, "references", "texts")
    candidates = listed(candidates, "candidates", "texts")
    same_length(references, candidates, ("references", "candidates"))
    several = [[r] if isinstance(r, str) else r for r in references]
    for i, (texts, candidate) in enumerate(zip(several, candidates, strict=True)):
        if not isinstance(candidate, str):
            raise MedaiError(
                f"candidates[{i}] is {candidate!r}, not a str; a model that said nothing said ''"
            )
        if not isinstance(texts, list | tuple) or not texts:
            raise MedaiError(
                f"references[{i}] is {texts!r}; pass one str, or a list of at least one"
            )
        for text in texts:
            if not isinstance(text, str) or not text.strip():
                raise MedaiError(
                    f"references[{i}] holds {text!r}; a reference is a text with words"
                )
    return several, candidates


def bleu(
    references: Sequence[str | Sequence[str]],
    candidates: Sequence[str],
    max_order: int = 4,
    tokenize: str = "13a",
    smooth: str = "exp",
) -> Bleu:
    """Compute corpus BLEU through sacrebleu.

    Parameters
    ----------
    references : sequence of str, or of lists of str
        One reference per candidate, or several; as many entries as candidates.
    candidates : sequence of str
        The generated texts; an empty text is allowed and counts as length 0.
    max_order : int
        The longest n-gram, N.
    tokenize : {"13a", "intl", "zh", "char", "none"}
        How sacrebleu cuts words; "zh" for Chinese.
    smooth : {"exp", "floor", "add-k", "none"}
        What stands in for a precision of 0.  "exp" is the default of sacrebleu.

    Returns
    -------
    Bleu
        ``score`` from 0 to 100, its parts, and sacrebleu's signature.  The counts of all
        texts are added up before anything is divided: it is not a mean over texts, and
        unreliable for a single sentence.

    Raises
    ------
    MedaiError
        On unequal lengths, no text, strings instead of lists, blank references, unknown
        options, or references that are all shorter than `max_order` tokens, where BLEU is 0
        even for a perfect copy.

    Examples
    --------
    >>> bleu(["the cat sat on the mat"], ["the cat sat on the mat"]).score
    100.0
    """
    several, candidates = _texts(references, candidates)
    if isinstance(max_order, bool) or not isinstance(max_order, int) or max_order < 1:
        raise MedaiError(f"max_order={max_order!r}: a whole number from 1; 4 is usual")
    if tokenize not in TOKENIZERS:
        raise MedaiError(f"tokenize={tokenize!r}; choose one of {', '.join(TOKENIZERS)}")
    if smooth not in ("exp", "floor", "add-k", "none"):
        raise MedaiError(f"smooth={smooth!r}; choose exp, floor, add-k or none")
    from sacrebleu.metrics import BLEU

    engine = BLEU(tokenize=tokenize, max_ngram_order=max_order, smooth_method=smooth, force=True)
    longest = max(len(engine.tokenizer(text).split()) for texts in several for text in texts)
    if longest < max_order:
        raise MedaiError(
            f"the longest reference has {longest} tokens, so no n-gram of {max_order} can match; "
            f"pass max_order={longest} or less"
        )
    most = max(map(len, several))
    streams = [[texts[k] if k < len(texts) else None for texts in several] for k in range(most)]
    found = engine.corpus_score(candidates, streams)
    return Bleu(
        score=min(float(found.score), 100.0),  # the exponential of a logarithm may end above
        precisions=tuple(float(p) / 100 for p in found.precisions),
        brevity_penalty=float(found.bp),
        candidate_length=int(found.sys_len),
        reference_length=int(found.ref_len),
        signature=str(engine.get_signature()),
    )


def rouge(
    references: Sequence[str | Sequence[str]],
    candidates: Sequence[str],
    kinds: Sequence[str] = ("rouge1", "rouge2", "rougeL"),
    stem: bool = False,
    each: bool = False,
) -> dict[str, Overlap]:
    """Compute ROUGE through rouge-score.

    Parameters
    ----------
    references : sequence of str, or of lists of str
        One reference per candidate, or several, of which the one with the best F1 counts.
    candidates : sequence of str
        The generated texts; an empty text is allowed and scores 0.
    kinds : sequence of str
        "rouge1" to "rouge9" compare n-grams, "rougeL" the longest common subsequence.
    stem : bool
        Compare stems (Porter, English) instead of words.
    each : bool
        Return one value a text, shape (texts,), for instance for a bootstrap over texts.

    Returns
    -------
    dict of str to Overlap
        Per kind: precision (share of the candidate), recall (share of the reference), F1,
        each the mean over texts.  The mean of F1 is not the F1 of the means.

    Raises
    ------
    MedaiError
        On unequal lengths, no text, strings instead of lists, an unknown kind, or a
        reference without a word of a to z and digits.

    Notes
    -----
    rouge-score lowers the case and keeps a to z and digits only: signs, decimal points,
    accents and other scripts are lost.  A text shorter than n words has no n-gram and
    scores 0, even against itself.

    Examples
    --------
    >>> rouge(["the cat sat"], ["the cat ran"], ["rouge1"])["rouge1"].recall
    0.6666666666666666
    """
    import re

    several, candidates = _texts(references, candidates)
    kinds = listed(kinds, "kinds", "kinds of ROUGE")
    for kind in kinds:
        if not isinstance(kind, str) or not re.fullmatch(r"rouge([1-9]|L)", kind):
            raise MedaiError(f"kind {kind!r} is unknown; choose rouge1 to rouge9, or rougeL")
    for i, texts in enumerate(several):
        for text in texts:
            if not re.search("[a-z0-9]", text.lower()):
                raise MedaiError(
                    f"references[{i}] is {text!r}; ROUGE reads a to z and digits only, and sees no "
                    "word there. For other scripts use bleu(..., tokenize='zh' or 'char')"
                )
    from rouge_score.rouge_scorer import RougeScorer

    scorer = RougeScorer(kinds, use_stemmer=stem)
    pairs = zip(several, candidates, strict=True)
    scores = [scorer.score_multi(texts, candidate) for texts, candidate in pairs]
    found = {}
    for kind in kinds:
        columns = np.array([tuple(score[kind]) for score in scores], dtype=float).T
        found[kind] = Overlap(*(columns if each else columns.mean(axis=1).tolist()))
    return found
