"""``medai chat``: one question, many, JSON, odd input."""

import io
import json

import pytest
from rag_passages import PASSAGES, SIGNS

import medai.llm.rag
from medai.cli import main
from medai.llm.rag.answerer import Answerer


@pytest.fixture(autouse=True)
def small(monkeypatch):
    """Answer from the passages of the tests."""
    kept = {}

    def make(**options):
        key = str(options)
        kept[key] = kept.get(key) or Answerer(PASSAGES, signs=SIGNS, **options)
        return kept[key]

    monkeypatch.setattr(medai.llm.rag, "Answerer", make)


def test_a_question_is_answered_with_its_sources(capsys):
    assert main(["chat", "Do antibiotics help with a cold?"]) == 0
    out = capsys.readouterr().out
    assert "Antibiotics do not help a cold [1]." in out
    assert "\n[1] Common cold <https://example.org/cold>\n" in out


def test_json_is_one_object_a_question(capsys, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("What is a fever?\n\n我胸痛\nq\nnever read\n"))
    assert main(["chat", "--json"]) == 0
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [one["kind"] for one in found] == ["answered", "emergency"]
    assert found[1]["lang"] == "zh"


def test_the_language_can_be_chosen(capsys):
    assert main(["chat", "I have chest pain", "--lang", "zh"]) == 0
    assert "急救电话" in capsys.readouterr().out


@pytest.mark.parametrize("question", ["", "   ", "🤒", "x" * 10_000])
def test_what_is_no_question_is_one_line_and_code_two(capsys, question):
    assert main(["chat", question]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("medai: The question has")
    assert err.count("\n") == 1


def test_a_line_that_is_no_question_does_not_end_the_talk(capsys, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("12345\nWhat is a fever?\n"))
    assert main(["chat"]) == 1
    out, err = capsys.readouterr()
    assert "38 °C" in out
    assert err.count("medai:") == 1


def test_an_unknown_model_is_refused(capsys):
    assert main(["chat", "What is a fever?", "--llm", "gpt3"]) == 2
    assert "gpt3" in capsys.readouterr().err
