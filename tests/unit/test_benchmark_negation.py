"""What benchmarks/negation.py measured on the labelled sentences of the book."""

import json

import pytest


@pytest.fixture(scope="module")
def results(root):
    return json.loads((root / "data/results/15_negation.json").read_text(encoding="utf-8"))


def test_measured_on_the_test_half(results):
    assert results["part"] == "test"
    assert results["sentences"] == 60
    assert sum(one["n"] for one in results["ways"]["all rules"]["labels"].values()) == 116


def test_the_rules_are_better_than_their_baselines(results):
    ways = {name: one["right"] for name, one in results["ways"].items()}
    assert ways["all rules"] > ways["without time"] > ways["all present"]


def test_intervals_hold_their_values(results):
    for way in results["ways"].values():
        for label in way["labels"].values():
            for value, low, high in (v for k, v in label.items() if k != "n"):
                assert low <= value <= high
