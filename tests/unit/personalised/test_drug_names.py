"""Names of medicines: every name of the tables, what stands around names, and what is asked."""

from __future__ import annotations

import csv
from collections import Counter

import pytest

from medai.datasets.drugs import drug_tables
from medai.datasets.paths import data_path
from medai.personalised import drugs
from medai.personalised.drugs import wording
from medai.runtime.errors import MedaiError

TABLES = drug_tables()
UNCLEAR = {wording.key(name) for name in TABLES.unclear}


def names(text: str) -> list[str]:
    return sorted(drug.name for drug in drugs.ingredients(text))


def lines(split: str) -> list[dict[str, str]]:
    with open(data_path("drugs/lines.csv"), encoding="utf-8", newline="") as handle:
        return [row for row in csv.DictReader(handle) if row["split"] == split]


def outcome(row: dict[str, str]) -> str:
    found = drugs.match(row["text"])
    if found.asked:
        return "right" if row["expected"] == "ask" else "asked needlessly"
    got = sorted(drug.name for drug in found.drugs)
    return "right" if got == sorted(row["expected"].split(" + ")) else "wrong"


def test_every_name_leads_to_its_ingredient():
    for drug in TABLES.drugs.values():
        for name in (drug.name, *drug.english, *drug.chinese):
            for written in (name, name.upper(), f"{name} 5 mg"):
                assert drugs.ingredient(written) is drug, written


def test_every_brand_leads_to_its_ingredients():
    for brand in TABLES.brands.values():
        found = drugs.match(brand.name)
        assert not found.asked, brand.name
        assert {drug.name for drug in found.drugs} == set(brand.ingredients), brand.name
        assert found.how in ("brand", "exact"), brand.name


def test_no_name_leads_to_two_medicines():
    meant: dict[str, set[tuple[str, ...]]] = {}
    for drug in TABLES.drugs.values():
        for name in (drug.name, *drug.english, *drug.chinese):
            meant.setdefault(wording.key(name), set()).add((drug.name,))
    for brand in TABLES.brands.values():
        meant.setdefault(wording.key(brand.name), set()).add(tuple(sorted(brand.ingredients)))
    assert {name: drugs for name, drugs in meant.items() if len(drugs) > 1} == {}
    assert not UNCLEAR & set(meant)


def test_names_that_mean_two_medicines_are_asked():
    for unclear in TABLES.unclear.values():
        found = drugs.match(unclear.name)
        assert found.asked, unclear.name
        assert not found.drugs, unclear.name
        assert {drug.name for drug in found.alternatives} == set(unclear.could_be)
        with pytest.raises(MedaiError, match="never guessed"):
            drugs.ingredients(unclear.name)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("acetaminophen", ["paracetamol"]),
        ("albuterol", ["salbutamol"]),
        ("cyclosporine", ["ciclosporin"]),
        ("rifampin", ["rifampicin"]),
        ("glyburide", ["glibenclamide"]),
        ("meperidine", ["pethidine"]),
        ("epinephrine", ["adrenaline"]),
        ("acyclovir", ["aciclovir"]),
        ("succinylcholine", ["suxamethonium"]),
        ("amlodipine 5 mg od", ["amlodipine"]),
        ("metformin 500mg bd", ["metformin"]),
        ("co-codamol 30/500", ["codeine", "paracetamol"]),
        ("amoxicillin/clavulanate", ["amoxicillin", "clavulanic acid"]),
        ("carbidopa-levodopa 25-100", ["carbidopa", "levodopa"]),
        ("sulfamethoxazole-trimethoprim 800-160 mg", ["sulfamethoxazole", "trimethoprim"]),
        ("Bactrim DS", ["sulfamethoxazole", "trimethoprim"]),
        ("penicillin G sodium 1.2 g iv", ["benzylpenicillin"]),
        ("二甲双胍 0.5g 每日两次", ["metformin"]),
        ("盐酸二甲双胍片", ["metformin"]),
        ("缬沙坦氨氯地平片(Ⅱ)", ["amlodipine", "valsartan"]),
        ("注射用头孢呋辛钠", ["cefuroxime"]),
        ("Ｌｉｐｉｔｏｒ", ["atorvastatin"]),
    ],
)
def test_what_stands_around_a_name_is_taken_away(text, expected):
    assert names(text) == expected


def test_what_was_taken_away_is_reported():
    found = drugs.match("amlodipine besilate 5 mg tablets od")
    assert found.how == "exact"
    assert found.names == ("amlodipine",)
    assert found.stripped == ("5", "mg", "tablets", "od", "besilate")


@pytest.mark.parametrize(
    "text",
    [
        *("stopped aspirin", "no warfarin", "allergic to penicillin V", "aspirin (stopped)"),
        *("停用阿司匹林", "对阿司匹林过敏", "Lipitor (simvastatin)", "Tylenol PM", "500 mg bd"),
        *(
            "sodium chloride",
            "potassium",
            "lisinopril-hctz",
            "aspirin or ibuprofen",
            "复方阿司匹林",
        ),
    ],
)
def test_words_that_are_not_understood_are_asked_about(text):
    assert drugs.match(text).asked
    with pytest.raises(MedaiError):
        drugs.ingredients(text)


@pytest.mark.parametrize("wrong", ["", "  ", None, 5, "a\nb", "x" * 301])
def test_bad_input_is_refused(wrong):
    with pytest.raises(MedaiError, match="A medicine must be"):
        drugs.match(wrong)


def test_one_ingredient_is_wanted():
    with pytest.raises(MedaiError, match="holds 2 ingredients"):
        drugs.ingredient("Augmentin")


def test_an_unknown_name_is_named_with_near_ones():
    with pytest.raises(MedaiError, match="'metoprolxyz' is not a known name: did you mean meto"):
        drugs.ingredient("metoprolxyz")


@pytest.mark.parametrize("name", ["Buprenex", "cefamezin", "Bleocin", "Cenestin"])
def test_a_brand_outside_the_table_is_no_misspelling(name):
    # buprenorphine, cefazolin, bleomycin, oestrogens: near Burinex, cefalexin, Cleocin, Canesten
    assert drugs.match(name).asked


def test_another_real_medicine_is_not_taken_for_one_of_the_table():
    # cefalotin is a cephalosporin that the table does not hold, two letters from cefalexin
    assert "something else" in drugs.match("cefalotin 1 g").question
    for name in TABLES.neighbours:
        assert not drugs.match(name).drugs, name


def test_lines_of_medication_lists():
    """The lines were written before the rules (data/drugs/README.md): none may be wrong."""
    for split, right in (("dev", 80), ("test", 0)):
        counts = Counter(outcome(row) for row in lines(split))
        print(split, dict(counts))
        assert counts["wrong"] == 0
        assert counts["right"] >= right
