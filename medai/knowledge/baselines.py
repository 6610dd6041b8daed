"""Two simple rankings that the real one must beat.

Popularity
    The best-described diseases first, whoever the patient is: a disease's score is its number
    of annotated findings.  (Counting cases instead would use the answers of the test.)
Naive Bayes
    ``sum_h ln(0.95 f(d, h) + 0.05 bg(h))`` over the present findings: every disease equally
    likely beforehand, findings independent given the disease, and a 5 % chance that a finding
    comes from the background.  It knows that a febrile seizure is a seizure (f is carried up
    to ancestors), but gives nothing for a finding that matches through an ancestor only, and
    silence does not count.

Both take what is left when a paper has been left out, as the real ranking does.
"""

from __future__ import annotations

import math

import numpy as np

from medai.knowledge.graph import KnowledgeGraph
from medai.knowledge.leave_out import Leftover
from medai.knowledge.query import Query
from medai.knowledge.score import NOISE


def popularity(graph: KnowledgeGraph, query: Query, left: Leftover | None = None) -> np.ndarray:
    """Score every disease by its number of annotated findings, shape (diseases,)."""
    scores = np.bincount(graph.scorer.silence_disease, minlength=len(graph.disease_ids))
    scores = scores.astype(float)
    if left is not None:
        for disease, profile in left.profiles.items():
            scores[disease] = len(profile.stated)
        scores[list(left.gone)] = -np.inf
    return scores


def naive_bayes(graph: KnowledgeGraph, query: Query, left: Leftover | None = None) -> np.ndarray:
    """Score every disease by its log likelihood of the present findings, shape (diseases,)."""
    background = graph.background if left is None else left.background
    scores = np.zeros(len(graph.disease_ids))
    changed = list(left.profiles) if left is not None else []
    for h in query.present:
        by_chance = NOISE * background[h]
        diseases, f = graph.scorer.entries(h)
        gain = np.zeros(len(graph.disease_ids))  # over a disease without the finding
        gain[diseases] = np.log1p((1 - NOISE) * f / by_chance)
        for disease in changed:
            f_left = left.profiles[disease].f.get(h, 0.0)
            gain[disease] = math.log1p((1 - NOISE) * f_left / by_chance)
        scores += gain + math.log(by_chance)
    if left is not None:
        scores[list(left.gone)] = -np.inf
    return scores
