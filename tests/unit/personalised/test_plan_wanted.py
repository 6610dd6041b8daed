"""The patients that plans are measured on, and the matching of lines."""

import pytest

from medai.datasets.plan_patients import Wanted, plan_patients, read_row
from medai.personalised.drugs import match
from medai.personalised.plan import Line, make_plan, read_patient
from medai.personalised.plan.wanted import alarms, fits, found
from medai.runtime.errors import MedaiError

ROW = {"id": 1, "group": "gene", "why": "x", "patient": {}, "must": [{"section": "ask"}],
       "must_not": []}  # fmt: skip


def test_every_patient_can_be_read_and_every_wanted_drug_is_known():
    assert len(plan_patients()) == 30
    for one in plan_patients():
        read_patient(one.patient)
        for wanted in (*one.must, *one.must_not):
            assert all(match(drug).drugs for drug in wanted.drugs)


@pytest.mark.parametrize(
    "change",
    [{"id": 2}, {"group": "other"}, {"why": " "}, {"must": []}, {"more": 1},
     {"must": [{"section": "page"}]}, {"must": [{"section": "ask", "word": "x"}]}],
)  # fmt: skip
def test_a_row_of_another_shape_is_refused(change):
    assert read_row(ROW, 1).must == (Wanted("ask"),)
    with pytest.raises(MedaiError, match="patient 1"):
        read_row({**ROW, **change}, 1)


def test_each_field_of_what_is_wanted_counts():
    line = Line("ask", "Stop A.", level="major",
                data={"drugs": ["a", "b"], "action": "avoid", "kind": "qt"})  # fmt: skip
    right = {"drugs": ("b",), "actions": ("avoid",), "levels": ("major",), "kind": "qt",
             "words": "stop"}  # fmt: skip
    wrong = {"drugs": ("b", "c"), "actions": ("adjust",), "levels": ("minor",), "kind": "renal",
             "words": "start"}  # fmt: skip
    assert fits(line, Wanted("ask", **right))
    assert fits(line, Wanted("any", **right))
    assert not fits(line, Wanted("alerts", **right))
    for field, value in wrong.items():
        assert not fits(line, Wanted("ask", **{**right, field: value}))


def test_an_alert_says_its_kind_and_is_an_alarm():
    plan = make_plan({"medicines": "warfarin, ibuprofen"})
    (line,) = found(plan, Wanted("alerts", drugs=("warfarin", "ibuprofen"), kind="interaction"))
    assert line in alarms(plan)


def test_a_condition_that_nothing_knows_is_said():
    plan = make_plan({"conditions": ["banana syndrome", "高血压", "Acute bronchitis"]})
    said = [x.data["condition"] for x in plan.of("unread") if "condition" in x.data]
    assert said == ["banana syndrome"]
