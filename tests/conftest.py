"""Fixtures of the test suite.  The network block stands in the repository's conftest.py."""

import os
from pathlib import Path

import hypothesis
import pytest

ROOT = Path(__file__).resolve().parents[1]

# The same examples in every run, and no limit to how long one may take: a run fails for what
# was changed, not by chance.  `pytest --hypothesis-profile=default` searches for new ones.
hypothesis.settings.load_profile("ci")

# Files that take half a minute or more, longest first: so that two workers end together.
LONG = [
    "test_site.py",
    "test_nn_backends.py",
    "test_colab.py",
    "test_training_fit.py",
    "test_serving_chat.py",
    "test_serving_live.py",
    "test_scale_batch.py",
    "test_benchmark_imaging.py",
    "test_llm_real.py",
    "test_diagnose.py",
    "test_diagnosis_llm.py",
]


def pytest_collection_modifyitems(items: list) -> None:
    """Let the files that take long come first; the order is else as it was."""
    place = {name: number for number, name in enumerate(LONG)}
    items.sort(key=lambda item: place.get(item.path.name, len(LONG)))


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
