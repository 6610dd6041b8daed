"""The comparison of language model, graph and both: its arithmetic, and what is stored."""

from __future__ import annotations

import importlib.util
import json

import numpy as np
import pytest


@pytest.fixture(scope="module")
def bench(root):
    """Return benchmarks/assistant.py as a module."""
    spec = importlib.util.spec_from_file_location("assistant", root / "benchmarks/assistant.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def stored(root):
    """Return the stored result."""
    return json.loads((root / "data/results/24_assistant.json").read_text(encoding="utf-8"))


def test_ties_count_against(bench):
    scores = np.array([[1.0, 1.0, 0.0], [3.0, 2.0, 1.0], [0.0, 0.0, 0.0]])
    assert bench.ranks(scores, np.array([0, 0, 2])).tolist() == [2, 1, 3]


def test_log_likelihood_by_hand(bench):
    found = bench.log_likelihood(np.log([[0.2, 0.3, 0.5]]), np.array([1]))
    assert found == pytest.approx([np.log(0.3)])


def test_a_useless_feature_gets_no_weight_and_changes_nothing(bench):
    rng = np.random.default_rng(0)
    right = np.arange(40) % 4
    base = np.log(np.full((40, 4), 0.05))
    base[np.arange(40), right] = np.log(0.85)
    hits, chosen = bench.joined(base, 20 * rng.normal(size=(40, 4)), right)
    assert chosen["weight on all"] == 0.0
    assert hits.tolist() == np.ones((40, 2)).tolist()


def test_a_feature_that_knows_the_answer_is_used(bench):
    right = np.arange(40) % 4
    base, extra = np.zeros((40, 4)), np.zeros((40, 4))
    extra[np.arange(40), right] = 5.0
    hits, chosen = bench.joined(base, extra, right)
    assert chosen["weight on all"] == max(bench.WEIGHTS)
    assert hits[:, 0].mean() == 1
    assert bench.hits_of(base, right)[:, 0].mean() == 0  # ties


def test_the_prompt_says_who_and_where(bench):
    class Case:
        age, sex, setting, text = 0.5, "female", "emergency", "She coughs."

    assert bench.case_text(Case).startswith("A baby girl comes to an emergency department and")
    assert bench.case_text(Case).endswith(bench.END)


def test_the_stored_result_says_how_it_was_made(stored, bench):
    assert stored["half"] == "dev"
    assert stored["patients"] == 60
    assert "development" in stored["declared"]
    assert stored["command"] == "python benchmarks/assistant.py"
    for row in stored["ways"].values():
        low, high = row["top3"]["interval"]
        assert row["top1"]["value"] <= row["top3"]["value"]
        assert 0 <= low <= row["top3"]["value"] <= high <= 1
    for chosen in stored["weights"].values():
        assert sum(chosen["weights chosen"].values()) == bench.FOLDS * bench.REPEATS


def test_a_share_of_none_has_a_width_and_a_mean_is_bootstrapped(bench):
    low, high = bench.share(np.zeros(60))["interval"]
    assert low == 0
    assert high == pytest.approx(1.96**2 / (60 + 1.96**2), abs=1e-4)  # Wilson's, for none of n
    halves = np.tile([0.0, 0.5, 1.0], 20)
    assert bench.share(halves) == bench.interval(halves)
    assert bench.interval(np.zeros(60))["interval"] == [0, 0]  # of a difference: no patient moved


def test_what_was_said_to_another_text_is_not_used_again(bench, tmp_path, monkeypatch):
    class Case:
        id, condition = "v1", "common-cold"
        age, sex, setting, text = 40, "female", "emergency", "I cough."

    asked = []

    class Model:
        def generate(self, text, **_):
            asked.append(text)
            return "a cold"

    monkeypatch.setattr("medai.llm.load", Model)
    score = "medai.diagnosis.likelihood.likelihoods"
    monkeypatch.setattr(score, lambda _, text, names: np.zeros(len(names)))
    file = tmp_path / "scores.json"
    for text, names, calls in [("I cough.", ["a"], 1), ("I cough.", ["a"], 1),
                               ("I sneeze.", ["a"], 2), ("I sneeze.", ["b"], 3)]:  # fmt: skip
        Case.text = text
        assert bench.asked([Case], names, file)["v1"]["answer"] == "a cold"
        assert len(asked) == calls
