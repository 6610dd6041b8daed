"""The tables of medicines: read, checked, refused when damaged; classes; speed."""

from __future__ import annotations

import csv
import gzip
import shutil

import pytest

from medai.datasets.drugs import drug_tables, read_drugs
from medai.datasets.paths import data_path
from medai.personalised import drugs
from medai.runtime.errors import MedaiError

TABLES = drug_tables()


@pytest.fixture
def folder(tmp_path):
    return shutil.copytree(data_path("drugs"), tmp_path / "drugs")


def damage(folder, name: str, old: str, new: str) -> None:
    path = folder / f"{name}.csv"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8", newline="")


def test_size_and_basis():
    assert len(TABLES.drugs) >= 450
    for key, (basis, source) in TABLES.basis.items():
        assert (basis == "opened") == (source in TABLES.sources), key


def test_every_ingredient_has_a_class_and_every_class_a_member():
    assert all(drug.classes for drug in TABLES.drugs.values())
    assert [key for key, members in TABLES.members.items() if not members] == []


def test_an_opened_membership_follows_from_a_code():
    for (key, name), (basis, source) in TABLES.basis.items():
        groups, codes = TABLES.classes[key].atc, TABLES.drugs[name].atc
        follows = any(code.startswith(group) for code in codes for group in groups)
        assert follows == (source == "who-atc"), (key, name)
        assert (basis == "opened") == bool(source), (key, name)


def test_no_code_belongs_to_two_ingredients():
    owner: dict[str, str] = {}
    for drug in TABLES.drugs.values():
        for code in drug.atc:
            assert owner.setdefault(code, drug.name) == drug.name


@pytest.mark.parametrize(
    ("table", "old", "new", "message"),
    [
        ("ingredients", "abacavir,", "Abacavir,", "a name in lower case"),
        ("brands", "metformin,US UK", "metformine,US UK", "'metformine'"),
        ("members", "statin,atorvastatin", "statine,atorvastatin", "'statine'"),
        ("classes", "ace inhibitor,", "ace inhibitors,", "'ace inhibitor'"),
        ("brands", "opened,medlineplus", "teaching,medlineplus", "opened needs a source"),
        ("ingredients", "opened,fda-unii", "opened,fda-uni", "'fda-uni'"),
    ],
)
def test_a_damaged_table_is_refused(folder, table, old, new, message):
    damage(folder, table, old, new)
    with pytest.raises(MedaiError, match=message):
        read_drugs(folder)


def test_a_missing_file_is_refused(folder):
    (folder / "brands.csv").unlink()
    with pytest.raises(MedaiError, match=r"brands\.csv is missing"):
        read_drugs(folder)


def test_a_class_holds_the_members_of_its_narrower_classes():
    lactams = {drug.name for drug in drugs.drugs_in_class("beta-lactam")}
    assert {"amoxicillin", "cefalexin", "meropenem", "aztreonam"} <= lactams
    assert "clavulanic acid" not in lactams
    assert drugs.classes_of("cefalexin") == (
        "first-generation cephalosporin",
        "cephalosporin",
        "beta-lactam",
        "antibacterial",
    )


@pytest.mark.parametrize("key", ["ace inhibitor", "ACE_inhibitor", "ACE inhibitors"])
def test_a_class_is_found_by_its_spellings(key):
    assert "ramipril" in {drug.name for drug in drugs.drugs_in_class(key)}


def test_a_class_is_found_by_its_chinese_name():
    assert drugs.class_key("他汀类") == "statin"


def test_an_unknown_class_is_refused_with_close_ones():
    with pytest.raises(MedaiError, match="Did you mean 'statin'"):
        drugs.drugs_in_class("statyn")


@pytest.mark.parametrize(
    ("key", "members"),
    [
        # Phansalkar 2012 names the classes; the members are the ATC groups' own
        ("ssri", "citalopram escitalopram fluoxetine fluvoxamine paroxetine sertraline"),
        (
            "statin",
            "atorvastatin cerivastatin fluvastatin lovastatin pitavastatin pravastatin "
            "rosuvastatin simvastatin",
        ),
        (
            "triptan",
            "almotriptan eletriptan frovatriptan naratriptan rizatriptan sumatriptan zolmitriptan",
        ),
        ("xanthine oxidase inhibitor", "allopurinol febuxostat"),
    ],
)
def test_members_of_a_class(key, members):
    assert [drug.name for drug in drugs.drugs_in_class(key)] == members.split()


def test_every_drug_of_the_recommendations_is_known(shared):
    path = shared / "truth" / "pharmcat_recommendations_dev.csv.gz"
    with gzip.open(path, "rt", encoding="utf-8", newline="") as handle:
        rows = {row["drug"]: row["rxnorm"] for row in csv.DictReader(handle)}
    for name, concept in rows.items():
        found = drugs.ingredients(name)
        if len(found) == 1 and concept.startswith("RxNorm:") and concept != "RxNorm:NA":
            assert f"RxNorm:{found[0].rxcui}" == concept, name
