"""Which scores fit a patient, what is missing, and that nothing ever falls over."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medai.datasets.risk import risk_sources
from medai.personalised.risk import (
    SCORES,
    Missing,
    NotApplicable,
    RiskResult,
    applicable,
    cha2ds2_va,
    egfr,
    prevent,
)
from medai.personalised.risk.catalogue import NAMES
from medai.runtime import MedaiError

MEI = {  # Mei, 62, no heart disease, lives in a low-risk country
    "age_years": 62,
    "sex": "female",
    "cardiovascular_disease": False,
    "heart_failure": False,
    "diabetes": False,
    "smoker": False,
    "statin": False,
    "treated_blood_pressure": True,
    "systolic_mm_hg": 148,
    "total_cholesterol_mmol_l": 5.9,
    "hdl_cholesterol_mmol_l": 1.4,
    "creatinine_umol_l": 80,
    "weight_kg": 64,
    "height_cm": 160,
    "region": "low",
}


def outcomes(values):
    return {score.name: outcome for score, outcome in applicable(values)}


def test_mei():
    found = outcomes(MEI)
    assert list(found) == list(SCORES)
    done = {name for name, outcome in found.items() if isinstance(outcome, RiskResult)}
    assert done == {"prevent", "score2", "egfr"}
    race = found["pooled_cohort"]
    assert [argument.name for argument in race.arguments] == ["race"], "race is asked, not guessed"
    assert "70 to 89" in str(found["score2_op"])
    assert [a.name for a in found["cockcroft_gault"].arguments] == ["weight_kind"]
    assert "waist_cm" in str(found["findrisc"])
    assert found["cha2ds2_va"].arguments[0].name == "atrial_fibrillation"


def test_values_follow_from_their_other_unit():
    creatinine = 80 / 88.42
    kidney = egfr(age_years=62, sex="female", creatinine_mg_dl=creatinine)
    assert outcomes(MEI)["egfr"].value == pytest.approx(kidney.value)
    by_hand = prevent(
        age_years=62,
        sex="female",
        total_cholesterol_mg_dl=5.9 * 38.67,
        hdl_cholesterol_mg_dl=1.4 * 38.67,
        systolic_mm_hg=148,
        egfr_ml_min_1_73m2=kidney.value,
        treated_blood_pressure=True,
        statin=False,
        smoker=False,
        diabetes=False,
    )
    assert outcomes(MEI)["prevent"].value == pytest.approx(by_hand.value)
    assert outcomes(MEI)["prevent"].inputs["bmi_kg_m2"] == pytest.approx(25)  # 64 / 1.6**2


def test_a_condition_rules_a_score_out():
    found = outcomes(MEI | {"cardiovascular_disease": True, "atrial_fibrillation": False})
    for name in ("pooled_cohort", "prevent", "score2"):
        assert "without known cardiovascular disease" in str(found[name])
    for name in ("cha2ds2_va", "cha2ds2_vasc", "has_bled"):
        assert "atrial fibrillation" in str(found[name])
    diabetic = outcomes(MEI | {"diabetes": True})
    assert isinstance(diabetic["score2"], NotApplicable)
    assert isinstance(diabetic["findrisc"], NotApplicable)
    assert isinstance(diabetic["prevent"], RiskResult)
    acute = outcomes(MEI | {"acute_kidney_injury": True})
    assert isinstance(acute["egfr"], NotApplicable)
    assert "egfr_ml_min_1_73m2" in str(acute["prevent"]), "no eGFR is made up in between"
    assert isinstance(outcomes(MEI | {"pregnant": True})["egfr"], NotApplicable)


def test_a_wrong_value_stops_its_scores_only():
    found = outcomes(MEI | {"creatinine_umol_l": 1.1})
    assert "did you mean mg/dL" in str(found["egfr"])
    assert isinstance(found["score2"], RiskResult)
    assert "did you mean" in str(found["cockcroft_gault"])


def test_nothing_known_means_everything_is_asked():
    for outcome in outcomes({}).values():
        assert isinstance(outcome, Missing)
        assert all(argument.question.endswith(("?", ".")) for argument in outcome.arguments)
    assert outcomes({"age_years": None}) == outcomes({})


def test_a_misspelt_name_is_refused():
    with pytest.raises(MedaiError, match="Did you mean age_years"):
        applicable({"age_year": 50})


def test_answering_what_is_missing_gives_the_result():
    patient = {"atrial_fibrillation": True, "age_years": 70}
    asked = outcomes(patient)["cha2ds2_va"].arguments
    answered = patient | {argument.name: False for argument in asked}
    assert outcomes(answered)["cha2ds2_va"].value == 1
    answers = {argument.name: False for argument in asked}
    assert cha2ds2_va(age_years=70, **answers).value == 1


def test_every_score_has_a_source_and_a_population():
    for name, score in SCORES.items():
        assert name == score.name == score.function.__name__
        assert score.population
        assert score.source in risk_sources()


anything = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.sampled_from(["female", "male", "white", "low", "none", "actual", "cvd", ""]),
    st.text(max_size=4),
    st.lists(st.integers(), max_size=1),
)
near = st.one_of(st.floats(0, 200), st.integers(0, 120), st.booleans(), anything)


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(st.sampled_from(sorted(NAMES)), near, max_size=len(NAMES)))
def test_no_patient_makes_it_fall_over(values):
    for _, outcome in applicable(values):
        assert str(outcome)
        if isinstance(outcome, RiskResult):
            assert math.isfinite(outcome.value)
            assert outcome.value >= 0


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.sampled_from(sorted(MEI)), near, max_size=4))
def test_a_mutated_patient_is_no_traceback(changes):
    for _, outcome in applicable(MEI | changes):
        assert isinstance(outcome, RiskResult | Missing | NotApplicable)
