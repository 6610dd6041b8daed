"""Shadow deployment and the registry: nothing a candidate does reaches a patient."""

import json
import multiprocessing
import os

import numpy as np
import pytest

from medai.metrics import brier_score
from medai.runtime import MedaiError
from medai.trust.monitoring import Registry, Shadow, compare_shadow


def test_the_shadow_answers_with_the_model_in_use_only():
    def candidate(given):
        if given < 0:
            raise RuntimeError("age of Mrs Example is -1")
        return given / 2

    shadow = Shadow(current=lambda given: given / 10, candidate=candidate, most_waiting=3)
    answers = [shadow.answer(f"p{n}", given) for n, given in enumerate([1, -1, 2, 3])]
    assert answers == [0.1, -0.1, 0.2, 0.3]
    assert shadow.records == []  # the candidate has not been asked yet
    assert shadow.catch_up() == 3
    assert shadow.records == [
        {"id": "p0", "current": 0.1, "candidate": 0.5},
        {"id": "p2", "current": 0.2, "candidate": 1.0},
    ]
    assert shadow.failures == [{"id": "p1", "error": "RuntimeError"}]
    assert shadow.dropped == 1
    assert shadow.catch_up() == 0


def outcomes(n=3000, seed=0):
    rng = np.random.default_rng(seed)
    truth = rng.beta(1, 4, n)
    ward = rng.choice(["east", "west"], n)
    return truth, rng.random(n) < truth, ward


def test_a_better_candidate_is_promoted():
    truth, y, ward = outcomes()
    report = compare_shadow(
        y, np.full(len(y), 0.2), truth, margin=0.01, threshold=0.3, subgroups=ward
    )
    assert report.decision == "promote"
    assert report.candidate == brier_score(y, truth)
    assert report.difference == pytest.approx(report.candidate - report.current)
    assert report.high < 0
    assert [part["verdict"] for part in report.subgroups] == ["fine", "fine"]
    assert report.changed == pytest.approx(np.mean(truth >= 0.3))


@pytest.mark.parametrize("y", [[0, 0, 0], [0] * 300 + [1] * 9])
def test_nothing_is_decided_on_a_handful_of_events(y):
    # Lower risks look better wherever hardly anything happens.
    report = compare_shadow(y, [0.3] * len(y), [0.03] * len(y), margin=0.01, threshold=0.2)
    assert report.high < 0
    assert report.decision == "wait"
    assert "fewer than 10 events" in report.reasons[0]


def test_a_better_mean_does_not_buy_a_worse_ward():
    truth, y, ward = outcomes()
    current = truth.clip(0.02, 0.98) ** 1.3
    candidate = np.where(ward == "east", truth, 1 - truth)
    candidate[ward == "west"] = current[ward == "west"] * 0.2
    report = compare_shadow(y, current, candidate, margin=0.005, threshold=0.3, subgroups=ward)
    west = next(part for part in report.subgroups if part["group"] == "west")
    assert west["verdict"] == "worse"
    assert report.decision == "keep"


def test_equal_models_wait_and_small_subgroups_cannot_clear():
    truth, y, ward = outcomes()
    same = compare_shadow(y, truth, truth, margin=0.01, threshold=0.3)
    assert same.decision == "wait"
    assert same.difference == same.low == same.high == 0
    ward = np.where(np.arange(len(y)) < 12, "new ward", ward)
    few = compare_shadow(y, np.full(len(y), 0.2), truth, margin=0.01, threshold=0.3, subgroups=ward)
    assert few.decision == "wait"
    assert "new ward" in few.reasons[0]


def test_intervals_count_patients_not_rows():
    truth, y, _ = outcomes(300)
    flat = np.full(300, 0.2)
    once = compare_shadow(y, flat, truth, margin=0, threshold=0.3, groups=range(300))
    rows = np.repeat(np.arange(300), 4)
    again = compare_shadow(
        y[rows], flat[rows], truth[rows], margin=0, threshold=0.3, groups=rows.tolist()
    )
    assert again.high - again.low == pytest.approx(once.high - once.low, rel=1e-9)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"margin": -0.1}, "margin=-0.1"),
        ({"threshold": 1}, "threshold=1"),
        ({"groups": [1]}, "groups has 1"),
        ({"subgroups": ["a"] * 5}, "subgroups has 5"),
    ],
)
def test_bad_comparisons_are_refused(change, says):
    truth, y, _ = outcomes(200)
    with pytest.raises(MedaiError, match=says):
        compare_shadow(y, truth, truth, **{"margin": 0.01, "threshold": 0.2, **change})


