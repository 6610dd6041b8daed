"""The stored measurement of the service: what was asked of it, and what it does."""

import json

import pytest

from medai.datasets import data_path


@pytest.fixture(scope="module")
def stored():
    return json.loads(data_path("results/service.json").read_text(encoding="utf-8"))


def test_a_hundred_kills_lost_nothing(stored):
    kills = stored["kills"]
    assert kills["kills"] == 100
    assert kills["requests acknowledged"] > 1000
    assert kills["acknowledged and lost"] == kills["torn"] == 0


def test_no_request_failed_with_twenty_callers(stored):
    assert stored["callers"] == 20
    assert {row["errors"] for row in stored["latency"].values()} == {0}


@pytest.mark.parametrize("way", ["production", "development"])
def test_p95_of_an_order_select_with_twenty_callers(stored, way):
    assert stored["latency"][way]["p95 ms"] <= 50
