"""Turns of phrase that the rules of the Chinese reader look for, beside its tables."""

from __future__ import annotations

import re

# "if there is fever, come back": advice; nothing is taken from it
ADVICE = re.compile(
    "(?:^|(?<=[,、 :]))(?:如果|如有|如出现|如再|如(?![厕下上图期前实常同此今何])|若有|若出现|若|"
    "一旦|万一).*?(?:请|随诊|就医|就诊|复诊|及时|立即|急诊|来院).*"
)
# a relative who tells is a witness, not the one who is ill: 母亲诉患儿发热
TELLS = re.compile("^.{0,2}(诉|说|讲|述|称|发现|看到|带|告诉|否认)")
# words before a relative that make him company: 和老公吵架后胸闷
COMPANY = re.compile(
    "(?:和|跟|与|同|陪|陪着|给|被|由|对|因|抱|带|带着|为|向|替|听|照顾|照料|伺候)(?:我|他|她|我的|他的|她的)?$"
)
COUNT = r"[一二两三四五六七八九十半数几]+"
TIME = re.compile(
    rf"(\d+(\.\d+)?|{COUNT})\s*个?(多|余|来)?(分钟|小时|钟头|天|日|周|星期|礼拜|月|年)"
)
# 大概三天前, 好像从昨天: the doubt is about the time
ABOUT_TIME = re.compile(
    rf"\d|{COUNT[:-1]}+个?(?:多|余|来)?(?:天|日|周|星期|月|年|小时|次|点)|从|自从|因|由于|凉|后|到"
)
AS_IF = ("好像", "似乎", "像是", "担心")  # a doubt only directly before the finding
# what follows these is a new statement, not the rest of a denied noun
BREAK = re.compile("(?:性|型|样|地|的)$|[就便也才而突忽了得中时后]|出现|发现")
UNKNOWN_NOUN = 4  # characters of a denied noun that the tables do not hold
FARTHEST = 12  # characters between a denial and what it denies
PART_ENDS = ("", ",", "、", " ", ")")


def without_advice(sentence: str) -> str:
    """Cut off advice ("if there is fever, come back"), which says nothing of the patient."""
    match = ADVICE.search(sentence)
    return sentence[: match.start()] if match else sentence


# how a finding goes, by the words directly before or behind it, as in medai.knowledge.temporal
_COURSE_BEFORE = (
    ("sudden", "突发|突然|忽然|骤然|突起"),
    ("gradual", "逐渐|渐渐|慢慢|缓慢"),
    ("recurrent", "反复|反复发作|经常|老是"),
    ("intermittent", "间断|间断性|间歇性|阵发性|断断续续|一阵阵|时有|偶有"),
)
_COURSE_BEHIND = (
    ("worsening", "加重|加剧|越来越重|越来越厉害"),
    ("improving", "好转|缓解|减轻|好些了|好多了"),
    ("recurrent", "反复|反复发作"),
)
_DEGREE = "(?:剧烈|严重|轻度|轻微|明显)?的?"  # may stand between: 突发剧烈头痛


def course_of(sentence: str, start: int, end: int) -> str:
    """Return how the finding at ``sentence[start:end]`` goes; "" if nothing is said.

    Examples
    --------
    >>> course_of("突发头痛", 2, 4), course_of("头痛逐渐加重", 0, 2)
    ('sudden', 'worsening')
    """
    for course, words in _COURSE_BEHIND:
        if re.match(
            f"(?:明显|逐渐|进行性|有所|略有|稍有|稍)?(?:{words})", sentence[end : end + 12]
        ):
            return course
    before = sentence[max(start - 12, 0) : start]
    for course, words in _COURSE_BEFORE:
        if re.search(f"(?:{words})(?:出现|发生|发作|有|的|地|性)?{_DEGREE}$", before):
            return course
    return ""
