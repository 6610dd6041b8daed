"""Genotype to phenotype: every rule by hand, the truth table, and what must be refused."""

from __future__ import annotations

import csv
import gzip
import re

import pytest

from medai.personalised.pgx import Call, call
from medai.runtime import MedaiError


def test_every_row_of_the_truth_table(shared):
    """PharmCAT 3.1: phenotype and activity score, as written there, for all of 13,296 rows."""
    with gzip.open(shared / "truth" / "pharmcat_phenotypes_dev.csv.gz", "rt") as handle:
        rows = list(csv.DictReader(handle))
    assert len(rows) == 13_296
    wrong = []
    for row in rows:
        result = call(row["gene"], row["diplotype"])
        if (result.score, result.phenotype) != (row["activity_score"], row["phenotype"]):
            wrong.append((row, result.score, result.phenotype))
    assert not wrong


# The score is the sum of the values; bands of CYP2D6: 0, 0.25 to 1, 1.25 to 2.25, more.
@pytest.mark.parametrize(
    ("diplotype", "score", "phenotype"),
    [
        ("*4/*4", "0.0", "Poor Metabolizer"),
        ("*4/*10", "0.25", "Intermediate Metabolizer"),
        ("*10/*10", "0.5", "Intermediate Metabolizer"),
        ("*1/*4", "1.0", "Intermediate Metabolizer"),
        ("*1/*10", "1.25", "Normal Metabolizer"),
        ("*1/*1", "2.0", "Normal Metabolizer"),
        ("*1x2/*10", "2.25", "Normal Metabolizer"),
        ("*1x2/*17", "2.5", "Ultrarapid Metabolizer"),
        ("*1/*1x2", "3.0", "Ultrarapid Metabolizer"),
        ("*1x3/*4", "3.0", "Ultrarapid Metabolizer"),
        ("*1/*22", "n/a", "Indeterminate"),
        ("*36+*10/*1", "1.25", "Normal Metabolizer"),  # 0 + 0.25 + 1
        ("*36+*10/*36+*10", "0.5", "Intermediate Metabolizer"),
        ("*36x2+*10/*5", "0.25", "Intermediate Metabolizer"),
        ("*68+*4/*1", "1.0", "Intermediate Metabolizer"),
        ("*1/*4+*10", "1.25", "Normal Metabolizer"),
        ("*1/*1x≥3", "≥4.0", "Ultrarapid Metabolizer"),
        ("*1x>=3/*4", "≥3.0", "Ultrarapid Metabolizer"),
        ("*1x>2/*4", "≥3.0", "Ultrarapid Metabolizer"),
        ("*1/*1xN", "≥3.0", "Ultrarapid Metabolizer"),  # N is 2 or more
        ("*1/*4xN", "1.0", "Intermediate Metabolizer"),  # any number of nothing
        ("*4/*2xN", "≥2.0", "Indeterminate"),  # 2 copies: normal; 3: ultrarapid
        ("*10xN/*4", "≥0.5", "Indeterminate"),
    ],
)
def test_cyp2d6_by_hand(diplotype, score, phenotype):
    result = call("CYP2D6", diplotype)
    assert (result.score, result.phenotype) == (score, phenotype)


@pytest.mark.parametrize(
    ("gene", "diplotype", "phenotype"),
    [
        ("CYP2C9", "*1/*2", "Intermediate Metabolizer"),
        ("CYP2C9", "*2/*3", "Poor Metabolizer"),
        ("CYP2C19", "*17/*17", "Ultrarapid Metabolizer"),
        ("CYP2C19", "*2/*17", "Intermediate Metabolizer"),
        ("CYP2C19", "*9/*17", "Likely Intermediate Metabolizer"),
        ("CYP2C19", "*2/*9", "Likely Poor Metabolizer"),
        ("CYP2B6", "*4/*6", "Intermediate Metabolizer"),
        ("CYP3A5", "*1/*8", "Possible Intermediate Metabolizer"),
        ("CYP3A5", "*3/*8", "Indeterminate"),
        ("SLCO1B1", "*14/*20", "Increased Function"),
        ("SLCO1B1", "*14/*5", "Decreased Function"),
        ("SLCO1B1", "*2/*15", "Possible Decreased Function"),
        ("TPMT", "*3B/*3C", "Poor Metabolizer"),
        ("NUDT15", "*3/*4", "Possible Intermediate Metabolizer"),
        ("DPYD", "*2A/c.2846A>T", "Poor Metabolizer"),  # 0 + 0.5
        ("DPYD", "HapB3/Reference", "Intermediate Metabolizer"),  # 0.5 + 1
        ("DPYD", "c.1129-5923C>G, c.1236G>A (HapB3)/Reference", "Intermediate Metabolizer"),
        ("UGT1A1", "*36/*28", "Intermediate Metabolizer"),
        ("NAT2", "*4/*5", "Intermediate Metabolizer"),
        ("VKORC1", "rs9923231 GA", "-1639 AG"),
        ("ABCG2", "rs2231142 T/T", "Poor Function"),
        ("CYP4F2", "*1/*3", "rs2108622 CT"),
        ("IFNL3", "rs12979860 CC", "Favorable response genotype"),
        ("IFNL4", "rs12979860 CT", "Unfavorable response genotype"),
        ("MT-RNR1", "m.1494C>T", "increased risk of aminoglycoside-induced hearing loss"),
        ("MT-RNR1", "Reference", "normal risk of aminoglycoside-induced hearing loss"),
        ("CACNA1S", "c.520C>T/Reference", "Malignant Hyperthermia Susceptibility"),
        # CPIC 2022, Table 1: one X chromosome, or two
        ("G6PD", "Mahidol/Y", "Deficient"),
        ("G6PD", "B/Y", "Normal"),
        ("G6PD", "B/A", "Normal"),
        ("G6PD", "B/Mediterranean", "Variable"),
        ("G6PD", "Canton/Viangchan", "Deficient"),
        ("G6PD", "A-/Orissa", "Deficient"),
        ("G6PD", "Bangkok/Villeurbanne", "Deficient with CNSHA"),
        ("G6PD", "Bangkok/B", "Variable"),
        ("G6PD", "Bangkok/Chatham", "Deficient"),
        ("G6PD", "Telti/Kobe/Y", "Deficient with CNSHA"),
    ],
)
def test_other_genes_by_hand(gene, diplotype, phenotype):
    assert call(gene, diplotype).phenotype == phenotype


