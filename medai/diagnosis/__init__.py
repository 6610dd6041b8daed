"""Project 1, a diagnosis assistant: a patient's words in, an explained differential out.

The door is :func:`assess`.  Findings come from :mod:`medai.knowledge.linking` and
:mod:`medai.knowledge.chinese`; common conditions get probabilities
(:mod:`medai.diagnosis.posterior`), rare diseases scores (:mod:`medai.knowledge.rank`); red flags
(:mod:`medai.diagnosis.flags`) are worked out from the findings alone.  No language model is
needed.  For teaching; not medical advice.
"""

from medai.diagnosis.assessment import Assessment
from medai.diagnosis.engine import assess, assess_reading
from medai.diagnosis.schema import SCHEMA

__all__ = ["SCHEMA", "Assessment", "assess", "assess_reading"]
