"""What the resources page says of licences is what the installed packages say."""

import re
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

import pytest

PAGE = Path(__file__).resolve().parents[2].joinpath("book", "resources.md").read_text("utf-8")
TOOLS = re.findall(
    r"^\| ([\w.-]+) \| [^|]+ \| [^|]+ \| ([^|]+) \|$",
    PAGE[PAGE.index("## Tools") : PAGE.index("## Data sets")],
    re.MULTILINE,
)
# Packages whose name is not the tool's in small letters.
NAMES = {"PyTorch": "torch", "Presidio": "presidio-analyzer", "Flower": "flwr"}


def stated(package: str) -> str:
    """Return all that a package says of its licence, in plain letters."""
    try:
        found = metadata(package)
    except PackageNotFoundError:  # ray is optional
        pytest.skip(f"{package} is not installed")
    kinds = [c for c in found.get_all("Classifier") or [] if c.startswith("License")]
    words = [found.get("License-Expression") or "", (found.get("License") or "")[:60], *kinds]
    plain = " ".join(words).lower().replace("license", "")
    return re.sub(r"[^a-z0-9]+", " ", plain)


@pytest.mark.parametrize(("tool", "said"), TOOLS[1:])
def test_the_licence_is_the_packages(tool, said):
    words = stated(NAMES.get(tool, tool.lower()))
    for one in re.split(r", | and ", said.removesuffix(" and others")):
        assert re.sub(r"[^a-z0-9]+", " ", one.lower()).strip() in words


def test_there_are_tools_to_compare():
    assert TOOLS[0] == ("tool", "licence")
    assert len(TOOLS) > 20