@pytest.mark.parametrize(
    "text",
    [
        "*1/*4",
        "*4/*1",
        " * 1 / * 4 ",
        "CYP2D6*1/*4",
        "CYP2D6 *1/*4",
        "cyp2d6: *1 / *4",
        "CYP2D6*1/CYP2D6*4",
        "ＣＹＰ２Ｄ６＊１／＊４",
        "∗1/∗4",
        "*1|*4",
        "*1/*4.001",
        "*1/*4 (CN=2)",
        "*4/*1x1",
        "*1/*4x01",
    ],
)
def test_one_genotype_in_many_spellings(text):
    result = call("cyp2d6", text)
    assert (result.diplotype, result.activity_score) == ("*1/*4", 1.0)


@pytest.mark.parametrize(
    ("gene", "text", "first", "second"),
    [
        ("CYP2D6", "*10", "*10/*10 gives Intermediate Metabolizer", "*1/*10 gives Normal"),
        ("CYP2D6", "CYP2D6*10", "*10/*10 gives Intermediate", "*1/*10 gives Normal"),
        ("CYP2D6", "*1", "*1/*1 gives Normal", "*1/*3 gives Intermediate"),
        ("CYP2D6", "*4+*10", "*1/*4+*10 gives Normal", "'*4/*10' (Intermediate Metabolizer"),
        ("DPYD", "rs3918290", "gives Poor Metabolizer", "gives Intermediate Metabolizer"),
        ("VKORC1", "rs9923231 A", "-1639 AA", "-1639 AG"),
        ("G6PD", "Mahidol", "'Mahidol/Y' (Deficient)", "'B (reference)/Mahidol' (Variable)"),
        ("HLA-B", "*57:01", "'*57:01 positive'", "'*57:01/*07:02'"),
    ],
)
def test_one_allele_is_refused_with_both_outcomes(gene, text, first, second):
    with pytest.raises(MedaiError) as caught:
        call(gene, text)
    assert first in str(caught.value)
    assert second in str(caught.value)


@pytest.mark.parametrize("text", ["*1/*999", "*4/*2Z", "c.1A>G/*1", "*1x2/*1000"])
def test_an_unknown_allele_is_named_and_never_read_as_normal(text):
    result = call("CYP2D6", text)
    unknown = next(a.name for a in result.alleles if a.function == "not in the table")
    assert (result.phenotype, result.activity_score) == ("Indeterminate", None)
    assert any(unknown in note and "not read as normal" in note for note in result.notes)


def test_homozygous_names_both_alleles():
    assert call("CYP2D6", "*10 homozygous").diplotype == "*10/*10"
    assert call("DPYD", "c.2846A>T (homozygous)").activity_score == 1.0
    assert call("G6PD", "Y/Mahidol").diplotype == "Mahidol/Y"


def test_copies_count_for_cyp2d6_only():
    assert call("CYP2C19", "*1x2/*1").phenotype == "Indeterminate"


