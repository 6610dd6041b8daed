"""Name the backend in the report, so that a run on the wrong one cannot pass unseen."""

import keras


def pytest_terminal_summary(terminalreporter):
    terminalreporter.write_line(f"Keras backend: {keras.backend.backend()}")
