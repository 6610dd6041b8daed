"""The unit tests of medai.nn pass on JAX and torch too; TensorFlow runs them in the usual way.

Tests marked ``once`` do not depend on the backend (or would only repeat, slowly, what the
default backend shows) and run on TensorFlow alone.
"""

import os
import subprocess
import sys

import pytest

# Every test compiles for JAX what it runs a few times; the compiler need not try hard.
COMPILE_FAST = "--xla_backend_optimization_level=0 --xla_llvm_disable_expensive_passes=true"


@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_every_network_test_passes_on(backend, root):
    # JAX compiles hundreds of small functions; a second run of the tests finds them here.
    cache = {
        "JAX_COMPILATION_CACHE_DIR": str(root / ".pytest_cache" / "jax"),
        "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
        "JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES": "-1",
    }
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-m", "not once", "tests/unit/nn"],
        cwd=root,
        env={**os.environ, **cache, "KERAS_BACKEND": backend, "XLA_FLAGS": COMPILE_FAST},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert f"Keras backend: {backend}" in done.stdout
    assert " passed" in done.stdout
    assert "skipped" not in done.stdout
