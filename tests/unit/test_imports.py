"""Importing medai is cheap: no heavy module comes with it."""

import json
import subprocess
import sys

import pytest

HEAVY = {
    "numpy", "scipy", "pandas", "matplotlib", "sklearn", "torch", "tensorflow", "keras", "jax",
    "transformers", "pyhpo", "pooch", "requests", "IPython", "tqdm", "mermaidx", "networkx",
    "jieba", "opencc",
}  # fmt: skip


def modules_after(statement: str) -> set[str]:
    """Return the top-level modules loaded by a fresh Python that runs `statement`."""
    code = f"{statement}\nimport sys, json; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return {name.split(".")[0] for name in json.loads(done.stdout.splitlines()[-1])}


@pytest.mark.parametrize(
    "statement",
    [
        "import medai",
        "import medai.runtime",
        "import medai.datasets",
        "import medai.datasets.common_page",
        "import medai.cli",
    ],
)
def test_import_loads_nothing_heavy(statement):
    assert modules_after(statement) & HEAVY == set()


def test_the_check_can_fail():
    assert "numpy" in modules_after("import medai.runtime; import numpy") & HEAVY


def test_setup_loads_no_framework():
    loaded = modules_after("import medai; medai.runtime.setup(seed=1)")
    assert loaded & {"torch", "tensorflow", "keras", "jax", "transformers"} == set()
