"""Transformers of tables: closed forms, no leak from test to fit, errors that name the value."""

import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.utils.estimator_checks import check_estimator

from medai.preprocess.tables import (
    DEFAULT_RANGES,
    FACTOR_SOURCES,
    ConvertUnits,
    DropMissing,
    FlagDuplicates,
    Impute,
    Normalise,
    Outliers,
    PlausibleRange,
    Range,
    complete_cases,
    convert,
    drop_duplicates,
    find_duplicates,
    known_units,
    shared_patients,
)
from medai.runtime import MedaiError

STEPS = [
    Impute(),
    Impute("mean", indicator=True),
    Impute("iterative", max_iter=2),
    Outliers(),
    Outliers("robust_z", action="winsorise"),
    Normalise(),
    Normalise("robust"),
    Normalise("minmax"),
    DropMissing(),
    PlausibleRange({}),
    FlagDuplicates(),
]
MIXED = (DropMissing, PlausibleRange, FlagDuplicates)


def table(rows=60, seed=0):
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(rng.normal(100, 15, (rows, 3)), columns=["age", "glucose", "hdl"])
    frame["hdl"] += frame["age"]
    frame[rng.random(frame.shape) < 0.2] = np.nan
    return frame.set_index(np.arange(rows) + 1000)


# --- the contract of scikit-learn ---------------------------------------------------------


