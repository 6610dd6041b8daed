"""Everything that must hold: fast checks, a clean build, every notebook, every test.

    python -m tools.test

All four run even when one fails; the exit status is 1 if any did.  The ten slowest notebook
cells and the ten slowest tests are printed.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time

from tools.notebooks import ROOT

PYTEST = [sys.executable, "-m", "pytest", "-q", "-n", "2"]
STEPS = {
    "checks": [sys.executable, "-m", "tools.check"],
    "the book, from scratch, no warning": [sys.executable, "-m", "tools.build", "--clean"],
    "every notebook (nbval)": [
        *PYTEST, "--nbval-lax", "--nbval-current-env", "--nbval-cell-timeout=180",
        "--dist", "loadscope", "--durations=10", "chapters",
    ],
    # tests/conftest.py says which files come first.
    "package and book": [
        *PYTEST, "--dist", "loadfile", "--no-loadscope-reorder", "--durations=10", "tests",
    ],
}  # fmt: skip


def main() -> int:
    # The site's tests look at what the second step built.
    os.environ["MEDAI_SITE"] = str(ROOT / "_build" / "html")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    # Two processes side by side: PyTorch's threads would wait for each other, spinning.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    failed = []
    for name, command in STEPS.items():
        print(f"\n== {name}", flush=True)
        start = time.perf_counter()
        status = subprocess.run(command, cwd=ROOT).returncode
        print(f"== {name}: {'FAILED' if status else 'ok'}, {time.perf_counter() - start:.0f} s")
        if status:
            failed.append(name)
    print(f"\nFailed: {', '.join(failed)}" if failed else "\nAll of it holds.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
