"""The vignettes: their rules, their reader, and what was measured on them."""

import csv
import json
import shutil

import pytest

from medai.datasets import card, data_path, fetch
from medai.datasets.common import common_conditions
from medai.datasets.vignettes import validate, vignettes
from medai.knowledge import load_graph
from medai.runtime import MedaiError

FOLDER = data_path("vignettes")
BAR = {"top1": 0.60, "top3": 0.85}  # of the issue, on at least 60 vignettes


def results(part):
    return json.loads(data_path(f"results/24_common_{part}.json").read_text(encoding="utf-8"))


def test_the_shipped_files_keep_the_rules():
    validate()
    assert (len(vignettes("dev")), len(vignettes("test"))) == (60, 89)
    assert {one.condition for one in vignettes()} == set(common_conditions())
    assert fetch("vignettes") == FOLDER
    assert "149 fictional patients" in card("vignettes").what


def test_the_findings_are_current_terms():
    graph = load_graph()
    for case in vignettes():
        for hpo in (*case.present, *case.absent):
            assert graph.resolve(hpo) == hpo
            assert graph.is_phenotype(hpo)
        assert not set(case.present) & set(case.absent)


def test_no_diagnosis_is_named():
    for case in vignettes():
        assert common_conditions()[case.condition].name.lower() not in case.text.lower()


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("split", "train", "split is 'train'"),
        ("age", "old", "age is 'old'"),
        ("age", "130", "age is '130'"),
        ("sex", "m", "sex is 'm'"),
        ("condition", "flu", "no condition of the table"),
        ("acceptable", "flu", "no condition of the table"),
        ("present", "", "no finding is present"),
        ("present", "cough", "no HPO id"),
        ("text", " ", "the text is empty"),
        ("basis", "guess", "basis is 'guess'"),
        ("id", "v002", "stands 2 times"),
    ],
)
def test_damage_is_refused_with_its_place(tmp_path, column, value, words):
    folder = shutil.copytree(FOLDER, tmp_path / "copy")
    path = folder / "vignettes.csv"
    with open(path, encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    rows[0][column] = value
    with open(path, "w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    with pytest.raises(MedaiError, match=words):
        validate(folder)


def test_wrong_use():
    with pytest.raises(MedaiError, match="choose 'dev' or 'test'"):
        vignettes("train")
    with pytest.raises(MedaiError, match="cannot be read"):
        validate("/no/such/folder")


# -- what was measured --------------------------------------------------------------------------


@pytest.mark.parametrize("part", ["dev", "test"])
def test_the_figures_are_whole(part):
    found = results(part)
    assert found["vignettes"] == len(vignettes(part))
    assert found["conditions"] == len(common_conditions())
    for way in ("findings", "text"):
        one = found["ways"][way]
        assert one["top1"]["value"] <= one["top3"]["value"] <= one["top5"]["value"]
        assert one["acceptable"]["top1"]["value"] >= one["top1"]["value"]
        assert one["unsure"]["rate"]["n"] == len(vignettes(part))
    assert set(found["baselines"]) == {"prior only", "matched findings", "score without prior"}


def test_one_assessment_takes_at_most_50_ms():
    """Processor time, linking included, warm, without a language model."""
    assert results("test")["latency"]["median_ms"] <= 50


def test_the_constants_were_not_worse_than_searched_ones():
    found = results("tune")
    assert found["cross_validated"]["shipped"] <= found["cross_validated"]["searched"]
    from medai.diagnosis.posterior import OTHER, SHARPNESS

    assert (found["shipped"]["at"]["sharpness"], found["shipped"]["at"]["other"]) == (
        SHARPNESS,
        OTHER,
    )


@pytest.mark.parametrize("k", ["top1", "top3"])
def test_the_bar_is_met_with_the_findings_given(k):
    assert results("test")["ways"]["findings"][k]["value"] >= BAR[k]


@pytest.mark.xfail(
    strict=True, reason="patients' own words: .38 and .58 measured; half of them are not understood"
)
@pytest.mark.parametrize("k", ["top1", "top3"])
def test_the_bar_is_met_from_the_text(k):
    assert results("test")["ways"]["text"][k]["value"] >= BAR[k]


@pytest.mark.xfail(strict=True, reason="measured .57 of 47: flags ask for more than is given")
def test_red_flags_are_shown_where_a_clinician_must_see_one():
    """No bar was set beforehand; nine in ten is what one would ask for before any use."""
    assert results("test")["ways"]["findings"]["flags"]["shown_where_needed"]["value"] >= 0.9
