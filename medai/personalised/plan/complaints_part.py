"""The lines about complaints: red flags, what it may be, and which tests come first.

The differential is that of :mod:`medai.personalised.records`: the patient's words joined with the
problem list, the medicines and the laboratory values.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from medai.diagnosis.assessment import Assessment
from medai.diagnosis.sources import Source
from medai.personalised.plan.line import Line
from medai.personalised.plan.measures import Measured
from medai.personalised.plan.patient import Patient
from medai.personalised.records import Lab, Problem, Record, RecordAssessment, assess_record

SHOWN, LEAST = 4, 0.03  # candidates shown, if they are at least this probable
RARE = 3
HPO = Source(
    "annotation", "hpo", "Human Phenotype Ontology annotations", "https://hpo.jax.org"
)
TABLE = Source("opened", "common-conditions", "Common conditions (data/common_conditions)", "")


def assess_patient(
    patient: Patient, measured: Mapping[str, Measured], drugs: Sequence[str]
) -> RecordAssessment | None:
    """Return the differential; None when the patient has no complaints."""
    if not patient.complaints.strip():
        return None
    record = Record(
        patient.age_years,
        patient.sex,
        text=patient.complaints,
        problems=tuple(Problem(text) for text in patient.conditions),
        medicines=tuple(dict.fromkeys(drugs)),
        labs=tuple(Lab(one.key, one.value, one.unit) for one in measured.values()),
    )
    return assess_record(record)
