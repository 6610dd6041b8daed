"""The fixed words of an answer: both languages say the same, and every action is shown."""

import csv
import re
from string import Formatter

import pytest

from medai.datasets.common import SETTINGS, common_conditions
from medai.datasets.paths import data_path
from medai.datasets.zh import read_zh_findings
from medai.diagnosis.flags import urgency
from medai.diagnosis.phrases import action, chinese_names, finding, frequency, phrases, say
from medai.knowledge.records import FREQUENCY_CLASSES
from medai.runtime import MedaiError

# what the Chinese line says besides
MORE = {"common.line": {"name_zh"}, "ask.best": {"name_zh"}, "flags.new": {"findings"}}


def placeholders(text):
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def rows():
    with open(data_path("zh_page/phrases.csv"), encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


@pytest.mark.parametrize("row", rows(), ids=lambda row: row["key"])
def test_both_languages_say_the_same(row):
    en, zh = placeholders(row["en"]), placeholders(row["zh"])
    assert row["en"]
    assert row["zh"]
    assert zh == en | MORE.get(row["key"], set())
    same = {"rare.lists.omim", "rare.lists.orpha", "rare.more"}
    assert re.search("[一-鿿（：]", row["zh"]) or row["key"] in same


@pytest.mark.parametrize("row", rows(), ids=lambda row: row["key"])
def test_chinese_is_simplified_with_full_width_marks(row):
    opencc = pytest.importorskip("opencc")
    bare = re.sub(r"\{[^}]*\}|medai diagnose \"[^\"]*\"", "", row["zh"])
    assert opencc.OpenCC("t2s").convert(bare) == bare
    assert not re.search('[一-鿿][,;:!?()"]|[,;:!?()"][一-鿿]', bare)


def test_keys_are_unique_and_unknown_ones_are_refused():
    assert len(rows()) == len(phrases())
    with pytest.raises(MedaiError, match="no key"):
        say("nonsense", "zh")
    with pytest.raises(MedaiError, match="choose 'en' or 'zh'"):
        say("unsure", "de", reason="")


def test_every_setting_class_and_basis_has_its_words():
    for name in SETTINGS:
        assert say(f"setting.{name}", "en") == name
    for code, (text, _) in FREQUENCY_CLASSES.items():
        assert frequency(code) == text
        assert frequency(code, lang="zh") != text
    assert frequency("3/7", lang="zh") == "3/7"
    bases = {row.basis for one in common_conditions().values() for row in one.red_flags}
    assert {f"basis.{basis}" for basis in bases} <= set(phrases())


def test_every_action_is_shown_with_its_urgency_and_its_english_words():
    actions = {row.action for one in common_conditions().values() for row in one.red_flags}
    assert len(actions) > 100
    plain = set()
    for text in actions:
        shown = action(text, "zh")
        assert shown.startswith(say(f"urgency.{urgency(text)}", "zh"))
        assert action(text) == text
        if text not in shown:
            plain.add(text)
    assert plain == {"Call an ambulance", "Emergency department now", "Same-day assessment"}
    assert action("Call an ambulance", "zh") == "立即拨打急救电话"
    assert action("Emergency department now", "zh") == "立即去急诊"


def test_main_names_stand_in_the_lexicon():
    exact = {
        (row["hpo"], row["zh"])
        for row in read_zh_findings()["findings"]
        if row["fit"] == "exact" and "traditional" not in row["note"]
    }
    names = {row["hpo"]: row["finding"] for row in read_zh_findings()["findings"]}
    with open(data_path("zh_page/main_names.csv"), encoding="utf-8", newline="") as handle:
        chosen = list(csv.DictReader(handle))
    for row in chosen:
        assert names[row["hpo"]] == row["finding"]
        assert not row["zh"] or (row["hpo"], row["zh"]) in exact
    assert set(chinese_names().items()) <= exact


def test_names_of_findings():
    assert finding("HP:0012735", "Cough", "zh") == "咳嗽"
    assert finding("HP:0012735", "Cough", "zh", both=True) == "咳嗽（Cough）"
    assert finding("HP:0012735", "Cough") == "Cough"
    assert finding("HP:0001945", "Fever", "zh") == "发热"
    assert finding("HP:0032016", "Abnormal sputum", "zh", both=True) == "Abnormal sputum"
