"""Risk scores, each with its paper, its population and its limits.

Arguments are keyword-only and carry their unit in their name.  A value outside the range for
which a score was made is refused, never moved to the edge.  :mod:`medai.personalised.risk.units`
converts laboratory values when the unit is stated; :func:`applicable` says for one patient which
scores can be calculated, what is missing for the others, and which are not for this patient.
For teaching; not medical advice.
"""

from medai.personalised.risk.catalogue import SCORES, applicable
from medai.personalised.risk.cha2ds2 import cha2ds2_va, cha2ds2_vasc
from medai.personalised.risk.child_pugh import child_pugh
from medai.personalised.risk.cockcroft_gault import cockcroft_gault
from medai.personalised.risk.conditions import Missing, NotApplicable, Score
from medai.personalised.risk.egfr import egfr
from medai.personalised.risk.fib4 import fib4
from medai.personalised.risk.findrisc import findrisc
from medai.personalised.risk.has_bled import has_bled
from medai.personalised.risk.pooled_cohort import pooled_cohort
from medai.personalised.risk.prevent import prevent
from medai.personalised.risk.result import RiskResult
from medai.personalised.risk.score2 import score2, score2_op
from medai.personalised.risk.units import convert

__all__ = [
    "SCORES",
    "Missing",
    "NotApplicable",
    "RiskResult",
    "Score",
    "applicable",
    "cha2ds2_va",
    "cha2ds2_vasc",
    "child_pugh",
    "cockcroft_gault",
    "convert",
    "egfr",
    "fib4",
    "findrisc",
    "has_bled",
    "pooled_cohort",
    "prevent",
    "score2",
    "score2_op",
]
