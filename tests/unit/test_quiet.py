"""Loading Keras says nothing, unless it fails."""

import os
import subprocess
import sys


def python(code, **env):
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env={**os.environ, **env}
    )


def test_nothing_is_written_and_standard_error_works_again():
    done = python("import medai.nn, os, sys; os.write(2, b'raw '); print('err', file=sys.stderr)")
    assert done.returncode == 0
    assert done.stderr == "raw err\n"
    assert done.stdout == ""


def test_a_failure_shows_what_was_written(tmp_path):
    (tmp_path / "keras.py").write_text("import os; os.write(2, b'why it failed\\n'); 1 / 0")
    path = os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])
    done = python("import medai.nn", PYTHONPATH=path)
    assert done.returncode == 1
    assert done.stderr.startswith("why it failed\n")
    assert "ZeroDivisionError" in done.stderr
