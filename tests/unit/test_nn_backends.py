"""The unit tests of medai.nn pass on JAX and torch too; TensorFlow runs them in the usual way.

Tests marked ``once`` do not depend on the backend (or would only repeat, slowly, what the
default backend shows) and run on TensorFlow alone.
"""

import os
import subprocess
import sys

import pytest


@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_every_network_test_passes_on(backend, root):
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-m", "not once", "tests/unit/nn"],
        cwd=root,
        env={**os.environ, "KERAS_BACKEND": backend},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert f"Keras backend: {backend}" in done.stdout
    assert " passed" in done.stdout
    assert "skipped" not in done.stdout
