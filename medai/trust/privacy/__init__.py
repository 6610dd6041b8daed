"""Privacy: re-identification, de-identification, differential privacy, federated learning.

:mod:`~medai.trust.privacy.reidentify` attacks a table without names,
:mod:`~medai.trust.privacy.deidentify` and :mod:`~medai.trust.privacy.surrogates` take identifiers
out of notes, :mod:`~medai.trust.privacy.encrypt` keeps a file,
:mod:`~medai.trust.privacy.noise` and :mod:`~medai.trust.privacy.training` add noise that is
accounted for, :mod:`~medai.trust.privacy.federated` trains where the patients are, and
:mod:`~medai.trust.privacy.membership` attacks what came out.
"""

from medai.trust.privacy.deidentify import Deidentifier
from medai.trust.privacy.encrypt import read_encrypted, write_encrypted
from medai.trust.privacy.federated import average, federate, federate_flower
from medai.trust.privacy.membership import Attack, calibrated, loss_attack
from medai.trust.privacy.noise import gaussian_delta, gaussian_sigma, laplace_count, most_power
from medai.trust.privacy.patterns import Identifier, find_patterns
from medai.trust.privacy.reidentify import (
    Link,
    expected_unique,
    k_anonymity,
    l_diversity,
    link,
    suppress,
    uniqueness,
)
from medai.trust.privacy.surrogates import Surrogates
from medai.trust.privacy.training import dp_logistic, noise_for, spent_epsilon, train_private

__all__ = [
    "Attack",
    "Deidentifier",
    "Identifier",
    "Link",
    "Surrogates",
    "average",
    "calibrated",
    "dp_logistic",
    "expected_unique",
    "federate",
    "federate_flower",
    "find_patterns",
    "gaussian_delta",
    "gaussian_sigma",
    "k_anonymity",
    "l_diversity",
    "laplace_count",
    "link",
    "loss_attack",
    "most_power",
    "noise_for",
    "read_encrypted",
    "spent_epsilon",
    "suppress",
    "train_private",
    "uniqueness",
    "write_encrypted",
]
