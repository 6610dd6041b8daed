"""Load Keras without its backend's chatter."""

from __future__ import annotations

import os
import sys
import tempfile
from types import ModuleType


def load_keras() -> ModuleType:
    """Import Keras and return it; what its backend writes meanwhile shows only on failure.

    TensorFlow writes to the process's standard error from C++, before any of its settings
    can be read, so the file descriptor itself is turned aside for the time of the import.

    Raises
    ------
    ImportError
        As Keras or its backend raise it, after what they wrote.
    """
    if "keras" in sys.modules:
        return sys.modules["keras"]
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    sys.stderr.flush()
    kept = os.dup(2)
    with tempfile.TemporaryFile() as aside:
        os.dup2(aside.fileno(), 2)
        try:
            import keras
        except BaseException:
            aside.seek(0)
            os.write(kept, aside.read())
            raise
        finally:
            os.dup2(kept, 2)
            os.close(kept)
    return keras
