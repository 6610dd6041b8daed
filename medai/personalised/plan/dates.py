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
from typing import Any

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


def day_of(one: Any, on: datetime.date) -> datetime.date | None:
    """Return the day of an Observation: when it was true, else when it was reported.

    A year or a month does not say which of two values is newer, so it gives None; but the last
    day of one that lies wholly more than a year back (or its first, in the future) is kept, since
    then it is known how old the value is at least.
    """
    period = one.effectivePeriod
    found = one.effectiveDateTime or one.effectiveInstant
    found = found or (period and (period.end or period.start)) or one.issued
    if isinstance(found, datetime.datetime):
        return found.date()
    if isinstance(found, datetime.date) or found is None:
        return found
    try:
        year, month = (*map(int, str(found).split("-")), 0)[:2]
        first = datetime.date(year, month or 1, 1)
        after = datetime.date(year + (month in (0, 12)), month % 12 + 1, 1)
    except ValueError:
        return None
    last = after - datetime.timedelta(days=1)
    return last if (on - last).days > YEAR else first if in_future(first, on) else None
