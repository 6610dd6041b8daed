"""Item response theory: what a question measures, from the answers it got.

The three-parameter logistic model gives the probability of a right answer at ability theta,
``P = c + (1 - c) / (1 + exp(-a (theta - b)))`` with discrimination *a*, difficulty *b* and guessing
*c*; c = 0 is the two-parameter model, and with one a for all items it is Rasch's.  Parameters are
estimated by marginal maximum likelihood with the EM algorithm (Bock and Aitkin 1981,
doi:10.1007/BF02293801, abstract opened): ability is integrated out over a standard normal by
Gauss-Hermite quadrature.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from medai.runtime.errors import MedaiError

__all__ = ["Fit", "abilities", "checked", "fit", "information", "probability", "simulate"]

MODELS = ("rasch", "2pl", "3pl")
POINTS = 41
ROUNDS = 500
TOLERANCE = 1e-5
WIDEST = 8.0  # of a and |b|; further out the data say "no information"
RIDGE = {"a": (0.0, 1.0), "b": (0.0, 4.0)}  # normal priors on ln a and b, only for the 3PL
GUESS = (5.0, 17.0)  # beta prior on c, only for the 3PL: mode 1/5


def probability(theta: ArrayLike, a: ArrayLike, b: ArrayLike, c: ArrayLike = 0.0) -> np.ndarray:
    """Return the probability of a right answer.

    Parameters
    ----------
    theta : array_like, shape (people,)
        Ability.
    a, b, c : array_like, shape (items,)
        Discrimination, difficulty, guessing.

    Returns
    -------
    numpy.ndarray, shape (people, items)

    Examples
    --------
    >>> probability(theta=[-1, 0, 1], a=1.0, b=0.0).round(2).tolist()
    [[0.27], [0.5], [0.73]]
    """
    theta = np.asarray(theta, dtype=float).reshape(-1, 1)
    a, b, c = (np.atleast_1d(np.asarray(x, dtype=float)) for x in (a, b, c))
    z = np.clip(a * (theta - b), -700, 700)
    return c + (1 - c) / (1 + np.exp(-z))


def information(theta: ArrayLike, a: ArrayLike, b: ArrayLike, c: ArrayLike = 0.0) -> np.ndarray:
    """Return Fisher's information of each item about theta, shape (people, items).

    ``a^2 (Q/P) ((P - c)/(1 - c))^2`` with Q = 1 - P, which is ``a^2 P Q`` for c = 0.  The
    information of a test is the sum over its items; 1/sqrt(information) is the standard error.
    """
    p = probability(theta, a, b, c)
    a, c = (np.atleast_1d(np.asarray(x, dtype=float)) for x in (a, c))
    return a**2 * (1 - p) / p * ((p - c) / (1 - c)) ** 2


def simulate(
    theta: ArrayLike, a: ArrayLike, b: ArrayLike, c: ArrayLike = 0.0, seed: int = 0
) -> np.ndarray:
    """Return simulated answers (1 right, 0 wrong), shape (people, items).

    Simulated students follow the model exactly; real ones tire, copy and skip.
    """
    p = probability(theta, a, b, c)
    return (np.random.default_rng([seed, 0x1F7]).random(p.shape) < p).astype(int)


def checked(answers: ArrayLike) -> np.ndarray:
    """Return a matrix of answers as integers, shape (people, items).

    Raises
    ------
    MedaiError
        For anything but a table of 0 and 1 with at least two people and two items.
    """
    try:
        answers = np.asarray(answers, dtype=float)
    except (TypeError, ValueError) as error:
        raise MedaiError("answers must be a table of 0 and 1, one row per student.") from error
    if answers.ndim != 2 or min(answers.shape) < 2:
        raise MedaiError(
            f"answers has the shape {answers.shape}; one row per student and one column per "
            "question are needed, at least two of each."
        )
    if not np.isin(answers, (0, 1)).all():
        bad = answers[~np.isin(answers, (0, 1))][0]
        raise MedaiError(
            f"answers holds {bad}; 1 is right, 0 is wrong, and nothing may be missing."
        )
    return answers.astype(int)


@dataclass(frozen=True)
class Fit:
    """Estimated items.

    Attributes
    ----------
    model
        ``rasch``, ``2pl`` or ``3pl``.
    a, b, c
        Discrimination, difficulty, guessing, each of shape (items,).
    se_a, se_b
        Standard errors, from the outer product of the people's scores (guessing held fixed).
    log_likelihood
        Marginal log likelihood in nats (without the priors of the 3PL).
    rounds, converged
        EM rounds used, and whether the change fell below the tolerance.
    """

    model: str
    a: np.ndarray
    b: np.ndarray
    c: np.ndarray
    se_a: np.ndarray
    se_b: np.ndarray
    log_likelihood: float
    rounds: int
    converged: bool


def quadrature(points: int = POINTS) -> tuple[np.ndarray, np.ndarray]:
    """Return nodes and weights of a standard normal by Gauss-Hermite, each shape (points,).

    The rule integrates against exp(-x^2); theta = sqrt(2) x, weight / sqrt(pi).
    """
    x, w = np.polynomial.hermite.hermgauss(points)
    return np.sqrt(2) * x, w / np.sqrt(np.pi)


def _posterior(answers, nodes, weights, a, b, c) -> tuple[np.ndarray, float]:
    """Return the posterior over the nodes for each person, shape (people, points), and log L."""
    p = np.clip(probability(nodes, a, b, c), 1e-12, 1 - 1e-12)  # (points, items)
    log = answers @ np.log(p).T + (1 - answers) @ np.log1p(-p).T + np.log(weights)
    top = log.max(1, keepdims=True)
    joint = np.exp(log - top)
    total = joint.sum(1, keepdims=True)
    return joint / total, float((np.log(total) + top).sum())


def fit(answers: ArrayLike, model: str = "2pl", points: int = POINTS) -> Fit:
    """Estimate the items from answers.

    E-step: how many people are expected at each node of ability, and how many of them are right.
    M-step: for each item a weighted logistic regression of those counts on the nodes, by Newton's
    method.  The 3PL is weakly determined, so it gets normal priors on ln a and b and a beta prior
    on c, as is usual.

    Parameters
    ----------
    answers : array_like, shape (people, items)
        0 and 1.
    model : str
        ``rasch`` (one discrimination for all items, estimated), ``2pl`` or ``3pl``.
    points : int
        Nodes of the quadrature.

    Raises
    ------
    MedaiError
        For bad answers, an unknown model, and an item that all or none have right: its
        difficulty lies at infinity.
    """
    answers = checked(answers)
    if model not in MODELS:
        raise MedaiError(f"model {model!r} must be one of {', '.join(MODELS)}.")
    share = answers.mean(0)
    flat = np.flatnonzero((share == 0) | (share == 1))
    if len(flat):
        raise MedaiError(
            f"Question {flat[0] + 1} was answered {'right' if share[flat[0]] else 'wrong'} by all "
            f"{len(answers)} students: its difficulty cannot be estimated. Leave it out."
        )
    nodes, weights = quadrature(points)
    slope = np.ones(answers.shape[1])
    start = np.log(share / (1 - share))  # on the logit scale: slope * theta + start
    guess = np.full_like(slope, 0.2 if model == "3pl" else 0.0)
    before = -np.inf
    rounds, change = 0, np.inf
    while rounds < ROUNDS:
        rounds += 1
        post, log_l = _posterior(answers, nodes, weights, slope, -start / slope, guess)
        here = post.sum(0)  # (points,) people expected at each node
        right = post.T @ answers  # (points, items) of them right
        old = np.concatenate([slope, start, guess])
        if model == "rasch":
            slope, start = _common_slope(nodes, here, right, slope, start)
        elif model == "2pl":
            slope, start = _regressions(nodes, here, right, slope, start)
        else:
            slope, start, guess = _three(nodes, here, right, slope, start, guess)
        change = np.abs(np.concatenate([slope, start, guess]) - old).max()
        if change < TOLERANCE and abs(log_l - before) < 1e-6:
            break
        before = log_l
    post, log_l = _posterior(answers, nodes, weights, slope, -start / slope, guess)
    se_a, se_b = _errors(answers, nodes, post, slope, start, guess, model == "rasch")
    b = -start / slope
    return Fit(model, slope, b, guess, se_a, se_b, log_l, rounds, bool(change < TOLERANCE))


def _regressions(nodes, here, right, slope, start) -> tuple[np.ndarray, np.ndarray]:
    """One Newton step of each item's weighted logistic regression, kept within bounds."""
    p = 1 / (1 + np.exp(-(np.outer(nodes, slope) + start)))
    v = here[:, None] * p * (1 - p)
    rest = right - here[:, None] * p
    g0, g1 = rest.sum(0), nodes @ rest
    h00, h01, h11 = v.sum(0), nodes @ v, nodes**2 @ v
    det = np.maximum(h00 * h11 - h01**2, 1e-9)
    step0 = np.clip((h11 * g0 - h01 * g1) / det, -1, 1)
    step1 = np.clip((h00 * g1 - h01 * g0) / det, -0.5, 0.5)
    slope = slope + step1
    slope = np.where(np.abs(slope) < 1e-3, 1e-3, slope)  # a slope of 0 has no difficulty
    return np.clip(slope, -WIDEST, WIDEST), np.clip(start + step0, -WIDEST, WIDEST)


