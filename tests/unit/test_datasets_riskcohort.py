"""The two sites of Chapter 22: ranges, truth by formula and by counting, what differs."""

import numpy as np
import pytest

from medai.datasets import card
from medai.datasets.riskcohort import DEATH, EVENT, FREE, SITES, risk_cohort, true_risk
from medai.metrics.survival import known_by
from medai.personalised.risk import pooled_cohort
from medai.runtime import MedaiError


@pytest.fixture(scope="module")
def many():
    return {site: risk_cohort(site, 40_000, seed=1) for site in SITES}


def test_a_seed_gives_the_same_patients():
    first, again = risk_cohort("A", 50, seed=7), risk_cohort("A", 50, seed=7)
    assert first.table.equals(again.table)
    assert (first.true_risk == again.true_risk).all()
    assert not first.table.equals(risk_cohort("A", 50, seed=8).table)
    assert len(first) == 50


def test_every_patient_can_be_scored():
    table = risk_cohort("B", 300, seed=2).table
    for row in table.iloc[:, :9].to_dict("records"):
        assert 0 < pooled_cohort(**row).value < 100


def test_columns_and_ends(many):
    table = many["A"].table
    assert not table.isna().any().any()
    assert set(table["event"]) == {FREE, EVENT, DEATH}
    assert table["time_years"].between(0, 10).all()
    assert (table.loc[table["time_years"] == 10, "event"] == FREE).all()


@pytest.mark.parametrize("site", SITES)
def test_the_stated_truth_is_what_happens(many, site):
    """Five standard errors: 40,000 patients, weighted for losses."""
    cohort = many[site]
    y, w = known_by(cohort.table["time_years"], cohort.table["event"], 10)
    error = np.std(w * (y - cohort.true_risk)) / np.sqrt(len(y))
    assert abs(w @ y / len(y) - cohort.true_risk.mean()) < 5 * error
    high = cohort.true_risk > np.quantile(cohort.true_risk, 0.9)
    share = np.average(y[high], weights=w[high])
    error = np.std(w[high] * (y[high] - share)) / np.sqrt(high.sum())
    assert abs(share - cohort.true_risk[high].mean()) < 5 * error


def test_risk_of_a_plain_patient_by_hand():
    import pandas as pd

    plain = pd.DataFrame(
        [
            {
                "age_years": 58,
                "sex": "male",
                "race": "white",
                "total_cholesterol_mg_dl": 205,
                "hdl_cholesterol_mg_dl": 52,
                "systolic_mm_hg": 128,
                "treated_blood_pressure": False,
                "smoker": False,
                "diabetes": False,
                "deprivation": 0.0,
                "marker": -1.0,
            }
        ]
    )
    # Both sums are 0: cumulative rates 0.050 (event, site A) and 0.045 (death).
    risk, alone = true_risk(plain)
    assert risk[0] == pytest.approx(0.050 / 0.095 * (1 - np.exp(-0.095)))
    assert alone[0] == pytest.approx(1 - np.exp(-0.050))
    # The kink: below 0 the marker does nothing; above, it counts double in smokers.
    ratios = []
    for smoker in (False, True):
        alone = [
            -np.log(1 - true_risk(plain.assign(smoker=smoker, marker=m))[1][0])
            for m in (-1.0, 0.0, 1.0)
        ]
        assert alone[0] == pytest.approx(alone[1])
        ratios.append(alone[2] / alone[1])
    np.testing.assert_allclose(ratios, [np.exp(0.5), np.exp(1.0)])


def test_race_acts_through_deprivation_alone():
    table = risk_cohort("A", 200, seed=3).table
    swapped = table.assign(race=table["race"].map({"white": "black", "black": "white"}))
    assert (true_risk(table)[0] == true_risk(swapped)[0]).all()


def test_site_b_has_fewer_events_in_like_patients_and_other_people(many):
    a, b = many["A"], many["B"]
    assert true_risk(a.table, "B")[0].mean() < true_risk(a.table, "A")[0].mean() / 2
    assert b.table["age_years"].mean() > a.table["age_years"].mean() + 2
    assert b.table["smoker"].mean() < a.table["smoker"].mean() / 2
    assert (b.table["event"] == EVENT).mean() < (a.table["event"] == EVENT).mean()
    assert (many["A"].risk_without_death > many["A"].true_risk).all()


def test_rate_scales_the_rate():
    table = risk_cohort("A", 100, seed=4).table
    low, high = (-np.log(1 - true_risk(table, rate=rate)[1]) for rate in (0.5, 1.0))
    np.testing.assert_allclose(high / low, 2)


def test_bad_requests_are_refused():
    for wrong, word in (
        ({"site": "C"}, "'A', 'B'"),
        ({"n": 0}, "n=0"),
        ({"n": 2.5}, "n=2.5"),
        ({"rate": 0}, "rate=0"),
        ({"rate": float("nan")}, "rate=nan"),
    ):
        with pytest.raises(MedaiError, match=word):
            risk_cohort(**{"n": 10, **wrong})


def test_cards():
    assert card("risk-cohort").kind == "embedded"
    assert card("gbsg2").problems() == []
