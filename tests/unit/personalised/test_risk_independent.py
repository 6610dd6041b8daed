"""The scores beside other people's programs, on random patients inside the ranges.

``clincalc`` 0.4.0 and ``pyprevent`` 0.1.6 are pinned for these tests and are no dependency of the
package; without them the tests are skipped.  The tolerances are half a unit of the last digit that
clincalc prints, and rounding errors of the computer for pyprevent.
"""

import random

import pytest

from medai.personalised import risk

PATIENTS = 1000


def yes(rng):
    return rng.random() < 0.5


@pytest.fixture
def rng():
    return random.Random(31)


@pytest.fixture
def clincalc():
    return pytest.importorskip("clincalc")


@pytest.mark.parametrize("outcome", ["cvd", "ascvd", "hf"])
@pytest.mark.parametrize("years", [10, 30])
def test_prevent_beside_pyprevent(outcome, years, rng):
    pyprevent = pytest.importorskip("pyprevent")
    word = {"cvd": "cvd", "ascvd": "ascvd", "hf": "heart_failure"}[outcome]
    theirs = getattr(pyprevent, f"calculate_{years}_yr_{word}_risk")
    for _ in range(PATIENTS):
        sex, age = rng.choice(["female", "male"]), rng.randint(30, 59 if years == 30 else 79)
        total, hdl = rng.uniform(130, 320), rng.uniform(20, 100)
        pressure, bmi, egfr = rng.uniform(90, 180), rng.uniform(18.5, 39.9), rng.uniform(15, 140)
        diabetes, smoker, treated, statin = (yes(rng) for _ in range(4))
        ours = risk.prevent(
            age_years=age,
            sex=sex,
            total_cholesterol_mg_dl=total,
            hdl_cholesterol_mg_dl=hdl,
            systolic_mm_hg=pressure,
            egfr_ml_min_1_73m2=egfr,
            treated_blood_pressure=treated,
            statin=statin,
            smoker=smoker,
            diabetes=diabetes,
            bmi_kg_m2=bmi,
            outcome=outcome,
            years=years,
        ).value
        assert ours == pytest.approx(
            theirs(
                sex=sex.upper(),
                age=age,
                total_cholesterol=total,
                hdl_cholesterol=hdl,
                systolic_bp=pressure,
                has_diabetes=diabetes,
                current_smoker=smoker,
                bmi=bmi,
                egfr=egfr,
                on_htn_meds=treated,
                on_cholesterol_meds=statin,
            ),
            abs=1e-9,
        )


def test_pooled_cohort_beside_clincalc(clincalc, rng):
    for _ in range(PATIENTS):
        patient = {
            "sex": rng.choice(["female", "male"]),
            "race": rng.choice(["white", "black"]),
            "total_cholesterol_mg_dl": rng.uniform(130, 320),
            "hdl_cholesterol_mg_dl": rng.uniform(20, 100),
            "diabetes": yes(rng),
        }
        age, pressure = rng.randint(40, 79), rng.uniform(90, 200)
        smoker, treated = yes(rng), yes(rng)
        theirs = clincalc.calculate(
            "ascvd",
            patient
            | {"age": age, "systolic_bp_mm_hg": pressure}
            | {"current_smoker": smoker, "treated_bp": treated},
        )
        ours = risk.pooled_cohort(
            **patient,
            age_years=age,
            systolic_mm_hg=pressure,
            smoker=smoker,
            treated_blood_pressure=treated,
        )
        assert ours.value == pytest.approx(theirs["result"], abs=0.05 + 1e-9)
        if abs(ours.value - round(ours.value * 2) / 2) > 0.06:  # away from 5, 7.5 and 20
            assert ours.category == theirs["working"]["risk_band"]


def test_kidney_beside_clincalc(clincalc, rng):
    for _ in range(PATIENTS):
        sex, age = rng.choice(["female", "male"]), rng.randint(18, 92)
        creatinine, weight = rng.uniform(0.3, 12), rng.uniform(35, 180)
        common = {"age": age, "sex": sex, "creatinine": creatinine, "creatinine_unit": "mg/dL"}
        theirs = clincalc.calculate("egfr", common)
        ours = risk.egfr(age_years=age, sex=sex, creatinine_mg_dl=creatinine)
        assert ours.value == pytest.approx(theirs["result"], abs=0.5 + 1e-9)
        # clincalc takes the category of the unrounded value, so that it prints 15 and G5 for 14.6;
        # we take that of the whole number, which is what KDIGO's table (60-89, 45-59, ...) lists.
        if not any(limit - 0.5 <= ours.value < limit for limit in (90, 60, 45, 30, 15)):
            assert ours.category == theirs["working"]["ckd_g_stage"]
        theirs = clincalc.calculate("cockcroft_gault", common | {"weight_kg": weight})
        ours = risk.cockcroft_gault(
            age_years=age,
            sex=sex,
            creatinine_mg_dl=creatinine,
            weight_kg=weight,
            weight_kind="actual",
        )
        assert ours.value == pytest.approx(theirs["result"], abs=0.05 + 1e-9)


