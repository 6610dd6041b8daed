"""The extracted edges as a network: paths, and why two things are connected."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from typing import TYPE_CHECKING

from medai.knowledge.extraction.edges import Edge
from medai.runtime import MedaiError

if TYPE_CHECKING:
    import networkx as nx


def to_networkx(edges: Iterable[Edge]) -> nx.MultiDiGraph:
    """Return the edges as a directed network that keeps every one of them.

    Returns
    -------
    networkx.MultiDiGraph
        Nodes are HPO ids, or the words in lower case where there is no id, with ``label`` and
        ``kind``.  Edges carry ``relation``, ``status`` and ``edge``, the :class:`Edge` itself.
    """
    import networkx as nx

    network = nx.MultiDiGraph()
    for edge in edges:
        for node in (edge.subject, edge.object):
            if node.key not in network:
                network.add_node(node.key, label=node.text, kind=node.kind)
        ends = (edge.subject.key, edge.object.key)
        network.add_edge(*ends, relation=edge.relation, status=edge.status, edge=edge)
    return network


def find_node(network: nx.MultiDiGraph, name: str) -> str:
    """Return the node of an id or of a label, in any case.

    Raises
    ------
    MedaiError
        When there is none.
    """
    wanted = name.casefold()
    for key, data in network.nodes(data=True):
        if wanted in (key.casefold(), data["label"].casefold()):
            return key
    raise MedaiError(
        f"{name!r} is no node of the network ({len(network)} nodes). Its labels are in "
        "network.nodes(data='label')."
    )


def path_between(
    network: nx.MultiDiGraph,
    one: str,
    two: str,
    statuses: tuple[str, ...] = ("asserted",),
) -> list[Edge]:
    """Return the edges of a shortest path, which may be walked against their direction.

    Parameters
    ----------
    network : networkx.MultiDiGraph
        From :func:`to_networkx`.
    one, two : str
        Ids or labels.
    statuses : tuple of str
        Which edges may be used: by default nothing denied and nothing supposed.

    Returns
    -------
    list of Edge
        One for each step, empty when `one` and `two` are the same or not connected.  Of
        several edges between two nodes the first that was read is taken.
    """
    import networkx as nx

    start, goal = find_node(network, one), find_node(network, two)
    usable = nx.Graph()
    usable.add_nodes_from(network)
    for a, b, data in network.edges(data=True):
        if data["status"] in statuses and not usable.has_edge(a, b):
            usable.add_edge(a, b, edge=data["edge"])
    try:
        nodes = nx.shortest_path(usable, start, goal)
    except nx.NetworkXNoPath:
        return []
    return [usable.edges[a, b]["edge"] for a, b in itertools.pairwise(nodes)]


def why(network: nx.MultiDiGraph, one: str, two: str) -> str:
    """Say in words how two nodes are connected, each step with its sentence and source."""
    path = path_between(network, one, two)
    if not path:
        return f"No asserted path between {one} and {two}."
    lines = []
    for number, edge in enumerate(path, 1):
        lines.append(f"{number}. {edge}")
        lines.append(f'   "{edge.sentence}" ({edge.source or "no source"}, {edge.pattern})')
    return "\n".join(lines)
