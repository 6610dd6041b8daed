"""Look up an answer instead of inventing one: passages with sources, or none.

Two ways of finding a passage, by its words (BM25) and by its meaning (MiniLM), are joined by
reciprocal rank fusion (Cormack et al., 2009): a passage that either puts first comes early.
Where no passage is near enough, nothing is returned: "I don't know" is an answer.

Passages are the definitions of HPO's terms and what the book's table says of each common
condition: its findings, red flags, first tests, and how common it is.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from medai.datasets.common import CommonConditions, common_conditions
from medai.diagnosis.gathering import ESTIMATE, one_in
from medai.knowledge.graph import KnowledgeGraph
from medai.knowledge.store import fingerprint
from medai.knowledge.words import words_of
from medai.llm.kept import Tensors, embed_many, kept_tensors
from medai.llm.weights import minilm_folder
from medai.runtime import MedaiError, data_home
from medai.text.bm25 import BM25
from medai.text.fusion import reciprocal_rank_fusion

METHODS = ("fused", "bm25", "minilm")
DEPTH = 100  # passages of each list that are fused
TITLE = 2  # how often the title is repeated before the words are counted; chosen on dev
LONGEST = 900  # letters; MiniLM reads no more of a passage
LEAST = 0.53  # cosine of the nearest passage below which nothing is returned; chosen on dev
STOP_WORDS = frozenset(
    (
        "a", "about", "an", "and", "are", "called", "can", "did", "do", "doctor", "does", "for",
        "has", "have", "how", "i", "in", "is", "it", "mean", "meant", "my", "of", "on", "or",
        "say", "that", "the", "there", "this", "to", "what", "when", "which", "who", "why",
        "with", "word", "you",
    )
)  # fmt: skip


@dataclass(frozen=True)
class Passage:
    """A piece of text that may answer a question.

    Attributes
    ----------
    id
        HPO id, or ``COMMON:influenza#findings``.
    title, text
        What it is about, and what it says.
    source
        Where it comes from, for printing.
    score
        Of the fusion (or of the one method); only the order means anything.
    likeness
        Cosine of question and passage, 0 without MiniLM.
    """

    id: str
    title: str
    text: str
    source: str
    score: float = 0.0
    likeness: float = 0.0


@dataclass(frozen=True)
class Answer:
    """What was found.

    Attributes
    ----------
    question
        As asked.
    passages
        Best first; empty when nothing is near enough.
    why
        Why there is none; "" otherwise.
    """

    question: str
    passages: tuple[Passage, ...]
    why: str = ""


def passages_of(graph: KnowledgeGraph, table: CommonConditions | None = None) -> list[Passage]:
    """Return all passages, in a fixed order."""
    hpo = f"Human Phenotype Ontology, release {graph.version['hpo']}"
    found = []
    for term in graph.terms:
        if term.definition and graph.is_phenotype(term.id):
            names = [s.text for s in term.synonyms if s.scope == "EXACT"][:6]
            also = f" (also: {'; '.join(names)})" if names else ""
            text = f"{term.name}{also}: {term.definition}"
            found.append(Passage(term.id, term.name, text, f"{hpo}, {term.id}"))
    for one in (common_conditions() if table is None else table).values():
        found += _about(one, common_conditions() if table is None else table)
    return found


def _about(one, table: CommonConditions) -> list[Passage]:
    """Return the passages about a common condition."""
    often: dict[str, list[str]] = {}
    for row in one.findings:
        often.setdefault(row.frequency, []).append(row.finding)
    findings = ". ".join(f"{how.capitalize()}: {', '.join(names)}" for how, names in often.items())
    flags = " ".join(f"{row.flag}: {row.action}." for row in one.red_flags)
    tests = " ".join(f"{row.test}: {row.why}." for row in one.first_tests)
    how = (
        f"About 1 in {one_in(one.gp)} new complaints in general practice and 1 in "
        f"{one_in(one.emergency)} in an emergency department"
    )
    parts = [
        ("findings", "Symptoms and findings", f"{findings}.", one.findings),
        ("red flags", "Red flags and warning signs", flags, one.red_flags),
        ("first tests", "First tests", tests, one.first_tests),
        ("prior", "How common", f"{how}.", ()),
    ]
    result = []
    for name, title, text, rows in parts:
        if not text:
            continue
        keys = [row.source for row in rows] if rows else [one.prior_source]
        known = dict.fromkeys(table.sources[key].title for key in keys if key)
        estimated = not rows or any(not row.source for row in rows)
        source = "; ".join([*known, *([ESTIMATE] if estimated or not known else [])])
        heading = f"{title} of {one.name}"
        result.append(Passage(f"COMMON:{one.id}#{name}", heading, f"{heading}: {text}", source))
    return result


class Retriever:
    """Find passages for a question.

    Parameters
    ----------
    graph : KnowledgeGraph, optional
        By default :func:`medai.knowledge.load_graph`.
    passages : sequence of medai.diagnosis.retrieve.Passage, optional
        By default :func:`passages_of` the graph.
    meaning : bool
        Use MiniLM; without it, words only, and whether to abstain is decided by the words.
    progress : bool
        Show a bar while the vectors are made, once; afterwards they are read from
        ``passages`` in :func:`medai.runtime.data_home`.

    Examples
    --------
    >>> texts = ("Hemoptysis", "Coughing up blood."), ("Epistaxis", "Bleeding of the nose.")
    >>> kept = [Passage(name, name, text, "made up") for name, text in texts]
    >>> look = Retriever(passages=kept, meaning=False)  # by words alone
    >>> [one.title for one in look.search("Why does my nose bleed?").passages]
    ['Epistaxis']
    >>> look.search("What is gout?").why
    'no passage is near enough (0.00; 0.53 is needed)'
    """

    def __init__(
        self,
        graph: KnowledgeGraph | None = None,
        passages: Sequence[Passage] | None = None,
        *,
        meaning: bool = True,
        progress: bool = True,
    ) -> None:
        if passages is None:
            if graph is None:
                from medai.knowledge import load_graph

                graph = load_graph()
            passages = passages_of(graph)
        if not passages:
            raise MedaiError("There is no passage to search: pass at least one.")
        self.passages = list(passages)
        texts = [passage.text for passage in self.passages]
        titled = [f"{TITLE * f'{one.title} '}{one.text}" for one in self.passages]
        self._bm25 = BM25(titled, tokenizer=_words, stop_words=STOP_WORDS)
        self.vectors = _vectors(texts, progress) if meaning else None

    def __repr__(self) -> str:
        return f"Retriever({len(self.passages):,} passages)"

    def search(
        self, question: str, k: int = 5, *, method: str = "fused", least: float = LEAST
    ) -> Answer:
        """Return the `k` best passages, or none where nothing is near.

        Parameters
        ----------
        question : str
            In English.
        k : int
            How many passages.
        method : {"fused", "bm25", "minilm"}
            How they are ranked.
        least : float
            The cosine that the nearest of them must reach; 0 never abstains.

        Raises
        ------
        MedaiError
            When the question is empty, `k` below 1, or the method is unknown or needs MiniLM.
        """
        if not isinstance(question, str) or not question.strip():
            raise MedaiError(f"question={question!r}: ask something.")
        if isinstance(k, bool) or not isinstance(k, int) or k < 1:
            raise MedaiError(f"k={k!r}: a whole number of passages, at least 1, is wanted.")
        if method not in METHODS:
            raise MedaiError(f"method={method!r}: choose one of {', '.join(METHODS)}.")
        if method == "minilm" and self.vectors is None:
            raise MedaiError("method='minilm' needs MiniLM: make the Retriever with meaning=True.")
        by_words = self._bm25.scores(" ".join(_words(question)) or "-")
        likeness = np.zeros(len(self.passages))
        if self.vectors is not None:
            from medai.llm.embeddings import embed

            likeness = self.vectors @ embed([question])[0]
        lists = {"bm25": [by_words], "minilm": [likeness], "fused": [by_words, likeness]}[method]
        if self.vectors is None:
            lists = [by_words]
        scores = lists[0] if len(lists) == 1 else reciprocal_rank_fusion(lists, DEPTH)
        order = np.argsort(-scores, kind="stable")[:k]
        chosen = tuple(
            Passage(
                *(one.id, one.title, one.text, one.source),
                *(round(float(scores[i]), 4), round(float(likeness[i]), 4)),
            )
            for i in order
            if scores[i] > 0
            for one in [self.passages[i]]
        )
        near = max((one.likeness for one in chosen), default=0.0)
        if not chosen or (self.vectors is not None and near < least):
            why = f"no passage is near enough ({near:.2f}; {least:g} is needed)"
            return Answer(question, (), why)
        return Answer(question, chosen)


def _words(text: str) -> list[str]:
    """Return words in comparable form: British or American, one or many."""
    return [word.norm for word in words_of(text)] or ["-"]


def _vectors(texts: Sequence[str], progress: bool) -> np.ndarray:
    """Return the vectors of the passages, from the disk or newly made, shape (texts, 384)."""
    digest = hashlib.sha256("\n".join(texts).encode()).hexdigest()[:16]
    model = fingerprint(minilm_folder() / "model.safetensors")
    path = data_home() / "passages" / f"{digest}-minilm-{model}.safetensors"

    def build() -> Tensors:
        cut = [text[:LONGEST] for text in texts]
        vectors = embed_many(cut, "passages", progress, batch=256, batch_size=64)
        return {"vectors": vectors.astype(np.float16)}

    return kept_tensors(path, len(texts), build)["vectors"].astype(np.float32)
