"""``medai diagnose`` in Chinese: no English around the patient's words."""

import io
import json
import re

import pytest

from medai.cli import main
from medai.cli._page import columns, wrap

# inputs that circulate (issue 5); the third is the English one, as a Chinese reader gives it
CIRCULATING = (
    "患者主诉：咳嗽，痰多，发热。",
    "患者表现出高热、咳嗽和乏力症状。",
    "咳嗽，咳痰，发热",
)
NAMES = {"HP", "HPO", "OMIM", "ORPHA", "Orphanet"}


def run(capsys, *argv):
    code = main(["diagnose", *argv])
    out, err = capsys.readouterr()
    return code, out, err


def english(page):
    """Return the English words of a page outside brackets, names of rare diseases left out."""
    lines = [line for line in page.splitlines() if not re.match(r" {5}|\s*\d+\. [A-Z]", line)]
    text = re.sub(r"\n {8}", "", "\n".join(lines))
    text = re.sub(r"HP:\d+|[A-Z]\d\d(\.\d)?\b", "", text)
    while (less := re.sub(r"（[^（）]*）|\([^()]*\)", "", text)) != text:
        text = less
    return set(re.findall(r"[A-Za-z]{2,}", text)) - NAMES


def joined(page):
    """Return a page with wrapped lines put together again."""
    return re.sub(r"\n {8,15}(?=\S)", "", page)


@pytest.mark.parametrize("text", CIRCULATING)
@pytest.mark.parametrize("lang", [["--lang", "zh"], []])
def test_the_circulating_inputs(capsys, text, lang):
    code, out, err = run(capsys, text, *lang, "--top", "2")
    assert (code, err) == (0, "")
    for words in ("症状与体征：", "咳嗽（Cough）", "发热（Fever）", "常见病（", "全科门诊",
                  "表中没有的其他情况", "最有助于鉴别的问题：", "若回答“是”：立即",
                  "罕见病名称只有英文", "本结果不构成医疗建议。"):  # fmt: skip
        assert words in out, words
    assert english(joined_keeping_rare(out)) == set()
    assert all(columns(line) <= 97 for line in out.splitlines())


def joined_keeping_rare(page):
    """Leave out the lines of the rare diseases, which hold names that have no Chinese."""
    head, rare = page.split("\n罕见病（", 1)
    kept = [line for line in rare.splitlines() if line and not re.match(r" {2,}", line)]
    return joined(head) + "\n罕见病（" + "\n".join(kept)


def test_english_is_found_by_this_test():
    assert english("Findings:\n  HP:0012735  咳嗽（Cough）") == {"Findings"}


def test_red_flags_possible_flags_and_doubt(capsys):
    text = "突发胸痛，出冷汗，既往有高血压，没有发热，体温45度，头晕，母亲有偏头痛"
    code, out, _ = run(capsys, text, "--setting", "emergency", "--age", "60", "--top", "1")
    assert code == 0
    for words in ("警示征象（最紧急的在前）：", "！立即拨打急救电话：胸痛、多汗（Chest pain with",
                  "已否认", "依据“没有”", "既往（采用", "亲属的情况", "未能理解的内容：",
                  "可能指：眩晕", "；急诊；"):  # fmt: skip
        assert words in out, words
    assert english(joined_keeping_rare(out)) == set()


def test_what_is_not_known_is_said_in_chinese(capsys):
    code, out, _ = run(capsys, "咳嗽", "--top", "1")
    assert code == 0
    assert "无法判断：只知道一项表现：咳嗽。" in out
    assert "know" not in out
    code, out, err = run(capsys, "无发热")
    assert (code, out) == (2, "")
    assert "无法判断：没有识别出患者目前存在的症状或体征，无法排序。识别为已否认：发热。" in err
    code, _, err = run(capsys, "cough, sputum, fever", "--lang", "zh")
    assert code == 2
    assert "读英文请去掉 --lang zh" in err
    _, out, _ = run(capsys, "咳嗽，张三李四，王五赵六", "--top", "1")
    assert "大部分内容未能理解" in joined(out)
    assert "例如：张三李四、王五" in joined(out)


def test_the_dialogue_is_chinese(capsys, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("是\n没有\n也许\n不知道\n退出\n"))
    code, out, _ = run(capsys, "咳嗽，发热", "--ask", "--top", "1", "--age", "45")
    assert code == 0
    assert out.count("[是/否/回车＝不知道/退出]") == 5
    assert "请输入“是”或“否”" in out
    asked = out.split("\n1. ", 1)[1]
    assert "！立即拨打急救电话" in asked, "the first question completes a flag"
    assert out.count("常见病（最可能的在前") == 2
    assert english(joined_keeping_rare(out)) == set()


def test_the_explanation_is_chinese(capsys):
    code, out, _ = run(capsys, "胸痛，出冷汗", "--lang", "zh", "--llm", "--top", "1")
    assert code == 0
    told = joined(out.split("\n根据所引事实的解释", 1)[1].split("\n罕见病（")[0])
    lines = [line for line in told.splitlines()[1:] if not re.match(r"  \[|.*英文原文", line)]
    assert any("患者有胸痛 [1]、多汗 [2]。" in line for line in lines)
    assert any("警示征象：立即拨打急救电话" in line for line in lines)
    assert all("Call an ambulance" not in line for line in lines)
    assert "患者自述" in told
    assert "teaching estimate" not in told


def test_english_words_stay_english_and_json_keeps_its_keys(capsys):
    _, page, _ = run(capsys, "cough, fever", "--top", "1")
    assert not re.search("[一-鿿]", page)
    _, page, _ = run(capsys, "cough，咳嗽", "--lang", "en", "--top", "1")
    assert "Findings:" in page
    _, out, _ = run(capsys, "咳嗽", "--json", "--top", "1")
    doubt = json.loads(out)["assessment"]["doubts"][0]
    assert doubt == {"code": "few", "reason": "Only one finding is known: Cough.", "decisive": True}


def test_wrapping_counts_columns_and_keeps_marks_at_the_end():
    text = "咳嗽、发热，" * 30
    lines = wrap(text, "zh").splitlines()
    assert "".join(line.strip() for line in lines) == text
    assert all(columns(line) <= 97 for line in lines)
    assert not any(line.strip()[0] in "，、" for line in lines)
