"""The tables of drug safety: damaged ones are refused, and the card counts them."""

import csv
import shutil

import pytest

from medai.datasets import registry
from medai.datasets.interactions import interactions, read_interactions
from medai.datasets.paths import data_path
from medai.runtime.errors import MedaiError


@pytest.fixture
def folder(tmp_path):
    return shutil.copytree(data_path("interactions"), tmp_path / "interactions")


def change(folder, name, column, value, row=0):
    path = folder / f"{name}.csv"
    with open(path, encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    rows[row][column] = value
    with open(path, "w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


@pytest.mark.parametrize(
    ("name", "column", "value", "message"),
    [
        ("pairs", "severity", "bad", "must be one of"),
        ("pairs", "high_priority", "maybe", "must be one of"),
        ("pairs", "a", "@nothing", "classes.csv must define it"),
        ("pairs", "a", "Warfarin", "ingredients or @classes"),
        ("pairs", "source", "nowhere", "must be a key of sources.csv"),
        ("pairs", "action", "", "must not be empty"),
        ("renal", "measure", "gfr", "must be one of"),
        ("renal", "at_least", "500", "must be less than below"),
        ("hepatic", "child_pugh", "D", "letters of A, B, C"),
        ("pregnancy", "from_week", "-1", "without a sign"),
        ("pregnancy", "from_week", "45", "must be less than to_week"),
        ("sources", "opened", "perhaps", "must be one of"),
        ("sources", "url", "doi", "must be an address"),
        ("members", "class", "nothing", "classes.csv must define it"),
        ("allergy", "group", "nothing", "classes.csv must define it"),
    ],
)
def test_a_damaged_table_is_refused(folder, name, column, value, message):
    change(folder, name, column, value)
    with pytest.raises(MedaiError, match=message) as refused:
        read_interactions(folder)
    assert f"data/interactions/{name}.csv" in str(refused.value)


def test_the_book_s_tables_are_read_and_a_missing_one_is_named(folder):
    assert read_interactions(folder).drugs == interactions().drugs
    (folder / "qt.csv").unlink()
    with pytest.raises(MedaiError, match=r"qt\.csv is missing"):
        read_interactions(folder)


def test_a_repeated_row_is_refused(folder):
    path = folder / "renal.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([*lines, lines[1]]) + "\n", encoding="utf-8")
    with pytest.raises(MedaiError, match="stands in line 2 already"):
        read_interactions(folder)


def test_bands_of_one_drug_do_not_overlap():
    # Two rows of one table for one drug would give two doses for one kidney.
    rules = interactions().rules["renal"]
    for i, one in enumerate(rules):
        for other in rules[i + 1 :]:
            if one.sides[0] & other.sides[0] and one["measure"] == other["measure"]:
                low = max(float(one["at_least"]), float(other["at_least"]))
                high = min(float(one["below"]), float(other["below"]))
                assert low >= high, (one.id, other.id)


def test_every_row_has_a_chinese_action_or_is_a_note():
    table = interactions()
    for name, rules in table.rules.items():
        for rule in rules:
            assert rule["action_zh"] or rule.row.get("outcome") == "note", (name, rule.id)


def test_the_card_counts_what_is_there():
    card, table = registry.card("interactions"), interactions()
    assert f"{len(table.rules['pairs'])} pairs" in card.what
    assert f"{len(table.sources)} sources" in card.source
