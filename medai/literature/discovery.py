"""Literature-based discovery with signs: A acts on B, B is altered in C, nobody wrote A and C."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from medai.datasets.literature import Abstract, literature_terms
from medai.literature.entities import entities
from medai.literature.relations import Relation
from medai.runtime.errors import MedaiError

SIGNS = {"raises": 1, "lowers": -1}
NOTE = "hypothesis, not evidence of treatment"


@dataclass(frozen=True)
class Bridge:
    """One B: its score (above 0: A acts against what C does) and all sentences of both links."""

    name: str
    score: float
    evidence: tuple[Relation, ...]
    against: tuple[Relation, ...]


@dataclass(frozen=True)
class Hypothesis:
    """A and C with their bridges, best first; printing shows evidence on both sides."""

    a: str
    c: str
    score: float
    bridges: tuple[Bridge, ...]

    def __str__(self) -> str:
        word = "may help" if self.score > 0 else "may harm" if self.score < 0 else "undecided"
        lines = [f"{self.a} – {self.c}: {word}, score {self.score:.2f} ({NOTE})"]
        for one in self.bridges:
            lines.append(f"  by {one.name}, score {one.score:.2f}")
            lines += [f"    for      {r.abstract}: {r.sentence}" for r in one.evidence]
            lines += [f"    against  {r.abstract}: {r.sentence}" for r in one.against]
        return "\n".join(lines)


def net(found: Sequence[Relation]) -> float:
    """Return the net sign of a link, (up − down) / (up + down + denied + 1), in −1 to 1."""
    said = [SIGNS[r.relation] for r in found if not r.negated]
    return sum(said) / (len(found) + 1)


def _links(found: Iterable[Relation]) -> dict[str, dict[str, list[Relation]]]:
    links: dict[str, dict[str, list[Relation]]] = defaultdict(lambda: defaultdict(list))
    for r in found:
        if r.relation in SIGNS or (r.relation == "changes" and r.negated):
            links[r.subject][r.object].append(r)
    return links


def closed(found: Iterable[Relation], a: str, c: str) -> Hypothesis:
    """Rank what could join A and C (closed discovery).

    Parameters
    ----------
    found
        Relations to argue from; leave out what was not known yet.
    a, c
        Names of terms.

    Raises
    ------
    MedaiError
        For a name that no relation has as its subject.

    Examples
    --------
    >>> from medai.literature.relations import relations
    >>> said = "Fish oil lowered blood viscosity. Raynaud's disease raised blood viscosity."
    >>> found = [one for text in said.split(". ") for one in relations(text, "made up")]
    >>> one = closed(found, "fish oil", "Raynaud's disease")
    >>> one.score, [bridge.name for bridge in one.bridges]
    (0.25, ['blood viscosity'])
    >>> for line in str(one).splitlines()[1:]:
    ...     print(line)
      by blood viscosity, score 0.25
        for      made up: Fish oil lowered blood viscosity
        for      made up: Raynaud's disease raised blood viscosity.
    """
    links = _links(found)
    for name in (a, c):
        if name not in links:
            raise MedaiError(
                f"{name!r} raises or lowers nothing in these relations. Use a name of terms.csv."
            )
    return _hypothesis(links, a, c)


def _hypothesis(links: dict[str, dict[str, list[Relation]]], a: str, c: str) -> Hypothesis:
    bridges = []
    for b in sorted(set(links[a]) & set(links[c]) - {a, c}):
        signs = net(links[a][b]), net(links[c][b])
        sides: tuple[list[Relation], list[Relation]] = ([], [])
        for sign, rows in zip(signs, (links[a][b], links[c][b]), strict=True):
            for r in rows:
                agrees = not r.negated and SIGNS[r.relation] * sign > 0
                sides[0 if agrees else 1].append(r)
        score = -signs[0] * signs[1] + 0.0
        bridges.append(Bridge(b, score, tuple(sides[0]), tuple(sides[1])))
    bridges.sort(key=lambda one: (-one.score, one.name))
    return Hypothesis(a, c, sum(one.score for one in bridges), tuple(bridges))


def open_discovery(
    found: Iterable[Relation], a: str, *, known: Iterable[str] = (), most_common: int = 0
) -> tuple[Hypothesis, ...]:
    """Rank the diseases that A might help (open discovery).

    Parameters
    ----------
    found
        Relations to argue from.
    a
        Name of a term.
    known
        Diseases already written of together with A; they are no discovery.
    most_common
        Leave out this many B terms that most subjects act on ("blood pressure").
    """
    links = _links(found)
    used: dict[str, int] = defaultdict(int)
    for rows in links.values():
        for b in rows:
            used[b] += 1
    dull = set(sorted(used, key=lambda b: (-used[b], b))[:most_common])
    kinds = {term.name: term.type for term in literature_terms()}
    trimmed = {s: {b: r for b, r in rows.items() if b not in dull} for s, rows in links.items()}
    out = [
        _hypothesis(trimmed, a, c)
        for c in sorted(trimmed)
        if a in trimmed and kinds.get(c) == "disease" and c not in set(known)
    ]
    return tuple(sorted((h for h in out if h.bridges), key=lambda h: (-h.score, h.c)))


class Cooccurrence:
    """Which terms stand in the same abstract; the baselines of discovery."""

    def __init__(self, abstracts: Iterable[Abstract]) -> None:
        self.bags = [
            frozenset(e.name for s in one.sentences for e in entities(s)) for one in abstracts
        ]
        self.terms = frozenset().union(*self.bags)

    def count(self, *names: str) -> int:
        """Return in how many abstracts all the names stand."""
        return sum(set(names) <= bag for bag in self.bags)

    def lift(self, a: str, b: str) -> float:
        """Return how much oftener a and b stand together than by chance; 1 is chance."""
        both, n = self.count(a, b), len(self.bags)
        return both * n / (self.count(a) * self.count(b)) if both else 0.0

    def linking(self, a: str, c: str) -> int:
        """Return how many terms stand with A and with C: the linking term count."""
        return sum(bool(self.count(a, b)) and bool(self.count(b, c)) for b in self.terms - {a, c})

    def linking_lift(self, a: str, c: str) -> float:
        """Return the sum over B of the smaller of the two lifts, the same in any order of B."""
        middle = self.terms - {a, c}
        return math.fsum(min(self.lift(a, b), self.lift(b, c)) for b in middle)


def mean_rank_share(scores: np.ndarray, gold: np.ndarray) -> float:
    """Return the share of gold–other pairs that are ordered rightly, ties counting a half."""
    good, bad = scores[gold][:, None], scores[~gold][None]
    if not good.size or not bad.size:
        raise MedaiError("Ranking needs candidates that came true and candidates that did not.")
    return float(np.mean((good > bad) + 0.5 * (good == bad)))
