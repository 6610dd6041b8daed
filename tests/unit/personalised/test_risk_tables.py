"""The tables of coefficients: read, checked, complete."""

import math
import shutil
import subprocess
import sys

import pytest

from medai.datasets import data_path
from medai.datasets.risk import REGIONS, coefficients, read_risk, recalibration, risk_sources
from medai.runtime import MedaiError


def test_every_equation_is_there():
    for sex in ("female", "male"):
        for race in ("white", "black"):
            assert {"ln_age", "mean", "survival"} <= set(coefficients("pooled-cohort", race, sex))
        for years in (10, 30):
            for outcome, terms in (("cvd", 20), ("ascvd", 20), ("hf", 17)):
                found = coefficients("prevent", f"{outcome}-{years}", sex)
                assert len(found) == terms + (years == 30)
        for score in ("score2", "score2-op"):
            assert 0 < coefficients(score, "europe", sex)["survival"] < 1
            for region in REGIONS:
                assert recalibration(score, region, sex)[1] > 0


def test_the_regions_are_in_order_of_risk():
    # For a mean person (sum 0) the recalibrated risk rises from region to region.
    for score in ("score2", "score2-op"):
        for sex in ("female", "male"):
            survival = coefficients(score, "europe", sex)["survival"]
            hazards = []
            for region in REGIONS:
                scale1, scale2 = recalibration(score, region, sex)
                hazards.append(scale1 + scale2 * math.log(-math.log(survival)))
            assert hazards == sorted(hazards)


def test_unknown_equations_are_refused_with_the_known_ones():
    with pytest.raises(MedaiError, match="prevent, cvd-10, female"):
        coefficients("prevent", "cvd-20", "female")
    with pytest.raises(MedaiError, match="low, moderate, high, very high"):
        recalibration("score2", "middle", "male")


def test_a_caller_cannot_change_the_table():
    coefficients("prevent", "cvd-10", "female")["age"] = 0
    assert coefficients("prevent", "cvd-10", "female")["age"] == 0.7939329


def test_sources_say_what_was_opened():
    for source in risk_sources().values():
        assert source.date == "2026-11-22"
        assert source.opened == "yes"
        assert source.url.startswith("http")


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("-29.799", "-29 799", "it must be a number"),
        ("pooled-cohort,white,female,ln_age,", "pooled,white,female,ln_age,", "score is 'pooled'"),
        ("-29.799,pce-table", "-29.799,pce-tabel", "must be a key of sources.csv"),
        ("pooled-cohort,white,female,smoker", "pooled-cohort,white,female,ln_age", "already"),
        ("7.574", "nan", "it must be a number"),
    ],
)
def test_a_damaged_table_is_refused(tmp_path, old, new, rule):
    folder = tmp_path / "risk"
    shutil.copytree(data_path("risk"), folder)
    path = folder / "coefficients.csv"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(MedaiError, match=rule):
        read_risk(folder)


def test_the_scores_import_without_heavy_libraries():
    code = (
        "import sys, medai.personalised.risk; print(sorted({'numpy', 'pandas'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
