"""Find the passages that a question is about, or none.

Two lists are joined by reciprocal rank fusion (Cormack et al., 2009), as in
:mod:`medai.diagnosis.retrieve`: one by words (BM25), one by likeness.  In English the words are
words and the likeness is MiniLM's cosine with the nearest sentence of a passage.  MiniLM reads no
Chinese: there the words are pairs of characters, and the likeness is the cosine of their TF-IDF
weights.

How near the nearest passage is decides whether anything is answered: its likeness, plus a share
of how much of the question's weight of words it holds.  The constants were chosen on the
development half of ``data/patient_questions`` (``benchmarks/rag.py --tune``).
"""

from __future__ import annotations

import functools
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from medai.knowledge.words import normalise_word, words_of
from medai.llm.kept import Tensors, embed_many, kept_tensors
from medai.llm.rag.asked import folded, sentences
from medai.llm.rag.records import Passage
from medai.llm.weights import minilm_folder
from medai.runtime import MedaiError, data_home
from medai.text.bm25 import BM25
from medai.text.fusion import reciprocal_rank_fusion

METHODS = ("fused", "bm25", "likeness")
DEPTH = 50  # passages of each list that are fused
TITLE = 2  # how often the title counts among the words, as in medai.diagnosis.retrieve
LONGEST = 900  # letters of a sentence that MiniLM is given
SHARED = {"en": 0.5, "zh": 0.5}  # how much the share of the question's words counts; chosen on dev
LEAST = {"en": 0.58, "zh": 0.39}  # nearness below which nothing is answered; chosen on dev
_STOP = (
    "a about an and any are as at be been by can could did do does for from get give had has have "
    "he her him his how i if in is it its me mean my of on one or our please s say she should so "
    "some tell than that the their them there these they this to us was we were what when where "
    "which who why will with would you your t"
)
STOP_WORDS = frozenset(normalise_word(word) for word in _STOP.split())
# characters of questions, not of what is asked; a pair of characters that holds one is dropped
_ZH_STOP = frozenset(
    "的了吗呢是我你您他她它们这那哪个么什怎为请问有会能可以要该不在和与吧啊呀就也都很到"
)
_CHINESE = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]+")
_LATIN = re.compile(r"[a-z]+|\d+(?:[.,]\d+)*")


@dataclass(frozen=True)
class Found:
    """A passage that was found.

    Attributes
    ----------
    passage
        It.
    score
        Of the method; only the order means anything.
    near
        How near it is to the question; this decides about abstaining.
    """

    passage: Passage
    score: float
    near: float


