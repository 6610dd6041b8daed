"""Services that start inside the process of the tests leave its garbage alone.

A service walks once through all objects of its process when it starts.  A process that has run
two thousand other tests holds millions, and each of the services here would walk through them.
The servers of test_serving_live.py are processes of their own, which do it.
"""

import pytest

import medai.serving.app


class Collector:
    """Stands in for the module gc: notes what is asked of it."""

    def __init__(self):
        self.asked = []

    def __getattr__(self, name):
        return lambda: self.asked.append(name)


@pytest.fixture(scope="session", autouse=True)
def collector():
    with pytest.MonkeyPatch.context() as patch:
        found = Collector()
        patch.setattr(medai.serving.app, "gc", found)
        yield found
