"""A notebook that is wrong must fail: otherwise nbval proves nothing."""

import subprocess
import sys
from pathlib import Path

BROKEN = Path(__file__).with_name("broken.ipynb")


def test_nbval_sees_each_defect_and_nothing_else():
    command = [sys.executable, "-m", "pytest", "--nbval-lax", "-q", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [*command, str(BROKEN)],
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 1, done.stdout
    assert "3 failed, 1 passed" in done.stdout
    for what in ["5", "a claim that does not hold", "undefined_name"]:
        assert what in done.stdout
