"""Teaching medicine: questions from the graph, item response, spaced review, grading, exams.

The parts are imported by name, so that ``import medai.education`` stays light:
:mod:`~medai.education.questions`, :mod:`~medai.education.leaks`,
:mod:`~medai.education.response`, :mod:`~medai.education.classical`,
:mod:`~medai.education.review`, :mod:`~medai.education.grading`,
:mod:`~medai.education.exams`.
"""

from medai.education.question import Option, Question

__all__ = ["Option", "Question"]