@pytest.mark.parametrize("step", STEPS, ids=repr)
def test_scikit_learn_accepts_the_step(step):
    # a table may hold strings in columns that a step leaves alone, so that one check is off
    off = {"check_dtype_object": "strings are allowed"} if isinstance(step, MIXED) else {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        results = check_estimator(step, expected_failed_checks=off, on_skip=None, on_fail=None)
    failed = [r["check_name"] for r in results if r["status"] == "failed"]
    assert failed == []
    assert len(results) > 30


@pytest.mark.parametrize("step", STEPS, ids=repr)
def test_pandas_in_pandas_out_with_names_and_index(step):
    train, test = table(), table(20, seed=1)
    step = clone(step).fit(train)
    out = step.transform(test)
    assert isinstance(out, pd.DataFrame)
    assert out.index.equals(test.index)
    assert list(out.columns) == list(step.get_feature_names_out())
    array = clone(step).fit(train.to_numpy()).transform(test.to_numpy())
    assert isinstance(array, np.ndarray)
    np.testing.assert_allclose(array, out.to_numpy(dtype=float))


@pytest.mark.parametrize("step", STEPS, ids=repr)
def test_the_input_is_not_changed(step):
    train = table()
    before = train.copy()
    clone(step).fit_transform(train)
    pd.testing.assert_frame_equal(train, before)


@pytest.mark.parametrize("step", STEPS, ids=repr)
def test_the_test_table_teaches_the_fit_nothing(step):
    train, test = table(), table(20, seed=1)
    wild = test.copy()
    wild.iloc[5:] = wild.iloc[5:] * 1000 - 7
    fitted = clone(step).fit(train)
    calm_out, wild_out = fitted.transform(test), fitted.transform(wild)
    pd.testing.assert_frame_equal(calm_out.iloc[:5], wild_out.iloc[:5])


def test_fitting_on_everything_would_be_noticed():
    # the test above can fail: a scaler fitted on train and test changes with the test rows
    train, test = table(), table(20, seed=1)
    wild = test * 1000
    leaky = [Normalise().fit(pd.concat([train, other])).transform(test) for other in (test, wild)]
    assert not np.allclose(leaky[0], leaky[1], equal_nan=True)


def test_steps_stand_in_a_pipeline_and_a_column_transformer():
    frame = table(80).assign(ward=["a", "b"] * 40)
    y = np.arange(80) % 2
    numbers = make_pipeline(
        PlausibleRange({"age": (0, 122.5)}), Impute(indicator=True), Normalise()
    )
    columns = ColumnTransformer(
        [("numbers", numbers, ["age", "glucose", "hdl"])], verbose_feature_names_out=False
    ).set_output(transform="pandas")
    out = columns.fit_transform(frame)
    assert list(out.columns)[:3] == ["age", "glucose", "hdl"]
    assert "age_missing" in out
    model = make_pipeline(columns, LogisticRegression()).fit(frame, y)
    assert model.predict_proba(frame).shape == (80, 2)


@pytest.mark.parametrize("step", STEPS, ids=repr)
def test_every_step_reports(step):
    train = table()
    step = clone(step).fit(train)
    assert {"missing_before", "missing_after", "changed", "note"} <= set(step.report_)
    assert set(train.columns) <= set(step.report_.index)
    pd.testing.assert_frame_equal(step.report(train), step.report_)


# --- units ----------------------------------------------------------------------------------


def test_conversions_against_published_pairs():
    # 5.6 mmol/L of glucose is 101 mg/dL; 98.6 °F is 37 °C; 1 mg/dL of creatinine 88.4 µmol/L
    assert convert(5.6, "glucose", "mmol/L", "mg/dL") == pytest.approx(100.9, abs=0.05)
    # the molar mass decides: glucose C6H12O6 has 180.16 g/mol, creatinine C4H7N3O 113.12
    assert convert(1, "glucose", "mmol/L", "mg/dL") == pytest.approx(18.016, abs=0.002)
    assert convert(1, "creatinine", "mg/dL", "µmol/L") == pytest.approx(1e4 / 113.12, abs=0.01)
    assert convert(98.6, "temperature", "°F", "°C") == pytest.approx(37)
    assert convert(-40, "temperature", "°F", "°C") == pytest.approx(-40)  # where the two meet
    assert convert(1, "weight", "lb", "kg") == 0.45359237
    assert convert(10, "height", "in", "cm") == pytest.approx(25.4)
    assert convert(18, "age", "months", "years") == 1.5


@pytest.mark.parametrize(
    ("variable", "molar_mass", "unit", "parts"),
    [  # sums of standard atomic weights: C27H46O, C57H104O6 (triolein), C33H36N4O6
        ("glucose", 180.16, "mmol/L", 10),
        ("cholesterol", 386.65, "mmol/L", 10),
        ("triglycerides", 885.43, "mmol/L", 10),
        ("creatinine", 113.12, "µmol/L", 1e4),
        ("bilirubin", 584.66, "µmol/L", 1e4),
    ],
)
def test_factors_follow_from_molar_masses(variable, molar_mass, unit, parts):
    found = convert(1, variable, "mg/dL", unit)
    assert found == pytest.approx(parts / molar_mass, rel=5e-4)


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("glucose", 5600),
        ("cholesterol", 1000),
        ("temperature", 13.7),
        ("weight", 400),
        ("bilirubin", 70),
    ],
)
def test_ranges_keep_patients_who_lived(variable, value):
    one = DEFAULT_RANGES[variable]
    assert one.low <= value <= one.high


@pytest.mark.parametrize("variable", list(FACTOR_SOURCES))
def test_conversions_go_back(variable):
    values = np.array([0.1, 1, 37, 250, np.nan])
    for unit in known_units(variable):
        for other in known_units(variable):
            there = convert(values, variable, unit, other)
            np.testing.assert_allclose(convert(there, variable, other, unit), values)


def test_a_pandas_column_keeps_its_index():
    column = pd.Series([32.0, 212.0], index=["ice", "steam"])
    found = convert(column, "temperature", "°F", "°C")
    assert found.round(9).to_dict() == {"ice": 0, "steam": 100}


def test_the_factor_belongs_to_the_substance():
    glucose = convert(1, "glucose", "mmol/L", "mg/dL")
    assert convert(1, "cholesterol", "mmol/L", "mg/dL") > 2 * glucose


def test_units_are_read_however_they_are_written():
    assert convert(1, "creatinine", "umol/l", "MG/DL") == convert(
        1, "creatinine", "µmol/L", "mg/dL"
    )
    assert convert(1, "creatinine", "μmol/L", "mg/dL") == pytest.approx(1 / 88.4)  # Greek mu
    assert convert(0, "temperature", "degC", "F") == pytest.approx(32)


