"""The explanation that needs no language model: sentences from facts, each with its citation.

One sentence holds one relation of one condition; findings of the same frequency share one.  The
words for the frequencies are HPO's classes in plain English (:data:`HOW_OFTEN`), and nothing is
said that is not a fact.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from medai.diagnosis.facts import PATIENT, Fact, Facts
from medai.diagnosis.phrases import action
from medai.runtime import MedaiError

HOW_OFTEN = {
    "obligate": "always",
    "very frequent": "very often",
    "frequent": "often",
    "occasional": "sometimes",
    "very rare": "rarely",
    "": "can",
}
_HOW_OFTEN_ZH = {
    "obligate": "总有",
    "very frequent": "绝大多数有",
    "frequent": "常有",
    "occasional": "有时有",
    "very rare": "很少有",
    "": "可有",
}
_SETTING = {"general practice": "general practice", "emergency": "an emergency department"}
_SETTING_ZH = {"general practice": "全科门诊", "emergency": "急诊"}
_MARKS_ZH = {
    "teaching estimate": "教学估计",
    "frequency estimated": "频率为估计",
    "computed": "计算值",
}
LANGUAGES = ("en", "zh")
_JOINED = ("has", "has not", "finding", "first test")  # relations whose facts may share a sentence


def lower(name: str) -> str:
    """Return a name as it stands inside a sentence: ``Cough`` is ``cough``, ``ECG`` stays.

    Examples
    --------
    >>> lower('Fever'), lower('COVID-19')
    ('fever', 'COVID-19')
    """
    head = name.split(" ")[0].split("-")[0]
    proper = head != head.capitalize() or head.rstrip("'s") in _PROPER or len(head) < 2
    return name if proper else name[0].lower() + name[1:]


_EPONYMS = """Achilles Addison Addisonian Alzheimer Babinski Baker Barrett Bartholin Beau Bell
Boerhaave Brudzinski Chagas Cheyne Crohn Cushing Cushingoid Ebola Grave Graves Guillain Heberden
Henoch Hodgkin Horner Hutchinson Kawasaki Kayser Kernig Koplik Kussmaul Lhermitte Lyme Lynch Marfan
Meniere Ménière Osgood Osler Paget Parkinson Raynaud Reiter Romberg Schamroth Schober Sjögren Still
Tinel Trendelenburg Trousseau Turner Wernicke Wilson"""
_PROPER = frozenset(_EPONYMS.split())


def sentence(facts: Sequence[Fact], lang: str = "en") -> str:
    """Write one sentence from facts of the same subject, relation and frequency.

    Parameters
    ----------
    facts : sequence of Fact
        With their numbers; more than one only for findings of the same frequency class.
    lang : {"en", "zh"}
        English or simplified Chinese.

    Returns
    -------
    str
        With a citation for every fact.

    Raises
    ------
    MedaiError
        When the facts do not belong in one sentence, or the language is another.
    """
    if lang not in LANGUAGES:
        raise MedaiError(f"lang={lang!r}: choose 'en' or 'zh'.")
    facts = list(facts)
    if len({_group(fact) for fact in facts}) != 1:
        raise MedaiError(
            f"{len(facts)} facts of {len({_group(f) for f in facts})} kinds do not make one "
            "sentence: pass facts of one subject, relation and frequency."
        )
    return (_english if lang == "en" else _chinese)(facts)


def _group(fact: Fact) -> tuple:
    alone = fact.id if fact.relation not in _JOINED or fact.share else 0
    return fact.subject, fact.relation, fact.denied, fact.value, alone


def _listed(parts: list[str], last: str) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} {last} {parts[-1]}"


def _english(facts: list[Fact]) -> str:
    one = facts[0]
    who, cite = lower(one.subject), one.citation
    things = [f"{lower(fact.object)} {fact.citation}" for fact in facts]
    if one.relation == "has":
        return f"The patient has {_listed(things, 'and')}."
    if one.relation == "has not":
        return f"The patient does not have {_listed(things, 'or')}."
    if one.relation == "finding" and one.share:
        share = f"about {one.share} of" if "%" in one.share else one.share
        return _start(one, f"{share} people with {who} have {things[0]}.")
    if one.relation == "finding":
        how_often = HOW_OFTEN[one.value]
        return _start(one, f"people with {who} {how_often} have {_listed(things, 'and')}.")
    if one.relation == "against":
        return f"{one.object} speaks against {who} {cite}."
    if one.relation == "prior":
        where = _SETTING[one.object]
        return f"In {where}, about 1 in {one.value} new complaints is {who} {cite}."
    if one.relation == "red flag":
        of = "" if one.subject == PATIENT else f" of {who}"
        return f"Warning sign{of}: {_whole(one.object)}: {_whole(one.value)} {cite}."
    if one.relation == "probability":
        return f"Given these findings, the probability of {who} is put at {one.value} {cite}."
    tests = "; ".join(f"{_whole(fact.object)} {fact.citation}" for fact in facts)
    return f"First test{'s' if len(facts) > 1 else ''} for {who}: {tests}."


def _start(fact: Fact, text: str) -> str:
    """Begin a sentence, and say where a finding speaks against the condition."""
    return f"Against this: {text}" if fact.denied else text[0].upper() + text[1:]


def _whole(text: str) -> str:
    """Return a text without full stops inside, so that it stays one sentence."""
    return text.strip().rstrip(".").replace(". ", "; ").replace("? ", "; ").replace("! ", "; ")


def _chinese(facts: list[Fact]) -> str:
    one = facts[0]
    share = one.share.replace(" %", "%")
    who, cite = one.subject_zh or one.subject, _cite_zh(one)
    but = "不符之处：" if one.denied else ""
    things = "、".join(f"{fact.object_zh or fact.object} {_cite_zh(fact)}" for fact in facts)
    if one.relation == "has":
        return f"患者有{things}。"
    if one.relation == "has not":
        return f"患者没有{things}。"
    if one.relation == "finding" and one.share:
        if " of " in one.share:
            seen, looked = one.share.split(" of ")
            return f"{but}{looked} 例{who}患者中 {seen} 例有{things}。"
        return f"{but}{who}患者约 {share} 有{things}。"
    if one.relation == "finding":
        return f"{but}{who}患者{_HOW_OFTEN_ZH[one.value]}{things}。"
    if one.relation == "against":
        return f"{one.object_zh or one.object}不支持{who} {cite}。"
    if one.relation == "prior":
        return f"在{_SETTING_ZH[one.object]}，约每 {one.value} 个新主诉中有 1 个是{who} {cite}。"
    if one.relation == "red flag":
        of = "" if one.subject == PATIENT else f"{who}的"
        what = _whole(action(one.value, "zh"))
        return f"{of}警示征象：{what}；表现：{_whole(one.object)} {cite}。"
    if one.relation == "probability":
        percent = one.value.replace(" %", "%")
        return f"根据这些表现，{who}的概率估计为 {percent} {cite}。"
    tests = "；".join(f"{_whole(fact.object)} {_cite_zh(fact)}" for fact in facts)
    return f"{who}的首选检查（英文原文）：{tests}。"


def _cite_zh(fact: Fact) -> str:
    text = fact.citation
    for mark, chinese in _MARKS_ZH.items():
        text = text.replace(mark, chinese)
    return text


def groups(facts: Iterable[Fact]) -> list[list[Fact]]:
    """Return the facts in the order of telling, those together that share a sentence."""
    place = {name: k for k, name in enumerate(("obligate", *list(HOW_OFTEN)[1:]))}
    order = {
        name: k
        for k, name in enumerate(
            (
                "has",
                "has not",
                "red flag",
                "probability",
                "finding",
                "against",
                "prior",
                "first test",
            )
        )
    }
    facts = list(facts)
    subjects = list(dict.fromkeys(fact.subject for fact in facts))
    facts.sort(
        key=lambda f: (
            f.subject != PATIENT,
            subjects.index(f.subject),
            order[f.relation],
            f.denied,
            bool(f.share),
            place.get(f.value, 0) if f.relation == "finding" else 0,
            f.id,
        )
    )
    return [list(group) for _, group in groupby(facts, key=_group)]


def template(facts: Facts | Iterable[Fact], lang: str = "en") -> str:
    """Write the whole explanation: the patient, then each condition in a paragraph of its own.

    Examples
    --------
    >>> cough = Fact("Influenza", "finding", "Cough", "a trial", "opened", "very frequent")
    >>> chill = Fact(PATIENT, "has", "Chills", "the patient", "stated")
    >>> print(template(Facts([cough, chill])))
    The patient has chills [2].
    People with influenza very often have cough [1].
    """
    space = " " if lang == "en" else ""
    paragraphs = [
        space.join(sentence(group, lang) for group in same)
        for _, same in groupby(groups(facts), key=lambda group: group[0].subject)
    ]
    return "\n".join(paragraphs)
