"""Functions that processes of Dask and Ray can find by name."""

import os


def squares(items):
    return [item * item for item in items]


def reciprocals(items):
    return [1 / item for item in items]


def fatal(items):
    """End the process at 13, as running out of memory does."""
    if 13 in items:
        os._exit(1)
    return [item + 1 for item in items]


def where(items):
    return [[os.getpid(), os.environ.get("OMP_NUM_THREADS", "")] for _ in items]


def findings(texts):
    from medai.knowledge import link

    return [[one.hpo_id for one in link(text).present] for text in texts]
