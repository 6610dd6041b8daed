"""Put the first candidates of a ranking into a better order, by weights learned from cases.

The simple score (:mod:`medai.knowledge.score`) chooses a pool, its best 100 diseases.  Each
gets a utility ``u(d) = sum_k w_k x_k(d)`` from the features of
:mod:`medai.knowledge.evidence`, and the pool is sorted by it.  The weights are those of a
conditional logit (McFadden): ``P(d | pool) = exp u(d) / sum_e exp u(e)`` is made as large as
possible for the true diseases of published cases.  They are a table of a dozen numbers, with
their provenance, in ``data/rerank/weights.json``; ``benchmarks/rerank.py`` fits them.

No disease is known by name: renumber or rename them all, and the order is the same.  A finding
that was looked for and is *absent* is no feature.  It lowers the utility of a disease that has
it by what it lowers the simple score, and raises none.
"""

from __future__ import annotations

import dataclasses
import functools
import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from medai.datasets import data_path
from medai.knowledge.evidence import FEATURES, features
from medai.knowledge.graph import KnowledgeGraph
from medai.knowledge.leave_out import Leftover, left_scores
from medai.knowledge.query import Query
from medai.knowledge.rank import Ranking, best, candidates, check_top, first_of
from medai.knowledge.traits import check_sex, years_of
from medai.runtime import MedaiError

POOL = 100  # how many diseases of the simple ranking are put in order


def check_weights(record: Mapping) -> np.ndarray:
    """Return the weights of a weights file, in the order of the features.

    Raises
    ------
    MedaiError
        When a feature is missing or unknown, or a weight is no finite number.

    Examples
    --------
    >>> check_weights({"weights": {"match": 1.0}})
    Traceback (most recent call last):
        ...
    medai.runtime.errors.MedaiError: "weights" must name exactly the features ...
    """
    given = record.get("weights")
    if not isinstance(given, Mapping) or given.keys() != FEATURES.keys():
        raise MedaiError(
            f'"weights" must name exactly the features {", ".join(FEATURES)}; '
            "benchmarks/rerank.py writes such a file."
        )
    for name, value in given.items():
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number or not np.isfinite(value):
            raise MedaiError(f"The weight of {name} is {value!r}: give a finite number.")
    return np.array([float(given[name]) for name in FEATURES])


@functools.lru_cache(maxsize=4)
def load_weights(path: Path | None = None) -> np.ndarray:
    """Read weights, by default those of the book; shape (features,), treat as read-only."""
    path = data_path("rerank/weights.json") if path is None else path
    try:
        record = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise MedaiError(f"{path}: no weights can be read ({error}).") from None
    return check_weights(record)


def reranked_scores(
    graph: KnowledgeGraph,
    query: Query,
    *,
    part: slice | None = None,
    left: Leftover | None = None,
    age: float | None = None,
    sex: str | None = None,
    weights: np.ndarray | None = None,
) -> np.ndarray:
    """Score every disease: the pool by utility, all others below it in their simple order.

    Parameters
    ----------
    graph : KnowledgeGraph
        The graph.
    query : Query
        The patient.  The pool depends on the present findings only, so an absent finding
        can lower a disease, but never lift another one into the pool.
    part : slice, optional
        The diseases that compete, as of :func:`medai.knowledge.rank.candidates`.
    left : Leftover, optional
        What a left-out paper leaves.
    age : float, optional
        In years.
    sex : {"female", "male"}, optional
        None: unknown, or neither.
    weights : numpy.ndarray, optional
        Shape (features,); by default the book's.

    Returns
    -------
    numpy.ndarray
        Shape (diseases,): utilities in the pool, whose differences are log odds; ``-inf`` for
        a disease that only the left-out paper describes, and for all that do not compete.
    """
    weights = load_weights() if weights is None else weights
    part = slice(0, len(graph.disease_ids)) if part is None else part
    asked = dataclasses.replace(query, excluded=())
    simple = left_scores(graph, asked, left)
    scores = np.full(len(simple), -np.inf)
    pool = part.start + best(simple[part], POOL)
    pool = pool[np.isfinite(simple[pool])]
    if not len(pool):
        return scores
    utility = features(graph, asked, pool, left=left, age=age, sex=sex) @ weights
    scores[part] = simple[part] - simple[pool].min() + utility.min() - 1.0
    scores[pool] = utility
    if query.excluded:
        known = np.isfinite(simple)
        change = left_scores(graph, query, left)[known] - simple[known]
        scores[known] += np.minimum(change, 0.0)
    return scores


def rerank(
    graph: KnowledgeGraph,
    query: Query,
    top: int = 20,
    source: str = "omim",
    *,
    age: float | str | None = None,
    sex: str | None = None,
    weights: np.ndarray | None = None,
) -> Ranking:
    """Rank diseases as :func:`medai.knowledge.rank.rank` does, in the learned order.

    Parameters
    ----------
    graph : KnowledgeGraph
        The graph.
    query : Query
        The patient, from :func:`medai.knowledge.query.make_query`.
    top : int
        How many diseases to return.
    source : {"omim", "orpha", "all"}
        Which diseases compete.
    age : float or str, optional
        Years, or a duration such as ``"P6Y9M"``.
    sex : {"female", "male"}, optional
        None: unknown, or neither.
    weights : numpy.ndarray, optional
        By default the book's.

    Returns
    -------
    Ranking
        Its scores are utilities; the explanations are those of the simple score, whose parts
        do not add up to a utility.

    Raises
    ------
    MedaiError
        When `top`, `source`, `age` or `sex` is not as described.
    """
    check_top(top)
    part = candidates(graph, source)
    scores = reranked_scores(
        graph, query, part=part, age=years_of(age), sex=check_sex(sex), weights=weights
    )
    return first_of(graph, query, scores, part, top)
