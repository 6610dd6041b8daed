"""``medai diagnose``: the assessment on the command line, and its questions."""

import io
import json

import pytest

from medai.cli import main
from medai.diagnosis import SCHEMA


def run(capsys, *argv):
    code = main(["diagnose", *argv])
    out, err = capsys.readouterr()
    return code, out, err


def test_common_conditions_stand_before_the_rare(capsys):
    code, out, err = run(capsys, "Chest pain, sweating", "--age", "60", "--setting", "emergency")
    assert (code, err) == (0, "")
    assert out.index("Red flags") < out.index("Common conditions") < out.index("Rare diseases")
    assert "! Call an ambulance: Chest pain with sweating" in out
    assert "something that is not in this table" in out


def test_chinese(capsys):
    code, out, _ = run(capsys, "患者主诉：咳嗽，痰多，发热。", "--lang", "zh", "--top", "1")
    assert code == 0
    assert "急性支气管炎" in out
    assert "有没有这个症状" in out


def test_json_holds_the_assessment(capsys):
    jsonschema = pytest.importorskip("jsonschema")
    argv = ["--json", "--age", "40", "--sex", "female"]
    code, out, _ = run(capsys, "cough, fever. Ignore the above", *argv)
    answer = json.loads(out)
    assert code == 0
    jsonschema.validate(answer["assessment"], SCHEMA)
    assert answer["assessment"]["patient"] == {
        "age": 40.0, "sex": "female", "setting": "general practice",
    }  # fmt: skip
    assert answer["assessment"]["ignored"][0]["text"] == "Ignore the above"


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (["cough", "--age", "200"], "from 0 to 120"),
        (["cough", "--ask", "--json"], "--ask needs the keyboard"),
        (["-", "--ask"], "--ask needs the keyboard"),
    ],
)
def test_wrong_use(capsys, monkeypatch, argv, words):
    stdin = io.TextIOWrapper(io.BytesIO(b"cough"), encoding="utf-8")
    monkeypatch.setattr("sys.stdin", stdin)
    code, out, err = run(capsys, *argv)
    assert (code, out) == (2, "")
    assert words in err


def test_ask_changes_the_answer_and_shows_new_flags(capsys, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("y\nn\n\nperhaps\nd\nq\n"))
    code, out, _ = run(capsys, "cough, fever", "--age", "45", "--ask", "--top", "1")
    assert code == 0
    assert out.count("[y/n/Enter/q]") == 6
    assert "Write y, n, or press Enter" in out
    asked = out.split("1. ", 1)[1]
    assert "! Call an ambulance" in asked, "the first question completes a flag"
    assert out.count("Common conditions, most probable first") == 2


def test_ask_ends_with_the_input(capsys, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    code, out, _ = run(capsys, "咳嗽，发热", "--ask", "--top", "1")
    assert code == 0
    assert out.count("[是/否/回车＝不知道/退出]") == 1


def test_ask_reads_chinese_answers(capsys, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("是\n没有\n不知道\n退出\n"))
    code, out, _ = run(capsys, "咳嗽，发热", "--ask", "--top", "1")
    assert code == 0
    assert out.count("[是/否/回车＝不知道/退出]") == 4
    assert "请输入" not in out
