"""The risk scores: published examples, hand calculations, ranges and what must rise with what."""

import inspect
import json
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medai.personalised import risk
from medai.runtime import MedaiError

FIFTY_FIVE = {  # the worked example of the report: the mean of its cohorts
    "age_years": 55,
    "total_cholesterol_mg_dl": 213,
    "hdl_cholesterol_mg_dl": 50,
    "systolic_mm_hg": 120,
    "treated_blood_pressure": False,
    "smoker": False,
    "diabetes": False,
}
PREVENT = {  # the worked example of the supplement, as preventr's README prints it
    "age_years": 50,
    "sex": "female",
    "total_cholesterol_mg_dl": 200,
    "hdl_cholesterol_mg_dl": 45,
    "systolic_mm_hg": 160,
    "egfr_ml_min_1_73m2": 90,
    "treated_blood_pressure": True,
    "statin": False,
    "smoker": False,
    "diabetes": True,
    "bmi_kg_m2": 35,
}
SCORE2 = {  # the example in the abstract of the paper
    "age_years": 50,
    "total_cholesterol_mmol_l": 5.5,
    "hdl_cholesterol_mmol_l": 1.3,
    "systolic_mm_hg": 140,
    "smoker": True,
}
OLD = SCORE2 | {"age_years": 75, "diabetes": False, "sex": "male", "region": "low"}
FIBRILLATION = {
    "age_years": 60,
    "heart_failure": False,
    "hypertension": False,
    "diabetes": False,
    "stroke_or_tia": False,
    "vascular_disease": False,
}
BLEEDING = {"age_years": 60} | dict.fromkeys(
    (
        "uncontrolled_hypertension",
        "abnormal_renal_function",
        "abnormal_liver_function",
        "stroke",
        "bleeding",
        "labile_inr",
        "antiplatelet_or_nsaid",
        "alcohol",
    ),
    False,
)
FINN = {
    "age_years": 40,
    "sex": "male",
    "bmi_kg_m2": 24,
    "waist_cm": 90,
    "active_30_min_daily": True,
    "vegetables_daily": True,
    "blood_pressure_medicine_ever": False,
    "high_glucose_ever": False,
    "family_diabetes": "none",
}
KIDNEY = {"age_years": 50, "sex": "male", "creatinine_mg_dl": 0.9}
DOSING = KIDNEY | {"weight_kg": 72, "weight_kind": "actual"}
LIVER = {
    "bilirubin_mg_dl": 1.0,
    "albumin_g_dl": 4.0,
    "inr": 1.0,
    "ascites": "none",
    "encephalopathy": "none",
}
FIBROSIS = {"age_years": 50, "ast_u_l": 40, "alt_u_l": 25, "platelets_10e9_l": 200}
# A valid patient for every score.
VALID = {
    "pooled_cohort": FIFTY_FIVE | {"sex": "female", "race": "white"},
    "prevent": PREVENT,
    "score2": SCORE2 | {"sex": "male", "region": "low"},
    "score2_op": OLD,
    "cha2ds2_va": FIBRILLATION,
    "cha2ds2_vasc": FIBRILLATION | {"sex": "female"},
    "has_bled": BLEEDING,
    "findrisc": FINN,
    "egfr": KIDNEY,
    "cockcroft_gault": DOSING,
    "child_pugh": LIVER,
    "fib4": FIBROSIS,
}


@pytest.mark.parametrize(
    ("sex", "race", "published"),
    [
        ("female", "white", 2.1),
        ("female", "black", 3.0),
        ("male", "white", 5.3),
        ("male", "black", 6.1),
    ],
)
def test_pooled_cohort_gives_the_worked_example_of_the_report(sex, race, published):
    assert risk.pooled_cohort(**FIFTY_FIVE, sex=sex, race=race).value == pytest.approx(
        published, abs=0.1
    )


