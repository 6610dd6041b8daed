"""Feedback: all items of a request or none, once only, and never lost after a 200."""

import json
import os
import sqlite3
import stat
import subprocess
import sys
import threading
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medai.runtime.errors import MedaiError
from medai.serving import store as store_module
from medai.serving.store import FeedbackStore, StoreError


def item(card="c1", outcome="overridden", at="2026-11-23T08:00:00Z", **more):
    return {"card": card, "outcome": outcome, "outcomeTimestamp": at, **more}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "feedback.sqlite"


def test_what_was_added_is_there_after_a_restart(path):
    accepted = item("c2", "accepted", acceptedSuggestions=[{"id": "s1"}])
    reason = {"reason": {"code": "seen"}, "userComment": "已知 – discussed"}
    store = FeedbackStore(path)
    assert store.add("pgx", [accepted, item(overrideReason=reason)]) == 2
    store.close()
    again = FeedbackStore(path)
    found = again.all()
    assert [row["service"] for row in found] == ["pgx", "pgx"]
    assert found[0].items() >= accepted.items()
    assert found[1]["overrideReason"] == reason
    again.close()


def test_the_same_request_twice_is_kept_once(path):
    store = FeedbackStore(path)
    assert store.add("pgx", [item(a=1, b=2)]) == 1
    assert store.add("pgx", [dict(reversed(item(a=1, b=2).items()))]) == 0
    store.close()


def test_other_actions_on_the_same_card_are_all_kept(path):
    """CDS Hooks 2.0: a service may receive feedback for the same card several times."""
    store = FeedbackStore(path)
    same_card = [
        item(),
        item(at="2026-11-23T09:00:00Z"),
        item(outcome="accepted", acceptedSuggestions=[{"id": "s1"}]),
        item(outcome="accepted", acceptedSuggestions=[{"id": "s2"}]),
        item(overrideReason={"userComment": "seen"}),
    ]
    assert store.add("pgx", same_card) == 5
    assert store.add("interactions", [item()]) == 1
    assert len(store.all()) == 6
    store.close()


@pytest.mark.parametrize(
    "wrong",
    [
        "text",
        None,
        {},
        {"card": "c"},
        item(card=""),
        item(card=7),
        item(outcome=None),
        item(at=None),
        item(x={1, 2}),
        item(x=float("nan")),
        item(x="\ud800"),
    ],
)
def test_one_wrong_item_keeps_the_whole_request_out(path, wrong):
    store = FeedbackStore(path)
    with pytest.raises(MedaiError):
        store.add("pgx", [item(), wrong])
    assert store.all() == []
    store.close()


texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30)
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)


@given(st.lists(st.builds(item, card=texts, at=texts, extension=values), max_size=5))
@settings(max_examples=50)
def test_whatever_json_comes_in_comes_out(items):
    store = FeedbackStore(None)
    distinct = {json.dumps(one, sort_keys=True): one for one in items}
    assert store.add("pgx", items) == len(distinct)
    out = [
        {k: v for k, v in row.items() if k not in ("service", "received")} for row in store.all()
    ]
    assert out == list(distinct.values())
    store.close()


def test_twenty_threads_lose_nothing(path):
    store = FeedbackStore(path)
    added = []

    def write(n):
        added.append(sum(store.add("pgx", [item(f"{n}-{i}")]) for i in range(10)))

    threads = [threading.Thread(target=write, args=(n,)) for n in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(added) == 200
    assert len({row["card"] for row in store.all()}) == 200
    store.close()


def test_two_stores_on_one_file_see_each_other(path):
    one, two = FeedbackStore(path), FeedbackStore(path)
    assert one.add("pgx", [item()]) == 1
    assert two.add("pgx", [item()]) == 0
    assert len(two.all()) == 1
    one.close()
    two.close()


def test_a_commit_waits_for_the_disk(path):
    store = FeedbackStore(path)
    database = store._database
    assert database.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
    assert database.execute("PRAGMA synchronous").fetchone()[0] == 2  # FULL
    store.close()


def test_only_the_owner_reads_the_file(path):
    store = FeedbackStore(path)
    store.add("pgx", [item()])
    for name in ("", "-wal", "-shm"):
        mode = stat.S_IMODE(os.stat(f"{path}{name}").st_mode)
        assert mode & 0o077 == 0, name
    store.close()


def test_a_locked_file_is_a_clear_error_and_nothing_is_kept(path):
    store = FeedbackStore(path, wait_s=0.05)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="another process holds it") as caught:
        store.add("pgx", [item()])
    assert caught.value.status == 503
    assert not store.healthy()
    other.execute("ROLLBACK")
    assert store.all() == []
    assert store.add("pgx", [item()]) == 1  # and it recovers by itself
    store.close()
    other.close()


