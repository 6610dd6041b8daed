"""Chinese text to findings: the lexicon is sound, and every rule reads as its README says."""

import csv
import functools
import os
import random
import re
import shutil
import subprocess
import sys

import pytest
from tiny_hpo import TINY_PARENTS, TINY_ROWS, write_hpoa, write_obo

from medai.datasets import data_path
from medai.datasets.zh import counts, read_zh_findings
from medai.knowledge import link, load_graph
from medai.knowledge.chinese import is_chinese, question_for, read_chinese
from medai.knowledge.chinese_lexicon import chinese_lexicon
from medai.knowledge.chinese_text import _converter, plain
from medai.knowledge.chinese_values import Durations, Measurements, ages_of, number
from medai.knowledge.chinese_words import _tokenizer
from medai.knowledge.graph import KnowledgeGraph
from medai.runtime import MedaiError

TABLES = read_zh_findings()
GROUPS = ("present", "excluded", "uncertain", "family", "history")
# name of a term -> id, for the terms that the tables use
IDS = {row["finding"]: row["hpo"] for name in ("findings", "normal") for row in TABLES[name]}
DEV = [row for row in TABLES["pairs"] if row["set"] == "dev"]
CIRCULATING = {
    "患者主诉：咳嗽，痰多，发热。": ["Cough", "Increased sputum production", "Fever"],
    "患者表现出高热、咳嗽和乏力症状。": ["Fever", "Cough", "Fatigue"],
}


@pytest.fixture(scope="module")
def graph():
    return load_graph()


def names(findings):
    return [finding.name for finding in findings]


def reading(found):
    """Everything that a text says, as sets: ids by status, and what is to be asked."""
    said = {group: {f.hpo_id for f in getattr(found, group)} for group in GROUPS}
    unsure = (one.text for one in found.unrecognised if one.reason == "ambiguous")
    return said | {"ask": {plain(text).text for text in unsure}}


def expected(present="", absent="", **others):
    """Names joined by +, as sets of ids in the form of `reading`."""
    said = {"present": present, "excluded": absent} | others
    empty = dict.fromkeys((*GROUPS, "ask"), "")
    return {
        group: {text if group == "ask" else IDS[text] for text in written.split("+") if text}
        for group, written in (empty | said).items()
    }


def ids(written):
    return {one for one in written.split("+") if one}


@functools.cache
def to_traditional():
    from opencc import OpenCC

    return OpenCC("s2t").convert


def traditional(text):
    return to_traditional()(text)


def full_width(text):
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


VARIANTS = {
    "simplified": lambda text: text,
    "traditional": traditional,
    "full width": full_width,
    "both": lambda text: full_width(traditional(text)),
}


# -- the lexicon ---------------------------------------------------------------------------


def test_the_lexicon_is_large_enough():
    assert counts()["findings"] >= 600
    assert len(DEV) == 40
    assert len(TABLES["pairs"]) == 60


def test_every_id_is_current_and_has_its_name(graph):
    for table in ("findings", "normal", "limits"):
        for row in TABLES[table]:
            term = graph.term(row["hpo"])
            assert (term.id, term.name) == (row["hpo"], row["finding"]), row
            assert graph.is_phenotype(row["hpo"]), row
    written = [row["candidates"] for row in TABLES["ambiguous"]]
    written += [row[column] for row in TABLES["pairs"] for column in ("findings", "absent")]
    for one in ids("+".join(written)):
        assert graph.resolve(one) == one
        assert graph.is_phenotype(one)


def test_every_string_is_in_the_form_that_texts_are_brought_into():
    for table in TABLES:
        for row in TABLES[table]:
            if "zh" in row and table != "pairs":
                assert plain(row["zh"]).text == row["zh"], (table, row["zh"])


def test_the_pairs_are_the_same_sentence_in_both_scripts():
    for row in TABLES["pairs"]:
        # 顎裂 is 腭裂, but 下顎 is 下颌: the lexicon has both words
        simplified = plain(row["zh_traditional"]).text.replace("颚裂", "腭裂")
        assert simplified == plain(row["zh"]).text
        assert row["findings"]
        assert not ids(row["findings"]) & ids(row["absent"])


