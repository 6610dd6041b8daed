"""``medai pgx`` and ``medai pgx-table``."""

from __future__ import annotations

import csv
import io
import json

import pytest

from medai.cli import main


def table(tmp_path, text: str | bytes):
    path = tmp_path / "in.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def read(path) -> list[dict[str, str]]:
    with open(path, encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def test_pgx_prints_the_case_of_the_chapter(capsys):
    assert main(["pgx", "CYP2D6", "*10/*10"]) == 0
    out = capsys.readouterr().out
    assert "Activity score: 0.5\nPhenotype: Intermediate Metabolizer" in out
    assert out.count("*10: Decreased function, value 0.25") == 2
    assert out.count("Not medical advice") == 1
    assert "Source: PharmCAT" in out


def test_pgx_asks_for_the_second_allele(capsys):
    assert main(["pgx", "CYP2D6*10"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "Which is the second?" in said.err
    assert "Traceback" not in said.err
    assert main(["pgx", "CYP2D6*10/*10"]) == 0


def test_pgx_json(capsys):
    assert main(["pgx", "vkorc1", "-1639 G/A", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["gene"], answer["phenotype"]) == ("VKORC1", "-1639 AG")
    assert answer["sources"][0]["url"].startswith("https://")


@pytest.mark.parametrize("text", ["hello", "CYP2D6", "", "CYP2D6*"])
def test_pgx_refuses_what_is_no_genotype(capsys, text):
    assert main(["pgx", text]) == 2
    assert capsys.readouterr().err.startswith("medai: ")


def test_table_keeps_the_columns_and_writes_the_scores(tmp_path, capsys):
    source = table(
        tmp_path,
        b"\xef\xbb\xbfid,Gene,diplotype,ward\r\n"
        b'1,DPYD,"c.1129-5923C>G, c.1236G>A (HapB3)/Reference",A\r\n'
        b'2,CYP2D6,*1/*1x\xe2\x89\xa53,"B,\nC"\r\n'
        b"\r\n"
        b"3,CYP2C19,*1/*2,\xe5\x86\x85\xe7\xa7\x91\r\n"
        b"4,CYP2D6,*1/*22,\r\n",
    )
    out = tmp_path / "out.csv"
    assert main(["pgx-table", str(source), "--out", str(out)]) == 0
    rows = read(out)
    head = ["id", "Gene", "diplotype", "ward", "activity_score", "phenotype", "note"]
    assert list(rows[0]) == head
    got = [(row["activity_score"], row["phenotype"]) for row in rows]
    assert got == [
        ("1.5", "Intermediate Metabolizer"),
        ("≥4.0", "Ultrarapid Metabolizer"),
        ("", "Intermediate Metabolizer"),
        ("n/a", "Indeterminate"),
    ]
    assert [row["ward"] for row in rows] == ["A", "B,\nC", "内科", ""]
    assert "4 rows, 0 could not be read" in capsys.readouterr().err


def test_table_says_why_a_row_could_not_be_read(tmp_path, capsys):
    source = table(
        tmp_path,
        "gene,diplotype\nCYP2D6,*10\nCYP2D6,*1/*4\nBRCA1,x\nCYP2D6\n"
        "DPYD,c.1129-5923C>G, c.1236G>A (HapB3)/Reference\n",
    )
    out = tmp_path / "out.csv"
    assert main(["pgx-table", str(source), "--out", str(out)]) == 1
    rows = read(out)
    assert [row["phenotype"] for row in rows] == ["", "Intermediate Metabolizer", "", "", ""]
    assert "Which is the second?" in rows[0]["note"]
    assert "no gene of the table" in rows[2]["note"]
    assert "1 cells and the header 2" in rows[3]["note"]
    assert "quotation marks" in rows[4]["note"]
    err = capsys.readouterr().err
    assert "5 rows, 4 could not be read (the first in line 2" in err


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("a,b\n1,2\n", "gene and diplotype"),
        ("", "empty"),
        ("gene;diplotype\nCYP2D6;*1/*1\n", "commas"),
        ("gene,diplotype,gene\nCYP2D6,*1/*1,x\n", "once each"),
        ("gene,diplotype\nCYP2D6,高\n".encode("gb18030"), "UTF-8"),
        ("gene,diplotype\n" + 'CYP2D6,"' + "x" * 200_000 + '"\n', "cannot be read as CSV"),
    ],
)
def test_a_file_that_is_no_table_leaves_nothing(tmp_path, capsys, text, word):
    source = table(tmp_path, text)
    out = tmp_path / "out.csv"
    assert main(["pgx-table", str(source), "--out", str(out)]) == 2
    assert word in capsys.readouterr().err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.csv"]


def test_an_old_result_stays_when_the_new_one_fails(tmp_path):
    source = table(tmp_path, b"gene,diplotype\nCYP2D6,*1/*1\nCYP2D6,\xff\n")
    out = tmp_path / "out.csv"
    out.write_text("old")
    assert main(["pgx-table", str(source), "--out", str(out)]) == 2
    assert out.read_text() == "old"


def test_the_input_is_never_the_output(tmp_path, capsys):
    source = table(tmp_path, "gene,diplotype\nCYP2D6,*1/*1\n")
    assert main(["pgx-table", str(source), "--out", str(source)]) == 2
    assert "choose another name" in capsys.readouterr().err
    assert main(["pgx-table", str(tmp_path / "none.csv"), "--out", "-"]) == 2
    assert main(["pgx-table", str(source), "--out", str(tmp_path / "no" / "out.csv")]) == 2
    assert main(["pgx-table", str(source), "--out", str(tmp_path)]) == 2


def test_columns_of_the_same_name_are_written_anew_and_said(tmp_path, capsys):
    source = table(tmp_path, "gene,phenotype,diplotype\nCYP2D6,wrong,*4/*4\n")
    assert main(["pgx-table", str(source), "--out", "-"]) == 0
    said = capsys.readouterr()
    rows = list(csv.DictReader(io.StringIO(said.out)))
    assert rows[0]["phenotype"] == "Poor Metabolizer"
    assert list(rows[0])[:3] == ["gene", "diplotype", "activity_score"]
    assert "written anew: phenotype" in said.err


def test_a_hundred_thousand_rows(tmp_path):
    text = "gene,diplotype\n" + "CYP2D6,*4/*10\nTPMT,*1/*3A\n" * 50_000
    out = tmp_path / "out.csv"
    assert main(["pgx-table", str(table(tmp_path, text)), "--out", str(out)]) == 0
    rows = read(out)
    assert len(rows) == 100_000
    assert {row["phenotype"] for row in rows} == {"Intermediate Metabolizer"}