def test_promote_roll_back_and_the_history(tmp_path):
    registry = Registry(tmp_path / "models")
    assert registry.current is None
    registry.add("a", b"one")
    registry.add("b", b"two")
    registry.add("c", b"three")
    for name in "abc":
        registry.promote(name, "shadow run passed")
    assert (registry.current, registry.load()) == ("c", b"three")
    assert registry.roll_back("alarm: risks too low") == "b"
    assert registry.roll_back("still") == "a"
    assert registry.load() == b"one"
    with pytest.raises(MedaiError, match="no earlier version"):
        registry.roll_back("more")
    registry.promote("c", "mended")
    assert Registry(tmp_path / "models").current == "c"  # another process sees the same
    assert [entry["how"] for entry in registry.history] == ["promote"] * 3 + ["roll back"] * 2 + [
        "promote"
    ]
    assert registry.versions == ("a", "b", "c")


def test_a_changed_file_is_never_served(tmp_path):
    registry = Registry(tmp_path)
    registry.add("a", b"one")
    registry.promote("a", "first")
    registry.add("b", b"two")
    (tmp_path / "b.model").write_bytes(b"twO")
    with pytest.raises(MedaiError, match="checksum"):
        registry.promote("b", "next")
    assert registry.current == "a"
    (tmp_path / "a.model").unlink()
    with pytest.raises(MedaiError, match="cannot be read"):
        registry.load()


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda r: r.add("../x", b"1"), "a name has"),
        (lambda r: r.add("x", b""), "empty"),
        (lambda r: r.add("a", b"2"), "never changes"),
        (lambda r: r.promote("a", " "), "reason"),
        (lambda r: r.promote("zz", "why"), "unknown; there are: a"),
        (lambda r: r.load(), "no version is in use"),
        (lambda r: r.roll_back("why"), "no earlier"),
    ],
)
def test_the_registry_refuses(tmp_path, call, says):
    registry = Registry(tmp_path)
    registry.add("a", b"1")
    with pytest.raises(MedaiError, match=says):
        call(registry)
    assert registry.versions == ("a",)
    assert registry.history == ()


def test_promoting_twice_and_a_broken_state(tmp_path):
    registry = Registry(tmp_path)
    registry.add("a", b"1")
    registry.promote("a", "first")
    with pytest.raises(MedaiError, match="in use already"):
        registry.promote("a", "again")
    (tmp_path / "state.json").write_text("{", encoding="utf-8")
    with pytest.raises(MedaiError, match=r"state\.json"):
        _ = registry.current


def _add(folder, number):
    Registry(folder).add(f"v{number}", bytes([number + 1]))


def test_processes_do_not_lose_each_others_versions(tmp_path):
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=_add, args=(tmp_path, n)) for n in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(timeout=120)
        assert worker.exitcode == 0
    assert sorted(Registry(tmp_path).versions) == ["v0", "v1", "v2"]
    assert set(json.loads((tmp_path / "state.json").read_text())["versions"]) == {"v0", "v1", "v2"}


def _die_before_the_state(folder):
    replace, calls = os.replace, []

    def second_dies(*args):
        calls.append(args)
        if len(calls) == 2:
            os._exit(9)
        replace(*args)

    os.replace = second_dies
    Registry(folder).add("v2", b"half done")


def test_a_process_killed_in_mid_write_leaves_the_old_state_and_no_lock(tmp_path):
    registry = Registry(tmp_path)
    registry.add("v1", b"one")
    registry.promote("v1", "first")
    worker = multiprocessing.get_context("spawn").Process(
        target=_die_before_the_state, args=(tmp_path,)
    )
    worker.start()
    worker.join(timeout=120)
    assert worker.exitcode == 9
    assert (tmp_path / "v2.model").exists()  # its file is there, and nobody knows of it
    assert (registry.versions, registry.current) == (("v1",), "v1")
    registry.add("v2", b"two")
    registry.promote("v2", "second")
    assert registry.load() == b"two"
