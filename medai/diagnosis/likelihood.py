"""A language model's opinion as one number: how likely it finds the name of each condition.

The model is not asked for a diagnosis.  It is asked how likely each of ten given names is after
a sentence made of the findings, and that likelihood joins the posterior with a weight.  Whether
it helps is measured (``benchmarks/likelihood.py``); by default the weight is :data:`WEIGHT`.

The sentence is made of names of findings, never of the patient's own words.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from medai.diagnosis.explain import lower
from medai.llm.model import Scorer
from medai.runtime import MedaiError

METHODS = ("total", "pmi")
WEIGHT = 0.0  # of the likelihood beside the log posterior; see data/results/24_likelihood.json
NEUTRAL = "The diagnosis is"
MOST_FINDINGS = 12


def case_prompt(
    present: Sequence[str],
    absent: Sequence[str] = (),
    age: float | None = None,
    sex: str | None = None,
) -> str:
    """Return the sentence that describes a patient by names of findings.

    Parameters
    ----------
    present, absent : sequence of str
        Names of findings; the first twelve present ones and four absent ones are used.
    age : float, optional
        In years.
    sex : {"female", "male"}, optional
        As given.

    Examples
    --------
    >>> case_prompt(["Cough", "Fever"], ["Hemoptysis"], 45, "female")
    'A 45-year-old woman has cough and fever, but no hemoptysis. The diagnosis is'
    """
    if not present:
        raise MedaiError("There is no present finding: a case needs at least one.")
    who = _who(age, sex)
    text = f"{who[0].upper()}{who[1:]} has {_listed(present[:MOST_FINDINGS], 'and')}"
    if absent:
        text += f", but no {_listed(absent[:4], 'or')}"
    return f"{text}. {NEUTRAL}"


def _who(age: float | None, sex: str | None) -> str:
    child = age is not None and age < 18
    words = {"female": "girl" if child else "woman", "male": "boy" if child else "man"}
    noun = words.get(sex or "", "child" if child else "patient")
    if age is None:
        return f"a {noun}"
    if age < 1:
        return f"a baby {noun}" if sex else "a baby"
    whole = int(age)
    article = "an" if whole in (8, 11, 18) or 80 <= whole < 90 else "a"
    return f"{article} {whole}-year-old {noun}"


def _listed(names: Sequence[str], last: str) -> str:
    low = [lower(name) for name in names]
    return low[0] if len(low) == 1 else f"{', '.join(low[:-1])} {last} {low[-1]}"


def likelihoods(
    llm: Scorer, prompt: str, conditions: Sequence[str], method: str = "total"
) -> np.ndarray:
    """Return how likely a model finds each name of a condition after a case.

    Parameters
    ----------
    llm : medai.llm.model.Scorer
        Such as :func:`medai.llm.load` returns.
    prompt : str
        From :func:`case_prompt`.
    conditions : sequence of str
        Names, the part in brackets left out.
    method : {"total", "pmi"}
        ln P(name | case), or that minus ln P(name | "The diagnosis is").

    Returns
    -------
    numpy.ndarray, shape (conditions,)
        Natural logarithms; only differences mean anything.
    """
    if method not in METHODS:
        raise MedaiError(f"method={method!r}: choose one of {', '.join(METHODS)}.")
    names = [f" {lower(name.split(' (')[0])}." for name in conditions]
    settings = {"method": method, "neutral": NEUTRAL} if method == "pmi" else {"method": method}
    return np.asarray(llm.score(prompt, names, **settings), dtype=float)


def combined(
    probabilities: Sequence[float], scores: Sequence[float], weight: float = WEIGHT
) -> np.ndarray:
    """Return probabilities after the likelihoods: ``p · exp(weight · score)``, same sum.

    Parameters
    ----------
    probabilities : sequence of float
        Of the candidates, such as the ten most probable; their sum is kept.
    scores : sequence of float
        From :func:`likelihoods`.
    weight : float
        0 changes nothing.

    Returns
    -------
    numpy.ndarray, shape (candidates,)
        The new probabilities.
    """
    p, score = np.asarray(probabilities, dtype=float), np.asarray(scores, dtype=float)
    if p.shape != score.shape or p.ndim != 1:
        raise MedaiError(f"{p.shape} probabilities and {score.shape} scores: one score for each.")
    if not np.isfinite(score).all() or not np.isfinite(weight) or weight < 0:
        raise MedaiError("Scores must be finite and the weight at least 0.")
    raised = p * np.exp(weight * (score - score.max()))
    return raised * (p.sum() / raised.sum()) if raised.sum() > 0 else p
