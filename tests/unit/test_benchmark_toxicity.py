"""What chapter 20 says about Tox21 holds on the committed results of benchmarks/toxicity.py."""

import json

import numpy as np
import pytest

from medai.datasets import card, data_path

pytestmark = pytest.mark.once

VERSIONS = ["real", "class weights", "SMOTE", "bit by bit", "real + GAN", "GAN only"]


@pytest.fixture(scope="module")
def results():
    return json.loads(data_path("results/20_tox21.json").read_text(encoding="utf-8"))


def mean(results, name, metric):
    return float(np.mean([run["metrics"][name][metric] for run in results["runs"]]))


def test_the_results_say_how_they_were_made(results):
    assert results["sha256"] == card("tox21").files[0].sha256
    assert results["command"].startswith("python benchmarks/toxicity.py")
    assert results["settings"]["split"] == "scaffold"


def test_every_seed_and_every_version_is_reported(results):
    assert [run["seed"] for run in results["runs"]] == list(range(len(results["runs"])))
    assert len(results["runs"]) >= 5
    for run in results["runs"]:
        assert list(run["metrics"]) == VERSIONS
        parts = [run["size"][part] for part in ("train", "validation", "test")]
        assert sum(parts) == results["data"]["molecules"]


def test_each_difference_is_that_of_the_table_and_lies_in_its_interval(results):
    for run in results["runs"]:
        for name, found in run["minus class weights"].items():
            for metric, short in (("roc_auc", "AUC"), ("average_precision", "AP")):
                gap = run["metrics"][name][short] - run["metrics"]["class weights"][short]
                assert found[metric]["difference"] == pytest.approx(gap, abs=1e-9)
                assert found[metric]["low"] <= gap <= found[metric]["high"]


def test_the_gan_does_not_help_on_measured_toxicity(results):
    """Its inventions lose in every split, also against a control without a network."""
    for run in results["runs"]:
        for name in ("real + GAN", "GAN only"):
            assert run["minus class weights"][name]["roc_auc"]["high"] < 0
        auc = {name: run["metrics"][name]["AUC"] for name in VERSIONS}
        assert auc["real + GAN"] < auc["bit by bit"]
        assert auc["GAN only"] < auc["real + GAN"]


def test_a_threshold_does_what_resampling_seemed_to_do(results):
    """At one half more active molecules are found, at a threshold from validation fewer."""
    assert mean(results, "real + GAN", "recall at 0.5") > mean(results, "real", "recall at 0.5")
    assert mean(results, "real + GAN", "recall") < mean(results, "real", "recall")
    share = np.mean([run["size"]["share in test"] for run in results["runs"]])
    for name in ("class weights", "SMOTE", "bit by bit", "real + GAN"):
        assert mean(results, name, "mean p") > 2 * share
    assert abs(mean(results, "real", "mean p") - share) < share / 2


def test_the_question_is_answered_as_it_came_out(results):
    """Leflunomide is active, ranked above most, and below the threshold in most splits."""
    asked = results["question"]
    assert asked["measured"] == 1
    assert [place["seed"] for place in asked["places"]] == [run["seed"] for run in results["runs"]]
    assert all(place["above"] < 0.5 for place in asked["places"])
    assert sum(place["flagged"] for place in asked["places"]) < len(asked["places"]) / 2
