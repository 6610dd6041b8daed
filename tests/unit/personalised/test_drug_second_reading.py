"""What a second reader, told to refute, found read as another medicine; each was wrong once."""

from __future__ import annotations

import csv
from collections import Counter

import pytest

from medai.datasets.paths import data_path
from medai.personalised import drugs
from medai.personalised.drugs import wording
from medai.personalised.drugs.characters import ONE_FORM, alike

# real medicines that the table does not hold, one character away from one that it holds
REAL = (
    "丙硫异烟胺片 氨甲苯酸注射液 阿糖腺苷 溴苯那敏 氧托溴铵 氯地孕酮 布舍瑞林 "
    "精氨加压素 猪胰岛素 三氯噻嗪 甲氯噻嗪 尼麦角林片 法罗培南钠片 金刚乙胺片 "
    "山莨菪碱片 溴新斯的明 鹅去氧胆酸 骨化二醇 乳酸亚铁 碳酸氢钾 苯哌利多 "
    "依美斯汀 奥沙拉秦钠 维生素K4片 维生素K3 维生素B2片 泮库溴铵 比阿培南 "
    "卡前列素 醋甲唑胺 "
)


@pytest.mark.parametrize("written", REAL.split())
def test_a_real_chinese_name_never_becomes_another(written):
    assert drugs.match(written).asked


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("阿斯匹林", "aspirin"),
        ("硫酸氢氯比格雷片", "clopidogrel"),
        ("二甲雙胍緩釋片", "metformin"),
        ("華法林鈉片 2.5mg", "warfarin"),
        ("阿托伐他汀鈣", "atorvastatin"),
        ("粘菌素", "colistin"),
        ("氯氮卓", "chlordiazepoxide"),
        ("磺胺甲恶唑", "sulfamethoxazole"),
        ("立普妥 20mg qn", "atorvastatin"),
        ("布地奈德福莫特罗粉吸入剂", "budesonide + formoterol"),
        ("碳酸钙D3片", "calcium carbonate + colecalciferol"),
        ("诺和锐特充", "insulin aspart"),
    ],
)
def test_the_same_name_in_other_characters(written, meant):
    found = {drug.name for drug in drugs.ingredients(written)}
    assert found == set(meant.split(" + "))


@pytest.mark.parametrize(
    "written",
    [
        "Coversyl Plus 5/1.25",
        "Micardis Plus 80/12.5 od",
        "Atacand Plus 16mg",
        "Tritace plus tablets",
        "Benicar Night",
        "Canesten oral capsule 150 mg",
        "Lotrimin AF",
        "Azor 0.5 mg",
        "sodium carbonate",
        "methsuximide",
        "Ancoron 200 mg",
        "Valtrax",
    ],
)
def test_another_product_of_the_brand_or_another_drug_is_asked(written):
    assert drugs.match(written).asked


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Nurofen Plus tablets", {"ibuprofen", "codeine"}),
        ("Nurofen Plus 200mg/12.8mg", {"ibuprofen", "codeine"}),
        ("Panadol Night 2 at night", {"paracetamol", "diphenhydramine"}),
        ("aspirin plus clopidogrel", {"aspirin", "clopidogrel"}),
        ("simvastatin 40 mg night", {"simvastatin"}),
    ],
)
def test_plus_and_night_are_read(written, meant):
    assert {drug.name for drug in drugs.ingredients(written)} == meant


def test_characters():
    assert "緩釋膠囊".translate(ONE_FORM) == "缓释胶囊"
    assert wording.key("氯氮䓬") == wording.key("氯氮卓")
    assert alike("丁", "汀")
    assert not alike("苯", "环")
    assert not set(map(chr, ONE_FORM)) & set(map(str, ONE_FORM.values())), "mapped once, not twice"


@pytest.mark.parametrize(
    ("key", "members"),
    [
        ("sulfonamide non-antibiotic", "celecoxib zonisamide dorzolamide furosemide darunavir"),
        ("potassium-raising drug", "enoxaparin dalteparin ramipril losartan spironolactone"),
        ("serotonergic opioid", "fentanyl methadone tapentadol tramadol pethidine"),
        ("aromatic antiepileptic", "zonisamide phenytoin carbamazepine"),
        ("pde3 inhibitor", "cilostazol milrinone"),
    ],
)
def test_members_that_were_missing(key, members):
    assert set(members.split()) <= {drug.name for drug in drugs.drugs_in_class(key)}


def test_no_line_of_the_second_reader_is_read_wrongly():
    """Asking needlessly is a nuisance, another medicine a danger; the shares are printed."""
    counts = Counter()
    with open(data_path("drugs/review_lines.csv"), encoding="utf-8", newline="") as handle:
        for row in csv.DictReader(handle):
            found = drugs.match(row["text"])
            got = "ask" if found.asked else " + ".join(sorted(drug.name for drug in found.drugs))
            if got == row["expected"]:
                counts["right"] += 1
            else:
                assert found.asked, (row["text"], row["expected"], got)
                counts["asked needlessly"] += 1
    print(dict(counts))
    assert counts["asked needlessly"] <= 0.05 * counts.total()