def test_pooled_cohort_by_hand():
    # A Black man: the shortest equation.  ln 55 = 4.007333, ln 213 = 5.361292,
    # ln 50 = 3.912023, ln 120 = 4.787492:
    # 2.469*4.007333 + 0.302*5.361292 - 0.307*3.912023 + 1.809*4.787492 = 18.972797
    total = 2.469 * 4.007333 + 0.302 * 5.361292 - 0.307 * 3.912023 + 1.809 * 4.787492
    assert total == pytest.approx(18.972797, abs=1e-5)
    by_hand = 100 * (1 - 0.8954 ** math.exp(18.972797 - 19.54))
    result = risk.pooled_cohort(**FIFTY_FIVE, sex="male", race="black")
    assert result.value == pytest.approx(by_hand, abs=1e-3)
    assert result.category == "borderline"


@pytest.mark.parametrize("race", ["asian", "hispanic", "White", "", 1, None])
def test_pooled_cohort_never_chooses_the_equations_itself(race):
    with pytest.raises(MedaiError, match="race"):
        risk.pooled_cohort(**FIFTY_FIVE, sex="male", race=race)


@pytest.mark.parametrize(
    ("outcome", "years", "published"),
    [
        ("cvd", 10, 0.147),
        ("ascvd", 10, 0.092),
        ("hf", 10, 0.081),
        ("cvd", 30, 0.530),
        ("ascvd", 30, 0.354),
        ("hf", 30, 0.390),
    ],
)
def test_prevent_gives_the_worked_example_of_the_supplement(outcome, years, published):
    result = risk.prevent(**PREVENT, outcome=outcome, years=years)
    assert round(result.value / 100, 3) == published


def test_prevent_at_the_centre_of_its_variables_is_its_constant():
    # Age 55, eGFR 90, pressure 130 and the lipids at their centres make every other term zero.
    centre = PREVENT | {
        "age_years": 55,
        "hdl_cholesterol_mg_dl": 1.3 / 0.02586,
        "total_cholesterol_mg_dl": 4.8 / 0.02586,
        "systolic_mm_hg": 130,
        "treated_blood_pressure": False,
        "diabetes": False,
    }
    assert risk.prevent(**centre).value == pytest.approx(100 / (1 + math.exp(3.307728)), abs=1e-9)


def test_prevent_needs_the_body_mass_index_for_heart_failure_only():
    slim = {name: value for name, value in PREVENT.items() if name != "bmi_kg_m2"}
    assert risk.prevent(**slim).value == risk.prevent(**PREVENT).value
    with pytest.raises(MedaiError, match="bmi_kg_m2 is missing"):
        risk.prevent(**slim, outcome="hf")


def test_prevent_over_thirty_years_ends_at_59():
    risk.prevent(**PREVENT | {"age_years": 59}, years=30)
    with pytest.raises(MedaiError, match="years=10"):
        risk.prevent(**PREVENT | {"age_years": 60}, years=30)
    for years in (5, True, "10", None, math.nan):
        with pytest.raises(MedaiError, match="years="):
            risk.prevent(**PREVENT, years=years)


@pytest.mark.parametrize(
    ("sex", "region", "published"),
    [
        ("male", "low", 5.9),
        ("male", "very high", 14.0),
        ("female", "low", 4.2),
        ("female", "very high", 13.7),
    ],
)
def test_score2_gives_the_examples_of_the_paper(sex, region, published):
    assert round(risk.score2(**SCORE2, sex=sex, region=region).value, 1) == published


def test_score2_op_by_hand():
    # A man of 73 without diabetes who does not smoke, at the centres of pressure and lipids: the
    # sum is 0, minus its mean 0.09285: 1 - 0.75765 ** exp(-0.09285) = 0.22347 before
    # recalibration to the low-risk region with -0.343484 and 1.193038.
    before = 1 - 0.75764702 ** math.exp(-0.09285225)
    assert before == pytest.approx(0.22347, abs=1e-5)
    cloglog = math.log(-math.log(1 - before))
    after = 1 - math.exp(-math.exp(-0.343484 + 1.193038 * cloglog))
    centre = OLD | {
        "age_years": 73,
        "systolic_mm_hg": 150,
        "total_cholesterol_mmol_l": 6,
        "hdl_cholesterol_mmol_l": 1.4,
        "smoker": False,
    }
    result = risk.score2_op(**centre)
    assert result.value == pytest.approx(100 * after, abs=1e-9)
    # The paper prints the two scales with two places, -0.34 and 1.19: each is at most 0.005 off,
    # which moves the hazard by a factor of at most exp(0.005 * (1 + |cloglog|)), 1.2 %.
    printed = -math.exp(-0.34 + 1.19 * cloglog)
    off = abs(math.log(printed / math.log(1 - result.value / 100)))
    assert off <= 0.005 * (1 + abs(cloglog))


