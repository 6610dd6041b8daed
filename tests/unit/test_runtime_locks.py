"""One process at a time, and no stale lock after a crash."""

import os
import subprocess
import sys

import pytest

from medai.runtime import MedaiError
from medai.runtime.locks import file_lock

HOLD = (
    "import sys, time; from medai.runtime.locks import file_lock\n"
    "with file_lock(sys.argv[1]):\n    print('held', flush=True); time.sleep(300)"
)


def test_lock_excludes_another_process_and_ends_with_it(tmp_path):
    path = tmp_path / "new folder" / "lock"
    child = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)], stdout=subprocess.PIPE, text=True
    )
    with child.stdout:
        assert child.stdout.readline() == "held\n"
        with pytest.raises(MedaiError, match="Another process has held"), file_lock(path, 0.2):
            pytest.fail("two holders at once")
        child.kill()  # a crash: nothing is cleaned up
        child.wait()
    with file_lock(path, timeout=5):
        pass


def test_counting_with_four_processes_loses_nothing(tmp_path):
    counter, lock = tmp_path / "counter", tmp_path / "lock"
    counter.write_text("0")
    code = (
        "import pathlib, sys; from medai.runtime.locks import file_lock\n"
        "counter = pathlib.Path(sys.argv[1])\n"
        "for _ in range(50):\n"
        "    with file_lock(sys.argv[2]): counter.write_text(str(int(counter.read_text()) + 1))"
    )
    children = [
        subprocess.Popen([sys.executable, "-c", code, str(counter), str(lock)]) for _ in range(4)
    ]
    assert [child.wait(timeout=300) for child in children] == [0] * 4
    assert counter.read_text() == "200"


def test_lock_is_released_after_an_error(tmp_path):
    with pytest.raises(ZeroDivisionError), file_lock(tmp_path / "lock"):
        1 / 0
    with file_lock(tmp_path / "lock", timeout=0):  # at once, or not at all
        pass
    assert os.path.exists(tmp_path / "lock")
