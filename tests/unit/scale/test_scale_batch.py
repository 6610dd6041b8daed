"""Order and content are the same wherever it runs; one bad item costs one row; runs go on."""

import io
import itertools
import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from scale_functions import fatal, findings, reciprocals, squares, where

from medai.runtime import MedaiError
from medai.scale.backends import Settings, dask_client
from medai.scale.batch import Row, map_batches, name_of
from medai.scale.parts import read_parts
from medai.scale.ranks import rank_many

pytestmark = pytest.mark.once


@pytest.fixture(scope="module", autouse=True)
def importable():
    """Let worker processes find scale_functions."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", os.pathsep.join([str(Path(__file__).parent), *sys.path]))
        yield


@pytest.fixture(scope="module")
def client(importable):
    with dask_client(Settings(workers=2)) as one:
        yield one


@pytest.mark.parametrize("backend", ["serial", "threads"])
@pytest.mark.parametrize("chunk", [1, 3, 7, 100])
def test_rows_come_in_order_whatever_the_chunk(backend, chunk):
    rows = list(map_batches(squares, range(20), backend=backend, chunk=chunk, workers=3))
    assert rows == [Row(i, i * i) for i in range(20)]


def test_dask_gives_the_same_rows_and_its_workers_use_one_thread_each(client):
    rows = list(map_batches(squares, range(50), backend="dask", client=client, chunk=4))
    assert rows == [Row(i, i * i) for i in range(50)]
    values = [r.value for r in map_batches(where, range(40), backend="dask", client=client,
                                           chunk=1)]  # fmt: skip
    assert os.getpid() not in {pid for pid, _ in values}
    assert {threads for _, threads in values} == {"1"}


def test_a_scheduler_is_reached_by_its_address(client):
    address = client.scheduler.address
    assert [r.value for r in map_batches(squares, [3], backend="dask", client=address)] == [9]


@pytest.mark.parametrize("backend", ["serial", "threads", "dask"])
def test_a_bad_item_is_a_row_and_the_others_are_there(backend, client):
    where = {"client": client} if backend == "dask" else {}
    rows = list(map_batches(reciprocals, [1, 2, 0, 4, "x", 5], backend=backend, chunk=3, **where))
    assert [row.value for row in rows] == [1, 0.5, None, 0.25, None, 0.2]
    assert rows[2].error == "ZeroDivisionError: division by zero"
    assert rows[4].error.startswith("TypeError")
    assert rows[3].error is None


@pytest.mark.parametrize("chunk", [1, 4])
def test_an_item_that_kills_its_process_costs_only_itself(chunk):
    # With chunk=1 others wait in the process that dies, and must not be blamed for it.
    items = [10, 11, 12, 13, 14, 15, 13, 16]
    rows = list(map_batches(fatal, items, backend="dask", workers=1, chunk=chunk))
    assert [row.value for row in rows] == [11, 12, 13, None, 15, 16, None, 17]
    assert "process died" in rows[3].error


@pytest.mark.parametrize("backend", ["serial", "threads", "dask"])
def test_a_function_that_loses_rows_is_refused(backend, client):
    where = {"client": client} if backend == "dask" else {}
    with pytest.raises(MedaiError, match="returned 1 values for 2 items"):
        list(map_batches(max_only, [1, 2], backend=backend, **where))


def max_only(items):
    return [max(items)]


def test_only_a_few_chunks_are_read_ahead(client):
    taken = itertools.count()
    read = 0

    def endless():
        nonlocal read
        for item in taken:
            read = item
            yield item

    rows = map_batches(squares, endless(), backend="dask", client=client, chunk=5)
    assert [next(rows).value for _ in range(5)] == [0, 1, 4, 9, 16]
    assert read < 5 * (3 * 2 + 1)  # three chunks for each of two workers, and the one in hand
    rows.close()


# ---- a folder of finished chunks ----------------------------------------------------


def test_an_interrupted_run_goes_on_and_does_nothing_twice(tmp_path):
    done = []

    def count(items):
        done.extend(items)
        return [item * item for item in items]

    options = {"chunk": 4, "out": tmp_path / "out", "job": "squares"}
    rows = map_batches(count, range(10), **options)
    first = [next(rows) for _ in range(5)]  # the second chunk is stored, then we stop
    rows.close()
    assert done == list(range(8))
    with pytest.raises(MedaiError, match="no finished job"):
        list(read_parts(tmp_path / "out"))
    seen = []
    again = list(map_batches(count, range(10), **options, progress=seen.append))
    assert again[:5] == first
    assert [r.value for r in again] == [i * i for i in range(10)]
    assert done == list(range(10))
    assert seen == [4, 4, 2]
    assert [value for value, _ in read_parts(tmp_path / "out")] == [i * i for i in range(10)]


def test_a_killed_process_leaves_whole_chunks_and_the_next_goes_on(tmp_path):
    code = (
        "import sys\n"
        "from scale_functions import fatal\n"
        "from medai.scale.batch import map_batches\n"
        "list(map_batches(fatal, range(10, 16), chunk=2, out=sys.argv[1], job='plus one'))\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True)
    assert done.returncode == 1
    assert not done.stderr
    assert sorted(file.name for file in tmp_path.iterdir()) == ["job.json", "part-000000.jsonl"]
    asked = []

    def plus_one(items):
        asked.extend(items)
        return [item + 1 for item in items]

    rows = list(map_batches(plus_one, range(10, 16), chunk=2, out=tmp_path, job="plus one"))
    assert [row.value for row in rows] == [11, 12, 13, 14, 15, 16]
    assert asked == [12, 13, 14, 15]


def test_a_kill_before_the_first_chunk_leaves_a_folder_that_can_be_used(tmp_path):
    (tmp_path / "job.jsonx7a.part").write_text('{"form')  # what replacing() was writing
    assert [row.value for row in map_batches(squares, [3], out=tmp_path)] == [9]


def test_half_a_character_is_refused_in_words(tmp_path):
    with pytest.raises(MedaiError, match="items must be JSON"):
        list(map_batches(squares, ["\ud800"], out=tmp_path))


def test_a_damaged_or_missing_chunk_is_made_again_in_its_place(tmp_path):
    options = {"chunk": 2, "out": tmp_path}
    want = list(map_batches(reciprocals, [1, 0, 2, 4, 5], **options))
    part = tmp_path / "part-000001.jsonl"
    part.write_text(part.read_text()[:-5])
    (tmp_path / "part-000000.jsonl").unlink()
    assert list(map_batches(reciprocals, [1, 0, 2, 4, 5], **options)) == want
    assert len(list(read_parts(tmp_path))) == 5


def test_other_items_or_other_work_are_refused(tmp_path):
    list(map_batches(squares, range(6), chunk=2, out=tmp_path))
    with pytest.raises(MedaiError, match="made from other items"):
        list(map_batches(squares, [0, 1, 2, 9, 4, 5], chunk=2, out=tmp_path))
    with pytest.raises(MedaiError, match="two jobs must not mix"):
        map_batches(squares, range(6), chunk=3, out=tmp_path)
    with pytest.raises(MedaiError, match="two jobs must not mix"):
        map_batches(reciprocals, range(6), chunk=2, out=tmp_path)
    other = tmp_path / "photos"
    other.mkdir()
    (other / "a.jpg").touch()
    with pytest.raises(MedaiError, match="not a folder of finished chunks"):
        map_batches(squares, [1], out=other)
    with pytest.raises(MedaiError, match="must be JSON"):
        list(map_batches(squares, [1j], out=tmp_path / "new"))
    with pytest.raises(MedaiError, match="pass job="):
        name_of(lambda items: items)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"backend": "spark"}, "choose one of"),
        ({"chunk": 0}, "chunk=0"),
        ({"workers": True}, "workers=True"),
        ({"client": "tcp://127.0.0.1:1"}, "must be"),
        ({"gpus": 1}, "only the backend ray"),
        ({"backend": "dask", "client": "tcp://nowhere"}, "No Dask cluster"),
    ],
)
def test_bad_arguments_are_named(options, message):
    with pytest.raises(MedaiError, match=message):
        list(map_batches(squares, [1], **options))
    with pytest.raises(MedaiError, match="items is one str"):
        map_batches(squares, "12")


# ---- diagnosis and literature -------------------------------------------------------

CASES = [
    {"id": "a", "present": ["HP:0001250", "HP:0000252"], "pmid": "PMID:1", "age": "P3Y",
     "sex": "male"},
    {"id": "b", "present": ["HP:9999999"]},
    {"id": "c", "present": ["HP:0002076", "HP:9999999"], "age": 30.5},
    {"id": 4, "present": ["HP:0001263"]},
    {"id": None, "present": []},
    {"id": "e", "present": ["HP:0000822", "HP:0000822"]},
]  # fmt: skip


def test_many_cases_rank_as_one_process_ranks_a_file(client, tmp_path):
    from medai.knowledge import load_graph
    from medai.knowledge.cases import rank_file

    path = tmp_path / "cases.jsonl"
    path.write_text("\n".join(json.dumps(case) for case in CASES) + "\n")
    text = io.StringIO()
    summary = rank_file(path, text, load_graph(), top=10)
    want = [json.loads(line) for line in text.getvalue().splitlines()]
    for options in ({"workers": 1}, {"client": client}):
        rows = list(rank_many(CASES, top=10, chunk=2, **options))
        assert [(r["id"], r["ranking"]) for r in rows if "error" not in r] == [
            (r["id"], r["ranking"]) for r in want
        ]
        assert [r["id"] for r in rows] == ["a", "b", "c", 4, None, "e"]
        assert sum("error" in row for row in rows) == summary.skipped == 2
        assert "no known HPO finding" in rows[1]["error"]
        assert rows[2]["ignored"] == ["HP:9999999 (unknown or obsolete)"]


def test_cases_may_be_lines_or_objects_and_a_folder_keeps_them(tmp_path):
    from medai.knowledge.cases import parse_case

    lines = [json.dumps(CASES[0]), json.dumps(CASES[3])]
    want = list(rank_many(lines, top=3, workers=1))
    objects = [parse_case(line) for line in lines]
    assert list(rank_many(objects, top=3, workers=1, out=tmp_path)) == want
    assert [value for value, _ in read_parts(tmp_path)] == want
    with pytest.raises(MedaiError, match="two jobs"):
        rank_many(objects, top=4, workers=1, out=tmp_path)
    with pytest.raises(MedaiError, match="top=0"):
        rank_many(lines, top=0)
    with pytest.raises(MedaiError, match="source='x'"):
        rank_many(lines, source="x")


def test_findings_of_abstracts_on_two_processes(client):
    texts = ["Two children had seizures and microcephaly.", "No fever was seen.", "Ataxia."]
    rows = list(map_batches(findings, texts, backend="dask", client=client, chunk=1))
    assert [row.value for row in rows] == findings(texts)
    assert "HP:0001250" in rows[0].value


# ---- Ray ----------------------------------------------------------------------------


@pytest.fixture(scope="module", autouse=True)
def ray_run(importable):
    """Start Ray while the other tests run, in a process of its own: it reads settings at import."""
    if find_spec("ray") is None:
        yield None
        return
    code = (
        "from scale_functions import reciprocals\n"
        "from medai.scale.batch import map_batches\n"
        "items = [1, 2, 0, 4, 5, 8, 10]\n"
        "rows = list(map_batches(reciprocals, items, backend='ray', workers=2, chunk=2))\n"
        "assert rows == list(map_batches(reciprocals, items, chunk=2)), rows\n"
        "print('the same')\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True) as process:  # fmt: skip
        yield process
        process.kill()


def test_ray_gives_the_same_rows_on_loopback_alone(ray_run):
    if ray_run is None:
        pytest.skip("Ray is not installed")
    said, complaint = ray_run.communicate()
    assert said.strip().endswith("the same"), complaint[-2000:]
