"""Alerts about a list of medicines: combinations, QT, duplicates, organs, pregnancy, allergy.

The tables stand in ``data/interactions`` (read by :mod:`medai.datasets.interactions`).  Fifteen
pairs of classes are marked ``high_priority``: those that a panel of 2012 wanted every electronic
record to warn of.  For teaching; not medical advice.
"""

from medai.personalised.interactions.alert import Alert, Alerts, Note, Question
from medai.personalised.interactions.allergies import Allergy
from medai.personalised.interactions.check import check, missing

__all__ = ["Alert", "Alerts", "Allergy", "Note", "Question", "check", "missing"]