def test_a_column_of_units_makes_one_column():
    frame = pd.DataFrame(
        {"sugar": [5.6, 101.0, np.nan], "unit": ["mmol/L", "mg/dL", None], "ward": list("abc")}
    )
    step = ConvertUnits(
        to={"sugar": "mg/dL"}, unit_columns={"sugar": "unit"}, variables={"sugar": "glucose"}
    ).fit(frame)
    out = step.transform(frame)
    assert list(out) == list(step.get_feature_names_out()) == ["sugar", "ward"]
    np.testing.assert_allclose(out["sugar"], [100.88, 101, np.nan], atol=0.01)
    assert step.report_.loc["sugar", "changed"] == 1
    assert step.report_.loc["unit", "note"] == "removed"


def test_an_unstated_unit_is_never_guessed():
    frame = pd.DataFrame({"glucose": [5.6, 101.0], "unit": ["mmol/L", " "]}, index=[7, 8])
    say = {"to": {"glucose": "mg/dL"}, "unit_columns": {"glucose": "unit"}}
    with pytest.raises(MedaiError, match=r"glucose = 101 in row 8 has no unit"):
        ConvertUnits(**say).fit(frame)
    out = ConvertUnits(**say, unstated="missing").fit_transform(frame)
    assert out["glucose"].isna().tolist() == [False, True]
    with pytest.raises(MedaiError, match="must be stated once"):
        ConvertUnits(to={"glucose": "mg/dL"}).fit(frame)


def test_wrong_units_name_the_known_ones():
    with pytest.raises(MedaiError, match=r"glucose in 'µmol/L'.*mg/dL, mmol/L"):
        convert(1, "glucose", "µmol/L", "mg/dL")
    with pytest.raises(MedaiError, match="No conversion is known for 'sugar'"):
        convert(1, "sugar", "mg/dL", "mg/dL")
    with pytest.raises(MedaiError, match="no column 'glucose'"):
        ConvertUnits(to={"glucose": "mg/dL"}, units={"glucose": "mmol/L"}).fit(table()[["age"]])


# --- impossible values ------------------------------------------------------------------------


def test_an_age_of_200_is_named():
    frame = pd.DataFrame({"age": [34.0, 200.0, 122.4]}, index=["a", "b", "c"])
    with pytest.raises(MedaiError, match=r"age = 200 in row 'b' is impossible.*Calment"):
        PlausibleRange(action="error").fit(frame)
    step = PlausibleRange().fit(frame)
    assert step.transform(frame)["age"].isna().tolist() == [False, True, False]
    (problem,) = step.problems(frame).to_dict("records")
    assert (problem["row"], problem["value"], problem["high"]) == ("b", 200, 122.5)
    flagged = PlausibleRange(action="flag").fit_transform(frame)
    assert flagged["age"].tolist() == [34, 200, 122.4]
    assert flagged["age_impossible"].tolist() == [0, 1, 0]


def test_limits_are_included_and_missing_is_not_impossible():
    frame = pd.DataFrame({"x": [0.0, 10.0, -0.01, 10.01, np.nan]})
    step = PlausibleRange({"x": (0, 10)}).fit(frame)
    assert step.transform(frame)["x"].isna().sum() == 3
    assert len(step.problems(frame)) == 2


def test_every_default_range_has_an_opened_source():
    for name, one in DEFAULT_RANGES.items():
        assert "opened" in one.source, name
        assert one.unit, name
    for name in set(DEFAULT_RANGES) & set(FACTOR_SOURCES):
        assert DEFAULT_RANGES[name].unit == known_units(name)[0], name


def test_ranges_need_order_and_source():
    with pytest.raises(MedaiError, match="low must be below high"):
        Range(5, 5, "kg", "x")
    with pytest.raises(MedaiError, match="source"):
        Range(0, 5, "kg", " ")