DAMAGE = [  # (table, column, value in the first row, what the message must say)
    ("findings", "zh", "", "zh is '': it must not be empty"),
    ("findings", "zh", "ＣＲＰ升高", "half-width"),
    ("findings", "zh", "发 烧", "no white space"),
    ("findings", "zh", "发高烧", "'发高烧': it stands in line"),
    ("findings", "zh", "头晕", "asked about"),
    ("findings", "hpo", "HP:123", "hpo is 'HP:123': it must be an HPO id"),
    ("findings", "finding", "Feever", "is called"),
    ("findings", "register", "rude", "one of lay, clinical"),
    ("findings", "fit", "", "one of exact, broader"),
    ("findings", "source", "nobody", "a key of sources.csv"),
    ("findings", "note", " x", "no blanks around it"),
    ("ambiguous", "candidates", "HP:0002321,HP:1", "HPO ids joined by +"),
    ("ambiguous", "question_en", "", "must not be empty"),
    ("negation", "place", "around", "one of before, after"),
    ("negation", "reach", "far", "one of (empty), one"),
    ("pseudo_negation", "hpo", "HP:0002315", "findings.csv with this term"),
    ("pseudo_negation", "kind", "ask", "must stand in ambiguous.csv"),
    ("pseudo_negation", "kind", "doubt", "must stand in uncertain.csv"),
    ("pseudo_negation", "kind", "plain", "no line of findings.csv"),
    ("normal", "zh", "发烧", "says that it is present"),
    ("degree", "class", "huge", "one of mild"),
    ("history", "kind", "friend", "one of history"),
    ("separators", "effect", "joins", "one of carries"),
    ("measurements", "regex", "(", "regular expression"),
    ("measurements", "regex", "体温", "a named group"),
    ("measurements", "regex", "(?P<value>心)", "must find it"),
    ("measurements", "examples", "体温39.5℃ -> value=40", "gives value=39.5"),
    ("measurements", "factor", "two", "a number"),
    ("limits", "comparison", "=", "one of <"),
    ("limits", "adults_only", "", "one of yes"),
    ("limits", "hpo", "fever", "HPO id"),
    ("duration", "value", "x", "one of none"),
    ("time_words", "days", "soon", "a number"),
    ("pairs", "set", "train", "one of dev, test"),
    ("counter", "script", "latin", "one of simplified"),
    ("not_matched", "table", "findings", "one of measurements"),
    ("sources", "opened", "no", "one of yes"),
]


@pytest.fixture
def copy(tmp_path):
    return shutil.copytree(data_path("zh_findings"), tmp_path / "zh")


def rewrite(path, change):
    with open(path, encoding="utf-8", newline="") as handle:
        rows = list(csv.reader(handle))
    change(rows)
    with open(path, "w", encoding="utf-8", newline="") as handle:
        csv.writer(handle).writerows(rows)


@pytest.mark.parametrize(("table", "column", "value", "says"), DAMAGE)
def test_a_damaged_value_is_refused(copy, table, column, value, says):
    def change(rows):
        rows[1][rows[0].index(column)] = value

    rewrite(copy / f"{table}.csv", change)
    with pytest.raises(MedaiError, match=re.escape(says)) as error:
        read_zh_findings(copy)
    assert re.search(rf"{table}\.csv, line \d+: ", str(error.value))
    assert "README.md" in str(error.value)


def test_a_damaged_table_is_refused(copy):
    rewrite(copy / "degree.csv", lambda rows: rows[4].pop())
    with pytest.raises(MedaiError, match=r"degree\.csv, line 5: 2 values .* 3 are needed"):
        read_zh_findings(copy)
    rewrite(copy / "degree.csv", lambda rows: rows[0].reverse())
    with pytest.raises(MedaiError, match=r"degree\.csv, line 1: the columns are"):
        read_zh_findings(copy)
    (copy / "degree.csv").unlink()
    with pytest.raises(MedaiError, match=r"degree\.csv is missing"):
        read_zh_findings(copy)


def test_the_undamaged_copy_is_accepted(copy):
    assert read_zh_findings(copy) == TABLES


