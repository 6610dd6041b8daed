"""The embedded model loads and writes as fast as issue 4 asks, as measured by benchmarks/llm.py."""

import json

import pytest

from medai.datasets import card


@pytest.fixture(scope="module")
def results(root):
    return json.loads((root / "data/results/10_llm.json").read_text(encoding="utf-8"))


def test_measured_on_the_file_that_the_card_describes(results):
    assert results["file_sha256"] == card("smollm2-135m").checksum
    assert results["repeats"] >= 3
    assert {"transformers", "torch", "xllamacpp"} <= set(results["versions"])
    assert "already imported" in results["load_note"]


def test_a_load_from_the_cache_takes_three_seconds_at_most(results):
    assert results["load_seconds"]["warm"]["max"] <= 3.0
    assert results["load_seconds"]["cold"]["min"] > results["load_seconds"]["warm"]["max"]


@pytest.mark.parametrize("threads", ["1", "2"])
@pytest.mark.parametrize(
    "way", ["medai.llm, float32", "medai.llm, float32, stream", "medai.llm, bfloat16"]
)
def test_generate_is_at_least_four_fifths_of_plain_transformers(results, threads, way):
    assert results["ratio_to_plain_transformers"][threads][way]["median"] >= 0.8


@pytest.mark.parametrize("threads", ["1", "2"])
def test_llama_cpp_on_the_same_file_is_reported_beside(results, threads):
    speeds = results["tokens_per_second"][threads]
    assert {"transformers, float32", "llama.cpp, Q4_1"} <= set(speeds)
    assert speeds["llama.cpp, Q4_1"]["median"] > speeds["medai.llm, float32"]["median"]
