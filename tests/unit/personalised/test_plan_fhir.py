"""A FHIR Bundle is read for one patient only, and what was not read is said."""

import copy
import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medai.datasets.plan_patients import plan_patients
from medai.personalised.plan.fhir_read import from_bundle
from medai.personalised.plan.fhir_resources import from_resources
from medai.personalised.plan.fhir_terms import LOINC
from medai.personalised.plan.fhir_write import to_bundle
from medai.personalised.plan.patient import read_patient
from medai.runtime.errors import MedaiError

pytest.importorskip("fhir.resources")
ME = {"reference": "Patient/p"}
ON = datetime.date(2026, 11, 22)


def bundle(*resources, person=None):
    person = person or {"resourceType": "Patient", "id": "p", "gender": "female",
                        "birthDate": "1955-11-23"}  # fmt: skip
    entries = [{"resource": one} for one in (person, *resources)]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


def observation(code, **values):
    concept = {"coding": [{"system": LOINC, "code": code}]}
    return {"resourceType": "Observation", "status": "final", "subject": ME, "code": concept,
            **values}  # fmt: skip


def read(*resources, **more):
    return from_bundle(bundle(*resources, **more), ON)


def test_age_counts_birthdays():
    patient, unread = read()
    assert (patient.age_years, patient.sex, unread) == (70, "female", ())


def test_measurements_come_by_code_unit_and_date():
    pressure = observation(
        "85354-9",
        effectiveDateTime="2026-05-01T08:00:00Z",
        component=[
            {"code": {"coding": [{"system": LOINC, "code": code}]},
             "valueQuantity": {"value": value, "unit": "mmHg", "code": "mm[Hg]"}}
            for code, value in (("8480-6", 150), ("8462-4", 85))
        ],
    )  # fmt: skip
    creatinine = observation("14682-9", valueQuantity={"value": 90, "code": "umol/L"})
    patient, unread = read(pressure, creatinine)
    assert [(one.name, one.value, one.unit) for one in patient.measurements] == [
        ("systolic", 150, "mm[Hg]"),
        ("diastolic", 85, "mm[Hg]"),
        ("creatinine", 90, "umol/L"),
    ]
    assert patient.measurements[0].date == datetime.date(2026, 5, 1)
    assert unread == ()


@pytest.mark.parametrize(
    ("resource", "reason"),
    [
        (observation("2823-3", valueQuantity={"value": 4}), "unit is missing"),
        (observation("2823-3", valueQuantity={"value": 4, "unit": "mmol/L", "comparator": "<"}),
         "no number"),
        (observation("2823-3"), "no number"),
        ({**observation("2823-3", valueQuantity={"value": 4, "unit": "mmol/L"}),
          "status": "entered-in-error"}, "entered-in-error"),
        ({**observation("2823-3", valueQuantity={"value": 4, "unit": "mmol/L"}),
          "subject": {"reference": "Patient/other"}}, "this patient"),
        ({"resourceType": "Condition", "subject": ME, "code": {"text": "asthma"},
          "verificationStatus": {"coding": [{"code": "refuted"}]}}, "refuted"),
        ({"resourceType": "Condition", "subject": ME, "code": {"text": "asthma"},
          "clinicalStatus": {"coding": [{"code": "resolved"}]}}, "no longer"),
        ({"resourceType": "MedicationStatement", "subject": ME, "status": "not-taken",
          "medicationCodeableConcept": {"text": "x"}}, "not-taken"),
        ({"resourceType": "MedicationRequest", "subject": ME, "status": "active",
          "intent": "order", "doNotPerform": True,
          "medicationCodeableConcept": {"text": "x"}}, "not to be given"),
        ({"resourceType": "Procedure", "subject": ME, "status": "completed"}, "kind"),
    ],
)  # fmt: skip
def test_what_does_not_count_is_left_out_with_its_reason(resource, reason):
    patient, unread = read(resource)
    assert patient.measurements == patient.conditions == patient.medicines == ()
    assert len(unread) == 1
    assert reason in unread[0].reason


def test_medicines_have_a_status_and_may_be_referred_to():
    medicine = {"resourceType": "Medication", "id": "m", "code": {"text": "codeine"}}
    order = {
        "resourceType": "MedicationRequest",
        "subject": ME,
        "status": "active",
        "intent": "proposal",
        "medicationReference": {"reference": "Medication/m"},
    }
    taken = {"resourceType": "MedicationStatement", "subject": ME, "status": "active",
             "medicationCodeableConcept": {"coding": [{"display": "Paroxetine"}]}}  # fmt: skip
    patient, _ = read(medicine, order, taken)
    assert [(one.name, one.status) for one in patient.medicines] == [
        ("codeine", "planned"),
        ("Paroxetine", "taking"),
    ]


