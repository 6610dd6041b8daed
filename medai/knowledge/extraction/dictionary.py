"""Entity recognition by dictionary: the longest name that stands in the text.

The names of findings are those of the ontology.  The names of body parts are mined from it:
there is a term "Abnormality of the knee", so "knee" is a part of the body.  Common diseases and
drugs come from ``data/extraction/names.csv``, rare diseases from the disease annotations.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from medai.datasets import data_path
from medai.knowledge.extraction.mentions import KINDS, Mention
from medai.knowledge.words import FILLERS, normalise, words_of
from medai.runtime import MedaiError

if TYPE_CHECKING:
    from medai.knowledge.graph import KnowledgeGraph

_GAP = frozenset(" -‐‑/'’")  # what may stand between two words of one name
_SIDES = frozenset({"left", "right"})
_PART = re.compile(r"(?:Abnormality of (?:the )?(.+)|Abnormal (.+) morphology)")
_NO_PART = re.compile(r"physiology|morphology|development|metabolism|function|concentration|system")


class Dictionary:
    """A recogniser that knows names and nothing else.

    Parameters
    ----------
    names : iterable of (str, str)
        Names and their kinds; of a name that comes twice the first kind counts.

    Examples
    --------
    >>> Dictionary([("cough", "finding")]).recognise("A dry cough.")
    [Mention(start=6, end=11, kind='finding', text='cough')]
    """

    def __init__(self, names: Iterable[tuple[str, str]]) -> None:
        self.kinds: dict[str, str] = {}
        for name, kind in names:
            if kind not in KINDS:
                raise MedaiError(f"{name!r}: {kind!r} is no kind; known: {', '.join(KINDS)}.")
            phrase = normalise(name)
            if len(phrase) > 2 and not phrase.isdigit():
                self.kinds.setdefault(phrase, kind)
        self.longest = max((len(phrase.split()) for phrase in self.kinds), default=0)

    @classmethod
    def from_graph(cls, graph: KnowledgeGraph) -> Dictionary:
        """Make the book's dictionary: its own lists first, then what the ontology names."""
        return cls([*listed_names(), *body_parts(graph), *findings(graph), *diseases(graph)])

    def __len__(self) -> int:
        return len(self.kinds)

    def __contains__(self, name: str) -> bool:
        return normalise(name) in self.kinds

    def recognise(self, text: str) -> list[Mention]:
        """Return the mentions of `text`: from left to right, always the longest name.

        Spelling (British, American), plural and the words "of" and "the" do not matter, and
        "left" and "right" before a part of the body belong to it.
        """
        words = words_of(text)
        found, i = [], 0
        while i < len(words):
            last, kind = self._longest_from(text, words, i)
            if last is None:
                i += 1
                continue
            start = words[i].start
            if kind == "anatomy" and i and words[i - 1].norm in _SIDES:
                start = words[i - 1].start
            end = words[last].end
            found.append(Mention(start, end, kind, text[start:end]))
            i = last + 1
        return found

    def _longest_from(self, text: str, words: list, i: int) -> tuple[int | None, str]:
        """Return the last word of the longest name that begins with word `i`, and its kind."""
        best, kind, parts = None, "", []
        if words[i].norm in FILLERS:
            return best, kind
        for j in range(i, len(words)):
            if j > i and not set(text[words[j - 1].end : words[j].start]) <= _GAP:
                break
            if words[j].norm in FILLERS:
                continue
            parts.append(words[j].norm)
            if len(parts) > self.longest:
                break
            known = self.kinds.get(" ".join(parts))
            if known is not None:
                best, kind = j, known
        return best, kind


def listed_names() -> list[tuple[str, str]]:
    """Return the drugs and common diseases of ``data/extraction/names.csv``."""
    with data_path("extraction/names.csv").open(encoding="utf-8", newline="") as file:
        return [(row["text"], row["kind"]) for row in csv.DictReader(file)]


def body_parts(graph: KnowledgeGraph) -> list[tuple[str, str]]:
    """Return the parts of the body that the ontology names an abnormality of."""
    found = dict.fromkeys(
        match[1] or match[2]
        for i, name in enumerate(graph.term_names)
        if graph.phenotype[i] and (match := _PART.fullmatch(name))
    )
    return [(part, "anatomy") for part in found if not _NO_PART.search(part)]


def findings(graph: KnowledgeGraph) -> list[tuple[str, str]]:
    """Return the names and synonyms of all phenotypic abnormalities, abbreviations left out."""
    from medai.knowledge.lexicon import lexicon_of

    lexicon = lexicon_of(graph)
    pairs = zip(lexicon.phrases, lexicon.cased, strict=True)
    return [(phrase, "finding") for phrase, cased in pairs if not cased]


def diseases(graph: KnowledgeGraph) -> list[tuple[str, str]]:
    """Return the names of the annotated diseases."""
    return [(name, "disease") for name in graph.disease_names]
