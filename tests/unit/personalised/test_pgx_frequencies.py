"""The table of frequencies: read, refused when damaged, and what Chapter 28 computes from it."""

from __future__ import annotations

import shutil

import pytest

from medai.datasets import data_path
from medai.datasets.pgx_frequencies import pgx_frequencies, read_pgx_frequencies
from medai.personalised.pgx import call
from medai.runtime.errors import MedaiError

ROW = "CYP2D6,*10,China,51,,african-biobank-2008"


@pytest.fixture
def folder(tmp_path):
    """Return a copy of the book's table that a test may damage."""
    return shutil.copytree(data_path("pgx_frequencies"), tmp_path / "pgx_frequencies")


def damage(folder, old, new, name="alleles"):
    """Replace a line of a table."""
    path = folder / f"{name}.csv"
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_shares_as_printed():
    table = pgx_frequencies()
    assert table.shares("CYP2D6", "China") == {
        "*10": 0.51,
        "*5": 0.06,
        "*4": 0.01,
        "*2x2": 0.01,
        "other": 0.41,
    }
    assert table.people("CYP2D6", "China") is None
    africa = table.shares("CYP2D6", "Sub-Saharan Africa")
    assert (africa["*17"], africa["*29"], africa["*5"]) == (0.195, 0.1, 0.081)
    assert table.people("CYP2D6", "Sub-Saharan Africa") == 947


@pytest.mark.parametrize("population", pgx_frequencies().populations("CYP2D6"))
def test_every_share_adds_up_and_every_allele_is_known(population):
    shares = pgx_frequencies().shares("CYP2D6", population)
    assert sum(shares.values()) == pytest.approx(1, abs=1e-9)
    for allele in set(shares) - {"other"}:
        notes = " ".join(call("CYP2D6", f"{allele}/*1").notes)
        assert "not in the table" not in notes, allele


def test_diplotypes_are_everybody():
    rows = pgx_frequencies().diplotypes
    assert sum(row.people for row in rows) == rows[0].total == 1_689_246


def test_china_by_hand():
    """Values 0 (.06 + .01), 0.25 (.51), 1 (.41), 2 (.01); the preprint measured 38.31 and 0.63 %.

    Poor: .07^2 = .0049.  Intermediate (0 < score <= 1): .51^2 + 2*.51*.07 + 2*.41*.07 = .3889.
    """
    shares = pgx_frequencies().shares("CYP2D6", "China")
    found = dict.fromkeys(("Poor", "Intermediate", "Normal", "Ultrarapid"), 0.0)
    for a, p in shares.items():
        for b, q in shares.items():
            pair = f"{a}/{b}".replace("other", "*1")
            found[call("CYP2D6", pair).phenotype.split()[0]] += p * q
    assert found["Poor"] == pytest.approx(0.0049)
    assert found["Intermediate"] == pytest.approx(0.2601 + 0.0714 + 0.0574)
    assert found["Ultrarapid"] == pytest.approx(2 * 0.01 * 0.41 + 0.01**2)
    for row in pgx_frequencies().phenotypes:
        if row.method == "genotype":
            assert 100 * found[row.phenotype.split()[0]] == pytest.approx(row.percent, abs=1)


def test_sources_are_used():
    table = pgx_frequencies()
    used = {row.source for row in (*table.alleles, *table.diplotypes, *table.phenotypes)}
    assert used == set(table.sources)


@pytest.mark.parametrize(
    ("new", "rule"),
    [
        (ROW.replace("51", "151"), "up to 100"),
        (ROW.replace("51", "0"), "above 0"),
        (ROW.replace("51", "half"), "percentage"),
        (ROW.replace("51", "nan"), "percentage"),
        (ROW.replace("51", "95"), "must not pass 100"),
        (ROW.replace(",,", ",many,"), "whole number"),
        (ROW.replace("african-biobank-2008", "memory"), "add it to sources.csv"),
        (ROW + "\n" + ROW, "stands in line"),
    ],
)
def test_a_damaged_row_is_refused(folder, new, rule):
    damage(folder, ROW, new)
    with pytest.raises(MedaiError, match=rule):
        read_pgx_frequencies(folder)


def test_more_people_than_examined_are_refused(folder):
    damage(folder, "*1/*3,Europe,507,", "*1/*3,Europe,1507,", "diplotypes")
    with pytest.raises(MedaiError, match="must not pass"):
        read_pgx_frequencies(folder)


def test_an_unknown_population_is_named():
    with pytest.raises(MedaiError, match=r"Atlantis.*China"):
        pgx_frequencies().shares("CYP2D6", "Atlantis")


def test_every_share_is_a_whole_number_of_chromosomes():
    """0.1 % of 314 chromosomes is a third of one: such a value belongs to another column."""
    for row in pgx_frequencies().alleles:
        if row.people:
            count = round(row.percent / 100 * 2 * row.people)
            assert abs(100 * count / (2 * row.people) - row.percent) < 0.0501, row
