"""Invented cases, and the stored measurement that Chapter 38 prints."""

import json

import pytest

from medai.datasets import data_path
from medai.knowledge import load_graph
from medai.runtime import MedaiError
from medai.scale.made_cases import made_cases
from medai.scale.ranks import rank_many

pytestmark = pytest.mark.once


def test_a_longer_list_begins_with_a_shorter_one_and_findings_belong_to_one_disease():
    few, many = made_cases(5, seed=3), made_cases(30, seed=3)
    assert many[:5] == few
    assert made_cases(5, seed=4) != few
    graph = load_graph()
    assert all(graph.is_phenotype(term) for case in many for term in case["present"])
    assert all(2 <= len(set(case["present"])) == len(case["present"]) <= 12 for case in many)
    assert all("ranking" in row for row in rank_many(few, top=1, workers=1))
    with pytest.raises(MedaiError, match="n=0"):
        made_cases(0)


def test_the_stored_measurement_is_whole_and_its_ratios_are_those_of_its_seconds():
    stored = json.loads(data_path("results/scale.json").read_text(encoding="utf-8"))
    assert [row["cases"] for row in stored["rows"]] == [1, 10, 100, 1000, 10000]
    assert len({row["checksum"] for row in stored["rows"]}) == 5
    for row in stored["rows"]:
        for way in ("serial", "dask"):
            assert row[way]["setup"]["smallest"] > 0
            assert row[way]["total"]["median"] >= row[way]["work"]["median"]
        ratio = row["speedup"]["total"]
        slowest = row["serial"]["total"]["largest"] / row["dask"]["total"]["smallest"]
        assert ratio["smallest"] <= ratio["median"] <= ratio["largest"] <= slowest + 0.01


def test_cost_is_linear_in_patients_once_the_start_is_paid():
    # 10,000 patients are 10 times 1,000: seconds of work within a factor of two of that.
    stored = json.loads(data_path("results/scale.json").read_text(encoding="utf-8"))
    cpu = [row["serial"]["cpu"]["median"] for row in stored["rows"]]
    assert 5 < cpu[4] / cpu[3] < 20


@pytest.mark.xfail(
    strict=True,
    reason="measured on the idle machine: 1.40 [1.23, 1.48] for the work, 1.29 with the start; "
    "two plain processes without Dask reach 1.50 [1.40, 1.67], since the same work takes 1.24 "
    "times the processor seconds when both cores are busy; Dask costs the rest",
)
@pytest.mark.parametrize("part", ["work", "total"])
def test_two_workers_are_at_least_1_6_times_as_fast(part):
    stored = json.loads(data_path("results/scale.json").read_text(encoding="utf-8"))
    assert stored["rows"][-1]["speedup"][part]["median"] >= 1.6
