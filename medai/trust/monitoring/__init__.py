"""Watching a model in use: its input, its risks, its successor, and the way back.

Every alarm here has a false-alarm rate that is stated and tested:
:mod:`~medai.trust.monitoring.drift` and :mod:`~medai.trust.monitoring.mmd` compare two samples,
:mod:`~medai.trust.monitoring.calibration` and :mod:`~medai.trust.monitoring.cusum` follow outcomes
patient by patient, :mod:`~medai.trust.monitoring.shadow` runs a candidate beside the model in use,
:mod:`~medai.trust.monitoring.registry` puts the old one back.
"""

from medai.trust.monitoring.calibration import Alternative, CalibrationMonitor
from medai.trust.monitoring.cusum import RiskAdjustedCusum, cusum_limit, cusum_weights
from medai.trust.monitoring.drift import (
    DriftTest,
    category_drift,
    ks_drift,
    psi,
    psi_drift,
)
from medai.trust.monitoring.mmd import mmd_drift
from medai.trust.monitoring.registry import Registry
from medai.trust.monitoring.shadow import Shadow, ShadowReport, compare_shadow
from medai.trust.monitoring.tables import holm, table_drift

__all__ = [
    "Alternative",
    "CalibrationMonitor",
    "DriftTest",
    "Registry",
    "RiskAdjustedCusum",
    "Shadow",
    "ShadowReport",
    "category_drift",
    "compare_shadow",
    "cusum_limit",
    "cusum_weights",
    "holm",
    "ks_drift",
    "mmd_drift",
    "psi",
    "psi_drift",
    "table_drift",
]