def test_score2_and_its_successor_for_the_old_meet_at_70():
    with pytest.raises(MedaiError, match="below 70"):
        risk.score2(**SCORE2 | {"age_years": 70}, sex="male", region="low")
    assert risk.score2(**SCORE2 | {"age_years": 69.9}, sex="male", region="low").value > 10
    assert risk.score2_op(**OLD | {"age_years": 70}).value > 10
    with pytest.raises(MedaiError, match="70 to 89"):
        risk.score2_op(**OLD | {"age_years": 69.9})


def test_the_classes_of_score2_depend_on_age():
    at_49 = SCORE2 | {"age_years": 49, "sex": "male", "region": "low"}
    young, fifty = risk.score2(**at_49), risk.score2(**at_49 | {"age_years": 50})
    assert 5 < young.value < 7.5
    assert young.category == fifty.category == "high"
    light = at_49 | {"smoker": False}
    assert 2.5 < risk.score2(**light).value < 5
    assert risk.score2(**light).category == "high"
    assert risk.score2(**light | {"age_years": 50}).category == "low to moderate"


@pytest.mark.parametrize(("age", "points"), [(64, 0), (65, 1), (74, 1), (75, 2), (90, 2)])
def test_age_in_cha2ds2(age, points):
    assert risk.cha2ds2_va(**FIBRILLATION | {"age_years": age}).value == points


def test_cha2ds2_counts_as_published():
    everything = dict.fromkeys(FIBRILLATION, True) | {"age_years": 80}
    assert risk.cha2ds2_va(**everything).value == 8
    assert risk.cha2ds2_vasc(**everything, sex="female").value == 9
    assert risk.cha2ds2_vasc(**everything, sex="male").value == 8
    assert risk.cha2ds2_va(**FIBRILLATION | {"stroke_or_tia": True}).value == 2
    for name in ("heart_failure", "hypertension", "diabetes", "vascular_disease"):
        assert risk.cha2ds2_va(**FIBRILLATION | {name: True}).value == 1
    assert risk.cha2ds2_vasc(**FIBRILLATION, sex="female").value == 1
    words = [risk.cha2ds2_va(**FIBRILLATION | {"age_years": age}).category for age in (50, 70, 80)]
    assert words == [
        "no indication by points",
        "anticoagulation to be considered",
        "anticoagulation recommended",
    ]


def test_has_bled_counts_as_published():
    assert risk.has_bled(**BLEEDING | {"age_years": 65}).value == 0
    assert risk.has_bled(**BLEEDING | {"age_years": 66}).value == 1
    assert risk.has_bled(**dict.fromkeys(BLEEDING, True) | {"age_years": 70}).value == 9
    for name in BLEEDING:
        if name != "age_years":
            assert risk.has_bled(**BLEEDING | {name: True}).value == 1
    three = risk.has_bled(**BLEEDING | {"stroke": True, "bleeding": True, "alcohol": True})
    assert (three.value, three.category) == (3, "high")
    assert three.note.startswith("3.74 major bleeds")
    assert "Too few" in risk.has_bled(**dict.fromkeys(BLEEDING, True) | {"age_years": 70}).note


