"""Alert burden: orders as declared, and what is said about them."""

import datetime

import pytest

from medai.runtime.errors import MedaiError
from medai.serving import burden
from medai.serving.burden import COMMON, OrderCase, eunomia_orders, generated_orders, said_about
from medai.serving.findings import ONCE, findings


@pytest.fixture(scope="module")
def orders():
    return eunomia_orders(people=6, seed=1)


def test_orders_are_the_prescriptions_of_the_drawn_people_each_once(orders):
    rows = burden._prescriptions(burden.eunomia())
    people = sorted({one.person for one in orders})
    assert len(people) == 6
    mine = rows[rows["person_id"].isin(people)]
    assert len(orders) == len(mine)
    assert [one.date for one in orders] == [str(d.date()) for d in mine["start"]]


def test_a_medicine_counts_as_taken_for_thirty_days_or_to_its_end():
    import pandas as pd

    def day(text):
        return pd.Timestamp(text)

    rows = pd.DataFrame(
        [
            ("2020-01-01", "2020-01-01", "aspirin"),  # counts to 31 January
            ("2020-01-01", "2020-06-01", "warfarin"),  # counts to 1 June
            ("2020-01-31", "2020-01-31", "codeine"),
            ("2020-02-01", "2020-02-01", "ibuprofen"),
            ("2020-06-02", "2020-06-02", "aspirin"),
        ],
        columns=["start", "end", "name"],
    )
    rows["start"], rows["end"] = rows["start"].map(day), rows["end"].map(day)
    found = list(burden._of_person(1, rows, day("1950-01-01"), {}))
    taken = [
        [m["name"] for m in one.fields["medicines"] if m["status"] == "taking"] for one in found
    ]
    assert taken == [
        ["warfarin"],  # of the same day
        ["aspirin"],
        ["aspirin", "warfarin"],
        ["codeine", "warfarin"],
        [],
    ]
    assert [one.ordered for one in found][:3] == [("aspirin",), ("warfarin",), ("codeine",)]
    # 2 June 2020 is 25,720 days after 1 January 1950: 70.4 years
    days = (datetime.date(2020, 6, 2) - datetime.date(1950, 1, 1)).days
    assert found[-1].fields["age_years"] == round(days / 365.25, 1) == 70.4


def test_the_same_seed_draws_the_same_and_another_another(orders):
    assert eunomia_orders(people=6, seed=1) == orders
    assert {one.person for one in eunomia_orders(people=6, seed=2)} != {o.person for o in orders}
    assert generated_orders(5, 3) == generated_orders(5, 3) != generated_orders(5, 3, seed=1)


def test_generated_people_take_as_many_medicines_as_asked_and_none_twice():
    for size in (0, 12, len(COMMON) - 1):
        for one in generated_orders(20, size):
            names = [m["name"] for m in one.fields["medicines"]]
            assert len(set(names)) == len(names) == size + 1
            assert one.ordered == (names[-1],)
            assert 65 <= one.fields["age_years"] <= 90


@pytest.mark.parametrize("wrong", [(0, 1), (1, -1), (1, len(COMMON))])
def test_numbers_out_of_range_are_refused(wrong):
    with pytest.raises(MedaiError):
        generated_orders(*wrong)
    with pytest.raises(MedaiError):
        eunomia_orders(people=wrong[0] * 10_000)


def test_what_is_said_of_warfarin_and_ibuprofen():
    medicines = [
        {"name": "warfarin", "status": "taking"},
        {"name": "ibuprofen", "status": "planned"},
    ]
    said = said_about(OrderCase(1, "", ("ibuprofen",), {"medicines": medicines}))
    assert [one.data["rule"] for one in said.lines] == ["pairs/warfarin-nsaid"]
    assert [one.indicator for one in findings(said.lines)] == ["warning"]
    asked = {one.data.get("argument") for one in said.asked}
    once = {one.data.get("argument") for one in said.once}
    assert "egfr_ml_min_1_73m2" in asked
    assert once == {"allergies", "child_pugh"} == once & ONCE
    assert not asked & ONCE
