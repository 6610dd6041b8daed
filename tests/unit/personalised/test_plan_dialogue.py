"""The plan at the keyboard, on the command line, in FHIR, and in a model's words."""

import builtins
import datetime
import json

import pytest

from medai.cli import main
from medai.datasets.plan import questions_zh
from medai.personalised.plan import make_plan, read_patient
from medai.personalised.plan.asking import (
    answer,
    arguments,
    next_question,
    questions,
    second_allele,
)
from medai.personalised.plan.fhir_plan import SEVERITY, plan_bundle
from medai.personalised.plan.rephrase import fault, rephrase, sentences
from medai.personalised.plan.schema import SCHEMA
from medai.runtime.errors import MedaiError

CHEN = {"age_years": 71, "sex": "female", "genes": {"CYP2D6": "CYP2D6*10"},
        "conditions": "高血压，糖尿病"}  # fmt: skip


def test_the_dialogue_of_the_circulating_input():
    plan = make_plan(CHEN)
    first = next_question(plan)
    assert first.key == "gene:CYP2D6"
    assert "第二个等位基因" in first.words("zh")
    plan = make_plan(answer(plan.patient, first, "*10"))
    assert plan.of("genes")[0].data["phenotype"] == "Intermediate Metabolizer"
    second = next_question(plan, {first.key})
    assert second.key == "medicines:"
    plan = make_plan(answer(plan.patient, second, "美托洛尔，可待因"))
    assert {line.data["drug"] for line in plan.of("advice")} == {"metoprolol", "codeine"}


@pytest.mark.parametrize(
    ("first", "words", "both"),
    [("*10", "*10", "*10/*10"), ("CYP2D6*10", "*1x2", "*10/*1x2"), ("*10", "*1/*10", "*1/*10"),
     ("*10", "unknown", "unknown"), ("*4/*5/*6", "*1", "*1")],
)  # fmt: skip
def test_two_alleles_are_joined_and_nothing_else(first, words, both):
    assert second_allele(first, words) == both


def test_every_question_can_be_answered_or_left_open():
    plan = make_plan({**CHEN, "medicines": "metformin, xyzzyol, valproate", "age_years": 30,
                      "measurements": [{"name": "systolic", "value": 150, "unit": "mmHg"},
                                       {"name": "HDL", "value": 50, "unit": "mg/dL"}]})  # fmt: skip
    kinds = {one.key.partition(":")[0] for one in questions(plan)}
    assert {"gene", "medicine", "field"} <= kinds
    for one in questions(plan):
        assert one.text
        assert one.text_zh
        with pytest.raises(MedaiError, match="empty"):
            answer(plan.patient, one, "  ")
    assert set(questions_zh()) >= set(arguments())


def test_answers_are_read_by_their_kind():
    patient = read_patient({"sex": "female", "age_years": 30, "medicines": "valproate"})
    by_key = {one.key: one for one in questions(make_plan(patient))}
    changed = answer(patient, by_key["field:pregnant"], "是")
    assert changed.pregnant is True
    with pytest.raises(MedaiError, match="yes or no"):
        answer(patient, by_key["field:pregnant"], "perhaps")
    changed = answer(patient, by_key["field:allergies"], "penicillin: rash, latex")
    assert [(one.substance, one.reaction) for one in changed.allergies] == [
        ("penicillin", "rash"),
        ("latex", None),
    ]
    assert answer(patient, by_key["field:allergies"], "none").allergies == ()


def test_a_misread_medicine_can_be_put_right():
    plan = make_plan({"medicines": ["xyzzyol", "metformin"]})
    one = next(one for one in questions(plan) if one.key == "medicine:xyzzyol")
    plan = make_plan(answer(plan.patient, one, "codeine"))
    assert [one.ingredients for one in plan.medicines] == [("codeine",), ("metformin",)]


def patient_file(tmp_path, data, name="patient.json"):
    path = tmp_path / name
    path.write_text(data if isinstance(data, str) else json.dumps(data), encoding="utf-8")
    return str(path)


