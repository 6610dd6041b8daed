"""What the resources page says of licences is what the installed packages say."""

import re
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

import pytest

PAGE = Path(__file__).resolve().parents[2].joinpath("book", "resources.md").read_text("utf-8")
PACKAGES = {
    "scikit-learn": "scikit-learn",
    "Keras 3": "keras",
    "PyTorch": "torch",
    "JAX": "jax",
    "transformers": "transformers",
    "spaCy": "spacy",
    "presidio": "presidio-analyzer",
    "Opacus": "opacus",
    "Flower": "flwr",
    "fairlearn": "fairlearn",
    "shap": "shap",
    "lime": "lime",
    "captum": "captum",
    "Dask": "dask",
    "Ray": "ray",
    "FastAPI": "fastapi",
    "pydicom": "pydicom",
    "RDKit": "rdkit",
    "nbval": "nbval",
}
TOOLS = PAGE[PAGE.index("## Tools compared") : PAGE.index("## Data, who")]


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


@pytest.mark.parametrize("tool", PACKAGES)
def test_the_licence_is_the_packages(tool):
    (said,) = re.findall(rf"(?<!\w){re.escape(tool)} \(([^)]+)\)", TOOLS)
    plain = re.sub(r"[^a-z0-9]+", " ", said.lower().removesuffix(" and others"))
    assert plain in stated(PACKAGES[tool])


def test_every_tool_of_the_table_is_checked():
    named = re.findall(r"([\w -]+?) \([A-Z][^)]*\)", "\n".join(
        line.split("|")[2] for line in TOOLS.splitlines() if line.startswith("| ")
    ))  # fmt: skip
    assert {n.strip(" ,") for n in named} - {"tool"} == set(PACKAGES)