class Library:
    """The passages of one language, ready to be searched.

    Parameters
    ----------
    passages : sequence of medai.llm.rag.records.Passage
        Of one language.
    lang : {"en", "zh"}
        Which.

    Raises
    ------
    MedaiError
        When there is no passage in this language.
    """

    def __init__(self, passages: Sequence[Passage], lang: str) -> None:
        self.lang = lang
        self.passages = tuple(one for one in passages if one.lang == lang)
        if not self.passages:
            raise MedaiError(f"There is no passage in {lang!r} among {len(passages)}: add some.")
        titled = [f"{TITLE * f'{one.title} '}{one.text}" for one in self.passages]
        self._bm25 = BM25(titled, tokenizer=functools.partial(tokens, lang=lang))
        self._words = [frozenset(tokens(text, lang)) for text in titled]
        held: dict[str, int] = {}
        for words in self._words:
            for word in words:
                held[word] = held.get(word, 0) + 1
        n = len(self.passages)
        self._idf = {word: np.log(1 + (n - k + 0.5) / (k + 0.5)) for word, k in held.items()}
        self._rarest = float(np.log(1 + (n + 0.5) / 0.5))  # of a word that no passage has
        self._grams: tuple | None = None
        if lang == "zh":
            from sklearn.feature_extraction.text import TfidfVectorizer

            reader = TfidfVectorizer(
                analyzer=functools.partial(tokens, lang=lang), sublinear_tf=True
            )
            self._grams = (reader, reader.fit_transform(titled))

    def __len__(self) -> int:
        return len(self.passages)

    @functools.cached_property
    def _pieces(self) -> tuple[np.ndarray, np.ndarray]:
        """Vectors of title and sentences, and the number of the passage of each."""
        texts, owners = [], []
        for number, one in enumerate(self.passages):
            for text in (f"{one.title}.", *sentences(one.text, self.lang)):
                texts.append(text[:LONGEST])
                owners.append(number)
        return kept_vectors(texts), np.array(owners)

    def likeness(self, question: str) -> np.ndarray:
        """Return the cosine of the question and each passage, shape (passages,)."""
        if self._grams is not None:
            reader, rows = self._grams
            return np.asarray((rows @ reader.transform([question]).T).todense()).ravel()
        from medai.llm.embeddings import embed

        vectors, owners = self._pieces
        each = vectors @ embed([question[:LONGEST]])[0]
        best = np.full(len(self.passages), -1.0)
        np.maximum.at(best, owners, each)
        return best

    def sentence_likeness(self, question: str, passage: Passage) -> np.ndarray:
        """Return how like the question each sentence of a passage is, shape (sentences,).

        English: MiniLM's cosine.  Chinese: the number of pairs of characters in common.
        """
        if self.lang == "zh":
            asked = set(tokens(question, "zh"))
            said = sentences(passage.text, "zh")
            return np.array([len(asked & set(tokens(one, "zh"))) for one in said], dtype=float)
        from medai.llm.embeddings import embed

        vectors, owners = self._pieces
        own = vectors[owners == self.passages.index(passage)][1:]  # the first is the title
        return own @ embed([question[:LONGEST]])[0]

    def share(self, question: str) -> np.ndarray:
        """Return how much of the question's weight of words each passage holds, 0 to 1."""
        asked = set(tokens(question, self.lang))
        weights = {word: self._idf.get(word, self._rarest) for word in asked}
        total = sum(weights.values())
        if not total:
            return np.zeros(len(self.passages))
        held = [sum(weights[word] for word in asked & words) for words in self._words]
        return np.array(held) / total

    def search(self, question: str, k: int = 3, method: str = "fused") -> list[Found]:
        """Return the `k` best passages, best first; the caller looks at how near they are.

        Raises
        ------
        MedaiError
            When `k` is below 1 or the method is unknown.
        """
        if isinstance(k, bool) or not isinstance(k, int) or k < 1:
            raise MedaiError(f"k={k!r}: a whole number of passages, at least 1, is wanted.")
        if method not in METHODS:
            raise MedaiError(f"method={method!r}: choose one of {', '.join(METHODS)}.")
        by_words = self._bm25.scores(" ".join(tokens(question, self.lang)) or "-")
        like = self.likeness(question)
        lists = {"bm25": [by_words], "likeness": [like], "fused": [by_words, like]}[method]
        scores = lists[0] if len(lists) == 1 else reciprocal_rank_fusion(lists, DEPTH)
        near = like + SHARED[self.lang] * self.share(question)
        order = [i for i in np.argsort(-scores, kind="stable")[:k] if scores[i] > 0]
        return [Found(self.passages[i], float(scores[i]), float(near[i])) for i in order]


def tokens(text: str, lang: str) -> list[str]:
    """Return what is compared: words in English, pairs of characters (and words) in Chinese.

    Examples
    --------
    >>> tokens("What helps a fever?", "en"), tokens("发烧怎么办", "zh")
    (['help', 'fever'], ['发烧'])
    """
    if lang == "en":
        return [word.norm for word in words_of(text) if word.norm not in STOP_WORDS]
    seen = folded(text)
    pairs = [run[i : i + 2] for run in _CHINESE.findall(seen) for i in range(len(run) - 1)]
    pairs = [pair for pair in pairs if not _ZH_STOP & set(pair)]
    return [*pairs, *_LATIN.findall(seen)]


def kept_vectors(texts: Sequence[str]) -> np.ndarray:
    """Return MiniLM's vectors of English texts, from the disk or newly made, shape (texts, 384)."""
    digest = hashlib.sha256("\n".join(texts).encode()).hexdigest()[:16]
    from medai.knowledge.store import fingerprint

    model = fingerprint(minilm_folder() / "model.safetensors")
    path = data_home() / "passages" / f"{digest}-rag-{model}.safetensors"

    def build() -> Tensors:
        vectors = embed_many(texts, "sentences", progress=False, batch=256, batch_size=64)
        return {"vectors": vectors.astype(np.float16)}

    return kept_tensors(path, len(texts), build)["vectors"].astype(np.float32)