def test_the_command_prints_markdown_json_fhir_and_a_page(tmp_path, capsys):
    path = patient_file(tmp_path, {**CHEN, "genes": {"CYP2D6": "*4/*4"}, "medicines": "codeine"})
    assert main(["plan", path]) == 0
    out = capsys.readouterr().out
    assert "codeine: avoid" in out
    assert out.count("not medical advice") == 1
    assert main(["plan", path, "--lang", "zh"]) == 0
    assert "避免使用" in capsys.readouterr().out
    assert main(["plan", path, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["sections"]["advice"][0]["data"]["action"] == "avoid"
    page = tmp_path / "plan.html"
    assert main(["plan", path, "--html", str(page)]) == 0
    assert page.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert "<script" not in page.read_text(encoding="utf-8")


def test_the_command_counts_no_value_of_another_decade(tmp_path, capsys):
    """Metformin is contraindicated below an eGFR of 30: today's value says so, an old one asks."""
    today = datetime.date.today()
    said = {"age_years": 71, "sex": "male", "medicines": "metformin", "allergies": []}
    for date, alerts in ((str(today), True), ("2015-11-20", False)):
        value = {"name": "egfr", "value": 20, "unit": "mL/min/1.73m²", "date": date}
        path = patient_file(tmp_path, {**said, "measurements": [value]})
        assert main(["plan", path, "--json"]) == 0
        found = json.loads(capsys.readouterr().out)
        jsonschema = pytest.importorskip("jsonschema")
        jsonschema.validate(found, SCHEMA)
        levels = {line["level"] for line in found["sections"].get("alerts", [])}
        assert ("contraindicated" in levels) is alerts
        asked = [line["text"] for line in found["sections"]["ask"]]
        assert any("measure it again" in text for text in asked) is not alerts


def test_a_bundle_goes_in_and_comes_out(tmp_path, capsys):
    pytest.importorskip("fhir.resources")
    path = patient_file(tmp_path, {**CHEN, "genes": {"CYP2D6": "*4/*4"}, "medicines": "codeine"})
    assert main(["plan", path, "--fhir"]) == 0
    bundle = capsys.readouterr().out
    kinds = [one["resource"]["resourceType"] for one in json.loads(bundle)["entry"]]
    assert {"Patient", "Observation", "CarePlan"} <= set(kinds)
    again = patient_file(tmp_path, bundle, "bundle.json")
    assert main(["plan", again]) == 0
    said = capsys.readouterr()
    assert "codeine: avoid" in said.out
    assert "careplan-1" in said.err


def test_severities_are_those_of_fhir():
    pytest.importorskip("fhir.resources")
    plan = make_plan({"medicines": "warfarin, fluconazole, metformin", "allergies": [],
                      "measurements": [{"name": "egfr", "value": 20, "unit": "mL/min/1.73m²"}],
                      "age_years": 71, "sex": "male"})  # fmt: skip
    found = [one["resource"] for one in plan_bundle(plan)["entry"]]
    issues = [one for one in found if one["resourceType"] == "DetectedIssue"]
    assert [one["severity"] for one in issues] == [
        SEVERITY[line.level] for line in plan.of("alerts")
    ]
    assert all("Sources: " in one["detail"] for one in issues)


def test_options_make_a_patient(capsys):
    arguments = ["plan", "--gene", "CYP2D6=*10/*10", "--taking", "paroxetine", "--planned",
                 "可待因", "--conditions", "高血压，糖尿病"]  # fmt: skip
    assert main(arguments) == 0
    assert "codeine: avoid" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "There is no patient"),
        (["nowhere.json"], "cannot be read"),
        (["--gene", "CYP2D6"], "GENE=DIPLOTYPE"),
        (["--age", "200"], "age_years is 200"),
        (["--ask", "--json"], "--ask needs the keyboard"),
        (["-", "--ask"], "--ask needs the keyboard"),
        (["--age", "7", "--html", "/nowhere/plan.html"], "cannot be written"),
    ],
)
def test_unusable_calls_are_refused(arguments, words, capsys):
    assert main(["plan", *arguments]) == 2
    said = capsys.readouterr()
    assert words in said.err
    assert said.out == ""


@pytest.mark.parametrize("text", ["", "{", "[]", "3", '{"age": 3}', "\ufeff{}x", "[" * 99_999])
def test_a_file_that_is_no_patient_is_refused(text, tmp_path, capsys):
    assert main(["plan", patient_file(tmp_path, text)]) == 2
    assert "Traceback" not in capsys.readouterr().err


