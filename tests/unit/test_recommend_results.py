"""The committed results of chapter 19 hold what the project's brief asks, or say where not."""

import json

import pytest

from medai.datasets import card, data_path


@pytest.fixture(scope="module")
def results():
    report = json.loads(data_path("results/19_recommend.json").read_text())
    rows = {(r["drugs"], r["hidden"], r["k"], r["method"]): r for r in report["results"]}
    return report, rows


MISSED = pytest.mark.xfail(
    strict=True, reason="with vaccines and one drug hidden the network is .014 behind EASE at 5"
)


@pytest.mark.parametrize("k", [5, 10])
@pytest.mark.parametrize("hidden", [1, 3])
def test_the_network_is_within_a_hundredth_of_ease(results, hidden, k):
    difference = results[1]["medicines", hidden, k, "denoising autoencoder minus EASE"]
    assert difference["estimate"] >= -0.01


@pytest.mark.parametrize(
    ("hidden", "k"), [pytest.param(1, 5, marks=MISSED), (1, 10), (3, 5), (3, 10)]
)
def test_and_with_vaccines_among_the_drugs(results, hidden, k):
    difference = results[1]["all drugs", hidden, k, "denoising autoencoder minus EASE"]
    assert difference["estimate"] >= -0.01


def test_rows_agree_with_each_other(results):
    report, rows = results
    for (drugs, hidden, k, method), row in rows.items():
        assert row["low"] <= row["estimate"] <= row["high"]
        if method == "popularity":
            net = rows[drugs, hidden, k, "denoising autoencoder"]
            assert net["low"] > row["high"]
            minus = rows[drugs, hidden, k, "denoising autoencoder minus EASE"]
            ease = rows[drugs, hidden, k, "EASE"]
            assert minus["estimate"] == pytest.approx(net["estimate"] - ease["estimate"])
            assert minus["estimate"] == pytest.approx(sum(minus["by_split"]) / 5)
    assert (report["settings"]["splits"], report["settings"]["seeds"]) == (5, 2)


def test_the_results_belong_to_the_data_that_the_card_names(results):
    assert results[0]["data"]["sha256"] == card("eunomia").files[0].sha256
