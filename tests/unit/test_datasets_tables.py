"""The tables that come with packages: what they hold, and that the cards say so."""

import numpy as np
import pytest

from medai.datasets import card
from medai.datasets.tables import ARMS, actg175, breast_cancer, diabetes
from medai.runtime import MedaiError


def test_breast_cancer_codes_malignant_as_one():
    frame = breast_cancer()
    assert frame.shape == (569, 32)
    assert frame["malignant"].sum() == 212  # the description: 212 malignant, 357 benign
    assert "212 malignant" in card("breast-cancer").what
    # malignant nuclei are larger; with scikit-learn's own coding this would be the other way
    assert frame.groupby("malignant")["area_mean"].mean().diff()[1] > 0
    assert frame["patient"].is_unique
    assert not frame.isna().any().any()


def test_breast_cancer_names_follow_the_description():
    frame = breast_cancer()
    # minimum and maximum from the table in the description shipped with scikit-learn
    for name, low, high in [
        ("radius_mean", 6.981, 28.11),
        ("area_se", 6.802, 542.2),
        ("concave_points_worst", 0.0, 0.291),
        ("fractal_dimension_worst", 0.055, 0.208),
    ]:
        assert frame[name].min() == pytest.approx(low, abs=6e-4)
        assert frame[name].max() == pytest.approx(high, abs=6e-4)


def test_diabetes_holds_measured_values():
    frame = diabetes()
    assert frame.shape == (442, 12)
    assert frame["age"].between(19, 79).all()
    assert set(frame["sex_code"]) == {1, 2}
    ratio = frame["total_cholesterol"] / frame["hdl"]
    # rounding to whole numbers is off by a quarter on average, another column by far more
    assert (ratio - frame["cholesterol_ratio"]).abs().mean() < 0.25


def test_lipids_of_diabetes_are_in_mg_per_dl():
    # Friedewald: LDL = total - HDL - triglycerides / 5 in mg/dL, / 2.2 in mmol/L
    frame = diabetes()
    rest = frame["total_cholesterol"] - frame["hdl"] - frame["ldl"]
    share = rest / np.exp(frame["log_triglycerides"])
    assert np.allclose(share, 1 / 5, atol=0.006)  # the columns are rounded
    assert frame.attrs["units"]["ldl"] == "mg/dL"


@pytest.mark.parametrize("load", [breast_cancer, diabetes])
def test_every_column_has_a_unit_and_a_meaning(load):
    frame = load()
    assert list(frame.attrs["units"]) == list(frame.columns)
    assert list(frame.attrs["columns"]) == list(frame.columns)
    assert all(frame.attrs["columns"].values())


@pytest.fixture
def trial():
    try:
        return actg175()
    except MedaiError as error:
        pytest.skip(str(error))


def test_actg175_is_typed_and_described(trial):
    assert trial.shape == (2139, 28)
    assert trial["pidnum"].is_unique
    assert list(trial.attrs["units"]) == list(trial.columns)
    assert list(trial.attrs["columns"]) == list(trial.columns)
    assert trial["cd496"].isna().sum() == 797
    assert trial["cd496"].isna().equals(trial["r"] == 0)
    assert list(trial["arm"].cat.categories) == list(ARMS)
    assert trial["age"].min() >= 12  # the trial took in people of 12 years and older


def test_actg175_arms_mean_what_the_documentation_says(trial):
    assert ((trial["arms"] == 0) == (trial["treat"] == 0)).all()  # 0 is zidovudine alone
    events = trial.groupby("arms")["cens"].mean()
    assert events.idxmax() == 0  # Hammer 1996: zidovudine alone progressed most often


def test_actg175_refuses_another_file(tmp_path):
    wrong = tmp_path / "ACTG175.csv"
    wrong.write_text('"","pidnum"\n"1",10056\n')
    with pytest.raises(MedaiError, match="SHA-256"):
        actg175(wrong)
    with pytest.raises(MedaiError, match=r"no file .*nowhere\.csv"):
        actg175(tmp_path / "nowhere.csv")


def test_actg175_says_where_the_file_comes_from(monkeypatch):
    monkeypatch.delenv("MEDAI_ACTG175", raising=False)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(MedaiError, match=r"lifelines==0\.30\.3"):
        actg175()
