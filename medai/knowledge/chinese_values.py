"""Numbers in Chinese text: measured values (体温39.5℃, 血压150/95) and times (三天, 半年).

The patterns and the limits stand in ``data/zh_findings`` (measurements.csv, limits.csv,
duration.csv).
"""

from __future__ import annotations

import operator
import re
from typing import NamedTuple

from medai.datasets.checked_tables import Row, Tables
from medai.knowledge import thresholds
from medai.knowledge.chinese_lexicon import Piece
from medai.knowledge.thresholds import (
    ADULT,
    POSSIBLE,
    TERMS,
    UNKNOWN_AGE,
    Ages,
    Judgement,
    impossible,
)

_DIGITS = {letter: value for value, letter in enumerate("零一二三四五六七八九十")}
_DIGITS |= {"两": 2, "半": 0.5, "数": 3, "几": 3, "多": 3}  # 数天, 几天: about three
_ROMAN = {"I": 1, "II": 2, "III": 3, "IV": 4, "V": 5}
_DAYS = {
    "分钟": 1 / 1440, "小时": 1 / 24, "钟头": 1 / 24, "天": 1, "日": 1, "晚": 1, "夜": 1,
    "周": 7, "星期": 7, "礼拜": 7, "月": 30, "年": 365,
}  # fmt: skip
_UNSAID = {"天": 3.0, "日": 3.0}  # 这些天 names no number
_COMPARE = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
_FASTING = ("空腹", "早餐前", "饭前")
_AGE = re.compile(
    r"(?<![\d.一二三四五六七八九十])(?P<n>\d{1,3}|[一二三四五六七八九]?十[一二三四五六七八九]?|"
    "[一二两三四五六七八九])(?P<u>岁|个月大|月龄)"
)
_CHILDREN: dict[str, Ages] = {
    "新生儿": (0.0, 28 / 365.25),
    "婴儿": (0.0, 1.0),
    "幼儿": (1.0, 3.0),
    **dict.fromkeys(("患儿", "小儿", "儿童", "孩子", "宝宝", "小朋友"), (0.0, 17.99)),
}
_CHILD = re.compile("|".join(_CHILDREN))


def number(text: str) -> float:
    """Return the value of a number in digits, Chinese or Roman numerals.

    Examples
    --------
    >>> number("38.5"), number("三十九"), number("十五"), number("IV")
    (38.5, 39.0, 15.0, 4.0)
    """
    if re.fullmatch(r"\d+(\.\d+)?", text):
        return float(text)
    if text in _ROMAN:
        return float(_ROMAN[text])
    tens, ten, ones = text.rpartition("十")
    if ten:
        return float((_DIGITS[tens] if tens else 1) * 10 + (_DIGITS[ones] if ones else 0))
    return float(_DIGITS[text[-1]])


class Value(NamedTuple):
    """A measured value in a sentence.

    Attributes
    ----------
    start, number, end
        Where its name, its number and what follows it begin.
    quantity, shown
        What was measured, and the number with its unit.
    judgement
        What it means.
    findings
        Pairs (HPO id, ``present`` | ``excluded`` | ``uncertain``).
    """

    start: int
    number: int
    end: int
    quantity: str
    shown: str
    judgement: Judgement
    findings: tuple[tuple[str, str], ...]

    def piece(self, sentence: str) -> Piece:
        """Return the number and its unit as a piece that competes with the words."""
        stated = [one for one in self.findings if one[1] != "excluded"][:1]
        kinds = {"finding": stated[0][0], "measured": stated[0][1]} if stated else {"value": ""}
        return Piece(self.number, self.end, kinds, sentence[self.start : self.end])


class Measurements:
    """Finds measured values and judges them.

    Vital signs and glucose are judged by :mod:`medai.knowledge.thresholds`, as in English
    text, other values by limits.csv.

    Parameters
    ----------
    tables
        What :func:`medai.datasets.zh.read_zh_findings` returns.
    """

    def __init__(self, tables: Tables) -> None:
        self.patterns = [
            (re.compile(row["regex"], re.IGNORECASE), row) for row in tables["measurements"]
        ]
        self._limits = tables["limits"]

    def find(self, sentence: str, ages: Ages = UNKNOWN_AGE) -> list[Value]:
        """Return the values in a sentence, in order, without overlaps.

        Parameters
        ----------
        sentence
            In comparable form (:func:`medai.knowledge.chinese_text.plain`).
        ages
            The youngest and oldest that the patient may be, in years.
        """
        matches = [(m, row) for regex, row in self.patterns for m in regex.finditer(sentence)]
        # 体温38度5 is found as 38 and as 38.5: the one that ends later holds more of it
        matches.sort(key=lambda pair: -pair[0].end())
        values: list[Value] = []
        for match, row in matches:
            if not values or match.end() <= values[-1].start:
                values.append(self._value(match, row, ages, "吸氧" in sentence))
        return values[::-1]

    def _value(self, match: re.Match, row: Row, ages: Ages, on_oxygen: bool) -> Value:
        said = match.groupdict()
        group = "systolic" if "systolic" in said else "value"
        numbers = [_in_units(said[group], said.get("tenth"), row)]
        if said.get("diastolic"):
            numbers.append(_in_units(said["diastolic"], None, row))
        unit = said.get("unit") or row["unit"] if row["measure"] == "weight loss" else row["unit"]
        shown = f"{'/'.join(f'{one:g}' for one in numbers)} {unit}"
        quantity = "glucose" if row["measure"] == "blood sugar" else row["measure"]
        wrong = _impossible(quantity, numbers)
        if wrong:
            judged, findings = Judgement("impossible", (), wrong), ()
        elif any(limit["measure"] == quantity for limit in self._limits):
            judged, findings = self._by_limits(quantity, numbers[0], ages)
        else:
            fasting = said.get("when") in _FASTING
            judged = _judge(quantity, numbers, ages, fasting, on_oxygen)
            findings = tuple((TERMS[name], status) for name, status in judged.findings)
        start, end = match.start(), match.end()
        return Value(start, match.start(group), end, quantity, shown, judged, findings)

    def _by_limits(
        self, quantity: str, value: float, ages: Ages
    ) -> tuple[Judgement, tuple[tuple[str, str], ...]]:
        """Judge a laboratory value, or the power of a muscle."""
        for limit in self._limits:
            child = ages[0] < ADULT and ages != UNKNOWN_AGE
            if limit["measure"] != quantity or (child and limit["adults_only"] == "yes"):
                continue
            if _COMPARE[limit["comparison"]](value, float(limit["value"])):
                return Judgement("finding", (), "", limit["note"]), ((limit["hpo"], "present"),)
        return Judgement("normal"), ()


