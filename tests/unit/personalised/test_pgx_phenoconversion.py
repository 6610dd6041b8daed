"""Other drugs: what an inhibitor does to CYP2D6, and what is only said for other enzymes."""

from __future__ import annotations

import pytest

from medai.datasets.pgx_advice import pgx_advice
from medai.personalised.pgx import Phenotype, advise, recommend
from medai.personalised.pgx.phenoconversion import convert, cyp2d6_phenotype

NM = Phenotype("Normal Metabolizer", 2.0, "*1/*1")


def used(taking, found=NM, gene="CYP2D6"):
    phenotype, notes, _ = convert(gene, found, taking)
    return phenotype.phenotype, phenotype.activity_score, notes


@pytest.mark.parametrize(
    ("score", "phenotype"),
    [
        (0, "Poor Metabolizer"),
        (0.125, "Intermediate Metabolizer"),
        (1, "Intermediate Metabolizer"),
        (1.25, "Normal Metabolizer"),
        (2.25, "Normal Metabolizer"),
        (2.5, "Ultrarapid Metabolizer"),
    ],
)
def test_bands_of_cyp2d6(score, phenotype):
    assert cyp2d6_phenotype(score) == phenotype


@pytest.mark.parametrize(
    ("score", "drug", "then", "phenotype"),
    [
        (2.0, "paroxetine", 0.0, "Poor Metabolizer"),
        (4.0, "fluoxetine", 0.0, "Poor Metabolizer"),
        (2.0, "duloxetine", 1.0, "Intermediate Metabolizer"),
        (3.0, "duloxetine", 1.5, "Normal Metabolizer"),
        (0.5, "duloxetine", 0.25, "Intermediate Metabolizer"),
        (0.0, "duloxetine", 0.0, "Poor Metabolizer"),
        (2.0, "sertraline", 2.0, "Normal Metabolizer"),
    ],
)
def test_strong_sets_zero_moderate_halves_weak_leaves(score, drug, then, phenotype):
    found = Phenotype(cyp2d6_phenotype(score), score)
    assert used([drug], found)[:2] == (phenotype, then)


def test_the_strongest_of_several_counts():
    assert used(["duloxetine", "Paroxetine "])[:2] == ("Poor Metabolizer", 0.0)
    assert used(["duloxetine", "sertraline"])[:2] == ("Intermediate Metabolizer", 1.0)


def test_normal_genes_on_paroxetine_are_advised_as_poor_metabolisers():
    advice = advise("codeine", {"CYP2D6": "*1/*1"}, ["paroxetine"])
    (gene,) = advice.genes
    assert (gene.phenotype, gene.phenotype_used) == ("Normal Metabolizer", "Poor Metabolizer")
    assert gene.converted
    assert advice.action == "avoid"
    assert advice.text == advise("codeine", {"CYP2D6": "*4/*4"}).text
    keys = {one["key"] for one in advice.sources}
    assert "phenoconversion-rule" in keys
    assert advise("codeine", {"CYP2D6": "*1/*1"}, ["帕罗西汀"]).action == "avoid"


def test_a_halved_score_between_the_quarters_is_read_as_the_lower_one():
    """0.125, 0.875 and 1.125 stand in no table: every CYP2D6 drug has a row for them."""
    table = pgx_advice()
    for drug, entry in table.drugs.items():
        for eighths in range(33):
            score = eighths / 8
            known = {gene: Phenotype("Normal Metabolizer") for gene in entry.genes}
            known["CYP2D6"] = Phenotype(cyp2d6_phenotype(score), score)
            if "CYP2D6" in entry.genes:
                assert recommend(drug, known).action, (drug, score)
    half = Phenotype("Intermediate Metabolizer", 0.5)
    taking = ["duloxetine"]
    quarter = Phenotype("Intermediate Metabolizer", 0.25)
    assert recommend("nortriptyline", {"CYP2D6": half}, taking).text == (
        recommend("nortriptyline", {"CYP2D6": quarter}).text
    )
    assert recommend("tamoxifen", {"CYP2D6": quarter}, taking).action == "alternative"


def test_a_drug_does_not_inhibit_itself():
    """The advice on paroxetine already knows that it inhibits CYP2D6."""
    alone = advise("paroxetine", {"CYP2D6": "*1/*1"})
    assert advise("paroxetine", {"CYP2D6": "*1/*1"}, ["paroxetine"]).action == alone.action


def test_without_a_score_only_zero_can_be_worked_out():
    found = Phenotype("Normal Metabolizer")
    assert used(["paroxetine"], found)[0] == "Poor Metabolizer"
    phenotype, score, notes = used(["duloxetine"], found)
    assert (phenotype, score) == ("Normal Metabolizer", None)
    assert "needs the activity score" in notes[0]
    unsure = Phenotype("Indeterminate")
    assert used(["duloxetine"], unsure)[0] == "Indeterminate"
    assert used(["paroxetine"], unsure)[0] == "Poor Metabolizer"


def test_other_enzymes_keep_their_phenotype_and_say_so():
    found = Phenotype("Normal Metabolizer")
    row = next(row for row in pgx_advice().inhibitors if row.enzyme == "CYP2C19")
    phenotype, score, notes = used([row.drug], found, "CYP2C19")
    assert (phenotype, score) == ("Normal Metabolizer", None)
    assert "slower metaboliser" in notes[0]
    assert "No rule was found" in notes[0]
    phenotype, _, notes = used(["rifampicin"], found, "CYP2C19")
    assert phenotype == "Normal Metabolizer"
    assert "faster metaboliser" in notes[0]


def test_a_drug_that_is_not_in_the_table_is_said():
    notes = recommend("codeine", {"CYP2D6": NM}, ["paroxetin", "water"]).notes
    assert any("Did you mean paroxetine?" in note for note in notes)
    assert any("'water' is not in our table" in note for note in notes)
    salt = recommend("codeine", {"CYP2D6": NM}, ["Paroxetine hydrochloride"]).notes
    assert any("Did you mean paroxetine?" in note for note in salt)


def test_a_drug_stopped_lately_is_a_note_and_no_conversion():
    advice = recommend("codeine", {"CYP2D6": NM}, stopped=["paroxetine"])
    assert advice.action == "standard"
    assert any("was stopped" in note for note in advice.notes)
    assert any("four weeks" in note for note in advice.notes)
    keys = {one["key"] for one in advice.sources}
    assert "paroxetine-washout" in keys


def test_every_inhibitor_and_inducer_was_read():
    table = pgx_advice()
    assert len(table.inhibitors) >= 33
    for row in (*table.inhibitors, *table.inducers):
        assert row.source.opened
        assert row.drug == row.drug.lower()


def test_a_moderate_inhibitor_leaves_a_poor_metaboliser_without_a_score():
    found = Phenotype("Poor Metabolizer")
    phenotype, score, notes = used(["darifenacin"], found)
    assert (phenotype, score) == ("Poor Metabolizer", None)
    assert "stays Poor Metabolizer" in notes[0]