def _common_slope(nodes, here, right, slope, start) -> tuple[np.ndarray, np.ndarray]:
    """One Newton step with the same slope for all items."""
    p = 1 / (1 + np.exp(-(np.outer(nodes, slope) + start)))
    v = here[:, None] * p * (1 - p)
    rest = right - here[:, None] * p
    g0, g1 = rest.sum(0), (nodes @ rest).sum()
    h00, h01, h11 = v.sum(0), nodes @ v, (nodes**2 @ v).sum()
    step1 = (g1 - (h01 * g0 / h00).sum()) / max(h11 - (h01**2 / h00).sum(), 1e-9)
    step0 = (g0 - h01 * step1) / h00
    slope = np.clip(slope + np.clip(step1, -0.5, 0.5), 1e-3, WIDEST)
    return slope, np.clip(start + np.clip(step0, -1, 1), -WIDEST, WIDEST)


def _three(nodes, here, right, slope, start, guess):
    """Maximise each item's expected posterior of (ln a, b, logit c), some steps of BFGS."""
    from scipy.optimize import minimize
    from scipy.special import expit, logit

    out = []
    for j in range(len(slope)):

        def loss(x, j=j):
            a, b, c = np.exp(x[0]), x[1], expit(x[2])
            s = expit(a * (nodes - b))
            p = np.clip(c + (1 - c) * s, 1e-9, 1 - 1e-9)
            log_p = right[:, j] @ np.log(p) + (here - right[:, j]) @ np.log1p(-p)
            prior = -(x[0] ** 2) / 2 / RIDGE["a"][1] - x[1] ** 2 / 2 / RIDGE["b"][1]
            prior += (GUESS[0] - 1) * np.log(c) + (GUESS[1] - 1) * np.log1p(-c)
            d_p = right[:, j] / p - (here - right[:, j]) / (1 - p)
            d_z = d_p * (1 - c) * s * (1 - s)
            grad = np.array([
                d_z @ (nodes - b) * a - x[0] / RIDGE["a"][1],
                -a * d_z.sum() - x[1] / RIDGE["b"][1],
                (d_p @ (1 - s)) * c * (1 - c) + (GUESS[0] - 1) * (1 - c) - (GUESS[1] - 1) * c,
            ])  # fmt: skip
            return -log_p - prior, -grad

        a = max(slope[j], 1e-2)
        x0 = np.array([np.log(a), -start[j] / a, logit(guess[j])])
        best = minimize(loss, x0, jac=True, method="L-BFGS-B", options={"maxiter": 8}).x
        a = float(np.clip(np.exp(best[0]), 1e-2, WIDEST))
        out.append((a, -a * float(np.clip(best[1], -WIDEST, WIDEST)), float(expit(best[2]))))
    return tuple(np.array(x) for x in zip(*out, strict=True))


