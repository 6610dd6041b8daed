"""``medai diagnose``: the example, the JSON, and every kind of unusable input."""

import io
import json
import os
import subprocess
import sys

import pytest

from medai.cli import main
from medai.knowledge import load_graph
from medai.knowledge.linking import link

EXAMPLE = "Short stature, webbed neck, no fever, coarctation of the aorta"


def run(capsys, *argv):
    code = main(["diagnose", *argv])
    out, err = capsys.readouterr()
    return code, out, err


def test_the_example(capsys):
    code, out, err = run(capsys, EXAMPLE)
    assert (code, err) == (0, "")
    lines = out.splitlines()
    for words in ("HP:0004322", '"webbed neck" [15:26]', '"coarctation of the aorta" [38:62]'):
        assert words in out
    denied = lines.index("Denied: lower the diseases that have them:")
    assert "HP:0001945  Fever" in lines[denied + 1]
    assert 'because of "no"' in lines[denied + 1]
    first = next(line for line in lines if line.startswith("  1. "))
    assert "Noonan syndrome" in first
    assert "PMID:" in out, "every line of an explanation has its source"
    assert "Covers rare disease only" in out
    assert lines[-1] == "Not medical advice."


def test_turner_syndrome_is_in_orphanets_list(capsys):
    _, out, _ = run(capsys, EXAMPLE, "--source", "orpha", "--json")
    names = [disease["name"] for disease in json.loads(out)["ranking"]]
    assert "Noonan syndrome" in names[:3]
    assert any("monosomy X" in name.replace("Monosomy", "monosomy") for name in names)


def test_json(capsys):
    code, out, _ = run(capsys, EXAMPLE + ". Glorbing. Mother: migraine. ?cough", "--json")
    answer = json.loads(out)
    assert code == 0
    keys = {"schema", "ontology", "findings", "used", "ranking", "notes", "assessment"}
    assert set(answer) == keys
    assert answer["schema"] == 1
    found = answer["findings"]
    assert [f["hpo_id"] for f in found["present"]] == ["HP:0004322", "HP:0000465", "HP:0001680"]
    assert [f["hpo_id"] for f in found["excluded"]] == ["HP:0001945"]
    assert [f["name"] for f in found["uncertain"]] == ["Cough"]
    assert [f["name"] for f in found["family"]] == ["Migraine"]
    assert [u["text"] for u in found["unrecognised"]] == ["Glorbing"]
    assert set(found["present"][0]) == {
        "hpo_id", "name", "start", "end", "text", "matched", "method", "score", "status",
        "family", "cue", "history", "onset", "days", "course", "degree",
    }  # fmt: skip
    assert found["history"] == found["measurements"] == []
    assert answer["used"]["present"] == ["HP:0004322", "HP:0000465", "HP:0001680"]
    assert len(answer["ranking"]) == 10
    for disease in answer["ranking"]:
        why = disease["explanation"]
        parts = [*why["supporting"], *why["opposing"], *why["silent"]]
        assert sum(part["value"] for part in parts) == pytest.approx(disease["score"])
        assert all(part["annotations"] for part in why["supporting"])
    scores = [disease["score"] for disease in answer["ranking"]]
    assert scores == sorted(scores, reverse=True)


def test_a_denied_finding_never_raises_a_disease_that_has_it():
    """Noonan syndrome 1 has a webbed neck: denying it must cost."""

    def score(text):
        found = link(text)
        ranking = load_graph().rank(found.present_ids, found.excluded_ids, 13_000)
        return next(d.score for d in ranking if d.disease_id == "OMIM:163950")

    assert score("short stature, no webbed neck") < score("short stature")


def test_top_and_source(capsys):
    _, out, _ = run(capsys, "webbed neck", "--json", "--top", "3", "--source", "orpha")
    ids = [disease["disease_id"] for disease in json.loads(out)["ranking"]]
    assert len(ids) == 3
    assert all(disease.startswith("ORPHA:") for disease in ids)


def test_not_understood_is_said(capsys):
    code, out, _ = run(capsys, "webbed neck, hyprtension, ASD, hearing loss test normal")
    assert code == 0
    assert '"hyprtension" [13:24]; similar names: ' in out
    assert "could be Autistic behavior" in out