def test_text_in_a_column_of_numbers_is_named():
    with pytest.raises(MedaiError, match=r"age = '<40' in row 1 is not a number"):
        PlausibleRange({"age": (0, 120)}).fit(pd.DataFrame({"age": ["41", "<40"]}))


# --- duplicates -------------------------------------------------------------------------------

VISITS = pd.DataFrame(
    {"patient": [1, 1, 1, 2, 2], "day": [0, 0, 0, 0, 5], "glucose": [90.0, 90, 95, 90, 90]}
)


def test_duplicates_exact_and_at_the_same_time():
    found = find_duplicates(VISITS, "patient", "day")
    assert found.tolist() == ["", "exact", "same time", "", ""]
    assert find_duplicates(VISITS).tolist() == ["", "exact", "", "", ""]
    assert FlagDuplicates().fit_transform(VISITS)["duplicate"].tolist() == [0, 1, 0, 0, 0]


def test_conflicts_are_decided_aloud():
    with pytest.raises(MedaiError, match=r"Patient 1(\.0)? has two different rows at 0"):
        drop_duplicates(VISITS, "patient", "day")
    kept, report = drop_duplicates(VISITS, "patient", "day", conflicts="keep")
    assert kept.index.tolist() == [0, 2, 3, 4]
    assert report.loc["rows"].tolist() == [5, 4]
    kept, report = drop_duplicates(VISITS, "patient", "day", conflicts="first")
    assert kept.index.tolist() == [0, 3, 4]
    assert report["after"].tolist() == [3, 0, 0]


def test_a_missing_patient_is_nobody_twice():
    frame = pd.DataFrame({"patient": [None, None], "day": [0, 0], "x": [1, 2]})
    assert find_duplicates(frame, "patient", "day").tolist() == ["", ""]


def test_shared_patients():
    assert shared_patients([1, 1, 2], [3], [2, 3]) == [2, 3]
    assert shared_patients(["a"], ["b"]) == []


# --- outliers ---------------------------------------------------------------------------------


def test_iqr_fences_by_hand():
    # quartiles of 1..9 are 3 and 7: fences 3 - 6 = -3 and 7 + 6 = 13
    train = pd.DataFrame({"x": np.arange(1.0, 10)})
    step = Outliers().fit(train)
    assert step.bounds_.loc["x"].tolist() == [-3, 13]
    new = pd.DataFrame({"x": [13.0, 13.5, -4, np.nan]})
    assert step.transform(new)["x_outlier"].tolist() == [0, 1, 1, 0]
    clipped = Outliers(action="winsorise").fit(train).transform(new)["x"]
    assert clipped.tolist()[:3] == [13, 13, -3]
    assert np.isnan(clipped[3])


def test_robust_z_by_hand():
    # median 5, median absolute deviation of 1..9 is 2: bounds 5 ± 3.5 * 2 / 0.6745
    step = Outliers("robust_z").fit(pd.DataFrame({"x": np.arange(1.0, 10)}))
    reach = 3.5 * 2 / 0.6745
    np.testing.assert_allclose(step.bounds_.loc["x"], [5 - reach, 5 + reach])


def test_a_column_without_spread_has_no_outliers():
    frame = pd.DataFrame({"x": [0.0] * 9 + [50]})
    assert Outliers().fit_transform(frame)["x_outlier"].sum() == 0


def test_outliers_are_never_deleted():
    frame = table()
    for action in ("flag", "winsorise"):
        assert len(Outliers(action=action).fit_transform(frame)) == len(frame)
    with pytest.raises(MedaiError, match="not deleted"):
        Outliers(action="drop").fit(frame)


# --- normalisation ----------------------------------------------------------------------------


def test_normalise_by_hand():
    train, test = pd.DataFrame({"x": [0.0, 2, 4]}), pd.DataFrame({"x": [6.0]})
    sd = np.sqrt(8 / 3)
    assert Normalise().fit(train).transform(test)["x"][0] == pytest.approx(4 / sd)
    assert Normalise("robust").fit(train).transform(test)["x"][0] == pytest.approx(4 / 2)
    assert Normalise("minmax").fit(train).transform(test)["x"][0] == pytest.approx(1.5)


