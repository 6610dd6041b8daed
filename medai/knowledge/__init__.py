"""The medical knowledge graph: build it, look things up, rank diseases, explain the ranking."""

from medai.knowledge.graph import KnowledgeGraph, load_graph
from medai.knowledge.records import Annotation, Disease, Synonym, Term

__all__ = ["Annotation", "Disease", "KnowledgeGraph", "Synonym", "Term", "load_graph"]
