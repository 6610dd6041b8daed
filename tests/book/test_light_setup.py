"""What ``make book`` installs is enough to build the book.

The tests run in the full set-up, where everything can be imported; a reader has the light
one. The API page imports every module of medai there, and mocks what is named in
``_config.yml``.
"""

import ast
import importlib.metadata
import re
import sys

import pytest
import yaml

from tools.notebooks import ROOT

CONFIG = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
MOCKED = set(CONFIG["sphinx"]["config"]["autodoc_mock_imports"])
BUILDERS = [ROOT / "tools" / "build.py", ROOT / "tools" / "run_book.py"]
EXTENSIONS = sorted((ROOT / "book" / "_ext").glob("*.py"))
FILES = [*sorted((ROOT / "medai").rglob("*.py")), *EXTENSIONS, *BUILDERS]
OURS = {"medai", "tools"} | {path.stem for path in EXTENSIONS}
DISTRIBUTIONS = importlib.metadata.packages_distributions()


def canonical(name: str) -> str:
    """Return a distribution's name as the package index compares names."""
    return re.sub(r"[-_.]+", "-", name).lower()


def installed_by(requirements: str) -> set[str]:
    """Return the canonical names of the distributions that a requirements text pins."""
    return {canonical(name) for name in re.findall(r"^([\w.-]+)==", requirements, re.MULTILINE)}


def imported_when_loaded(tree: ast.AST) -> set[str]:
    """Return the packages that loading a module imports.

    Imports inside functions wait for the call, and those for type checkers never happen.
    """
    found = set()
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import):
            found.update(alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            found.add(node.module.split(".")[0])
        elif isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            found |= imported_when_loaded(ast.Module(node.orelse, []))
        elif not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            found |= imported_when_loaded(node)
    return found


def out_of_reach(source: str, mocked: set[str], pinned: set[str]) -> set[str]:
    """Return the packages that loading needs and the light set-up neither has nor mocks."""
    at_hand = sys.stdlib_module_names | OURS | mocked
    return {
        name
        for name in imported_when_loaded(ast.parse(source)) - at_hand
        if not {canonical(d) for d in DISTRIBUTIONS.get(name, [])} & pinned
    }


PINNED = installed_by((ROOT / "requirements-book.txt").read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_loads_in_the_light_setup(path):
    # nothing is mocked outside the package: the builder and its extension run for real
    mocked = MOCKED if path.is_relative_to(ROOT / "medai") else set()
    missing = out_of_reach(path.read_text(encoding="utf-8"), mocked, PINNED)
    assert not missing, f"{missing}: mock it in _config.yml or add it to requirements-book.in"


def test_what_is_missing_is_seen():
    source = "import os, yaml\nif True:\n    from fastapi.responses import Response\n"
    assert out_of_reach(source, set(), PINNED) == {"fastapi"}
    assert out_of_reach(source, {"fastapi"}, PINNED) == set()
    assert out_of_reach(source, {"fastapi"}, set()) == {"yaml"}


def test_an_import_inside_a_function_waits_until_it_is_called():
    assert imported_when_loaded(ast.parse("def f():\n    import torch\n")) == set()
    assert imported_when_loaded(ast.parse("class A:\n    import torch\n")) == {"torch"}


def test_an_import_for_type_checkers_never_happens():
    source = "if TYPE_CHECKING:\n    import torch\nelse:\n    import keras\n"
    assert imported_when_loaded(ast.parse(source)) == {"keras"}
