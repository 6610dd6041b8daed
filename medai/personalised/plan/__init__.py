"""The plan of project 2: genes, medicines, measurements and complaints in, cited lines out.

:func:`make_plan` is the door, :class:`Patient` the model, FHIR R4 comes in by
:func:`~medai.personalised.plan.fhir_read.from_bundle`.  For teaching; not medical advice.
"""

from medai.personalised.plan.line import SECTIONS, Line
from medai.personalised.plan.make import Plan, make_plan
from medai.personalised.plan.patient import (
    Allergy,
    Measurement,
    Medicine,
    Patient,
    read_patient,
)

__all__ = [
    "SECTIONS",
    "Allergy",
    "Line",
    "Measurement",
    "Medicine",
    "Patient",
    "Plan",
    "make_plan",
    "read_patient",
]