# -- reading -------------------------------------------------------------------------------


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("text", CIRCULATING)
def test_the_circulating_inputs(graph, text, variant):
    found = read_chinese(VARIANTS[variant](text), graph)
    assert names(found.present) == CIRCULATING[text]
    assert not found.excluded
    assert not found.unrecognised


def test_every_expression_alone_is_its_own_term_and_nothing_else(graph):
    for row in TABLES["findings"]:
        assert reading(read_chinese(row["zh"], graph)) == expected(row["finding"]), row["zh"]


def test_every_ambiguous_expression_asks(graph):
    for row in TABLES["ambiguous"]:
        found = read_chinese(row["zh"], graph)
        assert reading(found) == expected(ask=row["zh"]), row["zh"]
        suggested = {one for one, _ in found.unrecognised[0].suggestions}
        assert suggested == ids(row["candidates"])
        assert question_for(row["zh"]) == row["question_zh"]
        assert question_for(row["zh"], "en") == row["question_en"]


def test_every_normal_finding_is_absent_and_every_guard_is_no_finding(graph):
    for row in TABLES["normal"]:
        assert reading(read_chinese(row["zh"], graph)) == expected("", row["finding"]), row["zh"]
    for row in TABLES["guards"]:
        assert not read_chinese(row["zh"], graph).present, row["zh"]


@pytest.mark.parametrize("row", TABLES["counter"], ids=lambda row: row["text"])
def test_counter_examples(graph, row):
    others = dict(one.split(": ", 1) for one in row["other"].split("; ") if one)
    wanted = expected(row["present"], row["absent"], **others)
    assert reading(read_chinese(row["text"], graph)) == wanted


def readme_examples():
    for line in (data_path("zh_findings") / "README.md").read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("|") and len(cells) == 4 and cells[0] not in ("text", "---"):
            yield cells


def test_the_examples_of_the_readme(graph):
    examples = list(readme_examples())
    assert len(examples) >= 30
    for text, present, absent, other in examples:
        others = dict([other.split(": ")]) if other else {}
        wanted = expected(present.replace(" + ", "+"), absent.replace(" + ", "+"), **others)
        assert reading(read_chinese(text, graph)) == wanted, text


@pytest.mark.parametrize("script", ["zh", "zh_traditional"])
@pytest.mark.parametrize("row", DEV, ids=lambda row: row["zh"])
def test_the_forty_complaints(graph, row, script):
    said = reading(read_chinese(row[script], graph))
    assert said["present"] == ids(row["findings"])
    assert said["excluded"] == ids(row["absent"])


def test_both_languages_give_the_same_findings(graph):
    """Held to 95 % of the complaints: present and excluded ids alike."""
    same = 0
    for row in DEV:
        mine, theirs = read_chinese(row["zh"], graph), link(row["en"], graph)
        present = set(mine.present_ids) == set(theirs.present_ids)
        same += present and set(mine.excluded_ids) == set(theirs.excluded_ids)
    assert same >= 0.95 * len(DEV)


# -- places --------------------------------------------------------------------------------

SENTENCES = [row["zh"] for row in DEV] + [
    row["text"] for row in TABLES["counter"] if row["script"] == "simplified"
]


def spans(found):
    everything = [one for group in (*GROUPS, "unrecognised") for one in getattr(found, group)]
    return sorted(everything, key=lambda one: one.start)


def check_spans(text, found):
    """Spans are the original characters, do not overlap, and hold what was matched."""
    last = 0
    for one in spans(found):
        assert last <= one.start < one.end
        assert text[one.start : one.end] == one.text
        last = one.end
    for finding in (f for group in GROUPS for f in getattr(found, group)):
        written = iter(plain(finding.text).text)  # 头很疼 holds 头疼 in order
        if finding.method == "lexicon":
            assert all(letter in written for letter in finding.matched)
        assert finding.onset in text
    for one in found.measurements:
        assert text[one.start : one.end] == one.text
        assert one.start <= one.number < one.end


