"""``medai rank-cases``: every line is accounted for, and the output is whole or absent."""

import contextlib
import gzip
import json
import os
import signal
import subprocess
import sys
import threading
import time

import pytest
from test_knowledge_score import make_graph
from tiny_hpo import EXTRA_STANZAS, TINY_PARENTS, TINY_ROWS, hp

import medai.knowledge
from medai.cli import main
from medai.knowledge import load_graph
from medai.knowledge.cases import parse_case
from medai.knowledge.jsonl import atomic_text, read_lines
from medai.knowledge.query import make_query
from medai.knowledge.rerank import rerank

GOOD = {"id": "a", "present": [hp(12)], "excluded": [hp(21)], "pmid": "PMID:1"}


@pytest.fixture
def tiny(tmp_path, monkeypatch):
    (tmp_path / "hpo").mkdir()
    graph = make_graph(tmp_path / "hpo", TINY_PARENTS, TINY_ROWS, EXTRA_STANZAS)
    monkeypatch.setattr(medai.knowledge, "load_graph", lambda: graph)
    return graph


def write(path, records):
    lines = [r if isinstance(r, str) else json.dumps(r, ensure_ascii=False) for r in records]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def run(*args, order="--no-rerank"):
    return main(["rank-cases", *map(str, args), order])