# --- missing values -----------------------------------------------------------------------------


def test_median_by_hand_and_indicator():
    train = pd.DataFrame({"x": [1.0, 2, 9, np.nan], "y": [1.0, 2, 3, 4]})
    step = Impute(indicator=True).fit(train)
    out = step.transform(pd.DataFrame({"x": [np.nan, 100.0], "y": [np.nan, 0.0]}))
    assert list(out) == ["x", "y", "x_missing"]  # y was complete in training
    assert out["x"].tolist() == [2, 100]
    assert out["y"].tolist() == [2.5, 0]
    assert out["x_missing"].tolist() == [1, 0]


def test_iterative_recovers_a_straight_line():
    x = np.arange(40.0)
    train = pd.DataFrame({"x": x, "y": 2 * x + 1})
    step = Impute("iterative").fit(train.assign(y=train["y"].where(x % 4 > 0)))
    out = step.transform(pd.DataFrame({"x": [10.0], "y": [np.nan]}))
    assert out["y"][0] == pytest.approx(21, abs=0.01)
    assert Impute().fit(train).transform(pd.DataFrame({"x": [10.0], "y": [np.nan]}))[
        "y"
    ].tolist() == [40.0]


def test_an_empty_column_is_refused_by_name():
    with pytest.raises(MedaiError, match="'glucose' has no value at all"):
        Impute().fit(table().assign(glucose=np.nan))


def test_drop_missing_decides_on_the_training_table():
    train = pd.DataFrame({"x": [1, np.nan, np.nan], "y": [1.0, 2, 3], "z": list("abc")})
    step = DropMissing(0.5).fit(train)
    assert step.dropped_ == ["x"]
    assert list(step.transform(train.assign(x=1.0, y=np.nan))) == ["y", "z"]
    with pytest.raises(MedaiError, match="nothing would be left"):
        DropMissing(0.0).fit(train[["x"]])
    with pytest.raises(MedaiError, match=r"share=2"):
        DropMissing(2).fit(train)


def test_complete_cases_take_the_outcomes_with_them():
    frame = pd.DataFrame({"x": [1, np.nan, 3]}, index=[5, 6, 7])
    kept, y, patients = complete_cases(frame, np.array([0, 1, 0]), pd.Series(list("abc")))
    assert kept.index.tolist() == [5, 7]
    assert y.tolist() == [0, 0]
    assert patients.tolist() == ["a", "c"]
    with pytest.raises(MedaiError, match="3 rows and 2 outcomes"):
        complete_cases(frame, [0, 1])
    with pytest.raises(MedaiError, match="No row is complete"):
        complete_cases(frame * np.nan)


# --- bad input ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("step", "message"),
    [
        (Impute("magic"), "method='magic'"),
        (Normalise("magic"), "method='magic'"),
        (Outliers("magic"), "method='magic'"),
        (Outliers(factor=0), "factor=0"),
        (PlausibleRange({"age": (0, 1)}, action="magic"), "action='magic'"),
        (PlausibleRange({"weight": (0, 1)}), "no column 'weight'"),
        (FlagDuplicates("nobody"), "no column 'nobody'"),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_bad_settings_are_named(step, message):
    with pytest.raises(MedaiError, match=message):
        step.fit(table())


def test_bad_tables_are_named():
    with pytest.raises(MedaiError, match="column 'ward' holds"):
        Impute().fit(table().assign(ward="a"))
    with pytest.raises(MedaiError, match="infinity"):
        Normalise().fit(pd.DataFrame({"x": [1.0, np.inf]}))
    twice = pd.DataFrame(np.ones((2, 2)), columns=["x", "x"])
    with pytest.raises(MedaiError, match="'x' stands twice"):
        Impute().fit(twice)
    with pytest.raises(ValueError, match="feature names"):
        Impute().fit(table()).transform(table()[["hdl", "age", "glucose"]])