def test_a_full_disk_is_a_clear_error_and_nothing_is_kept(path):
    store = FeedbackStore(path)
    store.add("pgx", [item()])
    pages = store._database.execute("PRAGMA page_count").fetchone()[0]
    store._database.execute(f"PRAGMA max_page_count={pages}")  # SQLite's own way to run full
    many = [item(f"n{i}", comment="x" * 5_000) for i in range(20)]
    with pytest.raises(StoreError, match="the disk is full"):
        store.add("pgx", many)
    assert [row["card"] for row in store.all()] == ["c1"]
    store._database.execute("PRAGMA max_page_count=1000000")
    assert store.add("pgx", many) == 20
    store.close()


def test_a_read_only_store_is_a_clear_error(path):
    store = FeedbackStore(path)
    store._database.execute("PRAGMA query_only=ON")
    with pytest.raises(StoreError, match="read-only"):
        store.add("pgx", [item()])
    assert not store.healthy()
    store.close()


def test_a_closed_store_is_a_clear_error(path):
    store = FeedbackStore(path)
    assert store.healthy()
    store.close()
    with pytest.raises(StoreError):
        store.add("pgx", [item()])
    assert not store.healthy()


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(StoreError, match=r"absent/feedback\.sqlite is not available: No such file"):
        FeedbackStore(tmp_path / "absent" / "feedback.sqlite")


def test_a_file_that_is_no_database_is_left_alone(path):
    path.write_text("my notes, not a database\n" * 100)
    with pytest.raises(StoreError, match="no SQLite file"):
        FeedbackStore(path)
    assert path.read_text().startswith("my notes")


def test_another_programs_database_is_left_alone(path):
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE patients (name TEXT)")
    other.close()
    with pytest.raises(StoreError, match="another program"):
        FeedbackStore(path)


def test_a_store_of_a_later_version_is_left_alone(path):
    FeedbackStore(path).close()
    with sqlite3.connect(path) as other:
        other.execute(f"PRAGMA user_version={store_module.SCHEMA_VERSION + 1}")
    other.close()
    with pytest.raises(StoreError, match="schema 2"):
        FeedbackStore(path)


def test_a_damaged_file_does_not_open(path):
    store = FeedbackStore(path)
    store.add("pgx", [item(f"c{i}", text="x" * 500) for i in range(200)])
    store.close()
    data = bytearray(path.read_bytes())
    data[8_192:16_384] = b"\xff" * 8_192
    path.write_bytes(data)
    with pytest.raises(StoreError, match="damaged"):
        FeedbackStore(path)


WRITER = """
import sys
from medai.serving.store import FeedbackStore
store = FeedbackStore(sys.argv[1])
n = int(sys.argv[2])
while True:
    batch = [{"card": f"{n}-{i}", "outcome": "overridden", "outcomeTimestamp": "t",
              "text": "x" * 2000} for i in range(5)]
    store.add("pgx", batch)
    print(n, flush=True)   # the acknowledgement
    n += 1
"""


def test_a_killed_writer_loses_nothing_and_leaves_no_half_request(path):
    """SIGKILL in mid-write, ten times: what was acknowledged is there, each request whole."""
    acknowledged, first = set(), 0
    for kill in range(10):
        process = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path), str(first)],
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        )
        acknowledged.add(int(process.stdout.readline()))
        time.sleep(0.003 * kill)  # another moment of the write each time
        process.kill()
        acknowledged |= {int(line) for line in process.stdout.read().splitlines()}
        process.wait()
        process.stdout.close()
        first = max(acknowledged) + 2
    store = FeedbackStore(path)
    kept: dict[int, int] = {}
    for row in store.all():
        request = int(row["card"].split("-")[0])
        kept[request] = kept.get(request, 0) + 1
    store.close()
    assert acknowledged <= set(kept)
    assert set(kept.values()) == {5}
    assert len(acknowledged) >= 10
