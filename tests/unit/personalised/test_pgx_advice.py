"""Advice: one gene, two genes, missing genes, populations, and a table without gaps."""

from __future__ import annotations

import dataclasses
import itertools
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medai.datasets.pgx_advice import pgx_advice
from medai.personalised.pgx import Phenotype, advise, covered_drugs, recommend
from medai.personalised.pgx.conditions import asked_alleles, holds
from medai.runtime import MedaiError

SCORES = {
    "CYP2D6": (0, 0.25, 0.5, 0.75, 1, 1.25, 1.5, 2, 2.25, 2.5, 3),
    "CYP2C9": (0, 0.5, 1, 1.5, 2),
    "DPYD": (0, 0.5, 1, 1.5, 2),
}
PM, IM = Phenotype("Poor Metabolizer"), Phenotype("Intermediate Metabolizer")
NM, UM = Phenotype("Normal Metabolizer"), Phenotype("Ultrarapid Metabolizer")


def scored(gene: str, score: float) -> Phenotype:
    tops = {"CYP2D6": (0, 1, 2.25)}.get(gene, (0.5, 1.5, 2))
    names = ("Poor", "Intermediate", "Normal", "Ultrarapid")
    place = sum(score > top for top in tops)
    return Phenotype(f"{names[place]} Metabolizer", score)


def results_of(gene: str, drug: str) -> list[Phenotype | None]:
    """Return all results that a gene can have, as far as the rows of a drug can tell them."""
    rows = pgx_advice().rows_of(drug)
    if gene in SCORES:
        found = [scored(gene, score) for score in SCORES[gene]]
    elif alleles := asked_alleles(row.when for row in rows).get(gene):
        (allele,) = alleles
        return [None, Phenotype(f"{allele} positive"), Phenotype(f"{allele} negative")]
    else:
        rules = {
            rule for row in pgx_advice().recommendations for rule in dict(row.when).get(gene, ())
        }
        found = [Phenotype(rule) for rule in sorted(rules - {"any", "no result", "Indeterminate"})]
        found = found or [Phenotype("-1639 AG")]
    pairs = [f"*{a}/*{b}" for a in (1, 2, 3) for b in (1, 2, 3) if a <= b]
    if drug == "siponimod":
        found = [Phenotype("Intermediate Metabolizer", 1.0, pair) for pair in pairs]
    return [None, Phenotype("Indeterminate"), *found]


@pytest.mark.parametrize("drug", covered_drugs())
def test_no_two_rows_fit_and_none_is_missing(drug):
    """For each population one row at most; for known genes one row at least; each row used."""
    table = pgx_advice()
    rows, genes = table.rows_of(drug), table.drugs[drug].genes
    seen = set()
    for found in itertools.product(*(results_of(gene, drug) for gene in genes)):
        known = {gene: one for gene, one in zip(genes, found, strict=True) if one}
        fitting = [row for row in rows if holds(row.when, known)]
        populations = [row.population for row in fitting]
        assert len(populations) == len(set(populations)), (drug, known, [r.id for r in fitting])
        seen |= {row.id for row in fitting}
        if all(one and one.phenotype != "Indeterminate" for one in found):
            assert fitting, (drug, known)
    assert seen == {row.id for row in rows}


def test_the_case_of_the_chapter():
    advice = advise("codeine", {"CYP2D6": "*4/*4"})
    assert (advice.action, advice.strength, advice.population) == ("avoid", "strong", "general")
    assert [(one.gene, one.phenotype_used) for one in advice.genes] == [
        ("CYP2D6", "Poor Metabolizer")
    ]
    assert any("12 years" in note for note in advice.notes)
    assert all(one["url"].startswith("https://") for one in advice.sources)


@pytest.mark.parametrize(
    ("drug", "genes", "action"),
    [
        ("tramadol", {"CYP2D6": "*1/*2x2"}, "avoid"),
        ("clopidogrel", {"CYP2C19": "*1/*1"}, "standard"),
        ("abacavir", {"HLA-B*57:01": "positive"}, "avoid"),
        ("abacavir", {"HLA-B": "*07:02/*08:01"}, "standard"),
        ("allopurinol", {"HLA-B*58:01": "positive"}, "avoid"),
        ("carbamazepine", {"HLA-B*15:02": "negative", "HLA-A*31:01": "negative"}, "standard"),
        ("tacrolimus", {"CYP3A5": "*3/*3"}, "standard"),
        ("tacrolimus", {"CYP3A5": "*1/*3"}, "adjust"),
        ("fluorouracil", {"DPYD": "c.1905+1G>A (*2A)/c.1905+1G>A (*2A)"}, "avoid"),
        ("gentamicin", {"MT-RNR1": "m.1555A>G"}, "avoid"),
        ("rasburicase", {"G6PD": "Mahidol/Y"}, "avoid"),
        ("氯吡格雷", {"CYP2C19": "*2/*2"}, "avoid"),
        ("warfarin", {"CYP2C9": "*1/*3", "VKORC1": "-1639 G/A"}, "adjust"),
        ("siponimod", {"CYP2C9": "*3/*3"}, "avoid"),
    ],
)
def test_one_drug_each_from_the_diplotype(drug, genes, action):
    assert advise(drug, genes).action == action


def test_two_genes_neither_gives_the_advice_of_another():
    """CYP2D6 poor and CYP2C19 normal is not the advice of CYP2D6 poor and ultrarapid."""
    alone = recommend("amitriptyline", {"CYP2D6": PM})
    both = recommend("amitriptyline", {"CYP2D6": PM, "CYP2C19": NM})
    fast = recommend("amitriptyline", {"CYP2D6": PM, "CYP2C19": UM})
    assert alone.missing == ("CYP2C19",)
    assert any("CYP2C19 not given" in note for note in alone.notes)
    assert both.missing == fast.missing == ()
    assert len({one.choices[0].row for one in (alone, both, fast)}) == 3


