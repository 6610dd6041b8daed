"""Memory that one batch frees is there for the next; counted in page faults, not in seconds."""

import subprocess
import sys

import pytest

COUNT = """
import resource
import numpy as np
import medai.nn
import keras
from medai.nn.training import fit

def faults():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(100):
        np.ones(2**18)  # 2 MB, used and given back
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, activation="sigmoid")])
model.compile("sgd", "binary_crossentropy")
x, y = np.zeros((8, 2), "float32"), np.arange(8) % 2
fit(model, x, y, epochs=1, progress=False)
faults()
print(faults())
"""


@pytest.mark.once
@pytest.mark.skipif(sys.platform != "linux", reason="glibc's malloc")
def test_training_leaves_the_memory_of_a_batch_with_the_process():
    found = subprocess.run(
        [sys.executable, "-c", COUNT], capture_output=True, text=True, check=True, timeout=300
    )
    # With TensorFlow's patch each of the 100 arrays costs its 512 pages again.
    assert int(found.stdout.split()[-1]) < 51_200 / 10
