"""The test command: nothing is left out, a failure is never lost, and each one is told."""

import os
import sys

import pytest

from tools import test as runner
from tools.notebooks import chapter_paths


def python(code):
    return [sys.executable, "-c", code]


def test_every_chapter_is_run_once_the_longest_first():
    (commands,) = (group for group in runner.steps() if "every notebook (nbval)" in group)
    given = [word for word in commands["every notebook (nbval)"] if word.endswith(".ipynb")]
    assert sorted(given) == sorted(map(str, chapter_paths()))
    times = {str(path): runner.seconds(path) for path in chapter_paths()}
    assert min(times.values()) > 0, "a receipt without a time"
    assert given == sorted(given, key=times.get, reverse=True)


def test_a_chapter_that_never_ran_has_no_time(tmp_path):
    path = tmp_path / "01_new.ipynb"
    path.write_text('{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}')
    assert runner.seconds(path) == 0.0


@pytest.mark.parametrize(("first", "second"), [(0, 3), (3, 0), (3, 4), (0, 0)])
def test_each_failure_is_found_and_nothing_written_is_lost(first, second, capfd):
    commands = {
        "one": python(f"print('from one'); raise SystemExit({first})"),
        "two": python(
            f"import sys; print('from two', file=sys.stderr); raise SystemExit({second})"
        ),
    }
    failed = [name for name, status in (("one", first), ("two", second)) if status]
    assert runner.run_side_by_side(commands) == failed
    out = capfd.readouterr().out
    assert "from one" in out
    assert out.index("== two\n") < out.index("from two") < out.index("== two:")
    for name in commands:
        assert f"== {name}: {'FAILED' if name in failed else 'ok'}, " in out


def test_they_run_at_the_same_time(tmp_path):
    """Each waits for a file of the other: one after the other, they would wait for ever."""
    wait = """
import pathlib, time
pathlib.Path({0!r}).touch()
while not pathlib.Path({1!r}).exists():
    time.sleep(0.01)
"""
    one, two = str(tmp_path / "one"), str(tmp_path / "two")
    commands = {"one": python(wait.format(one, two)), "two": python(wait.format(two, one))}
    assert runner.run_side_by_side(commands) == []


def test_the_status_says_whether_any_failed(monkeypatch, capsys):
    for name in ("MEDAI_SITE", "TF_CPP_MIN_LOG_LEVEL", "OMP_NUM_THREADS"):
        monkeypatch.setenv(name, os.environ.get(name, "1"))  # set by main, put back afterwards
    monkeypatch.setattr(runner, "run_side_by_side", lambda group: [n for n in group if "book" in n])
    assert runner.main() == 1
    assert "Failed: " in capsys.readouterr().out
    monkeypatch.setattr(runner, "run_side_by_side", lambda group: [])
    assert runner.main() == 0
    assert "All of it holds." in capsys.readouterr().out
