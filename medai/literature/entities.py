"""Terms in a sentence: the dictionary of the book, drug names, and on request HPO terms."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

from medai.datasets.drugs import drug_tables
from medai.datasets.literature import literature_terms
from medai.knowledge import KnowledgeGraph, link
from medai.runtime.errors import MedaiError


@dataclass(frozen=True)
class Entity:
    """A mention: ``text[start:end]``, its preferred name and its type."""

    start: int
    end: int
    name: str
    type: str


@functools.cache
def _dictionary() -> tuple[dict[str, tuple[str, str]], re.Pattern[str]]:
    names: dict[str, tuple[str, str]] = {}
    for drug in drug_tables().drugs.values():
        names[drug.name.lower()] = (drug.name, "drug")
    for term in literature_terms():  # the book's own terms win
        for word in (term.name, *term.synonyms):
            names[word.lower()] = (term.name, term.type)
    longest = sorted(map(re.escape, names), key=lambda word: (-len(word), word))
    return names, re.compile(r"(?<![\w-])(?:" + "|".join(longest) + r")(?![\w-])", re.I)


def entities(
    text: str, *, hpo: bool = False, graph: KnowledgeGraph | None = None
) -> tuple[Entity, ...]:
    """Find terms by the longest match, in the order of the text.

    Parameters
    ----------
    text
        English text.
    hpo
        Whether to add findings of :func:`medai.knowledge.link` where no term stands.
    graph
        For `hpo`; by default the book's graph.

    Raises
    ------
    MedaiError
        When `text` is no string.

    Examples
    --------
    >>> text = "Marine oils lowered platelet aggregation in Raynaud's phenomenon."
    >>> for one in entities(text):
    ...     print(text[one.start : one.end], "|", one.name, "|", one.type)
    Marine oils | fish oil | substance
    platelet aggregation | platelet aggregation | physiology
    Raynaud's phenomenon | Raynaud's disease | disease
    """
    if not isinstance(text, str):
        raise MedaiError(f"text is {type(text).__name__}: give a string.")
    names, pattern = _dictionary()
    found = [Entity(m.start(), m.end(), *names[m.group().lower()]) for m in pattern.finditer(text)]
    if hpo:
        taken = [(one.start, one.end) for one in found]
        for finding in link(text, graph).present:
            start, end = finding.start, finding.end
            if all(end <= a or start >= b for a, b in taken):
                found.append(Entity(start, end, finding.hpo_id, "hpo"))
    return tuple(sorted(found, key=lambda one: one.start))
