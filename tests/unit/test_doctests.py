"""The examples of the API reference run, and print what they say.

Every module on its pages has one, and none is marked to be skipped.
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
PAGES = sorted((ROOT / "book" / "api").glob("*.md"))
LISTED = re.findall(
    r"automodule:: (\S+)", "".join(path.read_text(encoding="utf-8") for path in PAGES)
)


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


@pytest.mark.parametrize("name", [name for name, text in TEXTS.items() if ">>> " in text])
def test_examples_print_what_they_say(name, monkeypatch):
    monkeypatch.delenv("MEDAI_OFFLINE", raising=False)
    result = doctest.testmod(importlib.import_module(name), optionflags=FLAGS)
    assert result.attempted > 0, "an example that is never run proves nothing"
    assert result.failed == 0, "see the report above"


def test_the_api_page_lists_modules_that_exist():
    assert len(LISTED) == len(set(LISTED)) > 200
    assert [name for name in LISTED if not _source(name).exists()] == []


def test_no_example_is_skipped():
    assert [name for name, text in TEXTS.items() if "doctest: +SKIP" in text] == []


def _has_example(name: str) -> bool:
    """Whether a module has one; the page of a package shows those of its modules."""
    inside = [text for other, text in TEXTS.items() if other.startswith(name + ".")]
    package = _source(name).name == "__init__.py"
    return ">>> " in TEXTS[name] or (package and any(">>> " in text for text in inside))


def test_every_module_on_the_api_pages_has_an_example():
    assert [name for name in LISTED if not _has_example(name)] == []


def test_the_api_page_leads_to_every_room():
    linked = re.findall(r"\]\(api/(\w+)\.md\)", (ROOT / "book" / "api.md").read_text("utf-8"))
    assert sorted(linked) == [path.stem for path in PAGES]