def _errors(answers, nodes, post, slope, start, guess, shared) -> tuple[np.ndarray, np.ndarray]:
    """Return standard errors of a and b, (items,) each, by the delta method on the information.

    The information is the sum over people of the outer product of their scores, the gradients
    of their marginal log likelihood; guessing is held fixed, so those of a 3PL are too small.
    """
    k = len(slope)
    p = np.clip(probability(nodes, slope, -start / slope, guess), 1e-9, 1 - 1e-9)
    s = (p - guess) / (1 - guess)
    pull = (1 - guess) * s * (1 - s) / (p * (1 - p))  # (points, items); 1 when c = 0
    by_start = answers * (post @ pull) - post @ (pull * p)
    by_slope = answers * (post @ (pull * nodes[:, None])) - post @ (pull * p * nodes[:, None])
    if shared:
        by_slope = by_slope.sum(1, keepdims=True)
    scores = np.hstack([by_slope, by_start])
    cov = np.linalg.pinv(scores.T @ scores)
    one = 0 if shared else np.arange(k)  # where each item's slope stands
    two = np.arange(k) + (1 if shared else k)
    d0, d1 = -1 / slope, start / slope**2
    var_b = d0**2 * cov[two, two] + d1**2 * cov[one, one] + 2 * d0 * d1 * cov[one, two]
    var_a = np.broadcast_to(cov[one, one], (k,))
    return np.sqrt(var_a), np.sqrt(np.maximum(var_b, 0))


def abilities(
    answers: ArrayLike, items: Fit, points: int = POINTS
) -> tuple[np.ndarray, np.ndarray]:
    """Return each person's ability (posterior mean) and its standard deviation, (people,) each."""
    answers = checked(answers)
    nodes, weights = quadrature(points)
    post, _ = _posterior(answers, nodes, weights, items.a, items.b, items.c)
    mean = post @ nodes
    return mean, np.sqrt(np.maximum(post @ nodes**2 - mean**2, 0))
