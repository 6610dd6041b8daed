"""Create ``.venv`` and install what is asked for.  Standard library only; runs before anything.

    python tools/env.py book    # what reading needs
    python tools/env.py full    # everything

Interrupted, it can simply be run again; done, it returns at once.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
SUPPORTED = [(3, 11), (3, 12)]

# What each level installs, in order: arguments of `pip install`.
LEVELS = {
    "book": [["-r", "requirements-book.txt"]],
    "full": [
        ["-r", "requirements.txt"],
        ["--no-deps", "-r", "requirements-nodeps.txt"],
        ["--no-deps", "--no-build-isolation", "-e", "."],
    ],
}
FILES = {
    "book": ["requirements-book.txt"],
    "full": ["requirements.txt", "requirements-nodeps.txt", "pyproject.toml"],
}


def stamp(level: str) -> Path:
    """Return the file that exists once this level, in these versions, is installed."""
    digest = hashlib.sha256(b"".join((ROOT / name).read_bytes() for name in FILES[level]))
    return VENV / f"installed-{level}-{digest.hexdigest()[:16]}"


def find_python() -> str:
    """Return a Python that the book supports: this one, or another on the PATH."""
    if sys.version_info[:2] in SUPPORTED:
        return sys.executable
    for major, minor in reversed(SUPPORTED):
        found = shutil.which(f"python{major}.{minor}")
        if found and subprocess.run([found, "-c", ""], capture_output=True).returncode == 0:
            return found
    sys.exit(
        f"The book needs Python 3.11 or 3.12; this is {sys.version.split()[0]} and no other was "
        "found on the PATH. Install one, or name it: make PYTHON=/path/to/python3.12 book"
    )


def venv_works() -> bool:
    """Say whether the environment is whole enough to install into."""
    if not PYTHON.exists():
        return False
    probe = subprocess.run([str(PYTHON), "-m", "pip", "--version"], capture_output=True)
    return probe.returncode == 0


def main(level: str) -> int:
    if level == "book" and stamp("full").exists():
        return 0
    if stamp(level).exists():
        return 0
    if not venv_works():
        print(f"Creating {VENV}", flush=True)
        subprocess.run([find_python(), "-m", "venv", "--clear", str(VENV)], check=True)
    print(f"Installing ({level}); the first time takes a few minutes.", flush=True)
    for old in VENV.glob("installed-*"):  # from here on nothing is certain until pip is done
        old.unlink()
    for arguments in LEVELS[level]:
        command = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        done = subprocess.run([*command, *arguments], cwd=ROOT)
        if done.returncode:
            print(f"pip could not install {' '.join(arguments)} (see above); run this again.")
            return done.returncode
    stamp(level).touch()
    return 0


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in LEVELS:
        sys.exit("usage: python tools/env.py book|full")
    try:
        sys.exit(main(sys.argv[1]))
    except KeyboardInterrupt:
        sys.exit("Interrupted; run the same command again to go on.")
