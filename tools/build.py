"""Build the HTML from the stored outputs; a warning is an error.

python -m tools.build [--clean] [--out _build]
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tools.links import broken_links
from tools.notebooks import ROOT

# What Sphinx says, and what to do about it.
WHAT_TO_DO = [
    (r"could not find bibtex key", "add the key to book/references.bib, or correct it"),
    (
        r"target not found|undefined label|unknown document|local id not found",
        "the link or label does not exist: correct it, or add the target (files go in _toc.yml)",
    ),
    (r"equation not found", "label the equation: $$ ... $$ (eq-NN-name)"),
    (r"no alt text", "say in `alt` what the picture shows"),
    (r"image file not readable", "correct the path of the image"),
    (r"duplicate (label|citation)", "two things have one name: rename one"),
]


def advice(line: str) -> str | None:
    """Return what to do about a warning line, or None if it is not one."""
    plain = re.sub(r"\x1b\[[0-9;]*m", "", line)
    if not re.search(r"\b(WARNING|ERROR)\b:", plain):
        return None
    if "absl::InitializeLog" in plain:  # TensorFlow's first words, where it is installed
        return None
    # myst-nb counts cells and lines in one number: 80016 is line 16 of cell 8
    if where := re.search(r"\.ipynb:(\d{5,})", plain):
        cell, row = divmod(int(where[1]), 10_000)
        plain = plain.replace(where[0], f".ipynb, cell {cell}, line {row}")
    for pattern, what in WHAT_TO_DO:
        if re.search(pattern, plain, re.IGNORECASE):
            return f"{plain}\n    -> {what}"
    return plain


def build(
    source: Path, out: Path, *, clean: bool = False, say: Callable[[str], object] = print
) -> int:
    """Build the book in ``source`` into ``out``/html, complain with ``say``; return the status."""
    if clean and out.exists():
        shutil.rmtree(out)
    out.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-P", str(ROOT / "tools" / "run_book.py"), "build"]
    command.append(str(source))
    # Jupyter Book appends _build to the path it is given.
    command += ["--path-output", str(out.parent), "-W", "-n", "--keep-going", "-q"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=source)
    complaints = [a for a in map(advice, (done.stdout + done.stderr).splitlines()) if a]
    for link in broken_links(out / "html"):
        complaints.append(f"{link}\n    -> correct the link, or add its target")
    if done.returncode or complaints:
        say("\n".join(dict.fromkeys(complaints)) or done.stdout + done.stderr)
        say(f"\nThe book did not build cleanly: {len(set(complaints))} complaint(s) above.")
        return done.returncode or 1
    return 0


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="tools.build", description=__doc__.split("\n")[0])
    parser.add_argument("--clean", action="store_true", help="from scratch")
    args = parser.parse_args(argv)
    start = time.perf_counter()
    status = build(ROOT, ROOT / "_build", clean=args.clean)
    if status == 0:
        page = ROOT / "_build" / "html" / "index.html"
        print(f"Built in {time.perf_counter() - start:.0f} s. Open {page.as_uri()}")
    return status


if __name__ == "__main__":
    sys.exit(main())