def test_a_field_must_not_stand_twice(tmp_path, capsys):
    assert main(["plan", patient_file(tmp_path, {"age_years": 3}), "--age", "4"]) == 2
    assert "leave out one" in capsys.readouterr().err


def test_the_keyboard(monkeypatch, capsys):
    answers = iter(["*10", "可待因", "what?", "q"])
    monkeypatch.setattr(builtins, "input", lambda prompt: next(answers))
    assert main(["plan", "--gene", "CYP2D6*10", "--ask", "--age", "71", "--sex", "female"]) == 0
    said = capsys.readouterr()
    assert "Which is the second?" in said.err
    assert "codeine: standard" in said.out


def plan_for_words():
    return make_plan({"genes": {"CYP2D6": "*4/*4"}, "medicines": "codeine, metoprolol"})


class Model:
    def __init__(self, *said):
        self.said, self.prompts = list(said), []

    def generate(self, prompt, **settings):
        self.prompts.append(prompt)
        return self.said.pop(0)


def test_without_a_model_the_template_stands():
    assert [one.by for one in rephrase(plan_for_words())] == ["template", "template"]


def test_a_faithful_sentence_is_shown_and_a_false_one_never():
    good = "Avoid codeine, because your test shows CYP2D6 Poor Metabolizer."
    said = rephrase(plan_for_words(), Model(good, "Metoprolol is safe."))
    assert (said[0].text, said[0].by) == (good, "model")
    assert (said[1].text, said[1].by) == (said[1].template, "template")
    assert "safe" in said[1].why


AVOID = "You should not take codeine, because your test shows CYP2D6 Poor Metabolizer."


@pytest.mark.parametrize(
    "said",
    [
        "You should take codeine, because your test shows CYP2D6 Poor Metabolizer.",
        "You should not avoid codeine, because your test shows CYP2D6 Poor Metabolizer.",
        "Do not take codeine, because your test shows CYP2D6 not Poor Metabolizer.",
        "You should not take tramadol, because your test shows CYP2D6 Poor Metabolizer.",
        "You should not take codeine, because your test shows CYP2D6 Normal Metabolizer.",
        "You should not take codeine, because your test shows CYP2C19 Poor Metabolizer.",
        "You should not take codeine.",
        "You should not take 10 codeine, because your test shows CYP2D6 Poor Metabolizer.",
        "Your usual dose of codeine, because your test shows CYP2D6 Poor Metabolizer.",
        "Avoid digoxin, because your test shows CYP2D6 Poor Metabolizer.",
        "",
    ],
)
def test_a_sentence_that_says_anything_else_falls_back(said):
    assert fault(said, AVOID, "avoid", "codeine")


def test_the_template_passes_its_own_check():
    plan = make_plan(
        {"genes": {"CYP2D6": "*10/*10", "CYP2C19": "*2/*2", "CYP2C9": "*1/*1"},
         "medicines": "codeine, metoprolol, paroxetine, clopidogrel, omeprazole, ibuprofen"}
    )  # fmt: skip
    found = sentences(plan)
    assert len({line.data["action"] for _, line in found}) >= 3
    for text, line in found:
        assert fault(text, text, line.data["action"], line.data["drug"]) == ""


def test_an_article_is_no_gene():
    """HLA-A must not make the word "a" a name that has to be kept."""
    template = "Another medicine may suit you better than codeine, because your test shows CYP2D6."
    said = "A different medicine may suit you better than codeine, as your test shows CYP2D6."
    assert fault(said, template, "alternative", "codeine") == ""


def test_no_word_of_the_patient_is_in_a_prompt():
    model = Model("x", "x")
    said = {"name": "Zebedee", "complaints": "secretword headache"}
    genes = {"genes": {"CYP2D6": "*4/*4"}, "medicines": "codeine, metoprolol"}
    plan = make_plan({**said, **genes})
    rephrase(plan, model)
    assert all("Zebedee" not in one and "secretword" not in one for one in model.prompts)


def test_json_keeps_its_schema():
    jsonschema = pytest.importorskip("jsonschema")
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    for data in ({}, {**CHEN, "medicines": "codeine, metformin", "complaints": "chest pain"}):
        plan = make_plan(data)
        jsonschema.validate(json.loads(json.dumps(plan.to_dict())), SCHEMA)
