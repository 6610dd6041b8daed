"""The mapping of DDXPlus, and the correlation that is reported."""

import csv
import hashlib
import importlib.util
import json
import re
from pathlib import Path

import numpy as np
import pytest

from medai.datasets import card, data_path
from medai.datasets.common import common_conditions
from medai.knowledge import load_graph

ROOT = Path(__file__).resolve().parents[2]
TABLE = "ddxplus_symptom_probabilities.json"


@pytest.fixture(scope="module")
def bench():
    spec = importlib.util.spec_from_file_location("ddxplus", ROOT / "benchmarks" / "ddxplus.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def rows(name):
    with data_path(f"ddxplus_map/{name}.csv").open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def test_every_row_is_mapped_to_what_exists_or_says_why_not():
    graph, table = load_graph(), common_conditions()
    conditions, symptoms = rows("conditions"), rows("symptoms")
    assert len(conditions) == len({row["ddxplus"] for row in conditions}) == 49
    assert len(symptoms) == len({row["ddxplus"] for row in symptoms}) == 223
    mapped = [row["condition"] for row in conditions if row["fit"] != "none"]
    assert len(mapped) == len(set(mapped)) == 47
    assert all(name in table for name in mapped)
    for row in conditions:
        assert row["fit"] in ("same", "near", "none")
        assert bool(row["condition"]) == (row["fit"] != "none")
        assert row["fit"] == "same" or row["note"]
    for row in symptoms:
        assert row["fit"] in ("same", "either", "near", "none")
        if row["fit"] == "none":
            assert row["note"]
            assert not row["hpo"]
            continue
        ids = row["hpo"].split("+")
        assert [graph.term(hpo).name for hpo in ids] == row["findings"].split("+")
        assert all(graph.is_phenotype(hpo) and not graph.term(hpo).obsolete for hpo in ids)
        assert len(ids) > 1 or row["fit"] != "either"
    assert sum(row["fit"] != "none" for row in symptoms) == 83


def test_no_number_of_ddxplus_is_in_the_book():
    for name in ("conditions", "symptoms"):
        text = data_path(f"ddxplus_map/{name}.csv").read_text(encoding="utf-8")
        assert not re.search(r"\d\.\d", text)
    assert card("ddxplus-map").kind == "embedded"


def test_spearman_is_scipys_and_ties_count(bench):
    from scipy.stats import spearmanr

    rng = np.random.default_rng(0)
    x, y = rng.integers(0, 5, 40) / 5, rng.random(40)
    some = [bench.Pair("c", str(k), True, a, b) for k, (a, b) in enumerate(zip(x, y, strict=True))]
    assert bench.spearman(some) == pytest.approx(spearmanr(x, y).statistic)
    assert np.isnan(bench.spearman([one._replace(ours=1.0) for one in some]))


def test_pairs_and_medians_by_hand(bench):
    conditions, codes = bench.mapping()
    theirs = {"probabilities": {name: {} for name in conditions}}
    theirs["probabilities"]["Bronchitis"] = {"E_201": 0.5, "E_91": 0.25, "E_181": 0.1}
    ours = {name: {} for name, _ in conditions.values()}
    congestion, runny = codes["E_181"][0]
    ours["acute-bronchitis"] = {"HP:0012735": 1.0, congestion: 0.2, runny: 0.6}
    found = {one.code: (one.ours, one.theirs) for one in bench.pairs(theirs, ours)}
    assert found == {"E_201": (1.0, 0.5), "E_91": (0.0, 0.25), "E_181": (0.6, 0.1)}
    every = bench.pairs(theirs, ours)
    assert {one.code for one in bench.both(every)} == {"E_201", "E_181"}
    up = [bench.Pair("a", str(k), True, k, k) for k in range(4)]
    down = [bench.Pair("b", str(k), True, k, -k) for k in range(4)]
    few = [bench.Pair("c", str(k), True, k, k) for k in range(3)]
    assert bench.median([*up, *down, *few]) == (pytest.approx(0.0), 2)


def test_the_stored_correlation_is_of_these_tables(bench, shared):
    stored = json.loads(data_path("results/24_ddxplus.json").read_text(encoding="utf-8"))
    path = shared / "data" / TABLE
    assert stored["table_sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    theirs = json.loads(path.read_text(encoding="utf-8"))
    found = bench.both(bench.pairs(theirs, bench.frequencies()))
    measured = stored["both have it"]
    assert len(found) == measured["pairs"]
    assert bench.spearman(found) == pytest.approx(measured["pooled"]["spearman"], abs=6e-4)
    middle = measured["median of conditions"]
    assert bench.median(found)[0] == pytest.approx(middle["spearman"], abs=6e-4)
