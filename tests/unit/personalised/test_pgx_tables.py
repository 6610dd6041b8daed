"""The tables: complete, checked, and the same as an independent copy of CPIC's."""

from __future__ import annotations

import importlib.util
import itertools
import json
import re
import shutil
from collections import Counter
from pathlib import Path

import pytest

from medai.datasets import registry
from medai.datasets.paths import data_path
from medai.datasets.pgx import pgx_tables, read_pgx
from medai.personalised.pgx import call
from medai.runtime import MedaiError

# Functions that CPIC changed after March 2024, the date of the copy in pharmcat-runner 0.0.16.
# PharmCAT's table of November 2025 has the new one, and so has the truth table.
CHANGED = {
    "CYP2B6": {"*22", "*24", "*35"},  # increased, less than normal (two) -> uncertain
    "SLCO1B1": {"*39", "*41", "*45"},  # uncertain -> no function
}
ROWS = {
    "CYP2D6": 14_706,
    "CYP2C9": 2_850,
    "CYP2C19": 666,
    "CYP2B6": 703,
    "CYP3A5": 21,
    "SLCO1B1": 990,
    "TPMT": 946,
    "NUDT15": 45,
    "DPYD": 3_570,
    "UGT1A1": 45,
    "G6PD": 17_765,
    "ABCG2": 3,
    "CACNA1S": 6,
    "MT-RNR1": 24,
    "HLA-A": 2,
    "HLA-B": 6,
}


