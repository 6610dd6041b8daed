"""Padding, gaps and multi-hot visits: small cases by hand."""

import numpy as np
import pandas as pd
import pytest

from medai.nn.sequences import (
    age_bumps,
    exponential_decay,
    log_gap,
    pad_gaps,
    pad_sequences,
    visit_arrays,
)
from medai.runtime import MedaiError

pytestmark = pytest.mark.once  # NumPy only


def test_padding_keeps_the_end_or_the_beginning():
    rows = [[1, 2, 3], [4]]
    assert pad_sequences(rows).tolist() == [[1, 2, 3], [4, 0, 0]]
    assert pad_sequences(rows, 2).tolist() == [[2, 3], [4, 0]]
    assert pad_sequences(rows, 2, keep="first").tolist() == [[1, 2], [4, 0]]
    assert pad_sequences(rows, 5).shape == (2, 5)


def test_gaps_are_days_since_the_entry_before():
    days = pd.to_datetime(["2020-02-27", "2020-03-01", "2021-03-01"])
    assert pad_gaps([days, days[:1]]).tolist() == [[0, 3, 365], [0, 0, 0]]
    assert pad_gaps([days], 2).tolist() == [[3, 365]]
    assert pad_gaps([[5, 5, 9]]).tolist() == [[0, 0, 4]]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([], "no sequence"),
        ([[1], []], "Sequence 1 is empty"),
        ([[1, 0]], "whole numbers from 1"),
        ([[1.5, 2.0]], "whole numbers from 1"),
        ([["a"]], "whole numbers from 1"),
    ],
)
def test_bad_sequences_are_named(rows, message):
    with pytest.raises(MedaiError, match=message):
        pad_sequences(rows)


def test_bad_settings_are_named():
    with pytest.raises(MedaiError, match="length=0"):
        pad_sequences([[1]], 0)
    with pytest.raises(MedaiError, match="keep='end'"):
        pad_sequences([[1]], keep="end")
    with pytest.raises(MedaiError, match="time runs backwards"):
        pad_gaps([[3, 2]])
    for gaps in ([-1.0], [np.nan]):
        with pytest.raises(MedaiError, match="Gaps must be days"):
            log_gap(gaps)
    with pytest.raises(MedaiError, match="tau=0"):
        exponential_decay([1.0], 0)


def test_encodings_of_time():
    np.testing.assert_allclose(log_gap([0, 365]), [0, 1])
    np.testing.assert_allclose(exponential_decay([0, 30], 30), [1, 1 / np.e])
    assert exponential_decay(np.zeros((2, 3)), [1, 2, 4, 8]).shape == (2, 3, 4)


@pytest.fixture
def visits():
    return pd.DataFrame(
        {
            "person_id": [7, 7, 7, 9],
            "date": pd.to_datetime(["2020-01-01", "2020-01-11", "2020-02-11", "2019-05-05"]),
            "codes": [(10,), (10, 30), (20,), (30,)],
        }
    )


def test_visits_become_arrays(visits):
    found = visit_arrays(visits)
    assert found.persons.tolist() == [7, 9]
    assert found.codes == (10, 20, 30)
    assert found.x[0].tolist() == [[1, 0, 0], [1, 0, 1], [0, 1, 0]]
    assert found.x[1].tolist() == [[0, 0, 1], [0, 0, 0], [0, 0, 0]]
    assert found.gaps.tolist() == [[0, 10, 31], [0, 0, 0]]
    assert found.lengths.tolist() == [3, 1]
    assert str(found.dates[0, 2]) == "2020-02-11"
    assert np.isnat(found.dates[1, 1])


def test_targets_are_the_next_visit(visits):
    targets = visit_arrays(visits).targets()
    assert targets[0].tolist() == [[1, 0, 1], [0, 1, 0]]
    assert (targets[1] == -1).all()  # one visit has no next


def test_the_last_visits_are_kept(visits):
    found = visit_arrays(visits, length=2)
    assert found.x[0].tolist() == [[1, 0, 1], [0, 1, 0]]
    assert found.gaps[0].tolist() == [10, 31]
    assert found.lengths.tolist() == [2, 1]


def test_bad_visits_are_named(visits):
    with pytest.raises(MedaiError, match=r"lacks \['codes'\]"):
        visit_arrays(visits.drop(columns="codes"))
    with pytest.raises(MedaiError, match="sorted by person"):
        visit_arrays(visits.iloc[::-1])
    with pytest.raises(MedaiError, match="sorted by person"):
        visit_arrays(visits.iloc[:0])
    with pytest.raises(MedaiError, match="time runs backwards"):
        visit_arrays(visits.iloc[[1, 0, 2, 3]])
    with pytest.raises(MedaiError, match="person 9 holds no code"):
        visit_arrays(visits.assign(codes=[(1,), (1,), (1,), ()]))


def test_age_bumps_peak_at_the_age():
    bumps = age_bumps(np.array([[40.0, np.nan]]))
    assert bumps.shape == (1, 2, 20)
    assert bumps[0, 0].argmax() == 8
    np.testing.assert_allclose(bumps[0, 0, 7], np.exp(-((5 / 4) ** 2)), rtol=1e-6)
    assert (bumps[0, 1] == 0).all()
    with pytest.raises(MedaiError, match="width=0"):
        age_bumps([1.0], 0)