@pytest.mark.parametrize("variant", VARIANTS)
def test_places_are_those_of_the_original_and_the_writing_does_not_matter(graph, variant):
    for text in SENTENCES:
        other = VARIANTS[variant](text)
        found, reference = read_chinese(other, graph), read_chinese(text, graph)
        check_spans(other, found)
        assert len(other) == len(text)
        for group in GROUPS:
            assert [(f.hpo_id, f.start, f.end) for f in getattr(found, group)] == [
                (f.hpo_id, f.start, f.end) for f in getattr(reference, group)
            ], other


def test_any_mixture_of_words_is_read_with_sound_places(graph):
    """300 random strings of words, marks, numbers and invisible characters."""
    rng = random.Random(5)
    tables = ("findings", "ambiguous", "negation", "normal", "fillers", "degree", "history")
    words = [row["zh"] for table in tables for row in TABLES[table]]
    words += [
        example.split(" -> ")[0]
        for table in ("measurements", "duration")
        for row in TABLES[table]
        for example in row["examples"].split(" | ")
    ]
    marks = list("，。、；！？ 的了我\n\u3000（）abc３９℃\u200b㎏\U0001f912")
    for _ in range(300):
        chosen = rng.choices([words, marks], weights=[2, 1], k=rng.randint(1, 14))
        text = "".join(rng.choice(one) for one in chosen)
        for variant in VARIANTS.values():
            check_spans(variant(text), read_chinese(variant(text), graph))


def test_one_character_that_becomes_two_keeps_its_place(graph):
    text = "体温３９．５℃，\u200b咳\u200b嗽"
    found = read_chinese(text, graph)
    assert [f.text for f in found.present] == ["体温３９．５℃", "咳\u200b嗽"]


def test_a_very_long_sentence_is_read(graph):
    assert len(read_chinese("头痛而且" * 2000, graph).present) >= 1990


# -- one rule at a time --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "present", "absent"),
    [
        ("无发热、咳嗽", "", "Fever+Cough"),
        ("无发热，咳嗽3天", "Cough", "Fever"),
        ("否认发热，咳嗽，胸痛", "", "Fever+Cough+Chest pain"),
        ("没有发烧，咳嗽", "Cough", "Fever"),
        ("沒有發燒，咳嗽", "Cough", "Fever"),
        ("头不疼，肚子疼", "Abdominal pain", "Headache"),
        ("无尿频", "", "Pollakisuria"),
        ("无尿", "Anuria", ""),
        ("发热(-)，咳嗽(+)", "Cough", "Fever"),
        ("没睡好头疼", "Headache", ""),
        ("发热、咳嗽均无明显好转", "Fever+Cough", ""),
    ],
)
def test_negation(graph, text, present, absent):
    assert reading(read_chinese(text, graph)) == expected(present, absent)


@pytest.mark.parametrize("text", ["无高热", "无右膝疼痛", "无剧烈头痛", "白天不咳", "不发高烧"])
def test_denying_one_kind_denies_nothing(graph, text):
    found = read_chinese(text, graph)
    assert reading(found) == expected()
    assert [one.reason for one in found.unrecognised] == ["limited"]


def test_every_broader_expression_when_denied_denies_nothing(graph):
    for row in TABLES["findings"]:
        if row["fit"] == "broader":
            found = read_chinese(f"否认{row['zh']}。", graph)
            assert row["hpo"] not in {f.hpo_id for f in found.excluded}, row["zh"]


def test_a_denied_ambiguous_expression_neither_denies_nor_asks(graph):
    assert reading(read_chinese("无头晕、头痛", graph)) == expected("", "Headache")
    assert reading(read_chinese("头晕、头痛", graph)) == expected("Headache", ask="头晕")


@pytest.mark.parametrize(
    ("text", "degree"),
    [
        ("剧烈头痛", "severe"),
        ("轻度头痛", "mild"),
        ("头痛明显加重", "moderate"),
        ("头很疼", "severe"),
        ("头疼得厉害", "severe"),
        ("偶有头痛", "occasional"),
        ("頭痛劇烈", "severe"),
        ("头痛", ""),
        ("发热，剧烈咳嗽，头痛", ""),
    ],
)
def test_degree(graph, text, degree):
    (headache,) = (f for f in read_chinese(text, graph).present if f.name == "Headache")
    assert headache.degree == degree


