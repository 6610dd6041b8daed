"""Invented cases in any number, to measure how the cost of ranking grows."""

from __future__ import annotations

import numpy as np

from medai.runtime import MedaiError


def made_cases(n: int, seed: int = 0, most: int = 12) -> list[dict]:
    """Return cases whose findings are drawn from the annotations of a disease drawn at random.

    They have the size of published cases and are for timing only: a ranking of findings that were
    drawn from the annotations themselves says nothing about real patients.

    Parameters
    ----------
    n : int
        How many.
    seed : int
        Of the draws; the first cases of a longer list are those of a shorter one.
    most : int
        Findings of a case, from 2.

    Returns
    -------
    list of dict
        ``{"id": number, "present": ["HP:…", …]}``.

    Raises
    ------
    MedaiError
        When `n` is below 1 or `most` below 2.

    Examples
    --------
    >>> from medai.scale.made_cases import made_cases
    >>> made_cases(2, most=4)
    [{'id': 1, 'present': ['HP:0000817', 'HP:0002540', 'HP:0001263']}, {'id': 2, 'present':
    ['HP:0000463', 'HP:0033802']}]
    """
    from medai.knowledge import load_graph

    if n < 1 or most < 2:
        raise MedaiError(f"n={n}, most={most}: at least one case of at least two findings.")
    graph = load_graph()
    rng = np.random.default_rng(seed)
    found: list[dict] = []
    while len(found) < n:
        disease = graph.disease_ids[int(rng.integers(graph.first_orpha))]
        terms = sorted({row.term_id for row in graph.disease(disease).annotations
                        if graph.is_phenotype(row.term_id) and not row.excluded})  # fmt: skip
        count = int(rng.integers(2, most + 1))
        if len(terms) >= 2:
            chosen = rng.permutation(terms)[:count].tolist()
            found.append({"id": len(found) + 1, "present": chosen})
    return found