@pytest.mark.parametrize(
    ("change", "points"),
    [
        ({}, 0),
        ({"age_years": 44.9}, 0),
        ({"age_years": 45}, 2),
        ({"age_years": 55}, 3),
        ({"age_years": 64.9}, 3),
        ({"age_years": 65}, 4),
        ({"bmi_kg_m2": 25}, 1),
        ({"bmi_kg_m2": 30}, 1),
        ({"bmi_kg_m2": 30.1}, 3),
        ({"waist_cm": 93.9}, 0),
        ({"waist_cm": 94}, 3),
        ({"waist_cm": 102}, 3),
        ({"waist_cm": 102.1}, 4),
        ({"sex": "female", "waist_cm": 79}, 0),
        ({"sex": "female", "waist_cm": 80}, 3),
        ({"sex": "female", "waist_cm": 88.5}, 4),
        ({"active_30_min_daily": False}, 2),
        ({"vegetables_daily": False}, 1),
        ({"blood_pressure_medicine_ever": True}, 2),
        ({"high_glucose_ever": True}, 5),
        ({"family_diabetes": "second degree"}, 3),
        ({"family_diabetes": "first degree"}, 5),
    ],
)
def test_findrisc_points_are_those_of_the_form(change, points):
    assert risk.findrisc(**FINN | change).value == points


def test_findrisc_reaches_26_and_has_the_classes_of_the_form():
    worst = FINN | {
        "age_years": 70,
        "bmi_kg_m2": 35,
        "waist_cm": 120,
        "active_30_min_daily": False,
        "vegetables_daily": False,
        "blood_pressure_medicine_ever": True,
        "high_glucose_ever": True,
        "family_diabetes": "first degree",
    }
    assert risk.findrisc(**worst).value == 26
    assert risk.findrisc(**worst).category == "very high"
    assert "1 in 2 " in risk.findrisc(**worst).note
    for change, points, word in (
        ({"high_glucose_ever": True, "vegetables_daily": False}, 6, "low"),
        ({"high_glucose_ever": True, "age_years": 50}, 7, "slightly elevated"),
        ({"high_glucose_ever": True, "age_years": 50, "family_diabetes": "first degree"}, 12, "mo"),
    ):
        found = risk.findrisc(**FINN | change)
        assert found.value == points
        assert found.category.startswith(word)


def test_egfr_by_hand():
    # At the knot both powers are 1: 142 * 0.9938 ** age, times 1.012 for a woman.
    man = risk.egfr(age_years=50, sex="male", creatinine_mg_dl=0.9)
    woman = risk.egfr(age_years=50, sex="female", creatinine_mg_dl=0.7)
    assert man.value == pytest.approx(142 * 0.9938**50)
    assert woman.value == pytest.approx(142 * 0.9938**50 * 1.012)
    # Twice the knot: one more factor 2 ** -1.2 = 0.4353; half of it 2 ** 0.302 = 1.2329.
    double = risk.egfr(age_years=50, sex="male", creatinine_mg_dl=1.8)
    half = risk.egfr(age_years=50, sex="male", creatinine_mg_dl=0.45)
    assert double.value == pytest.approx(man.value * 0.43528, rel=1e-4)
    assert half.value == pytest.approx(man.value * 1.23285, rel=1e-4)
    both = risk.egfr(age_years=50, sex="male", creatinine_mg_dl=0.9, cystatin_c_mg_l=0.8)
    assert both.value == pytest.approx(135 * 0.9961**50)
    assert both.source.key == "ckd-epi-cys"


@pytest.mark.parametrize("sex", ["female", "male"])
@pytest.mark.parametrize("cystatin", [None, 0.5, 2.0])
def test_egfr_is_continuous_at_its_knots(sex, cystatin):
    knot = 0.7 if sex == "female" else 0.9
    below, above = (
        risk.egfr(age_years=60, sex=sex, creatinine_mg_dl=knot + step, cystatin_c_mg_l=cystatin)
        for step in (-1e-9, 1e-9)
    )
    assert below.value == pytest.approx(above.value, rel=1e-7)
    low, high = (
        risk.egfr(age_years=60, sex=sex, creatinine_mg_dl=1, cystatin_c_mg_l=0.8 + step)
        for step in (-1e-9, 1e-9)
    )
    assert low.value == pytest.approx(high.value, rel=1e-7)


