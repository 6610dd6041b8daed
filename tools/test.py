"""Everything that must hold: fast checks, a clean build, every notebook, every test.

    python -m tools.test

The book is built while the notebooks run: the build leaves one core idle.  All four run even
when one fails; the exit status is 1 if any did.  The ten slowest notebook cells and the ten
slowest tests are printed.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nbformat

from tools.notebooks import ROOT, chapter_paths, receipt

PYTEST = [sys.executable, "-m", "pytest", "-q", "-n", "2", "--no-loadscope-reorder"]
PYTEST += ["--durations=10"]


def seconds(chapter: Path) -> float:
    """Return how long a chapter took when it was last executed; 0 if it never was."""
    return receipt(nbformat.read(chapter, as_version=4)).get("seconds", 0.0)


def steps() -> list[dict[str, list[str]]]:
    """Return the commands by name, in groups that run side by side.

    The longest chapters come first, so that both workers end together; tests/conftest.py does
    the same for the tests.
    """
    notebooks = map(str, sorted(chapter_paths(), key=seconds, reverse=True))
    nbval = ["--nbval-lax", "--nbval-current-env", "--nbval-cell-timeout=180"]
    return [
        {"checks": [sys.executable, "-m", "tools.check"]},
        {
            "every notebook (nbval)": [*PYTEST, *nbval, "--dist", "loadscope", *notebooks],
            "the book, from scratch, no warning": [sys.executable, "-m", "tools.build", "--clean"],
        },
        {"package and book": [*PYTEST, "--dist", "loadfile", "tests"]},
    ]


def run_side_by_side(commands: dict[str, list[str]]) -> list[str]:
    """Run commands at once and return the names of those that failed.

    The first writes as it goes; what the others wrote follows when they have ended.
    """
    start = time.perf_counter()
    failed = []
    with contextlib.ExitStack() as stack:
        running = []
        for name, command in commands.items():
            output = stack.enter_context(tempfile.TemporaryFile()) if running else None
            process = subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=output)
            running.append((name, process, output))
        for name, process, output in running:
            print(f"\n== {name}", flush=True)
            status = process.wait()
            if output:
                output.seek(0)
                print(output.read().decode(errors="replace"), end="")
            took = time.perf_counter() - start
            print(f"== {name}: {'FAILED' if status else 'ok'}, {took:.0f} s", flush=True)
            if status:
                failed.append(name)
    return failed


def main() -> int:
    # The site's tests look at what the build made.
    os.environ["MEDAI_SITE"] = str(ROOT / "_build" / "html")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    # Two processes side by side: PyTorch's threads would wait for each other, spinning.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    start = time.perf_counter()
    failed = [name for group in steps() for name in run_side_by_side(group)]
    print(f"\n{(time.perf_counter() - start) / 60:.1f} minutes.", end=" ")
    print(f"Failed: {', '.join(failed)}" if failed else "All of it holds.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
