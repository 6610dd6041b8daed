"""The thresholds of the issue hold on the committed results of benchmarks/records.py."""

import json

import numpy as np
import pytest

from medai.datasets import card, data_path

pytestmark = pytest.mark.once


@pytest.fixture(scope="module")
def results():
    return json.loads(data_path("results/18_records.json").read_text(encoding="utf-8"))


def mean(results, task, name, *keys):
    values = []
    for run in results["runs"][task]:
        value = run[name]
        for key in keys:
            value = value[key]
        values.append(value)
    return float(np.mean(values))


def test_measured_on_the_data_that_the_card_describes(results):
    assert results["data"]["sha256"] == card("eunomia").checksum


def test_the_file_is_whole(results):
    """Every task ran on every seed, and every run holds every model."""
    assert {name: len(runs) for name, runs in results["runs"].items()} == {
        "order": 4, "bleed": 4, "next": 4,
    }  # fmt: skip
    for runs in results["runs"].values():
        assert all(run.keys() == runs[0].keys() for run in runs)


def test_the_order_task(results):
    assert mean(results, "order", "gru") >= 0.82
    # a test set of 4,000: the standard error of an AUC of one half is 0.009
    for run in results["runs"]["order"]:
        assert abs(run["bag of codes, logistic"] - 0.5) < 3 * 0.0092
        assert run["gru"] < run["oracle"] + 0.005


@pytest.mark.parametrize(("k", "least"), [(5, 0.65), (10, 0.77)])
def test_next_visit(results, k, least):
    keys = (f"recall@{k}", "estimate")
    network = mean(results, "next", "GRU with skip", *keys)
    assert network >= least
    assert network > mean(results, "next", "last visit, MLP", *keys)
    assert mean(results, "next", "last visit, MLP", *keys) > mean(
        results, "next", "popularity", *keys
    )


def test_bleeding_is_told_as_it_is(results):
    """No model is credited with a win that the paired intervals do not show."""
    for run in results["runs"]["bleed"]:
        assert run["GRU - logistic"]["low"] < 0 < run["GRU - logistic"]["high"]
    assert mean(results, "bleed", "GRU") < mean(results, "bleed", "logistic regression")
    assert results["cohort"][0]["people"] == 2694
    assert results["cohort"][-1]["people"] == 2548