def test_genotypes_need_one_gene_and_do_not_contradict():
    def genotype(text):
        gene = {"coding": [{"display": "CYP2D6"}]}
        studied = {"coding": [{"system": LOINC, "code": "48018-6"}]}
        return observation(
            "84413-4",
            valueCodeableConcept={"text": text},
            component=[{"code": studied, "valueCodeableConcept": gene}],
        )

    patient, _ = read(genotype("*4/*4"))
    assert patient.genes == {"CYP2D6": "*4/*4"}
    with pytest.raises(MedaiError, match="two genotypes"):
        read(genotype("*4/*4"), genotype("*1/*4"))
    patient, unread = read(observation("84413-4", valueString="*4/*4"))
    assert patient.genes == {}
    assert "one gene" in unread[0].reason


def test_answers_are_read_and_contradictions_are_not():
    def smoking(code):
        return observation("72166-2", valueCodeableConcept={"coding": [{"code": code}]})

    assert read(smoking("449868002"))[0].smoker is True
    assert read(smoking("266919005"))[0].smoker is False
    for answers in (["449868002", "266919005"], ["266919005", "449868002", "449868002"]):
        patient, unread = read(*map(smoking, answers))
        assert patient.smoker is None
        assert "contradict" in unread[0].reason
    patient, unread = read(smoking("0"))
    assert patient.smoker is None
    assert len(unread) == 1


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"resourceType": "Patient"},
        {"resourceType": "Bundle", "type": "collection"},
        {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": 3}]},
        bundle({"resourceType": "Patient", "id": "q"}),
        bundle(person={"resourceType": "Patient", "id": "p", "birthDate": "2030-01-01"}),
        bundle({"resourceType": "Observation", "status": "final", "code": 3}),
    ],
)
def test_no_bundle_of_one_patient_is_refused(data):
    with pytest.raises(MedaiError):
        from_bundle(data, ON)


WORDS = st.text(st.characters(codec="utf-8", categories=["L", "N"]), min_size=1, max_size=12)
PATIENTS = st.fixed_dictionaries(
    {},
    optional={
        "name": WORDS,
        "age_years": st.floats(0, 120).map(lambda x: round(x, 2)),
        "sex": st.just("female"),
        "pregnant": st.just(True),
        "pregnancy_weeks": st.integers(1, 42),
        "breastfeeding": st.booleans(),
        "complaints": WORDS,
        "genes": st.dictionaries(WORDS, WORDS, max_size=3),
        "medicines": st.lists(
            st.fixed_dictionaries(
                {"name": WORDS, "status": st.sampled_from(["taking", "planned", "stopped"])}
            ),
            max_size=3,
        ),
        "allergies": st.lists(
            st.fixed_dictionaries({"substance": WORDS}, optional={"reaction": WORDS}), max_size=2
        ),
        "conditions": st.lists(WORDS, max_size=3),
        "family_history": st.lists(WORDS, max_size=2),
        "smoker": st.booleans(),
        "measurements": st.lists(
            st.fixed_dictionaries(
                {
                    "name": st.sampled_from(["systolic", "creatinine", "something"]),
                    "value": st.floats(0.5, 200).map(lambda x: round(x, 3)),
                    "unit": st.sampled_from(["mmHg", "mg/dL", "x"]),
                },
                optional={"date": st.dates().map(str)},
            ),
            max_size=3,
        ),
    },
)


@settings(max_examples=60)
@given(PATIENTS)
def test_what_is_written_is_read_back(fields):
    patient = read_patient(fields)
    written = to_bundle(patient)
    again, unread = from_bundle(copy.deepcopy(written), ON)
    assert unread == ()
    assert again == patient


def test_resources_without_a_bundle_are_read_alike():
    """The same patient, the same list of what was left out, the same words about an error."""
    for one in plan_patients():
        bundle = to_bundle(read_patient(one.patient))
        resources = [row["resource"] for row in bundle["entry"]]
        plain = {"resourceType": "Bundle", "type": "collection"}
        plain["entry"] = [{"resource": each} for each in resources]
        assert from_resources(resources, ON) == from_bundle(plain, ON)
        broken = [*resources, {"resourceType": "Observation", "status": 7}]
        plain["entry"] = [{"resource": each} for each in broken]
        with pytest.raises(MedaiError) as told:
            from_bundle(plain, ON)
        with pytest.raises(MedaiError) as same:
            from_resources(broken, ON)
        assert str(same.value) == str(told.value)
