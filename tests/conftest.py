"""Fixtures of the test suite.  The network block stands in the repository's conftest.py."""

import os
from pathlib import Path

import hypothesis
import pytest

ROOT = Path(__file__).resolve().parents[1]

# The same examples in every run, and no limit to how long one may take: a run fails for what
# was changed, not by chance.  `pytest --hypothesis-profile=default` searches for new ones.
hypothesis.settings.load_profile("ci")


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
