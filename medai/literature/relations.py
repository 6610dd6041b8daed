"""Relations stated by single sentences, each with its sentence; rules tuned on dev only."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations

from medai.datasets.literature import Abstract
from medai.literature.entities import Entity, entities

CUES = {
    "lowers": r"lower(?:s|ed)?|reduc(?:es?|ed)|decreas(?:es?|ed)|inhibit(?:s|ed)?|block(?:s|ed)?"
    r"|prevent(?:s|ed)?|protect(?:s|ed)? against|shorten(?:s|ed)?",
    "raises": r"rais(?:es?|ed)|increas(?:es?|ed)|elevat(?:es|ed)|higher|prolong(?:s|ed)?"
    r"|exaggerated|trigger(?:s|ed)?",
    "changes": r"chang(?:es?|ed)|affect(?:s|ed)?|effect of",
    "treats": r"improv(?:es?|ed)|treat(?:s|ed)",
    "worsens": r"worsen(?:s|ed)?",
    "causes": r"caus(?:es?|ed)|linked to",
    "associated": r"associated with",
}
_CUE = re.compile("|".join(rf"(?P<{name}>\b(?:{words})\b)" for name, words in CUES.items()), re.I)
_NOT = re.compile(
    r"\b(?:not|no|never|neither|nor|fail(?:s|ed)? to|unable to|without|cannot|withdrawn)\b", re.I
)
_NEITHER = re.compile(r"\s+neither\b", re.I)
_HEDGE = re.compile(r"\b(?:may|might|could|perhaps|possibly)\b", re.I)
_BE = re.compile(r"\b(?:is|are|was|were|been|be)\b[^,;]*$", re.I)
_CLAUSE = re.compile(r"[,;]\s+(?:and|but|which|since|however)\b|;\s", re.I)


@dataclass(frozen=True)
class Relation:
    """What a sentence says: ``subject relation object``, with its evidence.

    ``Raynaud's disease raises blood viscosity`` stands for "is raised in"; a negated relation
    is one that the sentence denies.
    """

    subject: str
    relation: str
    object: str
    negated: bool
    hedged: bool
    abstract: str
    sentence: str
    year: int = 0


def relations(sentence: str, abstract: str = "", year: int = 0) -> tuple[Relation, ...]:
    """Read the relations of one sentence.

    Parameters
    ----------
    sentence
        One English sentence.
    abstract, year
        Copied into each relation.
    """
    found = []
    start = 0
    ends = [m.start() for m in _CLAUSE.finditer(sentence)] + [len(sentence)]
    for end in ends:
        one = _read(sentence[start:end])
        if one:
            found.append(Relation(*one, abstract, sentence, year))
        start = end
    return tuple(found)


def _read(clause: str) -> tuple[str, str, str, bool, bool] | None:
    spans = entities(clause)
    cues = [
        m for m in _CUE.finditer(clause) if not any(e.start <= m.start() < e.end for e in spans)
    ]
    if not cues or len(spans) < 2:
        return None
    cue = cues[0]
    name = str(cue.lastgroup)
    if name == "associated" and len(cues) > 1 and cues[1].start() - cue.end() < 3:
        name, cue = str(cues[1].lastgroup), cues[1]  # "associated with reduced X"
    left = [e for e in spans if e.end <= cue.start()]
    right = [e for e in spans if e.start >= cue.end()]
    pair = _pair(clause, cue, left, right)
    if pair is None:
        return None
    subject, target = pair
    if name == "lowers" and target.type == "disease":
        name = "treats"  # "reduced migraine attacks", "prevented migraine"
    elif name == "raises" and target.type == "disease" and subject.type != "disease":
        name = "causes"
    before = clause[: cue.start()]
    negated = bool(_NOT.search(before)) or "withdrawn" in clause
    negated = negated or bool(_NEITHER.match(clause, cue.end()))
    return subject.name, name, target.name, negated, bool(_HEDGE.search(before))


def _pair(
    clause: str, cue: re.Match[str], left: list[Entity], right: list[Entity]
) -> tuple[Entity, Entity] | None:
    if not right:
        return None
    if not left:  # "No effect of A on B"
        return (right[0], right[1]) if cue.group().lower() == "effect of" and right[1:] else None
    between = clause[cue.end() : right[0].start].strip().lower()
    passive = bool(_BE.search(clause[: cue.start()]))
    if cue.group().lower() == "higher" or (
        passive and re.match(r"(?:by|in|after|with)\b", between)
    ):
        return right[0], left[-1]
    return left[-1], right[0]


def read_relations(abstracts: Iterable[Abstract]) -> tuple[Relation, ...]:
    """Read every sentence of the abstracts, in order."""
    return tuple(
        relation
        for one in abstracts
        for sentence in one.sentences
        for relation in relations(sentence, one.id, one.year)
    )


def cooccurrences(sentence: str) -> frozenset[frozenset[str]]:
    """Return all pairs of terms in a sentence: the baseline that reads nothing.

    Examples
    --------
    >>> len(cooccurrences('Aspirin reduces the risk of stroke.'))
    1
    """
    names = sorted({one.name for one in entities(sentence)})
    return frozenset(frozenset(pair) for pair in combinations(names, 2))