def test_input_from_a_file_and_from_a_pipe(capsys, tmp_path, monkeypatch):
    path = tmp_path / "note.txt"
    path.write_bytes(b"\xef\xbb\xbfWebbed neck\r\n")
    _, from_file, _ = run(capsys, "--file", str(path), "--json")
    stdin = io.TextIOWrapper(io.BytesIO(path.read_bytes()), encoding="utf-8")
    monkeypatch.setattr(sys, "stdin", stdin)
    _, from_pipe, _ = run(capsys, "-", "--json")
    assert from_file == from_pipe
    assert json.loads(from_file)["findings"]["present"][0]["start"] == 0


UNUSABLE = {
    "": "The text is empty",
    " \n\t ": "The text is empty",
    "the quick brown fox": "No finding was recognised",
    "no fever": "Recognised as denied: Fever",
    "possible fever": "Recognised as uncertain: Fever",
    "his mother has fever": "Recognised in relatives: Fever",
    "fever. no fever": "Stated both as present and as absent: Fever (HP:0001945)",
    "😀😀😀": "No finding was recognised",
    "否认发热": "识别为已否认：发热",
    "حمى وسعال": "mostly in Arabic letters",
    "лихорадка и кашель": "mostly in Cyrillic letters",
    "\x00\x01\x02": "No finding was recognised",
    "\udcff\udcfe": "No finding was recognised",
    "a" * 100_000: "No finding was recognised",
    "x " * 50_000: "No finding was recognised",
    "hyprtension": "similar names: ",
}


@pytest.mark.parametrize("text", UNUSABLE, ids=[ascii(text[:20]) for text in UNUSABLE])
@pytest.mark.parametrize("more", [[], ["--json"]])
def test_unusable_text_gets_a_clear_answer_and_code_2(capsys, text, more):
    code, out, err = run(capsys, text, *more)
    assert (code, out) == (2, "")
    assert UNUSABLE[text] in err
    assert "Traceback" not in err
    assert len(err) < 2000


def test_100_kb_of_findings(capsys):
    text = ("Short stature, webbed neck, no fever, coarctation of the aorta. " * 2000)[:100_000]
    code, out, _ = run(capsys, text, "--json")
    answer = json.loads(out)
    assert code == 0
    assert answer["used"]["present"] == ["HP:0004322", "HP:0000465", "HP:0001680"]


def test_more_than_a_million_characters_are_refused(capsys):
    code, _, err = run(capsys, "fever " * 200_000)
    assert code == 2
    assert "at most 1,000,000" in err


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        ([], "There is no text"),
        (["--file", "/no/such/file"], "/no/such/file cannot be read: No such file"),
        (["fever", "--file", "x"], "not both"),
        (["fever", "--top", "0"], "--top 0: give a whole number from 1 to 200"),
        (["fever", "--top", "201"], "--top 201: give a whole number from 1 to 200"),
    ],
)
def test_wrong_use(capsys, argv, words):
    code, _, err = run(capsys, *argv)
    assert code == 2
    assert words in err


def test_a_file_that_is_no_text(capsys, tmp_path):
    path = tmp_path / "picture.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n\xff\xfe")
    code, _, err = run(capsys, "--file", str(path))
    assert code == 2
    assert "not UTF-8 text (byte 0)" in err


def test_control_characters_do_not_reach_the_terminal(capsys):
    _, out, _ = run(capsys, "webbed neck, glor\x1b[31mbing \u202e txet")
    assert "\x1b" not in out
    assert "\u202e" not in out


def test_odd_bytes_on_the_real_command_line():
    """Arguments that are no UTF-8, and an output that knows ASCII only."""
    command = [sys.executable.encode(), b"-m", b"medai", b"diagnose", b"webbed neck \xff \xe2\x98"]
    if os.name == "nt":
        pytest.skip("Windows passes arguments as text")
    done = subprocess.run(
        command, capture_output=True, env={**os.environ, "PYTHONIOENCODING": "ascii"}
    )
    assert done.returncode == 0, done.stderr
    assert b"HP:0000465" in done.stdout
    assert done.stderr == b""
