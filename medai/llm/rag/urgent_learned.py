"""Messages that are like written emergencies: a logistic regression beside the signs.

It learns from ``data/patient_questions/training.csv``: English from MiniLM's vectors and
characters, Chinese from characters alone, since MiniLM reads no Chinese.  The training messages
hold questions about signs, past events and first-aid courses as "other", so no guard stands here.
``CUT_OFF`` comes from ``benchmarks/urgent.py``: cross-validation, false alarms of this stage on
at most 8 % of the others.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

import numpy as np

from medai.llm.rag.asked import folded, language_of
from medai.llm.rag.library import kept_vectors
from medai.llm.rag.urgent import CUT, Alarm, Sign
from medai.runtime.errors import MedaiError

CUT_OFF = {"en": 0.52, "zh": 0.53}  # chance of an emergency from which a message counts
WEIGHT = 1.0  # of MiniLM's unit vector beside the unit vector of characters
C = 3.0  # the smaller, the smoother
SIGN = Sign("en", "like a written emergency", "like a written emergency")


class Learned:
    """A classifier of messages of one language.

    Parameters
    ----------
    lang
        ``en`` or ``zh``.
    meaning
        Whether MiniLM's vectors are used (English only).
    """

    def __init__(self, lang: str, meaning: bool = True) -> None:
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.linear_model import LogisticRegression

        self.lang, self.meaning = lang, meaning and lang == "en"
        kind, sizes = ("char_wb", (2, 5)) if lang == "en" else ("char", (1, 3))
        self._letters = TfidfVectorizer(analyzer=kind, ngram_range=sizes, sublinear_tf=True)
        self._model = LogisticRegression(C=C, class_weight="balanced", max_iter=2000)

    def fit(self, messages: Sequence[str], urgent: Sequence[bool]) -> Learned:
        """Learn from messages and whether each is an emergency."""
        texts = [folded(one) for one in messages]
        features = self._joined(self._letters.fit_transform(texts), texts, kept_vectors)
        self._model.fit(features, np.asarray(urgent, dtype=int))
        return self

    def chance(self, messages: Sequence[str]) -> np.ndarray:
        """Return the chance of an emergency of each message, shape (messages,)."""
        from medai.llm.embeddings import embed

        texts = [folded(one) for one in messages]
        features = self._joined(self._letters.transform(texts), texts, embed)
        return self._model.predict_proba(features)[:, 1]

    def _joined(self, letters: Any, texts: list[str], vectors: Any) -> Any:
        if not self.meaning:
            return letters
        from scipy.sparse import csr_matrix, hstack

        return hstack([letters, csr_matrix(WEIGHT * vectors([one[:900] for one in texts]))]).tocsr()


@functools.cache
def learned(lang: str) -> Learned:
    """Return the classifier of a language, fitted once to the shipped messages.

    Without MiniLM's weights English is judged by characters alone.
    """
    from medai.datasets.patient_questions import training_messages

    rows = training_messages(lang)
    told = [row.message for row in rows], [row.label == "emergency" for row in rows]
    try:
        return Learned(lang).fit(*told)
    except MedaiError:
        return Learned(lang, meaning=False).fit(*told)


def pieces(message: str) -> list[str]:
    """Return a message and, if it has several, its sentences: an emergency may hide in one."""
    some = [one.strip() for one in CUT.split(message) if one.strip()]
    return [message, *(one for one in some if len(some) > 1 and any(map(str.isalpha, one)))]


def learned_alarm(question: str, cut_off: float | None = None) -> Alarm | None:
    """Return an alarm if the message or a sentence of it is like a written emergency.

    Parameters
    ----------
    question
        As :func:`medai.llm.rag.asked.checked` returns it.
    cut_off
        The chance that is enough; that of the language by default.
    """
    if not any(map(str.isalpha, question)):
        return None
    lang = language_of(question)
    least = CUT_OFF[lang] if cut_off is None else cut_off
    return Alarm(SIGN) if learned(lang).chance(pieces(question)).max() >= least else None
