"""The fixed sentences of question answering, in English and Chinese.

Emergency numbers: 999 in the United Kingdom, 112 in the European Union, 911 in the United States
and Canada, 120 in China (list of the Training Fox, read as an excerpt on 2026-11-23:
https://thetrainingfox.co.uk/emergency-services-telephone-numbers/).
"""

from __future__ import annotations

from medai.runtime.errors import MedaiError

TEXTS = {
    "emergency": (
        "This may be an emergency. Call your emergency number now (112 in the European Union, 999 "
        "in the United Kingdom, 911 in the United States and Canada, 120 in China). Do not wait "
        "for an answer here, and do not drive yourself.",
        "这可能是紧急情况。请立即拨打当地急救电话（中国大陆120，欧盟112，英国999，美国和加拿大911）。"
        "不要在这里等待回答，也不要自己开车。",
    ),
    "suicide": (
        "If you may harm yourself, or have already done so, call your emergency number now (112 in "
        "the European Union, 999 in the United Kingdom, 911 in the United States and Canada, 120 "
        "in China), and do not stay alone: go to somebody near you, or ask them to come.",
        "如果您可能伤害自己，或已经伤害了自己，请立即拨打当地急救电话（中国大陆120，欧盟112，英国999，"
        "美国和加拿大911）。不要独处：请去找身边的人，或请他们过来陪您。",
    ),
    "dose": (
        "I do not say what dose anybody should take, or whether to change or stop a medicine. "
        "Please ask your pharmacist or the doctor who prescribed it, and read the leaflet. After "
        "taking too much, call your emergency number or a poisons centre at once.",
        "我不回答个人该用多少剂量，也不回答是否应换药或停药。请咨询药师或开药的医生，并阅读说明书。"
        "如果已经服用过量，请立即拨打急救电话或中毒咨询电话。",
    ),
    "diagnosis": (
        "I cannot say what anybody has: that needs a person who can ask and examine. Please see a "
        "doctor or nurse; if you feel very ill or it gets worse quickly, call your emergency "
        "number. You may ask me what a word means or what is known of a condition.",
        "我无法判断您得了什么病：这需要有人当面询问和检查。请去看医生；如果感觉很不舒服或病情迅速加重，"
        "请拨打急救电话。您可以问我某个词的意思，或某种疾病的一般知识。",
    ),
    "other": (
        "I answer general questions about health from a small set of passages, and nothing else. "
        "Please ask somewhere else for this.",
        "我只根据少量资料回答一般的健康问题。这个问题请到别处咨询。",
    ),
    "order": (
        "I take no instructions about how to answer. Please ask a question about health.",
        "我不接受关于如何回答的指令。请直接提出健康方面的问题。",
    ),
    "abstained": (
        "I do not know: no passage I have is near enough to your question. Please ask a doctor, a "
        "nurse or a pharmacist; if you feel very ill, call your emergency number.",
        "我不知道：我所有的资料中没有足够接近您问题的内容。请咨询医生、护士或药师；如果感觉很不舒服，"
        "请拨打急救电话。",
    ),
    "note": (
        "This is general information, not medical advice for you.",
        "以上是一般信息，不是针对您个人的医疗建议。",
    ),
}


def say(key: str, lang: str) -> str:
    """Return a fixed text.

    Raises
    ------
    MedaiError
        For an unknown key or language.
    """
    if lang not in ("en", "zh") or key not in TEXTS:
        raise MedaiError(f"key={key!r}, lang={lang!r}: there is no such text.")
    return TEXTS[key][lang == "zh"]
