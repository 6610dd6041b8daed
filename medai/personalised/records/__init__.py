"""Diagnosis from a structured record: words, problems, medicines and laboratory values together.

:class:`Record` is the model; :func:`assess_record` joins its parts into one differential, says
what each part added, and reports what contradicts itself.  For teaching; not medical advice.
"""

from medai.personalised.records.differential import RecordCandidate
from medai.personalised.records.join import PARTS, RecordAssessment, assess_record
from medai.personalised.records.model import Lab, Problem, Record, read_lab, read_problem

__all__ = [
    "PARTS",
    "Lab",
    "Problem",
    "Record",
    "RecordAssessment",
    "RecordCandidate",
    "assess_record",
    "read_lab",
    "read_problem",
]
