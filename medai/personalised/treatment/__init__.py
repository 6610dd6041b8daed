"""What helps: effects of treatments from trials and from records, and policies made of them.

Trials (:mod:`.effects`), records with inverse-probability weights and the doubly robust
estimate (:mod:`.weighting`), effects that differ between patients (:mod:`.learners`), policies
and their value (:mod:`.policy`), doses (:mod:`.dosage`).  Chapter 29.
"""

from medai.personalised.treatment.dosage import (
    DoseCurve,
    dose_response,
    dose_weights,
    patient_curve,
)
from medai.personalised.treatment.effects import (
    Estimate,
    arm_means,
    balance,
    difference_in_means,
    randomisation_test,
)
from medai.personalised.treatment.learners import (
    ArmModels,
    SLearner,
    TLearner,
    XLearner,
    cross_fit,
)
from medai.personalised.treatment.policy import (
    arm_scores,
    best_single_arm,
    compare_policies,
    learn_policy,
    policy_value,
    random_policy,
)
from medai.personalised.treatment.weighting import (
    Overlap,
    aipw,
    cross_fit_outcomes,
    effective_sample_size,
    inverse_weights,
    ipw,
    overlap,
    propensity,
)

__all__ = [
    "ArmModels",
    "DoseCurve",
    "Estimate",
    "Overlap",
    "SLearner",
    "TLearner",
    "XLearner",
    "aipw",
    "arm_means",
    "arm_scores",
    "balance",
    "best_single_arm",
    "compare_policies",
    "cross_fit",
    "cross_fit_outcomes",
    "difference_in_means",
    "dose_response",
    "dose_weights",
    "effective_sample_size",
    "inverse_weights",
    "ipw",
    "learn_policy",
    "overlap",
    "patient_curve",
    "policy_value",
    "propensity",
    "random_policy",
    "randomisation_test",
]
