"""Fairness: audits by subgroup, metrics that conflict, mitigation and what it costs.

:mod:`~medai.trust.fairness.audit` measures a model in every group and says what it cannot say,
:mod:`~medai.trust.fairness.metrics` compares groups by the criteria that exclude each other,
:mod:`~medai.trust.fairness.mitigation` holds small remedies, and
:mod:`~medai.trust.fairness.harms` counts, per 1,000 of each group, who is helped and who pays.
"""

from medai.trust.fairness.audit import Audit, audit
from medai.trust.fairness.harms import change_per_thousand, levelled_down, per_thousand
from medai.trust.fairness.metrics import false_positive_rate, parity
from medai.trust.fairness.mitigation import (
    apply_thresholds,
    group_thresholds,
    recalibrate_groups,
    reweighing,
)

__all__ = [
    "Audit",
    "apply_thresholds",
    "audit",
    "change_per_thousand",
    "false_positive_rate",
    "group_thresholds",
    "levelled_down",
    "parity",
    "per_thousand",
    "recalibrate_groups",
    "reweighing",
]
