"""The nearest names of findings, by meaning: MiniLM vectors of every name in the ontology.

"Ache behind the eyes" shares no word with "Retro-orbital pain"; their vectors lie close.  So
do those of opposites (hyper- and hypoglycaemia), which is why
:func:`medai.knowledge.opposites.compatible` has the last word, and why
:func:`medai.knowledge.linking.link` asks this index only about words that nothing else knows.

Names and questions are first brought to one wording (:mod:`medai.knowledge.rewording`); the
likeness is a weighted mean of the cosine of the vectors and that of character n-grams, with
the weight chosen on the development half of the terms (``benchmarks/linking.py``).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy import sparse

from medai.knowledge import rewording
from medai.knowledge.lexicon import GRAM_TABLES, lexicon_of
from medai.knowledge.ngrams import NgramIndex
from medai.knowledge.opposites import compatible
from medai.knowledge.rewording import reword
from medai.knowledge.store import fingerprint
from medai.knowledge.words import normalise
from medai.llm.kept import Tensors, embed_many, kept_tensors
from medai.llm.weights import minilm_folder
from medai.runtime import MedaiError, data_home

if TYPE_CHECKING:
    from medai.knowledge.graph import KnowledgeGraph

LETTERS = 0.2  # weight of the n-grams beside 1 for the vectors
NEAR = 1000  # wordings, nearest by their vectors, whose letters are compared
SEARCHED = 60  # wordings that are examined for opposites
OPPOSITE = 0.3  # what an opposite loses, so that it comes after the names that fit


class Neighbour(NamedTuple):
    """A term that a phrase may mean.

    Attributes
    ----------
    hpo_id, name
        The term.
    matched
        Its nearest name or synonym, normalised.
    score
        Likeness, up to 1.
    opposite
        The name differs from the phrase by an opposite (more and less, left and right, 2nd
        and 3rd): it must not be taken for it.
    """

    hpo_id: str
    name: str
    matched: str
    score: float
    opposite: bool


class NameIndex:
    """MiniLM vectors of all names and synonyms of the findings in a graph.

    Parameters
    ----------
    graph
        By default :func:`medai.knowledge.load_graph`.
    progress
        Show a bar while the vectors are made: a minute or two, once; then they are read
        from ``names`` in :func:`medai.runtime.data_home`, about 40 MB.

    Raises
    ------
    MedaiError
        When the weights of MiniLM are missing.

    Attributes
    ----------
    phrase_of, term_of, wording_of : numpy.ndarray
        For each name: its number in the lexicon, the row of its term in the graph, and the
        number of its wording; shape (names,).
    vectors : numpy.ndarray
        One for each wording, of unit length, shape (wordings, 384).

    Examples
    --------
    >>> reword("small index finger"), reword("Short 2nd finger")  # what is compared
    ('hypoplasia 2nd finger', 'Short 2nd finger')
    >>> compatible("fast heart beat", "bradycardia")  # then it comes last, and is marked
    False
    """

    def __init__(self, graph: KnowledgeGraph | None = None, *, progress: bool = True) -> None:
        if graph is None:
            from medai.knowledge import load_graph

            graph = load_graph()
        self.graph = graph
        self.lexicon = lexicon_of(graph)
        pairs = [
            (i, term)
            for i in range(len(self.lexicon.phrases))
            if not self.lexicon.cased[i]  # "ASD" has letters, no meaning
            for term in self.lexicon.entry(i).terms
        ]
        self.phrase_of = np.array([i for i, _ in pairs], dtype=np.int64)
        self.term_of = np.array([term for _, term in pairs], dtype=np.int64)
        worded = [reword(self.lexicon.phrases[i]) or self.lexicon.phrases[i] for i, _ in pairs]
        self.wordings = sorted(set(worded))
        number = {wording: k for k, wording in enumerate(self.wordings)}
        self.wording_of = np.array([number[wording] for wording in worded], dtype=np.int64)
        tables = _tables(self.wordings, progress)
        self.vectors = tables["vectors"].astype(np.float32)
        codes, idf, *parts = (tables[f"gram_{name}"] for name in GRAM_TABLES)
        shape = (len(codes), len(self.wordings))
        self._letters = NgramIndex(codes, idf, sparse.csr_matrix(tuple(parts), shape=shape))
        self._grams_of = self._letters.matrix.T.tocsr()  # one row for each wording
        self._names_of = np.argsort(self.wording_of, kind="stable")
        self._first = np.searchsorted(
            self.wording_of[self._names_of], np.arange(len(self.wordings) + 1)
        )

    def __repr__(self) -> str:
        return f"NameIndex({len(self.term_of):,} names, {len(self.wordings):,} wordings)"

    def likeness(self, phrases: Sequence[str], letters: float = LETTERS) -> np.ndarray:
        """Return how alike each phrase is to each wording, shape (phrases, wordings).

        Parameters
        ----------
        phrases
            Free text, a few words each.
        letters
            Weight of the character n-grams; 0 for the vectors alone, ``inf`` for the
            n-grams alone.
        """
        from medai.llm.embeddings import embed

        worded = [_worded(phrase) for phrase in phrases]
        found = np.zeros((len(worded), len(self.wordings)), dtype=np.float32)
        if letters != float("inf"):
            found += embed(worded) @ self.vectors.T
        if letters:
            grams = (self._letters.vectors(worded) @ self._letters.matrix).toarray()
            if letters == float("inf"):
                return grams.astype(np.float32)
            found = (found + letters * grams) / (1 + letters)
        return found

    def nearest(self, phrases: Iterable[str], k: int = 5) -> list[list[Neighbour]]:
        """Return for each phrase the `k` terms with the most similar names, best first.

        Opposites come after names that fit, and are marked.

        Raises
        ------
        MedaiError
            When `phrases` is a single string or `k` is no positive whole number.
        """
        if isinstance(phrases, str):
            raise MedaiError("nearest() takes a list of phrases: wrap a single one in a list.")
        if isinstance(k, bool) or not isinstance(k, int) or k < 1:
            raise MedaiError(f"k={k!r}: a whole number of neighbours, at least 1, is wanted.")
        phrases = list(phrases)
        if not phrases:
            return []
        from medai.llm.embeddings import embed

        worded = [_worded(phrase) for phrase in phrases]
        cosines = embed(worded) @ self.vectors.T
        grams = self._letters.vectors(worded)
        count = min(NEAR, len(self.wordings))
        found = []
        for phrase, cosine, gram in zip(phrases, cosines, grams, strict=True):
            near = np.argpartition(-cosine, count - 1)[:count]
            letters = (self._grams_of[near] @ gram.reshape(-1, 1)).toarray().ravel()
            scores = (cosine[near] + LETTERS * letters) / (1 + LETTERS)
            best = np.argsort(-scores, kind="stable")[: max(SEARCHED, 4 * k)]
            found.append(self._best(phrase, near[best], scores[best], k))
        return found

    def _best(
        self, phrase: str, wordings: np.ndarray, scores: np.ndarray, k: int
    ) -> list[Neighbour]:
        """Return the best names of one phrase among some wordings, one for each term."""
        score = {
            int(i): float(value)
            for wording, value in zip(wordings, scores, strict=True)
            for i in self._names_of[self._first[wording] : self._first[wording + 1]]
        }
        ours = normalise(phrase)
        opposite = {i: self._is_opposite(ours, i) for i in score}
        order = sorted(score, key=lambda i: (OPPOSITE * opposite[i] - score[i], i))
        found: dict[int, Neighbour] = {}
        for i in order:
            term = int(self.term_of[i])
            if term not in found:
                hpo_id, name = self.graph.term_ids[term], self.graph.term_names[term]
                matched = self.lexicon.phrases[self.phrase_of[i]]
                found[term] = Neighbour(hpo_id, name, matched, round(score[i], 3), opposite[i])
            if len(found) == k:
                break
        return list(found.values())

    def is_opposite(self, phrase: str, name: int) -> bool:
        """Tell whether a name (its number in this index) says the opposite of a phrase."""
        return self._is_opposite(normalise(phrase), name)

    def _is_opposite(self, ours: str, name: int) -> bool:
        theirs = self.lexicon.phrases[self.phrase_of[name]]
        return not (compatible(ours, theirs) or compatible(reword(ours), reword(theirs)))


def _worded(phrase: str) -> str:
    """Return a phrase in the common wording; never empty."""
    return reword(normalise(phrase)) or phrase.strip() or "-"


def _tables(wordings: Sequence[str], progress: bool) -> Tensors:
    """Return vectors and n-grams of the wordings, from the disk or newly made."""
    digest = hashlib.sha256("\n".join(wordings).encode())
    digest.update(Path(rewording.__file__).read_bytes().replace(b"\r\n", b"\n"))
    model = fingerprint(minilm_folder() / "model.safetensors")
    path = data_home() / "names" / f"hpo-{digest.hexdigest()[:16]}-minilm-{model}.safetensors"

    def build() -> Tensors:
        letters = NgramIndex.of(wordings)
        matrix = letters.matrix
        arrays = (letters.codes, letters.idf, matrix.data, matrix.indices, matrix.indptr)
        tables = {f"gram_{name}": a for name, a in zip(GRAM_TABLES, arrays, strict=True)}
        return tables | {"vectors": embed_many(wordings, "names", progress).astype(np.float16)}

    return kept_tensors(path, len(wordings), build)
