"""Short phrases for signs and symptoms, each with its organ system: the task "symptom text"."""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol

from medai.runtime import MedaiError
from medai.text.corpus import ROOT, organ_systems, split

SCOPES = ("EXACT", "RELATED", "BROAD", "NARROW")
_NOT_A_PHRASE = {"abbreviation", "obsolete_synonym"}  # kinds of synonyms that are left out


class SymptomPhrase(NamedTuple):
    """One phrase: the HPO term it names, the text, its kind and the organ system.

    ``kind`` is ``"name"`` (HPO's own name), ``"lay"`` (a synonym that HPO marks as a
    layperson's) or ``"synonym"`` (any other, British spellings and plurals included).
    """

    term_id: str
    text: str
    kind: str
    system: str


class SymptomPhrases(list):
    """A list of :class:`SymptomPhrase` with ``left_out``: how many of what was dropped, and why."""

    def __init__(self, phrases: Iterable[SymptomPhrase], left_out: dict[str, int]) -> None:
        super().__init__(phrases)
        self.left_out = left_out


class _Synonym(Protocol):
    text: str
    scope: str
    kind: str


class _Term(Protocol):
    id: str
    name: str
    synonyms: Sequence[_Synonym]
    parents: Sequence[str]
    obsolete: bool


def fold_phrase(text: str) -> str:
    """Fold case, accents, punctuation and white space, so that equal phrases are equal strings.

    >>> fold_phrase("Crohn's disease,  of the Ileum")
    'crohn s disease of the ileum'
    """
    plain = unicodedata.normalize("NFKD", text).casefold()
    kept = "".join(c for c in plain if not unicodedata.combining(c))
    return " ".join("".join(c if c.isalnum() else " " for c in kept).split())


def symptom_phrases(
    terms: Iterable[_Term], min_terms: int = 1, scopes: Sequence[str] = ("EXACT",)
) -> SymptomPhrases:
    """Collect the names and synonyms of HPO terms that lie under exactly one organ system.

    Parameters
    ----------
    terms : iterable
        Objects with ``id``, ``name``, ``synonyms`` (each with ``text``, ``scope`` and
        ``kind``), ``parents`` (ids) and ``obsolete``, such as
        ``medai.knowledge.load_graph().terms``.
    min_terms : int
        Organ systems with fewer terms than this are left out.
    scopes : sequence of str
        Which synonyms to take.  ``EXACT`` ones mean the same as the name; ``BROAD`` ones
        ("heart problem") mean more, ``NARROW`` ones less.

    Returns
    -------
    SymptomPhrases
        A list of :class:`SymptomPhrase` in the order of the term ids, the name first, with
        the attribute ``left_out`` (counts by reason).  A phrase occurs once per organ
        system after :func:`fold_phrase`; one that stands for several systems is dropped,
        also when the second system is that of a term under two systems.  Abbreviations
        are left out: "RA" is a joint disease here and an atrium there.

    Raises
    ------
    MedaiError
        If an argument is out of range or no phrase is left.
    """
    if isinstance(min_terms, bool) or not isinstance(min_terms, int) or min_terms < 1:
        raise MedaiError(f"min_terms = {min_terms!r}, but it must be 1 or more; 1 keeps all")
    if isinstance(scopes, str) or not set(scopes) <= set(SCOPES):
        raise MedaiError(f"scopes = {scopes!r}; give a list out of {', '.join(SCOPES)}")
    by_id = {term.id: term for term in terms if not term.obsolete}
    systems = organ_systems(by_id)
    left_out = Counter(
        {
            "terms under several systems": sum(len(s) > 1 for s in systems.values()),
            "terms under no system": sum(not s for s in systems.values()),
        }
    )
    found: list[SymptomPhrase] = []
    stands_for: dict[str, set[str]] = defaultdict(set)
    for term_id, term in sorted(by_id.items()):
        given = [("name", term.name)]
        for synonym in term.synonyms:
            if synonym.kind in _NOT_A_PHRASE:
                left_out["abbreviations and obsolete synonyms"] += len(systems[term_id]) == 1
            elif synonym.scope in scopes:
                given.append(("lay" if synonym.kind == "layperson" else "synonym", synonym.text))
        for kind, text in given:
            folded = fold_phrase(text)
            if not folded:
                continue
            stands_for[folded] |= systems[term_id]
            if len(systems[term_id]) == 1:
                (system,) = systems[term_id]
                found.append(SymptomPhrase(term_id, " ".join(text.split()), kind, system))
    kept, seen = [], set()
    for phrase in found:
        folded = fold_phrase(phrase.text)
        if len(stands_for[folded]) > 1:
            left_out["phrases of several systems"] += 1
        elif folded in seen:
            left_out["repeated phrases"] += 1
        else:
            seen.add(folded)
            kept.append(phrase)
    size = Counter(system for system, _ in {(p.system, p.term_id) for p in kept})
    large = [p for p in kept if size[p.system] >= min_terms]
    left_out["phrases of systems with too few terms"] = len(kept) - len(large)
    if not large:
        raise MedaiError(
            f"{len(by_id)} terms gave no phrase with min_terms = {min_terms}; pass "
            f"load_graph().terms, whose organ systems are the children of {ROOT}"
        )
    return SymptomPhrases(large, dict(left_out))


def split_phrases(
    phrases: Sequence[SymptomPhrase],
    shares: Sequence[float] = (0.7, 0.15, 0.15),
    seed: int = 0,
) -> tuple[list[SymptomPhrase], ...]:
    """Split phrases by term, so that no phrase of one part stands in another.

    Two terms that share a phrase after :func:`fold_phrase`, the order of its words put
    aside ("vein blockage", "blockage, vein"), are tied together and go to the same part.

    Parameters
    ----------
    phrases : sequence of SymptomPhrase
        What :func:`symptom_phrases` returns; its order does not matter for who goes where.
    shares : sequence of float
        Shares of the parts (of the terms, not of the phrases), adding up to 1.
    seed : int
        Seed of the shuffle.

    Returns
    -------
    tuple of list of SymptomPhrase
        One list per share, each in the order of ``phrases``.

    Raises
    ------
    MedaiError
        If the shares are wrong or there are too few terms for them.
    """
    leader = {phrase.term_id: phrase.term_id for phrase in phrases}

    def find(term: str) -> str:
        while leader[term] != term:
            leader[term] = leader[leader[term]]
            term = leader[term]
        return term

    first: dict[tuple[str, ...], str] = {}
    for phrase in phrases:
        words = tuple(sorted(fold_phrase(phrase.text).split()))
        a, b = find(first.setdefault(words, phrase.term_id)), find(phrase.term_id)
        leader[max(a, b)] = min(a, b)  # the smaller id leads: independent of the order
    groups = sorted({find(term) for term in leader})
    part_of = {g: i for i, part in enumerate(split(groups, shares, seed)) for g in part}
    parts: tuple[list[SymptomPhrase], ...] = tuple([] for _ in shares)
    for phrase in phrases:
        parts[part_of[find(phrase.term_id)]].append(phrase)
    return parts
