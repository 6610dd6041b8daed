"""Joining the parts of a record: the sum by hand, conflicts, side effects, the stored ablation."""

from __future__ import annotations

import json
import math

import pytest

from medai.datasets import data_path
from medai.datasets.datacard import sha256_of
from medai.datasets.records import medicine_relations, records
from medai.diagnosis import assess
from medai.knowledge import load_graph
from medai.knowledge.common import common_graph
from medai.personalised.records import PARTS, Problem, Record, assess_record, read_lab
from medai.personalised.records.differential import FACTORS, SIDE_PRIORS, prior_factors
from medai.runtime import MedaiError

COUGH = "I have had a cough for six weeks."


def test_text_alone_is_the_assistants_answer() -> None:
    text = "I have a cough, a fever and chest pain."
    found = assess_record(Record(49, "male", text=text), ("text",))
    wanted = assess(text, 49, "male")
    for one, other in zip(found.candidates, wanted.common, strict=False):
        assert one.id == other.id
        assert math.isclose(one.probability, other.probability, rel_tol=1e-9)
    assert math.isclose(found.other, wanted.other, rel_tol=1e-9)
    assert found.assessment.red_flags == wanted.red_flags


def test_probabilities_add_up_to_one() -> None:
    for row in records("dev")[:6]:
        found = assess_record(Record.from_row(row), full=False)
        total = sum(one.probability for one in found.candidates) + found.other
        assert math.isclose(total, 1)
        assert [one.rank for one in found.candidates] == list(range(1, len(found.candidates) + 1))


def test_a_medicine_multiplies_the_odds_by_its_factor() -> None:
    """Bayes' rule: times ten in the prior is times ten in the odds against any other one."""
    plain = Record(24, "female", text="I wheeze.")
    with_drug = Record(24, "female", text="I wheeze.", medicines=("beclometasone",))
    odds = []
    for record in (plain, with_drug):
        found = assess_record(record, full=False)
        p = {one.id: one.probability for one in found.candidates}
        odds.append(p["asthma-exacerbation"] / p["common-cold"])
    assert math.isclose(odds[1] / odds[0], FACTORS["strong"], rel_tol=1e-9)


def test_of_several_factors_the_largest_counts() -> None:
    rows = [*medicine_relations()["salbutamol"], *medicine_relations()["beclometasone"]]
    factors, why = prior_factors(rows, ())
    assert factors["asthma-exacerbation"] == 10
    assert factors["copd-exacerbation"] == 3
    assert len(why["asthma-exacerbation"]) == 2


def test_a_side_effect_by_hand() -> None:
    graph = load_graph()
    common = common_graph(graph)
    found = assess_record(Record(58, "female", text=COUGH, medicines=("ramipril",)), full=False)
    plain = assess_record(Record(58, "female", text=COUGH), full=False)
    (hpo,) = found.present
    # one finding, which the medicine causes: prior · (0.05 + 0.95 / background)
    weight = SIDE_PRIORS["common"] * (0.05 + 0.95 / common.background[common.term_number(hpo)])
    # against something else, whose likelihood is 1 and whose prior is the table's remainder
    from medai.diagnosis.posterior import priors

    rest = priors("general practice", 58, "female")[-1]
    side = next(one for one in found.candidates if one.id == "side:ramipril")
    assert math.isclose(side.probability / found.other, weight / rest, rel_tol=1e-9)
    assert side.kind == "side effect"
    assert "ramipril may cause" in side.why[0]
    assert all(one.kind == "condition" for one in plain.candidates)


def test_a_medicine_that_explains_nothing_is_no_hypothesis() -> None:
    found = assess_record(Record(58, "female", text="My knee hurts.", medicines=("ramipril",)))
    assert "side:ramipril" not in {one.id for one in found.candidates}


def test_what_contradicts_itself_is_reported_and_not_used() -> None:
    record = Record(
        40, "female", text="I have anaemia and I am tired.", labs=(read_lab("Hb=140 g/L"),)
    )
    found = assess_record(record)
    assert len(found.conflicts) == 1
    assert "Anemia (text) against no Anemia (labs)" in found.conflicts[0]
    assert "HP:0001903" not in {**found.present, **found.absent}
    assert "HP:0001903" in found.assessment.reading.doubtful


def test_a_normal_value_rules_out_what_is_more_special() -> None:
    record = Record(40, "female", problems=(Problem("iron deficiency anaemia", hpo="HP:0001891"),),
                    labs=(read_lab("Hb=140 g/L"),))  # fmt: skip
    found = assess_record(record)
    assert len(found.conflicts) == 1
    assert "HP:0001891" not in found.present


def test_a_medicine_without_its_problem_is_reported() -> None:
    text = "I have a cough."
    listed = Record(63, "male", text=text, problems=(Problem("type 2 diabetes", "E11"),),
                    medicines=("metformin",))  # fmt: skip
    other = Record(63, "male", text=text, problems=(Problem("gout", "M10"),),
                   medicines=("metformin",))  # fmt: skip
    assert not assess_record(listed, full=False).conflicts
    assert assess_record(listed, full=False).existing == ("type-2-diabetes",)
    assert "which no problem names" in assess_record(other, full=False).conflicts[0]
    assert set(assess_record(other, full=False).existing) == {"gout", "type-2-diabetes"}


def test_what_is_unknown_is_named() -> None:
    record = Record(50, "male", text=COUGH, medicines=("Ramipril", "moonshine"),
                    labs=(read_lab("sodium=138"),))  # fmt: skip
    found = assess_record(record, full=False)
    assert found.unknown == ("moonshine",)
    assert "in which unit" in found.questions[0]


def test_an_empty_record_has_the_priors_and_no_assessment() -> None:
    found = assess_record(Record(50, "male"))
    assert found.assessment is None
    assert math.isclose(sum(one.probability for one in found.candidates) + found.other, 1)
    assert found.rank_of("nothing of the kind") == math.inf


def test_bad_questions_are_refused() -> None:
    with pytest.raises(MedaiError, match="use='genes'"):
        assess_record(Record(), ("genes",))
    with pytest.raises(MedaiError, match="200"):
        assess_record(Record(200))
    with pytest.raises(MedaiError, match="sex="):
        assess_record(Record(20, "f"))
    with pytest.raises(MedaiError, match="setting="):
        assess_record(Record(20, setting="ward"))


def test_red_flags_see_the_joined_findings() -> None:
    """What the laboratory adds reaches the part that looks for danger."""
    row = next(one for one in records() if one.condition == "acute-coronary-syndrome")
    found = assess_record(Record.from_row(row))
    assert "HP:0410174" in found.assessment.used_present
    assert set(found.assessment.used_present) <= set(found.present)


def test_the_stored_ablation_is_that_of_these_records() -> None:
    stored = json.loads(data_path("results/27_records.json").read_text())
    assert stored["made"]["records_sha256"] == sha256_of(data_path("records/records.csv"))
    for split in ("dev", "test"):
        rows = records(split)
        for way, use in (("text only", ("text",)), ("all", PARTS)):
            hits = [
                min(
                    assess_record(Record.from_row(row), use, full=False).rank_of(name)
                    for name in (row.condition, *row.acceptable)
                )
                for row in rows
            ]
            for k in (1, 3):
                share = sum(rank <= k for rank in hits) / len(rows)
                assert abs(share - stored[split]["ways"][way][f"top-{k}"][0]) < 1e-4
