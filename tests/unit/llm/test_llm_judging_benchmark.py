"""benchmarks/judging.py with stand-in judges whose biases are known, and its stored results."""

import importlib.util
import json

import numpy as np
import pytest

from medai.datasets import data_path
from medai.datasets.judging import ERRORS


@pytest.fixture(scope="module")
def bench(root):
    spec = importlib.util.spec_from_file_location(
        "benchmark_judging", root / "benchmarks/judging.py"
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Judge:
    """Adds something for the first place and for each character of length."""

    def __init__(self, place: float, length: float) -> None:
        self.place, self.length = place, length

    def score(self, prompt, continuations, **settings):
        if settings.get("method") == "length":  # the likelihood of a source after a text
            return np.array([-float(len(prompt))])
        text = prompt[0]["content"]
        first = text.split("\n\nA: ")[1].split("\n\nB: ")[0]
        second = text.split("\n\nB: ")[1].split("\n\nWhich")[0]
        return np.array([self.place + self.length * (len(first) - len(second)), 0.0])


def test_a_judge_of_place_only_is_right_in_half_and_turns_always(bench):
    found = bench.measure("dev", 4, Judge(1, 0))
    for row in found["against"].values():
        assert row["changes with the order"]["value"] == 1
        assert row["goes to the first"]["value"] == 1
        assert row["one order, right"]["value"] == 0.5
    assert found["verbosity"]["paraphrase"]["padded preferred"]["value"] == 0.5
    assert found["pairs"] == 4 * 2 * len(ERRORS)


def test_a_judge_of_length_only_never_turns_on_padding_and_always_prefers_it(bench):
    found = bench.measure("dev", 4, Judge(0, 1))
    for true in ("paraphrase", "reworded"):
        assert found["verbosity"][true]["padded preferred"]["value"] == 1
    # the shorter text is likelier for this stand-in, and an omission makes a text shorter
    assert found["likelihood"]["reworded"]["omission"]["value"] == 1


def test_the_stored_results_agree_with_their_log_odds():
    stored = json.loads(data_path("results/37_judging.json").read_text())
    assert stored["half"] == "test"
    for true, odds in stored["log odds"].items():
        first, second = np.array(odds).T
        assert len(first) == 32 * len(ERRORS)
        told = stored["against"][true]
        assert told["changes with the order"]["value"] == pytest.approx(
            np.mean((first > 0) != (second > 0)), abs=0.001
        )
        assert told["two orders, right"]["value"] == pytest.approx(
            np.mean(first + second > 0), abs=0.006
        )
