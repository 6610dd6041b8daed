"""A patient is read as written or refused; measurements are converted from stated units only."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medai.datasets.plan import quantities
from medai.personalised.plan.measures import (
    Measured,
    NotUsed,
    find_quantity,
    find_unit,
    latest,
    plain,
    read_measurement,
)
from medai.personalised.plan.patient import Measurement, Patient, read_patient
from medai.preprocess.units import convert, known_units
from medai.runtime.errors import MedaiError


def measured(name, value, unit, date=None):
    return Measurement(name=name, value=value, unit=unit, date=date)


def test_texts_are_parted_and_short_forms_become_records():
    patient = read_patient(
        {
            "conditions": "高血压，糖尿病; gout",
            "medicines": ["metformin 500 mg", {"name": "codeine", "status": "planned"}],
            "allergies": "penicillin, latex",
        }
    )
    assert patient.conditions == ("高血压", "糖尿病", "gout")
    assert [(one.name, one.status) for one in patient.medicines] == [
        ("metformin 500 mg", "taking"),
        ("codeine", "planned"),
    ]
    assert [one.substance for one in patient.allergies] == ["penicillin", "latex"]
    assert patient.allergies[0].reaction is None


def test_an_empty_patient_knows_nothing():
    patient = read_patient({})
    assert all(not value for value in patient.model_dump().values())


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"age_years": 200}, ["age_years", "200", "122.5"]),
        ({"age_years": -1}, ["age_years", "-1"]),
        ({"age_years": True}, ["age_years", "number"]),
        ({"age_years": float("nan")}, ["age_years", "nan"]),
        ({"age": 70}, ["age", "no such field", "age_years"]),
        ({"sex": "f"}, ["sex", "female"]),
        ({"medicines": [3]}, ["medicines.0", "3"]),
        ({"measurements": [{"name": "potassium", "value": 4}]}, ["measurements.0.unit"]),
        ({"measurements": [{"name": "x", "value": "high", "unit": "y"}]}, ["value", "high"]),
        ({"genes": "CYP2D6 *4/*4"}, ["genes", "dictionary"]),
        ({"sex": "male", "pregnant": True}, ["male", "pregnant"]),
        ({"pregnant": False, "pregnancy_weeks": 8}, ["pregnancy_weeks", "8"]),
        ({"complaints": "x" * 20_001}, ["complaints", "20000"]),
        ("a patient", ["mapping", "str"]),
    ],
)
def test_what_cannot_be_used_is_named_with_its_rule(data, words):
    with pytest.raises(MedaiError) as caught:
        read_patient(data)
    for word in words:
        assert word in str(caught.value)


def test_a_patient_does_not_change():
    patient = read_patient({"age_years": 5})
    with pytest.raises(ValueError, match="frozen"):
        patient.age_years = 6


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(sorted(Patient.model_fields)) | st.text(), JSON))
def test_any_json_is_a_patient_or_a_clear_refusal(data):
    try:
        patient = read_patient(data)
    except MedaiError:
        return
    assert set(data) <= set(Patient.model_fields)
    assert read_patient(patient.model_dump()) == patient


@pytest.mark.parametrize(
    ("name", "value", "unit", "key", "expected"),
    [
        ("肌酐", 88.4, "umol/L", "creatinine", 1.0),  # 88.4 µmol/L of creatinine are 1 mg/dL
        ("HbA1c", 48, "mmol/mol", "hba1c", 0.09148 * 48 + 2.152),
        ("SBP", 142, "mm[Hg]", "systolic", 142),
        ("temperature", 98.6, "℉", "temperature", 37.0),
        ("total cholesterol", 0.02586 * 200, "mmol/l", "total_cholesterol", 200),
        ("Hb", 13, "g/dL", "haemoglobin", 130),
        ("platelets", 210, "10*3/uL", "platelets", 210),
        ("ＳＢＰ", 120, "ｍｍＨｇ", "systolic", 120),
    ],
)
def test_values_are_converted_from_the_stated_unit(name, value, unit, key, expected):
    found = read_measurement(measured(name, value, unit))
    assert isinstance(found, Measured)
    assert found.key == key
    assert found.value == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize(
    ("name", "value", "unit", "meant"),
    [
        ("creatinine", 90, "mg/dL", "µmol/L"),
        ("HbA1c", 48, "%", "mmol/mol"),
        ("glucose", 5.6, "mg/dL", "mmol/L"),
        ("total cholesterol", 5.2, "mg/dL", "mmol/L"),
        ("temperature", 98.6, "°C", "°F"),
        ("height", 1.7, "cm", "m"),
        ("haemoglobin", 13, "g/L", "g/dL"),
    ],
)
def test_a_number_that_belongs_to_another_unit_is_asked_about(name, value, unit, meant):
    found = read_measurement(measured(name, value, unit))
    assert isinstance(found, NotUsed)
    assert f"was {meant} meant" in found.reason
    assert meant in found.reason_zh


def test_unknown_names_units_and_impossible_values_are_not_used():
    for one in [("aura", 1, "x"), ("potassium", 4, "mg/dL"), ("potassium", 50, "mmol/L")]:
        assert isinstance(read_measurement(measured(*one)), NotUsed)


@pytest.mark.parametrize("key", sorted(quantities()))
def test_every_quantity_is_found_by_each_name_and_unit(key):
    one = quantities()[key]
    assert one.low <= one.usual_low < one.usual_high <= one.high
    assert {find_quantity(name) for name in (one.name, one.name_zh, *one.aliases)} == {one}
    reference = find_unit(one, one.unit)
    assert (reference.scale, reference.offset) == (1, 0)
    for unit in one.units:
        assert all(find_unit(one, text) is unit for text in (unit.name, *unit.spellings))


def test_no_name_or_code_belongs_to_two_quantities():
    owners, codes = {}, []
    for key, one in quantities().items():
        for name in (key, one.name, one.name_zh, *one.aliases):
            owners.setdefault(plain(name), set()).add(key)
        codes += [code for unit in one.units for code in unit.loincs]
    assert [name for name, keys in owners.items() if len(keys) > 1] == []
    assert len(codes) == len(set(codes))


def test_the_newest_value_counts_and_ties_are_asked_about():
    old, new = datetime.date(2025, 1, 1), datetime.date(2026, 1, 1)
    found, refused = latest(
        [measured("potassium", 4.0, "mmol/L", old), measured("钾", 5.9, "meq/L", new)]
    )
    assert found["potassium"].value == 5.9
    assert refused == ()
    found, refused = latest(
        [measured("potassium", 4.0, "mmol/L"), measured("potassium", 5.9, "mmol/L", new)]
    )
    assert found == {}
    assert "which is the newest" in refused[0].reason
    found, refused = latest([measured("potassium", 4, "mmol/L")] * 2)
    assert found["potassium"].value == 4


@pytest.mark.parametrize(
    ("key", "variable"),
    [("total_cholesterol", "cholesterol"), ("hdl", "cholesterol"), ("ldl", "cholesterol"),
     ("triglycerides", "triglycerides"), ("glucose", "glucose"), ("creatinine", "creatinine"),
     ("bilirubin", "bilirubin"), ("temperature", "temperature"), ("weight", "weight"),
     ("height", "height")],
)  # fmt: skip
def test_conversions_are_those_of_the_preprocessing(key, variable):
    for unit in quantities()[key].units:
        if unit.name in known_units(variable):
            other = convert(10.0, variable, unit.name, quantities()[key].unit)
            assert unit.scale * 10 + unit.offset == pytest.approx(other, rel=1e-6)


def test_dates_are_weighed_against_the_day_of_use_and_only_then():
    today = datetime.date(2026, 11, 23)
    days = datetime.timedelta
    for date, counts in (
        (today, True),
        (today + days(1), True),  # another time zone
        (today + days(2), False),
        (today - days(366), True),
        (today - days(367), False),
        (None, True),
    ):
        found, refused = latest([measured("potassium", 4.0, "mmol/L", date)], today)
        assert (len(found), len(refused)) == ((1, 0) if counts else (0, 1)), date
    assert latest([measured("egfr", 95, "mL/min/1.73m²", datetime.date(2015, 1, 1))])[1] == ()


def test_a_date_in_the_future_does_not_hide_a_true_value():
    today = datetime.date(2026, 11, 23)
    values = [
        measured("potassium", 4.0, "mmol/L", datetime.date(2099, 1, 1)),
        measured("potassium", 5.9, "mmol/L", today),
    ]
    found, refused = latest(values, today)
    assert found["potassium"].value == 5.9
    assert "2099-01-01" in refused[0].reason
