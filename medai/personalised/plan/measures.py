"""Reading measurements: which quantity, in which unit, and whether the number fits the unit.

A value is converted only from the unit that is stated, never from one that is guessed.  Where the
same number would be usual in another unit (creatinine 90 mg/dL), the value is not used and the
reader is asked.
"""

from __future__ import annotations

import datetime
import functools
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from medai.datasets.plan import Quantity, Unit, quantities
from medai.personalised.plan.dates import OLDEST_DAYS, in_future, too_old
from medai.personalised.plan.patient import Measurement


@dataclass(frozen=True)
class Measured:
    """A measurement that was understood.

    Attributes
    ----------
    key
        Which quantity (:func:`medai.datasets.plan.quantities`).
    value, unit
        In the reference unit.
    stated
        As it was written, e.g. ``"90 µmol/L"``.
    date
        When, if known.
    """

    key: str
    value: float
    unit: str
    stated: str
    date: datetime.date | None = None


@dataclass(frozen=True)
class NotUsed:
    """A measurement that was not used, with the reason and the question to ask.

    `key` and `date` are given when it was not used because of its date.
    """

    name: str
    stated: str
    reason: str
    reason_zh: str
    key: str = ""
    date: datetime.date | None = None


def plain(text: str) -> str:
    """Return a name or a unit without case, width, blanks and the two kinds of the letter mu."""
    text = unicodedata.normalize("NFKC", text).casefold()
    for old, new in (("μ", "u"), ("µ", "u"), ("_", ""), ("-", ""), ("²", "2"), ("⁹", "9")):
        text = text.replace(old, new)
    return "".join(text.split())


@functools.cache
def _names() -> dict[str, str]:
    """Return the key of each quantity by each of its names, in plain form."""
    found = {}
    for key, one in quantities().items():
        for name in (key, one.name, one.name_zh, *one.aliases):
            found[plain(name)] = key
    return found


def find_quantity(name: str) -> Quantity | None:
    """Return the quantity of this name (English or Chinese), or None."""
    key = _names().get(plain(name))
    return None if key is None else quantities()[key]


def find_unit(quantity: Quantity, unit: str) -> Unit | None:
    """Return the unit as the quantity knows it, or None."""
    wanted = plain(unit)
    for one in quantity.units:
        if wanted in {plain(one.name), *map(plain, one.spellings)}:
            return one
    return None


def read_measurement(one: Measurement) -> Measured | NotUsed:
    """Convert one measurement to its reference unit, or say why it cannot be used.

    Examples
    --------
    >>> from medai.personalised.plan.measures import read_measurement
    >>> from medai.personalised.plan.patient import Measurement
    >>> read_measurement(Measurement(name="creatinine", value=1, unit="mg/dL")).value
    1.0
    >>> read_measurement(Measurement(name="creatinine", value=90, unit="mg/dL")).reason
    'unlikely in this unit: was µmol/L meant?'
    """
    stated = f"{one.value:g} {one.unit}"
    quantity = find_quantity(one.name)
    if quantity is None:
        return NotUsed(
            one.name, stated, "no such measurement is known here", "本书没有这个检测项目"
        )
    unit = find_unit(quantity, one.unit)
    known = ", ".join(other.name for other in quantity.units)
    if unit is None:
        return NotUsed(
            quantity.name, stated, f"the unit is not one of {known}: which is it?",
            f"单位不在下列之中：{known}。请确认单位",
        )  # fmt: skip
    value = unit.scale * one.value + unit.offset
    better = _usual_elsewhere(quantity, unit, one.value)
    if not quantity.usual_low <= value <= quantity.usual_high and better:
        return NotUsed(
            quantity.name, stated, f"unlikely in this unit: was {better} meant?",
            f"该单位下数值异常：是否应为{better}？",
        )  # fmt: skip
    if not quantity.low <= value <= quantity.high:
        limits = f"{quantity.low:g}–{quantity.high:g} {quantity.unit}"
        return NotUsed(
            quantity.name, stated, f"outside {limits}, which no patient has: is it a slip?",
            f"超出可能范围（{limits}）：是否有误？",
        )  # fmt: skip
    return Measured(quantity.key, value, quantity.unit, stated, one.date)


def _usual_elsewhere(quantity: Quantity, unit: Unit, value: float) -> str:
    """Return the units in which this number would be usual, joined by "or"."""
    names = [
        other.name
        for other in quantity.units
        if other is not unit
        and quantity.usual_low <= other.scale * value + other.offset <= quantity.usual_high
    ]
    return " or ".join(names)


def latest(
    measurements: Iterable[Measurement],
    on: datetime.date | None = None,
) -> tuple[dict[str, Measured], tuple[NotUsed, ...]]:
    """Read all measurements; keep the newest of each quantity.

    Parameters
    ----------
    measurements : iterable of medai.personalised.plan.patient.Measurement
        As stated.
    on : date, optional
        The day on which they are used: a date after it is a slip, and a value that is too old
        (:mod:`medai.personalised.plan.dates`) does not count.  None weighs no date.

    Returns
    -------
    dict of Measured, tuple of NotUsed
        By key; two different values of one quantity without dates that would tell the newer
        are not used, and asked about.
    """
    read: dict[str, list[Measured]] = {}
    refused: list[NotUsed] = []
    for one in measurements:
        found = read_measurement(one)
        if isinstance(found, Measured):
            read.setdefault(found.key, []).append(found)
        else:
            refused.append(found)
    newest = {}
    for key, values in read.items():
        values, wrong = _timely(key, values, on)
        refused += wrong
        if not values:
            continue
        dated = [one for one in values if one.date is not None]
        if len(dated) < len(values):
            candidates = values  # one without a date may be the newest
        else:
            last = max(one.date for one in dated)
            candidates = [one for one in dated if one.date == last]
        if len({round(one.value, 6) for one in candidates}) == 1:
            newest[key] = candidates[-1]
        else:
            stated = "; ".join(one.stated for one in candidates)
            refused.append(
                NotUsed(
                    quantities()[key].name,
                    stated,
                    "several values: which is the newest?",
                    "有多个数值：哪一个是最新的？",
                )
            )
    return newest, tuple(refused)


def _timely(
    key: str, values: list[Measured], on: datetime.date | None
) -> tuple[list[Measured], list[NotUsed]]:
    """Return the values whose dates let them count, and what is asked about the others.

    An old value beside a newer one is history, and not worth a question.
    """
    name = quantities()[key].name
    refused = [
        NotUsed(
            name, one.stated, f"its date, {one.date}, is in the future: correct it",
            f"日期（{one.date}）在将来，请更正", key, one.date,
        )
        for one in values
        if in_future(one.date, on)
    ]  # fmt: skip
    past = [one for one in values if not in_future(one.date, on)]
    timely = [one for one in past if not too_old(key, one.date, on)]
    if past and not timely:
        last = max(past, key=lambda one: one.date)
        refused.append(
            NotUsed(
                name, last.stated,
                f"of {last.date}, older than {OLDEST_DAYS[key]} days: measure it again",
                f"日期为{last.date}，已超过{OLDEST_DAYS[key]}天，请复查", key, last.date,
            )
        )  # fmt: skip
    return timely, refused