@pytest.mark.parametrize(
    ("text", "onset", "days"),
    [
        ("咳嗽3天", "3天", 3),
        ("咳嗽三天", "三天", 3),
        ("咳嗽３日", "３日", 3),
        ("三週前開始咳嗽", "三週前", 21),
        ("咳嗽两三天", "两三天", 3),
        ("咳嗽一年半", "一年半", 547.5),
        ("半年来反复咳嗽", "半年", 182.5),
        ("从小就咳嗽", "从小", None),
        ("发热3天，咳嗽", "", None),
        ("患儿3岁，咳嗽", "", None),
        ("3岁咳嗽", "", None),
        ("一天咳嗽5次", "", None),
    ],
)
def test_duration(graph, text, onset, days):
    (cough,) = (f for f in read_chinese(text, graph).present if f.name == "Cough")
    assert (cough.onset, cough.days) == (onset, days)


def test_a_list_shares_its_duration(graph):
    found = read_chinese("发热、咳嗽3天，无胸痛", graph)
    assert [f.days for f in found.present] == [3, 3]
    assert [f.onset for f in found.excluded] == [""]


def test_doubt_family_and_past(graph):
    found = read_chinese("可能是肺炎。母亲有高血压，患者头痛。既往有哮喘，现咳嗽。", graph)
    assert reading(found) == expected(
        "Headache+Cough", uncertain="Pneumonia", family="Hypertension", history="Asthma"
    )
    assert (found.uncertain[0].status, found.uncertain[0].cue) == ("uncertain", "可能是")
    assert (found.family[0].family, found.family[0].cue) == (True, "母亲")
    assert (found.history[0].history, found.history[0].cue) == (True, "既往有")
    assert found.present_ids == (IDS["Headache"], IDS["Cough"])
    assert found.as_dict()["history"][0]["hpo_id"] == IDS["Asthma"]


def test_advice_states_nothing(graph):
    assert not read_chinese("咳嗽。如有发热请就诊", graph).unrecognised
    assert reading(read_chinese("如有发热、呼吸困难请立即就医", graph)) == expected()


# -- numbers -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "present", "uncertain"),
    [
        ("体温39.5℃", "Fever", ""),
        ("體溫３９．５℃", "Fever", ""),
        ("T 38.0", "Fever", ""),
        ("体温37.5度", "", "Fever"),
        ("体温36.8℃", "", ""),
        ("体温38度5", "Fever", ""),
        ("体温三十八度五", "Fever", ""),
        ("体温37度2", "", ""),  # 37.2, though 37 and 2 stand apart
        ("体温34℃", "Hypothermia", ""),
        ("体温103℉", "Fever", ""),
        ("血压150/95", "Increased blood pressure", ""),
        ("血壓１５０／９５ｍｍＨｇ", "Increased blood pressure", ""),
        ("血压120/95mmHg", "Increased blood pressure", ""),
        ("高压160，低压100", "Increased blood pressure", ""),
        ("血压120/80mmHg", "", ""),
        ("45岁，血压85/50mmHg", "Hypotension", ""),
        ("血压20/12kPa", "Increased blood pressure", ""),  # 150/90 mmHg
        ("45岁，心率110次/分", "Tachycardia", ""),
        ("四十五岁，心率110次/分", "Tachycardia", ""),
        ("心率110次/分", "", "Tachycardia"),  # a child's would be normal
        ("患儿，3岁，心率110次/分", "", ""),
        ("三岁，心率110次/分", "", ""),
        ("45岁，心率48次/分", "Bradycardia", ""),
        ("45岁，呼吸24次/分", "Tachypnea", ""),
        ("血氧饱和度88%", "Hypoxemia", ""),
        ("血氧饱和度92%", "", "Hypoxemia"),
        ("空腹血糖7.5mmol/L", "Hyperglycemia", ""),
        ("餐后血糖7.5mmol/L", "", "Hyperglycemia"),
        ("空腹血糖126mg/dL", "Hyperglycemia", ""),
        ("血糖3.0mmol/L", "Hypoglycemia", ""),
        ("Hb 65g/L", "Anemia", ""),
        ("3岁，Hb 105g/L", "", ""),
        ("CRP 56mg/L", "Elevated circulating C-reactive protein concentration", ""),
        ("体重掉了10斤", "Weight loss", ""),
        ("左侧肢体肌力Ⅳ级", "Muscle weakness", ""),
        ("既往血压最高180/100mmHg，现头痛", "Headache", ""),
        ("母亲血压180/100mmHg，患者头痛", "Headache", ""),
    ],
)
def test_measurements(graph, text, present, uncertain):
    found = read_chinese(text, graph)
    assert reading(found)["present"] == expected(present)["present"]
    assert reading(found)["uncertain"] == expected(uncertain=uncertain)["uncertain"]
    assert not found.excluded