def test_atrial_fibrillation_beside_clincalc(clincalc, rng):
    for _ in range(PATIENTS):
        age, sex = rng.randint(18, 100), rng.choice(["female", "male"])
        failure, pressure, diabetes, stroke, vessels = (yes(rng) for _ in range(5))
        theirs = {
            "age": age,
            "congestive_heart_failure": failure,
            "hypertension": pressure,
            "diabetes": diabetes,
            "stroke_tia_thromboembolism": stroke,
            "vascular_disease": vessels,
        }
        ours = {
            "age_years": age,
            "heart_failure": failure,
            "hypertension": pressure,
            "diabetes": diabetes,
            "stroke_or_tia": stroke,
            "vascular_disease": vessels,
        }
        without = clincalc.calculate("cha2ds2_va", theirs)["result"]
        assert risk.cha2ds2_va(**ours).value == without
        with_sex = clincalc.calculate("cha2ds2vasc", theirs | {"sex": sex})["result"]
        assert risk.cha2ds2_vasc(**ours, sex=sex).value == with_sex


def test_has_bled_beside_clincalc(clincalc, rng):
    names = {
        "uncontrolled_hypertension": "hypertension_uncontrolled",
        "abnormal_renal_function": "abnormal_renal_function",
        "abnormal_liver_function": "abnormal_liver_function",
        "stroke": "stroke",
        "bleeding": "bleeding_history",
        "labile_inr": "labile_inr",
        "antiplatelet_or_nsaid": "drugs_antiplatelet_nsaid",
        "alcohol": "alcohol_excess",
    }
    for _ in range(PATIENTS):
        age, answers = rng.randint(18, 100), {name: yes(rng) for name in names}
        theirs = {names[name]: answer for name, answer in answers.items()}
        counted = clincalc.calculate("hasbled", theirs | {"elderly_over_65": age > 65})["result"]
        assert risk.has_bled(**answers, age_years=age).value == counted


def test_findrisc_beside_clincalc(clincalc, rng):
    for _ in range(PATIENTS):
        sex, age = rng.choice(["female", "male"]), rng.randint(18, 90)
        bmi, waist = round(rng.uniform(17, 45), 1), float(rng.randint(60, 140))
        active, greens, medicine, glucose = (yes(rng) for _ in range(4))
        family = rng.choice(["none", "second degree", "first degree"])
        theirs = clincalc.calculate(
            "findrisc",
            {
                "age": age,
                "sex": sex,
                "bmi": bmi,
                "waist_cm": waist,
                "physically_active": active,
                "daily_vegetables_fruit": greens,
                "antihypertensive_medication": medicine,
                "high_blood_glucose_history": glucose,
                "family_history": family.replace(" ", "_"),
            },
        )
        ours = risk.findrisc(
            age_years=age,
            sex=sex,
            bmi_kg_m2=bmi,
            waist_cm=waist,
            active_30_min_daily=active,
            vegetables_daily=greens,
            blood_pressure_medicine_ever=medicine,
            high_glucose_ever=glucose,
            family_diabetes=family,
        )
        assert ours.value == theirs["result"]
        # The form (four copies) says "lower than 7: low"; clincalc 0.4.0 calls 7 low too.
        if ours.value != 7:
            assert ours.category == theirs["working"]["risk_band"].lower()


def test_liver_beside_clincalc(clincalc, rng):
    from medai.personalised.risk.child_pugh import ASCITES, ENCEPHALOPATHY

    theirs_ascites = dict(zip(ASCITES, ("none", "mild", "moderate-severe"), strict=True))
    theirs_grades = dict(zip(ENCEPHALOPATHY, ("none", "grade1-to2", "grade3-to4"), strict=True))
    for _ in range(PATIENTS):
        bilirubin, albumin = round(rng.uniform(0.5, 6), 1), round(rng.uniform(1.8, 5), 1)
        inr, ascites = round(rng.uniform(0.9, 3.5), 1), rng.choice(ASCITES)
        grade = rng.choice(ENCEPHALOPATHY)
        theirs = clincalc.calculate(
            "child_pugh",
            {
                "bilirubin": bilirubin,
                "bilirubin_unit": "mg/dL",
                "albumin": albumin,
                "albumin_unit": "g/dL",
                "inr": inr,
                "ascites": theirs_ascites[ascites],
                "encephalopathy": theirs_grades[grade],
            },
        )
        ours = risk.child_pugh(
            bilirubin_mg_dl=bilirubin,
            albumin_g_dl=albumin,
            inr=inr,
            ascites=ascites,
            encephalopathy=grade,
        )
        assert ours.value == theirs["result"]
        age, ast, alt = rng.randint(18, 90), rng.uniform(8, 300), rng.uniform(8, 300)
        platelets = rng.uniform(30, 500)
        theirs = clincalc.calculate(
            "fib4", {"age": age, "ast": ast, "alt": alt, "platelets": platelets}
        )
        ours = risk.fib4(age_years=age, ast_u_l=ast, alt_u_l=alt, platelets_10e9_l=platelets)
        assert ours.value == pytest.approx(theirs["result"], abs=0.005 + 1e-9)