@pytest.fixture(scope="module")
def march_2024() -> dict[str, list[tuple[str, str, str]]]:
    """Return CPIC's table of diplotypes as pharmcat-runner ships it: gene to rows."""
    spec = importlib.util.find_spec("pharmcat_runner")
    if spec is None:
        pytest.skip("pharmcat-runner is not installed")
    path = Path(spec.submodule_search_locations[0]) / "lib" / "dip_to_phen.tsv"
    rows: dict[str, list[tuple[str, str, str]]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith(("#", "gene\t")):
            continue
        gene, diplotype, phenotype, score = (*line.split("\t"), "")[:4]
        rows.setdefault(gene, []).append((diplotype, phenotype, score))
    return rows


@pytest.mark.parametrize("gene", ROWS)
def test_every_pair_of_march_2024_agrees_but_for_changed_alleles(march_2024, gene):
    """All pairs of that copy, not only those of the truth table's half."""
    rows = march_2024[gene]
    assert len(rows) == ROWS[gene]
    changed, differ = CHANGED.get(gene, set()), []
    for diplotype, phenotype, score in rows:
        # a single G6PD allele is a man's there; we want that said
        single = gene == "G6PD" and "/" not in diplotype
        result = call(gene, f"{diplotype}/Y" if single else diplotype)
        if (result.phenotype, result.score or score) != (phenotype, score):
            differ.append(diplotype)
    assert all(changed & set(diplotype.split("/")) for diplotype in differ), differ[:10]
    seen = {allele for diplotype in differ for allele in diplotype.split("/") if allele in changed}
    assert seen == changed, "a difference that is listed must be one"


def test_every_allele_of_march_2024_is_in_the_table(march_2024):
    """An allele that is missing would be Indeterminate for ever."""
    for gene in ROWS:
        if gene.startswith("HLA"):
            continue
        for diplotype, _, _ in march_2024[gene]:
            result = call(
                gene, f"{diplotype}/Y" if gene == "G6PD" and "/" not in diplotype else diplotype
            )
            assert all(allele.function != "not in the table" for allele in result.alleles)


def test_every_pair_of_alleles_has_a_rule():
    """No pair of known functions falls through: Indeterminate needs an unsettled allele."""
    tables = pgx_tables()
    for name, gene in tables.genes.items():
        if gene.rule not in ("pair", "score") or name == "G6PD":
            continue
        kinds = {(a.function, a.value): a.name for a in tables.alleles[name].values()}
        for one, other in itertools.combinations_with_replacement(kinds.items(), 2):
            result = call(name, f"{one[1]}/{other[1]}")
            settled = not {one[0][0], other[0][0]} & {"Uncertain function", "Unknown function"}
            if settled:
                assert result.phenotype != "Indeterminate", (name, one, other)


def test_the_bands_of_a_score_leave_no_gap():
    """Every multiple of 0.25 has exactly one band; 0 to 10 in CYP2D6, to 2 in steps of 0.5."""
    for gene, step, top in (("CYP2D6", 0.25, 10), ("CYP2C9", 0.5, 2), ("DPYD", 0.5, 2)):
        bands = [rule for rule in pgx_tables().rules[gene] if rule.kind == "score"]
        for k in range(int(top / step) + 1):
            assert sum(rule.low <= k * step <= rule.high for rule in bands) == 1


def test_how_many_alleles():
    """PharmCAT's table of November 2025, and what CPIC listed in March 2024 besides."""
    tables = pgx_tables()
    counts = {gene: len(rows) for gene, rows in tables.alleles.items()}
    assert counts == {
        "CYP2D6": 152 + 11,  # *150, *151 and *164 to *172 of 2024
        "CYP2C19": 36,
        "CYP2C9": 75,
        "CYP2B6": 48,
        "CYP3A4": 12,
        "CYP3A5": 6,
        "CYP4F2": 16,
        "SLCO1B1": 38 + 6,  # *3, *7, *12, *13, *38, *46 of 2024
        "ABCG2": 2,
        "TPMT": 43,
        "NUDT15": 9,
        "DPYD": 84,
        "UGT1A1": 9,
        "NAT2": 53,
        "VKORC1": 2,
        "G6PD": 187 + 1,  # A- without its change
        "HLA-A": 1,
        "HLA-B": 3,
        "IFNL3": 2,
        "MT-RNR1": 25,
        "CACNA1S": 3,
    }
    opened = Counter(source.opened for source in tables.sources.values())
    assert opened == {"yes": len(tables.sources) - 1, "no": 1}


def test_the_card_stands():
    card = registry.card("pgx")
    assert "CC0" in card.licence
    assert card.flaws


@pytest.mark.parametrize(
    ("table", "old", "new", "word"),
    [
        ("alleles", "CYP2D6,*4,No function,0.0", "CYP2D6,*4,No function,0.1", "multiple of 0.25"),
        ("alleles", "CYP2D6,*4,No function", "CYP2D6,*3,No function", "already"),
        ("alleles", "CYP2D6,*4,No function,0.0,pharmcat-2d6", "CYP2D6,*4,,0.0,x", "empty"),
        ("alleles", "CYP2D6,*4,", "CYP9Z9,*4,", "genes.csv"),
        ("alleles", "*4,No function,0.0,pharmcat-2d6", "*4,No function,0.0,x", "sources.csv"),
        ("aliases", "DPYD,*2A,c.1905+1G>A (*2A)", "DPYD,*2A,*2", "no such allele"),
        ("variants", "VKORC1,rs9923231,C,T", "VKORC1,rs9923231,C,X", "one of A, C"),
        ("genes", "CYP2D6,score,2,*1,", "CYP2D6,score,2,*0,", "no allele '*0'"),
        ("phenotypes", "CYP2D6,score,0,0,", "CYP2D6,guess,0,0,", "one of score"),
    ],
)
def test_a_damaged_table_is_refused(tmp_path, table, old, new, word):
    folder = tmp_path / "pgx"
    shutil.copytree(data_path("pgx"), folder)
    path = folder / f"{table}.csv"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(MedaiError, match=re.escape(word)):
        read_pgx(folder)


def test_the_stored_measurements_hold_the_bars():
    """100,000 rows in at most 5 s, and agreement with every row of the truth table."""
    stored = json.loads(data_path("results/28_pgx.json").read_text(encoding="utf-8"))
    assert max(stored["pgx-table, seconds for 100,000 rows"].values()) <= 5
    speed = stored["call, milliseconds (median)"]
    assert speed["medai"] < speed["pypgx"]
    agreement = stored["agreement of phenotypes with the truth"]
    assert len(agreement) == 15
    assert {found["medai"]["value"] for found in agreement.values()} == {1.0}