@pytest.mark.parametrize(
    ("drug", "gene", "result"),
    [("warfarin", "CYP2C9", IM), ("fluvastatin", "CYP3A5", PM), ("codeine", "CYP2C19", PM)],
)
def test_a_missing_gene_without_a_row_gives_no_action(drug, gene, result):
    advice = recommend(drug, {gene: result})
    assert advice.action is None
    assert advice.missing
    assert (advice.text, advice.strength, advice.choices) == ("", "", ())


@pytest.mark.parametrize("drug", covered_drugs())
def test_nothing_known_gives_no_action(drug):
    advice = recommend(drug, {})
    assert advice.action is None
    assert len(advice.missing) == len(pgx_advice().drugs[drug].genes)


def test_a_gene_that_plays_no_part_is_said_and_not_used():
    advice = recommend("codeine", {"CYP2D6": NM, "CYP2C19": PM})
    assert advice.action == "standard"
    assert any(note.startswith("CYP2C19 plays no part") for note in advice.notes)
    assert [one.gene for one in advice.genes] == ["CYP2D6"]


def test_another_hla_allele_says_nothing():
    advice = advise("carbamazepine", {"HLA-B*57:01": "negative"})
    assert advice.action is None
    assert advice.missing == ("HLA-A*31:01", "HLA-B*15:02")


def test_two_tests_of_one_hla_gene_are_joined_and_may_not_differ():
    genes = {"HLA-B*57:01": "positive", "HLA-B*58:01": "negative"}
    assert advise("abacavir", genes).action == "avoid"
    assert advise("allopurinol", genes).action == "standard"
    with pytest.raises(MedaiError, match="given twice"):
        advise("abacavir", {"HLA-B*57:01": "positive", "HLA-B": "*07:02/*08:01"})


def test_indeterminate_is_no_recommendation():
    advice = advise("codeine", {"CYP2D6": "*1/*999"})
    assert advice.action == "no recommendation"
    assert any("indeterminate" in note.lower() for note in advice.notes)


def test_a_score_that_is_needed_is_asked_for():
    advice = recommend("fluorouracil", {"DPYD": IM})
    assert advice.action is None
    assert any("activity score of DPYD" in note for note in advice.notes)


def test_a_phenotype_without_score_is_enough_where_all_its_scores_agree():
    assert recommend("meloxicam", {"CYP2C9": PM}).action == "alternative"
    assert recommend("fluorouracil", {"DPYD": NM}).action == "standard"
    assert recommend("atomoxetine", {"CYP2D6": PM}).action == "adjust"
    assert recommend("fluorouracil", {"DPYD": PM}).action is None  # 0 and 0.5 differ in words


def test_populations_are_all_shown_and_one_can_be_first():
    advice = recommend("clopidogrel", {"CYP2C19": PM})
    places = [one.population for one in advice.choices]
    assert places[0] == "acute coronary syndrome or PCI"
    assert len(places) == 3
    last = recommend("clopidogrel", {"CYP2C19": PM}, population=places[-1])
    assert last.population == places[-1]
    with pytest.raises(MedaiError, match="It has: acute coronary"):
        recommend("clopidogrel", {"CYP2C19": PM}, population="astronauts")


def test_an_unknown_drug_is_no_safe_drug():
    with pytest.raises(MedaiError, match="does not mean that none exists"):
        recommend("paracetamol", {})
    with pytest.raises(MedaiError, match="Did you mean codeine"):
        recommend("codiene", {})


def test_a_gene_whose_alleles_we_do_not_hold_takes_the_phenotype_of_the_report():
    said = "malignant hyperthermia susceptibility"
    advice = advise("sevoflurane", {"RYR1": said})
    assert advice.action == "avoid"
    assert advice.missing == ("CACNA1S",)
    unsure = {"RYR1": "Uncertain Susceptibility"}
    assert advise("sevoflurane", unsure).action is None
    with pytest.raises(MedaiError, match="give the phenotype of the report"):
        advise("sevoflurane", {"RYR1": "c.7300G>A"})


def test_the_second_allele_is_asked_for():
    with pytest.raises(MedaiError, match="Which is the second"):
        advise("codeine", {"CYP2D6": "*10"})


def test_every_row_is_complete_and_was_read():
    table = pgx_advice()
    assert len(table.recommendations) >= 371
    assert len(table.drugs) >= 113
    for row in table.recommendations:
        assert row.source.opened
        assert row.text_zh
        assert row.implication_zh
        assert len(row.text) <= 330, row.id
    assert len({row.id for row in table.recommendations}) == len(table.recommendations)


NAMES = st.sampled_from([*covered_drugs(), "", "paracetamol", "codien"])
TEXTS = st.one_of(st.sampled_from(["*1/*1", "*4/*4", "positive", "*10", "*1/*3"]), st.text())
GENES = st.sampled_from(["CYP2D6", "CYP2C19", "HLA-B", "HLA-B*57:01", "TPMT", "cyp2c9", "X"])
TAKEN = st.lists(st.one_of(st.sampled_from(["paroxetine", "rifampicin"]), st.text()), max_size=3)


@given(NAMES, st.dictionaries(GENES, TEXTS, max_size=3), TAKEN, TAKEN)
def test_any_input_is_answered_or_refused(drug, genes, taking, stopped):
    try:
        advice = advise(drug, genes, taking, stopped=stopped)
    except MedaiError:
        return
    again = advise(drug, genes, taking, stopped=stopped)
    assert again == advice
    assert json.loads(json.dumps(advice.to_dict())) == advice.to_dict()
    assert {field.name for field in dataclasses.fields(advice)} == set(advice.to_dict())
