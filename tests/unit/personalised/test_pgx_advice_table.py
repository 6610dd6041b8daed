"""The loader of ``data/pgx_advice`` refuses what breaks a rule, and says where."""

from __future__ import annotations

import csv
import shutil

import pytest

from medai.datasets.paths import data_path
from medai.datasets.pgx_advice import read_pgx_advice
from medai.runtime import MedaiError


@pytest.fixture
def folder(tmp_path):
    return shutil.copytree(data_path("pgx_advice"), tmp_path / "pgx_advice")


def change(folder, name: str, number: int, **values: str) -> None:
    path = folder / f"{name}.csv"
    with path.open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    rows[number].update(values)
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def test_the_book_reads_its_own_tables(folder):
    table = read_pgx_advice(folder)
    assert len(table.recommendations) >= 371
    assert {row.guideline.body for row in table.recommendations} == {"CPIC", "DPWG", "FDA label"}


@pytest.mark.parametrize(
    ("name", "values", "said"),
    [
        ("recommendations", {"action": "perhaps"}, "action"),
        ("recommendations", {"strength": "very"}, "strength"),
        ("recommendations", {"text_zh": ""}, "text_zh"),
        ("recommendations", {"when": "CYP2D6"}, "GENE: phenotype"),
        ("recommendations", {"when": "CYP2D6: score low"}, "score 0-0.5"),
        ("recommendations", {"when": "CYP2D6: any; CYP2D6: no result"}, "stand in it once"),
        ("recommendations", {"when": "TPMT: any"}, "with the genes TPMT"),
        ("recommendations", {"drugs": "aspirine"}, "aspirine"),
        ("recommendations", {"guideline": "mine"}, "guidelines.csv has no such row"),
        ("recommendations", {"source": "hearsay"}, "sources.csv has no such row"),
        ("guidelines", {"year": "soon"}, "year"),
        ("inhibitors", {"strength": "fierce"}, "strength"),
        ("notes", {"drug": "nothing"}, "drugs.csv has no such row"),
        ("sources", {"url": "example.org"}, "https"),
    ],
)
def test_a_broken_row_is_refused_with_its_place(folder, name, values, said):
    change(folder, name, 2, **values)
    with pytest.raises(MedaiError) as caught:
        read_pgx_advice(folder)
    assert said in str(caught.value)
    assert name in str(caught.value)
    assert "4" in str(caught.value)


def test_a_missing_file_is_refused(folder):
    (folder / "notes.csv").unlink()
    with pytest.raises(MedaiError, match="notes"):
        read_pgx_advice(folder)
