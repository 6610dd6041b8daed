"""Find out whether everything that medai needs is there, and which command mends it.

Packages that medai needs are imported, in a child process, because a package can be
installed and yet fail to import; optional ones are looked up only, unless ``deep`` is
asked for, since importing TensorFlow takes seconds.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from medai.runtime.errors import MedaiError
from medai.runtime.paths import data_home, offline, tilde

MODULES = {
    "fhir-resources": "fhir.resources",
    "imbalanced-learn": "imblearn",
    "ipython": "IPython",
    "jupyter-book": "jupyter_book",
    "opencc-python-reimplemented": "opencc",
    "pyjwt": "jwt",
    "pytest-xdist": "xdist",
    "scikit-image": "skimage",
    "scikit-learn": "sklearn",
}
BOOK_TOOLS = ("jupyter-book", "jupyterlab", "ipykernel", "jupytext")
IMPORT_SECONDS = 120
OLDEST_PYTHON, NEWEST_PYTHON = (3, 11), (3, 12)


@dataclass(frozen=True)
class Check:
    """One thing that was looked at.

    Attributes
    ----------
    name
        What was looked at, e.g. a package.
    needed
        Whether medai works without it.
    state
        ``ok``, ``missing``, ``too old``, ``broken`` or ``unchecked`` (present, not imported).
    found
        Version, place or reason, in words.
    mend
        The command that mends it; empty where nothing is to be mended.
    """

    name: str
    needed: bool
    state: str
    found: str = ""
    mend: str = ""

    @property
    def good(self) -> bool:
        """Whether nothing has to be mended."""
        return self.state in ("ok", "unchecked")

    def as_dict(self) -> dict:
        """Return the check as a dictionary, for JSON."""
        return asdict(self)


def pip_install(*what: str) -> str:
    """Return the command that installs `what` into this very Python."""
    return shlex.join([sys.executable, "-m", "pip", "install", *what])


def requirements() -> dict[str, list[tuple[str, str]]]:
    """Return medai's own requirements: ``{extra or "": [(package, lower bound or "")]}``."""
    try:
        lines = importlib.metadata.requires("medai") or []
    except importlib.metadata.PackageNotFoundError:
        lines = _from_checkout()
    groups: dict[str, list[tuple[str, str]]] = {"": []}
    for line in lines:
        name, bound = re.match(r"([\w.-]+)(?:\[[^]]*\])?\s*(?:>=\s*([\w.]+))?", line).groups()
        extra = re.search(r"""extra\s*==\s*['"]([\w-]+)['"]""", line)
        if name.lower() != "medai":
            groups.setdefault(extra.group(1) if extra else "", []).append((name, bound or ""))
    return groups


def _from_checkout() -> list[str]:
    project = Path(__file__).resolve().parents[2] / "pyproject.toml"
    if not project.is_file():
        raise MedaiError(
            "medai is neither installed nor in its checkout, so its requirements are unknown. "
            "Install it again."
        )
    table = tomllib.loads(project.read_text(encoding="utf-8"))["project"]
    lines = list(table["dependencies"])
    for extra, names in table["optional-dependencies"].items():
        lines += [f'{name}; extra == "{extra}"' for name in names]
    return lines


def older(version: str, bound: str) -> bool:
    """Tell whether the release numbers of `version` are below those of `bound`."""

    def numbers(text: str) -> list[int]:
        release = re.match(r"(?:\d+!)?(\d+(?:\.\d+)*)", text)
        return [int(part) for part in release.group(1).split(".")] if release else []

    one, two = numbers(version), numbers(bound)
    length = max(len(one), len(two))
    return one + [0] * (length - len(one)) < two + [0] * (length - len(two))


def check_package(name: str, bound: str = "", *, needed: bool = False) -> Check:
    """Look up one package without importing it."""
    mend = pip_install(f"{name}>={bound}" if bound else name)
    try:
        version = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return Check(name, needed, "missing", "", mend)
    if bound and older(version, bound):
        return Check(name, needed, "too old", f"{version}, needs {bound} or newer", mend)
    if importlib.util.find_spec(module_of(name)) is None:
        again = pip_install("--force-reinstall", "--no-deps", f"{name}=={version}")
        return Check(name, needed, "broken", f"{version}, but its files are gone", again)
    return Check(name, needed, "unchecked", version)


