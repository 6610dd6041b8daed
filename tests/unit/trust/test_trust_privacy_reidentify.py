"""Uniqueness, k-anonymity, l-diversity and linking, by hand and in closed form."""

import numpy as np
import pandas as pd
import pytest

from medai.datasets.hospital_register import QUASI, generalise, town
from medai.runtime.errors import MedaiError
from medai.trust.privacy.reidentify import (
    class_sizes,
    expected_unique,
    k_anonymity,
    l_diversity,
    link,
    suppress,
    uniqueness,
)

TABLE = pd.DataFrame(
    {
        "year": [1950, 1950, 1950, 1960, 1960, 1970],
        "sex": list("ffmffm"),
        "diagnosis": ["HIV", "HIV", "asthma", "stroke", "cancer", "asthma"],
    }
)


def test_classes_by_hand():
    # (1950, f) twice, (1950, m) once, (1960, f) twice, (1970, m) once
    assert class_sizes(TABLE, ["year", "sex"]).tolist() == [2, 2, 1, 2, 2, 1]
    assert uniqueness(TABLE, ["year", "sex"])[0] == 2 / 6
    assert k_anonymity(TABLE, ["year", "sex"]) == 1
    assert k_anonymity(TABLE, ["sex"]) == 2


def test_two_hide_and_are_known_all_the_same():
    kept = suppress(TABLE, ["year", "sex"], 2)
    assert k_anonymity(kept, ["year", "sex"]) == 2
    # both of (1950, f) have HIV: nobody knows which row is whose, and everybody knows enough
    assert l_diversity(kept, ["year", "sex"], "diagnosis") == 1
    assert l_diversity(TABLE, ["sex"], "diagnosis") == 1  # both men have asthma
    assert l_diversity(TABLE[TABLE.sex == "f"], ["sex"], "diagnosis") == 3


def test_missing_values_agree_with_each_other():
    table = pd.DataFrame({"a": [None, None, "x"], "d": ["p", "q", "p"]})
    assert class_sizes(table, ["a"]).tolist() == [2, 2, 1]
    assert l_diversity(table.assign(d=[None, None, "p"]), ["a"], "d") == 1


def test_expected_unique_is_what_happens_on_average():
    # 300 people thrown on 400 equally likely cells; 400 throws: standard error below 0.0015
    rng = np.random.default_rng(0)
    shares = []
    for _ in range(400):
        counts = np.bincount(rng.integers(0, 400, 300), minlength=400)
        shares.append((counts == 1).sum() / 300)
    error = np.std(shares) / 20
    assert abs(np.mean(shares) - expected_unique(300, 400)) < 4 * error
    assert expected_unique(2, 2) == 0.5  # two people, two cells: alike or not


def test_link_by_hand():
    register = pd.DataFrame(
        {"name": ["Ann", "Bo", "Cy", "Di"], "year": [1950, 1960, 1960, 1970], "sex": list("mffm")},
        index=[10, 11, 12, 13],
    )
    found = link(TABLE, register, ["year", "sex"])
    # row 2 fits Ann only; rows 3, 4 fit Bo and Cy; row 5 fits Di only; rows 0, 1 fit nobody
    assert found.matches.tolist() == [0, 0, 1, 2, 2, 1]
    assert list(found.claim) == [None, None, 10, None, None, 13]
    # row 5 is in truth somebody who is not registered
    result = found.success([1, 2, 10, 11, 12, 99])
    assert (result["claims"], result["right"]) == (2, 1)
    assert result["precision"] == 0.5
    assert result["found"] == pytest.approx(1 / 6)
    assert result["found_low"] < 1 / 6 < result["found_high"]


def test_nobody_claimed_has_no_precision():
    two = pd.DataFrame({"a": ["x", "x"]})
    result = link(two, two, ["a"]).success([0, 1])
    assert result["claims"] == 0
    assert np.isnan(result["precision"])
    assert result["found"] == 0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: class_sizes(TABLE, ["nope"]), "no column 'nope'"),
        (lambda: class_sizes(TABLE, []), "at least one column"),
        (lambda: class_sizes(TABLE, "sex"), "list of at least one"),
        (lambda: class_sizes(TABLE[:0], ["sex"]), "no rows"),
        (lambda: l_diversity(TABLE, ["sex"], "sex"), "both sensitive"),
        (lambda: suppress(TABLE, ["sex"], 0), "k=0"),
        (lambda: expected_unique(0, 3), "people=0"),
        (lambda: link(TABLE, TABLE, ["sex"]).success([1]), "1 truths for 6"),
    ],
)
def test_what_is_refused(call, message):
    with pytest.raises(MedaiError, match=message):
        call()


@pytest.fixture(scope="module")
def small():
    return town(inhabitants=4000, patients=300)


def test_the_town_is_the_same_again_and_its_truth_holds(small):
    again = town(inhabitants=4000, patients=300)
    assert small.released.equals(again.released)
    assert "name" not in small.released
    known = np.isin(small.person, small.register.index)
    rows = small.register.loc[small.person[known], list(QUASI)].to_numpy()
    assert (rows == small.released.loc[known, list(QUASI)].to_numpy()).all()


def test_a_full_register_makes_no_false_claim():
    full = town(inhabitants=2000, patients=200, registered=1.0)
    adults = full.released["birth_date"] < "2008-06-30"
    result = link(full.released[adults], full.register, QUASI).success(full.person[adults])
    assert result["claims"] == result["right"] > 100


def test_coarser_never_makes_more_unique(small):
    shares = [
        uniqueness(generalise(small.released, birth, place), QUASI)[0]
        for birth, place in (("day", "district"), ("month", "district"), ("year", "district"),
                             ("year", "area"), ("decade", "area"), ("decade", "town"))
    ]  # fmt: skip
    assert shares == sorted(shares, reverse=True)
    assert shares[0] > shares[-1]


def test_what_the_town_refuses(small):
    with pytest.raises(MedaiError, match="not more patients"):
        town(10, 11)
    with pytest.raises(MedaiError, match="between 0 and 1"):
        town(10, 5, registered=2)
    with pytest.raises(MedaiError, match="birth='week'"):
        generalise(small.released, "week")
    with pytest.raises(MedaiError, match="place='moon'"):
        generalise(small.released, "day", "moon")