@pytest.mark.parametrize(
    ("chinese", "english"),
    [
        ("体温39.5℃", "temp 39.5 °C"),
        ("体温37.6℃", "temp 37.6 °C"),
        ("体温36.5℃", "temp 36.5 °C"),
        ("血压150/95mmHg", "BP 150/95 mmHg"),
        ("血压118/76mmHg", "BP 118/76 mmHg"),
        ("心率110次/分", "heart rate 110 bpm"),
        ("呼吸26次/分", "respiratory rate 26 /min"),
        ("血氧饱和度88%", "SpO2 88%"),
        ("血糖13mmol/L", "glucose 13 mmol/L"),
    ],
)
def test_a_value_means_the_same_in_both_languages(graph, chinese, english):
    mine, theirs = read_chinese(chinese, graph), link(english, graph)
    assert reading(mine) == reading(theirs)
    assert mine.excluded_ids == theirs.excluded_ids
    (one,), (other,) = mine.measurements, theirs.measurements
    assert (one.quantity, one.verdict, one.message) == (
        other.quantity,
        other.verdict,
        other.message,
    )
    assert one.findings == other.findings


def test_a_measurement_is_shown_with_its_name(graph):
    found = read_chinese("最近体温39.5℃。", graph)
    (fever,), (measured,) = found.present, found.measurements
    assert (fever.text, fever.method) == ("体温39.5℃", "measurement")
    assert (measured.text, measured.value, measured.number) == ("体温39.5℃", "39.5 ℃", 4)
    word, value = read_chinese("发烧39度", graph).present
    assert (word.text, value.text) == ("发烧", "39度")


def test_the_age_that_is_given_counts(graph):
    text = "心率110次/分"
    assert names(read_chinese(text, graph, age=45).present) == ["Tachycardia"]
    assert not read_chinese(text, graph, age=3).present
    with pytest.raises(MedaiError, match="age=-1"):
        read_chinese(text, graph, age=-1)


def test_ages():
    assert ages_of("患者，男，45岁") == (45, 45.99)
    assert ages_of("八个月大的宝宝") == (8 / 12, 8 / 12)
    assert ages_of("患儿咳嗽") == (0, 17.99)
    assert ages_of("二十五岁女性") == (25, 25.99)
    assert ages_of("咳嗽三天") == (0, 130)


def test_an_impossible_value_is_said_and_not_used(graph):
    found = read_chinese("血氧饱和度100%，血压80/120mmHg", graph)
    assert not found.present
    assert [one.verdict for one in found.measurements] == ["normal", "impossible"]


@pytest.mark.parametrize(
    ("text", "course"),
    [
        ("突发头痛", "sudden"),
        ("反复头痛", "recurrent"),
        ("头痛逐渐加重", "worsening"),
        ("头痛好转", "improving"),
        ("头痛好多年", ""),
        ("突发剧烈头痛", "sudden"),
        ("间断出现头痛", "intermittent"),
        ("头痛", ""),
    ],
)
def test_course(graph, text, course):
    (headache,) = read_chinese(text, graph).present
    assert headache.course == course


def test_patterns_leave_other_numbers_alone():
    patterns = {
        "measurements": {row["name"]: regex for regex, row in Measurements(TABLES).patterns},
        "duration": {row["name"]: re.compile(row["regex"]) for row in TABLES["duration"]},
    }
    for row in TABLES["not_matched"]:
        assert not patterns[row["table"]][row["name"]].search(row["text"]), row
    assert Durations(TABLES).find("第3天") == []


