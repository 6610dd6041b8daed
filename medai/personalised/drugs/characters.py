"""Characters of Chinese names: two spellings of one character, and characters that sound alike.

A name with one wrong character is read only when the two characters sound or look alike
(阿托伐他丁 for 阿托伐他汀).  Any other character makes another medicine too easily: 氨甲苯酸 is
not 氨甲环酸, 金刚乙胺 not 金刚烷胺, 山莨菪碱 not 东莨菪碱, 鹅去氧胆酸 not 熊去氧胆酸.
"""

from __future__ import annotations

_PAIRS = (
    "雙双華华鹽盐緩缓釋释膠胶腸肠鉀钾鈉钠鈣钙鎂镁鋁铝鐵铁鋰锂銨铵鋅锌鉍铋鉑铂鑭镧鋯锆奧奥頭头維维爾尔"
    "狀状達达羅罗單单異异納纳諾诺貝贝烏乌黴霉環环蘭兰賴赖倫伦滅灭嗎吗託托蘇苏魯鲁馬马億亿來来樂乐優优"
    "鬆松龍龙氫氢醯酰黃黄補补壓压複复復复顆颗劑剂軟软噴喷霧雾貼贴針针靜静脈脉藥药顯显參参銀银實实紅红"
    "慶庆鏈链萬万聖圣約约纈缬賽赛潤润榮荣時时飯饭後后週周兩两歐欧進进選选擇择專专樞枢東东鹼碱鹵卤愛爱"
    "費费韋韦強强滿满聯联衛卫喬乔導导鈷钴組组淨净顧顾鎮镇凱凯勞劳麥麦麗丽瑪玛奮奋靈灵啟启膚肤飛飞賜赐"
    "連连亞亚點点濟济養养齊齐懸悬凍冻乾干產产殺杀蟲虫風风熱热銳锐葉叶銅铜預预腎肾絲丝縮缩巰巯薩萨揮挥"
    "賓宾質质檸柠蘋苹濱滨類类鬱郁體体門门鵝鹅鮭鲑樁桩鈦钛擬拟紓纾慣惯曉晓豐丰車车絡络內内畢毕釹钕聯联"
    "䓬卓噁恶粘黏"
)
ONE_FORM = str.maketrans(dict(zip(_PAIRS[::2], _PAIRS[1::2], strict=True)))
"""Traditional and variant characters to the one form in which names are compared."""

_ALIKE = (
    "司斯丝思 林灵琳 丁汀町 胍呱瓜 啶定锭 比吡必 罗洛络 塞赛噻 嗪秦 唑挫座 酮铜 芬酚分吩 "
    "他它塔 普谱 沙砂莎 坦旦担 仑伦轮 匹皮 米咪 拉啦 平苹 尼妮 莫默 卡咔 帕怕 利丽力立 "
    "胺铵 脲尿 砜枫 兰蓝 瑞锐 非菲 奥澳 昔西"
)
_GROUPS = tuple(map(frozenset, _ALIKE.split()))


def alike(one: str, other: str) -> bool:
    """Say whether two characters sound or look so alike that one is written for the other."""
    return any(one in group and other in group for group in _GROUPS)
