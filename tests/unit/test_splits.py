"""Nobody is on both sides, shares are kept, and impossible splits are refused."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medai.nn.training.splits import patient_folds, split_by_patient, split_by_time
from medai.runtime import MedaiError


def cohort(n=60, seed=0):
    """Patients 0..n-1 with one to four rows each, a third of them ever ill."""
    rng = np.random.default_rng(seed)
    patients = rng.permutation(np.repeat(np.arange(n), rng.integers(1, 5, n)))
    ill = (patients % 3 == 0) & (rng.random(len(patients)) < 0.5)
    for p in range(0, n, 3):
        ill[np.flatnonzero(patients == p)[0]] = True
    return patients, ill.astype(int)


@settings(deadline=None, max_examples=40)
@given(st.integers(3, 80), st.integers(0, 10_000))
def test_every_row_once_and_nobody_twice(n, seed):
    patients, _ = cohort(n, seed)
    parts = split_by_patient(patients, shares=(1 / 3, 1 / 3, 1 / 3), seed=seed)
    assert sorted(np.concatenate(parts)) == list(range(len(patients)))
    sets = [set(patients[rows]) for rows in parts]
    assert sum(map(len, sets)) == n
    assert max(map(len, sets)) - min(map(len, sets)) <= 1


@pytest.mark.parametrize("shares", [(0.7, 0.15, 0.15), (0.5, 0.5), (0.05, 0.9, 0.05)])
@pytest.mark.parametrize("stratified", [False, True])
def test_shares_of_patients_within_one(shares, stratified):
    patients, ill = cohort(200)
    parts = split_by_patient(patients, shares, seed=4, stratify=ill if stratified else None)
    for rows, share in zip(parts, shares, strict=True):
        assert abs(len(np.unique(patients[rows])) - share * 200) <= 1


def test_stratified_parts_hold_the_same_mix_of_patients():
    patients, ill = cohort(90)
    for rows in split_by_patient(patients, (0.6, 0.2, 0.2), seed=1, stratify=ill):
        ever = pd.Series(ill[rows]).groupby(patients[rows]).max()
        assert abs(ever.sum() - len(ever) / 3) <= 1  # 30 of 90 are ever ill


def test_a_split_by_row_would_not_pass():
    patients, _ = cohort()
    rows = np.random.default_rng(0).permutation(len(patients))
    half = len(rows) // 2
    assert set(patients[rows[:half]]) & set(patients[rows[half:]])


def test_same_seed_same_people_whatever_the_order_of_rows():
    patients, _ = cohort()
    names = np.array([f"p{p:02d}" for p in patients])
    order = np.random.default_rng(8).permutation(len(names))
    first = [set(names[rows]) for rows in split_by_patient(names, seed=5)]
    again = [set(names[order][rows]) for rows in split_by_patient(names[order], seed=5)]
    other = [set(names[rows]) for rows in split_by_patient(names, seed=6)]
    assert first == again
    assert first != other


def test_folds_test_everyone_once():
    patients, ill = cohort(41)
    folds = patient_folds(patients, 5, seed=2, stratify=ill)
    tested = np.concatenate([test for _, test in folds])
    assert sorted(tested) == list(range(len(patients)))
    sizes, positives = [], []
    for train, test in folds:
        assert not set(patients[train]) & set(patients[test])
        assert len(train) + len(test) == len(patients)
        sizes.append(len(np.unique(patients[test])))
        positives.append(pd.Series(ill[test]).groupby(patients[test]).max().sum())
    assert sorted(sizes) == [8, 8, 8, 8, 9]
    assert max(positives) - min(positives) <= 1


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: patient_folds([1, 1, 2], 3), "2 patients cannot fill 3 folds"),
        (lambda: patient_folds([1, 2], 1), "at least 2 folds"),
        (lambda: split_by_patient([1, 1]), "1 patients cannot fill 3 parts"),
        (lambda: split_by_patient([1, 2, 3], (0.5, 0.4)), "sum to 0.9"),
        (lambda: split_by_patient([1, 2, 3], (1.5, -0.5)), "positive"),
        (lambda: split_by_patient([1, 2, 3], (0.98, 0.02)), "got no patient"),
        (lambda: split_by_patient([1, np.nan, 2]), "the first is row 1"),
        (lambda: split_by_patient([1, 2, 3], stratify=[0, 1]), "3 patients and 2 labels"),
        (lambda: split_by_time([1, np.nan], 1), "no time, the first is row 1"),
        (lambda: split_by_time([1, 2], [2, 1]), "must ascend"),
        (lambda: split_by_time([1, 2], 9), "Part 2 of 2 holds no row"),
        (lambda: split_by_time(["x", "y"], "z"), "neither numbers nor dates"),
        (lambda: split_by_time([1, 2], 2, patients=[1]), "2 times and 1 patients"),
    ],
)
def test_impossible_splits_are_refused(call, message):
    with pytest.raises(MedaiError, match=message):
        call()


def test_time_splits_at_the_cutoff_itself():
    parts = split_by_time([5, 1, 3, 3, 9], [3, 9])
    assert [p.tolist() for p in parts] == [[1], [0, 2, 3], [4]]


def test_dates_in_three_forms_agree():
    texts = ["2019-12-31", "2020-01-01", "2021-06-01"]
    stamps = np.array(texts, dtype="datetime64[D]")
    for times, cutoff in [(texts, "2020-01-01"), (stamps, "2020-01-01"), (stamps, stamps[1])]:
        assert [p.tolist() for p in split_by_time(times, cutoff)] == [[0], [1, 2]]


def test_by_time_with_patients_leaves_the_later_rows_of_early_patients_out():
    times = [1, 5, 2, 6, 7]
    patients = ["a", "a", "b", "c", "c"]
    before, after = split_by_time(times, 4, patients)
    assert before.tolist() == [0, 2]
    assert after.tolist() == [3, 4]  # row 1 is a's and lies after the cutoff: in no part
