"""How old a measured value may be, and still count as known.

A kidney can fail in a week, so no limit makes an old value safe; a limit only says from when on
nobody should rely on it without asking.  For kidney function it is a year: the FDA's revised
recommendations for metformin ask for an eGFR at least annually, and before it is started (Table 3
of doi 10.1681/ASN.2016121372, opened 2026-11-23; ``fda-metformin`` in ``data/interactions``).
For the other values that safety rules read the same year is a teaching estimate without a source.
Values that only scores read (cholesterol, weight) have no limit here.

A value without a date counts.  It may be old; but to leave it out would also silence the warning
that it gives, and a value typed into a plan bears no date because it is of today.
"""

from __future__ import annotations

import datetime

YEAR = 366  # days: a value of the same day last year counts, in leap years too
KIDNEY = ("egfr", "creatinine", "creatinine_clearance")
OLDEST_DAYS = dict.fromkeys((*KIDNEY, "potassium", "magnesium", "qtc", "heart_rate"), YEAR)
AHEAD = datetime.timedelta(days=1)  # the laboratory's day may have begun before ours

_EGFR, _CRCL = "egfr_ml_min_1_73m2", "creatinine_clearance_ml_min"
ANSWERS = {  # quantity -> the questions of the safety rules that a new value would answer
    "egfr": (_EGFR,),
    "creatinine": (_EGFR, _CRCL),
    "creatinine_clearance": (_CRCL,),
    "potassium": ("potassium_mmol_l",),
    "qtc": ("qtc_ms",),
}


def in_future(date: datetime.date | None, on: datetime.date | None) -> bool:
    """Return whether a value bears a date that has not come yet.

    Examples
    --------
    >>> in_future(datetime.date(2099, 1, 1), datetime.date(2026, 11, 23))
    True
    """
    return date is not None and on is not None and date > on + AHEAD


def too_old(key: str, date: datetime.date | None, on: datetime.date | None) -> bool:
    """Return whether a value of this quantity is too old to count as known.

    Examples
    --------
    >>> too_old("egfr", datetime.date(2015, 11, 20), datetime.date(2026, 11, 23))
    True
    >>> too_old("egfr", datetime.date(2025, 11, 23), datetime.date(2026, 11, 23))
    False
    """
    if date is None or on is None or key not in OLDEST_DAYS:
        return False
    return (on - date).days > OLDEST_DAYS[key]
