"""The rules of inheritance, the filter, and the candidates of the book's family."""

from __future__ import annotations

import pytest

from medai.datasets import data_path
from medai.knowledge import load_graph
from medai.personalised.variants import (
    Genotype,
    RareFilter,
    Variant,
    candidate_genes,
    fit,
    genes_of,
    judge_diseases,
    modes_of,
    omim_genes,
    read_vcf,
)
from medai.personalised.variants.links import diseases_of, read_links
from medai.runtime import MedaiError


def variant(gt: str, line: int = 1, chrom: str = "1", allele: int = 1, af: float | None = 0.0001):
    phased = "|" in gt
    parts = gt.replace("|", "/").split("/")
    alleles = tuple(None if part == "." else int(part) for part in parts)
    return Variant(
        *(line, chrom, line, "", "A", "C", allele, True, "G", "stop_gained", af, {}),
        {"p": Genotype(alleles, phased)},
    )


# Written from the rules of Mendel, one row a textbook situation: mode, genotypes, sex, verdict.
TABLE = [
    ("dominant", ["0/1"], None, "fits"),
    ("dominant", ["1/1"], None, "fits"),
    ("dominant", ["0/0"], None, "no"),
    ("dominant", ["./."], None, "possible"),
    ("recessive", ["0/1"], None, "no"),
    ("recessive", ["1/1"], None, "fits"),
    ("recessive", ["1|1"], None, "fits"),
    ("recessive", ["1/."], None, "possible"),
    ("recessive", ["0/1", "0/1"], None, "possible"),
    ("recessive", ["0|1", "1|0"], None, "fits"),
    ("recessive", ["0|1", "0|1"], None, "no"),
    ("recessive", ["0|1", "0|1", "0/1"], None, "possible"),
    ("recessive", ["0|1", "1|0", "0/1"], None, "fits"),
    ("other", ["0/1"], None, "possible"),
]
X_TABLE = [
    ("X-linked recessive", ["1"], "male", "fits"),
    ("X-linked recessive", ["1/1"], "male", "fits"),
    ("X-linked recessive", ["0/1"], "male", "possible"),
    ("X-linked recessive", ["0/1"], "female", "no"),
    ("X-linked recessive", ["1/1"], "female", "fits"),
    ("X-linked recessive", ["0|1", "1|0"], "female", "fits"),
    ("X-linked dominant", ["0/1"], "female", "fits"),
    ("X-linked", ["0/1"], "female", "possible"),
    ("X-linked", ["1"], "male", "fits"),
    ("X-linked recessive", ["0/1"], None, "possible"),
    ("dominant", ["0/1"], "female", "no"),  # an autosomal disease, a gene on X
]


@pytest.mark.parametrize(("mode", "gts", "sex", "verdict"), TABLE)
def test_autosomal_rules(mode, gts, sex, verdict) -> None:
    rows = [variant(gt, line) for line, gt in enumerate(gts, 1)]
    assert fit((mode,), rows, "p", sex).verdict == verdict


@pytest.mark.parametrize(("mode", "gts", "sex", "verdict"), X_TABLE)
def test_rules_on_x(mode, gts, sex, verdict) -> None:
    rows = [variant(gt, line, "X") for line, gt in enumerate(gts, 1)]
    assert fit((mode,), rows, "p", sex).verdict == verdict


def test_two_alternative_alleles_at_one_place_hit_both_copies() -> None:
    both = [variant("1/2", 5, allele=1), variant("1/2", 5, allele=2)]
    assert fit(("recessive",), both, "p", None).verdict == "fits"


def test_other_compartments() -> None:
    assert fit(("mitochondrial",), [variant("1", chrom="MT")], "p", None).verdict == "fits"
    assert fit(("mitochondrial",), [variant("0/1")], "p", None).verdict == "possible"
    assert fit(("Y-linked",), [variant("1", chrom="Y")], "p", "male").verdict == "fits"
    assert fit(("Y-linked",), [variant("0/1")], "p", "male").verdict == "no"
    assert fit(("recessive",), [variant("1", chrom="X")], "p", "male").verdict == "no"


