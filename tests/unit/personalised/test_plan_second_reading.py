"""What a second reader found wrong in plans, each with the patient that showed it."""

from __future__ import annotations

from collections import Counter

import pytest

from medai.personalised.plan import make_plan
from medai.personalised.plan.fhir_read import from_bundle
from medai.personalised.plan.rephrase import sentences


def texts(plan, section):
    return [one.text for one in plan.of(section)]


def test_a_third_result_does_not_decide_between_two():
    genes = {"CYP2D6": "*4/*4", "cyp2d6": "*1/*1", "Cyp2d6": "*1/*1"}
    plan = make_plan({"genes": genes, "medicines": "codeine"})
    assert not plan.of("genes")
    assert not plan.of("advice")


def test_two_alerts_of_one_rule_name_their_medicines():
    plan = make_plan({"medicines": "amiodarone, simvastatin, clarithromycin"})
    assert max(Counter(texts(plan, "alerts")).values()) == 1
    twice = make_plan({"medicines": "Augmentin, amoxicillin"})
    assert any("amoxicillin" in text for text in texts(twice, "alerts"))


def test_a_chinese_colon_parts_allergy_and_reaction():
    patient = {"allergies": "青霉素：过敏性休克", "medicines": "amoxicillin"}
    alerts = make_plan(patient).of("alerts")
    assert any(one.level in ("major", "contraindicated") for one in alerts)


def test_weeks_without_pregnant_do_not_switch_off_the_check():
    plan = make_plan({"pregnancy_weeks": 20, "medicines": "warfarin, aspirin"})
    assert any("arfarin" in text for text in texts(plan, "alerts"))
    assert any("Week 20" in text for text in texts(plan, "ask"))


@pytest.mark.parametrize(("age", "barred"), [(3, True), (11.9, True), (12, False)])
def test_codeine_for_a_child(age, barred):
    patient = {"age_years": age, "genes": {"CYP2D6": "*1/*1"}, "medicines": "codeine"}
    plan = make_plan(patient)
    assert any(one.level == "contraindicated" for one in plan.of("alerts")) is barred
    assert bool(sentences(plan)) is not barred  # nobody is told to take the usual dose


def test_two_kidneys_that_disagree_are_asked_about():
    rows = [
        {"name": "creatinine", "value": 1.0, "unit": "mg/dL"},
        {"name": "egfr", "value": 20, "unit": "mL/min/1.73m2"},
    ]
    patient = {"age_years": 55, "sex": "female", "measurements": rows, "medicines": "metformin"}
    assert any("which is right" in text for text in texts(make_plan(patient), "ask"))
    rows[1]["value"] = 60
    assert not any("which is right" in text for text in texts(make_plan(patient), "ask"))


def test_no_input_is_lost_in_silence():
    plan = make_plan(
        {
            "conditions": "no diabetes, myasthenia gravis",
            "family_history": "breast cancer",
            "medicines": "ramipril",
            "measurements": [
                {"name": "potassium", "value": 5.9, "unit": "mmol/L"},
                {"name": "ferritin", "value": 10, "unit": "ng/mL"},
            ],
        }
    )
    said = " ".join(one.text for one in plan.lines).casefold()
    for word in ("no diabetes", "myasthenia", "breast cancer", "potassium 5.9", "ferritin"):
        assert word in said


def bundle(*resources, born="1955-03-01"):
    person = {"resourceType": "Patient", "id": "p", "birthDate": born}
    entry = [{"resource": one} for one in (person, *resources)]
    return {"resourceType": "Bundle", "type": "collection", "entry": entry}


def test_a_year_of_birth_is_no_age():
    pytest.importorskip("fhir.resources")
    patient, unread = from_bundle(bundle(born="1955"))
    assert patient.age_years is None
    assert "1955" in unread[0].reason


def test_a_suspected_condition_is_not_read_as_known():
    pytest.importorskip("fhir.resources")
    one = {
        "resourceType": "Condition",
        "subject": {"reference": "Patient/p"},
        "code": {"text": "diabetes"},
        "verificationStatus": {"coding": [{"code": "differential"}]},
    }
    patient, unread = from_bundle(bundle(one))
    assert patient.conditions == ()
    assert unread[0].reason == "not confirmed"
