"""Fixtures of the test suite.  The network block stands in the repository's conftest.py."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def root() -> Path:
    """Return the top folder of the checkout."""
    return ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    """Return the developers' shared folder; skip where it is absent."""
    folder = Path(os.environ.get("MEDAI_SHARED") or ROOT.parent / "shared")
    if not (folder / "README.md").is_file():
        pytest.skip(f"developers' shared data not found at {folder} (set MEDAI_SHARED)")
    return folder