def test_the_category_is_that_of_the_whole_number():
    for target, category in ((89.6, "G1"), (89.4, "G2"), (59.6, "G2"), (59.4, "G3a"), (14.4, "G5")):
        # 142 * 0.9938**50 * (creatinine/0.9)**-1.2 = target, solved for creatinine
        creatinine = 0.9 * (142 * 0.9938**50 / target) ** (1 / 1.2)
        found = risk.egfr(age_years=50, sex="male", creatinine_mg_dl=creatinine)
        assert found.value == pytest.approx(target)
        assert found.category == category


def test_cockcroft_gault_by_hand():
    # (140 - 50) * 72 / (72 * 0.9) = 100
    assert risk.cockcroft_gault(**DOSING).value == pytest.approx(100)
    assert risk.cockcroft_gault(**DOSING | {"sex": "female"}).value == pytest.approx(85)
    # Two examples of a formula page: 65 years, 70 kg, 1.4 mg/dL: 52.1; 45, 60 kg, 0.9, woman: 74.8
    one = {"age_years": 65, "weight_kg": 70, "creatinine_mg_dl": 1.4, "weight_kind": "ideal"}
    assert round(risk.cockcroft_gault(**one, sex="male").value, 1) == 52.1
    two = {"age_years": 45, "weight_kg": 60, "creatinine_mg_dl": 0.9, "weight_kind": "ideal"}
    assert round(risk.cockcroft_gault(**two, sex="female").value, 1) == 74.8
    assert "ideal body weight" in risk.cockcroft_gault(**two, sex="female").note


@pytest.mark.parametrize(
    ("change", "points"),
    [
        ({}, 5),
        ({"bilirubin_mg_dl": 1.99}, 5),
        ({"bilirubin_mg_dl": 2}, 6),
        ({"bilirubin_mg_dl": 3}, 6),
        ({"bilirubin_mg_dl": 3.1}, 7),
        ({"albumin_g_dl": 3.5}, 6),
        ({"albumin_g_dl": 2.8}, 6),
        ({"albumin_g_dl": 2.7}, 7),
        ({"inr": 1.7}, 6),
        ({"inr": 2.3}, 6),
        ({"inr": 2.4}, 7),
        ({"ascites": "mild or controlled"}, 6),
        ({"ascites": "moderate or refractory"}, 7),
        ({"encephalopathy": "grade 1-2"}, 6),
        ({"encephalopathy": "grade 3-4"}, 7),
    ],
)
def test_child_pugh_points_are_those_of_the_table(change, points):
    result = risk.child_pugh(**LIVER | change)
    assert result.value == points
    assert result.category == ("class A" if points < 7 else "class B")


def test_child_pugh_reaches_15():
    worst = {
        "bilirubin_mg_dl": 5,
        "albumin_g_dl": 2,
        "inr": 3,
        "ascites": "moderate or refractory",
        "encephalopathy": "grade 3-4",
    }
    assert risk.child_pugh(**worst).value == 15
    assert risk.child_pugh(**worst).category == "class C"
    assert "one point more" in risk.child_pugh(**LIVER | {"albumin_g_dl": 2.9}).note


def test_fib4_by_hand():
    # 50 * 40 / (200 * sqrt(25)) = 2.0
    assert risk.fib4(**FIBROSIS).value == pytest.approx(2.0)
    assert risk.fib4(**FIBROSIS).category == "indeterminate"
    assert risk.fib4(**FIBROSIS | {"ast_u_l": 20}).category == "advanced fibrosis unlikely"
    assert risk.fib4(**FIBROSIS | {"ast_u_l": 80}).category == "advanced fibrosis likely"


ARGUMENTS = [(score, argument) for score in risk.SCORES.values() for argument in score.arguments]