def module_of(package: str) -> str:
    """Return the import name of a package."""
    return MODULES.get(package.lower(), package.replace("-", "_"))


_CHILD = """
import importlib, sys
for name in sys.argv[1:]:
    try:
        importlib.import_module(name)
        result = "ok"
    except BaseException as error:
        result = f"{type(error).__name__}: {error}"
    sys.__stdout__.write("\\n@" + name + "\\t" + " ".join(result.split())[:200] + "\\n")
    sys.__stdout__.flush()
"""


def import_errors(modules: Iterable[str]) -> dict[str, str]:
    """Import each module in a child process; return the reason for each that fails.

    A module that kills the process or hangs is blamed, and the rest are tried in a new one.
    """
    waiting, failed = list(modules), {}
    while waiting:
        command = [sys.executable, "-c", _CHILD, *waiting]
        try:
            done = subprocess.run(
                command, capture_output=True, text=True, errors="replace", timeout=IMPORT_SECONDS
            )
            output, end = done.stdout, f"the process ended with code {done.returncode}"
        except subprocess.TimeoutExpired as error:
            output = (error.stdout or b"").decode("utf-8", "replace")
            end = f"not imported within {IMPORT_SECONDS} s"
        for line in output.splitlines():
            name, _, result = line.removeprefix("@").partition("\t")
            if line.startswith("@") and name in waiting:
                waiting.remove(name)
                if result != "ok":
                    failed[name] = result
        if waiting:  # the child stopped at the first one that it did not report
            failed[waiting.pop(0)] = end
    return failed


def check_packages(*, deep: bool = False) -> list[Check]:
    """Check every package that medai and the book use: needed first, then by extra."""
    groups = requirements()
    checks = [check_package(name, bound, needed=True) for name, bound in groups.pop("")]
    seen = {check.name for check in checks}
    optional = [pair for pairs in groups.values() for pair in pairs]
    for name, bound in [*optional, *((tool, "") for tool in BOOK_TOOLS)]:
        if name not in seen:
            seen.add(name)
            checks.append(check_package(name, bound))
    present = [c for c in checks if c.state == "unchecked" and (c.needed or deep)]
    failed = import_errors(module_of(check.name) for check in present)
    return [_after_import(check, failed) if check in present else check for check in checks]


def _after_import(check: Check, failed: dict[str, str]) -> Check:
    reason = failed.get(module_of(check.name))
    if reason is None:
        return Check(check.name, check.needed, "ok", check.found)
    again = pip_install("--force-reinstall", f"{check.name}=={check.found}")
    return Check(check.name, check.needed, "broken", f"{check.found}: {reason}", again)


def check_python() -> Check:
    """Check the version of Python."""
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info[:2] < OLDEST_PYTHON:
        return Check("Python", True, "too old", f"{version}, needs 3.11", "install Python 3.12")
    tested = sys.version_info[:2] <= NEWEST_PYTHON
    note = "" if tested else " (newer than the book was tested with: 3.12)"
    return Check("Python", True, "ok", f"{version}{note} at {tilde(sys.executable)}")


def check_settings() -> list[Check]:
    """Check the environment variables and the folder for downloads and caches."""
    checks = []
    try:
        words = "nothing is downloaded" if offline() else "downloads allowed"
        checks.append(Check("MEDAI_OFFLINE", True, "ok", words))
    except MedaiError as error:
        checks.append(Check("MEDAI_OFFLINE", True, "broken", str(error), "unset MEDAI_OFFLINE"))
    try:
        home = data_home()
        if not os.access(home, os.W_OK):
            raise MedaiError(f"{home} cannot be written to")
        free = shutil.disk_usage(home).free / 1e9
        words = f"{tilde(home)}, {folder_size(home) / 1e6:.1f} MB used, {free:.1f} GB free"
        checks.append(Check("data folder", True, "ok", words))
    except (MedaiError, ImportError) as error:
        mend = "set MEDAI_DATA_HOME to a folder that you may write to"
        checks.append(Check("data folder", True, "broken", str(error), mend))
    return checks


def folder_size(folder: Path) -> int:
    """Return the bytes of all files below `folder`; files that vanish meanwhile count 0."""
    total = 0
    for place, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.lstat(os.path.join(place, name)).st_size
            except OSError:
                continue
    return total
