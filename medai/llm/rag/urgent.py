"""Is it an emergency?  Asked first, of every question, before anything is looked up.

A sign of the table ``data/patient_questions`` counts when its words stand close together, in any
order, in one sentence.  Three guards let a question go on, and each only when nothing in the same
sentence speaks of now: the sign is denied; it is long past; or the question is about the sign
itself ("what causes chest pain?").  In doubt it is an emergency, since a missed one is worse than
a false alarm.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from dataclasses import dataclass

from medai.knowledge.words import normalise_word
from medai.llm.rag.asked import folded

APART = 5  # words, small ones not counted, that may stand between the words of a sign
STEM = 5  # letters by which two forms of a word are taken for the same
_SMALL_WORDS = (
    "a an the my his her their our your is are am be been was were has have had i he she it they "
    "we of to in on at and or so very really it's i'm do does did this that there"
)
_SMALL = frozenset(_SMALL_WORDS.split())
_NO = frozenset({"no", "not", "never", "without", "nor", "neither", "deny"})
_JOINED = frozenset({"wont", "dont", "isnt", "doesnt", "didnt", "arent", "wasnt"})
_ASSERTED = frozenset({"sure", "know", "only", "just", "stop", "go", "better", "longer", "help"})
CUT = re.compile(r"[.!?;。！？；\n]+")
# words that frightened people use for one thing; the first stands for all
_ALIKE = (
    "pain hurt ache aching achy sore agony painful hurting",
    "breathe breath breathing",
    "swell swollen swelling swelled",
    "bleed bleeding blood bled",
    "swallow ate eaten drank drunk took taken gulp",
    "tablet pill capsule medicine medication",
    "unconscious unresponsive collapse lifeless fainted",
    "wake rouse woken awaken",
    "fit seizure convulsion convulse fitting",
    "crush crushing squeeze squeezing pressure heavy tight tightness",
    "droop drooping drop dropped hang hanging sag",
    "slur slurred garbled mumble rubbish nonsense",
    "vomit vomiting sick puke throwing",
)
_ONE = {normalise_word(word): line.split()[0] for line in _ALIKE for word in line.split()}
_DOUBLE = re.compile(r"(.)\1")  # "pils" for "pills"
_TOKEN = re.compile(r"[^\W_]+(?:'[^\W_]+)?")

_NOW = re.compile(
    r"\b(?:now|currently|at the moment|right away|today|tonight|this (?:morning|evening|afternoon|"
    r"minute)|just|suddenly|again|still|since|(?:minutes?|hours?) ago|yesterday|keeps?|won't stop|"
    r"getting worse|help me|please help|started|begun|is having|are having|am having|i'm having|"
    r"he's|she's|as we speak)\b"
)
_PAST = re.compile(
    r"\b(?:(?:years?|months?|decades?) ago|last (?:year|month|spring|summer|autumn|winter)|"
    r"in (?:19|20)\d\d|used to|when (?:i|he|she|they) (?:was|were) (?:a |an )?"
    r"(?:child|young|little|kid|teenager|baby|boy|girl|student|pregnant)|as a (?:child|teenager)|"
    r"history of|in the past|long ago|previously|years? back|(?:has|have)? ?(?:fully )?recovered|"
    r"died (?:of|from)|survived)\b"
)
_ABOUT = re.compile(
    r"^(?:hi|hello|please|so|ok|and|also|could you|can you|i (?:would like|want|wish)(?: to know)?|"
    r"i'd like to know|i read that|tell me|explain|i am a \w+ student[,:]?|[\s,])*\s*"
    r"(?:what (?:is|are|does|do|causes?|happens?|kinds?|can cause|makes|leads?|was)\b|"
    r"(?:which|who|why|where)\b|"
    r"how (?:is|are|does|do (?:doctors|people|you (?:treat|diagnose|spell))|"
    r"common|long|often|many|can (?:people|one|you) prevent)\b|"
    r"(?:can|could|does|do|is|are) (?!i\b|my\b|we\b|he\b|she\b|it\b|this\b)|"
    r"(?:the )?(?:meaning|definition|difference|causes|symptoms|signs|treatment|risk)\b|"
    r"tell me about|explain|describe|define|about\b)"
)
_MINE = re.compile(
    r"\b(?:i have|i've|i am|i'm|i feel|i took|i can't|i cannot|my|me|he|she|his|her|him|we|"
    r"somebody|someone|our|they|they're)\b"
)
_NOW_ZH = re.compile(
    "现在|刚刚|刚才|正在|突然|今天|今晚|今早|昨天|昨晚|一直|又|还在|小时|分钟|越来越|救命|快"
)
_PAST_ZH = re.compile(
    r"(?:年|个月)(?:以)?前|去年|前年|以前|曾经|过去|小时候|年轻时|病史|已经(?:好|康复|痊愈)|死于|去世"
)
_ABOUT_ZH = re.compile(
    r"是什么(?:意思|原因|病|症状)?|什么是|为什么|原因(?:是|有)|有哪些|哪些(?:原因|症状|表现)|的(?:症状|原因|表现|"
    r"定义|区别)|是指|怎么(?:预防|诊断|治疗)|如何(?:预防|诊断|治疗|识别|判断)|会(?:引起|导致)|什么(?:会|情况)"
)
_MINE_ZH = re.compile(
    "我(?!国|们学|想知道|想问|想了解)|他|她|孩子|宝宝|爸|妈|父亲|母亲|老公|老婆|丈夫|妻子|奶奶|爷爷|有人"
)
_NO_ZH = re.compile(
    r"(?:没有|没|无|并非|不是|并无|否认|未)(?:出现|任何|明显|感到|觉得)?[^，。；]{0,2}$"
)


@dataclass(frozen=True)
class Sign:
    """A sign of an emergency.

    Attributes
    ----------
    lang, phrase
        Its words.
    category
        What it is a sign of; ``suicide`` has a message of its own.
    exact
        Whether its words must stand as they are, with nothing between them.
    key
        Of the line to show.
    """

    lang: str
    phrase: str
    category: str = ""
    exact: bool = False
    key: str = ""


@dataclass(frozen=True)
class Alarm:
    """That a question holds a sign, and which."""

    sign: Sign


def find_alarm(question: str, signs: Iterable[Sign]) -> Alarm | None:
    """Return the first sign that a question holds and no guard lets go; None if there is none.

    Parameters
    ----------
    question
        As :func:`medai.llm.rag.asked.checked` returns it, English, Chinese or mixed.
    signs
        Signs in both languages; all are looked for, whatever the question's language.

    Examples
    --------
    >>> signs = [Sign("en", "chest pain", "heart")]
    >>> find_alarm("my chest hurts, the pain is bad", signs).sign.category
    'heart'
    >>> find_alarm("i had chest pain years ago", signs) is None
    True
    """
    signs = tuple(signs)
    seen = folded(question)
    for sentence in (one.strip() for one in CUT.split(seen)):
        if not sentence:
            continue
        every = _words(sentence)
        some = [word for word in every if word not in _SMALL]
        for sign in signs:
            words = every if sign.exact else some
            span = _stands(sign, words) if sign.lang == "en" else None
            if span and not _let_go(sentence, words, span, sign):
                return Alarm(sign)
            start = _stands_zh(sign, sentence) if sign.lang == "zh" else None
            if start is not None and not _let_go_zh(sentence, start, sign):
                return Alarm(sign)
    return None


def could_be_now(sentence: str) -> bool:
    """Tell whether a folded English sentence tells of somebody, and not of long ago."""
    if _PAST.search(sentence) and not _NOW.search(sentence):
        return False
    return bool(_MINE.search(sentence) or _NOW.search(sentence))


def denies(sentence: str) -> bool:
    """Tell whether a folded English sentence holds a "no"."""
    return bool(_NO & set(_words(sentence)))


# --- English ------------------------------------------------------------------------------
def _words(text: str) -> list[str]:
    """Return the words of a folded text; a "not" that is joined to a word stands alone."""
    found = []
    for match in _TOKEN.finditer(text):
        word = match[0]
        if word in ("cannot", "cant", "can't"):
            found += ["can", "not"]
        elif word.endswith("n't") or word in _JOINED:
            found += [normalise_word(word.removesuffix("n't").removesuffix("nt")), "not"]
        else:
            found.append(normalise_word(word))
    return found


@functools.lru_cache(maxsize=4096)
def _phrase(text: str) -> tuple[str, ...]:
    words = _words(folded(text))
    return tuple(word for word in words if word not in _SMALL) or tuple(words)


def _same(one: str, other: str) -> bool:
    """Tell whether two words have one stem ("breathe", "breathing") or one is a slip."""
    if _ONE.get(one, one) == _ONE.get(other, other):
        return True
    if _DOUBLE.sub(r"\1", one) == _DOUBLE.sub(r"\1", other):
        return True
    short = min(len(one), len(other))
    return short >= STEM and one[: max(STEM, short - 2)] == other[: max(STEM, short - 2)]


def _stands(sign: Sign, words: list[str]) -> tuple[int, int] | None:
    """Return the first and last place of the words of a sign, if they stand close together."""
    phrase = tuple(_words(folded(sign.phrase))) if sign.exact else _phrase(sign.phrase)
    n = len(phrase)
    if sign.exact:
        for i in range(len(words) - n + 1):
            if all(map(_same, words[i : i + n], phrase)):
                return i, i + n - 1
        return None
    places = [[i for i, word in enumerate(words) if _same(word, one)] for one in phrase]
    if not all(places):
        return None
    for start in sorted({i for some in places for i in some}):
        near = [next((i for i in some if start <= i < start + n + APART), None) for some in places]
        if None not in near and len(set(near)) == n:
            return min(near), max(near)
    return None


def _let_go(sentence: str, words: list[str], span: tuple[int, int], sign: Sign) -> bool:
    """Tell whether a guard lets an English sentence go on."""
    if _NOW.search(sentence) and not _denied(words, span, sign):
        return False
    if _denied(words, span, sign) or _PAST.search(sentence):
        return True
    return bool(_ABOUT.search(sentence)) and not _MINE.search(sentence)


def _denied(words: list[str], span: tuple[int, int], sign: Sign) -> bool:
    """Tell whether a "no" stands before a sign that has none itself."""
    if _NO & set(_phrase(sign.phrase)):
        return False
    before = words[max(0, span[0] - 4) : span[0]]
    for place, word in enumerate(before):
        if word in _NO and not _ASSERTED & set(before[place + 1 :]):
            return "but" not in before[place + 1 :]
    return False


# --- Chinese ------------------------------------------------------------------------------
@functools.lru_cache(maxsize=4096)
def _zh(words: str) -> re.Pattern:
    """Return a pattern for characters in their order, with one or two between them at most."""
    gap = rf"[^，。！？；,.!?;]{{0,{1 if len(words) == 2 else 2}}}?"
    return re.compile(gap.join(map(re.escape, words)))


def _stands_zh(sign: Sign, sentence: str) -> int | None:
    """Return where a Chinese sign begins in a sentence; its parts may stand in any order."""
    phrase, sentence = folded(sign.phrase).replace("疼", "痛"), sentence.replace("疼", "痛")
    parts = [phrase.replace(" ", "")] if sign.exact else phrase.split()
    found = [_zh(part).search(sentence) for part in parts]
    return min(match.start() for match in found) if all(found) else None


def _let_go_zh(sentence: str, start: int, sign: Sign) -> bool:
    """Tell whether a guard lets a Chinese sentence go on."""
    if _NO_ZH.search(sentence[:start]) and not re.match("[没无不未]", sign.phrase):
        return True
    if _NOW_ZH.search(sentence):
        return False
    if _PAST_ZH.search(sentence):
        return True
    return bool(_ABOUT_ZH.search(sentence)) and not _MINE_ZH.search(sentence)
