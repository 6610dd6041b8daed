"""Weak supervision: rules of thumb vote, a model weighs the rules, a classifier learns from both.

A labelling function reads one text and returns a class or ``ABSTAIN``.  It may be wrong; it may
be silent.  Silence has a meaning too: a rule that looks for "artery" and stays silent has said
something (book, Chapter 36).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike

from medai.labels.annotators import MISSING, Annotators, checked_votes, dawid_skene, majority
from medai.runtime import MedaiError

__all__ = ["ABSTAIN", "keywords", "label_model", "summary", "train_on", "vote"]

ABSTAIN = MISSING
Rule = Callable[[str], int]


def keywords(words: str, label: int) -> Rule:
    """Return a rule that gives `label` where a word begins with one of `words`, else abstains.

    Examples
    --------
    >>> rule = keywords("arter aort", 1)
    >>> rule("Narrowing of the aorta."), rule("A short nose.")
    (1, -1)
    """
    import re

    parts = words.split()
    if not parts:
        raise MedaiError("No words: a rule without words would never speak.")
    pattern = re.compile(r"\b(?:" + "|".join(map(re.escape, parts)) + ")", re.I)
    return lambda text: label if pattern.search(text) else ABSTAIN


def vote(rules: Mapping[str, Rule] | Sequence[Rule], texts: Sequence[str]) -> np.ndarray:
    """Return what each rule says of each text, shape (texts, rules), whole numbers.

    Raises
    ------
    MedaiError
        When there is no rule or text, or a rule returns anything but a whole number from -1.
    """
    functions = list(rules.values()) if isinstance(rules, Mapping) else list(rules)
    if isinstance(texts, str) or not len(texts) or not functions:
        raise MedaiError("At least one rule and a list of texts are needed.")
    out = np.empty((len(texts), len(functions)), dtype=int)
    for i, text in enumerate(texts):
        for j, rule in enumerate(functions):
            answer = rule(text)
            if not hasattr(answer, "__index__") or answer < ABSTAIN:
                raise MedaiError(
                    f"Rule {j} returned {answer!r} for text {i}: a class (0, 1, …) or ABSTAIN (-1)."
                )
            out[i, j] = answer
    return out


def summary(
    votes: ArrayLike, names: Sequence[str], classes: int = 2, truth: ArrayLike | None = None
) -> list[dict]:
    """Return one row a rule: how often it speaks, alone or against others, and how often rightly.

    Parameters
    ----------
    votes : array_like
        Shape (texts, rules).
    names : sequence of str
        One a rule.
    truth : array_like, optional
        Known labels, shape (texts,), for the column ``right``.

    Returns
    -------
    list of dict
        ``rule``, ``speaks`` (share of texts), ``conflict`` (share of its votes that another rule
        contradicts), and ``right`` (share of its votes; None if it never spoke).
    """
    table = checked_votes(votes, classes)
    if len(names) != table.shape[1]:
        raise MedaiError(f"{len(names)} names for {table.shape[1]} rules.")
    rows = []
    for j, name in enumerate(names):
        spoke = table[:, j] != ABSTAIN
        others = np.delete(table, j, axis=1)
        against = ((others != ABSTAIN) & (others != table[:, [j]])).any(1)
        row = {"rule": name, "speaks": float(spoke.mean())}
        row["conflict"] = float(against[spoke].mean()) if spoke.any() else None
        if truth is not None:
            right = table[:, j] == np.asarray(truth)
            row["right"] = float(right[spoke].mean()) if spoke.any() else None
        rows.append(row)
    return rows


def label_model(
    votes: ArrayLike,
    classes: int = 2,
    prevalence: Sequence[float] | None = None,
    smooth: float = 1.0,
    **options: object,
) -> Annotators:
    """Fit Dawid and Skene's model to rules, with silence as an answer of its own.

    Parameters
    ----------
    votes : array_like
        Shape (texts, rules), -1 for silence.
    classes : int
        Number of classes.
    prevalence : sequence of float, optional
        Share of each class, if known.
    smooth : float
        See :func:`medai.labels.annotators.dawid_skene`, as for other options.

    Returns
    -------
    Annotators
        ``habits`` has shape (rules, classes, classes + 1); the last column is silence.
    """
    table = checked_votes(votes, classes)
    start = majority(table, classes)
    middle = np.nanmean(start, axis=0) if prevalence is None else np.asarray(prevalence, float)
    start = np.where(np.isnan(start), middle, start)
    told = np.where(table == ABSTAIN, classes, table)
    return dawid_skene(
        told, classes, answers=classes + 1, start=start, prevalence=prevalence, smooth=smooth,
        **options,
    )  # fmt: skip


def train_on(model: object, features: object, p: ArrayLike) -> object:
    """Fit a scikit-learn classifier to probabilities instead of labels.

    Each row enters once for each class, weighted with its probability, which is the expected
    loss under `p`.  Rows that hold NaN (no vote) are left out.

    Parameters
    ----------
    model
        With ``fit(X, y, sample_weight=…)``.
    features
        Array or sparse matrix, shape (texts, columns).
    p : array_like
        Shape (texts, classes).

    Raises
    ------
    MedaiError
        When no row has a probability.
    """
    from scipy.sparse import issparse, vstack

    p = np.asarray(p, dtype=float)
    rows = np.flatnonzero(~np.isnan(p).any(1))
    if not len(rows):
        raise MedaiError("No text has a probability: every rule was silent.")
    classes = p.shape[1]
    part = features[rows]
    many = vstack([part] * classes).tocsr() if issparse(part) else np.concatenate([part] * classes)
    labels = np.repeat(np.arange(classes), len(rows))
    weights = p[rows].T.ravel()
    keep = weights > 0
    return model.fit(many[keep], labels[keep], sample_weight=weights[keep])
