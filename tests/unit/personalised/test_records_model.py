"""The record model, laboratory values, and the tables behind them."""

from __future__ import annotations

import shutil

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medai.datasets import data_path
from medai.datasets.records import (
    lab_tests,
    medicine_relations,
    read_record_tables,
    record_sources,
    records,
)
from medai.knowledge import load_graph
from medai.personalised.records import Lab, Problem, Record, read_lab, read_problem
from medai.personalised.records.labs import read_value
from medai.runtime import MedaiError

ANEMIA, HIGH_TSH = "HP:0001903", "HP:0002925"


def test_the_tables_are_sound() -> None:
    rows = records()
    assert len(rows) == 46
    assert {len(records(split)) for split in ("dev", "test")} == {23}
    halves = [{row.condition for row in records(split)} for split in ("dev", "test")]
    assert not halves[0] & halves[1]
    with pytest.raises(MedaiError, match="split="):
        records("all")


def test_every_id_is_a_current_finding() -> None:
    graph = load_graph()
    ids = {one.below for one in lab_tests().values()} | {one.above for one in lab_tests().values()}
    ids |= {r.target for rows in medicine_relations().values() for r in rows if r.role == "causes"}
    for hpo in ids - {""}:
        assert graph.term(hpo).id == hpo
        assert graph.is_phenotype(hpo)


def test_every_record_uses_known_tests_and_medicines() -> None:
    for row in records():
        record = Record.from_row(row)
        assert set(record.medicines) <= set(medicine_relations()), row.id
        for lab in record.labs:
            assert not read_value(lab, record.sex).question or lab.test == "glucose", (row.id, lab)


def test_every_source_is_used_and_opened() -> None:
    used = {one.source for one in lab_tests().values()}
    used |= {r.source for rows in medicine_relations().values() for r in rows}
    assert used - {""} == set(record_sources())
    assert {one["opened"] for one in record_sources().values()} == {"yes"}


@pytest.mark.parametrize(
    ("file", "old", "new", "words"),
    [
        ("medicines", "metformin,treats,type-2-diabetes", "metformin,treats,diabetes", "diabetes"),
        ("medicines", "metformin,causes,HP:0002014", "metformin,causes,diarrhoea", "HPO id"),
        ("medicines", "HP:0002014,common", "HP:0002014,strong", "common or uncommon"),
        ("medicines", "metformin-uses,opened", "nowhere,opened", "a source that is listed"),
        ("labs", "135,145,135,145", "135,,135,145", "all four limits"),
        ("records", "hypothyroidism,52", "laziness,52", "known condition"),
        ("records", "hypothyroidism,52", "hypothyroidism,152", "from 0 to 120"),
    ],
)
def test_a_damaged_table_is_refused(tmp_path, file, old, new, words) -> None:
    folder = tmp_path / "records"
    shutil.copytree(data_path("records"), folder)
    text = (folder / f"{file}.csv").read_text(encoding="utf-8")
    assert old in text
    (folder / f"{file}.csv").write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(MedaiError, match=words):
        read_record_tables(folder)


def test_values_against_their_intervals() -> None:
    # women: haemoglobin 120-150 g/L, men: 130-170 g/L in the source
    assert read_value(read_lab("Hb=125 g/L"), "female").absent == (ANEMIA,)
    assert read_value(read_lab("Hb=125 g/L"), "male").present == (ANEMIA,)
    assert read_value(read_lab("Hb=12.5 g/dL"), "male").present == (ANEMIA,)
    asked = read_value(read_lab("Hb=125 g/L"))
    assert "woman or a man" in asked.question
    assert asked.present == asked.absent == ()
    assert read_value(read_lab("Hb=90 g/L")).present == (ANEMIA,)
    assert read_value(read_lab("TSH=18 mIU/L")).present == (HIGH_TSH,)
    # 3.6 mg/dL · 88.4 = 318 µmol/L
    assert read_value(read_lab("creatinine=3.6 mg/dL")).present == ("HP:0003259",)


def test_the_ends_of_an_interval_are_inside() -> None:
    for value in ("135", "145"):
        assert read_value(read_lab(f"sodium={value} mmol/L")).present == ()
    assert read_value(read_lab("sodium=134.9 mmol/L")).present == ("HP:0002902",)


def test_the_laboratorys_own_interval_wins() -> None:
    assert read_value(read_lab("sodium=134 mmol/L [133-146]")).present == ()
    assert read_value(read_lab("D-dimer=600 ng/mL [0-500]")).present == ("HP:0033106",)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("sodium=138", "in which unit"),
        ("sodium=138 mg/dL", "unit unknown"),
        ("platelets=80 10^9/L", "reference interval"),
        ("unobtainium=3 mg/L", "not known"),
        ("glucose=9", "mmol/L or mg/dL"),
        ("glucose=9 stone", "not known"),
        ("glucose=9000 mg/dL", "impossible"),
    ],
)
def test_what_is_not_clear_is_asked(text, words) -> None:
    found = read_value(read_lab(text), "female")
    assert words in found.question
    assert found.present == found.absent == ()


@pytest.mark.parametrize(
    "text", ["", "sodium", "sodium=", "=3", "sodium=high", "sodium=-3 mmol/L", "k=4 mmol/L [5-3]"]
)
def test_a_value_that_cannot_be_read_is_refused(text) -> None:
    with pytest.raises(MedaiError):
        read_lab(text)


def test_lab_and_problem_refuse_nonsense() -> None:
    with pytest.raises(MedaiError, match="write a number"):
        Lab("sodium", True)
    with pytest.raises(MedaiError, match="infinite"):
        Lab("sodium", float("nan"))
    with pytest.raises(MedaiError, match="both ends"):
        Lab("sodium", 3, low=2)
    with pytest.raises(MedaiError, match="status"):
        Problem("gout", status="maybe")
    with pytest.raises(MedaiError, match="needs words"):
        Problem("  ")


def test_problems_are_read_with_and_without_a_code() -> None:
    assert read_problem("type 2 diabetes (E11)") == Problem("type 2 diabetes", "E11")
    assert read_problem("heavy periods") == Problem("heavy periods")
    assert read_problem("(I48.9)") == Problem("", "I48.9")
    with pytest.raises(MedaiError):
        read_problem("gout (see letter)")


@settings(deadline=None, max_examples=200)
@given(st.text(max_size=40))
def test_no_text_gives_a_traceback(text: str) -> None:
    for read in (read_lab, read_problem):
        try:
            read(text)
        except MedaiError:
            continue


@settings(deadline=None, max_examples=100)
@given(
    st.sampled_from(sorted(lab_tests())),
    st.floats(0, 1e6),
    st.sampled_from(["", "mmol/L", "g/L", "mg/dL", "µmol/L", "%"]),
    st.sampled_from([None, "female", "male"]),
)
def test_a_value_is_a_finding_or_a_question(name, value, unit, sex) -> None:
    found = read_value(Lab(name, value, unit), sex)
    assert not set(found.present) & set(found.absent)
    if found.question:
        assert found.present == found.absent == ()
