"""Was this patient in the training set?  The attack that tests every promise of privacy.

A model fits the patients it was trained on better than others, so a small loss points to a
member (Yeom et al. 2018).  A mean over everybody hides the few who are exposed: the share found
at almost no false alarms is reported, too (Carlini et al. 2022).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from medai.metrics import bootstrap_interval, roc_auc, wilson
from medai.runtime.errors import MedaiError


@dataclass(frozen=True)
class Attack:
    """How well members are told from others.

    Attributes
    ----------
    auc, auc_low, auc_high : float
        Chance that a member looks more like one than a stranger does; 95 % bootstrap interval.
    tpr, tpr_low, tpr_high : float
        Share of the members found at the threshold where at most `fpr` of the strangers are
        called members; 95 % Wilson interval (the threshold counts as known).
    fpr : float
        The false alarms that were allowed.
    members, others : int
        How many of each.
    """

    auc: float
    auc_low: float
    auc_high: float
    tpr: float
    tpr_low: float
    tpr_high: float
    fpr: float
    members: int
    others: int


def loss_attack(
    member_loss: np.ndarray,
    other_loss: np.ndarray,
    fpr: float = 0.01,
    n_boot: int = 500,
    seed: int = 0,
) -> Attack:
    """Call everybody a member whose loss is small, and count.

    Parameters
    ----------
    member_loss, other_loss : numpy.ndarray
        Loss of each patient the model was trained on, and of others from the same population.
        From another population the attack would measure the difference between the two.
    fpr : float
        False alarms allowed, strictly between 0 and 1.
    n_boot, seed
        Of the bootstrap.

    Returns
    -------
    Attack

    Raises
    ------
    MedaiError
        For fewer than two of either, a loss that is not finite, or `fpr` outside (0, 1).

    Examples
    --------
    >>> import numpy as np
    >>> from medai.trust.privacy.membership import loss_attack
    >>> rng = np.random.default_rng(0)
    >>> found = loss_attack(rng.exponential(0.3, 400), rng.exponential(1.0, 400), n_boot=50)
    >>> print(f"AUC {found.auc:.2f}, {found.tpr:.0%} found at {found.fpr:.0%} false alarms")
    AUC 0.75, 4% found at 1% false alarms
    """
    member, other = np.asarray(member_loss, dtype=float), np.asarray(other_loss, dtype=float)
    if min(len(member), len(other)) < 2:
        raise MedaiError(f"{len(member)} members, {len(other)} others: at least two of each.")
    if not (np.isfinite(member).all() and np.isfinite(other).all()):
        raise MedaiError("a loss is not finite: clip the model's probabilities away from 0 and 1.")
    y = np.r_[np.ones(len(member)), np.zeros(len(other))].astype(int)
    score = -np.r_[member, other]
    auc = roc_auc(y, score)
    low, high = bootstrap_interval(roc_auc, y, score, n_boot=n_boot, seed=seed)
    tpr = tpr_at(member, other, fpr)
    ends = wilson(round(tpr * len(member)), len(member))
    return Attack(
        float(auc),
        float(low),
        float(high),
        tpr,
        float(ends[0]),
        float(ends[1]),
        fpr,
        len(member),
        len(other),
    )


def calibrated(loss: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """Return each loss less what models that never saw the patient lose on her.

    Some patients are easy for any model: their small loss says nothing.  The attacker trains a
    few *reference* models on other people of the same kind and takes their mean off; what is
    left is what the target knows about her in particular.  A simple form of the likelihood
    ratio of Carlini et al. 2022.

    Parameters
    ----------
    loss : numpy.ndarray
        Of the model under attack, shape (n,).
    reference : numpy.ndarray
        Of the reference models for the same patients, shape (models, n).

    Raises
    ------
    MedaiError
        When the shapes do not agree.
    """
    loss, reference = np.asarray(loss, dtype=float), np.asarray(reference, dtype=float)
    if reference.ndim != 2 or reference.shape[1:] != loss.shape:
        raise MedaiError(
            f"reference has shape {reference.shape}: one row a model and {len(loss)} columns, "
            "one a patient, are wanted."
        )
    return loss - reference.mean(0)


def tpr_at(member_loss: np.ndarray, other_loss: np.ndarray, fpr: float) -> float:
    """Return the share of members below the loss that at most `fpr` of the others stay below.

    Raises
    ------
    MedaiError
        When `fpr` does not lie strictly between 0 and 1.
    """
    if not 0 < fpr < 1:
        raise MedaiError(f"fpr={fpr}: it must lie strictly between 0 and 1.")
    others = np.sort(other_loss)
    allowed = int(np.floor(fpr * len(others)))
    return float((np.asarray(member_loss) < others[allowed]).mean())


def log_loss_each(y: np.ndarray, logit: np.ndarray) -> np.ndarray:
    """Return each patient's log-loss in nats from the log-odds, without overflow, shape (n,)."""
    y, logit = np.asarray(y, dtype=float), np.asarray(logit, dtype=float)
    return np.logaddexp(0, logit) - y * logit