@pytest.mark.parametrize(("score", "argument"), ARGUMENTS, ids=lambda one: one.name)
def test_every_argument_is_checked(score, argument):
    valid = VALID[score.name]
    wrong = [math.nan, math.inf, -math.inf, "50", [], {}, -1, 10**400, -0.5, object(), b"1"]
    if argument.kind == "number":
        wrong += [True, False, math.nextafter(argument.low, -math.inf)]
        wrong += [argument.high if argument.below else math.nextafter(argument.high, math.inf)]
    elif argument.kind == "yes/no":
        wrong += [0, 1, "yes", 1.0]
    else:
        wrong += ["Male", "", "x", 1, True]
    for value in wrong:
        with pytest.raises(MedaiError, match=f"{argument.name}="):
            score.function(**valid | {argument.name: value})
    if argument.required:
        with pytest.raises(MedaiError, match=argument.name):
            score.function(**valid | {argument.name: None})
    if argument.kind == "number" and argument.name != "age_years":
        high = math.nextafter(argument.high, 0) if argument.below else argument.high
        for edge in (argument.low, high):  # the ends of the range are inside
            assert math.isfinite(score.function(**valid | {argument.name: edge}).value)


@pytest.mark.parametrize("name", VALID)
def test_every_result_says_what_it_is(name):
    score = risk.SCORES[name]
    result = score.function(**VALID[name])
    assert inspect.signature(score.function).parameters.keys() >= {
        argument.name for argument in score.arguments
    }
    kinds = {one.kind for one in inspect.signature(score.function).parameters.values()}
    assert kinds == {inspect.Parameter.KEYWORD_ONLY}
    assert result.limits
    assert result.unit in str(result)
    assert dict(result.inputs).items() >= VALID[name].items()
    told = json.loads(json.dumps(result.to_dict()))
    assert told["value"] == result.value
    assert told["source"]["basis"] == "opened"
    assert told["source"]["url"].startswith("http")
    if score.name != "egfr":
        assert told["source"]["key"] == score.source


ages = st.floats(40, 69)
pressures = st.floats(90, 190)


@settings(max_examples=60, deadline=None)
@given(
    age=ages, pressure=pressures, step=st.floats(0.5, 10), sex=st.sampled_from(["female", "male"])
)
def test_risk_rises_with_pressure_and_smoking(age, pressure, step, sex):
    european = SCORE2 | {"age_years": age, "sex": sex, "region": "moderate"}
    american = PREVENT | {"age_years": age, "sex": sex, "egfr_ml_min_1_73m2": 80}
    cohort = FIFTY_FIVE | {"age_years": age, "sex": sex, "race": "white"}
    for function, patient in (
        (risk.score2, european),
        (risk.pooled_cohort, cohort),
        (risk.prevent, american),  # its coefficient below 110 mmHg is negative: see below
    ):
        start = max(pressure, 110) if function is risk.prevent else pressure
        base = patient | {"systolic_mm_hg": start}
        assert function(**base | {"systolic_mm_hg": start + step}).value > function(**base).value
        smokes, clean = (function(**base | {"smoker": yes}).value for yes in (True, False))
        assert smokes > clean


def test_prevent_rises_again_below_110_mmhg():
    """A low pressure is a sign of illness in the data: the curve has its lowest point at 110."""
    low, middle, high = (
        risk.prevent(**PREVENT | {"systolic_mm_hg": pressure}).value for pressure in (90, 110, 130)
    )
    assert low > middle < high


@settings(max_examples=60, deadline=None)
@given(
    age=st.floats(18, 109),
    creatinine=st.floats(0.2, 19),
    step=st.floats(0.01, 1),
    sex=st.sampled_from(["female", "male"]),
    cystatin=st.none() | st.floats(0.2, 10),
)
def test_egfr_falls_with_creatinine_and_age(age, creatinine, step, sex, cystatin):
    def value(a, c):
        return risk.egfr(age_years=a, sex=sex, creatinine_mg_dl=c, cystatin_c_mg_l=cystatin).value

    assert value(age, creatinine + step) < value(age, creatinine)
    assert value(age + 1, creatinine) < value(age, creatinine)