def read(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_the_learned_order_is_the_default(tiny, tmp_path):
    record = GOOD | {"age": "P3Y", "sex": "FEMALE"}
    cases, out = write(tmp_path / "cases.jsonl", [record]), tmp_path / "ranks.jsonl"
    expected = rerank(tiny, make_query(tiny, [hp(12)]), age=3, sex="female")
    for order in ([], ["--rerank"]):
        assert main(["rank-cases", str(cases), "--out", str(out), *order]) == 0
        (line,) = read(out)
        assert line["ranking"] == [[r.disease_id, round(r.score, 6)] for r in expected]
    assert run(cases, "--out", out) == 0
    assert read(out)[0]["ranking"] != line["ranking"]


def test_one_line_in_one_line_out(tiny, tmp_path, capsys):
    records = [GOOD, {"id": "患者-2", "present": [hp(21), hp(21)]}, {"id": 3, "present": [hp(11)]}]
    cases = write(tmp_path / "cases.jsonl", records)
    assert run(cases, "--out", tmp_path / "ranks.jsonl") == 0
    ranks = read(tmp_path / "ranks.jsonl")
    assert [r["id"] for r in ranks] == ["a", "患者-2", 3]
    assert all(r.keys() == {"id", "ranking"} for r in ranks)
    expected = [[r.disease_id, round(r.score, 6)] for r in tiny.rank([hp(12)])]
    assert ranks[0]["ranking"] == expected  # present findings only: "excluded" is not used
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "3 cases ranked, 0 lines skipped" in captured.err


def test_bad_lines_are_reported_by_number(tiny, tmp_path, capsys):
    bad = [
        "{not json",
        "[1, 2]",
        {"present": [hp(12)]},
        {"id": "x"},
        {"id": None, "present": [hp(12)]},
        {"id": "x", "present": hp(12)},
        {"id": "x", "present": [12]},
        {"id": "x", "present": []},
        {"id": "x", "present": ["HP:7777777", "fever"]},
        {"id": "x", "present": [hp(6)]},
        {"id": "x", "present": [hp(12)], "pmid": [7]},
        f'{{"id": "\\ud800", "present": ["{hp(12)}"]}}',  # half a character
        "[" * 100_000,
    ]
    cases = write(tmp_path / "c.jsonl", [GOOD, "", *bad, GOOD | {"id": "last"}])
    assert run(cases, "--out", tmp_path / "r.jsonl") == 0
    assert [r["id"] for r in read(tmp_path / "r.jsonl")] == ["a", "last"]
    err = capsys.readouterr().err
    for number in range(3, 3 + len(bad)):
        assert f"line {number}: skipped" in err
    assert f"2 cases ranked, {len(bad)} lines skipped" in err
    assert 'the key "id" is missing' in err
    assert "HP:7777777 (unknown or obsolete)" in err
    assert "not a finding" in err


def test_bytes_that_are_not_utf8_and_a_byte_order_mark(tiny, tmp_path, capsys):
    line = json.dumps(GOOD).encode()
    (tmp_path / "c.jsonl").write_bytes(b"\xef\xbb\xbf" + line + b"\n\xff\xfe\n" + line + b"\r\n")
    assert run(tmp_path / "c.jsonl", "--out", tmp_path / "r.jsonl") == 0
    assert len(read(tmp_path / "r.jsonl")) == 2
    assert "line 2: skipped" in capsys.readouterr().err


def test_mapped_and_ignored_ids_are_counted(tiny, tmp_path, capsys):
    present = ["HP:0000099", "HP:0000090", "HP:0000091", "HP:7777777", "hp:12"]
    cases = write(
        tmp_path / "c.jsonl", [{"id": 1, "present": present}, {"id": 2, "present": present}]
    )
    assert run(cases, "--out", tmp_path / "r.jsonl") == 0
    err = capsys.readouterr().err
    assert "HP:0000099 -> HP:0000011 (x2)" in err
    assert "HP:0000091 (unknown or obsolete) (x2)" in err
    assert "HP:12 (unknown or obsolete) (x2)" in err
    expected = [[r.disease_id, round(r.score, 6)] for r in tiny.rank([hp(11)])]
    assert read(tmp_path / "r.jsonl")[0]["ranking"] == expected


def test_leave_own_paper_out(tiny, tmp_path, capsys):
    cases = write(
        tmp_path / "c.jsonl",
        [GOOD, GOOD | {"pmid": "1"}, {"id": "no paper", "present": [hp(12)]}],
    )
    assert run(cases, "--out", tmp_path / "r.jsonl", "--leave-own-paper-out") == 0
    with_paper, digits, without = (dict(r["ranking"]) for r in read(tmp_path / "r.jsonl"))
    assert with_paper == digits
    # without PMID:1, OMIM:1 has short stature only: no febrile seizure
    assert with_paper["OMIM:1"] < without["OMIM:1"]
    assert "1 cases name no pmid and were ranked on all rows" in capsys.readouterr().err


def test_top_source_and_packed_files(tiny, tmp_path):
    with gzip.open(tmp_path / "c.jsonl.gz", "wt") as file:
        file.write(json.dumps(GOOD) + "\n")
    out = tmp_path / "r.jsonl.gz"
    assert run(tmp_path / "c.jsonl.gz", "--out", out, "--top", 1, "--source", "all") == 0
    with gzip.open(out, "rt") as file:
        (record,) = map(json.loads, file)
    best = tiny.rank([hp(12)], source="all")[0]
    assert record["ranking"] == [[best.disease_id, round(best.score, 6)]]
    first = out.read_bytes()
    run(tmp_path / "c.jsonl.gz", "--out", out, "--top", 1, "--source", "all")
    assert out.read_bytes() == first  # no time of day inside


def test_standard_output(tiny, tmp_path, capsys):
    cases = write(tmp_path / "c.jsonl", [GOOD])
    assert run(cases, "--out", "-") == 0
    assert json.loads(capsys.readouterr().out)["id"] == "a"


def unusable(folder):
    (folder / "folder.jsonl").mkdir()
    write(folder / "empty.jsonl", [""])
    write(folder / "bad.jsonl", ["nonsense", "[]"])
    write(folder / "not.jsonl.gz", [json.dumps(GOOD)])
    packed = gzip.compress("\n".join([json.dumps(GOOD)] * 3000).encode())
    (folder / "cut.jsonl.gz").write_bytes(packed[: len(packed) // 2])
    return [
        "missing.jsonl",
        "folder.jsonl",
        "empty.jsonl",
        "bad.jsonl",
        "not.jsonl.gz",
        "cut.jsonl.gz",
    ]


def test_unusable_input_exits_2_and_writes_nothing(tiny, tmp_path, capsys):
    out = tmp_path / "out" / "r.jsonl"
    out.parent.mkdir()
    out.write_text("the old ranks")
    for name in unusable(tmp_path):
        assert run(tmp_path / name, "--out", out) == 2, name
        err = capsys.readouterr().err
        assert name in err
        assert "Traceback" not in err
        assert out.read_text() == "the old ranks"
        assert [p.name for p in out.parent.iterdir()] == ["r.jsonl"]


def test_unusable_output_exits_2(tiny, tmp_path, capsys):
    cases = write(tmp_path / "c.jsonl", [GOOD])
    for out in (tmp_path / "no" / "such" / "r.jsonl", tmp_path, cases):
        assert run(cases, "--out", out) == 2
        assert str(out) in capsys.readouterr().err
    assert read(cases) == [GOOD]


def test_bad_options_exit_2(tiny, tmp_path):
    cases = write(tmp_path / "c.jsonl", [GOOD])
    for option in (["--top", "0"], ["--top", "x"], ["--source", "mondo"]):
        with pytest.raises(SystemExit) as error:
            run(cases, "--out", tmp_path / "r.jsonl", *option)
        assert error.value.code == 2


@pytest.mark.parametrize("name", ["r.jsonl", "r.jsonl.gz"])
@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError])
def test_interrupted_output_is_absent(tmp_path, name, error):
    path = tmp_path / name

    def interrupted():
        with atomic_text(path) as file:
            file.write("half of it")
            raise error

    for _ in range(2):  # first with no file there, then with an old one
        before = path.read_bytes() if path.exists() else None
        with pytest.raises(error):
            interrupted()
        assert (path.read_bytes() if path.exists() else None) == before
        path.write_text("the old ranks")
        assert [p.name for p in tmp_path.iterdir()] == [name]


def opened_by(process, pipe):
    """Open a pipe for writing as soon as a process has opened it for reading."""
    deadline = time.monotonic() + 300
    while True:
        with contextlib.suppress(OSError):  # nobody reads it yet
            return os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
        assert process.poll() is None, process.stderr.read()
        assert time.monotonic() < deadline, "the command never opened its file of cases"
        time.sleep(0.05)


@pytest.mark.skipif(os.name == "nt", reason="needs POSIX signals")
def test_interrupting_the_command_leaves_the_old_file(tmp_path):
    load_graph()  # so that the child finds the cache
    os.mkfifo(tmp_path / "cases.jsonl")  # a pipe that never ends: the command waits in it
    out = tmp_path / "ranks.jsonl"
    out.write_text("the old ranks")
    command = [sys.executable, "-m", "medai", "rank-cases", tmp_path / "cases.jsonl", "--out", out]
    # A script's background jobs ignore SIGINT, and so would the child: a handler here is not
    # handed on, so the child starts with the usual one.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    finally:
        signal.signal(signal.SIGINT, before)
    try:
        pipe = opened_by(process, tmp_path / "cases.jsonl")  # now it reads, and has begun to write
        assert list(tmp_path.glob("*.part"))
        process.send_signal(signal.SIGINT)
        # A signal between Python's last look and the system's read would wait for input that
        # never comes: the end of the pipe lets the command look again.
        os.close(pipe)
        _, err = process.communicate(timeout=300)
    finally:
        process.kill()
    assert process.returncode == 130
    assert "Traceback" not in err
    assert out.read_text() == "the old ranks"
    assert not list(tmp_path.glob("*.part"))


def test_a_device_is_written_to_not_replaced(tiny, tmp_path):
    cases = write(tmp_path / "c.jsonl", [GOOD])
    assert run(cases, "--out", os.devnull) == 0
    assert not os.path.isfile(os.devnull)


def test_a_pipe_is_read_once_and_whole(tmp_path):
    """Reading must not open the path twice: a pipe would lose what was read first."""
    fifo = tmp_path / "pipe"
    os.mkfifo(fifo)
    lines = "".join(json.dumps({"id": i, "present": [hp(12)]}) + "\n" for i in range(2000))
    writer = threading.Thread(target=fifo.write_text, args=(lines,))
    writer.start()
    numbers = [number for number, _ in read_lines(fifo)]
    writer.join(timeout=300)
    assert numbers == list(range(1, 2001))


def test_numbers_and_loose_ids_are_understood():
    case = parse_case('{"id": 1, "present": [" hp:0001250 "], "pmid": 123}')
    assert case.present == ("HP:0001250",)
    assert case.paper == "PMID:123"