@pytest.mark.parametrize(
    ("gene", "text", "word"),
    [
        ("CYP2D6", "", "no genotype"),
        ("CYP2D6", "*", "not the name"),
        ("CYP2D6", "1/4", "not the name"),
        ("CYP2D6", "*1/", "not the name"),
        ("CYP2D6", "normal", "not the name"),
        ("CYP2D6", "*1/*2/*3", "3 alleles"),
        ("CYP2D6", "CYP2C19*1/*2", "names CYP2C19"),
        ("CYP2D6", "*1x0/*4", "0 copies"),
        ("CYP2D6", "*1/*4 CN=1", "names 2"),
        ("CYP2D6", "(*1+*2+*4/*10+*17)x40", "35 more"),
        ("CYP2D6", "*5/*5 CN=2", "2 more"),
        ("CYP2D6", "*10 heterozygous", "not the name"),
        ("G6PD", "Y/Y", "names no allele"),
        ("CYP2D6", "*1x2/*4 CN=2", "names 3"),
        ("CYP2D6", "x" * 1000, "1000 characters"),
        ("BRCA1", "*1/*1", "no gene of the table"),
        ("VKORC1", "rs123 GA", "not in the table"),
        ("VKORC1", "rs9923231 CA", "is neither"),
        ("HLA-B", "positive", "which allele"),
        ("HLA-B*57:01", "*15:02 positive", "asked was"),
        ("HLA-B*57:01", "HLA-A*31:01 negative", "asked was"),
        ("HLA-B", "perhaps", "no HLA result"),
        ("MT-RNR1", "m.1555A>G/Reference", "mitochondrial"),
    ],
)
def test_what_cannot_be_read_is_refused(gene, text, word):
    with pytest.raises(MedaiError, match=re.escape(word)):
        call(gene, text)


@pytest.mark.parametrize("value", [None, 3, b"*1/*1", ["*1"]])
def test_what_is_no_text_is_refused(value):
    with pytest.raises(MedaiError):
        call("CYP2D6", value)
    with pytest.raises(MedaiError):
        call(value, "*1/*1")


@pytest.mark.parametrize("text", ["(*1/*4)x3", "*1/*4 CN=3", "*1/*4, 3 copies", "(*4/*1)x3"])
def test_counted_but_unplaced_copies_stay_open(text):
    """*1x2/*4 is 2.0 and normal, *1/*4x2 is 1.0 and intermediate."""
    result = call("CYP2D6", text)
    assert (result.phenotype, result.activity_score, result.score) == ("Indeterminate", None, "n/a")
    assert "(2.0, Normal Metabolizer)" in result.notes[0]
    assert "(1.0, Intermediate Metabolizer)" in result.notes[0]


def test_counted_copies_that_change_nothing_give_a_phenotype():
    """*1 and *2 count the same, so 3 copies are 3.0 wherever they stand; *5 has none."""
    result = call("CYP2D6", "(*1/*2)x3")
    assert (result.phenotype, result.activity_score) == ("Ultrarapid Metabolizer", 3.0)
    assert call("CYP2D6", "*1/*5 CN=1").diplotype == "*1/*5"
    assert call("CYP2D6", "*4/*5 CN=2").diplotype == "*4x2/*5"
    assert call("CYP2D6", "(*1/*1)x3").diplotype == "*1/*1x2"
    assert call("CYP2D6", "(*1/*1)xN").phenotype == "Ultrarapid Metabolizer"
    assert call("CYP2D6", "*1/*4 dup").phenotype == "Indeterminate"


@pytest.mark.parametrize(
    ("gene", "forward", "reverse"),
    [
        ("VKORC1", "C/T", "G/A"),
        ("ABCG2", "G/T", "C/A"),
        ("IFNL3", "CT", "GA"),
        ("CYP4F2", "TT", "AA"),
    ],
)
def test_both_strands_are_read_and_said(gene, forward, reverse):
    one, other = call(gene, forward), call(gene, reverse)
    assert one.phenotype == other.phenotype
    assert "forward strand" in one.notes[0]
    assert "reverse strand" in other.notes[0]


def test_a_change_that_reads_alike_on_both_strands_is_asked_about():
    """c.2846A>T: A/T is one copy on either strand, but TT is two copies or none."""
    assert call("DPYD", "rs67376798 A/T").activity_score == 1.5
    for bases in ("AA", "T/T"):
        with pytest.raises(MedaiError, match="both strands"):
            call("DPYD", f"rs67376798 {bases}")


@pytest.mark.parametrize(
    ("gene", "text", "phenotype"),
    [
        ("HLA-B*57:01", "positive", "*57:01 positive"),
        ("HLA-B*57:01", "阴性", "*57:01 negative"),
        ("HLA-B*5701", "5701 Pos", "*57:01 positive"),
        ("HLA-B", "HLA-B*15:02 Positive", "*15:02 positive"),
        ("HLA-B*58:01", "*58:01:01/*46:01", "*58:01 positive"),
        ("HLA-A*31:01", "*02:01/*24:02", "*31:01 negative"),
        ("HLA-B*57:01", "*57/*07:02", "Indeterminate"),
        ("HLA-B", "*57:01/*07:02", "*15:02 negative; *57:01 positive; *58:01 negative"),
    ],
)
def test_hla(gene, text, phenotype):
    assert call(gene, text).phenotype == phenotype


def test_a_call_names_its_sources_and_limits():
    result = call("CYP2D6", "*1/*4")
    assert isinstance(result, Call)
    assert any(note.startswith("*1 means that no tested variant") for note in result.notes)
    assert any("copy number" in note for note in result.notes)
    assert {source.key for source in result.sources} == {"pharmcat-2d6", "ufhealth-cyp2d6"}
    assert result.to_dict()["alleles"][1]["function"] == "No function"
