"""Chinese names of medicines: salts before, forms behind, doses and times around.

盐酸二甲双胍缓释片 0.5g 每日两次 is 二甲双胍.  A name that is put together from two others
(缬沙坦氨氯地平片) is taken apart only when the parts cover it wholly.  复方 is never taken away.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection

from medai.personalised.drugs.characters import alike

HAN = re.compile(r"[\u4e00-\u9fff]")
_NUMERAL = "[一二两三四五六七八九十半]"
_TIMES = re.compile(
    rf"每次|每?[一1每][日天晚早晨周月]\s*(?:{_NUMERAL}|\d)?\s*(?:次|片|粒)?"
    rf"|每\s*(?:{_NUMERAL}|\d+)\s*(?:小时|天|日|周)\s*(?:{_NUMERAL}|\d)?次?|隔日|隔天"
    r"|早晚|早上|晚上|中午|晨起|睡前|[早中晚]餐[前后]|[饭餐][前后中]|空腹|必要时|按需|长期"
    r"|皮下注射|静脉注射|静脉滴注|肌肉注射|肌注|静滴|静注|口服(?![液溶混])|外用|含服|舌下含服|吸入(?![用剂])"
)
_DOSES = re.compile(
    rf"(?:(?<![a-z\d])\d[\d.]*|{_NUMERAL})\s*(?:mg|ug|μg|mcg|g|ml|iu|u|毫克|微克|毫升|克|万?单位|片|粒|支|滴|喷|吸|袋|丸|包|枚|揿)"
    r"(?:/(?:\d[\d.]*)?(?:mg|g|ml|片|粒|支|次|袋|h))?"
)
_SALTS_BEFORE = (
    *("盐酸", "硫酸氢", "硫酸", "重酒石酸", "酒石酸", "马来酸", "富马酸", "琥珀酸", "枸橼酸"),
    *("苯磺酸", "甲磺酸", "对甲苯磺酸", "甲苯磺酸", "氢溴酸", "磷酸", "醋酸", "乙酸", "乳酸"),
    *("硝酸", "草酸", "丙酸", "糠酸", "苹果酸", "门冬氨酸", "精氨酸", "葡萄糖酸", "苯甲酸"),
    *("双羟萘酸", "棕榈酸", "丁二磺酸", "乙磺酸", "二丙酸", "戊酸", "吸入用", "注射用"),
    *("小儿", "儿童", "重组", "外用"),
)
_SALTS_BEHIND = (
    *("二钠", "钠", "钾", "钙", "镁", "锂", "酯", "叔丁胺", "氨丁三醇", "二乙胺", "丁二酸钠"),
    *("琥珀酸钠", "磷酸钠", "氯化钠", "葡萄糖"),
)
_FORMS = re.compile(
    r"(?:薄膜衣|肠溶|缓释|控释|分散|咀嚼|泡腾|口崩|口腔崩解|舌下|软|滴|双层|干|混悬|口服|鼻用?|吸入用?"
    r"|气|粉|喷|皮下|静脉|预填充|雾化|滴眼|眼用|外用|透皮|凝胶|阴道)*"
    r"(?:片剂?|胶囊剂?|颗粒剂?|冲剂|口服液|溶液剂?|混悬滴?剂?液?|糖浆|滴剂|滴丸|注射液|注射剂|针剂?|气雾剂"
    r"|粉雾剂|喷雾剂|吸入剂|雾剂|滴眼液|眼液|眼膏|软膏|乳膏|乳胶剂|凝胶剂?|贴剂|贴膏|贴片|栓剂?|丸剂?|散剂?"
    r"|悬液|混悬剂|干混悬剂|粉针|笔芯|特充|冻干粉|植入剂|宫内释放系统)$"
)
_ASIDE = re.compile(r"[(（]\s*[ivxⅠⅡⅢⅣ一二三四\dr]+\s*[)）]$")
# what ends the names of a family: another member may differ in the characters before it
_STEMS = (
    *("他汀", "沙坦", "普利", "地平", "洛尔", "沙星", "西林", "替尼", "单抗", "拉唑", "西泮"),
    *("唑仑", "昔布", "司琼", "列汀", "列净", "莫司", "比星", "曲坦", "霉素", "环素", "康唑"),
    *("硝唑", "昔康", "洛芬", "拉韦", "那韦", "韦", "卡因", "替丁", "唑嗪", "氟烷", "铂", "净"),
)


def strip(text: str) -> tuple[str, tuple[str, ...]]:
    """Take doses and times away from a folded Chinese text; return the rest and what went."""
    taken: list[str] = []

    def note(found: re.Match[str]) -> str:
        taken.append(found.group())
        return " "

    for pattern in (_DOSES, _TIMES):
        text = pattern.sub(note, text)
    return " ".join(text.split()), tuple(taken)


def variants(name: str) -> list[tuple[str, tuple[str, ...]]]:
    """Return the name with less and less around it, and what was taken away each time."""
    found = [(name, ())]
    bare = _ASIDE.sub("", name)
    for core, gone in list(found) if bare == name else [*found, (bare, (name[len(bare) :],))]:
        form = _FORMS.search(core)
        if form and form.start() > 1:
            found.append((core[: form.start()], (*gone, form.group())))
        elif gone:
            found.append((core, gone))
    for _ in range(2):  # 注射用 and 盐酸
        for core, gone in list(found):
            for salt in _SALTS_BEFORE:
                if core.startswith(salt) and len(core) > len(salt) + 1:
                    found.append((core[len(salt) :], (*gone, salt)))
    for core, gone in list(found):
        for salt in _SALTS_BEHIND:
            if core.endswith(salt) and len(core) > len(salt) + 1:
                found.append((core[: -len(salt)], (*gone, salt)))
    for core, gone in list(found):
        if core.startswith("左旋"):
            found.append(("左" + core[2:], gone))
    return list(dict.fromkeys(found))


def take_apart(name: str, known: Callable[[str], bool], longest: int) -> tuple[str, ...]:
    """Return the known names that cover a name wholly, salts between them left out; or ()."""
    best: dict[int, tuple[str, ...]] = {0: ()}
    fillers = frozenset((*_SALTS_BEFORE, *_SALTS_BEHIND))
    for start in range(len(name)):
        if start not in best:
            continue
        for end in range(start + 1, min(len(name), start + longest) + 1):
            piece = name[start:end]
            if len(piece) > 1 and known(piece):
                reached = (*best[start], piece)
            elif piece in fillers:
                reached = best[start]
            else:
                continue
            if end not in best or len(reached) < len(best[end]):
                best[end] = reached
    cover = best.get(len(name), ())
    return cover if len(cover) > 1 else ()


def one_wrong(name: str, names: Collection[str]) -> list[tuple[str, bool]]:
    """Return the names that differ in one character, and whether each may be taken for meant.

    It may not when the two characters are not alike, nor when the wrong one stands outside the
    ending that a family of medicines shares: 洛发他汀 may be a misspelt 洛伐他汀 or a statin that
    the table does not hold.
    """
    close = []
    for other in names:
        if len(other) != len(name) or len(name) < 4:
            continue
        wrong = [place for place in range(len(name)) if name[place] != other[place]]
        if len(wrong) == 1:
            stem = next((stem for stem in _STEMS if other.endswith(stem)), "")
            family = bool(stem) or other.startswith("头孢")
            within = not family or wrong[0] >= len(other) - len(stem)
            close.append((other, within and alike(name[wrong[0]], other[wrong[0]])))
    return close
