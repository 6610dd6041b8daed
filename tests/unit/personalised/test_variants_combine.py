"""Genes as a test with a sensitivity: the sum, the probabilities, the stored results."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

from medai.datasets import data_path
from medai.knowledge import load_graph, rank
from medai.personalised.variants import (
    candidate_genes,
    flag_evidence,
    judge_diseases,
    rank_with_genes,
    read_vcf,
)
from medai.personalised.variants.combine import SENSITIVITY, SHARPNESS, gene_evidence, probabilities
from medai.runtime import MedaiError

NOOR = ["HP:0001513", "HP:0000639", "HP:0000365", "HP:0000403"]


def flags(who: str = "noor", sex: str = "female"):
    vcf = read_vcf(data_path("variants/family.vcf"))
    return judge_diseases(candidate_genes(vcf, who), who, sex)


def test_evidence_by_hand() -> None:
    # 90 % of causes are flagged, 20 of 1000 diseases are: LR+ = 0.9 / 0.02 = 45
    plus, minus = flag_evidence(20, 1000, 0.9)
    assert math.isclose(plus, math.log(45))
    assert math.isclose(minus, math.log(0.1 / 0.98))


def test_the_evidence_keeps_bayes_rule() -> None:
    """With equal priors the flagged diseases together get the sensitivity's share, by Bayes."""
    mask = np.zeros(1000, dtype=bool)
    mask[:20] = True
    p = probabilities(np.zeros(1000), gene_evidence(mask, 0.9))
    # P(cause flagged | flags) = 20 · 45 / (20 · 45 + 980 · 0.1/0.98) = 900 / 1000
    assert math.isclose(p[:20].sum(), 0.9)
    assert math.isclose(p.sum(), 1)


def test_more_candidates_say_less() -> None:
    values = [flag_evidence(n, 8000)[0] for n in (1, 10, 100, 1000)]
    assert values == sorted(values, reverse=True)


def test_a_test_that_flags_none_or_all_says_nothing() -> None:
    assert flag_evidence(0, 100) == (0, 0) == flag_evidence(100, 100)


@pytest.mark.parametrize("bad", [(1, 0, 0.9), (5, 4, 0.9), (-1, 4, 0.9), (1, 4, 0), (1, 4, 1)])
def test_bad_numbers_are_refused(bad) -> None:
    with pytest.raises(MedaiError):
        flag_evidence(*bad)


def test_ranking_is_the_weighted_sum() -> None:
    graph = load_graph()
    found = rank_with_genes(NOOR, flags(), top=50)
    phenotype = {one.disease_id: one.score for one in rank(NOOR, top=9000, graph=graph)}
    plus, minus = flag_evidence(found.flagged, found.total, SENSITIVITY)
    for one in found:
        assert math.isclose(one.phenotype, phenotype[one.disease_id], abs_tol=1e-9)
        assert one.genes == (plus if one.flag else minus)
        assert math.isclose(one.score, SHARPNESS * one.phenotype + one.genes)
    assert [one.rank for one in found] == list(range(1, 51))
    scores = [one.score for one in found]
    assert scores == sorted(scores, reverse=True)
    # odds between any two lines are the difference of their scores
    first, last = found[0], found[-1]
    assert math.isclose(
        math.log(first.probability / last.probability), first.score - last.score, rel_tol=1e-9
    )


def test_noor_moves_up() -> None:
    alone = rank(NOOR)
    assert alone[0].name != "Alstrom syndrome"
    first = rank_with_genes(NOOR, flags())[0]
    assert (first.name, first.flag.gene) == ("Alstrom syndrome", "ALMS1")


def test_without_flags_the_order_is_that_of_the_phenotype() -> None:
    alone, both = rank(NOOR, top=30), rank_with_genes(NOOR, (), top=30)
    assert [one.disease_id for one in alone] == [one.disease_id for one in both]
    assert both.flagged == 0
    assert both.evidence == (0, 0)


def test_a_genotype_that_does_not_fit_flags_nothing() -> None:
    found = rank_with_genes(NOOR, flags(), top=200)
    assert {one.flag.fit.verdict for one in found if one.flag} <= {"fits", "possible"}
    assert found.flagged == sum(one.fit.verdict != "no" for one in flags())


def test_stored_results_are_those_of_the_shipped_constants() -> None:
    stored = json.loads(data_path("results/27_genes.json").read_text())
    assert stored["settings"]["sharpness"] == SHARPNESS == stored["calibration"]["fitted"]
    assert stored["settings"]["sensitivity"] == SENSITIVITY
    for regime in stored["regimes"].values():
        for setting, ways in regime["settings"].items():
            for name, way in ways.items():
                for value, low, high in way.values():
                    assert low <= value <= high
                    assert " - " in name or 0 <= value <= 1
            missed = "missed" in setting
            gain = ways["both, genotype - phenotype"]["top-1"]
            # what the chapter says: a found gene helps, a missed one harms, both beyond chance
            assert gain[2] < 0 if missed else gain[1] > 0


def test_the_benchmark_is_reproduced_on_a_few_cases(shared) -> None:
    import importlib.util
    from pathlib import Path

    path = Path(__file__).resolve().parents[3] / "benchmarks" / "genes.py"
    spec = importlib.util.spec_from_file_location("bench_genes", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    bench = module.Bench()
    labelled = module.read_labelled(bench.graph, [shared / "data/phenopackets_dev.jsonl.gz"])
    case = next(one.case for one in labelled if one.case.disease_id == "OMIM:233710")
    number = bench.graph.disease_index["OMIM:233710"]  # NCF2, recessive
    found, by_genotype = bench.flags(case, "NCF2", number, 20, True, 3)
    assert found[number]
    assert by_genotype[number]
    assert not (by_genotype & ~found).any()
    missed = bench.flags(case, "NCF2", number, 20, False, 3)[0]
    assert not missed[number]
    again = bench.flags(case, "NCF2", number, 20, True, 3)[0]
    assert (again == found).all()
    assert module.in_random_order(found, number)[0] == 1 / found.sum()
