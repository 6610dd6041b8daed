"""Units are converted when stated, and asked about when the value is odd."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medai.personalised.risk import egfr
from medai.personalised.risk.units import QUANTITIES, convert, hint
from medai.runtime import MedaiError


@pytest.mark.parametrize(
    ("name", "value", "unit", "to", "expected"),
    [
        ("cholesterol", 5.0, "mmol/L", "mg/dL", 193.35),  # 5 * 38.67
        ("cholesterol", 200, "mg/dl", "mmol/l", 5.172),
        ("creatinine", 1.0, "mg/dL", "umol/L", 88.42),
        ("creatinine", 176.84, "μmol/L", "mg/dL", 2.0),
        ("glucose", 7.0, "mmol/L", "mg/dL", 126.1),  # 7.0 mmol/L is the 126 mg/dL of diagnosis
        ("HbA1c", 48, "mmol/mol", "%", 6.542),  # 48 and 6.5: the limit of diagnosis in both units
        ("hba1c", 7.0, "%", "mmol/mol", 53),
        ("bilirubin", 2, "mg/dL", "µmol/L", 34.2),
        ("albumin", 3.5, "g/dL", "g/L", 35),
    ],
)
def test_conversions(name, value, unit, to, expected):
    assert convert(name, value, unit, to) == pytest.approx(expected, rel=3e-3)


@pytest.mark.parametrize("name", QUANTITIES)
def test_there_and_back(name):
    quantity = QUANTITIES[name]
    low, high = quantity.plausible[quantity.first]
    for share in (0.2, 0.5, 0.8):
        value = low + share * (high - low)
        there = convert(name, value, quantity.first, quantity.second)
        assert convert(name, there, quantity.second, quantity.first) == pytest.approx(value)
    # The two plausible ranges are one range in two units, to within a few per cent.
    for edge, other in zip((low, high), quantity.plausible[quantity.second], strict=True):
        assert edge * quantity.factor + quantity.shift == pytest.approx(other, rel=0.07)


@pytest.mark.parametrize("unit", ["", None, " ", 5, "mol", "mmol/L"])
def test_a_unit_must_be_stated_and_known(unit):
    with pytest.raises(MedaiError, match="say mg/dL or µmol/L"):
        convert("creatinine", 1.0, unit, "mg/dL")


def test_an_unknown_quantity_is_named():
    for name in ("ferritin", None, 3, ""):
        with pytest.raises(MedaiError, match="cholesterol, creatinine"):
            convert(name, 1, "mg/dL", "mmol/L")


@pytest.mark.parametrize("value", [True, "5", None, math.nan, math.inf, -1, 0, 10**400, 1e9])
def test_bad_values_are_refused(value):
    with pytest.raises(MedaiError, match="creatinine"):
        convert("creatinine", value, "mg/dL", "µmol/L")


@pytest.mark.parametrize(
    ("name", "value", "unit", "question"),
    [
        ("creatinine", 90, "mg/dL", "did you mean µmol/L? That would be 1.018 mg/dL"),
        ("creatinine", 1.1, "µmol/L", "did you mean mg/dL"),
        ("cholesterol", 5.2, "mg/dL", "did you mean mmol/L"),
        ("cholesterol", 200, "mmol/L", "did you mean mg/dL"),
        ("glucose", 126, "mmol/L", "did you mean mg/dL"),
        ("hba1c", 48, "%", "did you mean mmol/mol"),
        ("hba1c", 6.5, "mmol/mol", "did you mean %"),
    ],
)
def test_an_odd_value_is_asked_about(name, value, unit, question):
    assert question in hint(name, value, unit)
    with pytest.raises(MedaiError, match="did you mean"):
        convert(name, value, unit, unit)


def test_a_score_asks_too():
    with pytest.raises(MedaiError, match="did you mean µmol/L"):
        egfr(age_years=50, sex="male", creatinine_mg_dl=90)
    assert hint("creatinine", 1.0, "mg/dL") == ""
    assert hint("creatinine", 1e6, "mg/dL") == "", "no unit explains this one"


@given(
    name=st.sampled_from(sorted(QUANTITIES)) | st.text(max_size=8),
    value=st.one_of(st.floats(), st.integers(), st.booleans(), st.text(max_size=5), st.none()),
    unit=st.sampled_from(["mg/dL", "mmol/L", "µmol/L", "%", "g/L"]) | st.text(max_size=6),
)
def test_anything_is_converted_or_refused_in_words(name, value, unit):
    try:
        result = convert(name, value, unit, unit)
    except MedaiError:
        return
    assert math.isfinite(result)
