"""Genotypes of every kind: spellings change nothing, and no text gives a traceback."""

from __future__ import annotations

import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from medai.datasets.pgx import pgx_tables
from medai.personalised.pgx import call, gene_names
from medai.personalised.pgx.table import call_table
from medai.runtime import MedaiError

STAR = ("CYP2D6", "CYP2C19", "CYP2C9", "CYP2B6", "CYP3A5", "SLCO1B1", "TPMT", "NUDT15")
ALLELES = {gene: list(rows) for gene, rows in pgx_tables().alleles.items()}


@st.composite
def genotypes(draw):
    """Return a gene of two copies and two of its alleles."""
    gene = draw(st.sampled_from([*STAR, "DPYD", "UGT1A1", "NAT2", "ABCG2", "VKORC1", "G6PD"]))
    names = st.sampled_from(ALLELES[gene])
    return gene, draw(names), draw(names)


@given(genotypes(), st.sampled_from(["/", " / ", "/ ", "|"]), st.booleans())
def test_order_case_blanks_and_the_gene_in_front_change_nothing(genotype, slash, lower):
    gene, one, other = genotype
    usual = call(gene, f"{one}/{other}")
    text = f"{gene} {other}{slash}{one}"
    result = call(gene.lower(), text.lower() if lower else text)
    assert result == usual
    assert {allele.name for allele in usual.alleles} == {one, other}


@given(genotypes())
def test_what_is_written_is_read_again(genotype):
    gene, one, other = genotype
    result = call(gene, f"{one}/{other}")
    assert call(gene, result.diplotype) == result


@given(
    st.sampled_from(gene_names()),
    st.one_of(
        st.text(max_size=30),
        st.text(alphabet="*0123456789/xN≥+>=.:()cnrsACGTY -|＊１", max_size=24),
    ),
)
def test_any_text_gives_a_call_or_a_message(gene, text):
    try:
        result = call(gene, text)
    except MedaiError:
        return
    assert result.phenotype
    if any(allele.function == "not in the table" for allele in result.alleles):
        assert result.phenotype == "Indeterminate"


@given(
    st.sampled_from(["*1", "*4", "*10", "*17", "*36"]),
    st.integers(1, 9),
    st.sampled_from(["*1", "*5", "*41"]),
    st.integers(1, 9),
)
def test_the_score_counts_every_copy(one, first, other, second):
    value = {"*1": 1.0, "*4": 0.0, "*10": 0.25, "*17": 0.5, "*36": 0.0, "*5": 0.0, "*41": 0.25}
    result = call("CYP2D6", f"{one}x{first}/{other}x{second}")
    assert result.activity_score == value[one] * first + value[other] * second


CELL = st.text(st.characters(blacklist_categories=["Cs"]), max_size=12)


@given(st.lists(st.tuples(CELL, st.sampled_from(["CYP2D6", "DPYD", ""]), CELL), max_size=6))
def test_a_table_keeps_every_cell(tmp_path_factory, rows):
    """Whatever the cells hold, the columns of the input come back, row for row."""
    source = tmp_path_factory.mktemp("pgx") / "in.csv"
    with open(source, "w", encoding="utf-8", newline="") as handle:
        csv.writer(handle).writerows([("other", "gene", "diplotype"), *rows])
    target = io.StringIO(newline="")
    summary = call_table(source, target)
    target.seek(0)
    back = list(csv.reader(target))
    assert [tuple(row[:3]) for row in back[1:]] == rows
    assert summary.rows == len(rows)
    assert all(row[4] or row[5] for row in back[1:]), "a phenotype or a reason"
    assert summary.unread == sum(not row[4] for row in back[1:])
