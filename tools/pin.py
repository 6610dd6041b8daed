"""Pin requirements: ``requirements*.in`` to exact versions for every platform.

Needs ``uv`` (``pip install uv``); only maintainers run this.
The CUDA libraries that torch names on Linux are left out on purpose: pip adds those that
the chosen torch build asks for, in the versions that build asks for, and a CPU build asks
for none.
"""

from __future__ import annotations

import re
import subprocess
import sys

from tools.notebooks import ROOT

HEADER = "# Made by `python -m tools.pin` from {source}; do not edit by hand.\n"
CUDA = re.compile(r"^(nvidia-[\w-]+|cuda-\w+|triton)(?===)", re.MULTILINE)


def resolve(source: str, *extra: str) -> str:
    command = ["uv", "pip", "compile", "--universal", "--python-version", "3.11", "-q"]
    options = ["--no-annotate", "--no-header", *extra]
    return subprocess.run(
        [*command, source, *options], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout


def main() -> int:
    full = resolve("requirements.in")
    leave_out = [f"--no-emit-package={name}" for name in sorted(set(CUDA.findall(full)))]
    full = resolve("requirements.in", *leave_out)
    target = ROOT / "requirements.txt"
    target.write_text(HEADER.format(source="requirements.in") + full, encoding="utf-8")
    book = resolve("requirements-book.in", "-c", "requirements.txt")
    target = ROOT / "requirements-book.txt"
    target.write_text(HEADER.format(source="requirements-book.in") + book, encoding="utf-8")
    print(f"{len(full.splitlines())} and {len(book.splitlines())} pins written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
