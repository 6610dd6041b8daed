"""Words that a check of a summary looks at: directions, negations, names of drugs and diseases."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

from medai.preprocess.text import STOP_WORDS


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


UP = _words(
    "increase increases increased increasing rise rises rose risen rising raise raises raised "
    "higher more greater gain gained elevated prolong prolonged prolongs longer above accelerated "
    "grew larger exceeded"
)
DOWN = _words(
    "decrease decreases decreased decreasing reduce reduces reduced reducing reduction fell fallen "
    "dropped drop lower lowered lowers lowering fewer less loss lost lose loses declined shorten "
    "shortened shortens shorter below slowed slow slows smaller diminished"
)
GOOD = _words("improve improves improved improvement better superior")
BAD = _words("worsen worsens worsened worse deteriorated inferior")
SAME = _words("similar similarly equal equally unchanged comparable same identical")
DIFFER = _words("differ differs differed different difference changed change")
SIGNS = {
    **dict.fromkeys(UP, "up"),
    **dict.fromkeys(DOWN, "down"),
    **dict.fromkeys(GOOD, "good"),
    **dict.fromkeys(BAD, "bad"),
    **dict.fromkeys(SAME, "same"),
    **dict.fromkeys(DIFFER, "differ"),
}
MEANINGS = {
    "up": {"up"},
    "down": {"down"},
    "good": {"good"},
    "bad": {"bad"},
    "same": {"same"},
    "differ": {"up", "down", "good", "bad"},
}
DENIED = {
    "up": {"down", "same"},
    "down": {"up", "same"},
    "good": {"bad", "same"},
    "bad": {"good", "same"},
    "same": {"up", "down", "good", "bad"},
    "differ": {"same"},
}
FAIL = _words("fail fails failed unable")
NO = FAIL | _words("no not none never neither nor nobody cannot n't absent")
VERBS = _words(
    "increase increases increased increasing raise raises raised raising decrease decreases "
    "decreased reduce reduces reduced reducing lowered lowers lowering prolong prolonged prolongs "
    "shorten shortened shortens slowed slows accelerated improve improves improved worsen worsened"
)  # what they do it to stands behind them
BE = _words("is are was were be been being")
BOUND = _words(
    "of in on at by with from to for until than after before during between among against as and "
    "or but when while whereas that which who under over within compared"
)
VAGUE = _words("common frequent likely often much slightly significantly likelihood day")
HEADS = _words(
    "cancer disease failure dependence syndrome diabetes deficiency infection disorder carcinoma "
    "injury fracture fibrillation dementia"
)
SOME = _words("some any several all both each most many few another other others whole mostly")
PEOPLE = _words(
    "patient adult children child women men people group participant person subject "
    "user resident other individual volunteer"
)
PURPOSE = _words(
    "prevent treat reduce improve increase lower raise decrease test assess determine evaluate "
    "compare examine study find investigate estimate measure avoid"
)
PLAIN = _words(
    "study studies trial found finding findings show shows showed shown report reported reports "
    "result results resulted effect effects lead leads led bring brings brought associated rate "
    "risk compare compared comparison versus treat treated treatment treatments receive received "
    "give given giving take took taking taken use used using test tested follow followed occur "
    "occurred occurs observed seen noted whose daily year years month months week weeks day days "
    "once twice per cent percent average mean evidence although however while benefit harm harms "
    "side patients patient adults adult people participants group groups women men children "
    "person persons well far cause caused causes without tolerated likely common frequent often "
    "significant significantly statistically slightly mainly still early late randomly assigned "
    "randomised randomized much typically usually respectively"
)
PLACEHOLDER = _words("placebo sham")
_NAME = re.compile(
    r"(?:pril|sartan|statin|olol|dipine|mab|tinib|gliptin|gliflozin|glutide|glitazone|prazole|"
    r"tidine|cillin|mycin|micin|floxacin|cycline|azole|vir|xaban|gatran|parin|azepam|azolam|"
    r"triptan|setron|oxetine|traline|profen|coxib|caine|curium|thiazide|semide|phylline|terol|"
    r"asone|olone|sonide|prost|dronate|pezil|pine|idone|peridol|zide|formin|triptyline|barbital|"
    r"prim|zolid|oprazole|lukast|tropium|"
    r"itis|osis|aemia|emia|penia|pathy|algia|uria|plegia|rrhoea|rrhea|phrenia|lepsy|sclerosis|"
    r"thyroidism|trophy|ectasis|pnoea|pnea|phagia|philia|cytosis|oedema|edema|stroke|migraine|"
    r"asthma|pneumonia|delirium|oma)$"
)


@dataclass(frozen=True)
class Word:
    """A word of a text with its place; `text` in lower case."""

    text: str
    start: int
    end: int


def words_of(text: str) -> list[Word]:
    """Split a text into words; "omega-3" and "25-hydroxyvitamin" are one each."""
    pattern = r"\d+(?:[.,]\d+)*(?=[%\s,.;)]|$)|[^\W_]+(?:[-'’][^\W_]+)*"
    return [Word(m[0].lower(), *m.span()) for m in re.finditer(pattern, text)]


def stem(word: str) -> str:
    """Return a word without the usual endings; crude, and the same on both sides.

    >>> stem("occurred") == stem("occurs") == stem("occur")
    True
    """
    word = word.replace("’", "'").removesuffix("'s")
    if len(word) < 5:
        return word.removesuffix("s") if len(word) == 4 and not word.endswith("ss") else word
    for end in ("ations", "ation", "ings", "ing", "ies", "ied", "ers", "ed", "es", "ly", "s"):
        if word.endswith(end) and len(word) - len(end) >= 3 and not word.endswith("ss"):
            word = word.removesuffix(end)
            if end in ("ies", "ied"):
                word += "y"
            break
    if len(word) > 4 and word[-1] == word[-2] and word[-1] in "bdglmnprt":
        word = word[:-1]
    return word.removesuffix("e")


def content(words: list[Word]) -> set[str]:
    """Return the stems that carry meaning: no stop words, directions, negations or numbers."""
    return {
        stem(one.text)
        for one in words
        if one.text not in STOP_WORDS
        and one.text not in SIGNS
        and one.text not in NO
        and one.text not in SOME
        and not one.text[0].isdigit()
        and len(one.text) > 1
    }


@functools.cache
def listed() -> frozenset[str]:
    """Return the single words that name a drug or a disease in the book's tables."""
    from medai.datasets.drugs import drug_tables
    from medai.knowledge.extraction.dictionary import listed_names

    names = {name.lower() for name, kind in listed_names() if kind in ("drug", "disease")}
    names |= {name.lower() for name in drug_tables().drugs}
    return frozenset(name for name in names if re.fullmatch(r"[a-z-]{4,}", name))


@functools.cache
def drugs() -> frozenset[str]:
    """Return the single words that name a drug in the book's tables."""
    from medai.datasets.drugs import drug_tables
    from medai.knowledge.extraction.dictionary import listed_names

    names = {name.lower() for name, kind in listed_names() if kind == "drug"}
    return frozenset(names | {name.lower() for name in drug_tables().drugs})


def is_name(word: str) -> bool:
    """Tell whether a word names a drug or a disease, by the book's tables or by its ending."""
    return word in listed() or (len(word) > 5 and bool(_NAME.search(word)))