def _in_units(written: str, tenth: str | None, row: Row) -> float:
    """Return a number in the unit of its measure: 38度5 is 38.5, 103℉ is 39.4."""
    value = number(written)
    if tenth:
        value += 0.5 if tenth == "半" else number(tenth) / 10
    return round((value - float(row["minus"])) * float(row["factor"]), 1)


def _impossible(quantity: str, numbers: list[float]) -> str:
    """Say why a value cannot be; "" if it can."""
    if quantity == "blood pressure":
        named = zip(("systolic", "diastolic"), numbers, strict=False)
        wrong = next(filter(None, (impossible(name, one) for name, one in named)), "")
        if not wrong and numbers[1:] and numbers[1] >= numbers[0]:
            wrong = f"a blood pressure of {numbers[0]:g}/{numbers[1]:g} mmHg is impossible (the "
            wrong += "first number is the higher one): not used; please check both"
        return wrong
    return impossible(quantity, numbers[0]) if quantity in POSSIBLE else ""


def _judge(
    quantity: str, numbers: list[float], ages: Ages, fasting: bool, on_oxygen: bool
) -> Judgement:
    """Judge a vital sign, a glucose or a loss of weight as in English text."""
    value = numbers[0]
    if quantity == "temperature":
        return thresholds.temperature(value)
    if quantity == "blood pressure":
        return thresholds.blood_pressure(value, numbers[1] if numbers[1:] else None, ages)
    if quantity in ("heart rate", "respiratory rate"):
        return thresholds.rate(quantity, value, ages)
    if quantity == "oxygen saturation":
        return thresholds.oxygen(value, on_oxygen)
    if quantity == "glucose":
        return thresholds.glucose(value, fasting)
    source = thresholds.SOURCES["weight loss"]
    return Judgement("finding", (("Weight loss", "present"),), "", source)


def ages_of(text: str) -> Ages:
    """Return the youngest and oldest that the patient may be, in years.

    Parameters
    ----------
    text
        In comparable form.  The first age counts (3岁, 八个月大), else the first word such as
        患儿.
    """
    age = _AGE.search(text)
    if age:
        count = number(age["n"])
        return (count, count + 0.99) if age["u"] == "岁" else (count / 12, count / 12)
    child = _CHILD.search(text)
    return _CHILDREN[child[0]] if child else UNKNOWN_AGE


class Duration(NamedTuple):
    """A time in a sentence, or a number that only looks like one.

    Attributes
    ----------
    start, end
        Where it stands.
    days
        How many days it means; None if no number follows from it (从小).
    is_time
        False for ages and counts (3岁, 5次).
    """

    start: int
    end: int
    days: float | None
    is_time: bool = True


class Durations:
    """Finds times such as 三天, 半年 and 昨晚起.

    Parameters
    ----------
    tables
        What :func:`medai.datasets.zh.read_zh_findings` returns.
    """

    def __init__(self, tables: Tables) -> None:
        self._patterns = [(re.compile(row["regex"]), row["value"]) for row in tables["duration"]]
        self._words = {row["zh"]: float(row["days"]) for row in tables["time_words"]}

    def find(self, sentence: str) -> list[Duration]:
        """Return the times, ages and counts in a sentence, in order, without overlaps."""
        taken: list[Duration] = []
        for pattern, rule in self._patterns:  # the first pattern that finds a place keeps it
            for match in pattern.finditer(sentence):
                start, end = match.span()
                if not any(start < one.end and one.start < end for one in taken):
                    days = self._days(match, rule)
                    taken.append(Duration(start, end, days, rule != "none"))
        return sorted(taken, key=lambda one: one.start)

    def _days(self, match: re.Match, rule: str) -> float | None:
        said = match.groupdict()
        if rule == "none":
            return None
        if rule == "word":  # 昨晚起: the longest known beginning decides
            beginnings = (said["when"][:n] for n in range(len(said["when"]), 0, -1))
            return next((self._words[one] for one in beginnings if one in self._words), None)
        unit = said["u"].removeprefix("个")
        written = said["n2" if rule == "n2" else "n"]
        if rule == "second":  # 两三天
            written = written[1]
        count = number(written) if written else _UNSAID.get(unit, 1.0)
        if rule == "half" or said.get("half") or said.get("half2"):  # 一年半, 1个半月
            count += 0.5
        return count * _DAYS[unit]
