"""A plan states nothing without a source, and guesses nothing."""

import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medai.datasets.plan import known_conditions, quantities, questions_zh
from medai.personalised.drugs import match
from medai.personalised.pgx import call, gene_names
from medai.personalised.plan import SECTIONS, Line, make_plan
from medai.personalised.plan.conditions import find_condition
from medai.personalised.plan.line import LEVELS
from medai.personalised.plan.page import html_page, markdown
from medai.personalised.risk.catalogue import NAMES
from medai.runtime.errors import MedaiError

CHEN = {
    "age_years": 71,
    "sex": "female",
    "conditions": "高血压，糖尿病",
    "genes": {"CYP2D6": "*10/*10"},
    "medicines": ["二甲双胍 0.5g", "metoprolol 50 mg", {"name": "可待因", "status": "planned"}],
    "measurements": [{"name": "血肌酐", "value": 130, "unit": "µmol/L"}],
    "allergies": [],
}


def texts(plan, section):
    return [line.text for line in plan.of(section)]


def test_the_circulating_patient():
    plan = make_plan(CHEN)
    assert "Intermediate Metabolizer, activity score 0.5" in texts(plan, "genes")[0]
    advice = {line.data["drug"]: line for line in plan.of("advice")}
    assert advice["codeine"].data["action"] == "standard"
    assert advice["metoprolol"].data["action"] == "standard"
    # CKD-EPI 2021, 130 µmol/L = 1.4706 mg/dL: 142 × 2.1008^-1.2 × 0.9938^71 × 1.012
    # = 142 × 0.4103 × 0.6430 × 1.012 = 37.92
    assert plan.of("risks")[0].data["value"] == pytest.approx(37.92, abs=0.01)
    assert any("Metformin" in text and "eGFR" in text for text in texts(plan, "alerts"))


def test_a_single_allele_is_asked_about_and_nothing_is_said_about_the_gene():
    plan = make_plan({**CHEN, "genes": {"CYP2D6": "CYP2D6*10"}})
    first = plan.questions[0]
    assert "Which is the second?" in first.text
    assert "*10/*10 gives Intermediate Metabolizer" in first.text
    assert "第二个等位基因" in first.text_zh
    assert plan.of("genes") == ()
    assert all(line.data["drug"] != "codeine" for line in plan.of("advice"))
    assert any(line.data.get("drug") == "codeine" for line in plan.questions)


def test_another_medicine_can_change_what_a_genotype_means():
    plan = make_plan({**CHEN, "medicines": [*CHEN["medicines"], "Seroxat"]})
    codeine = next(line for line in plan.of("advice") if line.data["drug"] == "codeine")
    assert (codeine.data["action"], codeine.level) == ("avoid", "major")
    assert "Poor Metabolizer" in codeine.text
    assert "合用药物" in codeine.text_zh


def test_a_stopped_medicine_counts_no_more():
    stopped = {"name": "paroxetine", "status": "stopped"}
    plan = make_plan({**CHEN, "medicines": [*CHEN["medicines"], stopped]})
    codeine = next(line for line in plan.of("advice") if line.data["drug"] == "codeine")
    assert codeine.data["action"] == "standard"
    assert "was stopped" in codeine.text


def test_unknown_medicines_units_and_values_become_questions():
    plan = make_plan(
        {
            "medicines": ["xyzzyol", "metformin"],
            "measurements": [{"name": "creatinine", "value": 90, "unit": "mg/dL"}],
            "age_years": 50,
            "sex": "male",
        }
    )
    asked = " ".join(texts(plan, "ask"))
    assert "xyzzyol" in asked
    assert "was µmol/L meant" in asked
    assert plan.of("risks") == ()


def test_a_condition_that_is_not_listed_is_unknown_not_absent():
    known = {**CHEN, "answers": {"heart_failure": False}}
    assert make_plan(known)
    with pytest.raises(MedaiError, match=r"answers\.diabetes is False, but the record says True"):
        make_plan({**CHEN, "answers": {"diabetes": False}})
    with pytest.raises(MedaiError, match="no score asks this"):
        make_plan({**CHEN, "answers": {"happiness": True}})


def test_the_score_for_another_age_is_not_mentioned():
    plan = make_plan({"age_years": 55, "sex": "male"})
    assert all(line.data.get("score") != "score2_op" for line in plan.lines)


def test_alerts_come_gravest_first():
    plan = make_plan(
        {"medicines": "warfarin, fluconazole, simvastatin, clarithromycin, ibuprofen",
         "age_years": 71, "sex": "male", "allergies": []}
    )  # fmt: skip
    levels = [LEVELS.index(line.level) for line in plan.of("alerts")]
    assert len(levels) >= 3
    assert levels == sorted(levels)


def test_complaints_are_joined_with_the_record():
    plan = make_plan(
        {"complaints": "Crushing chest pain going into my left arm, I am sweating.",
         "age_years": 61, "sex": "male"}
    )  # fmt: skip
    assert plan.of("urgent")
    assert plan.of("urgent")[0].sources


def test_the_same_gene_twice_must_agree():
    same = make_plan({"genes": {"CYP2D6": "*1/*4", "cyp2d6": "*4/*1"}})
    assert len(same.of("genes")) == 1
    both = make_plan({"genes": {"CYP2D6": "*1/*4", "cyp2d6": "*4/*4"}})
    assert both.of("genes") == ()
    assert any("given twice" in text for text in texts(both, "ask"))


