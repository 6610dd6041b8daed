"""Multiple-choice questions made from the knowledge graph and the book's tables.

A wrong option is a *near miss*: a disease that explains some of the findings but not all, a
finding of the same organ; on interactions it is only a medicine with few of them.
None may also be right (:mod:`medai.education.guards`), none may stand out, and the key must
not be the one that the others resemble: with distractors chosen for their likeness to the key,
the key is their centre, and a student who knows nothing finds it there.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterator
from itertools import combinations

import numpy as np

from medai.education._drug_items import kinship, which_by_gene, which_interacts
from medai.education._graph_items import Draft, graphs, likeness, which_disease, which_finding
from medai.education.guards import direct, parallel, same_family
from medai.education.question import Option, Question
from medai.runtime.errors import MedaiError

__all__ = ["TOPICS", "WAYS", "make_questions", "nearness"]

TOPICS = ("common", "rare", "common-findings", "rare-findings", "interactions", "genes")
WAYS = ("near", "random", "closest")
N_OPTIONS = 4
POOL = 10  # near misses from which three are chosen
TRIES = 600


def make_questions(
    number: int = 10, *, topic: str = "common", seed: int = 0, distractors: str = "near"
) -> tuple[Question, ...]:
    """Make questions.

    Parameters
    ----------
    number : int
        How many, at most 300.
    topic : str
        One of :data:`TOPICS`, or ``"mixed"`` for all in turn.
    seed : int
        The same seed gives the same questions.
    distractors : str
        ``"near"``: near misses, chosen so that the key is not more central than by chance;
        ``"closest"``: the nearest three, whatever that gives away; ``"random"``: any wrong
        ones (the baseline).

    Returns
    -------
    tuple
        Four options each; the key stands in each position equally often, as far as the
        number allows.

    Raises
    ------
    MedaiError
        For an unknown topic or way, or a number that is out of range or more than the
        tables give.

    Examples
    --------
    >>> [len(one.options) for one in make_questions(2)]
    [4, 4]
    """
    if isinstance(number, bool) or not isinstance(number, int) or not 1 <= number <= 300:
        raise MedaiError(f"number={number!r} must be a whole number from 1 to 300, e.g. 20.")
    if topic not in (*TOPICS, "mixed"):
        raise MedaiError(f"topic {topic!r} is unknown. Choose mixed, {', '.join(TOPICS)}.")
    if distractors not in WAYS:
        raise MedaiError(f"distractors={distractors!r} must be one of {', '.join(WAYS)}.")
    topics = TOPICS if topic == "mixed" else (topic,)
    rngs = {name: np.random.default_rng([seed, TOPICS.index(name)]) for name in topics}
    makers = {name: _questions(name, rngs[name], distractors) for name in topics}
    parts: list[tuple[str, Draft, list, float]] = []
    turn = 0
    while len(parts) < number and makers:
        name = [*makers][turn % len(makers)]
        made = next(makers[name], None)
        if made is None:
            del makers[name]
        else:
            parts.append((name, *made))
            turn += 1
    if len(parts) < number:
        raise MedaiError(
            f"The tables give {len(parts)} questions on {topic!r} with this seed, not {number}. "
            "Ask for fewer, or for topic 'mixed'."
        )
    rng = np.random.default_rng([seed, 0xE0])
    positions = rng.permutation(np.arange(number) % N_OPTIONS)
    return tuple(
        _assemble(name, i, draft, wrong, int(position), seed, rng)
        for i, ((name, draft, wrong), position) in enumerate(zip(parts, positions, strict=True), 1)
    )


def _assemble(name, i, draft, wrong, position, seed, rng) -> Question:
    text, why, concept = draft.key
    options = [Option(t, False, w, c) for t, w, c, _ in (wrong[j] for j in rng.permutation(3))]
    options.insert(position, Option(text, True, why, concept))
    return Question(f"{name}-{seed}-{i:03}", name, draft.stem, tuple(options), draft.sources)


def _drafts(topic: str, rng: np.random.Generator, wide: bool) -> Iterator[Draft]:
    if topic == "interactions":
        return which_interacts(rng)
    if topic == "genes":
        return which_by_gene(rng)
    kind = topic.split("-")[0]
    make = which_finding if topic.endswith("findings") else which_disease
    return make(graphs()[kind], kind == "common", rng, wide)


def _questions(topic: str, rng: np.random.Generator, way: str) -> Iterator[tuple[Draft, list]]:
    alike = similarity(topic)
    for draft in _drafts(topic, rng, way == "random"):
        wrong = _choose(draft, alike, rng, way)
        if wrong:
            yield draft, wrong


def _choose(draft: Draft, alike: Callable, rng: np.random.Generator, way: str) -> list | None:
    """Choose three wrong options that are parallel with the key; None if there are none."""
    text = draft.key[0]
    pool = [one for one in draft.others if parallel([text, one[0]])]
    pool = [pool[i] for i in rng.permutation(len(pool))]
    if way != "random":
        pool = sorted(pool, key=lambda one: -one[3])
        pool = [one for one in pool if one[3] > 0][: POOL if way == "near" else 40]
    else:
        pool = pool[:40]
    sets = []
    for trio in combinations(range(len(pool)), 3):
        three = [pool[i] for i in trio]
        texts = [text, *(one[0] for one in three)]
        apart = not any(same_family(a, b) for a, b in combinations(texts, 2))
        if parallel(texts) and (apart or draft.topic in ("interactions", "genes")):
            sets.append(three)
            if way != "near" or len(sets) >= TRIES:
                break
    if not sets:
        return None
    if way != "near":
        return sets[0]
    central, longer = rng.integers(N_OPTIONS, size=2)  # how many shall be more central, longer

    def unfit(three: list) -> tuple[float, float]:
        centre = centrality_rank([draft.key[2], *(one[2] for one in three)], alike)
        length = sum(len(one[0]) > len(text) for one in three)
        return abs(centre - central) + abs(length - longer), -sum(one[3] for one in three)

    return min(sets, key=unfit)


def centrality_rank(concepts: list[str], alike: Callable[[str, str], float]) -> float:
    """Return how many of the others are more like the rest than the first is; a tie is a half."""
    n = len(concepts)
    centre = [sum(alike(concepts[i], concepts[j]) for j in range(n) if j != i) for i in range(n)]
    more = sum(c > centre[0] + 1e-9 for c in centre[1:])
    return more + 0.5 * sum(abs(c - centre[0]) <= 1e-9 for c in centre[1:])


def similarity(topic: str) -> Callable[[str, str], float]:
    """Return the measure of likeness of two concepts of a topic, in [0, 1]."""
    if topic in ("interactions", "genes"):
        return kinship
    graph = graphs()[topic.split("-")[0]]
    if topic.endswith("findings"):
        return functools.lru_cache(maxsize=65536)(functools.partial(likeness, graph))
    return functools.lru_cache(maxsize=65536)(functools.partial(disease_likeness, graph))


def disease_likeness(graph, one: str, two: str) -> float:
    """Return the share of information that two diseases have in common (ancestors included)."""
    a, b = (_closure(graph, disease) for disease in (one, two))
    ic = graph.information_content
    # fsum: the order of a set must not change the last digit
    return math.fsum(ic(t) for t in a & b) / max(math.fsum(ic(t) for t in a | b), 1e-9)


@functools.lru_cache(maxsize=2048)
def _closure(graph, disease: str) -> frozenset[str]:
    return frozenset(
        a for t in direct(graph, disease)[0] for a in graph.ancestors(t) if graph.is_phenotype(a)
    )


def nearness(question: Question) -> float:
    """Return how like the key its distractors are: the mean likeness, in [0, 1]."""
    alike = similarity(question.topic)
    key = question.options[question.key].concept
    return float(np.mean([alike(key, o.concept) for o in question.options if not o.correct]))
