"""Entity linking: mentions and edges get the ids of the ontology, or stay without one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from medai.knowledge.extraction.edges import Edge, Node
from medai.knowledge.linking import link
from medai.knowledge.words import FILLERS, words_of

if TYPE_CHECKING:
    from medai.knowledge.graph import KnowledgeGraph


def link_node(node: Node, graph: KnowledgeGraph) -> Node:
    """Return the node with its HPO id where :func:`medai.knowledge.link` reads the whole of it.

    Part of the words is not enough: "gum overgrowth" is not "Overgrowth".  Drugs and parts of
    the body have no id in the ontology, and stay as they are.
    """
    if node.id or node.kind not in ("finding", "disease"):
        return node
    found = link(node.text, graph)
    every = (*found.present, *found.excluded, *found.uncertain)
    if len(every) == 1 and _is_all(node.text, every[0].start, every[0].end):
        return node._replace(id=every[0].hpo_id)
    return node


def _is_all(text: str, start: int, end: int) -> bool:
    """Tell whether nothing but fillers such as "a" and "the" stands outside a span."""
    outside = words_of(text[:start]) + words_of(text[end:])
    return all(word.norm in FILLERS for word in outside)


def link_edges(edges: Iterable[Edge], graph: KnowledgeGraph) -> list[Edge]:
    """Return the edges with ids at both ends where there is one; none is left out."""
    known: dict[Node, Node] = {}
    result = []
    for edge in edges:
        ends = (edge.subject, edge.object)
        for node in ends:
            if node not in known:
                known[node] = link_node(node, graph)
        result.append(edge._replace(subject=known[ends[0]], object=known[ends[1]]))
    return result
