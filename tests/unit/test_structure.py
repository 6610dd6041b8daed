"""The package keeps its shape: imports go downwards, files stay small, one version."""

import ast
import importlib.metadata
import tomllib
from pathlib import Path

import pytest

import medai

PACKAGE = Path(medai.__file__).parent
ROOT = PACKAGE.parent

# Each room and the rooms it may import (see medai/README.md).
# fmt: off
MAY_IMPORT = {
    "runtime": set(),
    "datasets": {"runtime"},
    "preprocess": {"runtime", "datasets"},
    "metrics": {"runtime"},
    "nn": {"runtime", "metrics", "text"},
    "text": {"runtime", "datasets", "preprocess", "metrics"},
    "knowledge": {"runtime", "datasets", "preprocess", "metrics"},
    "llm": {"runtime", "datasets", "metrics", "text", "knowledge"},
    "plots": {"runtime", "datasets", "metrics"},
    "diagnosis": {"runtime", "datasets", "text", "knowledge", "llm"},
    "personalised": {
        "runtime", "datasets", "preprocess", "metrics", "knowledge", "llm", "diagnosis",
    },
    "literature": {
        "runtime", "datasets", "preprocess", "metrics", "text", "knowledge", "llm",
    },
    "education": {"runtime", "datasets", "metrics", "text", "knowledge", "llm", "diagnosis"},
    "trust": {"runtime", "datasets", "preprocess", "metrics", "nn", "text", "llm"},
    "labels": {"runtime", "datasets", "preprocess", "metrics", "nn", "text"},
    "serving": {
        "runtime", "datasets", "metrics", "knowledge", "llm", "diagnosis", "personalised",
    },
    "scale": {
        "runtime", "datasets", "metrics", "nn", "text", "knowledge", "llm", "diagnosis",
        "personalised", "literature",
    },
    "cli": {
        "runtime", "datasets", "metrics", "text", "knowledge", "llm", "diagnosis",
        "personalised", "plots", "literature", "education", "trust", "serving", "scale", "labels",
    },
}
# fmt: on
FILES = sorted(path.relative_to(PACKAGE) for path in PACKAGE.rglob("*.py"))


def rooms_imported(source: str) -> set[str]:
    """Return the rooms of medai that a source text imports, anywhere in it."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("medai."):
            found.add(node.module.split(".")[1])
        elif isinstance(node, ast.ImportFrom) and node.module == "medai":
            found.update(alias.name for alias in node.names if alias.name in MAY_IMPORT)
        elif isinstance(node, ast.Import):
            found.update(a.name.split(".")[1] for a in node.names if a.name.startswith("medai."))
    return found


def test_every_room_is_listed():
    rooms = {path.parts[0] for path in FILES if len(path.parts) > 1}
    assert rooms == set(MAY_IMPORT)


@pytest.mark.parametrize("path", [f for f in FILES if len(f.parts) > 1], ids=str)
def test_imports_go_downwards(path):
    room = path.parts[0]
    imported = rooms_imported((PACKAGE / path).read_text(encoding="utf-8"))
    assert imported - {room} <= MAY_IMPORT[room]


def test_the_check_sees_an_import_inside_a_function():
    assert rooms_imported("def f():\n    from medai.cli import main") == {"cli"}


@pytest.mark.parametrize("path", FILES, ids=str)
def test_files_stay_small(path):
    lines = len((PACKAGE / path).read_text(encoding="utf-8").splitlines())
    assert lines <= 350, f"{path} has {lines} lines: split it"


def test_one_version():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == medai.__version__ == importlib.metadata.version("medai")
    assert f"\nversion: {medai.__version__}\n" in (ROOT / "CITATION.cff").read_text()


def test_requirements_pin_everything_and_satisfy_the_lower_bounds():
    from packaging.requirements import Requirement

    pins = {}
    for name in ["requirements.txt", "requirements-nodeps.txt"]:
        for line in (ROOT / name).read_text(encoding="utf-8").splitlines():
            if line and not line.startswith("#"):
                requirement = Requirement(line)
                (specifier,) = requirement.specifier
                assert specifier.operator == "==", line
                assert "+" not in specifier.version, f"{line}: a local build is on no index"
                pins.setdefault(requirement.name.lower(), []).append(specifier.version)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    wanted = project["dependencies"] + [line for lines in extras.values() for line in lines]
    for line in wanted:
        requirement = Requirement(line)
        if requirement.name == "medai":
            continue
        versions = pins[requirement.name.lower()]
        assert all(requirement.specifier.contains(version) for version in versions), line


def test_the_light_requirements_are_light_and_agree_with_the_full_ones():
    def pins(name):
        lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
        return {line.split(" ;")[0] for line in lines if not line.startswith("#")}

    full, light = pins("requirements.txt"), pins("requirements-book.txt")
    names = {pin.split("==")[0] for pin in light}
    assert names & {"torch", "tensorflow", "keras", "transformers", "jupyterlab"} == set()
    assert light <= full