def test_the_examples_of_durations_have_their_values():
    durations = Durations(TABLES)
    checked = 0
    for row in TABLES["duration"]:
        texts, values = row["examples"].split(" | "), row["example_days"].split(" | ")
        for text, value in zip(texts, values, strict=False):  # not every example has a value
            found = [one for one in durations.find(text) if one.is_time]
            if value == "-":
                assert not [one for one in found if one.days is not None], text
            else:
                assert [one.days for one in found] == [pytest.approx(float(value), abs=0.02)]
                checked += 1
    assert checked >= 25


def test_numerals():
    written = ["7", "38.5", "十", "十五", "三十", "三十九", "两", "半", "IV"]
    assert [number(one) for one in written] == [7, 38.5, 10, 15, 30, 39, 2, 0.5, 4]


# -- the rest ------------------------------------------------------------------------------


def test_what_is_left_is_cut_into_words(graph):
    found = read_chinese("患者昨天吃了海鲜，头痛，CT正常。", graph)
    assert [(one.text, one.reason) for one in found.unrecognised] == [
        ("海鲜", "unknown"),
        ("CT", "unknown"),
        ("正常", "unknown"),
    ]


def test_no_question_where_nothing_is_ambiguous():
    assert question_for("發燒") == ""
    assert question_for("頭暈") == question_for("头晕") != ""
    with pytest.raises(MedaiError, match="language='fr'"):
        question_for("头晕", "fr")


def test_is_chinese():
    assert is_chinese("fever 發燒")
    assert not is_chinese("fever，39 ℃ カナ")


@pytest.mark.parametrize("text", ["", " ", "。。。", "\n", "fever", "\u200b"])
def test_texts_without_chinese(graph, text):
    found = read_chinese(text, graph)
    assert not found.present
    assert [one.text for one in found.unrecognised] == (["fever"] if text == "fever" else [])


def test_a_text_that_is_no_text_is_refused(graph):
    with pytest.raises(MedaiError, match="not NoneType"):
        read_chinese(None, graph)
    with pytest.raises(MedaiError, match="at most 1,000,000"):
        read_chinese("咳" * 1_000_001, graph)


def test_a_graph_without_the_term_reports_the_expression(tmp_path):
    write_obo(tmp_path / "hp.obo", TINY_PARENTS)
    write_hpoa(tmp_path / "phenotype.hpoa", TINY_ROWS)
    tiny = KnowledgeGraph.from_files(tmp_path / "hp.obo", tmp_path / "phenotype.hpoa")
    found = read_chinese("咳嗽，头晕", tiny)
    assert not found.present
    assert [(one.text, one.reason, one.suggestions) for one in found.unrecognised] == [
        ("咳嗽", "unknown", ()),
        ("头晕", "ambiguous", ()),
    ]


@pytest.mark.parametrize(("module", "cached"), [("opencc", _converter), ("jieba", _tokenizer)])
def test_a_missing_library_is_named(monkeypatch, graph, module, cached):
    cached.cache_clear()
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MedaiError, match="pip install"):
        read_chinese("喵喵喵", graph)
    cached.cache_clear()


def test_reading_is_quiet_and_keeps_its_cache_in_medais_folder(tmp_path):
    code = (
        "import sys, medai.knowledge.chinese\n"
        "assert not {'jieba', 'opencc'} & set(sys.modules)\n"
        "from medai.knowledge.chinese_words import cut\n"
        "from medai.knowledge.chinese_text import plain\n"
        "assert plain('發').text == '发'\n"
        "assert list(cut('海鲜市场', []))\n"
    )
    home, temporary = tmp_path / "home", tmp_path / "temporary"
    temporary.mkdir()
    env = os.environ | {"MEDAI_DATA_HOME": str(home), "TMPDIR": str(temporary)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=env)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert [path.name for path in (home / "jieba").iterdir()] == ["jieba.cache"]
    assert list(temporary.iterdir()) == []


def test_the_best_cover_is_taken_not_the_longest_word_first():
    pieces = chinese_lexicon().pieces("无尿频")
    assert [piece.word for piece in pieces] == ["无", "尿频"]