def test_the_best_mode_counts_and_no_mode_leaves_it_open() -> None:
    one = [variant("0/1")]
    assert fit(("recessive", "dominant"), one, "p", None).verdict == "fits"
    assert fit((), one, "p", None).verdict == "possible"


def test_a_question_without_sense_is_refused() -> None:
    with pytest.raises(MedaiError, match="sex='m'"):
        fit(("dominant",), [variant("0/1")], "p", "m")
    with pytest.raises(MedaiError, match="No variant"):
        fit(("dominant",), [], "p", None)
    with pytest.raises(MedaiError, match="sample='q'"):
        fit(("dominant",), [variant("0/1")], "q", None)


def test_modes_are_those_that_hpo_states() -> None:
    graph = load_graph()
    wanted = {
        "OMIM:203800": ("recessive",),  # Alström
        "OMIM:154700": ("dominant",),  # Marfan
        "OMIM:310200": ("X-linked recessive",),  # Duchenne
        "OMIM:535000": ("mitochondrial",),  # Leber's optic atrophy
    }
    for disease, modes in wanted.items():
        assert modes_of(graph, disease) == modes


def test_links_between_genes_and_diseases(tmp_path) -> None:
    assert "OMIM:203800" in diseases_of("ALMS1")
    assert genes_of("OMIM:203800") == ("ALMS1",)
    assert diseases_of("NOSUCHGENE") == ()
    assert "-" not in omim_genes()
    assert len(omim_genes()) == 4839
    with pytest.raises(MedaiError, match="source="):
        diseases_of("ALMS1", "icd")
    (tmp_path / "links.txt").write_text("gene\tdisease\n")
    with pytest.raises(MedaiError, match="another release"):
        read_links(tmp_path / "links.txt")


def test_the_filter() -> None:
    keep = RareFilter()
    assert keep.keeps(variant("0/1", af=0.005))
    assert keep.keeps(variant("0/1", af=0.005), "recessive")
    assert not keep.keeps(variant("0/1", af=0.005), "dominant")
    assert not keep.keeps(variant("0/1", af=0.02))
    assert keep.keeps(variant("0/1", af=None), "dominant")
    with pytest.raises(MedaiError, match="most_dominant"):
        RareFilter(most=0.001, most_dominant=0.01)


def test_noor() -> None:
    vcf = read_vcf(data_path("variants/family.vcf"))
    genes = candidate_genes(vcf, "noor")
    # by hand from the file: rare, damaging, passed, carried by noor
    wanted = ["FBN1", "ALMS1", "USH2A", "BBS1", "CNGB3", "TTN", "GJB2", "RPGR"]
    assert [one.gene for one in genes] == wanted
    judged = {one.disease_id: one.fit.verdict for one in judge_diseases(genes, "noor", "female")}
    assert judged["OMIM:203800"] == "fits"  # ALMS1, one allele from each parent
    assert judged["OMIM:209900"] == "no"  # BBS1, a carrier
    assert judged["OMIM:262300"] == "no"  # CNGB3, both alleles on one chromosome
    assert judged["OMIM:154700"] == "fits"  # FBN1, of unknown meaning: the filter cannot tell
    assert judged["OMIM:601544"] == "no"  # GJB2, too frequent for a dominant disease


def test_tom_and_his_mother() -> None:
    vcf = read_vcf(data_path("variants/family.vcf"))
    for who, sex, verdict in [("tom", "male", "fits"), ("tom_mother", "female", "no")]:
        judged = judge_diseases(candidate_genes(vcf, who), who, sex)
        duchenne = next(one for one in judged if one.disease_id == "OMIM:310200")
        assert duchenne.fit.verdict == verdict


def test_what_was_not_read_stays_a_candidate() -> None:
    vcf = read_vcf(data_path("variants/family.vcf"))
    judged = judge_diseases(candidate_genes(vcf, "ola"), "ola", "male")
    cystic = next(one for one in judged if one.disease_id == "OMIM:219700")
    assert (cystic.fit.verdict, cystic.gene) == ("possible", "CFTR")
    with pytest.raises(MedaiError, match="sample='nobody'"):
        candidate_genes(vcf, "nobody")