def test_what_is_written_can_be_parsed_and_nothing_is_left_out():
    plan = make_plan({**CHEN, "name": "Mrs <Chen> *71*"})
    data = json.loads(json.dumps(plan.to_dict()))
    assert sum(len(lines) for lines in data["sections"].values()) == len(plan.lines)
    for lang in ("en", "zh"):
        page, text = plan.to_html(lang), plan.to_markdown(lang)
        assert "<Chen>" not in page
        assert "\\<Chen\\>" in text
        assert page.count("<li") >= len(plan.lines)
        numbers = {int(n) for n in re.findall(r"\[(\d+)\]", text)}
        assert numbers == set(range(1, len(numbers) + 1))
    with pytest.raises(MedaiError, match="lang='fr'"):
        plan.to_markdown("fr")


def test_a_line_without_a_source_cannot_be_made():
    with pytest.raises(MedaiError, match="no source"):
        Line("advice", "Take it.")
    with pytest.raises(MedaiError, match="none of the plan's"):
        Line("gossip", "Take it.")


def test_english_is_marked_on_a_chinese_page():
    line = Line("ask", "Only English.")
    assert '<span lang="en">Only English.</span>' in html_page("x", [line], "zh")
    assert "Only English." in markdown("x", [line], "zh")


def test_tables_of_the_plan_fit_the_scores():
    assert set(questions_zh()) == set(NAMES)
    for one in known_conditions():
        assert set(one.means) <= set(NAMES)
        assert {find_condition(name) for name in (one.name, one.name_zh, *one.aliases)} == {one}
        for code in one.icd10:
            assert find_condition(code) == one
    for text in ("no diabetes", "mother: diabetes", "diabetes?", "糖尿病待排", ""):
        assert find_condition(text) is None


JUNK = st.text(max_size=12)
GENE = st.sampled_from([*gene_names(), "CYP2D6", "CYP9Z9", "cyp2d6 "]) | JUNK
DIPLOTYPE = (
    st.sampled_from(["*1/*4", "*10", "*10/*10", "*1x2/*4", "", "*4+*10", "rs123", "A/G", "*999/*1",
                     "positive", "*1/*1/*1", "B (reference)/B (reference)", "＊１／＊４"])
    | JUNK
)  # fmt: skip
DRUG = (
    st.sampled_from(["codeine", "华法林", "Seroxat", "paroxetin", "metformin 500mg bd", "aspirin",
                     "hydralzine", "co-codamol", "simvastatin", "clarithromycin", "xyz", "",
                     "insulin", "vitamin"])
    | JUNK
)  # fmt: skip
NUMBER = st.sampled_from([0, -1, 1, 5.6, 48, 90, 130, 1e9, float("nan"), float("inf"), True, "8"])
UNIT = st.sampled_from(["mg/dL", "mmol/L", "µmol/L", "%", "mmHg", "", "furlong"]) | JUNK
MEASURED = st.fixed_dictionaries(
    {"name": st.sampled_from([*quantities(), "TSH", "x"]) | JUNK, "value": NUMBER, "unit": UNIT}
)
PATIENT = st.fixed_dictionaries(
    {},
    optional={
        "age_years": st.sampled_from([0, 1, 35, 71, 122, 200, -3, "x", None]),
        "sex": st.sampled_from(["female", "male", "other", None]),
        "pregnant": st.sampled_from([True, False, None, "maybe"]),
        "genes": st.dictionaries(GENE, DIPLOTYPE, max_size=3),
        "medicines": st.lists(DRUG, max_size=5) | JUNK,
        "allergies": st.lists(st.sampled_from(["penicillin", "青霉素: rash", "sulfa", "?"]) | JUNK,
                              max_size=2) | st.none(),
        "conditions": st.lists(st.sampled_from(["高血压", "E11.9", "房颤", "dragons"]) | JUNK,
                               max_size=3),
        "measurements": st.lists(MEASURED, max_size=4),
        "complaints": st.sampled_from(["", "头晕", "I have a cough and a fever", "???"]) | JUNK,
        "answers": st.dictionaries(
            st.sampled_from([*sorted(NAMES), "nonsense"]),
            st.booleans() | st.floats(0, 300) | st.sampled_from(["low", "white", "x"]),
            max_size=3,
        ),
    },
)  # fmt: skip


@settings(max_examples=1000)
@given(PATIENT)
def test_a_mutated_patient_gives_a_plan_or_a_clear_refusal(patient):
    """Never a traceback, never a silent guess."""
    try:
        plan = make_plan(patient)
    except MedaiError:
        return
    said = " ".join(line.text for line in plan.lines)
    for line in plan.lines:
        assert line.section in SECTIONS
        assert line.sources or line.section in ("ask", "unread")
    understood = {one.stated for one in plan.medicines}
    for one in plan.patient.medicines:
        asked = [line for line in plan.questions if line.data.get("medicine") == one.name]
        assert (one.name in understood) != (bool(asked) and match(one.name).asked)
    for gene, diplotype in plan.patient.genes.items():
        try:
            one = call(gene, diplotype)
        except MedaiError:
            assert any(line.data.get("diplotype") == diplotype for line in plan.questions)
        else:
            assert one.gene in said
    plan.to_html("zh")
    json.dumps(plan.to_dict(), allow_nan=False)
