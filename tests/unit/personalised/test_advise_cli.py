"""``medai advise``."""

from __future__ import annotations

import json

import pytest

from medai.cli import main


def test_the_case_of_the_chapter(capsys):
    words = ["--drug", "codeine", "--gene", "CYP2D6=*1/*1", "--taking", "paroxetine"]
    assert main(["advise", *words]) == 0
    out = capsys.readouterr().out
    assert out.startswith("Drug: codeine\nCYP2D6 *1/*1: Normal Metabolizer, activity score 2\n")
    assert "used here: Poor Metabolizer, activity score 0" in out
    assert "Action: avoid\nStrength: strong\n" in out
    assert out.count("Not medical advice.") == 1
    assert "Source: CPIC" in out


def test_chinese(capsys):
    words = ["--drug", "氯吡格雷", "--gene", "CYP2C19=*2/*2", "--lang", "zh"]
    assert main(["advise", *words]) == 0
    assert "普拉格雷" in capsys.readouterr().out


def test_json(capsys):
    words = ["--drug", "amitriptyline", "--gene", "CYP2D6=*1/*4", "--json"]
    assert main(["advise", *words]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["missing"] == ["CYP2C19"]
    assert answer["genes"][0]["phenotype"] == "Intermediate Metabolizer"


def test_a_missing_gene_is_an_answer(capsys):
    assert main(["advise", "--drug", "warfarin", "--gene", "CYP2C9=*1/*3"]) == 0
    out = capsys.readouterr().out
    assert "Missing: VKORC1" in out
    assert "Action: none" in out


def test_list(capsys):
    assert main(["advise", "--list"]) == 0
    assert "clopidogrel" in capsys.readouterr().out.splitlines()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--drug", "paracetamol"], "does not mean that none exists"),
        (["--drug", "codeine", "--gene", "CYP2D6=*10"], "Which is the second?"),
        (["--drug", "codeine", "--gene", "CYP2D6"], "has no result"),
        (["--drug", "codeine", "--gene", "CYP2D6="], "has no result"),
        (["--drug", "codeine", "--gene", "CYP2D6=*1/*1", "--gene", "cyp2d6=*4/*4"], "twice"),
        (["--drug", "codeine", "--population", "astronauts"], "It has: general"),
        ([], "Which drug?"),
        (["--drug", " "], "No drug was given"),
    ],
)
def test_refusals(capsys, words, said):
    assert main(["advise", *words]) == 2
    err = capsys.readouterr().err
    assert said in err
    assert err.startswith("medai: ")
    assert "Traceback" not in err
