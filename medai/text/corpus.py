"""The book's corpus: the English definitions of the Human Phenotype Ontology."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, Protocol, TypeVar

import numpy as np

from medai.runtime import MedaiError

ROOT = "HP:0000118"  # "Phenotypic abnormality"; its children are the organ systems
T = TypeVar("T")


class Definition(NamedTuple):
    """One definition: the HPO id, the term's name, the text and the organ systems above it."""

    id: str
    name: str
    text: str
    systems: tuple[str, ...]


class _Term(Protocol):
    id: str
    name: str
    definition: str
    parents: Sequence[str]


def hpo_definitions(terms: Iterable[_Term]) -> list[Definition]:
    """Collect the definitions of HPO terms, in the order of their ids.

    Parameters
    ----------
    terms : iterable
        Objects with ``id``, ``name``, ``definition`` and ``parents`` (ids), such as
        ``medai.knowledge.load_graph().terms``.

    Returns
    -------
    list of Definition
        Terms without a definition, and obsolete ones without a parent, are left out.
        ``systems`` holds the names of the top branches ("Abnormality of the eye") above
        the term, sorted; it may hold several, or none for terms outside that tree.

    Raises
    ------
    MedaiError
        If no term has a definition.
    """
    by_id = {term.id: term for term in terms}
    systems = organ_systems(by_id)
    out = [
        Definition(t.id, t.name, " ".join(t.definition.split()), tuple(sorted(systems[t.id])))
        for _, t in sorted(by_id.items())
        if t.definition.strip() and t.parents
    ]
    if not out:
        raise MedaiError(
            f"none of the {len(by_id)} terms has a definition; pass load_graph().terms"
        )
    return out


def organ_systems(by_id: Mapping[str, _Term]) -> dict[str, frozenset[str]]:
    """Return the names of the top branches that each term lies under; none, one or several."""
    above: dict[str, frozenset[str]] = {}

    def find(term_id: str) -> frozenset[str]:
        if term_id not in above:
            found: set[str] = set()
            for parent in by_id[term_id].parents if term_id in by_id else ():
                found |= {by_id[term_id].name} if parent == ROOT else find(parent)
            above[term_id] = frozenset(found)
        return above[term_id]

    return {term_id: find(term_id) for term_id in by_id}


def split(
    items: Sequence[T], shares: Sequence[float] = (0.8, 0.1, 0.1), seed: int = 0
) -> tuple[list[T], ...]:
    """Split items at random into parts, each item into exactly one.

    Parameters
    ----------
    items : sequence
        What to split; the result depends on its order.
    shares : sequence of float
        Shares of the parts, positive, adding up to 1.
    seed : int
        Seed of the shuffle.

    Returns
    -------
    tuple of list
        One list per share, sizes within one of ``share * len(items)``.

    Raises
    ------
    MedaiError
        If shares are not positive or do not add up to 1, or a part would be empty.
    """
    if min(shares, default=0) <= 0 or abs(sum(shares) - 1) > 1e-9:
        raise MedaiError(f"shares = {tuple(shares)}, but they must be positive and add up to 1")
    cuts = np.round(np.cumsum(shares) * len(items)).astype(int)
    if np.diff(cuts, prepend=0).min() < 1:
        raise MedaiError(
            f"{len(items)} items are too few for shares {tuple(shares)}: a part would be empty"
        )
    order = np.random.default_rng(seed).permutation(len(items))
    return tuple([items[i] for i in part] for part in np.split(order, cuts[:-1]))


def ngram_runs(texts: Iterable[Sequence[str]], n: int = 8) -> frozenset[tuple[str, ...]]:
    """Return every run of ``n`` tokens in tokenised texts: a reference made once, asked often.

    Parameters
    ----------
    texts : iterable of token lists
        For instance training texts.
    n : int
        Length of the run, 1 or more.

    Returns
    -------
    frozenset of tuple of str
        What :func:`shares_ngram` takes as ``reference``, with the same ``n``.

    Raises
    ------
    MedaiError
        If ``n`` is below 1.
    """
    if n < 1:
        raise MedaiError(f"n = {n}, but a run has at least 1 token; 8 is usual")
    return frozenset(run for tokens in texts for run in _runs(tokens, n))


def _runs(tokens: Sequence[str], n: int) -> Iterable[tuple[str, ...]]:
    return zip(*(tokens[i:] for i in range(n)), strict=False)


def shares_ngram(
    texts: Sequence[Sequence[str]],
    reference: Iterable[Sequence[str]] | frozenset[tuple[str, ...]],
    n: int = 8,
) -> np.ndarray:
    """Say which tokenised texts have ``n`` tokens in a row in common with a reference.

    A shared run of eight words or more marks a near-duplicate: text that a model tested on
    ``texts`` may have copied from ``reference``.

    Parameters
    ----------
    texts : sequence of token lists
        For instance test texts.
    reference : sequence of token lists, or frozenset from :func:`ngram_runs`
        For instance training texts.
    n : int
        Length of the run, 1 or more.

    Returns
    -------
    numpy.ndarray of bool, shape (len(texts),)
        True where a run is shared; texts shorter than ``n`` tokens are False.

    Raises
    ------
    MedaiError
        If ``n`` is below 1.
    """
    known = reference if isinstance(reference, frozenset) else ngram_runs(reference, n)
    odd = next((run for run in known if len(run) != n), None)
    if odd is not None:
        raise MedaiError(f"reference holds runs of {len(odd)} tokens and n = {n}; make both equal")
    return np.array([any(run in known for run in _runs(tokens, n)) for tokens in texts], dtype=bool)
