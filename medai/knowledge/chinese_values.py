"""Numbers in Chinese text: measured values (体温39.5℃, 血压150/95) and times (三天, 半年).

The patterns and the limits stand in ``data/zh_findings`` (measurements.csv, limits.csv,
duration.csv).  A value within its limits states nothing: a normal temperature today does not
take away the fever of yesterday.
"""

from __future__ import annotations

import operator
import re
from typing import NamedTuple

from medai.datasets.zh import Row, Tables
from medai.knowledge.chinese_lexicon import Piece

_DIGITS = {letter: value for value, letter in enumerate("零一二三四五六七八九十")}
_DIGITS |= {"两": 2, "半": 0.5, "数": 3, "几": 3, "多": 3}  # 数天, 几天: about three
_ROMAN = {"I": 1, "II": 2, "III": 3, "IV": 4, "V": 5}
_DAYS = {
    "分钟": 1 / 1440, "小时": 1 / 24, "钟头": 1 / 24, "天": 1, "日": 1, "晚": 1, "夜": 1,
    "周": 7, "星期": 7, "礼拜": 7, "月": 30, "年": 365,
}  # fmt: skip
_UNSAID = {"天": 3.0, "日": 3.0}  # 这些天 names no number
_COMPARE = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
_AGE = "(?<![\\d一二三四五六七八九十])(?:\\d|1[0-3]|[一二三四五六七八九]|十[一二三]?)"
_CHILD = re.compile(f"患儿|宝宝|孩子|婴儿|新生儿|幼儿|小儿|儿童|小朋友|月龄|个月大|{_AGE}岁")


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


class Measurements:
    """Finds measured values and says which finding they are.

    Parameters
    ----------
    tables
        What :func:`medai.datasets.zh.read_zh_findings` returns.
    """

    def __init__(self, tables: Tables) -> None:
        self._patterns = [
            (re.compile(row["regex"], re.IGNORECASE), row) for row in tables["measurements"]
        ]
        self._limits = tables["limits"]

    def pieces(self, sentence: str, child: bool = False) -> list[Piece]:
        """Return the values in a sentence, in order.

        Parameters
        ----------
        sentence
            In comparable form (:func:`medai.knowledge.chinese_text.plain`).
        child
            The patient is a child: limits that hold for adults only are left out.

        Returns
        -------
        list of Piece
            From the number to the unit.  `kinds` has ``finding`` (the term) and ``measured``
            (``present`` or ``uncertain``), or ``guard`` for a value that states nothing;
            `word` is the whole expression, name included, and ends where the piece ends.
        """
        matches = [(m, row) for regex, row in self._patterns for m in regex.finditer(sentence)]
        # 体温38度5 is found as 38 and as 38.5: the one that ends later holds more of it
        matches.sort(key=lambda pair: -pair[0].end())
        pieces: list[Piece] = []
        for match, row in matches:
            group = "systolic" if "systolic" in match.groupdict() else "value"
            start = match.start(group)
            if pieces and match.end() > pieces[-1].start:
                continue
            kinds = self._kinds(match, row, child)
            pieces.append(Piece(start, match.end(), kinds, match[0]))
        return pieces[::-1]

    def _kinds(self, match: re.Match, row: Row, child: bool) -> dict[str, str]:
        said = match.groupdict()
        for limit in self._limits:
            written = said.get(limit["group"])
            if limit["measure"] != row["measure"] or not written:
                continue
            if child and limit["adults_only"] == "yes":
                continue
            if limit["when"] and said.get("when") not in limit["when"].split():
                continue
            value = number(written)
            if said.get("tenth"):  # 38度5, 三十八度半
                value += 0.5 if said["tenth"] == "半" else number(said["tenth"]) / 10
            value = (value - float(row["minus"])) * float(row["factor"])
            if _COMPARE[limit["comparison"]](round(value, 2), float(limit["value"])):
                return {"finding": limit["hpo"], "measured": limit["status"]}
        return {"guard": ""}


def speaks_of_a_child(text: str) -> bool:
    """Tell whether a text is about a child: it says so, or names an age up to 13 years."""
    return _CHILD.search(text) is not None


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
