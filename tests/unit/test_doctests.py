"""The examples of the API reference run, and print what they say.

Those marked to be skipped need minutes or a model; tests of their own run the same calls.
"""

from __future__ import annotations

import doctest
import importlib
import re
from pathlib import Path

import pytest

pytestmark = pytest.mark.once  # no example depends on the Keras backend

ROOT = Path(__file__).resolve().parents[2]
FLAGS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
LISTED = re.findall(r"automodule:: (\S+)", (ROOT / "book" / "api.md").read_text(encoding="utf-8"))


def _source(name: str) -> Path:
    path = ROOT.joinpath(*name.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def _texts() -> dict[str, str]:
    """Return module name → text for every file of the package."""
    found = {}
    for path in sorted((ROOT / "medai").rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        found[name] = path.read_text(encoding="utf-8")
    return found


TEXTS = _texts()


def _runs(text: str) -> bool:
    """Whether a file has an example that is not marked to be skipped."""
    return any("+SKIP" not in line for line in text.splitlines() if line.lstrip().startswith(">>>"))


@pytest.mark.parametrize("name", [name for name, text in TEXTS.items() if _runs(text)])
def test_examples_print_what_they_say(name):
    result = doctest.testmod(importlib.import_module(name), optionflags=FLAGS)
    assert result.attempted > 0, "an example that is never run proves nothing"
    assert result.failed == 0, "see the report above"


def test_the_api_page_lists_modules_that_exist():
    assert len(LISTED) == len(set(LISTED)) > 200
    assert [name for name in LISTED if not _source(name).exists()] == []


def test_every_room_of_the_api_page_has_an_example():
    rooms = {name.split(".")[1] for name in LISTED}
    assert len(rooms) > 12
    without = {room for room in rooms if not any(
        _runs(text) for name, text in TEXTS.items() if f"{name}.".startswith(f"medai.{room}.")
    )}  # fmt: skip
    assert without == set()
